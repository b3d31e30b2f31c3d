//! An entry whose directory is not there when dpkg unpacks it.
//!
//! dpkg makes no directory that the package does not have, and makes links last: below a link that is in the same package there is nothing yet. `dpkg --install` ends with
//! `No such file or directory`. Put each directory into the package, before what is in it, and what lies below a link where that leads.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "no-parent", severity: Severity::Error, source: include_str!("no_parent.rs"), check };

/// Directories that every host has, by packages that cannot be removed.
const THERE: [&str; 40] = [
    "",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/etc/default",
    "/etc/init.d",
    "/home",
    "/lib",
    "/lib/systemd",
    "/lib/systemd/system",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/include",
    "/usr/lib",
    "/usr/local",
    "/usr/sbin",
    "/usr/share",
    "/usr/share/doc",
    "/usr/share/man",
    "/usr/share/man/man1",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/local",
    "/var/log",
    "/var/mail",
    "/var/spool",
    "/var/tmp",
];

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in &facts.files {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        match facts.files.get(parent) {
            None if THERE.contains(&parent) => {}
            None => found.say(path, format!("`{parent}` is not in the package")),
            Some(above) => match &above.header.kind {
                Kind::Directory if above.number < file.number => {}
                // A link that replaces what the host has as a directory is another matter.
                Kind::Symlink(_) => found.say(path, format!("`{parent}` is a link, which dpkg makes last")),
                Kind::Directory => found.say(path, format!("`{parent}` comes after it")),
                _ => found.say(path, format!("`{parent}` is not a directory")),
            },
        }
    }
}
