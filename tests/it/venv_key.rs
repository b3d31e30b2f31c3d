//! The name of a virtualenv, and whether a virtualenv is what its lock says.

use std::fs;

use serde_json::Value;

use crate::project::Project;

/// A project with requirements and without a virtualenv.
fn project(requirements: &str) -> Project {
    let project = Project::new("requirements = \"requirements.txt\"\npython = \"/usr/bin/python3.11\"\n");
    fs::remove_dir_all(project.path("build")).unwrap();
    project.write("requirements.txt", requirements);
    project
}

fn key(project: &Project, more: &[&str]) -> String {
    let words: Vec<&str> = ["venv-key"].iter().chain(more).copied().collect();
    let ran = project.run(&words);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{more:?}");
    ran.out.trim_end().to_owned()
}

/// Installs a distribution as far as its metadata goes.
fn install(project: &Project, name: &str, version: &str, body: &str) {
    let site = "build/venv/lib/python3.11/site-packages";
    let info = format!("{site}/{name}-{version}.dist-info");
    project.write(&format!("{site}/{name}.py"), body);
    project.write(&format!("{info}/METADATA"), format!("Name: {name}\nVersion: {version}\n"));
    project.write(&format!("{info}/RECORD"), format!("{name}.py,,\n{name}-{version}.dist-info/RECORD,,\n"));
}

#[test]
fn a_key_is_twelve_characters_over_what_matters_and_nothing_else() {
    let plain = project("Flask==3.1\nzope.interface==6.0\n");
    let expected = key(&plain, &[]);
    assert_eq!(expected.len(), 12);
    assert!(expected.bytes().all(|b| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b)), "{expected}");
    // Another directory, another order, another spelling, other words around.
    let other = project(
        "# pinned\nZope_Interface == 6.0   # why\n--no-index\nflask===3.1 ; python_version > '3.8'\n",
    );
    assert_eq!(key(&other, &[]), expected);
    assert_eq!(key(&other, &["--set", "venv.requirements=\"./requirements.txt\""]), expected);
    let mut keys = vec![expected];
    for set in [
        "venv.python=\"/usr/bin/python3.12\"",
        "venv.bytecode=\"strip\"",
        "venv.drop=[\"pip\"]",
        "layout.prefix=\"/opt/other\"",
        "package.architecture=\"arm64\"",
        "build.target=\"bookworm\"",
        "build.target=\"trixie\"",
    ] {
        keys.push(key(&plain, &["--set", set]));
    }
    plain.write("requirements.txt", "Flask==3.1\nzope.interface==6.1\n");
    keys.push(key(&plain, &[]));
    plain.write("requirements.txt", "Flask==3.1 --hash=sha256:aa\nzope.interface==6.0\n");
    keys.push(key(&plain, &[]));
    plain.write("requirements.txt", "Flask==3.1\n");
    keys.push(key(&plain, &[]));
    let count = keys.len();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), count, "{keys:?}");
    assert_eq!(key(&plain, &["--target", "trixie"]), key(&plain, &["--set", "build.target=\"trixie\""]));
}

#[test]
fn a_key_without_a_lock_is_that_of_what_is_installed() {
    let [one, other] = [(), ()].map(|()| {
        let project = Project::new("python = \"/usr/bin/python3.11\"\n");
        install(&project, "flask", "3.1", "x = 1\n");
        project
    });
    let expected = key(&one, &[]);
    // Bytecode, scripts and the notes of an installer are not what is installed.
    let record = "build/venv/lib/python3.11/site-packages/flask-3.1.dist-info/RECORD";
    let text = fs::read_to_string(other.path(record)).unwrap();
    let more = "../../../bin/flask,sha256=x,1\n__pycache__/flask.cpython-311.pyc,,\nflask-3.1.dist-info/INSTALLER,sha256=y,1\n";
    other.write(record, text.clone() + more);
    assert_eq!(key(&other, &[]), expected);
    other.write(record, text + "flask_more.py,sha256=z,1\n");
    assert_ne!(key(&other, &[]), expected);
    install(&one, "click", "8.1", "");
    assert_ne!(key(&one, &[]), expected);
}

#[test]
fn the_json_document_has_the_keys_that_are_documented() {
    let project = project("flask==3.1\n");
    let ran = project.run(&["venv-key", "--json", "--target", "bookworm"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    let reference = include_str!("../../docs/requirements.md");
    let (_, section) = reference.split_once("## The JSON document\n").unwrap();
    let mut documented: Vec<&str> =
        section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    documented.sort_unstable();
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, documented);
    assert_eq!(document["requirements"], serde_json::json!(["flask==3.1"]));
    assert_eq!((&document["python"], &document["target"]), (&"3.11".into(), &"bookworm".into()));
}

#[test]
fn build_refuses_a_virtualenv_that_is_not_what_its_lock_says() {
    let project = Project::new("requirements = \"requirements.txt\"\npython = \"/usr/bin/python3.11\"\n");
    for (name, version) in
        [("flask", "3.1"), ("typing_extensions", "4.0"), ("torch", "2.0+cpu"), ("pip", "24.0")]
    {
        install(&project, name, version, "");
    }
    project.write("requirements.txt", "Flask==3.1.0\ntyping.extensions==4.0\ntorch==2.0\n");
    project.build(&[]);
    project.write("requirements.txt", "-r base.txt\nidna==3.7\ntorch==2.1\n");
    project.write("base.txt", "\nflask==3.1\n");
    fs::remove_dir_all(project.path("dist")).unwrap();
    project.refused(
        &[],
        &[
            "`build/venv` is not what `requirements.txt` says:",
            "  idna 3.7 is missing, which requirements.txt:2 asks for",
            "  torch is 2.0+cpu, and requirements.txt:3 asks for 2.1",
            "  typing-extensions 4.0 is installed, and nothing asks for it",
            "hint: make the virtualenv again from that file",
        ],
    );
    // What a project asks for by itself is no lock.
    project.write("requirements.txt", "flask==3.1\ntorch==2.0\n");
    project.refused(
        &[],
        &[
            "  typing-extensions 4.0 is installed, and nothing asks for it",
            "hint: take them out; or, where `requirements.txt` names what the project asks for and not what that asks for in turn, pin all",
        ],
    );
}

#[test]
fn requirements_that_are_no_lock_are_refused_before_the_virtualenv_is_read() {
    let project = project("flask>=3\nidna\n-e .\nx @ https://x/x.whl\n--turbo\na==1\na==2\n-r gone.txt\n");
    project.refused(&[], &["failed to read", "gone.txt", "No such file"]);
    project.write("gone.txt", "-r requirements.txt\n");
    for verb in ["build", "venv-key"] {
        let ran = project.run(&[verb]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
        for words in [
            "error: the requirements do not say what the virtualenv holds:",
            "\n  requirements.txt:3: `.` is an editable installation",
            "\n  requirements.txt:4: `x @ https://x/x.whl` names a URL",
            "\n  requirements.txt:5: the option `--turbo` is not known",
            "\n  requirements.txt:7: `a` is 2, but 1 at requirements.txt:6",
            "\n  gone.txt:1: `requirements.txt` is included by itself",
            "\n  requirements.txt:1: `flask>=3` pins no version",
            "\n  requirements.txt:2: `idna` pins no version",
            "hint: pin each with `==`",
        ] {
            assert!(ran.err.contains(words), "no {words:?} in {}", ran.err);
        }
    }
    for (file, text, words) in [
        ("uv.lock", "version = 9", "`uv.lock` has version 9 of its format, and mkdeb knows 1"),
        (
            "pylock.toml",
            "lock-version = \"7.0\"",
            "`pylock.toml` has version 7.0 of its format, and mkdeb knows 1.0",
        ),
        ("pylock.web.toml", "lock-version = ", "`pylock.web.toml` cannot be read"),
    ] {
        project.write(file, text);
        let ran = project.run(&["venv-key", "--set", &format!("venv.requirements=\"{file}\"")]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

#[test]
fn a_manifest_without_a_virtualenv_has_no_key() {
    let project = Project::new("");
    let text = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    project.write("mkdeb.toml", text.replace("[venv]\npath = \"build/venv\"\n", ""));
    let ran = project.run(&["venv-key"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
    assert!(ran.err.starts_with("error: the manifest has no `[venv]`"), "{}", ran.err);
}

mod system {
    use std::process::Command;

    use super::key;
    use crate::bed;
    use crate::project::Project;

    /// uv and pip write locks; all of them mean the same.
    #[test]
    fn every_lock_that_uv_writes_gives_one_key() {
        let uv = bed::cache().join("tools/bin/uv");
        let wheels = bed::cache().join("wheels");
        if !uv.exists() || !wheels.exists() {
            return bed::missing("uv").unwrap_or_default();
        }
        let project = Project::new("requirements = \"uv.lock\"\npython = \"/usr/bin/python3.11\"\n");
        project.write(
            "pyproject.toml",
            "[project]\nname = \"orders\"\nversion = \"1.4.2\"\nrequires-python = \">=3.11\"\n\
             dependencies = [\"flask\", \"typing-extensions; python_version < '3.10'\"]\n\
             [dependency-groups]\ndev = [\"cryptography\"]\n\
             [tool.uv]\nenvironments = [\"sys_platform == 'linux'\"]\n",
        );
        let run = |words: &[&str]| {
            let mut command = Command::new(&uv);
            command.current_dir(project.dir()).args(words).args(["--offline", "--no-index", "--quiet"]);
            command.args(["--python", "/usr/bin/python3", "--find-links"]).arg(&wheels);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        };
        run(&["lock"]);
        let export = ["export", "--frozen", "--no-dev", "--no-emit-project", "--no-hashes"];
        run(&[&export[..], &["-o", "requirements.txt"]].concat());
        let expected = key(&project, &[]);
        assert_eq!(key(&project, &["--set", "venv.requirements=\"requirements.txt\""]), expected);
        run(&[&export[..4], &["--format", "pylock.toml", "-o", "pylock.toml"]].concat());
        let ran = project.run(&["venv-key", "--json", "--set", "venv.requirements=\"pylock.toml\""]);
        let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let pinned = document["requirements"].as_array().unwrap();
        assert!(pinned.iter().any(|line| line.as_str().unwrap().starts_with("flask==")), "{document}");
        let others = ["cryptography", "typing-extensions", "orders"];
        assert!(
            !pinned.iter().any(|line| others.iter().any(|name| line.as_str().unwrap().starts_with(name)))
        );
    }
}
