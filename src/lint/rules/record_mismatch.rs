//! An installed distribution whose files are not those that it lists.
//!
//! `RECORD` has the digest of each file (PEP 376). A file that differs was edited after it was installed, or its installation broke off: make the
//! virtualenv anew. A file that is missing was left out on the way.

use crate::archive::tar::read::Kind;
use crate::content::record;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;
use crate::types::path::led_to;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "record-mismatch",
    severity: Severity::Warning,
    source: include_str!("record_mismatch.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in facts.ending(".dist-info/RECORD") {
        let Some(lines) = file.text.as_deref().and_then(|text| record::parse(text).ok()) else {
            found.say(path, "it is not CSV");
            continue;
        };
        let distribution = path.rsplit_once('/').map_or("", |(directory, _)| directory);
        for line in lines {
            let name = led_to(distribution, &String::from_utf8_lossy(&line.path));
            match facts.files.get(&name) {
                None if line.hash.is_empty() => {}
                None => found.say(&name, format!("`{distribution}` lists it, and it is not there")),
                Some(found_file) => {
                    let differs = found_file
                        .digests
                        .as_ref()
                        .is_some_and(|(sha256, _)| line.agrees(sha256) == Some(false));
                    if differs && found_file.header.kind == Kind::File {
                        found.say(&name, format!("`{distribution}` lists another digest of it"));
                    }
                }
            }
        }
    }
}
