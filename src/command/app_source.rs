//! Where the application of a recipe lies: at a path of the manifest, or in a commit, whose tree git writes.

use std::path::Path;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::command::failure::Failure;
use crate::command::git::Difference;
use crate::command::git::Git;
use crate::command::git::Submodules;
use crate::config::recipe::AppSource;
use crate::host::env::Env;
use crate::host::watch::Watch;

/// What would help where the directory is not what its commit is.
const DIRTY: &str =
    "commit them, or name a commit in the place of `HEAD`: `--set app.git=$(git rev-parse HEAD)`";

/// What is read from the directory and not from the commit: whoever writes it builds again and again.
const MANIFEST: &str = "mkdeb.toml";

/// The application as an input.
pub(in crate::command) struct AppInput {
    /// What the user calls it.
    pub(in crate::command) name: String,
    /// Where it is.
    pub(in crate::command) path: PathBuf,
    /// When it was committed, in seconds since 1970, where it is a commit.
    pub(in crate::command) committed: Option<u64>,
    /// What is not in it as its user may expect.
    pub(in crate::command) remarks: Vec<&'static str>,
    /// Holds what git wrote.
    _directory: Option<TempDir>,
}

/// Finds the application of a manifest in `base`.
///
/// `HEAD` by that name has to be what the directory holds: what would be built is not what its user sees. Files that
/// git does not track are no part of it, and neither is the manifest.
pub(in crate::command) fn app(
    source: &AppSource,
    base: &Path,
    (env, watch): (&Env, &Watch),
) -> Result<AppInput, Failure> {
    let (reference, submodules) = match source {
        AppSource::Path(path) => {
            let (name, path) = (path.clone(), base.join(path));
            return Ok(AppInput { name, path, committed: None, remarks: Vec::new(), _directory: None });
        }
        AppSource::Git { reference, with_submodules: true } => (reference, Submodules::Included),
        AppSource::Git { reference, with_submodules: false } => (reference, Submodules::Empty),
    };
    let mut there = env.clone();
    there.enter(base)?;
    let git = Git::open(&there, watch)?;
    if reference == "HEAD" {
        git.clean(Difference::Tracked, &[MANIFEST], DIRTY)?;
    }
    let commit = git.commit(reference)?;
    let directory = env.temporary_directory()?;
    let path = directory.path().join("app.tar");
    let remarks = git.archive(&commit, submodules, &path)?;
    let committed = Some(git.committed(&commit)?);
    Ok(AppInput { name: format!("git {reference}"), path, committed, remarks, _directory: Some(directory) })
}
