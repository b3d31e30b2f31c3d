//! Moves a virtualenv to its final path: what becomes of each of its files.
//!
//! A table of cases, first match wins, a file per family. Text is rewritten here; bytecode while it is written;
//! everything else streams as it is. The input is never touched: uv's files are hard links into its cache.

mod bytecode;
mod case;
mod config;
mod editable;
pub mod error;
mod links;
mod litter;
mod metadata;
pub mod note;
mod platform;
mod records;
mod scripts;
#[cfg(test)]
mod skeleton;
mod tally;
#[cfg(test)]
mod tests;
mod venv;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::config::recipe::Bytecode;
use crate::config::recipe::DropProfile;
use crate::content::python::PythonVersion;
use crate::content::relocation::Changed;
use crate::content::relocation::Counts;
use crate::package::blob::Blob;
use crate::package::tree::Node;
use crate::package::tree::NodeKind;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::venv::Venv;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::date::SourceDate;
use crate::types::mode::Mode;
use crate::types::path::ArchivePath;
use crate::types::path::InstallPath;

/// What to make of a virtualenv.
#[derive(Debug, Clone)]
pub struct Request {
    /// Where it will lie: `/opt/orders/releases/ID/venv`.
    pub destination: InstallPath,
    /// The interpreter on the host, where the user names one: `/usr/bin/python3.11`.
    pub interpreter: Option<InstallPath>,
    /// What to do with bytecode.
    pub bytecode: Bytecode,
    /// What to leave out.
    pub drop: BTreeSet<DropProfile>,
    /// No file is later than this.
    pub date: SourceDate,
}

/// A virtualenv at its final path.
#[derive(Debug, Clone)]
pub struct Relocated {
    /// Every path it installs, the destination itself first.
    pub nodes: Vec<(InstallPath, Node)>,
    /// The Python that it needs.
    pub python: PythonVersion,
    /// That Python on the host.
    pub interpreter: InstallPath,
    /// Debian's name of the architecture, where anything in it is machine code.
    pub architecture: Option<&'static str>,
    /// Debian's name of the architecture of each ELF file that has one, by path within the virtualenv.
    pub machines: BTreeMap<String, &'static str>,
    /// Where it was built, longest first: what no shipped file should name.
    pub old_prefixes: Vec<String>,
    /// How many files of each kind were changed.
    pub counts: Counts,
    /// Which those are.
    pub changed: Changed,
    /// What the user should know.
    pub notes: Vec<Note>,
}

/// The most bytes of rewritten texts, which are in memory until they are written. A short prefix that is named a
/// million times becomes a long one.
const MOST_REWRITTEN: usize = 256 << 20;

/// Decides on every file of a virtualenv.
pub fn relocate(tree: &SourceTree, request: &Request) -> Result<Relocated, Error> {
    let mut notes = Vec::new();
    let venv = Venv::discover(tree, request, &mut notes)?;
    editable::refuse(&venv)?;
    let platform = platform::examine(&venv, &mut notes)?;
    let (mut acts, mut rewritten) = (BTreeMap::new(), 0);
    let items = items(&venv)?;
    for item in &items {
        if item.file().is_some() && Mode::is_privileged(item.entry.mode) {
            notes.push(Note::Privileged { path: item.path.to_owned() });
        }
        let act = case::decide(&venv, item, &mut notes)?;
        if let Act::Inline(text) = &act {
            rewritten += text.len();
        }
        if rewritten > MOST_REWRITTEN {
            return Err(Error::TooMuchText { name: tree.name.clone(), path: item.path.to_owned() });
        }
        acts.insert(item.path, act);
    }
    links::drop_dangling(&venv, &items, &mut acts);
    bytecode::check_policy(&venv, &acts)?;
    notes.extend(tally::left_out(&acts));
    records::update(&venv, &mut acts, &mut notes)?;
    metadata::check_commands(&venv, &acts, &mut notes);
    let (counts, changed) = tally::count(&venv, &acts);
    Ok(Relocated {
        counts,
        changed,
        nodes: nodes(&venv, &items, acts)?,
        python: venv.python,
        interpreter: venv.interpreter,
        architecture: platform.architecture,
        machines: platform.machines,
        old_prefixes: venv.changes.iter().map(|change| String::from_utf8_lossy(&change.old).into()).collect(),
        notes,
    })
}

fn items<'a>(venv: &Venv<'a>) -> Result<Vec<Item<'a>>, Error> {
    let item = |(path, entry): (&'a ArchivePath, &'a SourceEntry)| {
        let text = path.as_str().ok_or_else(|| Error::NotUtf8 { path: path.to_string() })?;
        if let SourceKind::Special(kind) = &entry.kind {
            return Err(Error::Special { name: venv.tree.name.clone(), kind, path: path.to_string() });
        }
        Ok(Item { path: text, entry })
    };
    venv.tree.entries.iter().map(item).collect()
}

fn nodes(
    venv: &Venv<'_>,
    items: &[Item<'_>],
    mut acts: BTreeMap<&str, Act>,
) -> Result<Vec<(InstallPath, Node)>, Error> {
    let empty = emptied(items, &acts);
    let origin = format!("the virtualenv `{}`", venv.tree.name);
    let directory = NodeKind::Directory { mode: Mode::EXECUTABLE };
    let root = Node { kind: directory, origin: origin.clone(), mtime: None };
    let mut nodes = vec![(venv.request.destination.clone(), root)];
    for item in items.iter().filter(|item| !empty.contains(item.path)) {
        let mode = Mode::normalised(item.entry.mode);
        let file = |blob| NodeKind::File { blob, mode, conffile: false };
        let kind = match (acts.remove(item.path), &item.entry.kind) {
            (None | Some(Act::Drop(_)), _) | (_, SourceKind::Special(_)) => continue,
            (Some(Act::Link(target)), _) => NodeKind::Symlink { target },
            (_, SourceKind::Directory) => NodeKind::Directory { mode: Mode::EXECUTABLE },
            (_, SourceKind::Symlink(target)) => match std::str::from_utf8(target) {
                Ok(target) => NodeKind::Symlink { target: target.to_owned() },
                Err(_) => return Err(Error::NotUtf8 { path: item.path.to_owned() }),
            },
            (Some(Act::Inline(text)), SourceKind::File(_)) => file(Blob::Inline(text.into())),
            (Some(Act::Stream(rewrite)), SourceKind::File(facts)) => {
                file(Blob::Rewritten { id: facts.id, size: facts.size, rewrite })
            }
            (Some(Act::Keep), SourceKind::File(facts)) => {
                file(Blob::Source { id: facts.id, size: facts.size })
            }
        };
        let path = venv.request.destination.join(item.path);
        let path = path.map_err(|source| Error::Path { path: item.path.to_owned(), source })?;
        let mtime = Some(venv.request.date.clamp(item.entry.mtime));
        nodes.push((path, Node { kind, origin: origin.clone(), mtime }));
    }
    Ok(nodes)
}

/// The directories that hold nothing any more, though they did.
fn emptied<'a>(items: &[Item<'a>], acts: &BTreeMap<&'a str, Act>) -> BTreeSet<&'a str> {
    let (mut held, mut holds) = (BTreeSet::new(), BTreeSet::new());
    let is_no_directory = |item: &&Item<'a>| !matches!(item.entry.kind, SourceKind::Directory);
    for item in items.iter().filter(is_no_directory) {
        let is_kept = acts.get(item.path).is_some_and(|act| !act.is_drop());
        let holders = if is_kept { &mut holds } else { &mut held };
        // From below, up to the first that is known: those above it are known too.
        for (slash, _) in item.path.rmatch_indices('/') {
            if !holders.insert(&item.path[..slash]) {
                break;
            }
        }
    }
    held.difference(&holds).copied().collect()
}
