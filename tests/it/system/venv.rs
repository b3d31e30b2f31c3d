//! `mkdeb venv` with real wheels, real pip and real uv, and without a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bed::{cache, missing, need};
use crate::project::{Project, Ran, ran};

const LOCK: &str = "flask==3.1.3\nclick==8.1.8\nblinker==1.9.0\nitsdangerous==2.2.0\njinja2==3.1.6\n\
    markupsafe==3.0.4\nwerkzeug==3.1.9\n";

/// A project with a lock and without a virtualenv; its wheels.
fn project(lock: &str) -> Option<(Project, PathBuf)> {
    let wheels = cache().join("wheels");
    if !wheels.is_dir() {
        return missing("the wheels");
    }
    let more = "requirements = \"requirements.txt\"\npython = \"/usr/bin/python3.11\"\n[layout]\nkind = \"split\"\n\
        [[command]]\nname = \"orders\"\nentry-point = \"orders:main\"\n";
    let project = Project::new(more);
    fs::remove_dir_all(project.path("build")).unwrap();
    project.write("requirements.txt", lock);
    Some((project, wheels))
}

/// What would lead a pip or a uv that listens to its environment to a network that is not there, or elsewhere.
fn command(project: &Project, words: &[&str], programs: Option<&Path>) -> Command {
    let mut command = project.command(words);
    let path = programs.map(|path| format!("{}:", path.display())).unwrap_or_default();
    command.env("PATH", format!("{path}/usr/bin:/bin")).env("HOME", project.dir());
    for name in ["http_proxy", "https_proxy", "ALL_PROXY"] {
        command.env(name, "http://127.0.0.1:9");
    }
    command.env("PIP_INDEX_URL", "http://127.0.0.1:9/simple").env("PIP_TARGET", project.dir());
    command.env("UV_INDEX_URL", "http://127.0.0.1:9/simple").env("PYTHONPATH", "/nowhere");
    command
}

fn venv(project: &Project, wheels: &Path, more: &[&str]) -> Ran {
    let words: Vec<&str> =
        ["venv", "--wheels", wheels.to_str().unwrap()].iter().chain(more).copied().collect();
    ran(&mut command(project, &words, None))
}

#[track_caller]
fn refused(project: &Project, wheels: &Path, more: &[&str], words: &[&str]) {
    let before = project.listing();
    let ran = venv(project, wheels, more);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    for word in words {
        assert!(ran.err.contains(word), "no {word:?} in: {}", ran.err);
    }
    let after = project.listing();
    let left: Vec<_> =
        after.iter().filter(|path| !before.contains(path) && !path.ends_with("build")).collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A wheel of one module, made as the specification says.
fn wheel(directory: &Path, name: &str, version: &str, tag: &str) {
    let script = r#"
import sys, zipfile
directory, name, version, tag = sys.argv[1:]
info = f"{name}-{version}.dist-info"
with zipfile.ZipFile(f"{directory}/{name}-{version}-{tag}.whl", "w") as wheel:
    wheel.writestr(f"{name}.py", f"VERSION = '{version}'\n")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
    wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
"#;
    fs::create_dir_all(directory).unwrap();
    let mut python = Command::new("/usr/bin/python3");
    let output = ran(python.args(["-c", script]).arg(directory).args([name, version, tag]));
    assert_eq!(output.code, Some(0), "{}", output.err);
}

#[test]
fn the_key_names_a_virtualenv_that_pip_or_uv_makes_and_build_takes() {
    let (project, wheels) = need!(project(LOCK));
    let programs = need!(uv());
    let key = project.run(&["venv-key"]).out.trim().to_owned();
    let words = ["venv", "--wheels", wheels.to_str().unwrap()];
    let mut keys = Vec::new();
    for (maker, programs) in [("pip", None), ("uv", Some(&*programs))] {
        let made = ran(&mut command(&project, &[&words[..], &["--json"]].concat(), programs));
        assert_eq!(made.code, Some(0), "{maker}: {}", made.err);
        let document: Value = serde_json::from_str(&made.out).unwrap();
        assert_eq!((document["key"].as_str(), document["made_with"].as_str()), (Some(&*key), Some(maker)));
        assert_eq!(document["distributions"], 7);
        let link = fs::read_link(project.path("build/venv")).unwrap();
        assert_eq!(link, Path::new(&format!("venv-{key}")), "the path of the manifest leads to it");
        let python = project.path("build/venv/bin/python");
        let asked =
            ran(Command::new(&python).args(["-c", "import flask, markupsafe._speedups; print('ok')"]));
        assert_eq!(asked.out, "ok\n", "{}", asked.err);
        // What is there is what the lock says, whoever made it.
        let names = fs::read_dir(project.path("build/venv/lib/python3.11/site-packages")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(names.filter(|name| name.ends_with(".dist-info")).count(), 7);

        let again = ran(&mut command(&project, &words, programs));
        assert_eq!((again.code, again.out.trim()), (Some(0), project.path("build/venv").to_str().unwrap()));
        assert!(again.err.contains("is there already"), "{}", again.err);
        let built = project.build(&["--strict", "--output", "."]);
        let deb = built.out.lines().next().unwrap().to_owned();
        let listed = ran(Command::new("dpkg-deb").args(["-c", &deb]));
        assert!(!listed.out.contains("mkdeb-key") && listed.out.contains("/flask/app.py"), "{}", listed.out);
        assert!(listed.out.contains("/flask/__pycache__/app.cpython-311.pyc"), "compiled by {maker}");
        keys.push(Path::new(&deb).file_name().unwrap().to_owned());
        fs::remove_dir_all(project.path("build")).unwrap();
        fs::remove_file(&deb).unwrap();
    }
    assert_eq!(keys[0], keys[1]);
}

/// The directory of uv.
fn uv() -> Option<PathBuf> {
    let directory = cache().join("tools/bin");
    if directory.join("uv").exists() { Some(uv_alone(&directory)) } else { missing("uv") }
}

/// uv without the other programs beside it.
fn uv_alone(directory: &Path) -> PathBuf {
    let alone = std::env::temp_dir().join(format!("mkdeb-uv-{}", std::process::id()));
    fs::create_dir_all(&alone).unwrap();
    let _ = std::os::unix::fs::symlink(directory.join("uv"), alone.join("uv"));
    alone
}

#[test]
fn another_lock_makes_another_virtualenv_and_the_first_one_stays() {
    let (project, _) = need!(project("idna==3.7\n"));
    let wheels = project.path("wheels");
    wheel(&wheels, "idna", "3.7", "py3-none-any");
    wheel(&wheels, "idna", "3.8", "py3-none-any");
    let first = venv(&project, &wheels, &[]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    let old = fs::canonicalize(project.path("build/venv")).unwrap();
    project.write("requirements.txt", "idna==3.8\n");
    let second = venv(&project, &wheels, &["--quiet"]);
    assert_eq!((second.code, second.err.as_str()), (Some(0), ""));
    let new = fs::canonicalize(project.path("build/venv")).unwrap();
    assert!(new != old && old.join("bin/python").exists());
    assert!(new.join("lib/python3.11/site-packages/idna-3.8.dist-info").is_dir());
    // Back without making anything; and anew what was never completed.
    project.write("requirements.txt", "idna==3.7\n");
    assert!(venv(&project, &wheels, &[]).err.contains("is there already"));
    assert_eq!(fs::canonicalize(project.path("build/venv")).unwrap(), old);
    fs::remove_file(old.join(".mkdeb-key")).unwrap();
    fs::write(old.join("half"), "").unwrap();
    assert!(venv(&project, &wheels, &[]).err.contains("with pip"));
    assert!(!old.join("half").exists());
}

#[test]
fn all_that_has_no_wheel_is_told_at_once() {
    let (project, _) = need!(project("idna==3.7\ncffi==2.0\nlost==1\nonly-source==1.0\nold==2\n"));
    let wheels = project.path("wheels");
    wheel(&wheels, "idna", "3.7", "py3-none-any");
    wheel(&wheels, "cffi", "2.0", "cp312-cp312-linux_x86_64");
    wheel(&wheels, "old", "1", "py3-none-any");
    project.write("wheels/only_source-1.0.tar.gz", "");
    refused(
        &project,
        &wheels,
        &[],
        &[
            "error: 4 requirements without a wheel:",
            "\n  cffi 2.0, which requirements.txt:2 asks for, is there for others only: `cffi-2.0-cp312-cp312-linux_x86_64.whl`\n",
            "\n  lost 1, which requirements.txt:3 asks for, is not there\n",
            "\n  old 2, which requirements.txt:5 asks for, is not there, but 1\n",
            "\n  only-source 1.0, which requirements.txt:4 asks for, is there as source only: `only_source-1.0.tar.gz`\n",
            "hint: fill the directory with `pip download",
        ],
    );
}

#[test]
fn what_keeps_it_from_being_made_is_said_and_leaves_nothing() {
    let (project, _) = need!(project("idna==3.7 --hash=sha256:00\n"));
    let wheels = project.path("wheels");
    wheel(&wheels, "idna", "3.7", "py3-none-any");
    refused(&project, &wheels, &[], &["bin/python` failed:", "sha256"]);
    project.write("requirements.txt", "idna==3.7\n");
    refused(
        &project,
        &wheels,
        &["--python", "/nowhere/python"],
        &["no Python 3.11: `/nowhere/python` is no program"],
    );
    let other = ["--set", "venv.python=/usr/bin/python3.8", "--python", "/usr/bin/python3.11"];
    refused(
        &project,
        &wheels,
        &other,
        &["`/usr/bin/python3.11` is Python 3.11, and the virtualenv is for 3.8"],
    );
    let none = ["--set", "venv.python=/usr/bin/python3.7"];
    refused(
        &project,
        &wheels,
        &none,
        &["no Python 3.7: neither `/usr/bin/python3.7` nor", "hint: name one with `--python`"],
    );
    refused(&project, &project.path("none"), &[], &["failed to read", "none`"]);
    refused(&project, &wheels, &["--set", "venv.path=venv.tar.gz"], &["is the tarball `venv.tar.gz`"]);
    // A wheel that holds something else than its name says.
    fs::rename(wheels.join("idna-3.7-py3-none-any.whl"), wheels.join("ipna-3.7-py3-none-any.whl")).unwrap();
    project.write("requirements.txt", "ipna==3.7\n");
    refused(&project, &wheels, &[], &["failed:"]);

    project.write("build/venv/mine", "");
    refused(&project, &wheels, &[], &["is not a link to a virtualenv that mkdeb made", "hint: move it away"]);
    let manifest = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    project.write("mkdeb.toml", manifest.replace("requirements = \"requirements.txt\"\n", ""));
    refused(&project, &wheels, &[], &["`[venv]` has no `requirements`", "hint: name a lock"]);
    let manifest = manifest.replace("[venv]\npath = \"build/venv\"\nrequirements", "[venv2]\nrequirements");
    assert!(manifest.contains("venv2"));
    let plain = manifest.split("[venv2]").next().unwrap();
    project.write("mkdeb.toml", plain);
    refused(&project, &wheels, &[], &["the manifest has no `[venv]`"]);
}

#[test]
fn a_signal_ends_the_installer_too_and_leaves_nothing() {
    let (project, _) = need!(project("idna==3.7\n"));
    let wheels = project.path("wheels");
    wheel(&wheels, "idna", "3.7", "py3-none-any");
    // An interpreter that answers, and then takes its time.
    let slow = "#!/bin/sh\ncase \"$*\" in\n*'-m venv'*) mkdir -p \"$4\"; sleep 60;;\n*) exec /usr/bin/python3.11 \"$@\";;\nesac\n";
    project.program("slow", slow);
    let words = ["venv", "--wheels", wheels.to_str().unwrap(), "--python", "./slow"];
    let mut child = command(&project, &words, None).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    let is_making = || fs::read_dir(project.path("build")).is_ok_and(|mut entries| entries.next().is_some());
    while !is_making() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(fs::read_dir(project.path("build")).unwrap().count(), 0);
    let left = ran(Command::new("pgrep").args(["-f", project.path("build").to_str().unwrap()]));
    assert_eq!(left.out, "", "the installer was ended");
}
