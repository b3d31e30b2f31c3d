//! Machine code that needs a later glibc than the hosts have.
//!
//! With `--target` the suite of the hosts is known, and so is its glibc: `version `GLIBC_2.38' not found` is what they would say. Build on that
//! suite, or take wheels for an earlier one (`manylinux_2_28`).

use crate::config::recipe::Suite;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "newer-glibc", severity: Severity::Error, source: include_str!("newer_glibc.rs"), check };

fn check(facts: &Facts, found: &mut Findings<'_>) {
    let Some((suite, there)) = facts.target.and_then(|suite| Some((suite, minor(suite)?))) else { return };
    for (path, file) in &facts.files {
        let Some((_, asks)) = &file.code else { continue };
        let versions = asks.undefined.iter().filter_map(|symbol| symbol.version.as_ref());
        let newest = versions
            .filter_map(|(version, _)| version.strip_prefix("GLIBC_2.")?.split('.').next()?.parse().ok());
        if let Some(newest) = newest.max().filter(|newest: &u32| *newest > there) {
            found.say(path, format!("it needs glibc 2.{newest}, and {} has 2.{there}", suite.name()));
        }
    }
}

/// The Y of a suite's glibc 2.Y; none where that still changes.
fn minor(suite: Suite) -> Option<u32> {
    match suite {
        Suite::Bullseye => Some(31),
        Suite::Jammy => Some(35),
        Suite::Bookworm => Some(36),
        Suite::Noble => Some(39),
        Suite::Trixie => Some(41),
        Suite::Forky | Suite::Sid => None,
    }
}
