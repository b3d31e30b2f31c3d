//! `mkdeb build` as users meet it: flags, exit codes, what goes to which stream.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::bed::missing;
use crate::project::{HEAD, Project, field, ran};

const DEB: &str = "orders_1.4.2_all.deb";

fn paths(out: &str) -> Vec<&str> {
    out.lines().map(|line| line.rsplit('/').next().unwrap()).collect()
}

#[test]
fn a_build_prints_the_path_alone_and_the_rest_on_stderr() {
    let project = Project::new("");
    let ran = project.build(&[]);
    assert_eq!(ran.out, format!("{}\n", project.path("dist").canonicalize().unwrap().join(DEB).display()));
    assert!(ran.err.starts_with("built orders 1.4.2: ") && ran.err.lines().count() == 1, "{}", ran.err);
    assert_eq!(field(&project.path("dist").join(DEB), "Package"), "orders");
    assert_eq!(fs::read_dir(project.path("dist")).unwrap().count(), 1);
}

#[test]
fn the_manifest_and_the_directory_are_where_the_user_says() {
    let project = Project::new("");
    fs::rename(project.path("mkdeb.toml"), project.path("other.toml")).unwrap();
    project.build(&["-f", "other.toml"]);
    project.build(&["--manifest", project.path("other.toml").to_str().unwrap()]);
    fs::rename(project.path("other.toml"), project.path("mkdeb.toml")).unwrap();
    let outside = tempfile::tempdir().unwrap();
    let mut command = project.command(&["build", "--fast", "-C", project.dir().to_str().unwrap()]);
    let ran = ran(command.current_dir(outside.path()));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
    let ran = project.run(&["build", "-C", "nowhere"]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.err,
        "error: failed to enter `nowhere`: No such file or directory (os error 2)\nhint: `-C` takes a directory that is there\n"
    );
}

#[test]
fn a_pyproject_serves_as_the_manifest() {
    let project = Project::new("");
    fs::remove_file(project.path("mkdeb.toml")).unwrap();
    let text = "[project]\nname = \"Orders\"\nversion = \"2.0rc1\"\ndescription = \"order service\"\n\
        authors = [{ name = \"Ops\", email = \"ops@example.com\" }]\n\
        [tool.mkdeb.app]\ntarball = \"app\"\n";
    project.write("pyproject.toml", text);
    assert_eq!(paths(&project.build(&[]).out), ["orders_2.0~rc1_all.deb"]);
}

#[test]
fn the_output_is_a_directory_or_a_file() {
    let project = Project::new("");
    fs::create_dir_all(project.path("here/x.deb")).unwrap();
    for (output, file) in [
        ("here", "here/orders_1.4.2_all.deb"),
        ("mine.deb", "mine.deb"),
        ("here/x.deb", "here/x.deb/orders_1.4.2_all.deb"),
        ("there/too", "there/too/orders_1.4.2_all.deb"),
        ("at/last/x.deb", "at/last/x.deb"),
    ] {
        let ran = project.build(&["-o", output]);
        assert!(ran.out.ends_with(&format!("/{file}\n")), "{}", ran.out);
        assert!(project.path(file).is_file());
    }
    assert!(!project.path("dist").exists());
    // An older one is replaced as a whole.
    fs::write(project.path("mine.deb"), "old").unwrap();
    project.build(&["--output", "mine.deb"]);
    assert_eq!(field(&project.path("mine.deb"), "Version"), "1.4.2");
}

#[test]
fn overrides_set_one_key_each() {
    let project = Project::new("[[service]]\nname = \"orders\"\nexec = \"venv/bin/serve\"\n");
    let ran = project.build(&["--set", "package.version=2.0", "--set", "service.0.user=www-data"]);
    assert_eq!(paths(&ran.out), ["orders_2.0_all.deb"]);
    let ran = project.build(&["--dry-run", "--json", "--set", "service.0.user=root"]);
    let root = serde_json::from_str::<Value>(&ran.out).unwrap();
    assert!(!root["packages"][0]["tree"].to_string().contains("sysusers.d"));
    project.refused(
        &["--set", "package.version"],
        &["`package.version` is not `key=value`", "--set package.version=1.2.3"],
    );
    project.refused(&["--set", "package.nmae=x"], &["unknown key `nmae`", "did you mean `name`?"]);
}

#[test]
fn a_project_that_is_installed_as_other_code_is_told() {
    let project = Project::new("");
    let site = "build/venv/lib/python3.11/site-packages";
    project.write(
        &format!("{site}/orders-1.0.dist-info/RECORD"),
        "orders/__init__.py,,\norders/a.py,,\norders/b.py,,\n",
    );
    for name in ["orders/a.py", "orders/b.py"] {
        project.write(&format!("{site}/{name}"), "1");
        project.write(&format!("app/{name}"), "1");
    }
    let main = fs::read(project.path("app/orders/__init__.py")).unwrap();
    project.write(&format!("{site}/orders/__init__.py"), &main);
    let said = || project.build(&["--dry-run"]).err;
    assert!(!said().contains("of the installed"), "{}", said());
    project.write("app/orders/a.py", "2");
    assert!(
        said().contains("build/venv: `orders/a.py` of the installed orders 1.0 is not the application's: "),
        "{}",
        said()
    );
    // With the modules below `src`, too.
    fs::rename(project.path("app/orders"), project.path("app/moved")).unwrap();
    fs::create_dir(project.path("app/src")).unwrap();
    fs::rename(project.path("app/moved"), project.path("app/src/orders")).unwrap();
    project.write("app/src/orders/b.py", "2");
    assert!(said().contains("is not the application's, nor 1 more module: what is started"), "{}", said());
}

#[test]
fn compression_is_the_command_lines_then_the_manifests_then_the_targets() {
    let members = |path: &Path| {
        let output = Command::new("ar").arg("t").arg(path).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().last().unwrap().to_owned()
    };
    if !Path::new("/usr/bin/ar").exists() {
        return missing::<()>("`ar`").unwrap_or(());
    }
    let project = Project::new("");
    for (args, member) in [
        (&["build"][..], "data.tar.zst"),
        (&["build", "-Z", "xz:0"], "data.tar.xz"),
        (&["build", "--compression", "gzip"], "data.tar.gz"),
        (&["build", "-Z", "none"], "data.tar"),
        (&["build", "--target", "bullseye"], "data.tar.xz"),
        (&["build", "--fast", "--target", "bookworm"], "data.tar.zst"),
        (&["build", "--fast", "--target", "noble"], "data.tar.zst"),
    ] {
        let ran = project.run(args);
        assert_eq!(ran.code, Some(0), "{args:?} {}", ran.err);
        let got = members(Path::new(ran.out.trim_end()));
        assert_eq!(got, member, "{args:?}");
        fs::remove_dir_all(project.path("dist")).unwrap();
    }
    project.refused(
        &["--target", "bullseye", "-Z", "zstd"],
        &["`bullseye` cannot install packages compressed with zstd", "hint: use `--compression xz`"],
    );
    for bad in [&["-Z", "lzma"][..], &["-Z", "zstd:99"], &["-Z", "xz", "--fast"], &["--target", "potato"]] {
        project.refused(bad, &["error: "]);
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let project = Project::new("");
    let bytes = |threads: &str| {
        project.build(&["--threads", threads, "-o", "one.deb"]);
        fs::read(project.path("one.deb")).unwrap()
    };
    let one = bytes("1");
    assert!(one == bytes("3") && one == bytes("1024"));
    for bad in ["0", "1025", "-1", "many"] {
        let said = "--threads <N>': a number from 1 to 1024 is needed";
        project.refused(&[&format!("--threads={bad}")], &[said]);
    }
}

#[test]
fn the_date_is_the_environments_or_an_error() {
    let project = Project::new("");
    let with = |value: &[u8]| {
        use std::os::unix::ffi::OsStrExt;
        let value = std::ffi::OsStr::from_bytes(value);
        ran(project.command(&["build", "--fast", "-o", "d.deb"]).env("SOURCE_DATE_EPOCH", value))
    };
    assert_eq!(with(b"1700000000").code, Some(0));
    fs::remove_file(project.path("d.deb")).unwrap();
    for bad in [&b""[..], b"now", b"-1", b"1.5", b" 1", b"99999999999999999999", b"\xff"] {
        let ran = with(bad);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{bad:?}");
        assert!(ran.err.starts_with("error: `SOURCE_DATE_EPOCH` is malformed: "), "{}", ran.err);
        assert!(ran.err.contains("hint: set it to a number"), "{}", ran.err);
        assert!(!project.path("d.deb").exists());
    }
}

#[test]
fn a_dry_run_prints_every_path_and_writes_nothing() {
    let project = Project::new("[[command]]\nname = \"orders\"\nentry-point = \"orders:main\"\n");
    let before = project.listing();
    let ran = project.build(&["--dry-run"]);
    assert_eq!(project.listing(), before);
    for line in ["# orders_1.4.2_all.deb", "# Package: orders", "0755 d          /opt/orders"] {
        assert!(ran.out.lines().any(|it| it == line), "{line}: {}", ran.out);
    }
    assert!(ran.out.contains("0777 l          /usr/bin/orders -> /opt/orders/current/.mkdeb/bin/orders\n"));
    assert_eq!(ran.err, "");
    let plan = project.plan();
    let package = &plan["packages"][0];
    assert_eq!(package["file"], DEB);
    assert_eq!(package["control"]["Version"], "1.4.2");
    assert!(package["scripts"]["postinst"].as_str().unwrap().starts_with("#!/bin/sh\n"));
    assert_eq!(project.listing(), before);
}

#[test]
fn json_is_one_document_and_quiet_is_quiet() {
    let project = Project::new("");
    let ran = project.build(&["--json"]);
    assert_eq!(ran.err, "");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let built = &document["packages"][0];
    assert_eq!((built["name"].as_str(), built["version"].as_str()), (Some("orders"), Some("1.4.2")));
    assert_eq!(built["size"].as_u64(), Some(fs::metadata(built["path"].as_str().unwrap()).unwrap().len()));
    assert!(document["release"].as_str().unwrap().starts_with("1.4.2-"));
    let ran = project.build(&["-q"]);
    assert_eq!((paths(&ran.out), ran.err.as_str()), (vec![DEB], ""));
    let verbose = project.build(&["-v"]);
    assert_eq!(paths(&verbose.out), [DEB]);
    let relocated = verbose.err.lines().find_map(|line| line.strip_prefix("note: build/venv: relocated: "));
    assert!(relocated.is_some_and(|totals| totals.contains("1 pyvenv.cfg, ")), "{}", verbose.err);
    project.refused(&["-q", "-v"], &["cannot be used with"]);
}

#[test]
fn a_path_of_the_build_is_warned_of_by_file_and_fatal_when_strict() {
    let project = Project::new("");
    let here = project.dir().canonicalize().unwrap();
    project.write("app/settings.py", format!("ROOT = '{}/app'\n", here.display()));
    project.write("app/z.py", format!("ROOT = '{}'\n", here.display()));
    let ran = project.build(&[]);
    assert!(ran.err.contains("warning: /opt/orders/releases/1.4.2-"), "{}", ran.err);
    assert!(ran.err.contains("/settings.py: the workspace `"), "{}", ran.err);
    let quiet = project.build(&["-q"]);
    assert_eq!(quiet.err, "");
    let document: Value = serde_json::from_str(&project.build(&["--json"]).out).unwrap();
    let notes = document["notes"].as_array().unwrap();
    assert!(notes.iter().any(
        |note| note["weight"] == "warning" && note["subject"].as_str().unwrap().ends_with("/settings.py")
    ));
    fs::remove_dir_all(project.path("dist")).unwrap();
    project.refused(
        &["--strict"],
        &[
            "error: 2 warnings, which `--strict` takes for errors; the first: /opt/",
            "settings.py",
            "hint: fix them",
        ],
    );
    project.refused(
        &["--strict", "--set", "app.exclude=[\"x\"]"],
        &["error: 1 warning, which `--strict` takes for an error: app: `exclude` has `x`, "],
    );
    // The manifest named through a detour is the same directory.
    let outside = tempfile::tempdir().unwrap();
    let detour = outside.path().join("..").join(outside.path().file_name().unwrap());
    std::os::unix::fs::symlink(&here, detour.join("link")).unwrap();
    let manifest = detour.join("link/mkdeb.toml");
    let detoured = crate::project::ran(
        project.command(&["build", "--fast", "-f", manifest.to_str().unwrap()]).current_dir(outside.path()),
    );
    assert!(detoured.code == Some(0) && detoured.err.contains("settings.py"), "{}", detoured.err);
}

#[test]
fn strict_is_content_without_warnings() {
    Project::new("").build(&["--strict"]);
}

#[test]
fn help_and_version_are_results() {
    let project = Project::new("");
    let all =
        [&["--help"][..], &["-h"], &["help"], &["build", "--help"], &["build", "-h"], &["help", "build"]];
    for args in all.into_iter().chain([&["inspect", "--help"][..], &["pack", "--help"]]) {
        let ran = project.run(args);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{args:?}");
        assert!(ran.out.contains("Usage: mkdeb"), "{}", ran.out);
        for line in ran.out.lines() {
            assert!(line.chars().count() <= 100 && !line.ends_with(' '), "{args:?}: {line:?}");
        }
    }
    let version = format!("mkdeb {}", env!("CARGO_PKG_VERSION"));
    assert_eq!(project.run(&["-V"]).out, format!("{version}\n"));
    let long = project.run(&["--version"]).out;
    assert!(
        long.starts_with(&format!("{version} (")) && long.contains("linux") && long.contains("rustc 1."),
        "{long}"
    );
    let help = project.run(&["build", "--help"]).out;
    for flag in [
        "-C, --directory",
        "-f, --manifest",
        "-o, --output",
        "--set",
        "-Z, --compression",
        "--threads",
        "--fast",
        "--target",
        "--strict",
        "--dry-run",
        "--json",
        "--templates",
        "-q, --quiet",
        "-v, --verbose",
    ] {
        assert!(help.contains(flag), "{flag}: {help}");
    }
}

#[test]
fn help_has_the_options_of_the_verb_before_those_of_all() {
    let project = Project::new("");
    for (verb, flags) in [
        ("build", &["--manifest", "--output", "--verbose"][..]),
        ("inspect", &["--files", "--cat", "--extract", "--max-unpacked"]),
        ("pack", &["--root-owner-group", "--compression", "--threads", "--nocheck"]),
    ] {
        let help = project.run(&[verb, "--help"]).out;
        let all = flags.iter().chain(&["Common options:", "--directory", "--json", "--quiet"]);
        let places: Vec<_> =
            all.map(|flag| help.find(flag).unwrap_or_else(|| panic!("{flag}: {help}"))).collect();
        assert!(places.is_sorted(), "{help}");
    }
}

#[test]
fn words_that_mean_nothing_are_errors() {
    let project = Project::new("");
    for args in [&[][..], &["biuld"], &["build", "extra"], &["--no-such"], &["build", "--output"]] {
        let ran = project.run(args);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{args:?}");
        assert!(!ran.err.is_empty());
    }
    assert!(project.run(&["biuld"]).err.contains("build"));
}

#[test]
fn colour_and_bar_are_for_terminals() {
    let project = Project::new("");
    let plain = project.build(&[]);
    assert!(!plain.err.contains('\u{1b}') && !plain.out.contains('\u{1b}'));
    if !Path::new("/usr/bin/script").exists() {
        return missing::<()>("`script`").unwrap_or(());
    }
    let on_terminal = |args: &str, variables: &[(&str, &str)]| {
        let mut command = Command::new("/usr/bin/script");
        let line = format!("{} {args}", env!("CARGO_BIN_EXE_mkdeb"));
        command.args(["-qec", &line, "/dev/null"]).current_dir(project.dir()).stdin(Stdio::null());
        command.env("TERM", "xterm").env_remove("NO_COLOR").env_remove("CI");
        command.envs(variables.iter().copied());
        ran(&mut command)
    };
    // A body large enough for the bar to be drawn at all.
    let noise: Vec<u8> = (0..40_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 23) as u8).collect();
    project.write("app/large", noise);
    let shown = on_terminal("build -Z gzip:9 --threads 1 -o bar.deb", &[]);
    assert_eq!(shown.code, Some(0));
    assert!(shown.out.contains("MiB/") || shown.out.contains("MB/"), "{:?}", shown.out);
    let silent = on_terminal("build -q -o bar.deb", &[]);
    assert!(!silent.out.contains('\u{1b}'), "{:?}", silent.out);
    project.write("bad.toml", format!("{HEAD}nmae = 1\n"));
    let coloured = on_terminal("build -f bad.toml", &[]);
    assert!(coloured.code == Some(2) && coloured.out.contains("\u{1b}[1m"), "{:?}", coloured.out);
    let spared = on_terminal("build -f bad.toml", &[("NO_COLOR", "1")]);
    assert!(spared.out.contains("unknown key") && !spared.out.contains("\u{1b}["), "{:?}", spared.out);
}

#[test]
fn streams_that_take_nothing_are_errors_and_not_panics() {
    let project = Project::new("");
    let full = || Stdio::from(fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let output = project.command(&["build", "--fast"]).stdout(full()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("error: failed to write to standard output: No space left on device"), "{said}");
    assert!(said.contains("hint: send it to a terminal"), "{said}");
    for args in [&["--help"][..], &["build", "--help"], &["--version"]] {
        let output = project.command(args).stdout(full()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said.contains("error: failed to write to standard output: No space left"), "{said}");
    }
    for args in [&["build", "--fast"][..], &["build", "-f", "none"], &["build", "-f", "/proc/self/cmdline"]] {
        let status = project.command(args).stderr(full()).stdout(Stdio::null()).status().unwrap();
        assert!(matches!(status.code(), Some(0 | 2)), "{args:?}: {status}");
    }
}

#[test]
fn an_option_of_dpkg_deb_is_answered_with_what_does_the_same() {
    let project = Project::new("");
    for (words, tip) in [
        (&["pack", "-b", "app"][..], "`mkdeb pack TREE` builds without it"),
        (&["pack", "--build", "app"], "`mkdeb pack TREE` builds without it"),
        (&["inspect", "-I", "x.deb"], "`mkdeb inspect FILE` tells it without an option"),
        (&["inspect", "-c", "x.deb"], "`mkdeb inspect FILE --files` lists the files"),
        (&["inspect", "--contents", "x.deb"], "`mkdeb inspect FILE --files` lists the files"),
        (&["inspect", "-x", "x.deb", "y"], "`mkdeb inspect FILE --extract DIR` unpacks"),
        (
            &["inspect", "-e", "x.deb"],
            "`mkdeb inspect FILE --control` and `--scripts` print the control files",
        ),
        (&["-x", "x.deb", "y"], "`mkdeb inspect FILE --extract DIR` unpacks"),
    ] {
        let ran = project.run(words);
        let told = format!(
            "error: unexpected argument '{}' found\n\n  tip: {tip}\n\nUsage: ",
            words.iter().find(|word| word.starts_with('-')).unwrap()
        );
        assert!(ran.code == Some(2) && ran.err.starts_with(&told), "{words:?}: {}", ran.err);
    }
    // Others get what clap knows, where that is like what was meant.
    let near = project.run(&["pack", "--nochek", "app"]).err;
    assert!(near.contains("tip: a similar argument exists: '--nocheck'"), "{near}");
    let far = project.run(&["build", "--many"]).err;
    assert!(far.contains("unexpected argument '--many'") && !far.contains("tip"), "{far}");
}

#[test]
fn keys_of_the_manifest_are_no_options_and_it_is_said_so() {
    let project = Project::new("");
    for (option, key) in [("--name", "name"), ("--depend", "depends"), ("--pre-depends", "pre-depends")] {
        let ran = project.run(&["build", option, "x"]);
        let tip = format!("`mkdeb build --set package.{key}=…` overrides it");
        assert!(ran.code == Some(2) && ran.err.contains(&tip), "{}", ran.err);
        assert!(!ran.err.contains("--manifest"), "{}", ran.err);
    }
}

#[test]
fn a_pattern_that_excludes_nothing_is_warned_of() {
    let project = Project::new("");
    project.write("app/extra/a/b.txt", "");
    let exclude = "app.exclude=[\"extra\", \"extra/a/*.txt\", \"extra/*.txt\", \"test/**\"]";
    let said = project.build(&["--set", exclude]).err;
    let told = said.lines().filter_map(|line| line.strip_prefix("warning: app: `exclude` has "));
    // What lies below an excluded directory is matched all the same.
    assert_eq!(
        told.collect::<Vec<_>>(),
        ["`extra/*.txt`, which matches nothing", "`test/**`, which matches nothing"]
    );
}

#[test]
fn inputs_are_as_they_were() {
    let project = Project::new("");
    let stamps = || {
        use std::os::unix::fs::MetadataExt;
        let paths = project.listing().into_iter().filter(|path| !path.starts_with(project.path("dist")));
        let stamp = |path: std::path::PathBuf| {
            let data = fs::symlink_metadata(&path).unwrap();
            (path, data.mode(), data.size(), data.mtime(), data.mtime_nsec())
        };
        paths.map(stamp).filter(|it| it.0 != project.dir()).collect::<Vec<_>>()
    };
    let before = stamps();
    project.build(&[]);
    assert_eq!(stamps(), before);
}
