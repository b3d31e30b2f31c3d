//! Counts what was done to a virtualenv's files, for whoever inspects the package.

use std::collections::BTreeMap;

use crate::content::activator;
use crate::content::relocation::Changed;
use crate::content::relocation::Counts;
use crate::content::relocation::Kind;
use crate::plan::relocate::case;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::note::Part;
use crate::plan::relocate::venv::Venv;
use crate::source::tree::SourceKind;

/// Compares what becomes of each path with what it was.
pub(super) fn count(venv: &Venv<'_>, acts: &BTreeMap<&str, Act>) -> (Counts, Changed) {
    let (mut counts, mut changed) = (Counts::default(), Changed::default());
    for (path, act) in acts {
        let kind = match act {
            Act::Keep => continue,
            _ if is_as_before(venv, path, act) => continue,
            Act::Drop(_) => {
                counts.dropped += 1;
                continue;
            }
            Act::Stream(_) => Kind::Bytecode,
            Act::Link(_) => Kind::Link,
            Act::Inline(text) => kind(path, text),
        };
        *counts.counter(kind) += 1;
        changed.add(kind, path);
    }
    (counts, changed)
}

/// What is left out, a note for each part.
pub(super) fn left_out(acts: &BTreeMap<&str, Act>) -> Vec<Note> {
    let mut parts: BTreeMap<Part, (u64, &str)> = BTreeMap::new();
    for (path, act) in acts {
        if let Act::Drop(part) = act {
            parts.entry(*part).or_insert((0, path)).0 += 1;
        }
    }
    let note =
        |(part, (count, example)): (_, (_, &str))| Note::LeftOut { part, count, example: example.to_owned() };
    parts.into_iter().map(note).collect()
}

/// Whether a path gets the target or the text that it had.
fn is_as_before(venv: &Venv<'_>, path: &str, act: &Act) -> bool {
    let old = || venv.tree.get(path).map(|entry| &entry.kind);
    match act {
        Act::Link(target) => matches!(old(), Some(SourceKind::Symlink(old)) if target.as_bytes() == old),
        Act::Inline(text) => {
            matches!(old(), Some(SourceKind::File(facts)) if facts.text.as_deref() == Some(&text[..]))
        }
        _ => false,
    }
}

fn kind(path: &str, text: &[u8]) -> Kind {
    if path == "pyvenv.cfg" {
        Kind::PyvenvCfg
    } else if path.strip_prefix("bin/").is_some_and(activator::is_activator) {
        Kind::Activator
    } else if case::is_metadata(path, "RECORD") {
        Kind::Record
    } else if path.ends_with(".pth") {
        Kind::Pth
    } else if text.starts_with(b"#!") {
        Kind::Script
    } else {
        Kind::Text
    }
}
