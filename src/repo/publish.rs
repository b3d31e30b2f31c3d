//! Publishing packages: checked, then uploaded, then made known.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::repo::commit::Commit;
use crate::repo::edit::Collision;
use crate::repo::edit::Edit;
use crate::repo::error::Error;
use crate::repo::gc::Condemned;
use crate::repo::layout;
use crate::repo::session::Session;
use crate::repo::store::Content;
use crate::repo::store::Put;
use crate::repo::view::View;
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
    /// Which component; the first one where it is empty.
    pub component: String,
    /// Whether other bytes of the same version replace those that are there.
    pub replace: bool,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// What became of them.
pub struct Published<'v> {
    /// The suite as it is now.
    pub view: View<'v>,
    /// The packages that were put in, as `name version architecture`.
    pub added: Vec<String>,
    /// Those that they replaced.
    pub removed: Vec<String>,
    /// The generation that they are in; none where all was there already.
    pub generation: Option<u64>,
    /// Whether there are hosts of another kind from now on.
    pub new_architectures: bool,
}

impl<'v> Published<'v> {
    fn nothing(view: View<'v>) -> Self {
        let (added, removed) = (Vec::new(), Vec::new());
        Self { view, added, removed, generation: None, new_architectures: false }
    }
}

/// Uploads some of the packages, perhaps at once: called with their numbers and paths.
pub type Upload<'u> = dyn FnMut(&BTreeMap<usize, String>) -> Result<Vec<(usize, Put)>, Error> + 'u;

impl<'a> Session<'a> {
    /// Publishes packages. What is there already with the same bytes is left alone.
    pub fn publish(
        &self,
        action: &str,
        candidates: &[Candidate<'_>],
        wish: &Wish,
        upload: &mut Upload<'_>,
    ) -> Result<Published<'a>, Error> {
        let mut view = self.view(&wish.suite)?;
        let first = view.head.release.components.first().cloned().unwrap_or_default();
        let component = if wish.component.is_empty() { first } else { wish.component.clone() };
        let wish = &Wish { component, ..wish.clone() };
        let mut paths: Vec<String> =
            candidates.iter().map(|candidate| self.place(candidate, &wish.component)).collect();
        let architectures = view.head.release.architectures.len();
        let edit = self.edit_of(candidates, (wish, &paths))?;
        let mut draft = self.draft(&mut view, &edit)?;
        let Some(first) = &draft else { return Ok(Published::nothing(view)) };
        if wish.dry_run {
            let list = |words: &BTreeSet<String>| words.iter().cloned().collect();
            let (added, removed) = (list(first.added()), list(first.removed()));
            return Ok(Published { added, removed, ..Published::nothing(view) });
        }
        let wanted: BTreeMap<usize, String> = (0..candidates.len())
            .filter(|number| first.added().contains(&candidates[*number].key.to_string()))
            .map(|number| (number, paths[number].clone()))
            .collect();
        if self.upload(candidates, wish, (&wanted, &mut paths), upload)? {
            let edit = self.edit_of(candidates, (wish, &paths))?;
            draft = self.draft(&mut view, &edit)?;
        }
        let (commit, view) =
            self.commit(action, (view, draft), &mut |_| self.edit_of(candidates, (wish, &paths)))?;
        let Some(commit) = commit else { return Ok(Published::nothing(view)) };
        let new_architectures = view.head.release.architectures.len() > architectures;
        let Commit { added, removed, generation, .. } = commit;
        Ok(Published { view, added, removed, generation: Some(generation), new_architectures })
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
