//! A file that belongs to a user of the machine that built the package.
//!
//! dpkg goes by the name where the host knows it, else by the number: somebody else's account may own the file then. Policy 10.9 wants root;
//! accounts are made and given files when the package is configured.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "foreign-owner",
    severity: Severity::Warning,
    source: include_str!("foreign_owner.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in &facts.files {
        let [user, group] = [&file.header.owner.user, &file.header.owner.group]
            .map(|name| String::from_utf8_lossy(name).into_owned());
        let is_roots = [&user, &group].iter().all(|name| matches!(name.as_str(), "root" | ""));
        if !is_roots {
            found.say(path, format!("it belongs to {user}:{group}"));
        }
    }
}
