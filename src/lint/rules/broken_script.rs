//! A maintainer script that does not run.
//!
//! Without `#!`, with `\r` at the end of that line, or with an interpreter that need not be there when dpkg runs it: then the package stays half installed. What
//! every host has is `/bin/sh` (Policy 10.4); `/usr/bin/env` finds what an admin has put into `/usr/local`.

use crate::content::shebang;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "broken-script",
    severity: Severity::Error,
    source: include_str!("broken_script.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        if script.bytes.starts_with(b"\x7fELF") {
            continue;
        }
        let first = script.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if shebang::parse(&script.bytes).is_none() {
            found.say(name, "it does not begin with `#!`");
            continue;
        }
        let named = String::from_utf8_lossy(first.get(2..).unwrap_or_default()).into_owned();
        let named = named.split_whitespace().next().unwrap_or_default();
        if first.ends_with(b"\r") {
            found.say(name, "its first line ends in `\\r\\n`");
        } else if named == "/usr/bin/env" || named.starts_with("/usr/local/") || !named.starts_with('/') {
            found.say(name, format!("it is run by `{named}`, which is something else on each host"));
        }
    }
}
