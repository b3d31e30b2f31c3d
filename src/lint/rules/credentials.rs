//! A password or token of whoever installed a distribution.
//!
//! `direct_url.json` keeps the address that a distribution came from (PEP 610), also `https://user:token@host/`, and so do `pip.conf`, `uv.toml` and
//! requirements; `.netrc` and `.pypirc` are for nothing else. Every host and everybody who can read the package has it then. Take the token out of the
//! address (a keyring, a `.netrc` of the build's own), change it, and make the virtualenv again.

use crate::content::credentials;
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
    for (path, file) in &facts.files {
        let name = path.rsplit('/').next().unwrap_or_default();
        let Some(text) = file.text.as_deref().filter(|_| credentials::may_hold(name)) else { continue };
        for line in credentials::lines(name, text) {
            found.say(path, format!("line {line} has credentials in it"));
        }
    }
}
