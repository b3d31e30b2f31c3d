//! `Contents`: which packages have a file, for `apt-file` (<https://wiki.debian.org/DebianRepository/Format>).
//!
//! What a package has in it is listed once and kept beside the repository, by the digest of the package. So one more
//! package is read by whoever publishes it, and nobody reads it again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::io::Read;

use crate::archive::tar::read::Kind;
use crate::control::stanza;
use crate::deb::read;
use crate::deb::read::Limits;
use crate::deb::read::Reader;
use crate::deb::read::undotted;
use crate::repo::blocks::Blocks;
use crate::repo::blocks::Record;
use crate::repo::blocks::Written;
use crate::repo::error::Error;
use crate::repo::index::Built;
use crate::repo::index::Index;
use crate::repo::layout;
use crate::repo::release::Listed;
use crate::repo::release::Release;
use crate::repo::session::Session;
use crate::repo::store::Bytes;
use crate::repo::store::Content;
use crate::repo::store::Store;
use crate::repo::view::View;
use crate::repo::view::read_blocks;
use crate::types::size::Size;

/// How many lines are changed at once: what is held in memory.
const BATCH: usize = 200_000;

/// The most that a package may unpack to: what is listed comes from strangers.
const LARGEST: Size = Size::of_bytes(64 << 30);

/// A line of `Contents`: a path, a tab, and names of packages with commas between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {}

impl Record for Line {
    type Key = String;
    const SPREAD: u64 = 4096;
    const END: &'static str = "\n";
    const KEYLESS: &'static str = "a line of the index names no package";

    fn split(text: &str) -> impl Iterator<Item = &str> {
        text.split('\n').filter(|line| !line.is_empty())
    }

    fn key(record: &str) -> Option<String> {
        record.rsplit_once('\t').map(|(path, _)| path.to_owned())
    }

    fn spelled(key: &String) -> Cow<'_, str> {
        Cow::Borrowed(key)
    }
}

/// A compressed `Contents`; the list of the files in one package is one too.
pub type Contents = Blocks<Line>;

/// Which packages come to a line, and which go from it.
#[derive(Debug, Default)]
struct Change {
    come: BTreeSet<String>,
    gone: BTreeSet<String>,
}

/// Changes by paths.
type Changes = BTreeMap<String, Change>;

/// A package whose files are listed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Owner {
    name: String,
    sha256: String,
    path: String,
}

/// What comes to `Contents` and what goes from it.
#[derive(Debug, Default)]
struct Shift {
    come: BTreeSet<Owner>,
    gone: BTreeSet<Owner>,
    /// Those that stay, of the names that something goes from.
    stay: BTreeSet<Owner>,
}

/// Lists the files in a package and keeps the list, for whoever writes `Contents`.
pub fn keep_list(store: &dyn Store, package: &dyn Content, place: &str) -> Result<(), Error> {
    let list = list_of(&mut *package.open()?);
    let list = list.map_err(|source| Error::Package { place: place.to_owned(), source: Box::new(source) })?;
    store.create(&layout::file_list(&package.sha256().to_string()), &Bytes(list.bytes()))?;
    Ok(())
}

/// The files in a package: all but directories. A path with a line feed in it cannot be told.
fn list_of(input: &mut dyn Read) -> Result<Contents, read::Error> {
    let reader = Reader::open(input, &Limits::of_stranger(LARGEST))?;
    let name = stanza::field(&reader.deb().control, "Package").unwrap_or_default().to_owned();
    let mut changes = Changes::new();
    reader.walk(&mut |entry, _| {
        let path = String::from_utf8_lossy(undotted(&entry.header.path)).into_owned();
        if entry.header.kind != Kind::Directory && !path.contains('\n') {
            changes.entry(path).or_default().come.insert(name.clone());
        }
        Ok::<_, read::Error>(())
    })?;
    let failed = |source| read::Error::body(b"Contents", source);
    Ok(changed(&Contents::default(), &changes).map_err(failed)?.blocks)
}

fn changed(contents: &Contents, changes: &Changes) -> io::Result<Written<Line>> {
    contents.rewrite(changes, 0, &mut |path: &String, there, change: &Change| {
        let names = there.and_then(|line| line.rsplit_once('\t')).map_or("", |(_, names)| names);
        let mut names: BTreeSet<&str> = names.split(',').filter(|name| !name.is_empty()).collect();
        names.retain(|name| !change.gone.contains(*name));
        names.extend(change.come.iter().map(String::as_str));
        let names: Vec<&str> = names.into_iter().collect();
        Ok((!names.is_empty()).then(|| format!("{path}\t{}", names.join(","))))
    })
}

impl Owner {
    fn of(paragraph: &str) -> Option<Self> {
        let field = |name| stanza::field(paragraph, name).map(str::to_owned);
        Some(Self { name: field("Package")?, sha256: field("SHA256")?, path: field("Filename")? })
    }
}

impl Shift {
    /// All that is in an index.
    fn whole(index: &Index) -> Result<Self, Error> {
        let mut shift = Self::default();
        index.each(&mut |text| {
            shift.come.extend(Owner::of(text));
            Ok::<_, Error>(())
        })?;
        Ok(shift)
    }

    /// What a change of an index comes to.
    fn of(built: &Built) -> Result<Self, Error> {
        let owners = |stanzas: &[stanza::Stanza]| -> BTreeSet<Owner> {
            stanzas.iter().filter_map(|stanza| Owner::of(stanza.as_str())).collect()
        };
        let (added, removed) = (owners(&built.added), owners(&built.removed));
        let mut shift = Self {
            come: added.difference(&removed).cloned().collect(),
            gone: removed.difference(&added).cloned().collect(),
            stay: BTreeSet::new(),
        };
        if !shift.gone.is_empty() {
            let names: BTreeSet<&str> = shift.gone.iter().map(|owner| &owner.name[..]).collect();
            built.written.blocks.each(&mut |text| {
                let is_named = stanza::field(text, "Package").is_some_and(|name| names.contains(name));
                shift.stay.extend(Owner::of(text).filter(|_| is_named));
                Ok::<_, Error>(())
            })?;
        }
        Ok(shift)
    }
}

impl Session<'_> {
    /// Brings `Contents` along with the indices that change, where that is wanted.
    pub(in crate::repo) fn put_contents(
        &self,
        view: &mut View<'_>,
        (release, mark): (&mut Release, u32),
        built: &[((String, String), Built)],
    ) -> Result<Vec<(Listed, Contents)>, Error> {
        let mut made = Vec::new();
        if !self.settings.contents {
            release.contents.clear();
            return Ok(made);
        }
        for (name, _) in release.indices.clone() {
            let (component, architecture) = (&name.0[..], &name.1[..]);
            let change = built.iter().find(|(of, _)| *of == name).map(|(_, built)| built);
            let (contents, shift) = match (release.contents.get(&name), change) {
                (Some(_), None) => continue,
                (Some(entry), Some(built)) => {
                    let listed = Listed::contents((component, architecture), *entry);
                    match read_blocks(self.store, &release.suite, &listed) {
                        Ok(contents) => (contents, Shift::of(built)?),
                        // What is lost follows from the packages.
                        Err(Error::Damaged { .. }) => {
                            (Contents::default(), Shift::whole(&built.written.blocks)?)
                        }
                        Err(error) => return Err(error),
                    }
                }
                (None, Some(built)) => (Contents::default(), Shift::whole(&built.written.blocks)?),
                (None, None) => (Contents::default(), Shift::whole(view.index(component, architecture)?)?),
            };
            let mut written = self.shifted(contents, &shift)?;
            self.put_blocks(&release.suite, &layout::contents(component, architecture), &mut written, mark)?;
            release.contents.insert(name.clone(), written.entry);
            made.push((Listed::contents((component, architecture), written.entry), written.blocks));
        }
        Ok(made)
    }

    fn shifted(&self, mut contents: Contents, shift: &Shift) -> Result<Written<Line>, Error> {
        let mut changes = Changes::new();
        for owner in &shift.gone {
            let mut paths: BTreeSet<String> = self.paths(owner)?.into_iter().collect();
            for other in shift.stay.iter().filter(|other| other.name == owner.name) {
                for path in self.paths(other)? {
                    paths.remove(&path);
                }
            }
            for path in paths {
                changes.entry(path).or_default().gone.insert(owner.name.clone());
            }
            flush(&mut contents, &mut changes)?;
        }
        for owner in &shift.come {
            for path in self.paths(owner)? {
                changes.entry(path).or_default().come.insert(owner.name.clone());
            }
            flush(&mut contents, &mut changes)?;
        }
        Ok(changed(&contents, &changes)?)
    }

    /// The files in a package, by its list; where there is none, it is made from the package. A package that is lost
    /// has no files: nobody installs them.
    fn paths(&self, owner: &Owner) -> Result<Vec<String>, Error> {
        let place = layout::file_list(&owner.sha256);
        if let Some(found) = self.store.get(&place)?
            && let Ok(paths) = paths_in(&Contents::of_bytes(found.bytes))
        {
            return Ok(paths);
        }
        let Some(mut input) = self.store.open(&owner.path)? else { return Ok(Vec::new()) };
        let spelled = || self.store.spelled(&owner.path);
        let failed = |source| Error::Package { place: spelled(), source: Box::new(source) };
        let list = list_of(&mut input).map_err(failed)?;
        self.store.replace(&place, &Bytes(list.bytes()), None)?;
        Ok(paths_in(&list)?)
    }
}

fn paths_in(list: &Contents) -> io::Result<Vec<String>> {
    let mut paths = Vec::new();
    list.each(&mut |line| {
        paths.extend(Line::key(line));
        Ok::<_, io::Error>(())
    })?;
    Ok(paths)
}

fn flush(contents: &mut Contents, changes: &mut Changes) -> io::Result<()> {
    if changes.len() >= BATCH {
        *contents = changed(contents, changes)?.blocks;
        changes.clear();
    }
    Ok(())
}
