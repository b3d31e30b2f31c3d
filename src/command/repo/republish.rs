//! `mkdeb repo republish`: an old version under a higher one, so that hosts go back by upgrading.

use std::io::Write;
use std::path::Path;

use crate::command::failure::Failure;
use crate::command::publish::PublishOutcome;
use crate::command::publish::put;
use crate::command::repo::Access;
use crate::command::repo::KeyOptions;
use crate::command::repo::candidate::Checked;
use crate::control::stanza::compare_versions;
use crate::deb::reversion;
use crate::host::env::Env;
use crate::host::watch::Watch;
use crate::repo::apps::Packages;
use crate::repo::apps::Row;
use crate::repo::apps::Wanted;
use crate::repo::error::Error as RepoError;
use crate::repo::gc;
use crate::repo::publish::Wish;
use crate::repo::session::Session;
use crate::types::digest::HashingReader;
use crate::types::repo_location::RepoLocation;
use crate::types::version::DebVersion;

/// What to publish again.
#[derive(Debug, Clone)]
pub struct RepublishRequest {
    /// The repository.
    pub location: RepoLocation,
    /// The suite; not needed where there is one.
    pub suite: Option<String>,
    /// The package.
    pub name: String,
    /// The version that was good.
    pub version: String,
    /// The version that it gets.
    pub higher: String,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// Who signs.
    pub keys: KeyOptions,
}

/// Why nothing is published again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Hosts would not take it.
    #[error("`{higher}` is not higher than {there}, the newest version of `{name}`: no host would take it")]
    NotHigher {
        /// The package.
        name: String,
        /// What was given.
        higher: String,
        /// The newest version that is published.
        there: String,
    },
    /// It cannot be copied.
    #[error("failed to give `{place}` another version")]
    Reversion {
        /// The file.
        place: String,
        /// Why.
        source: reversion::Error,
    },
}

/// Publishes a version again under a higher one.
pub fn republish(request: &RepublishRequest, env: &Env, watch: &Watch) -> Result<PublishOutcome, Failure> {
    let malformed = |error: crate::types::version::Error| Failure::new(error, None);
    let higher: DebVersion = request.higher.parse().map_err(malformed)?;
    let access = Access::open(&request.location, &request.keys, (env, watch))?;
    let session = access.session();
    let suite = session.suite(request.suite.as_deref())?;
    let packages = Packages::read(&mut session.view(&suite)?)?;
    let wanted = Wanted { name: request.name.clone(), version: Some(request.version.clone()) };
    let newest = Wanted { version: None, ..wanted.clone() };
    let newest = packages.find(&newest, &suite)?;
    let found = packages.find(&wanted, &suite)?;
    let there = newest.first().map(|row| packages.rows()[*row].key.version.clone());
    let newest = highest(&session, (&suite, &request.name), there)?;
    if let Some(newest) = newest.filter(|newest| compare_versions(&request.higher, newest).is_lt()) {
        let (name, higher) = (request.name.clone(), request.higher.clone());
        let hint = format!("for example `{newest}+rollback1`");
        return Err(Failure::new(Error::NotHigher { name, higher, there: newest }, Some(hint)));
    }
    let directory = env.temporary_directory()?;
    let mut checked = Vec::new();
    let mut component = None;
    for number in found {
        let row = &packages.rows()[number];
        let path = directory.path().join(format!("{number}.deb"));
        copy(&access, row, (&higher, &path))?;
        let package = Checked::read(&path, env, watch)?;
        let (key, listed) = (package.key(), &row.key);
        if (&key.package, &key.architecture) != (&listed.package, &listed.architecture) {
            return Err(changed(&access, row));
        }
        checked.push(package);
        component = Some(row.component.clone());
    }
    let wish =
        Wish { suite, component: component.unwrap_or_default(), replace: false, dry_run: request.dry_run };
    put(&access, &checked, (&wish, "republish"), watch)
}

/// The highest version that hosts may have: of what is in the suite, and of what the journal knows was in it.
fn highest(
    session: &Session<'_>,
    (suite, name): (&str, &str),
    there: Option<String>,
) -> Result<Option<String>, Failure> {
    let commits = gc::journal(session, suite)?;
    let words = commits.iter().flat_map(|commit| &commit.added).map(|words| words.split(' '));
    let versions = words.filter_map(|mut words| if words.next()? == name { words.next() } else { None });
    Ok(versions.map(str::to_owned).chain(there).max_by(|left, right| compare_versions(left, right)))
}

/// A file that is not what is listed. Whoever may write files must not have them signed.
fn changed(access: &Access, row: &Row) -> Failure {
    let place = access.store.spelled(row.stanza.get("Filename").unwrap_or_default());
    RepoError::Damaged { place, reason: "its bytes are not those that are listed".to_owned() }.into()
}

/// Gets a package, which has to be what is listed, and writes it with another version.
fn copy(access: &Access, row: &Row, (version, path): (&DebVersion, &Path)) -> Result<(), Failure> {
    let file = row.stanza.get("Filename").unwrap_or_default();
    let place = access.store.spelled(file);
    let damaged = || RepoError::Damaged {
        place: place.clone(),
        reason: "it is listed in the index, but missing".to_owned(),
    };
    let body = access.store.open(file)?.ok_or_else(damaged)?;
    let mut body = HashingReader::new(body);
    let mut out = crate::host::output::create(path)?;
    reversion::reversion(&mut body, version, &mut out)
        .map_err(|source| Failure::new(Error::Reversion { place: place.clone(), source }, None))?;
    out.flush().map_err(|error| crate::host::Error::new("write", path, error))?;
    let (digest, size) = body.finish().map_err(|error| crate::host::Error::new("read", path, error))?;
    let listed = row.stanza.get("SHA256").unwrap_or_default();
    if digest.to_string() == listed && size == row.size() { Ok(()) } else { Err(changed(access, row)) }
}
