//! Changes to a suite that are not made yet.

use std::collections::BTreeMap;

use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::repo::index::Change;
use crate::repo::index::Changes;
use crate::repo::release::Release;

/// What happens where a package is put in and one of the same name, version and architecture is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Collision {
    /// The new paragraph replaces the old one.
    #[default]
    Replace,
    /// It does where the bytes of the package differ.
    Newest,
    /// The same bytes change nothing, others are an error.
    Refuse,
}

/// What is to become of a suite: a change of what it holds, by component, and of what it says of itself.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// By component.
    pub(in crate::repo) changes: BTreeMap<String, Changes>,
    /// What happens where a package is there already.
    pub collision: Collision,
    /// What it says of itself from now on, besides date, generation and indices.
    pub about: Option<Release>,
    /// Whether the suite is signed anew though nothing in it changes.
    pub resign: bool,
    /// Architectures that have indices from now on, besides those that there are.
    pub architectures: Vec<String>,
}

impl Edit {
    /// Nothing but another signature.
    pub fn signature() -> Self {
        Self { resign: true, ..Self::default() }
    }

    /// Puts a package in, or replaces it.
    pub fn put(&mut self, component: &str, key: StanzaKey, stanza: Stanza) {
        self.changes.entry(component.to_owned()).or_default().insert(key, Change::Put(stanza));
    }

    /// Takes a package out.
    pub fn drop(&mut self, component: &str, key: StanzaKey) {
        self.changes.entry(component.to_owned()).or_default().insert(key, Change::Drop);
    }

    /// The architectures that packages in it are for, besides `all`.
    pub fn for_architectures(&self) -> impl Iterator<Item = &str> {
        let keys = self.changes.values().flat_map(BTreeMap::keys);
        let of_keys = keys.map(|key| key.architecture.as_str()).filter(|architecture| *architecture != "all");
        of_keys.chain(self.architectures.iter().map(String::as_str))
    }

    /// The components that it changes.
    pub fn components(&self) -> impl Iterator<Item = &str> {
        self.changes.keys().map(String::as_str)
    }

    /// The changes to one index: packages for all architectures are in each.
    pub fn of_index(&self, component: &str, architecture: &str) -> Changes {
        let changes = self.changes.get(component).into_iter().flatten();
        let is_there = |key: &StanzaKey| key.architecture == "all" || key.architecture == architecture;
        changes.filter(|(key, _)| is_there(key)).map(|(key, change)| (key.clone(), change.clone())).collect()
    }
}
