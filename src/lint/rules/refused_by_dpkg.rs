//! The format: what dpkg or apt refuses, though it can be read.
//!
//! PAX records, line feeds in names, several zstd frames, a control file that is not valid: `dpkg-deb --contents` lists
//! such packages, and then `dpkg --install` fails on the host. Build the package with `mkdeb build` or `mkdeb pack`.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "refused-by-dpkg",
    severity: Severity::Error,
    source: include_str!("refused_by_dpkg.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for problem in facts.deb.problems.iter() {
        found.say("format", problem.to_string());
    }
}
