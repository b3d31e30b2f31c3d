//! Bytecode that Python does not take for that of the source beside it.
//!
//! Each start compiles the source anew, and where root starts it, writes files that no package owns. `bytecode = "auto"` in `[venv]` ships what
//! is fresh and nothing else.

use crate::content::bytecode::Header;
use crate::content::bytecode::Validity;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "stale-bytecode",
    severity: Severity::Warning,
    source: include_str!("stale_bytecode.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in facts.ending(".pyc") {
        let Some((directory, name)) = path.rsplit_once("/__pycache__/") else { continue };
        let Some(source) =
            name.split('.').next().and_then(|stem| facts.files.get(&format!("{directory}/{stem}.py")))
        else {
            continue;
        };
        let Some(Header { validity: Validity::Timestamp { mtime, size }, .. }) = Header::parse(&file.head)
        else {
            continue;
        };
        // Both are cut to 32 bits (PEP 552).
        let is_fresh = u64::from(mtime) == source.header.mtime & 0xffff_ffff
            && u64::from(size) == source.header.size & 0xffff_ffff;
        if !is_fresh {
            found.say(path, "its source has another time or size");
        }
    }
}
