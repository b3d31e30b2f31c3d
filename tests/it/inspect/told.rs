//! What is told of a package that mkdeb built, and of one that wants to deceive.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use mkdeb::archive::tar::header::Kind;

use super::{control, document, inspected, mkdeb, package, package_of, run, tar, written};
use crate::project::Project;

#[test]
fn a_built_package_says_which_virtualenv_it_holds_and_what_was_relocated() {
    let project = Project::new("[[config]]\nsource = \"settings\"\npath = \"/etc/orders/settings\"\n");
    project.write("settings", "x = 1\n");
    project.program(
        "build/venv/bin/tool",
        &format!("#!{}/bin/python\nprint()\n", project.path("build/venv").display()),
    );
    let library = fs::read_dir(project.path("build/venv/lib")).unwrap().next().unwrap().unwrap().path();
    let info = library.join("site-packages/Flask-3.0.dist-info");
    fs::create_dir_all(&info).unwrap();
    fs::write(info.join("METADATA"), "Metadata-Version: 2.1\nName: Flask\nVersion: 3.0\n\nName: no\n")
        .unwrap();
    fs::write(
        info.join("RECORD"),
        "Flask-3.0.dist-info/METADATA,,\n../../../bin/tool,sha256=x,1\nRECORD,,\n",
    )
    .unwrap();
    fs::write(project.path("build/venv/.lock"), "").unwrap();
    let deb = project.build(&[]).out;
    let deb = Path::new(deb.trim_end());
    let found = document(deb);
    let [venv] = &found["virtualenvs"].as_array().unwrap()[..] else { panic!("{found}") };
    let path = venv["path"].as_str().unwrap();
    assert!(path.starts_with("/opt/orders/releases/1.4.2-") && path.ends_with("/venv"), "{path}");
    assert!(venv["interpreter"].as_str().unwrap().starts_with("/usr/bin/python3"), "{venv}");
    assert!(venv["python"].as_str().unwrap().starts_with("3."), "{venv}");
    assert_eq!(venv["distributions"], serde_json::json!([{ "name": "Flask", "version": "3.0" }]));
    let relocated = &venv["relocated"];
    assert_eq!((&relocated["scripts"], &relocated["records"]), (&1.into(), &1.into()), "{relocated}");
    assert_eq!((&relocated["pyvenv-cfg"], &relocated["dropped"]), (&1.into(), &1.into()), "{relocated}");
    assert_eq!(found["conffiles"], serde_json::json!(["/etc/orders/settings"]));
    let postinst = found["scripts"]["postinst"].as_str().unwrap();
    assert!(postinst.starts_with("#!/bin/sh\n"), "{postinst}");
    let settings =
        found["entries"].as_array().unwrap().iter().find(|it| it["path"] == "./opt/orders/.mkdeb/release");
    assert_eq!(settings.unwrap()["md5"].as_str().map(str::len), Some(32));
    let summary = String::from_utf8(inspected(&[], deb)).unwrap();
    for words in [
        "Package:      orders\n",
        "Conffiles:    /etc/orders/settings\n",
        "Flask 3.0\n",
        "Relocated:  1 script, ",
        "; 1 left out\n",
    ] {
        assert!(summary.contains(words), "no {words:?} in\n{summary}");
    }
    let text = String::from_utf8(inspected(&["--cat", "usr/share/doc/orders/virtualenv.json"], deb)).unwrap();
    let place = project.dir().to_str().unwrap();
    assert!(text.contains(path) && !text.contains(place), "no path of this machine is left: {text}");
    assert!(!fs::read(deb).unwrap().is_empty());
}

#[test]
fn what_was_relocated_does_not_make_another_release() {
    let release = |litter: &str| {
        let project = Project::new("");
        project.write(litter, "");
        let dropped = |deb: &Path| document(deb)["virtualenvs"][0]["relocated"]["dropped"].clone();
        let deb = project.build(&[]).out;
        let dropped = dropped(Path::new(deb.trim_end()));
        (project.plan()["release"].as_str().unwrap().to_owned(), dropped)
    };
    // uv's lock is left out: what is shipped is the same, but what was done for it is not.
    let ((one, none), (other, some)) = (release("unused"), release("build/venv/.lock"));
    assert_eq!((none, some), (0.into(), 1.into()));
    assert_eq!(one, other);
}

#[test]
fn text_of_a_package_does_nothing_to_a_terminal() {
    let directory = tempfile::tempdir().unwrap();
    let text =
        "Package: x\u{9b}31m\nVersion: 1\u{1b}[2J\nArchitecture: all\nDescription: a\u{7f}\nX: \u{9b}\n";
    let files = tar(&[
        (b"control", Kind::File(text.len() as u64), text.as_bytes()),
        (b"conffiles", Kind::File(9), b"/etc/\x1b]0\n"),
        (b"postinst", Kind::File(7), b"\xc2\x9b\x1b[m\n\n"),
    ]);
    let data = tar(&[(b"usr/\x1b[31m\n\xc2\x9b", Kind::Symlink(b"\x07\xff"), b"")]);
    let deb = written(directory.path(), "evil.deb", &package(&files, &data));
    for words in [&[][..], &["--json"], &["--files"], &["--json", "--scripts"], &["--json", "--files"]] {
        let printed = String::from_utf8(inspected(words, &deb)).unwrap();
        assert!(!printed.chars().any(|c| c.is_control() && c != '\n'), "{words:?}: {printed:?}");
    }
    assert_eq!(document(&deb)["scripts"]["postinst"], "\u{9b}\u{1b}[m\n\n", "escaped, not lost");
    // For a program the bytes are what they are.
    assert_eq!(inspected(&["--control"], &deb), text.as_bytes());
    assert_eq!(inspected(&["--scripts"], &deb), b"==> postinst <==\n\xc2\x9b\x1b[m\n\n");
    // For people they are not: `script` gives the program a terminal, which ends lines with `\r\n`.
    for part in ["--control", "--scripts"] {
        let command = format!("'{}' inspect {part} '{}'", env!("CARGO_BIN_EXE_mkdeb"), deb.display());
        let shown =
            String::from_utf8(run("script", &["-qec", &command, "/dev/null"])).unwrap().replace("\r\n", "\n");
        assert!(shown.contains("\\u{9b}"), "{shown:?}");
        assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
    }
    let output = mkdeb(&["inspect", deb.to_str().unwrap(), "--cat", "\u{1b}[31m"], b"");
    assert!(!output.stderr.contains(&0x1b), "{output:?}");
}

#[test]
fn parts_are_told_one_at_a_time_as_words_or_json() {
    let directory = tempfile::tempdir().unwrap();
    let deb = written(directory.path(), "sample.deb", &package_of(&[(b"a", Kind::File(1), b"x")]));
    let path = deb.to_str().unwrap();
    for words in [
        ["--control", "--files"],
        ["--scripts", "--control"],
        ["--extract=x", "--files"],
        ["--cat=a", "--json"],
    ] {
        let output = mkdeb(&["inspect", path, words[0], words[1]], b"");
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be used with"), "{words:?}");
    }
    let part = |word: &str| -> serde_json::Value {
        serde_json::from_slice(&inspected(&["--json", word], &deb)).unwrap()
    };
    assert_eq!(part("--control")["control"]["Package"], "sample");
    assert_eq!(part("--scripts")["scripts"], serde_json::json!({}));
    assert_eq!(part("--files")["entries"][0]["path"], "./a");
    let target = directory.path().join("out");
    let output = inspected(&["--json", "--extract", target.to_str().unwrap()], &deb);
    let told: serde_json::Value = serde_json::from_slice(&output).unwrap();
    assert_eq!(told, serde_json::json!({ "directory": target, "entries": 1 }));
}

#[test]
fn what_is_unpacked_is_listed_where_that_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let entries = [(&b"a"[..], Kind::Directory, &b""[..]), (b"a/\x1b\n", Kind::File(1), b"x")];
    let deb = written(directory.path(), "sample.deb", &package_of(&entries));
    let target = directory.path().join("out");
    let (path, out) = (deb.to_str().unwrap(), target.to_str().unwrap());
    let output = mkdeb(&["inspect", path, "--extract", out, "-v"], b"");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, format!("./a/\n./a/\\033\\n\nunpacked 2 entries into {out}\n"));
    assert!(output.stdout.is_empty());
    for (words, message) in [
        (&["-v"][..], "--extract <DIR>"),
        (&["-v", "--files"], "cannot be used with"),
        (&["-v", "-q", "--extract", out], "cannot be used with"),
    ] {
        let output = mkdeb(&[&["inspect", path], words].concat(), b"");
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(message), "{words:?}: {output:?}");
    }
}

#[test]
fn a_signal_ends_the_wait_for_a_silent_pipe_and_says_what_is_left() {
    let bytes = package_of(&[(b"a", Kind::File(1), b"x"), (b"b", Kind::File(600_000), &[b'y'; 600_000])]);
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("out");
    for (words, left) in [
        (vec!["inspect", "-"], "error: interrupted; nothing was written\n".to_owned()),
        (
            vec!["inspect", "-", "--extract", target.to_str().unwrap()],
            format!("error: interrupted; `{}` is left with 1 entry unpacked before\n", target.display()),
        ),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mkdeb"));
        command.args(&words).env_clear().stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        // More than a pipe holds: when it is written, the beginning was read.
        pipe.write_all(&bytes[..bytes.len() - 100_000]).unwrap();
        run("kill", &["-TERM", &child.id().to_string()]);
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(143), left));
        drop(pipe);
    }
    assert!(target.join("a").exists() && !target.join("b").exists());
}

#[test]
fn a_package_may_come_from_a_pipe() {
    let bytes = package_of(&[(b"a", Kind::File(1), b"x")]);
    let output = mkdeb(&["inspect", "-"], &bytes);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("Package:      sample\n") && text.contains("File:         standard input"),
        "{text}"
    );
    let directory = tempfile::tempdir().unwrap();
    let deb = written(directory.path(), "sample.deb", &bytes);
    let script = format!("'{}' inspect --files <(cat '{}')", env!("CARGO_BIN_EXE_mkdeb"), deb.display());
    assert!(run("bash", &["-euc", &script]).ends_with(b" ./a\n"));
    assert_eq!(control().len(), 512 + 512 + 1024);
}
