//! Counts what was done to a virtualenv's files, for whoever inspects the package.

use std::collections::BTreeMap;

use crate::content::activator;
use crate::content::relocation::Counts;
use crate::plan::relocate::case;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::note::Part;
use crate::plan::relocate::venv::Venv;
use crate::source::tree::SourceKind;

/// Compares what becomes of each path with what it was.
pub(super) fn count(venv: &Venv<'_>, acts: &BTreeMap<&str, Act>) -> Counts {
    let mut counts = Counts::default();
    for (path, act) in acts {
        let counter = match act {
            Act::Keep => continue,
            _ if is_as_before(venv, path, act) => continue,
            Act::Drop(_) => &mut counts.dropped,
            Act::Stream(_) => &mut counts.bytecode,
            Act::Link(_) => &mut counts.links,
            Act::Inline(text) => kind(&mut counts, path, text),
        };
        *counter += 1;
    }
    counts
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

fn kind<'c>(counts: &'c mut Counts, path: &str, text: &[u8]) -> &'c mut u64 {
    if path == "pyvenv.cfg" {
        &mut counts.pyvenv_cfg
    } else if path.strip_prefix("bin/").is_some_and(activator::is_activator) {
        &mut counts.activators
    } else if case::is_metadata(path, "RECORD") {
        &mut counts.records
    } else if path.ends_with(".pth") {
        &mut counts.pth
    } else if text.starts_with(b"#!") {
        &mut counts.scripts
    } else {
        &mut counts.texts
    }
}
