//! A file that `md5sums` leaves out.
//!
//! `dpkg --verify` cannot tell whether somebody changed it. A package without `md5sums` is left alone: dpkg makes the list itself then. Conffiles do not belong in
//! it, since an admin may change them.

use std::collections::BTreeSet;

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;
use crate::lint::facts::Listed;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "incomplete-md5sums",
    severity: Severity::Warning,
    source: include_str!("incomplete_md5sums.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    if facts.deb.control_file("md5sums").is_none() {
        return;
    }
    let listed: BTreeSet<String> = facts
        .md5sums()
        .filter_map(|line| match line {
            Listed::File { path, .. } => Some(path),
            Listed::Nothing => None,
        })
        .collect();
    for (path, file) in &facts.files {
        let is_file = matches!(file.header.kind, Kind::File | Kind::Hardlink(_));
        if is_file && !path.starts_with("/etc/") && !listed.contains(path) {
            found.say(path, "`md5sums` does not list it");
        }
    }
}
