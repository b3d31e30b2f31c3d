//! Deleting what no host can ask for any more.
//!
//! In two steps, at least [`Rule::delay`] apart: what nothing refers to is condemned, and a later run deletes it. Whoever
//! publishes takes what is condemned for gone. So nothing is deleted that a commit in the making relies on, and
//! nobody has to be kept from publishing meanwhile.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::control::stanza;
use crate::repo::commit::Commit;
use crate::repo::error::Error;
use crate::repo::layout;
use crate::repo::release::Release;
use crate::repo::session::Session;
use crate::repo::store::Bytes;
use crate::repo::store::Store;
use crate::repo::view::View;
use crate::types::date::SourceDate;

/// How many generations of a suite stay whatever their age.
const GENERATIONS: usize = 3;

/// Files that nothing refers to and that are deleted by a later run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condemned {
    /// The paths, sorted, each with the time since when it is named here.
    pub paths: BTreeMap<String, u64>,
}

/// What may be deleted.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// How long what was replaced stays, in seconds: hosts may come with a list of packages that is as old.
    pub grace: u64,
    /// How long what is condemned stays, in seconds: longer than any publisher takes.
    pub delay: u64,
    /// Whether every file is looked at, and not only what the journal says was dropped.
    pub full: bool,
    /// Whether nothing is written.
    pub dry_run: bool,
}

/// What was done.
#[derive(Debug, Clone, Default)]
pub struct Collected {
    /// The paths that were deleted.
    pub deleted: Vec<String>,
    /// The paths that wait for a later run to delete them.
    pub condemned: Vec<String>,
}

impl Condemned {
    /// Reads the list; there may be none.
    pub fn read(store: &dyn Store) -> Result<Self, Error> {
        let Some(found) = store.get(layout::CONDEMNED)? else { return Ok(Self::default()) };
        let mut condemned: Self = serde_json::from_slice(&found.bytes).map_err(|error| Error::Damaged {
            place: store.spelled(layout::CONDEMNED),
            reason: error.to_string(),
        })?;
        condemned.paths.retain(|path, _| is_deletable(path));
        Ok(condemned)
    }

    /// Whether a path is in it.
    pub fn holds(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }

    fn write(&self, store: &dyn Store) -> Result<(), Error> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        store.replace(layout::CONDEMNED, &Bytes(&bytes), None)?;
        Ok(())
    }
}

/// What all suites refer to, and what they no longer do.
#[derive(Default)]
struct Tally {
    /// Paths that some host may still ask for.
    live: BTreeSet<String>,
    /// Paths that were replaced long enough ago.
    candidates: BTreeSet<String>,
    /// Entries of the journal that tell of nothing that is still there.
    finished: Vec<String>,
}

/// Deletes what was condemned long enough ago, and condemns what is not needed any more.
pub fn collect(session: &Session<'_>, rule: &Rule) -> Result<Collected, Error> {
    let store = session.store;
    let mut condemned = Condemned::read(store)?;
    let now = store.now()?;
    // Read after the list: whoever published before that is seen, whoever does later has read it.
    let tally = tally(session, now, rule)?;
    let mut outcome = Collected::default();
    let is_due = |since: u64| since.saturating_add(rule.delay) <= now.seconds();
    let due: Vec<String> =
        condemned.paths.iter().filter(|(_, since)| is_due(**since)).map(|(path, _)| path.clone()).collect();
    for path in due {
        if !tally.live.contains(&path) {
            if !rule.dry_run {
                store.delete(&path)?;
            }
            outcome.deleted.push(path.clone());
        }
        condemned.paths.remove(&path);
    }
    condemned.paths.retain(|path, _| !tally.live.contains(path));
    for path in tally.candidates.difference(&tally.live) {
        // The journal goes on naming what was deleted long ago.
        if !outcome.deleted.contains(path) && !condemned.holds(path) && store.open(path)?.is_some() {
            condemned.paths.insert(path.clone(), now.seconds());
        }
    }
    outcome.condemned.extend(condemned.paths.keys().cloned());
    if rule.dry_run {
        return Ok(outcome);
    }
    condemned.write(store)?;
    store.flush()?;
    // What they dropped is on the list by now.
    tally.finished.iter().try_for_each(|path| store.delete(path))?;
    Ok(outcome)
}

fn tally(session: &Session<'_>, now: SourceDate, rule: &Rule) -> Result<Tally, Error> {
    let mut tally = Tally::default();
    let mut dropped = BTreeSet::new();
    for suite in &suites(session)? {
        // What was committed and is not shown yet is relied on too.
        let head = session.view(suite)?.head.release.generation;
        session.catch_up(suite, head + 1)?;
        let mut view = session.view(suite)?;
        files_of(&mut view, &mut tally.live)?;
        let commits = journal(session, suite)?;
        for (number, commit) in commits.iter().enumerate() {
            let release = commit.release(suite)?;
            let indices = index_files(&release);
            // It was what hosts saw until the next one came.
            let replaced = commits.get(number + 1).map(|next| next.date);
            let is_old = replaced.is_some_and(|at| at.saturating_add(rule.grace) <= now.seconds());
            let is_among_last = number + GENERATIONS >= commits.len();
            if is_old && !is_among_last {
                tally.candidates.extend(indices);
                tally.finished.push(layout::commit(suite, commit.generation));
            } else {
                tally.live.extend(indices);
            }
            let is_dropped_long_ago = commit.date.saturating_add(rule.grace) <= now.seconds();
            if is_dropped_long_ago {
                dropped.extend(commit.dropped.iter().cloned());
            } else {
                // Hosts with the list before this one still ask for it.
                tally.live.extend(commit.dropped.iter().cloned());
            }
        }
    }
    tally.candidates.extend(dropped.into_iter().filter(|path| is_deletable(path)));
    if rule.full {
        let mut all = session.store.list("pool/")?;
        all.extend(session.store.list(layout::FILE_LISTS)?);
        all.extend(session.store.list("dists/")?.into_iter().filter(|file| file.path.contains("/by-hash/")));
        let is_old = |modified: SourceDate| modified.plus(rule.grace.max(rule.delay)) <= now;
        tally.candidates.extend(all.into_iter().filter(|file| is_old(file.modified)).map(|file| file.path));
    }
    Ok(tally)
}

/// Every suite that hosts may see, also those that the settings do not name: they are not signed.
fn suites(session: &Session<'_>) -> Result<BTreeSet<String>, Error> {
    let mut suites: BTreeSet<String> = session.settings.suites.iter().cloned().collect();
    for file in session.store.list("dists/")? {
        let suite = file.path.strip_prefix("dists/").and_then(|path| path.strip_suffix("/InRelease"));
        suites.extend(suite.map(str::to_owned));
    }
    Ok(suites)
}

/// Whether a path is one of those that are ever deleted: a package, a list of files, or an index by its digest.
/// The lists that name them are not signed.
fn is_deletable(path: &str) -> bool {
    let is_one = path.starts_with("pool/")
        || path.starts_with(layout::FILE_LISTS)
        || path.starts_with("dists/") && path.contains("/by-hash/");
    is_one && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// The entries of a suite's journal, in order.
pub fn journal(session: &Session<'_>, suite: &str) -> Result<Vec<Commit>, Error> {
    let files = session.store.list(&layout::commits(suite))?;
    let mut commits = Vec::new();
    for file in files {
        if let Some(found) = session.store.get(&file.path)? {
            let commit = Commit::parse(&found.bytes, &session.store.spelled(&file.path))?;
            // One in another's place would be taken for that one.
            if file.path == layout::commit(suite, commit.generation) {
                commits.push(commit);
            }
        }
    }
    Ok(commits)
}

/// The files that a suite refers to.
fn files_of(view: &mut View<'_>, into: &mut BTreeSet<String>) -> Result<(), Error> {
    into.extend(index_files(&view.head.release));
    view.each(&mut |_, text| {
        into.extend(stanza::field(text, "Filename").map(str::to_owned));
        into.extend(stanza::field(text, "SHA256").map(layout::file_list));
        Ok(())
    })
}

fn index_files(release: &Release) -> Vec<String> {
    release.listed().map(|listed| listed.by_hash(&release.suite)).collect()
}
