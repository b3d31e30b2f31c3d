//! The history of the source.
//!
//! `.git` has every earlier state of every file, and in CI often the token that it was fetched with. Make the application's tarball with `mkdeb export` or `git archive`, or
//! name it in `exclude`.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "version-control",
    severity: Severity::Warning,
    source: include_str!("version_control.rs"),
    check,
};

const NAMES: [&str; 4] = [".git", ".hg", ".svn", ".bzr"];

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in &facts.files {
        let name = path.rsplit('/').next().unwrap_or(path);
        if NAMES.contains(&name) && file.header.kind == Kind::Directory {
            found.say(path, "it is a repository");
        }
    }
}
