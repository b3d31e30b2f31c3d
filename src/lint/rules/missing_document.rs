//! A package that does not say whose it is, or what changed.
//!
//! Policy 12.5 wants `/usr/share/doc/PACKAGE/copyright`, and 12.7 a changelog beside it; licence audits and `apt changelog` look there. `mkdeb build` writes both.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "missing-document",
    severity: Severity::Warning,
    source: include_str!("missing_document.rs"),
    check,
};

const CHANGELOGS: [&str; 4] = ["changelog.Debian.gz", "changelog.gz", "changelog.Debian", "changelog"];

fn check(facts: &Facts, found: &mut Findings<'_>) {
    let directory = format!("/usr/share/doc/{}", facts.field("Package").unwrap_or_default());
    // A link leads to another package's, which is needed then (Policy 12.5).
    let is_link =
        facts.files.get(&directory).is_some_and(|file| matches!(file.header.kind, Kind::Symlink(_)));
    let has = |name: &str| facts.files.contains_key(&format!("{directory}/{name}"));
    if is_link {
        return;
    }
    if !has("copyright") {
        found.say(format!("{directory}/copyright"), "it is not there");
    }
    if !CHANGELOGS.iter().any(|name| has(name)) {
        found.say(format!("{directory}/{}", CHANGELOGS[0]), "there is no changelog");
    }
}
