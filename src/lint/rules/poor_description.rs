//! A description that does not describe.
//!
//! Lists show `Package - synopsis`: a synopsis that begins with the name says it twice, and one of more than 80 characters is cut off (Policy 3.4.1). The lines below it say what
//! the package is for; tabs in them are shown in as many ways as there are programs. Set `summary` and `description` in `[package]`.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "poor-description",
    severity: Severity::Warning,
    source: include_str!("poor_description.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    let package = facts.field("Package").unwrap_or_default();
    let Some((synopsis, more)) = facts.description() else { return };
    let begins = synopsis.get(..package.len()).is_some_and(|start| start.eq_ignore_ascii_case(package));
    let behind = synopsis.get(package.len()..).and_then(|rest| rest.chars().next());
    let is_word = |c: char| c.is_alphanumeric() || "-+._".contains(c);
    if !package.is_empty() && begins && !behind.is_some_and(is_word) {
        found.say("Description", "its first line begins with the package's name");
    }
    if synopsis.chars().count() > 80 {
        found.say("Description", "its first line has more than 80 characters");
    }
    if more.trim().is_empty() {
        found.say("Description", "it has a first line only, and no extended description");
    }
    if synopsis.contains('\t') || more.contains('\t') {
        found.say("Description", "it holds a tab");
    }
}
