//! The verbs that look at a repository: what it holds, what was done, whether it is whole.

use std::io::Read;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::repo::Access;
use crate::control::stanza;
use crate::host::env::Env;
use crate::host::repository::Repository;
use crate::host::watch::Guarded;
use crate::host::watch::Watch;
use crate::host::workers;
use crate::openpgp::policy;
use crate::repo::apps::Packages;
use crate::repo::apps::Row;
use crate::repo::commit::Commit;
use crate::repo::error::Error;
use crate::repo::gc;
use crate::repo::gc::Collected;
use crate::repo::gc::Rule;
use crate::repo::layout;
use crate::repo::session::Session;
use crate::repo::store::Store;
use crate::repo::verify;
use crate::repo::verify::Finding;
use crate::types::apt_source::Root;
use crate::types::digest::Sha256;
use crate::types::repo_location::RepoLocation;

/// How many requests are made at once.
const REQUESTS: usize = 8;

/// A year, which apt looks ahead too, in seconds.
const YEAR: u64 = 365 * 86_400;

/// A repository, and perhaps one suite of it.
#[derive(Debug, Clone)]
pub struct LookRequest {
    /// The repository.
    pub location: RepoLocation,
    /// The suite; all where none is named.
    pub suite: Option<String>,
}

impl LookRequest {
    fn suites(&self, session: &Session<'_>) -> Result<Vec<String>, Error> {
        match &self.suite {
            Some(suite) => Ok(vec![session.suite(Some(suite))?]),
            None => Ok(session.settings.suites.clone()),
        }
    }
}

/// The packages of each suite.
pub fn list(request: &LookRequest, env: &Env, watch: &Watch) -> Result<Vec<(String, Vec<Row>)>, Failure> {
    let access = Access::look(&request.location, None, (env, watch))?;
    let session = access.session();
    let suites = request.suites(&session)?;
    let rows = |suite: String| -> Result<_, Failure> {
        let rows = Packages::read(&mut session.view(&suite)?)?.rows().to_vec();
        Ok((suite, rows))
    };
    suites.into_iter().map(rows).collect()
}

/// The journal of each suite, the newest entry first.
pub fn log(request: &LookRequest, env: &Env, watch: &Watch) -> Result<Vec<(String, Vec<Commit>)>, Failure> {
    let access = Access::look(&request.location, None, (env, watch))?;
    let session = access.session();
    let suites = request.suites(&session)?;
    let entries = |suite: String| -> Result<_, Failure> {
        let mut commits = gc::journal(&session, &suite)?;
        commits.reverse();
        Ok((suite, commits))
    };
    suites.into_iter().map(entries).collect()
}

/// Deletes what nobody can ask for any more.
pub fn collect(
    location: &RepoLocation,
    rule: &Rule,
    (env, watch): (&Env, &Watch),
) -> Result<Collected, Failure> {
    let access = Access::look(location, None, (env, watch))?;
    Ok(gc::collect(&access.session(), rule)?)
}

/// How to look for mistakes.
#[derive(Debug, Clone)]
pub struct VerifyRequest {
    /// Where.
    pub look: LookRequest,
    /// Where hosts find it, to be compared with.
    pub url: Option<String>,
    /// Whether what can be mended is.
    pub repair: bool,
    /// Whether the bodies of packages are left unread.
    pub quick: bool,
    /// A file with the keys that are trusted; else those that the repository shows.
    pub public_key: Option<PathBuf>,
}

/// What was found in a suite.
#[derive(Debug)]
pub struct Verified {
    /// The suite.
    pub suite: String,
    /// How many packages were looked at.
    pub packages: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Looks for mistakes in each suite.
pub fn verify(request: &VerifyRequest, env: &Env, watch: &Watch) -> Result<Vec<Verified>, Failure> {
    let verified = verify_watched(request, env, watch);
    verified.map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn verify_watched(request: &VerifyRequest, env: &Env, watch: &Watch) -> Result<Vec<Verified>, Failure> {
    let trusted = request.public_key.as_deref();
    let access = Access::look(&request.look.location, trusted, (env, watch))?;
    let session = access.session();
    let store: &dyn Store = &*access.store;
    let mut digests = |paths: &[String]| -> Result<Vec<Option<Sha256>>, Error> {
        let digests = workers::map(paths, env.cores, |path| digest(store, path, watch));
        digests.into_iter().collect()
    };
    let mut found = Vec::new();
    for suite in request.look.suites(&session)? {
        if request.repair {
            verify::repair(&session, &suite)?;
        }
        let bodies: Option<&mut verify::Digests<'_>> = if request.quick { None } else { Some(&mut digests) };
        let mut findings = verify::verify(&session, &suite, bodies)?;
        findings.all.extend(keys(&access)?);
        findings.all.extend(beside(&access, &suite)?);
        if let Some(url) = &request.url {
            findings.all.extend(web(&session, &suite, (url, env))?);
        }
        found.push(Verified { suite, packages: findings.packages, findings: findings.all });
    }
    Ok(found)
}

/// What hosts and people get besides packages.
fn beside(access: &Access, suite: &str) -> Result<Vec<Finding>, Failure> {
    let sources = layout::sources(&access.settings.name, suite);
    let mut found = Vec::new();
    for (code, path) in
        [("missing-key", layout::KEY), ("missing-sources", &sources), ("missing-page", layout::PAGE)]
    {
        if access.store.get(path)?.is_none_or(|file| file.bytes.is_empty()) {
            let text =
                "it is missing; `mkdeb repo init` with the options of the first time writes it".to_owned();
            let (place, is_warning) = (access.store.spelled(path), code != "missing-key");
            found.push(Finding { code, place, text, is_warning });
        }
    }
    Ok(found)
}

fn digest(store: &dyn Store, path: &str, watch: &Watch) -> Result<Option<Sha256>, Error> {
    let Some(body) = store.open(path)? else { return Ok(None) };
    let hashed = Sha256::of_reader(&mut Guarded::new(body, watch));
    let failed = |error| Error::Package { place: store.spelled(path), source: Box::new(error) };
    hashed.map(|(digest, _)| Some(digest)).map_err(failed)
}

/// What hosts think of the keys.
fn keys(access: &Access) -> Result<Vec<Finding>, Failure> {
    let now = access.store.now()?;
    let mut found = Vec::new();
    for key in access.keys.certificates() {
        let today = policy::remarks(key, now);
        let later = policy::remarks(key, now.plus(YEAR)).into_iter().filter(|remark| !today.contains(remark));
        let later = later.map(|remark| (format!("in a year: {}", remark.text), true));
        let today: Vec<_> = today.iter().map(|remark| (remark.text.clone(), !remark.refused)).collect();
        for (text, is_warning) in today.into_iter().chain(later) {
            let code = if text.contains("expire") { "expired-key" } else { "weak-key" };
            found.push(Finding { code, place: key.fingerprint().to_string(), text, is_warning });
        }
    }
    Ok(found)
}

/// Whether hosts get what the store has: caches may be between.
fn web(session: &Session<'_>, suite: &str, (url, env): (&str, &Env)) -> Result<Vec<Finding>, Failure> {
    let finding = |code, path: &str, text: &str| Finding {
        code,
        place: format!("{url}/{path}"),
        text: text.to_owned(),
        is_warning: false,
    };
    let web = Repository::open(&Root::Web(url.trim_end_matches('/').to_owned()), env);
    let failed = |error: crate::host::repository::Error| {
        let hint = error.hint();
        Failure::new(error, hint)
    };
    let web = web.map_err(failed)?;
    // One byte more than there should be tells as much as all that a server may send.
    let get = |path: &str, size: u64| -> Result<Option<Vec<u8>>, Failure> {
        let Some(body) = web.read(path).map_err(failed)? else { return Ok(None) };
        let mut bytes = Vec::new();
        Ok(body.take(size + 1).read_to_end(&mut bytes).ok().map(|_| bytes))
    };
    let mut found = Vec::new();
    let mut view = session.view(suite)?;
    let head = layout::of_suite(suite, "InRelease");
    match get(&head, view.head.inline.len() as u64)? {
        None => found.push(finding("missing-on-web", &head, "hosts do not find it")),
        Some(bytes) if bytes != view.head.inline.as_bytes() => {
            found.push(finding(
                "stale-on-web",
                &head,
                "hosts get another one: a cache keeps it for too long",
            ));
        }
        Some(_) => {}
    }
    for listed in view.head.release.listed() {
        let (path, (digest, size)) = (listed.by_hash(suite), listed.entry.packed);
        match get(&path, size)? {
            Some(bytes) if Sha256::of(&bytes) == digest => {}
            Some(_) => found.push(finding("stale-on-web", &path, "hosts get other bytes than the store has")),
            None => found.push(finding("missing-on-web", &path, "hosts do not find it")),
        }
    }
    // Of the packages it is enough to know that they are there: a size or a digest that is wrong is told by apt.
    let mut packages = Vec::new();
    view.each(&mut |_, text| {
        packages.extend(stanza::field(text, "Filename").map(str::to_owned));
        Ok(())
    })?;
    packages.extend([layout::KEY.to_owned(), layout::sources(&session.settings.name, suite)]);
    let there = workers::map(&packages, REQUESTS, |path| web.has(path));
    for (path, there) in packages.iter().zip(there) {
        if !there.map_err(failed)? {
            found.push(finding("missing-on-web", path, "hosts do not find it"));
        }
    }
    Ok(found)
}
