//! Manifests of projects of others, as their authors publish them: built without a change, installed and run.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bed::{Root, Suite, cache, missing, need};

/// A copy of a project in git, with its virtualenv and the manifest that `mkdeb init` makes; what that says.
#[track_caller]
fn project(name: &str) -> Option<(tempfile::TempDir, String)> {
    let source = cache().join("projects").join(name);
    if !source.is_dir() {
        return missing("the projects of others");
    }
    let dir = tempfile::tempdir().unwrap();
    let script = "cp -a \"$1/.\" .; git init --quiet; echo /build >.git/info/exclude; git add .
        git -c user.name=Ops -c user.email=ops@example.com commit --quiet --message=Project";
    run(dir.path(), &["sh", "-euc", script, "sh", source.to_str().unwrap()]);
    run(dir.path(), &[env!("CARGO_BIN_EXE_mkdeb"), "init"]);
    let text = fs::read_to_string(dir.path().join("mkdeb.toml")).unwrap();
    // The virtualenv was made as the manifest says.
    let setup = include_str!("../../setup/projects");
    let commands = text.lines().filter_map(|line| line.strip_prefix("#     "));
    for command in commands.inspect(|command| assert!(setup.contains(command), "{command}")) {
        assert!(!command.is_empty());
    }
    Some((dir, text))
}

#[track_caller]
fn run(directory: &Path, words: &[&str]) -> String {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(directory).env("VERSION", "1.9.0");
    command.env("DEBFULLNAME", "Ops").env("DEBEMAIL", "ops@example.com");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn built(directory: &Path) -> String {
    run(directory, &[env!("CARGO_BIN_EXE_mkdeb"), "build", "--fast"]).trim().to_owned()
}

/// Builds a project, installs it and runs a command of it.
#[track_caller]
fn runs(name: &str, package: &str, command: &str, said: &str) -> Option<String> {
    let (dir, text) = project(name)?;
    let deb = built(dir.path());
    let root = Root::new(Suite::Bookworm)?;
    root.copy_in(Path::new(&deb), "/srv/project.deb");
    root.ok(&["dpkg", "-i", "/srv/project.deb"]);
    let answer = root.sh(command);
    assert!(answer.contains(said), "{answer}");
    root.ok(&["dpkg", "--purge", package]);
    Some(text)
}

#[test]
fn a_standard_project_with_a_lock_of_uv_is_packaged_without_an_edit_and_runs() {
    let text = need!(runs(
        "flask-3.1.2",
        "flask",
        "flask --help",
        "A general utility script for Flask applications"
    ));
    assert!(
        text.contains("requirements = \"uv.lock\"") && text.contains("entry-point = \"flask.cli:main\""),
        "{text}"
    );
}

#[test]
fn a_project_of_poetry_is_packaged_without_an_edit_and_runs() {
    let text = need!(runs("isort-5.13.2", "isort", "isort --version", "5.13.2"));
    assert!(text.contains("version = \"5.13.2\"") && text.contains("Timothy Crosley"), "{text}");
}

#[test]
fn a_project_with_a_version_from_git_is_packaged_without_an_edit() {
    let (dir, text) = need!(project("mcp-1.9.0"));
    assert!(text.contains("version = \"${VERSION}\"") && text.contains("uv.lock"), "{text}");
    assert!(built(dir.path()).ends_with("/mcp_1.9.0_amd64.deb"));
}

/// A project that another packer packaged so far: made into a package without an edit, installed, and run.
#[track_caller]
fn comes_from(project: &crate::project::Project, words: &[&str]) -> Option<()> {
    let root = Root::new(Suite::Bookworm)?;
    crate::init::made_by(project, words);
    let built = crate::project::ran(project.command(&["build", "--fast"]).env("VERSION", "1.4.2"));
    assert_eq!(built.code, Some(0), "{}", built.err);
    root.copy_in(Path::new(built.out.trim()), "/srv/orders.deb");
    root.ok(&["dpkg", "-i", "/srv/orders.deb"]);
    assert_eq!(root.sh("orders").trim(), "takes orders");
    assert_eq!(root.sh("cat /etc/orders/env").trim(), "ORDERS_DEBUG=0");
    root.ok(&["dpkg", "--purge", "orders"]);
    Some(())
}

#[test]
fn a_service_of_nfpm_is_installed_and_runs() {
    use crate::init_nfpm::{FILE, project};
    need!(comes_from(&project(FILE), &[]));
}

#[test]
fn a_service_of_fpm_is_installed_and_runs() {
    use crate::init_fpm::{SCRIPT, project};
    need!(comes_from(&project(), &["--fpm", SCRIPT]));
}
