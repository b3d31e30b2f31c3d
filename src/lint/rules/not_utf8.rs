//! A file name that is not UTF-8.
//!
//! Policy 10.10 wants it: else the name is shown, typed and searched for differently on each host, and Python raises `UnicodeEncodeError`. Rename the file.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "not-utf8", severity: Severity::Warning, source: include_str!("not_utf8.rs"), check };

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in &facts.files {
        if std::str::from_utf8(&file.header.path).is_err() {
            found.say(path, "its name is not UTF-8");
        }
    }
}
