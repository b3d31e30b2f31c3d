//! Changing a suite: a change is planned on what is there, and made by a commit that only one publisher can make.

use std::collections::BTreeSet;
use std::error::Error as StdError;

use crate::control::stanza;
use crate::control::stanza::Stanza;
use crate::openpgp;
use crate::openpgp::certificate::Fingerprint;
use crate::openpgp::signed;
use crate::openpgp::signed::Signed;
use crate::repo::commit::Commit;
use crate::repo::edit::Collision;
use crate::repo::edit::Edit;
use crate::repo::error::Error;
use crate::repo::gc::Condemned;
use crate::repo::index::Built;
use crate::repo::index::Change;
use crate::repo::index::Changes;
use crate::repo::index::Index;
use crate::repo::layout;
use crate::repo::release::Entry;
use crate::repo::release::Release;
use crate::repo::settings;
use crate::repo::settings::Settings;
use crate::repo::store::Bytes;
use crate::repo::store::Put;
use crate::repo::store::Store;
use crate::repo::view::Head;
use crate::repo::view::View;
use crate::types::date::SourceDate;

/// How often a change is tried on what others left: each round one of them is done, within about a second.
const TRIES: u32 = 100;
/// How far into the future apt lets a date lie, in seconds (`Acquire::Max-FutureTime`, apt.conf(5)).
pub const MOST_AHEAD: u64 = 10;

/// How old what a commit is made on may be, in seconds. Within that time nothing is deleted that it could rely on.
const OLDEST: u64 = 1800;

/// Signs and knows signatures.
pub trait Signer: Sync {
    /// Both forms of a text signed at this time, by every key.
    fn sign(&self, text: &str, date: SourceDate) -> Result<Signed, Box<dyn StdError + Send + Sync>>;

    /// Whose signatures are on a clear-signed text, of the keys that are known; none of them is an error.
    fn signers(&self, inline: &str) -> Result<Vec<Fingerprint>, openpgp::Error>;
}

/// Whether a signature that is on the head may be missing from the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signers {
    /// No: hosts may know only that key.
    #[default]
    Keep,
    /// Yes: the keys are being changed.
    Change,
}

/// Somebody who changes a repository.
pub struct Session<'a> {
    /// Where it is.
    pub store: &'a dyn Store,
    /// Who signs.
    pub signer: &'a dyn Signer,
    /// What holds for all of it.
    pub settings: Settings,
    /// Who does it, for the journal.
    pub by: String,
    /// Whether signers may be lost.
    pub signers: Signers,
}

/// Says what is to become of what there is. Asked again when others were faster.
pub type Plan<'p> = dyn FnMut(&mut View<'_>) -> Result<Edit, Error> + 'p;

/// A change that was worked out and is not made yet.
pub struct Draft {
    release: Release,
    built: Vec<((String, String), Built)>,
    words: [BTreeSet<String>; 2],
    dropped: BTreeSet<String>,
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

/// Reads the settings; without them there is no repository.
pub fn settings(store: &dyn Store) -> Result<Settings, Error> {
    let place = store.spelled(layout::SETTINGS);
    let Some(found) = store.get(layout::SETTINGS)? else {
        return Err(Error::NoRepository(store.spelled("")));
    };
    let damaged =
        |error: serde_json::Error| Error::Damaged { place: place.clone(), reason: error.to_string() };
    let settings: Settings = serde_json::from_slice(&found.bytes).map_err(damaged)?;
    if settings.version > settings::VERSION {
        return Err(Error::Version { place, found: settings.version, known: settings::VERSION });
    }
    Ok(settings)
}

impl<'a> Session<'a> {
    /// The suite that is meant: the one that was named, or the only one.
    pub fn suite(&self, named: Option<&str>) -> Result<String, Error> {
        let suites = &self.settings.suites;
        match (named, &suites[..]) {
            (Some(name), _) if suites.iter().any(|suite| suite == name) => Ok(name.to_owned()),
            (Some(name), _) => Err(Error::NoSuite { suite: name.to_owned(), known: suites.join(", ") }),
            (None, [only]) => Ok(only.clone()),
            (None, _) => Err(Error::WhichSuite(suites.join(", "))),
        }
    }

    /// The suite as it is now.
    pub fn view(&self, suite: &str) -> Result<View<'a>, Error> {
        let head = self.head(suite)?;
        self.judge(&head)?;
        Ok(View::new(self.store, head, self.store.now()?))
    }

    fn head(&self, suite: &str) -> Result<Head, Error> {
        let known = self.settings.suites.join(", ");
        Head::read(self.store, suite)?.ok_or_else(|| Error::NoSuite { suite: suite.to_owned(), known })
    }

    /// Fails where a signature is on a head that cannot be given again, before anything is written.
    fn judge(&self, head: &Head) -> Result<(), Error> {
        let place = self.store.spelled(&layout::of_suite(&head.release.suite, "InRelease"));
        let signers = self.signer.signers(&head.inline);
        let signers = signers.map_err(|source| Error::OtherKey { place: place.clone(), source })?;
        if self.signers == Signers::Keep && signed::count(&head.inline) > signers.len() {
            let missing = signed::issuers(&head.inline);
            let known = |issuer: &String| signers.iter().any(|signer| signer.as_str() == issuer);
            let missing: Vec<String> = missing.into_iter().filter(|issuer| !known(issuer)).collect();
            return Err(Error::LostSigner { place, missing: missing.join(", ") });
        }
        Ok(())
    }

    /// Works a change out on what is there. None where it changes nothing.
    pub fn draft(&self, view: &mut View<'_>, edit: &Edit) -> Result<Option<Draft>, Error> {
        let mut release = edit.about.clone().unwrap_or_else(|| view.head.release.clone());
        release.indices = view.head.release.indices.clone();
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
                let built =
                    index.apply(&changes, 0, &mut |there, here| collide(edit.collision, there, here))?;
                if !is_new && built.added.is_empty() && built.removed.is_empty() {
                    continue;
                }
                kept.extend(
                    built.added.iter().filter_map(|stanza| stanza.get("Filename")).map(str::to_owned),
                );
                // What a new index begins with was in the suite before.
                let wanted = edit.of_index(&component, architecture);
                let is_put = |stanza: &&Stanza| stanza.key().is_some_and(|key| wanted.contains_key(&key));
                draft.words[0].extend(built.added.iter().filter(is_put).map(words));
                draft.words[1].extend(built.removed.iter().map(words));
                let gone = built.removed.iter().filter_map(|stanza| stanza.get("Filename"));
                draft.dropped.extend(gone.map(str::to_owned));
                draft.release.indices.insert(name.clone(), entry(&built));
                draft.built.push((name, built));
            }
        }
        draft.dropped.retain(|path| !kept.contains(path));
        let is_changed = !draft.built.is_empty() || edit.resign || edit.about.is_some();
        Ok(is_changed.then_some(draft))
    }

    /// Makes a change, again and again on what others left. `first` is what was worked out on `view`. The commit is
    /// none where nothing was to be changed; the view is that of what is there in the end.
    pub fn commit<'v>(
        &self,
        action: &str,
        (mut view, first): (View<'v>, Option<Draft>),
        plan: &mut Plan<'_>,
    ) -> Result<(Option<Commit>, View<'v>), Error> {
        let suite = view.suite().to_owned();
        let mut draft = first;
        let _turn = self.store.turn()?;
        for _ in 0..TRIES {
            let Some(ready) = draft else { return Ok((None, view)) };
            let is_recent = view.read_at.plus(OLDEST) >= self.store.now()?;
            if is_recent && let Some(commit) = self.attempt(action, &mut view, ready)? {
                return Ok((Some(commit), view));
            }
            // Somebody else made this generation: what it says is finished before the next one is made.
            self.catch_up(&suite, view.head.release.generation + 1)?;
            let head = self.head(&suite)?;
            self.judge(&head)?;
            view.follow(head, self.store.now()?);
            let edit = plan(&mut view)?;
            draft = self.draft(&mut view, &edit)?;
        }
        Err(Error::Contended(TRIES))
    }

    /// Plans a change and makes it.
    pub fn change(
        &self,
        action: &str,
        suite: &str,
        plan: &mut Plan<'_>,
    ) -> Result<(Option<Commit>, View<'a>), Error> {
        let mut view = self.view(suite)?;
        let edit = plan(&mut view)?;
        let draft = self.draft(&mut view, &edit)?;
        self.commit(action, (view, draft), plan)
    }

    /// One try. None where the generation is somebody else's by now.
    fn attempt(&self, action: &str, view: &mut View<'_>, draft: Draft) -> Result<Option<Commit>, Error> {
        let Draft { mut release, built, words, dropped } = draft;
        release.generation = view.head.release.generation + 1;
        release.date = next_date(view.head.release.date, self.store.now()?);
        let mark = u32::try_from(release.generation).unwrap_or(u32::MAX);
        let mut indices = Vec::new();
        for (name, built) in built {
            let directory = layout::index_directory(&name.0, &name.1);
            let built = self.put_index(&release.suite, &directory, built, mark)?;
            release.indices.insert(name.clone(), entry(&built));
            indices.push((name, entry(&built), built.index));
        }
        // A date that is still to come would stop every host; a second later is soon enough.
        self.store.wait(release.date)?;
        let signed = self.signer.sign(&release.text(), release.date).map_err(Error::Sign)?;
        let [added, removed] = words.map(|words| words.into_iter().collect());
        let commit = Commit {
            generation: release.generation,
            date: release.date.seconds(),
            action: action.to_owned(),
            by: self.by.clone(),
            added,
            removed,
            dropped: dropped.into_iter().collect(),
            inline: signed.inline,
            detached: signed.detached,
        };
        let path = layout::commit(&release.suite, release.generation);
        self.store.flush()?;
        // An answer may have been lost on its way: then it is our own entry that is in the way.
        if self.store.create(&path, &Bytes(&commit.bytes()))? == Put::Refused
            && self.entry(&release.suite, release.generation)?.as_ref() != Some(&commit)
        {
            return Ok(None);
        }
        let known: Vec<(String, &Index)> = indices
            .iter()
            .map(|((component, architecture), _, index)| {
                (layout::index_directory(component, architecture), index)
            })
            .collect();
        self.put_canonical(&release.suite, &commit, &known)?;
        // Some stores look whether a file is there and then write it: of two at once both are told that they made
        // it. By now the later one has.
        if self.entry(&release.suite, release.generation)?.as_ref() != Some(&commit) {
            return Ok(None);
        }
        self.settle(&release.suite, &commit, Some(&view.head))?;
        view.accept(release, &commit.inline, indices);
        Ok(Some(commit))
    }

    /// Puts an index where its digest says. One that is about to be deleted there is not taken for there: the same
    /// text becomes another file.
    fn put_index(&self, suite: &str, directory: &str, built: Built, mark: u32) -> Result<Built, Error> {
        let path = layout::by_hash(suite, directory, &built.packed.0);
        if self.store.create(&path, &Bytes(built.index.bytes()))? == Put::Done
            || !Condemned::read(self.store)?.holds(&path)
        {
            return Ok(built);
        }
        let other = built.index.apply(&Changes::new(), mark, &mut |_, _| Ok::<_, Error>(false))?;
        let path = layout::by_hash(suite, directory, &other.packed.0);
        self.store.create(&path, &Bytes(other.index.bytes()))?;
        Ok(other)
    }
}

/// Strictly later than the last one, which hosts would otherwise take for a replay. One so far ahead that no host
/// can have taken it does not count.
fn next_date(last: SourceDate, now: SourceDate) -> SourceDate {
    if last > now.plus(MOST_AHEAD) { now } else { now.max(last.plus(1)) }
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

fn entry(built: &Built) -> Entry {
    Entry { plain: built.plain, packed: built.packed }
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
