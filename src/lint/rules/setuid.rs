//! A program that runs with another user's or group's rights.
//!
//! Every mistake in it is a way to these rights, and an application in Python hardly ever needs one. Drop the bit, or use capabilities
//! of the unit (`AmbientCapabilities=`).

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "setuid", severity: Severity::Warning, source: include_str!("setuid.rs"), check };

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in &facts.files {
        if file.header.kind == Kind::File && file.header.mode & 0o6000 != 0 {
            found.say(path, format!("its mode is {:04o}", file.header.mode));
        }
    }
}
