//! A control field that Policy wants or recommends is missing.
//!
//! Policy 5.3 wants `Maintainer` and `Description` in every package, and recommends `Section` and `Priority`; reprepro refuses
//! packages without the latter two. Set them in `[package]`.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "missing-field",
    severity: Severity::Warning,
    source: include_str!("missing_field.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for name in ["Maintainer", "Description", "Section", "Priority"] {
        if facts.field(name).is_none_or(str::is_empty) {
            found.say(name, "the control file lacks it");
        }
    }
}
