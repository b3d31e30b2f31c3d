//! A list of digests that is not of the files in the package.
//!
//! dpkg does not look at `md5sums` when it installs; `dpkg --verify` and `debsums` do, and then every host seems to have been tampered with. A line that is none
//! makes `dpkg --verify` fail. Pack the files first and list them then, as `mkdeb build` and `dh_md5sums` do.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;
use crate::lint::facts::Listed;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "wrong-md5sums",
    severity: Severity::Error,
    source: include_str!("wrong_md5sums.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for line in facts.md5sums() {
        let Listed::File { path, digest } = line else {
            found.say("md5sums", "it has a line that is not a digest and a path");
            continue;
        };
        match facts.files.get(&path) {
            None => found.say(path, "`md5sums` lists it, and it is not in the package"),
            Some(file) if !matches!(file.header.kind, Kind::File | Kind::Hardlink(_)) => {
                found.say(path, "`md5sums` lists it, and it is not a file");
            }
            Some(file) if file.digests.is_some_and(|(_, md5)| md5.to_string() != digest) => {
                found.say(path, "`md5sums` lists another digest of it");
            }
            Some(_) => {}
        }
    }
}
