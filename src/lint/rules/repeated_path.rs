//! A path that is in the package more than once.
//!
//! dpkg takes the last, `md5sums` tells of the first, and other tools choose as they please: nobody knows what is on the host. Make the package anew with `mkdeb build` or
//! `mkdeb pack`.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "repeated-path",
    severity: Severity::Error,
    source: include_str!("repeated_path.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for path in &facts.repeated {
        found.say(path, "it is in the package more than once");
    }
}
