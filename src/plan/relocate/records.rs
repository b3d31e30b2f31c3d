//! RECORD: each list follows what became of its files, and the input is checked against it on the way.

use std::collections::BTreeMap;

use crate::content::record;
use crate::content::record::Change;
use crate::content::record::Line;
use crate::plan::relocate::case;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::links;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::venv::Venv;
use crate::types::digest::Sha256;

/// Rewrites every RECORD that is shipped.
pub(super) fn update(
    venv: &Venv<'_>,
    acts: &mut BTreeMap<&str, Act>,
    notes: &mut Vec<Note>,
) -> Result<(), Error> {
    let is_record = |(path, act): &(&&str, &Act)| case::is_metadata(path, "RECORD") && !act.is_drop();
    let records: Vec<String> = acts.iter().filter(is_record).map(|(path, _)| (*path).to_owned()).collect();
    let mut told = Told { digests: BTreeMap::new(), faults: Vec::new(), count: 0 };
    for path in records {
        let Some(entry) = venv.tree.get(&path) else { continue };
        let text = Item { path: &path, entry }.text()?;
        let lines = record::parse(text)
            .map_err(|source| Error::Unreadable { path: path.clone(), source: source.into() })?;
        let list = List { venv, acts, path: &path };
        let new = record::rewritten(&lines, &mut |line| list.follow(line, &mut told));
        if new != text
            && let Some(act) = acts.get_mut(path.as_str())
        {
            told.digests.remove(&path);
            *act = Act::Inline(new);
        }
    }
    let more = told.count - told.faults.len();
    notes.append(&mut told.faults);
    if more > 0 {
        notes.push(Note::RecordMore(more));
    }
    Ok(())
}

/// The most faults that are told one by one: whoever reads them has understood.
const MOST_FAULTS: usize = 100;

/// What all lists share: a list may name one file a million times.
struct Told {
    /// The digest and size of each rewritten file that was asked for.
    digests: BTreeMap<String, (Sha256, u64)>,
    /// The first faults.
    faults: Vec<Note>,
    /// How many there are.
    count: usize,
}

impl Told {
    fn fault(&mut self, fault: impl FnOnce() -> Note) {
        self.count += 1;
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(fault());
        }
    }

    fn digest(&mut self, path: &str, text: &[u8]) -> (Sha256, u64) {
        let of = || (Sha256::of(text), u64::try_from(text.len()).unwrap_or(u64::MAX));
        *self.digests.entry(path.to_owned()).or_insert_with(of)
    }
}

struct List<'a, 'v> {
    venv: &'a Venv<'v>,
    acts: &'a BTreeMap<&'a str, Act>,
    path: &'a str,
}

impl List<'_, '_> {
    fn follow(&self, line: &Line<'_>, told: &mut Told) -> Change {
        let Some(path) = self.resolve(&line.path) else {
            return self.missing(line, told);
        };
        let facts = self.venv.tree.get(&path).and_then(|entry| entry.file());
        let Some(facts) = facts else { return self.missing(line, told) };
        if line.agrees(&facts.sha256) == Some(false) {
            told.fault(|| Note::RecordMismatch { path: path.clone() });
        }
        let new_path = self.moved(&line.path);
        match self.acts.get(path.as_str()) {
            Some(Act::Drop(_)) | None => Change::Drop,
            Some(Act::Inline(text)) if !line.hash.is_empty() => {
                Change::Write { path: new_path, body: Some(told.digest(&path, text)) }
            }
            // Its bytes change while it is written; PEP 376 lets bytecode go without a hash.
            Some(Act::Stream(_)) if !line.hash.is_empty() => Change::Write { path: new_path, body: None },
            Some(Act::Link(_)) => Change::Write { path: new_path, body: None },
            _ if new_path != line.path => Change::Move(new_path),
            _ => Change::Keep,
        }
    }

    /// Relative to the root of the virtualenv: RECORD's paths start beside the `.dist-info`.
    fn resolve(&self, path: &[u8]) -> Option<String> {
        if path.starts_with(b"/") {
            return links::resolve(self.venv.tree, &self.venv.inside(path)?);
        }
        let directory = self.path.trim_end_matches("/RECORD");
        let base = directory.rsplit_once('/').map_or("", |(base, _)| base);
        links::resolve(self.venv.tree, &links::joined(base, std::str::from_utf8(path).ok()?)?)
    }

    fn moved(&self, path: &[u8]) -> Vec<u8> {
        let moved = self.venv.changes.iter().find_map(|change| change.apply(path));
        moved.unwrap_or_else(|| path.to_vec())
    }

    /// Bytecode comes and goes, and virtualenv lists its directories too, made or not; anything else that is
    /// missing was deleted by somebody.
    fn missing(&self, line: &Line<'_>, told: &mut Told) -> Change {
        let path = String::from_utf8_lossy(&line.path).into_owned();
        if !path.ends_with(".pyc") && !path.ends_with("__pycache__") {
            told.fault(|| Note::RecordMissing { record: self.path.to_owned(), path });
        }
        Change::Drop
    }
}
