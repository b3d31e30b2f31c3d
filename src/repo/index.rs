//! `Packages`: one paragraph for each package of a component that hosts of an architecture can install.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use crate::control::stanza;
use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::repo::blocks::Blocks;
use crate::repo::blocks::Record;
use crate::repo::blocks::Written;

/// The longest paragraph that is taken in, in bytes. From 1 MiB on apt 2.6 calls the whole index corrupt, and then
/// the host can do nothing any more; Debian's longest has some 30 KiB.
pub const LARGEST: usize = 256 << 10;

/// A paragraph of `Packages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paragraph {}

impl Record for Paragraph {
    type Key = StanzaKey;
    const SPREAD: u64 = 128;
    const END: &'static str = "\n\n";
    /// What no index that apt reads has.
    const KEYLESS: &'static str = "a paragraph of the index lacks Package, Version or Architecture";

    fn split(text: &str) -> impl Iterator<Item = &str> {
        stanza::paragraphs(text)
    }

    fn key(record: &str) -> Option<StanzaKey> {
        stanza::key(record)
    }

    fn spelled(key: &StanzaKey) -> Cow<'_, str> {
        Cow::Owned(format!("{}\n{}\n{}", key.package, key.version, key.architecture))
    }
}

/// A compressed index.
pub type Index = Blocks<Paragraph>;

/// An index that was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The index.
    pub written: Written<Paragraph>,
    /// What was put in, in the order of keys.
    pub added: Vec<Stanza>,
    /// What was taken out.
    pub removed: Vec<Stanza>,
}

/// What is to become of one paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is put in, or replaces what is there.
    Put(Stanza),
    /// It is taken out.
    Drop,
}

/// Changes by the keys of the paragraphs they are about.
pub type Changes = BTreeMap<StanzaKey, Change>;

/// Asked where a paragraph is put and another one of its key is there: whether that is replaced.
pub type Collide<'a, E> = dyn FnMut(&Stanza, &Stanza) -> Result<bool, E> + 'a;

impl Index {
    /// The index with some paragraphs changed.
    pub fn apply<E: From<io::Error>>(
        &self,
        changes: &Changes,
        collide: &mut Collide<'_, E>,
    ) -> Result<Built, E> {
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        let written = self.rewrite(changes, 0, &mut |_, there, change| {
            let there = there.map(Stanza::new);
            let Change::Put(stanza) = change else {
                removed.extend(there);
                return Ok(None);
            };
            if let Some(there) = there {
                if !collide(&there, stanza)? {
                    return Ok(Some(there.as_str().to_owned()));
                }
                removed.push(there);
            }
            added.push(stanza.clone());
            Ok::<_, E>(Some(stanza.as_str().to_owned()))
        })?;
        Ok(Built { written, added, removed })
    }
}
