//! A password or token of whoever installed a distribution.
//!
//! `direct_url.json` keeps the address that a distribution came from (PEP 610), also `https://user:token@host/`. Every host and everybody who can
//! read the package has it then. Take the token out of the address (a `.netrc`, a keyring), change it, and make the virtualenv anew.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "credentials", severity: Severity::Error, source: include_str!("credentials.rs"), check };

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, origin) in facts.origins() {
        if origin.has_credentials() {
            found.say(path, "its address has credentials in it");
        }
    }
    for name in ["/pip.conf", "/.netrc", "/.pypirc"] {
        for (path, _) in facts.ending(name) {
            found.say(path, "files of this name hold credentials");
        }
    }
}
