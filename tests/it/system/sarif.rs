//! Findings as SARIF, before the program of those who made the format.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bed::{cache, missing, need};
use crate::lint;
use crate::project::ran;

/// What is wrong with a document.
fn errors(document: &Path) -> Option<Vec<String>> {
    let judge = cache().join("node/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool");
    if !judge.exists() {
        return missing("the program that validates SARIF");
    }
    let home = tempfile::tempdir().unwrap();
    let ran = ran(Command::new(judge).arg("validate").arg(document).env("HOME", home.path()));
    assert!(ran.out.contains("1 files scanned"), "{}{}", ran.out, ran.err);
    Some(ran.out.lines().filter(|line| line.contains(": error ")).map(str::to_owned).collect())
}

#[test]
fn findings_are_valid_sarif() {
    let project = lint::faulty();
    let packed = project.run(&["pack", "--root-owner-group", "--nocheck", "-q", "tree", "of me.deb"]);
    assert_eq!(packed.code, Some(0), "{}", packed.err);
    let findings = project.run(&["lint", "--sarif", "of me.deb"]).out;
    assert!(findings.contains("\"ruleId\": \"world-writable\""), "{findings}");
    project.write("lint.sarif", &findings);
    assert_eq!(need!(errors(&project.path("lint.sarif"))), [""; 0]);
    fs::write(project.path("lint.sarif"), findings.replace("\"2.1.0\"", "\"2.0\"")).unwrap();
    let other = need!(errors(&project.path("lint.sarif")));
    assert_eq!(other.len(), 1, "{other:?}");
}
