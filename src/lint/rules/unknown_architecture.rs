//! An architecture that Debian does not have.
//!
//! dpkg-deb packs it, and dpkg then refuses: `package architecture (x86_64) does not match system (amd64)`. Debian's names are not those of `uname`: `amd64`, `arm64`,
//! `armhf`; a package without machine code is for `all`.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;
use crate::types::arch::Arch;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "unknown-architecture",
    severity: Severity::Error,
    source: include_str!("unknown_architecture.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    let stated = facts.field("Architecture").filter(|value| !value.is_empty());
    if let Some(name) = stated.filter(|name| name.parse::<Arch>().is_err()) {
        found.say("Architecture", format!("Debian has no architecture `{name}`"));
    }
}
