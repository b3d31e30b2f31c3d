//! A change to a suite, worked out on what is there and not made yet.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::control::stanza;
use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::control::stanza::compare_versions;
use crate::repo::edit::Collision;
use crate::repo::edit::Edit;
use crate::repo::error::Error;
use crate::repo::index::Built;
use crate::repo::index::Change;
use crate::repo::index::Changes;
use crate::repo::index::Index;
use crate::repo::layout;
use crate::repo::release::Release;
use crate::repo::session::Session;
use crate::repo::view::View;

/// A change that was worked out and is not made yet.
pub struct Draft {
    pub(in crate::repo) release: Release,
    /// The indices that change, by component and architecture.
    pub(in crate::repo) built: Vec<((String, String), Built)>,
    pub(in crate::repo) words: [BTreeSet<String>; 2],
    /// The files that nothing in the suite refers to any more.
    pub(in crate::repo) dropped: BTreeSet<String>,
}

impl Draft {
    /// The packages that it puts in, as `name version architecture`.
    pub fn added(&self) -> &BTreeSet<String> {
        &self.words[0]
    }

    /// The packages that it takes out.
    pub fn removed(&self) -> &BTreeSet<String> {
        &self.words[1]
    }
}

impl Session<'_> {
    /// Works a change out on what is there. None where it changes nothing.
    pub fn draft(&self, view: &mut View<'_>, edit: &Edit) -> Result<Option<Draft>, Error> {
        let mut release = edit.about.clone().unwrap_or_else(|| view.head.release.clone());
        release.indices = view.head.release.indices.clone();
        release.contents = view.head.release.contents.clone();
        let architectures: BTreeSet<String> = release.architectures.iter().cloned().collect();
        let all: BTreeSet<String> =
            architectures.iter().cloned().chain(edit.for_architectures().map(str::to_owned)).collect();
        release.architectures = all.iter().cloned().collect();
        for component in edit.components() {
            if !release.components.iter().any(|known| known == component) {
                let (suite, component) = (release.suite.clone(), component.to_owned());
                return Err(Error::NoComponent { suite, component, known: release.components.join(", ") });
            }
        }
        let mut draft =
            Draft { release, built: Vec::new(), words: Default::default(), dropped: BTreeSet::new() };
        let mut kept = BTreeSet::new();
        for component in draft.release.components.clone() {
            for architecture in &all {
                let name = (component.clone(), architecture.clone());
                let is_new = !draft.release.indices.contains_key(&name);
                let changes = changes(view, edit, &name, is_new)?;
                if changes.is_empty() && !is_new {
                    continue;
                }
                let index = view.index(&component, architecture)?;
                same_version(index, &changes)?;
                let built = index.apply(&changes, &mut |there, here| collide(edit.collision, there, here))?;
                if !is_new && built.added.is_empty() && built.removed.is_empty() {
                    continue;
                }
                kept.extend(built.added.iter().flat_map(|stanza| self.files_of(stanza)));
                // What a new index begins with was in the suite before.
                let wanted = edit.of_index(&component, architecture);
                let is_put = |stanza: &&Stanza| stanza.key().is_some_and(|key| wanted.contains_key(&key));
                draft.words[0].extend(built.added.iter().filter(is_put).map(words));
                draft.words[1].extend(built.removed.iter().map(words));
                draft.dropped.extend(built.removed.iter().flat_map(|stanza| self.files_of(stanza)));
                draft.release.indices.insert(name.clone(), built.written.entry);
                draft.built.push((name, built));
            }
        }
        draft.dropped.retain(|path| !kept.contains(path));
        let wanted = if self.settings.contents { draft.release.indices.len() } else { 0 };
        let is_changed = !draft.built.is_empty()
            || edit.resign
            || edit.about.is_some()
            || draft.release.contents.len() != wanted;
        Ok(is_changed.then_some(draft))
    }

    /// The files that are there for a package alone.
    fn files_of(&self, stanza: &Stanza) -> Vec<String> {
        let list = stanza.get("SHA256").filter(|_| self.settings.contents).map(layout::file_list);
        stanza.get("Filename").map(str::to_owned).into_iter().chain(list).collect()
    }
}

/// The changes to an index; a new one begins with what is for every architecture.
fn changes(
    view: &mut View<'_>,
    edit: &Edit,
    (component, architecture): &(String, String),
    is_new: bool,
) -> Result<Changes, Error> {
    let mut changes = Changes::new();
    let other = view.head.release.indices.keys().find(|(of, _)| of == component).cloned();
    if let (true, Some((_, other))) = (is_new, other) {
        view.index(component, &other)?.each(&mut |text| {
            let key = stanza::key(text).filter(|key| key.architecture == "all");
            changes.extend(key.map(|key| (key, Change::Put(Stanza::new(text)))));
            Ok::<_, Error>(())
        })?;
    }
    changes.extend(edit.of_index(component, architecture));
    Ok(changes)
}

/// Fails where a host would see two packages of one version: `1.0`, `1.0-0` and `0:1.0` are one to apt.
fn same_version(index: &Index, changes: &Changes) -> Result<(), Error> {
    let mut put: BTreeMap<&str, Vec<&StanzaKey>> = BTreeMap::new();
    let (mut there, mut clashes) = (BTreeSet::new(), Vec::new());
    for (key, _) in changes.iter().filter(|(_, change)| matches!(change, Change::Put(_))) {
        put.entry(&key.package).or_default().push(key);
    }
    let is_same = |left: &StanzaKey, right: &StanzaKey| {
        left != right && compare_versions(&left.version, &right.version).is_eq()
    };
    for keys in put.values() {
        for (number, key) in keys.iter().enumerate() {
            clashes.extend(keys[..number].iter().filter(|k| is_same(k, key)).map(|k| (*key, (*k).clone())));
        }
    }
    index.each(&mut |text| {
        let keys = stanza::field(text, "Package").and_then(|name| put.get(name));
        let Some((keys, key)) = keys.zip(stanza::key(text)) else { return Ok(()) };
        let is_gone = changes.get(&key) == Some(&Change::Drop);
        let same = keys.iter().filter(|put| !is_gone && is_same(put, &key));
        clashes.extend(same.map(|put| (*put, key.clone())));
        there.insert(key);
        Ok::<_, Error>(())
    })?;
    // What is there already is not put in again.
    match clashes.into_iter().find(|(put, _)| !there.contains(*put)) {
        Some((put, other)) => Err(Error::SameVersion { here: put.to_string(), there: other.to_string() }),
        None => Ok(()),
    }
}

/// `orders 1.0 amd64`.
fn words(stanza: &Stanza) -> String {
    stanza.key().map(|key| key.to_string()).unwrap_or_default()
}

fn collide(rule: Collision, there: &Stanza, here: &Stanza) -> Result<bool, Error> {
    let digest = |stanza: &Stanza| stanza.get("SHA256").unwrap_or_default().to_owned();
    match rule {
        Collision::Replace => Ok(there != here),
        _ if digest(there) == digest(here) => Ok(false),
        Collision::Newest => Ok(true),
        Collision::Refuse => {
            Err(Error::Conflict { name: words(here), there: digest(there), here: digest(here) })
        }
    }
}
