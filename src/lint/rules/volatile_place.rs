//! A file in a directory that is emptied, or is not on a disk.
//!
//! `/tmp`, `/run` and what leads there are empty after the next start, `/dev`, `/proc` and `/sys` belong to the kernel: the package lacks the file from then on, and
//! dpkg does not know. Make it when the service starts: `RuntimeDirectory=`, or tmpfiles.d.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "volatile-place",
    severity: Severity::Error,
    source: include_str!("volatile_place.rs"),
    check,
};

const PLACES: [&str; 8] =
    ["/tmp/", "/var/tmp/", "/run/", "/var/run/", "/var/lock/", "/dev/", "/proc/", "/sys/"];

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for path in facts.files.keys() {
        if let Some(place) = PLACES.iter().find(|place| path.starts_with(*place)) {
            found.say(path, format!("`{}` does not keep it", place.trim_end_matches('/')));
        }
    }
}
