//! A file below `/etc` that dpkg overwrites on upgrade.
//!
//! What an admin changes in it is lost (Policy 10.7.3). Ship it by `[[config]]`, which makes it a conffile.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "no-conffile", severity: Severity::Warning, source: include_str!("no_conffile.rs"), check };

fn check(facts: &Facts, found: &mut Findings<'_>) {
    let listed: Vec<String> = facts.conffiles().map(|(path, _)| path).collect();
    for (path, file) in
        facts.files.range("/etc/".to_owned()..).take_while(|(path, _)| path.starts_with("/etc/"))
    {
        if file.header.kind == Kind::File && !listed.contains(path) {
            found.say(path, "it is not a conffile");
        }
    }
}
