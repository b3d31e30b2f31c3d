//! A maintainer who cannot be written to.
//!
//! `Maintainer` is one name and one address (Policy 5.6.2): whoever runs the host asks there. Set `maintainer` in `[package]`.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "odd-maintainer",
    severity: Severity::Warning,
    source: include_str!("odd_maintainer.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    let Some(maintainer) = facts.field("Maintainer").filter(|value| !value.is_empty()) else { return };
    let address = maintainer.split_once('<').and_then(|(name, rest)| Some((name, rest.strip_suffix('>')?)));
    let fault = match address {
        None => Some("it is not a name and an address: `Name <address>`"),
        Some((_, address)) if address.contains(['<', '>', ',']) => Some("it is more than one"),
        Some((name, _)) if name.trim().is_empty() => Some("it has no name"),
        Some((_, address)) => match address.split_once('@') {
            Some((user, host))
                if !user.is_empty() && host.contains('.') && !host.ends_with(".localdomain") =>
            {
                None
            }
            _ => Some("nobody can write to its address"),
        },
    };
    fault.into_iter().for_each(|fault| found.say("Maintainer", fault));
}
