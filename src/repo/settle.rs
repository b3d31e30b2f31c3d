//! Making a commit known: `InRelease` last, and never an older one behind a newer one for long.

use crate::repo::blocks::Blocks;
use crate::repo::commit::Commit;
use crate::repo::error::Error;
use crate::repo::layout;
use crate::repo::release::Listed;
use crate::repo::session::Session;
use crate::repo::store::Bytes;
use crate::repo::store::Put;
use crate::repo::view::Head;
use crate::repo::view::read_blocks;

/// How often a newer commit is looked for: others make one a second at the most.
const ROUNDS: u32 = 100;

impl Session<'_> {
    /// The entry of the journal with a number; none where there is none. One that is not signed by a known key, or
    /// that belongs elsewhere, is an error: others may write files, and not what hosts see.
    pub fn entry(&self, suite: &str, generation: u64) -> Result<Option<Commit>, Error> {
        let path = layout::commit(suite, generation);
        let place = self.store.spelled(&path);
        let Some(found) = self.store.get(&path)? else { return Ok(None) };
        let commit = Commit::parse(&found.bytes, &place)?;
        let signers = self.signer.signers(&commit.inline);
        signers.map_err(|source| Error::OtherKey { place: place.clone(), source })?;
        let release = commit.release(&place)?;
        let is_its_own = release.suite == suite && release.generation == generation;
        if is_its_own && commit.generation == generation {
            return Ok(Some(commit));
        }
        let reason = format!("it is generation {} of `{}`", release.generation, release.suite);
        Err(Error::Damaged { place, reason })
    }

    /// Finishes what others left half done: the newest commit from this number on becomes the head.
    pub fn catch_up(&self, suite: &str, from: u64) -> Result<Option<u64>, Error> {
        let mut newest = None;
        while let Some(commit) =
            self.entry(suite, newest.as_ref().map_or(from, |c: &Commit| c.generation + 1))?
        {
            newest = Some(commit);
        }
        let Some(commit) = newest else { return Ok(None) };
        self.put_canonical(suite, &commit, &[])?;
        self.settle(suite, &commit, None)?;
        Ok(Some(commit.generation))
    }

    /// Makes a commit the head, unless a newer one is; then that one is what all files say.
    ///
    /// What stands beside the head was written before. `head` is the one that it replaces, where the caller has it.
    pub(in crate::repo) fn settle(
        &self,
        suite: &str,
        commit: &Commit,
        head: Option<&Head>,
    ) -> Result<(), Error> {
        let (mut commit, mut head) = (commit.clone(), head.cloned());
        for _ in 0..ROUNDS {
            let seen = match head.take() {
                Some(head) => Some(head),
                None => Head::read(self.store, suite)?,
            };
            let newest = seen.as_ref().map_or(0, |head| head.release.generation);
            if newest >= commit.generation {
                if newest == commit.generation {
                    return Ok(());
                }
                // What stands beside `InRelease` was perhaps overwritten with what is older by now.
                let Some(newer) = self.entry(suite, newest)? else { return Ok(()) };
                self.put_canonical(suite, &newer, &[])?;
                commit = newer;
                continue;
            }
            if self.put_head(suite, &commit, seen.as_ref())? == Put::Done {
                if self.settings.conditions.replaces() {
                    return Ok(());
                }
                // Without a condition an older commit may just have replaced a newer one.
                match self.entry(suite, commit.generation + 1)? {
                    None => return Ok(()),
                    Some(newer) => {
                        self.put_canonical(suite, &newer, &[])?;
                        commit = newer;
                    }
                }
            }
        }
        Err(Error::Contended(ROUNDS))
    }

    /// `InRelease`. Caches and apt compare times by the second, so it is never written twice in one.
    fn put_head(&self, suite: &str, commit: &Commit, seen: Option<&Head>) -> Result<Put, Error> {
        let path = layout::of_suite(suite, "InRelease");
        let content = Bytes(commit.inline.as_bytes());
        let Some(seen) = seen else { return Ok(self.store.create(&path, &content)?) };
        // A file that seems to be written in the future was stamped by another clock.
        let now = self.store.now()?;
        if seen.modified <= now {
            self.store.wait(seen.modified.plus(1))?;
        }
        let version = seen.version.as_ref().and_then(|version| self.settings.conditions.version(version));
        Ok(self.store.replace(&path, &content, version.as_ref())?)
    }

    /// What clients without by-hash and mirrors read: the indices by their names, and the two parts of `InRelease`.
    pub(in crate::repo) fn put_canonical(
        &self,
        suite: &str,
        commit: &Commit,
        known: &[(Listed, &[u8])],
    ) -> Result<(), Error> {
        let release = commit.release(&layout::commit(suite, commit.generation))?;
        let put = |path: &str, bytes: &[u8]| self.store.replace(path, &Bytes(bytes), None);
        for (listed, bytes) in known {
            put(&listed.canonical(suite), bytes)?;
        }
        if known.is_empty() {
            for listed in release.listed() {
                let index: Blocks<()> = read_blocks(self.store, suite, &listed)?;
                put(&listed.canonical(suite), index.bytes())?;
            }
        }
        put(&layout::of_suite(suite, "Release"), commit.text().as_bytes())?;
        put(&layout::of_suite(suite, "Release.gpg"), commit.detached.as_bytes())?;
        Ok(())
    }
}
