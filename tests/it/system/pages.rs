//! Pages in a real browser: whether they are valid, stay by themselves, fit a phone, and can be read by everybody.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::repo_page;
use crate::bed::{cache, missing, need};
use crate::inspect;
use crate::pages;
use crate::project::{Project, ran};

/// What judges, and the directory of its packages.
fn judge() -> Option<(PathBuf, PathBuf)> {
    let (node, packages) = (PathBuf::from("/usr/bin/node"), cache().join("node/node_modules"));
    if !Path::new("/usr/bin/chromium").exists() {
        return missing("the browser chromium");
    }
    if !node.exists() || !packages.is_dir() {
        return missing("node with html-validate, axe and playwright");
    }
    Some((node, packages))
}

/// What is wrong with pages, in light and in dark, on a screen and on a phone.
fn faults(pages: &[PathBuf]) -> Option<String> {
    let (node, packages) = judge()?;
    let home = tempfile::tempdir().unwrap();
    let shots = std::env::var("MKDEB_SHOTS").map_or_else(|_| home.path().to_owned(), PathBuf::from);
    fs::create_dir_all(&shots).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/system/pages.js");
    let mut command = Command::new(node);
    command.arg(script).arg(shots).args(pages).env("NODE_PATH", packages).env("HOME", home.path());
    let ran = ran(command.current_dir(home.path()));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    Some(ran.out)
}

fn shown(project: &Project, name: &str, words: &[&str]) -> PathBuf {
    let page = project.run(words).out;
    assert!(page.starts_with("<!DOCTYPE html>"), "{words:?}");
    project.write(name, page);
    project.path(name)
}

#[test]
fn pages_of_packages_are_valid_and_can_be_read_by_everybody() {
    need!(judge());
    let project = pages::project("");
    let old = project.build(&[]).out.trim_end().to_owned();
    project.write("app/orders/more.py", "x = 1\n");
    project.write("orders.conf", "port = 81\n");
    let new = project.build(&["--set", "package.version=1.5", "--set", "venv.drop=[\"activate\"]"]).out;
    fs::create_dir(project.path("split")).unwrap();
    project.build(&["--set", "layout.kind=split", "--output", "split", "--report", "split.html"]);
    project.write("evil.deb", inspect::page::hostile());
    let judged = [
        shown(&project, "package.html", &["inspect", "--html", &old]),
        shown(&project, "evil.html", &["inspect", "--html", "evil.deb"]),
        shown(&project, "diff.html", &["diff", "--html", &old, new.trim_end()]),
        project.path("split.html"),
    ];
    assert_eq!(need!(faults(&judged)), "");
}

#[test]
fn the_page_of_a_repository_is_valid_and_can_be_read_by_everybody() {
    need!(judge());
    let publisher = repo_page::shown();
    publisher.publish(&["--suite", "beta", &publisher.deb("hello", "1.0")]);
    assert_eq!(need!(faults(&[Path::new(&publisher.place).join("index.html")])), "");
}

#[test]
fn the_judge_sees_what_is_wrong() {
    need!(judge());
    let directory = tempfile::tempdir().unwrap();
    let page = directory.path().join("bad.html");
    let text = "<!DOCTYPE html><html><head><title>x</title></head><body><div style=\"width:5000px\">x</div>\
        <img src=\"http://127.0.0.1:9/x.png\"><script>console.log('x')</script></body></html>";
    fs::write(&page, text).unwrap();
    let said = need!(faults(&[page]));
    for fault in
        ["it scrolls sideways", "image-alt", "it asks for http://127.0.0.1:9/x.png", "console: x", ":1: "]
    {
        assert!(said.contains(fault), "{fault}: {said}");
    }
}
