//! A hard link to something that is not there when dpkg unpacks it.
//!
//! The file has to come before its other names, and may be no symbolic link: dpkg makes those last. `dpkg --install` ends with `error creating hard link`. Make the package
//! anew with `mkdeb pack` or `dpkg-deb`.

use crate::archive::tar::read::Kind;
use crate::deb::read::undotted;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "broken-hardlink",
    severity: Severity::Error,
    source: include_str!("broken_hardlink.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in &facts.files {
        let Kind::Hardlink(target) = &file.header.kind else { continue };
        let target = format!("/{}", String::from_utf8_lossy(undotted(target)));
        match facts.files.get(&target) {
            Some(first) if matches!(first.header.kind, Kind::Symlink(_)) => {
                found.say(path, format!("`{target}` is a symbolic link, which dpkg makes last"));
            }
            Some(first) if first.number < file.number => {}
            _ => found.say(path, format!("`{target}` does not come before it")),
        }
    }
}
