//! One state of a suite, as far as it was read.

use std::collections::BTreeMap;

use crate::repo::blocks::Blocks;
use crate::repo::blocks::Written;
use crate::repo::error::Error;
use crate::repo::index::Index;
use crate::repo::index::Paragraph;
use crate::repo::layout;
use crate::repo::release::Entry;
use crate::repo::release::Listed;
use crate::repo::release::Release;
use crate::repo::store::Store;
use crate::repo::store::Version;
use crate::types::date::SourceDate;
use crate::types::digest::Sha256;

/// The signed head of a suite.
#[derive(Debug, Clone)]
pub struct Head {
    /// What it says.
    pub release: Release,
    /// `InRelease`, as it was read.
    pub inline: String,
    /// Which version of the file that was.
    pub version: Option<Version>,
    /// When it was written, by the store's clock.
    pub modified: SourceDate,
}

impl Head {
    /// Reads `InRelease`; none where there is none. Its signature is judged elsewhere.
    pub fn read(store: &dyn Store, suite: &str) -> Result<Option<Self>, Error> {
        let path = layout::of_suite(suite, "InRelease");
        let Some(found) = store.get(&path)? else { return Ok(None) };
        let place = store.spelled(&path);
        let damaged = |_| Error::Damaged { place: place.clone(), reason: "it is not UTF-8".to_owned() };
        let inline = String::from_utf8(found.bytes).map_err(damaged)?;
        let release = Release::parse(&inline);
        let release = release.map_err(|source| Error::Release { place: place.clone(), source })?;
        // A signed text of one suite is no less signed where somebody puts it in the place of another's.
        if release.suite != suite {
            let reason = format!("it is that of the suite `{}`", release.suite);
            return Err(Error::Damaged { place, reason });
        }
        Ok(Some(Self { release, inline, version: Some(found.version), modified: found.modified }))
    }
}

/// A suite, and those of its indices that were asked for.
pub struct View<'s> {
    store: &'s dyn Store,
    /// The head that all is seen from.
    pub head: Head,
    /// When it was read.
    pub read_at: SourceDate,
    indices: BTreeMap<(String, String), (Entry, Index)>,
}

impl<'s> View<'s> {
    /// From a head that was read at this time.
    pub fn new(store: &'s dyn Store, head: Head, read_at: SourceDate) -> Self {
        Self { store, head, read_at, indices: BTreeMap::new() }
    }

    /// The same from a later head; indices that did not change stay.
    pub fn follow(&mut self, head: Head, read_at: SourceDate) {
        self.head = head;
        self.read_at = read_at;
    }

    /// The same behind a change that was just made, with the indices that it made.
    pub(in crate::repo) fn accept(
        &mut self,
        release: Release,
        inline: &str,
        indices: Vec<((String, String), Written<Paragraph>)>,
    ) {
        let modified = release.date;
        self.head = Head { release, inline: inline.to_owned(), version: None, modified };
        self.indices.extend(indices.into_iter().map(|(name, made)| (name, (made.entry, made.blocks))));
    }

    /// The suite.
    pub fn suite(&self) -> &str {
        &self.head.release.suite
    }

    /// An index by component and architecture; an empty one where there is none yet.
    pub fn index(&mut self, component: &str, architecture: &str) -> Result<&Index, Error> {
        let name = (component.to_owned(), architecture.to_owned());
        let Some(entry) = self.head.release.indices.get(&name).copied() else {
            let empty = (Entry { plain: nothing(), packed: nothing() }, Index::default());
            return Ok(&self.indices.entry(name).insert_entry(empty).into_mut().1);
        };
        if self.indices.get(&name).is_none_or(|(there, _)| *there != entry) {
            let listed = Listed::packages((component, architecture), entry);
            let index = read_blocks(self.store, self.suite(), &listed)?;
            self.indices.insert(name.clone(), (entry, index));
        }
        match self.indices.get(&name) {
            Some((_, index)) => Ok(index),
            None => Err(std::io::Error::other("an index was lost").into()),
        }
    }

    /// Every paragraph of the suite once, with its component: those for all architectures are in each index.
    pub fn each(&mut self, see: &mut dyn FnMut(&str, &str) -> Result<(), Error>) -> Result<(), Error> {
        let names: Vec<_> = self.head.release.indices.keys().cloned().collect();
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for (component, architecture) in &names {
            let is_first = *first.entry(component).or_insert(architecture) == architecture;
            self.index(component, architecture)?.each(&mut |text| {
                let is_own = crate::control::stanza::field(text, "Architecture") != Some("all");
                if is_first || is_own { see(component, text) } else { Ok(()) }
            })?;
        }
        Ok(())
    }
}

/// Reads an index by its digest, which says at once whether it is whole.
pub fn read_blocks<R>(store: &dyn Store, suite: &str, listed: &Listed) -> Result<Blocks<R>, Error> {
    let path = listed.by_hash(suite);
    let place = store.spelled(&path);
    let found = store.get(&path)?;
    let reason = match found {
        Some(found) if Sha256::of(&found.bytes) == listed.entry.packed.0 => {
            return Ok(Blocks::of_bytes(found.bytes));
        }
        Some(_) => "its bytes have another digest than its name",
        None => "`InRelease` refers to it, and it is not there",
    };
    Err(Error::Damaged { place, reason: reason.to_owned() })
}

fn nothing() -> (Sha256, u64) {
    (Sha256::of(b""), 0)
}
