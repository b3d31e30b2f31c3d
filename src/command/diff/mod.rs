//! `mkdeb diff`: what a deploy changes, by two packages, two directories of packages, or two versions in a
//! repository.

pub mod compare;
pub mod side;

use std::path::Path;
use std::path::PathBuf;

use crate::command::diff::compare::Differences;
use crate::command::diff::side::Side;
use crate::command::failure::Failure;
use crate::command::inspect;
use crate::command::repo::Access;
use crate::control::stanza;
use crate::host::deb_file::DebFile;
use crate::host::env::Env;
use crate::host::watch::Guarded;
use crate::host::watch::Watch;
use crate::repo::apps::Packages;
use crate::repo::apps::Wanted;
use crate::types::repo_location::RepoLocation;

/// What to compare.
#[derive(Debug, Clone)]
pub struct DiffRequest {
    /// A package, a directory with packages, or a package in the repository: `orders=1.4`.
    pub old: String,
    /// The same.
    pub new: String,
    /// The repository, and its suite where it has several.
    pub repository: Option<(RepoLocation, Option<String>)>,
}

/// What was found.
#[derive(Debug)]
pub struct Compared {
    /// The old side.
    pub old: Side,
    /// The new side.
    pub new: Side,
    /// What differs.
    pub differences: Differences,
}

/// Why nothing can be compared.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A directory without packages.
    #[error("there is no package in `{}`", .0.display())]
    Empty(PathBuf),
    /// A file of a repository that is not there.
    #[error("`{0}` is in the index of the repository, but its file is missing")]
    Gone(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::Empty(_) => "name a `.deb`, or a directory with the packages of one application",
            Error::Gone(_) => "`mkdeb repo verify` tells what else is missing",
        };
        Self::new(error, Some(hint.to_owned()))
    }
}

/// Compares.
pub fn diff(request: &DiffRequest, env: &Env, watch: &Watch) -> Result<Compared, Failure> {
    let compared = diff_watched(request, env, watch);
    compared.map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn diff_watched(request: &DiffRequest, env: &Env, watch: &Watch) -> Result<Compared, Failure> {
    let [old, new] = [&request.old, &request.new].map(|name| side(name, request, (env, watch)));
    let (old, new) = (old?, new?);
    let differences = Differences::between(&old, &new);
    Ok(Compared { old, new, differences })
}

fn side(name: &str, request: &DiffRequest, (env, watch): (&Env, &Watch)) -> Result<Side, Failure> {
    let path = Path::new(name);
    let files = if env.is_directory(path) { packages_in(path, env)? } else { vec![path.to_owned()] };
    // Sources often lie in a directory that is called like the package.
    let is_name = !name.contains('/') && (files.is_empty() || !env.is_taken(path));
    match &request.repository {
        Some((location, suite)) if is_name => published(name, (location, suite.as_deref()), (env, watch)),
        _ if files.is_empty() => Err(Error::Empty(path.to_owned()).into()),
        _ => of_files(&files, (env, watch)),
    }
}

fn packages_in(directory: &Path, env: &Env) -> Result<Vec<PathBuf>, Failure> {
    let names = env.names(directory)?.into_iter().filter(|name| name.ends_with(".deb"));
    Ok(names.map(|name| directory.join(name)).collect())
}

fn of_files(files: &[PathBuf], (env, watch): (&Env, &Watch)) -> Result<Side, Failure> {
    let mut side = Side::default();
    for file in files {
        let mut input = DebFile::open(file, env, watch)?;
        let failed = |source| inspect::Error::Package { file: file.display().to_string(), source };
        side.add(&mut input.reader).map_err(failed)?;
    }
    Ok(side)
}

/// A package of a repository, with the release and the virtualenv that it needs.
fn published(
    name: &str,
    (location, suite): (&RepoLocation, Option<&str>),
    (env, watch): (&Env, &Watch),
) -> Result<Side, Failure> {
    let access = Access::look(location, None, (env, watch))?;
    let session = access.session();
    let suite = session.suite(suite)?;
    let packages = Packages::read(&mut session.view(&suite)?)?;
    let wanted: Wanted = name.parse().unwrap_or_else(|never| match never {});
    // Of several architectures one tells as much as all.
    let found = packages.find(&wanted, &suite)?.into_iter().take(1);
    let mut side = Side::default();
    for number in packages.with_parts(found) {
        let file =
            stanza::field(packages.rows()[number].stanza.as_str(), "Filename").unwrap_or_default().to_owned();
        let place = access.store.spelled(&file);
        let body = access.store.open(&file)?.ok_or_else(|| Error::Gone(place.clone()))?;
        let failed = |source| inspect::Error::Package { file: place, source };
        side.add(&mut Guarded::new(body, watch)).map_err(failed)?;
    }
    Ok(side)
}
