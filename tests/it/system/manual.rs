//! Man pages and completions, taken by the programs that read them.

use std::process::Command;

use crate::bed::missing;
use crate::project::{Project, ran};

#[test]
fn man_has_nothing_against_the_pages() {
    if !std::path::Path::new("/usr/bin/man").exists() {
        return missing("man").unwrap_or_default();
    }
    let project = Project::new("");
    let written = project.run(&["man", "--output", "pages"]);
    assert_eq!(written.code, Some(0), "{}", written.err);
    let names: Vec<&str> = written.out.lines().map(|path| path.rsplit('/').next().unwrap()).collect();
    for name in ["mkdeb.1", "mkdeb-build.1", "mkdeb-repo-promote.1", "mkdeb-repo-key-rotate.1"] {
        assert!(names.contains(&name), "{names:?}");
    }
    for path in written.out.lines() {
        let shown = ran(Command::new("man")
            .args(["--warnings", "-l", path])
            .env("MANPAGER", "cat")
            .env("LC_ALL", "C.UTF-8"));
        assert_eq!((shown.code, shown.err.as_str()), (Some(0), ""), "{path}");
        assert!(shown.out.contains("SYNOPSIS"), "{path}");
    }
    let one = project.run(&["man", "repo", "promote"]);
    assert!(one.out.contains("\\-\\-rollout"), "{}", one.out);
    let none = project.run(&["man", "unknown"]);
    assert!(none.code == Some(2) && none.err.contains("there is no verb `unknown`"), "{}", none.err);
}

#[test]
fn bash_completes_verbs_and_options() {
    let project = Project::new("");
    let script = project.run(&["completions", "bash"]).out;
    project.write("complete.sh", script);
    let ask = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let script = format!(
            ". ./complete.sh; COMP_WORDS=({line}); COMP_CWORD={}; _mkdeb mkdeb '{}' ''; echo \"${{COMPREPLY[@]}}\"",
            words.len() - 1,
            words[words.len() - 1],
        );
        let ran = ran(Command::new("bash").args(["-c", &script]).current_dir(project.dir()));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran.out
    };
    assert!(ask("mkdeb pub").contains("publish"), "{}", ask("mkdeb pub"));
    assert!(ask("mkdeb build --dr").contains("--dry-run"), "{}", ask("mkdeb build --dr"));
    assert!(ask("mkdeb repo pr").contains("promote"), "{}", ask("mkdeb repo pr"));
}
