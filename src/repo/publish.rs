//! Publishing packages: checked, then uploaded, then made known.

use std::collections::BTreeMap;

use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::repo::commit::Commit;
use crate::repo::edit::Collision;
use crate::repo::edit::Edit;
use crate::repo::error::Error;
use crate::repo::gc::Condemned;
use crate::repo::layout;
use crate::repo::session::Draft;
use crate::repo::session::Session;
use crate::repo::store::Content;
use crate::repo::store::Put;
use crate::types::digest::Sha256;

/// The field with the time at which a package came into the suite, in seconds since 1970.
pub const PUBLISHED: &str = "X-Mkdeb-Published";

/// A package to publish.
pub struct Candidate<'c> {
    /// What it is found by.
    pub key: StanzaKey,
    /// What its control file says, and what we add, without the fields of an index.
    pub control: Stanza,
    /// The name that groups its file with others.
    pub source: String,
    /// Its bytes.
    pub content: &'c dyn Content,
    /// Their digest.
    pub sha256: Sha256,
}

/// What to do with them.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Which suite.
    pub suite: String,
    /// Which component.
    pub component: String,
    /// Whether other bytes of the same version replace those that are there.
    pub replace: bool,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// What became of them.
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// The packages that were put in, as `name version architecture`.
    pub added: Vec<String>,
    /// Those that they replaced.
    pub removed: Vec<String>,
    /// The generation that they are in; none where all was there already.
    pub generation: Option<u64>,
}

/// Uploads some of the packages, perhaps at once: called with their numbers and paths.
pub type Upload<'u> = dyn FnMut(&BTreeMap<usize, String>) -> Result<Vec<(usize, Put)>, Error> + 'u;

impl Session<'_> {
    /// Publishes packages. What is there already with the same bytes is left alone.
    pub fn publish(
        &self,
        candidates: &[Candidate<'_>],
        wish: &Wish,
        upload: &mut Upload<'_>,
    ) -> Result<Published, Error> {
        let mut paths: Vec<String> =
            candidates.iter().map(|candidate| self.place(candidate, &wish.component)).collect();
        let mut view = self.view(&wish.suite)?;
        let edit = self.edit_of(candidates, (wish, &paths))?;
        let mut draft = self.draft(&mut view, &edit)?;
        let Some(first) = &draft else { return Ok(Published::default()) };
        if wish.dry_run {
            return Ok(published(first, None));
        }
        let wanted: BTreeMap<usize, String> = (0..candidates.len())
            .filter(|number| first.added().contains(&name(&candidates[*number].key)))
            .map(|number| (number, paths[number].clone()))
            .collect();
        if self.upload(candidates, wish, (&wanted, &mut paths), upload)? {
            let edit = self.edit_of(candidates, (wish, &paths))?;
            draft = self.draft(&mut view, &edit)?;
        }
        let commit =
            self.commit("publish", (view, draft), &mut |_| self.edit_of(candidates, (wish, &paths)))?;
        Ok(commit.map_or_else(Published::default, |commit| told(&commit)))
    }

    /// Where a package goes, unless something else is there.
    fn place(&self, candidate: &Candidate<'_>, component: &str) -> String {
        let (source, key) = (&candidate.source, &candidate.key);
        if candidate.content.size() > self.store.largest_create() {
            return layout::pool_apart(component, source, key, &candidate.sha256.to_string()[..16]);
        }
        layout::pool(component, source, key)
    }

    /// Puts the packages into the pool. Whose place is taken goes elsewhere; tells whether one did.
    fn upload(
        &self,
        candidates: &[Candidate<'_>],
        wish: &Wish,
        (wanted, paths): (&BTreeMap<usize, String>, &mut Vec<String>),
        upload: &mut Upload<'_>,
    ) -> Result<bool, Error> {
        let taken: Vec<usize> = refused(upload(wanted)?);
        let mut condemned = None;
        let mut elsewhere = BTreeMap::new();
        for number in taken {
            let candidate = &candidates[number];
            if condemned.is_none() {
                condemned = Some(Condemned::read(self.store)?);
            }
            let is_condemned = |path: &str| condemned.as_ref().is_some_and(|list| list.holds(path));
            let path = paths[number].clone();
            if self.store.about(&path)?.is_some_and(|about| about.sha256 == Some(candidate.sha256))
                && !is_condemned(&path)
            {
                continue;
            }
            let digest = candidate.sha256.to_string();
            let apart =
                |apart: &str| layout::pool_apart(&wish.component, &candidate.source, &candidate.key, apart);
            // The whole digest is longer than the usual part of it, and so another place.
            let places = [apart(&digest[..16]), apart(&digest)];
            let free = places.iter().find(|path| !is_condemned(path)).unwrap_or(&places[0]);
            paths[number] = free.clone();
            elsewhere.insert(number, free.clone());
        }
        if elsewhere.is_empty() {
            return Ok(false);
        }
        // A path with the digest in it that is taken is taken by the same bytes.
        upload(&elsewhere)?;
        Ok(true)
    }

    fn edit_of(
        &self,
        candidates: &[Candidate<'_>],
        (wish, paths): (&Wish, &[String]),
    ) -> Result<Edit, Error> {
        let collision = if wish.replace { Collision::Newest } else { Collision::Refuse };
        let mut edit = Edit { collision, ..Edit::default() };
        let now = self.store.now()?;
        for (candidate, path) in candidates.iter().zip(paths) {
            let stanza = candidate
                .control
                .with(PUBLISHED, &now.to_string())
                .with("Filename", path)
                .with("Size", &candidate.content.size().to_string())
                .with("SHA256", &candidate.sha256.to_string());
            edit.put(&wish.component, candidate.key.clone(), stanza);
        }
        Ok(edit)
    }
}

/// Those that were not created.
fn refused(outcomes: Vec<(usize, Put)>) -> Vec<usize> {
    outcomes.into_iter().filter(|(_, put)| *put == Put::Refused).map(|(number, _)| number).collect()
}

fn name(key: &StanzaKey) -> String {
    format!("{} {} {}", key.package, key.version, key.architecture)
}

fn published(draft: &Draft, generation: Option<u64>) -> Published {
    let list = |words: &std::collections::BTreeSet<String>| words.iter().cloned().collect();
    Published { added: list(draft.added()), removed: list(draft.removed()), generation }
}

fn told(commit: &Commit) -> Published {
    Published {
        added: commit.added.clone(),
        removed: commit.removed.clone(),
        generation: Some(commit.generation),
    }
}
