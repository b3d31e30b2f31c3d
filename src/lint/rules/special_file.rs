//! A device, a pipe or a socket.
//!
//! Policy 10.6 forbids them in packages: devices are the kernel's, and pipes and sockets belong to whoever runs. Make them when the service starts, by tmpfiles.d or a socket
//! unit.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "special-file", severity: Severity::Error, source: include_str!("special_file.rs"), check };

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in &facts.files {
        match file.header.kind {
            Kind::Character | Kind::Block => found.say(path, "it is a device"),
            Kind::Fifo => found.say(path, "it is a pipe"),
            Kind::File | Kind::Directory | Kind::Symlink(_) | Kind::Hardlink(_) | Kind::Other(_) => {}
        }
    }
}
