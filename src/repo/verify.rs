//! Whether a repository is what hosts take it for.

use std::collections::BTreeMap;

use crate::control::stanza;
use crate::openpgp;
use crate::repo::apps::Packages;
use crate::repo::apps::Row;
use crate::repo::blocks::Blocks;
use crate::repo::blocks::Record;
use crate::repo::commit::Commit;
use crate::repo::contents::Line;
use crate::repo::error::Error;
use crate::repo::gc::journal;
use crate::repo::index;
use crate::repo::index::Index;
use crate::repo::index::Paragraph;
use crate::repo::layout;
use crate::repo::release;
use crate::repo::release::Listed;
use crate::repo::release::Release;
use crate::repo::session::MOST_AHEAD;
use crate::repo::session::Session;
use crate::repo::store::Bytes;
use crate::repo::view::Head;
use crate::repo::view::View;
use crate::repo::view::read_blocks;
use crate::types::digest::Sha256;

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing, as one word for scripts.
    pub code: &'static str,
    /// Which file or package.
    pub place: String,
    /// What is wrong with it.
    pub text: String,
    /// Whether hosts can live with it.
    pub is_warning: bool,
}

/// Reads files of the pool and gives their digests, in order; none for those that are not there.
pub type Digests<'d> = dyn FnMut(&[String]) -> Result<Vec<Option<Sha256>>, Error> + 'd;

/// What was found in one suite.
#[derive(Debug, Default)]
pub struct Findings {
    /// All of it, in the order in which it was looked at.
    pub all: Vec<Finding>,
    /// How many packages were looked at.
    pub packages: usize,
}

impl Findings {
    fn say(&mut self, code: &'static str, place: impl Into<String>, text: impl Into<String>) {
        self.all.push(Finding { code, place: place.into(), text: text.into(), is_warning: false });
    }

    fn warn(&mut self, code: &'static str, place: impl Into<String>, text: impl Into<String>) {
        self.all.push(Finding { code, place: place.into(), text: text.into(), is_warning: true });
    }
}

/// Looks at a suite. Bodies of packages are read where `digests` is given.
pub fn verify(
    session: &Session<'_>,
    suite: &str,
    digests: Option<&mut Digests<'_>>,
) -> Result<Findings, Error> {
    let mut found = Findings::default();
    let place = session.store.spelled(&layout::of_suite(suite, "InRelease"));
    let head = match Head::read(session.store, suite) {
        Ok(Some(head)) => head,
        Ok(None) => {
            found.say("missing-head", place, "it is not there");
            return Ok(found);
        }
        Err(Error::Release { source, .. }) => {
            found.say(release_code(&source), place, source.to_string());
            return Ok(found);
        }
        Err(Error::Damaged { reason, .. }) => {
            found.say("malformed-head", place, reason);
            return Ok(found);
        }
        Err(error) => return Err(error),
    };
    if let Err(error) = session.signer.signers(&head.inline) {
        found.say("bad-signature", &place, error.to_string());
    }
    if head.release.date > session.store.now()?.plus(MOST_AHEAD) {
        let date = head.release.date.rfc5322();
        found.say(
            "future-date",
            &place,
            format!("it is dated {date}, and hosts refuse what is in the future"),
        );
    }
    if entry(session, (suite, head.release.generation + 1), &mut found)?.is_some() {
        let text = "a later generation was committed and is not shown yet";
        found.warn("unfinished", &place, text);
    }
    beside(session, &head, &mut found)?;
    let release = head.release.clone();
    let is_readable = indices(session, &release, &mut found)?;
    if is_readable {
        let mut view = View::new(session.store, head, session.store.now()?);
        let packages = Packages::read(&mut view)?;
        found.packages = packages.rows().len();
        files(session, &packages, (digests, &mut found))?;
        for (place, need) in unmet(&packages) {
            found.say("unsatisfied", place, format!("it needs `{need}`, which the suite does not have"));
        }
    }
    Ok(found)
}

fn release_code(error: &release::Error) -> &'static str {
    match error {
        release::Error::Line(_) => "field-order",
        release::Error::Unlisted(_) => "unlisted-index",
        release::Error::Field(_) | release::Error::Fields => "malformed-head",
    }
}

/// An entry of the journal that can be believed.
fn entry(
    session: &Session<'_>,
    (suite, generation): (&str, u64),
    found: &mut Findings,
) -> Result<Option<Commit>, Error> {
    match session.entry(suite, generation) {
        Err(Error::OtherKey { place, source }) => found.say("forged-entry", place, source.to_string()),
        Err(Error::Damaged { place, reason }) => found.say("forged-entry", place, reason),
        outcome => return outcome,
    }
    Ok(None)
}

/// `Release` and `Release.gpg`, which old clients and mirrors read.
fn beside(session: &Session<'_>, head: &Head, found: &mut Findings) -> Result<(), Error> {
    let suite = &head.release.suite;
    let before = found.all.len();
    let Some(commit) = entry(session, (suite, head.release.generation), found)? else {
        let place = layout::commit(suite, head.release.generation);
        if found.all.len() == before {
            found.warn(
                "missing-entry",
                session.store.spelled(&place),
                "the journal does not have what hosts see",
            );
        }
        return Ok(());
    };
    let expected = [
        ("InRelease", commit.inline.as_bytes()),
        ("Release", commit.text().as_bytes()),
        ("Release.gpg", commit.detached.as_bytes()),
    ]
    .map(|(name, bytes)| (name, bytes.to_vec()));
    for (name, bytes) in expected {
        let path = layout::of_suite(suite, name);
        let there = session.store.get(&path)?.map(|there| there.bytes);
        if there.as_deref() != Some(&bytes) {
            let text = "it differs from the journal, or is not there";
            found.warn("stale-release", session.store.spelled(&path), text);
        }
    }
    Ok(())
}

/// Every index, under both of its names; whether all that tell of packages could be read.
fn indices(session: &Session<'_>, release: &Release, found: &mut Findings) -> Result<bool, Error> {
    let mut is_readable = true;
    for ((component, architecture), entry) in &release.indices {
        let listed = Listed::packages((component, architecture), *entry);
        match text_of::<Paragraph>(session, (&release.suite, &listed), found)? {
            Some(index) => {
                let place = session.store.spelled(&listed.canonical(&release.suite));
                paragraphs(&index, (&place, found))?;
            }
            None => is_readable = false,
        }
    }
    for ((component, architecture), entry) in &release.contents {
        let listed = Listed::contents((component, architecture), *entry);
        text_of::<Line>(session, (&release.suite, &listed), found)?;
    }
    Ok(is_readable)
}

/// An index whose bytes and text are what `Release` says, as far as it can be read.
fn text_of<R: Record>(
    session: &Session<'_>,
    (suite, listed): (&str, &Listed),
    found: &mut Findings,
) -> Result<Option<Blocks<R>>, Error> {
    let index: Blocks<R> = match read_blocks(session.store, suite, listed) {
        Ok(index) => index,
        Err(Error::Damaged { place, reason }) => {
            found.say("stale-by-hash", place, reason);
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let path = listed.canonical(suite);
    let place = session.store.spelled(&path);
    if session.store.get(&path)?.is_none_or(|there| there.bytes != index.bytes()) {
        found.warn("stale-index", &place, "it is not what `InRelease` lists; clients without by-hash fail");
    }
    match index.marked(0) {
        Err(error) => {
            found.say("damaged-index", place, error.to_string());
            return Ok(None);
        }
        Ok(same) if same.entry.plain != listed.entry.plain => {
            found.say("wrong-hash", place, "its text has another digest or size than `InRelease` says");
        }
        Ok(_) => {}
    }
    Ok(Some(index))
}

/// Whether an index has paragraphs that apt can use, in order.
fn paragraphs(index: &Index, (place, found): (&str, &mut Findings)) -> Result<(), Error> {
    const NEEDED: [&str; 6] = ["Package", "Version", "Architecture", "Filename", "Size", "SHA256"];
    let mut last = None;
    index.each(&mut |text| {
        if text.len() > index::LARGEST {
            let name = stanza::field(text, "Package").unwrap_or("?");
            found.say("oversized-paragraph", place, format!("apt cannot read that of `{name}`"));
        }
        let missing = NEEDED.iter().find(|name| stanza::field(text, name).is_none_or(str::is_empty));
        if let Some(missing) = missing {
            let name = stanza::field(text, "Package").unwrap_or("?");
            found.say("malformed-paragraph", place, format!("`{name}` has no field `{missing}`"));
        }
        let key = stanza::key(text);
        if key.is_some() && last >= key {
            let name = stanza::field(text, "Package").unwrap_or("?");
            found.warn("unsorted", place, format!("`{name}` is out of order, or listed twice"));
        }
        last = key;
        Ok(())
    })
}

/// The files of the pool: there, of their size, and of their digest where bodies are read.
fn files(
    session: &Session<'_>,
    packages: &Packages,
    (digests, found): (Option<&mut Digests<'_>>, &mut Findings),
) -> Result<(), Error> {
    let there: BTreeMap<String, u64> =
        session.store.list("pool/")?.into_iter().map(|file| (file.path, file.size)).collect();
    let mut whole: BTreeMap<String, &Row> = BTreeMap::new();
    for row in packages.rows() {
        let path = row.stanza.get("Filename").unwrap_or_default();
        let place = session.store.spelled(path);
        match there.get(path) {
            None => found.say("missing-file", place, format!("`{}` is listed with it", row.key.package)),
            Some(size) if *size != row.size() => {
                found.say("wrong-size", place, format!("it has {size} bytes, and {} are listed", row.size()));
            }
            Some(_) => {
                whole.insert(path.to_owned(), row);
            }
        }
    }
    let Some(digests) = digests else { return Ok(()) };
    let paths: Vec<String> = whole.keys().cloned().collect();
    for (path, digest) in paths.iter().zip(digests(&paths)?) {
        let listed = whole.get(path).and_then(|row| row.stanza.get("SHA256")).unwrap_or_default();
        let digest = digest.map(|digest| digest.to_string()).unwrap_or_default();
        if digest != listed {
            found.say(
                "wrong-hash",
                session.store.spelled(path),
                format!("it has SHA-256 {digest}, listed is {listed}"),
            );
        }
    }
    Ok(())
}

/// What packages of applications need of their own suite, and it does not have: which package, and what it needs.
/// Nobody else has that.
pub fn unmet(packages: &Packages) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for row in packages.rows().iter().filter(|row| row.role().is_some()) {
        for need in row.needs() {
            let is_own =
                |name: &str| packages.knows(name) || name.contains("-release-") || name.contains("-venv-");
            let is_internal = need.names().all(|name| is_own(name.as_str()));
            if is_internal && packages.satisfying(&need).next().is_none() {
                found.push((format!("{} {}", row.key.package, row.key.version), need.to_string()));
            }
        }
    }
    found
}

/// Whether nobody signed it, which is not what a publisher writes.
fn is_broken(session: &Session<'_>, head: &Head) -> bool {
    matches!(session.signer.signers(&head.inline), Err(openpgp::Error::NotSigned))
}

/// Makes files agree with the journal again: finishes what was committed, and writes anew what stands beside
/// `InRelease`.
pub fn repair(session: &Session<'_>, suite: &str) -> Result<(), Error> {
    let generation = match Head::read(session.store, suite) {
        Ok(Some(head)) if !is_broken(session, &head) => head.release.generation,
        Err(Error::Store(error)) => return Err(error.into()),
        // What hosts see is lost; the journal has it.
        Ok(_) | Err(_) => {
            // The newest that can be believed.
            let entries = journal(session, suite)?;
            let mut entries = entries.iter().rev().map(|commit| session.entry(suite, commit.generation));
            let Some(commit) = entries.find_map(|entry| entry.ok().flatten()) else { return Ok(()) };
            let content = Bytes(commit.inline.as_bytes());
            session.store.replace(&layout::of_suite(suite, "InRelease"), &content, None)?;
            commit.generation
        }
    };
    let newest = match session.catch_up(suite, generation + 1)? {
        Some(newest) => newest,
        None => generation,
    };
    match session.entry(suite, newest)? {
        Some(commit) => session.put_canonical(suite, &commit, &[]),
        None => Ok(()),
    }
}
