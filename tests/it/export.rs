//! Tarballs from commits of git.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::project::{Project, Ran, ran};

fn git(directory: &Path, words: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(directory).args(["-c", "user.name=T", "-c", "user.email=t@example.org"]).args(words);
    command.env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z").env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z");
    let ran = ran(&mut command);
    assert_eq!(ran.code, Some(0), "{words:?}: {}", ran.err);
}

/// A repository with one tagged commit.
fn repository() -> Project {
    let project = Project::new("");
    let top = project.path("orders");
    project.write("orders/app.py", "VERSION = '$Format:%H$'\n");
    project.write("orders/tests/test_app.py", "x = 1\n");
    project.write("orders/.gitattributes", "app.py export-subst\ntests export-ignore\n");
    project.program("orders/run", "#!/bin/sh\n");
    git(&top, &["init", "-q", "-b", "main"]);
    git(&top, &["add", "."]);
    git(&top, &["commit", "-q", "-m", "first"]);
    git(&top, &["tag", "v1.0"]);
    project
}

fn export(project: &Project, directory: &str, words: &[&str]) -> Ran {
    project.run(&[&["-C", directory, "export"], words].concat())
}

#[test]
fn a_commit_is_the_same_bytes_whatever_the_machine_is_set_to() {
    let project = repository();
    let made = export(&project, "orders", &["v1.0"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let path = made.out.trim_end();
    assert!(path.ends_with("/orders/dist/orders-v1.0.tar.gz"), "{path}");
    let listed = ran(Command::new("tar").args(["-tvf", path])).out;
    for line in ["/app.py", "-rwxr-xr-x", "2026-01-02"] {
        assert!(listed.contains(line), "{line}: {listed}");
    }
    assert!(!listed.contains("tests"), "{listed}");
    let text = ran(Command::new("tar").args(["-xOf", path, "--wildcards", "*/app.py"])).out;
    assert!(!text.contains("$Format") && text.len() > 50, "{text}");

    // Another clone by another name, without history and tags, with other settings of its user.
    let url = format!("file://{}", project.path("orders").display());
    git(&project.path(""), &["clone", "-q", "--depth", "1", "--no-tags", &url, "other/builds"]);
    let git_config = "[tar]\n\tumask = 0077\n[core]\n\tabbrev = 7\n\tautocrlf = true\n";
    project.write(".gitconfig", git_config);
    let mut command = project.command(&["-C", "other/builds", "export", "--output", "../again.tar.gz"]);
    command.env("HOME", project.dir()).env("GIT_DIR", "/nowhere");
    let again = ran(&mut command);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(fs::read(path).unwrap(), fs::read(project.path("other/again.tar.gz")).unwrap());
}

#[test]
fn what_is_exported_is_built() {
    let project = repository();
    project.write(
        "mkdeb.toml",
        fs::read_to_string(project.path("mkdeb.toml")).unwrap().replace("\"app\"", "\"app.tar.gz\""),
    );
    assert_eq!(export(&project, "orders", &["--output", "../app.tar.gz"]).code, Some(0));
    project.build(&[]);
}

#[test]
fn what_cannot_be_exported_is_said() {
    let project = repository();
    let refused = |directory: &str, words: &[&str], said: &[&str]| {
        let ran = export(&project, directory, words);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{words:?}: {}", ran.err);
        for text in said {
            assert!(ran.err.contains(text), "`{text}` is not in: {}", ran.err);
        }
    };
    refused("orders", &["v1.1"], &["git knows no commit `v1.1`", "did you mean `v1.0`?"]);
    refused("orders", &["--", "--output=x"], &["git knows no commit `--output=x`"]);
    refused("app", &[], &["is in no repository of git"]);
    project.write("orders/app.py", "changed\n");
    project.write("orders/new.py", "new\n");
    refused("orders", &[], &["2 files differ from `HEAD`: app.py", "mkdeb export HEAD"]);
    assert_eq!(export(&project, "orders", &["HEAD", "-o", "../head.tar.gz"]).code, Some(0));
    let text = ran(Command::new("tar").current_dir(project.dir()).args([
        "-xOf",
        "head.tar.gz",
        "--wildcards",
        "*/app.py",
    ]))
    .out;
    assert!(text.starts_with("VERSION"), "{text}");
    let mut command = project.command(&["-C", "orders", "export"]);
    let none = ran(command.env("PATH", "/nowhere"));
    assert!(none.err.contains("there is no `git` on `PATH`"), "{}", none.err);
}
