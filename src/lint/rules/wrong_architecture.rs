//! Machine code for another processor than the package says.
//!
//! dpkg installs it, and the first import fails with `cannot open shared object file` or `invalid ELF header`. Make the virtualenv on, or for, the
//! architecture of the hosts; a package for `all` has no machine code.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "wrong-architecture",
    severity: Severity::Error,
    source: include_str!("wrong_architecture.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    let stated = facts.field("Architecture").unwrap_or_default();
    for (path, file) in &facts.files {
        let Some(machine) = file.code.as_ref().and_then(|(machine, _)| machine.debian()) else { continue };
        if machine != stated {
            found.say(path, format!("it is for {machine}, and the package for {stated}"));
        }
    }
}
