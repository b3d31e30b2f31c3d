//! Changing a suite: a change is planned on what is there, and made by a commit that only one publisher can make.

use std::error::Error as StdError;

use crate::openpgp;
use crate::openpgp::certificate::Fingerprint;
use crate::openpgp::signed;
use crate::openpgp::signed::Signed;
use crate::repo::blocks::Record;
use crate::repo::blocks::Written;
use crate::repo::commit::Commit;
use crate::repo::draft::Draft;
use crate::repo::edit::Edit;
use crate::repo::error::Error;
use crate::repo::gc::Condemned;
use crate::repo::index::Built;
use crate::repo::layout;
use crate::repo::release::Listed;
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

    /// Who signs.
    fn signing(&self) -> Vec<Fingerprint>;

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
    if let Some(reason) = settings.fault() {
        return Err(Error::Damaged { place, reason });
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
        if let Some(head) = Head::read(self.store, suite)? {
            return Ok(head);
        }
        let (suite, known) = (suite.to_owned(), &self.settings.suites);
        if known.contains(&suite) {
            let place = self.store.spelled(&layout::of_suite(&suite, "InRelease"));
            return Err(Error::Damaged { place, reason: "it is not there".to_owned() });
        }
        Err(Error::NoSuite { suite, known: known.join(", ") })
    }

    /// Fails where a suite that is there would not be signed as it is now: before anything is written, also of what
    /// stands beside the suites. One that is not there yet is nobody's.
    pub fn judge_all(&self) -> Result<(), Error> {
        for suite in &self.settings.suites {
            Head::read(self.store, suite)?.map_or(Ok(()), |head| self.judge(&head))?;
        }
        Ok(())
    }

    /// Fails where a signature is on a head that cannot be given again, or one would be added.
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
        // Once it has signed, every later head needs it.
        let new = self.signer.signing().into_iter().find(|key| !signers.contains(key));
        match new.filter(|_| self.signers == Signers::Keep) {
            Some(key) => Err(Error::NewSigner { place, key }),
            None => Ok(()),
        }
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
        let Draft { mut release, mut built, words, dropped } = draft;
        release.generation = view.head.release.generation + 1;
        release.date = next_date(view.head.release.date, self.store.now()?);
        let mark = u32::try_from(release.generation).unwrap_or(u32::MAX);
        for (name, Built { written, .. }) in &mut built {
            self.put_blocks(&release.suite, &layout::packages(&name.0, &name.1), written, mark)?;
            release.indices.insert(name.clone(), written.entry);
        }
        let contents = self.put_contents(view, (&mut release, mark), &built)?;
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
        let indices = built.iter().map(|((component, architecture), built)| {
            (Listed::packages((component, architecture), built.written.entry), built.written.blocks.bytes())
        });
        let contents = contents.iter().map(|(listed, blocks)| (listed.clone(), blocks.bytes()));
        if !self.make(&release.suite, &commit, &indices.chain(contents).collect::<Vec<_>>())? {
            return Ok(None);
        }
        self.settle(&release.suite, &commit, Some(&view.head))?;
        let indices = built.into_iter().map(|(name, built)| (name, built.written)).collect();
        view.accept(release, &commit.inline, indices);
        Ok(Some(commit))
    }

    /// Makes the entry of the journal, and what stands beside the head. False where the entry is somebody else's.
    fn make(&self, suite: &str, commit: &Commit, known: &[(Listed, &[u8])]) -> Result<bool, Error> {
        let path = layout::commit(suite, commit.generation);
        let is_ours = || Ok::<_, Error>(self.entry(suite, commit.generation)?.as_ref() == Some(commit));
        self.store.flush()?;
        // An answer may have been lost on its way: then it is our own entry that is in the way.
        if self.store.create(&path, &Bytes(&commit.bytes()))? == Put::Refused && !is_ours()? {
            return Ok(false);
        }
        self.put_canonical(suite, commit, known)?;
        // Some stores look whether a file is there and then write it: of two at once both are told that they made
        // it. By now the later one has.
        is_ours()
    }

    /// Puts an index where its digest says. One that is about to be deleted there is not taken for there: the same
    /// text becomes another file.
    pub(in crate::repo) fn put_blocks<R: Record>(
        &self,
        suite: &str,
        name: &str,
        written: &mut Written<R>,
        mark: u32,
    ) -> Result<(), Error> {
        let path = layout::by_hash(suite, name, &written.entry.packed.0);
        if self.store.create(&path, &Bytes(written.blocks.bytes()))? == Put::Refused
            && Condemned::read(self.store)?.holds(&path)
        {
            *written = written.blocks.marked(mark)?;
            let path = layout::by_hash(suite, name, &written.entry.packed.0);
            self.store.create(&path, &Bytes(written.blocks.bytes()))?;
        }
        Ok(())
    }
}

/// Strictly later than the last one, which hosts would otherwise take for a replay. One so far ahead that no host
/// can have taken it does not count.
fn next_date(last: SourceDate, now: SourceDate) -> SourceDate {
    if last > now.plus(MOST_AHEAD) { now } else { now.max(last.plus(1)) }
}
