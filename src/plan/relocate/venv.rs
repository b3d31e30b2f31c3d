//! What a virtualenv says about itself: its Python, and the places it believes to lie at.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::content::activator;
use crate::content::bytecode::COMPILED_AT;
use crate::content::prefix;
use crate::content::prefix::PrefixChange;
use crate::content::python::PythonVersion;
use crate::content::pyvenv_cfg::PyvenvCfg;
use crate::content::shebang;
use crate::content::shebang::LONGEST;
use crate::content::shebang::TooLong;
use crate::plan::relocate::Request;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::links;
use crate::plan::relocate::note::Note;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::path::InstallPath;

/// A virtualenv and where it goes: what every case may ask.
pub(super) struct Venv<'a> {
    pub(super) tree: &'a SourceTree,
    pub(super) request: &'a Request,
    pub(super) cfg: PyvenvCfg,
    pub(super) python: PythonVersion,
    /// The base interpreter on the host.
    pub(super) interpreter: InstallPath,
    /// Each old prefix to the destination, longest first.
    pub(super) changes: Vec<PrefixChange>,
    /// The same for bytecode, which may also have been compiled by mkdeb.
    pub(super) compiled_at: Arc<[PrefixChange]>,
}

impl<'a> Venv<'a> {
    /// Reads the facts and refuses what is no virtualenv of a CPython.
    pub(super) fn discover(
        tree: &'a SourceTree,
        request: &'a Request,
        notes: &mut Vec<Note>,
    ) -> Result<Self, Error> {
        check_destination(request.destination.as_str())?;
        let cfg = root_marker(tree)?;
        let python = library(tree)?;
        check_destination_length(&request.destination, python)?;
        refuse_old_virtualenv(tree, python)?;
        if cfg.sees_system_packages() {
            notes.push(Note::SeesSystemPackages);
        }
        let old = old_prefixes(tree, &cfg, notes);
        let new = request.destination.as_str().as_bytes();
        let changes: Vec<PrefixChange> =
            old.into_iter().map(|old| PrefixChange { old: old.into(), new: new.to_vec() }).collect();
        let interpreter = match &request.interpreter {
            Some(given) => given_interpreter(given, python)?,
            None => links::interpreter(tree, &cfg, python, &changes)?,
        };
        let compiled = PrefixChange { old: COMPILED_AT.as_bytes().to_vec(), new: new.to_vec() };
        let compiled_at = changes.iter().cloned().chain([compiled]).collect();
        Ok(Self { tree, request, cfg, python, interpreter, changes, compiled_at })
    }

    /// The text under its new prefix; `None` when it names no old one.
    pub(super) fn replaced(&self, text: &[u8]) -> Option<Vec<u8>> {
        prefix::replace(text, &self.changes)
    }

    /// A path under an old prefix, relative to the root.
    pub(super) fn inside(&self, path: &[u8]) -> Option<String> {
        inside(&self.changes, path)
    }

    /// `lib/python3.11/site-packages`.
    pub(super) fn site_packages(&self) -> String {
        format!("lib/python{}/site-packages", self.python)
    }

    /// Files whose text was kept, in a directory.
    pub(super) fn files_in(&self, directory: &str) -> impl Iterator<Item = (&'a str, &'a SourceEntry)> {
        files_in(self.tree, directory)
    }
}

/// A path under an old prefix, relative to the root; empty for the root itself.
pub(super) fn inside(changes: &[PrefixChange], path: &[u8]) -> Option<String> {
    let rest = changes.iter().find_map(|change| {
        let rest = path.strip_prefix(change.old.as_slice())?;
        rest.strip_prefix(b"/").or(rest.is_empty().then_some(rest))
    })?;
    String::from_utf8(rest.to_vec()).ok()
}

fn files_in<'a>(tree: &'a SourceTree, directory: &str) -> impl Iterator<Item = (&'a str, &'a SourceEntry)> {
    let start = format!("{directory}/");
    tree.entries.iter().filter_map(move |(path, entry)| {
        let path = path.as_str()?;
        let name = path.strip_prefix(&start)?;
        (!name.contains('/')).then_some((path, entry))
    })
}

fn root_marker(tree: &SourceTree) -> Result<PyvenvCfg, Error> {
    let name = tree.name.clone();
    if tree.get("conda-meta").is_some() {
        return Err(Error::Conda { name });
    }
    let Some(text) = tree.text("pyvenv.cfg") else {
        if let Some(path) = old_mark(tree) {
            return Err(Error::OldVirtualenv { name, path });
        }
        let is_interpreter = tree.entries.iter().any(|(path, _)| {
            path.as_str().is_some_and(|path| path.starts_with("lib/python3") && path.ends_with("/os.py"))
        });
        let reason =
            if is_interpreter { "it is a whole Python installation" } else { "it has no `pyvenv.cfg`" };
        return Err(Error::NotVirtualenv { name, reason });
    };
    let cfg = PyvenvCfg::parse(text)
        .map_err(|source| Error::Unreadable { path: "pyvenv.cfg".to_owned(), source: source.into() })?;
    if cfg.home().is_none() {
        return Err(Error::NotVirtualenv { name, reason: "its `pyvenv.cfg` has no `home`" });
    }
    Ok(cfg)
}

/// What only a virtualenv before 20 writes, which wrote no `pyvenv.cfg` either.
fn old_mark(tree: &SourceTree) -> Option<String> {
    let mut paths = tree.entries.keys().filter_map(|path| path.as_str());
    let is_mark = |path: &&str| path.starts_with("lib/python") && path.ends_with("/orig-prefix.txt");
    paths.find(is_mark).map(str::to_owned)
}

fn library(tree: &SourceTree) -> Result<PythonVersion, Error> {
    let name = || tree.name.clone();
    let directories: Vec<&str> = files_in(tree, "lib")
        .filter(|(_, entry)| matches!(entry.kind, SourceKind::Directory))
        .map(|(path, _)| path)
        .collect();
    let version = |path: &&str| PythonVersion::from_name(path.strip_prefix("lib/")?);
    let found: Vec<&str> = directories.iter().copied().filter(|path| version(path).is_some()).collect();
    match found.as_slice() {
        [one] => version(one).ok_or_else(|| Error::NoLibrary { name: name(), found: None }),
        [] => {
            let other = directories.iter().find(|path| path.contains("py"));
            Err(Error::NoLibrary { name: name(), found: other.map(|path| (*path).to_owned()) })
        }
        [first, second, ..] => {
            let (first, second) = ((*first).to_owned(), (*second).to_owned());
            Err(Error::SeveralPythons { name: name(), first, second })
        }
    }
}

fn refuse_old_virtualenv(tree: &SourceTree, python: PythonVersion) -> Result<(), Error> {
    let marks = ["orig-prefix.txt", "no-global-site-packages.txt", "os.py", "site.py"];
    for path in marks.map(|mark| format!("lib/python{python}/{mark}")) {
        if tree.get(&path).is_some() {
            return Err(Error::OldVirtualenv { name: tree.name.clone(), path });
        }
    }
    Ok(())
}

/// Then no shell and no `.pth` needs other quoting than it has.
fn check_destination(path: &str) -> Result<(), Error> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/._+~-".contains(&byte);
    if path.bytes().all(fits) { Ok(()) } else { Err(Error::DestinationCharacters(path.to_owned())) }
}

fn check_destination_length(destination: &InstallPath, python: PythonVersion) -> Result<(), Error> {
    let length = format!("#!{destination}/bin/python{python}\n").len();
    if length <= LONGEST {
        return Ok(());
    }
    let source = TooLong { length };
    Err(Error::DestinationTooLong { destination: destination.to_string(), script: None, source })
}

fn given_interpreter(given: &InstallPath, python: PythonVersion) -> Result<InstallPath, Error> {
    if PythonVersion::from_name(given.file_name()) == Some(python) {
        return Ok(given.clone());
    }
    Err(Error::OtherVersion { interpreter: given.to_string(), python })
}

/// The places that the virtualenv names as its own, and where it lies; longest first, then by bytes.
fn old_prefixes(tree: &SourceTree, cfg: &PyvenvCfg, notes: &mut Vec<Note>) -> Vec<String> {
    let activate = tree.text("bin/activate").and_then(activator::virtual_env);
    let location = Some(tree.location.trim_end_matches('/').to_owned());
    let mut found = Vec::new();
    for place in [activate, voted(tree), cfg.made_at().map(str::to_owned), location].into_iter().flatten() {
        if is_place(&place) && !found.contains(&place) {
            found.push(place);
        }
    }
    found.sort_by(|a: &String, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    if found.len() > 1 {
        notes.push(Note::Moved(found.clone()));
    }
    found
}

/// The place that most scripts of `bin/` name.
fn voted(tree: &SourceTree) -> Option<String> {
    let mut votes: BTreeMap<String, usize> = BTreeMap::new();
    for (_, entry) in files_in(tree, "bin") {
        let text = entry.file().and_then(|facts| facts.text.as_deref()).unwrap_or_default();
        let script = shebang::parse(text).filter(shebang::Shebang::is_python);
        let place = script.as_ref().and_then(|script| script.directory()?.strip_suffix(b"/bin"));
        let place = place.and_then(|place| std::str::from_utf8(place).ok());
        if let Some(place) = place.filter(|place| is_place(place)) {
            *votes.entry(place.to_owned()).or_default() += 1;
        }
    }
    votes.into_iter().max_by_key(|(_, count)| *count).map(|(place, _)| place)
}

/// Replacing `/usr` would change paths that mean the host.
fn is_place(path: &str) -> bool {
    const SHARED: [&str; 4] = ["/usr/local", "/usr/bin", "/usr/lib", "/usr/share"];
    path.starts_with('/') && path.matches('/').count() > 1 && !SHARED.contains(&path)
}
