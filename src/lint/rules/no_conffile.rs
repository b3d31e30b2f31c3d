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
    let listed =
        facts.deb.control_file("conffiles").map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
    let listed = listed.unwrap_or_default();
    for (path, file) in
        facts.files.range("/etc/".to_owned()..).take_while(|(path, _)| path.starts_with("/etc/"))
    {
        let is_listed = listed.lines().any(|line| line.split(' ').next_back() == Some(path));
        if file.header.kind == Kind::File && !is_listed {
            found.say(path, "it is no conffile");
        }
    }
}
