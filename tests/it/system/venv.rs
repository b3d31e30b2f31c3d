//! `mkdeb venv` with real wheels, real pip and real uv, and without a network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mkdeb::content::python::PythonVersion;
use mkdeb::content::wheel::name::{Interpreter, WheelName};
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
    for (maker, programs) in [("pip", None), ("uv", Some(programs.path()))] {
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
        assert!(again.err.contains("exists already"), "{}", again.err);
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

/// A directory with uv and no other program.
fn uv() -> Option<tempfile::TempDir> {
    let uv = cache().join("tools/bin/uv");
    if !uv.exists() {
        return missing("uv");
    }
    let alone = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(uv, alone.path().join("uv")).unwrap();
    Some(alone)
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
    assert!(venv(&project, &wheels, &[]).err.contains("exists already"));
    assert_eq!(fs::canonicalize(project.path("build/venv")).unwrap(), old);
    fs::remove_file(old.join(".mkdeb-key")).unwrap();
    fs::write(old.join("half"), "").unwrap();
    assert!(venv(&project, &wheels, &[]).err.contains("with pip"));
    assert!(!old.join("half").exists());
    // One that fails leaves the one before where it was.
    project.write("requirements.txt", "idna==3.8 --hash=sha256:00\n");
    assert_eq!(venv(&project, &wheels, &[]).code, Some(2));
    assert_eq!(fs::canonicalize(project.path("build/venv")).unwrap(), old);
}

#[test]
fn what_was_made_elsewhere_or_lost_its_interpreter_is_made_anew() {
    let (project, _) = need!(project("idna==3.7\n"));
    let wheels = project.path("wheels");
    wheel(&wheels, "idna", "3.7", "py3-none-any");
    let makes = |more: &[&str]| {
        let ran = venv(&project, &wheels, more);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran.err.contains("with pip")
    };
    assert!(makes(&[]) && !makes(&[]));
    // As a CI restores a directory of another run.
    fs::rename(project.path("build"), project.path("cached")).unwrap();
    let copied = ran(Command::new("cp").args(["-a", "cached", "other"]).current_dir(project.dir()));
    assert_eq!(copied.code, Some(0));
    assert!(makes(&["--set", "venv.path=other/venv"]));
    assert!(!makes(&["--set", "venv.path=other/venv/"]), "a slash at the end is none");
    let python = fs::canonicalize(project.path("other/venv")).unwrap().join("bin/python");
    fs::remove_file(&python).unwrap();
    std::os::unix::fs::symlink("/nowhere/python", &python).unwrap();
    assert!(makes(&["--set", "venv.path=other/venv"]));
    assert!(makes(&["--set", "venv.path=.targets/venv"]));
}

#[test]
fn wheels_are_those_of_the_target_even_where_the_machine_takes_newer_ones() {
    let (project, _) = need!(project("idna==3.7\n"));
    let wheels = project.path("wheels");
    wheel(&wheels, "idna", "3.7", "cp311-cp311-manylinux_2_36_x86_64");
    let bullseye = ["--target", "bullseye"];
    refused(
        &project,
        &wheels,
        &bullseye,
        &["idna 3.7, which requirements.txt:1 asks for, is there for other platforms or Pythons only"],
    );
    wheel(&wheels, "idna", "3.7", "cp311-cp311-manylinux_2_17_x86_64");
    let made = venv(&project, &wheels, &bullseye);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let info =
        fs::read_to_string(project.path("build/venv/lib/python3.11/site-packages/idna-3.7.dist-info/WHEEL"));
    assert!(info.as_ref().unwrap().contains("manylinux_2_17"), "{info:?}");
    let arm = ["--set", "package.architecture=arm64"];
    refused(&project, &wheels, &arm, &["_x86_64.whl` is for this machine, and the virtualenv for arm64"]);
}

#[test]
fn a_wheel_is_taken_where_pip_takes_it() {
    let (project, _) = need!(project(""));
    let python = project.path("oracle/bin/python");
    let made = ran(Command::new("/usr/bin/python3.11").args(["-m", "venv"]).arg(project.path("oracle")));
    assert_eq!(made.code, Some(0), "{}", made.err);
    let tags = "from pip._internal.utils.compatibility_tags import get_supported\nfor tag in get_supported(): print(tag)";
    let listed = ran(Command::new(python).args(["-c", tags]));
    assert_eq!(listed.code, Some(0), "{}", listed.err);
    let listed: Vec<&str> = listed.out.lines().collect();
    let glibc = ran(Command::new("getconf").arg("GNU_LIBC_VERSION")).out;
    let (major, minor) = glibc.trim().rsplit(' ').next().unwrap().split_once('.').unwrap();
    let machine = ran(Command::new("uname").arg("-m")).out.trim().to_owned();
    let interpreter = Interpreter {
        python: PythonVersion { major: 3, minor: 11, free_threaded: false },
        machine: machine.clone(),
        glibc: Some((major.parse().unwrap(), minor.parse().unwrap())),
    };
    let pythons =
        ["cp311", "cp312", "cp310", "cp32", "cp31", "py3", "py2", "py311", "py310", "py312", "pp311"];
    let platforms = [
        "any",
        "linux",
        "manylinux1",
        "manylinux2010",
        "manylinux2014",
        "manylinux_2_5",
        "manylinux_2_28",
        "manylinux_2_36",
        "manylinux_2_99",
        "musllinux_1_2",
        "win",
    ];
    let mut taken = 0;
    for (python, abi) in
        pythons.iter().flat_map(|python| ["none", "abi3", "cp311", "cp312"].map(|abi| (python, abi)))
    {
        for platform in platforms {
            let platform =
                if platform == "any" { platform.to_owned() } else { format!("{platform}_{machine}") };
            let tag = format!("{python}-{abi}-{platform}");
            let wheel = WheelName::parse(&format!("a-1-{tag}.whl")).unwrap();
            let takes = interpreter.takes(&wheel);
            assert_eq!(takes, listed.contains(&&*tag), "{tag}");
            taken += usize::from(takes);
        }
    }
    assert!(taken > 30, "{taken}");
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
            "\n  cffi 2.0, which requirements.txt:2 asks for, is there for other platforms or Pythons only: `cffi-2.0-cp312-cp312-linux_x86_64.whl`\n",
            "\n  lost 1, which requirements.txt:3 asks for, is missing\n",
            "\n  old 2, which requirements.txt:5 asks for, is missing: there is 1\n",
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
        &["no Python 3.11: `/nowhere/python` is not a program"],
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
    project.write("requirements.txt", "idna==3.7 --hash=sha256:00\nlost==1\n");
    refused(
        &project,
        &wheels,
        &[],
        &["some requirements have hashes, and some have none:\n  lost 1 (requirements.txt:2)"],
    );
    project.write("requirements.txt", "idna==3.7\n");
    let bare = "#!/bin/sh\ncase \"$*\" in\n*'-m venv'*) echo 'ensurepip is not available' >&2; exit 1;;\nesac\nexec /usr/bin/python3.11 \"$@\"\n";
    project.program("bare", bare);
    refused(
        &project,
        &wheels,
        &["--python", "./bare"],
        &["ensurepip is not", "hint: install the package `python3-venv`"],
    );
    // A wheel that brings more than its name says, and one that brings something else.
    let more = r#"
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "a") as wheel:
    wheel.writestr("idna-3.7.data/purelib/extra-1.0.dist-info/METADATA", "Name: extra")
"#;
    let file = wheels.join("idna-3.7-py3-none-any.whl");
    assert_eq!(ran(Command::new("/usr/bin/python3").args(["-c", more]).arg(&file)).code, Some(0));
    refused(
        &project,
        &wheels,
        &[],
        &["what was installed is not what `requirements.txt` says:", "extra 1.0 is installed"],
    );
    fs::rename(wheels.join("idna-3.7-py3-none-any.whl"), wheels.join("ipna-3.7-py3-none-any.whl")).unwrap();
    project.write("requirements.txt", "ipna==3.7\n");
    refused(&project, &wheels, &[], &["failed:"]);
}

#[test]
fn what_the_manifest_does_not_say_and_what_is_in_the_way_is_said() {
    let (project, wheels) = need!(project("idna==3.7\n"));
    refused(&project, &wheels, &["--set", "venv.path=venv.tar.gz"], &["is the tarball `venv.tar.gz`"]);
    let nameless = ["--set", "venv.path=."];
    refused(&project, &wheels, &nameless, &["`path` in `[venv]` is `.`, which has no name of its own"]);
    fs::create_dir_all(project.path("build")).unwrap();
    std::os::unix::fs::symlink("../app", project.path("build/venv")).unwrap();
    refused(&project, &wheels, &[], &["is not a link to a virtualenv that mkdeb made"]);
    fs::remove_file(project.path("build/venv")).unwrap();
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
