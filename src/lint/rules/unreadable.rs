//! A file or directory that only its owner may read.
//!
//! The owner is root, and services run as somebody else: they fail with `Permission denied`. A umask of 077 on the build host is where it comes from, mostly. Policy 10.9 wants
//! 0644 and 0755. Below `/etc`, where secrets lie, modes are left alone.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "unreadable", severity: Severity::Warning, source: include_str!("unreadable.rs"), check };

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in facts.files.iter().filter(|(path, _)| !path.starts_with("/etc/")) {
        let needed = match file.header.kind {
            Kind::File => 0o004,
            Kind::Directory => 0o005,
            _ => continue,
        };
        if file.header.mode & needed != needed {
            found.say(path, format!("its mode is {:04o}", file.header.mode));
        }
    }
}
