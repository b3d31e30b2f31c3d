//! `mkdeb export`: the application's tarball, straight from a commit of git.

use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::archive::compress::encode::Encoder;
use crate::archive::compress::encode::Resources;
use crate::command::failure::Failure;
use crate::command::git::Difference;
use crate::command::git::Git;
use crate::command::git::Submodules;
use crate::host::Error as HostError;
use crate::host::env::Env;
use crate::host::output;
use crate::host::output::AtomicFile;
use crate::host::watch::Guarded;
use crate::host::watch::Watch;

/// What would help where the directory is not what its commit is.
const DIRTY: &str = "commit them, or name the commit: `mkdeb export HEAD`";

/// What to export.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// The commit, by any name that git knows; none is `HEAD`, which has to be what the directory holds.
    pub reference: Option<String>,
    /// The tarball, or the directory for one with a name of its own.
    pub output: PathBuf,
    /// What becomes of submodules.
    pub submodules: Submodules,
}

/// What was exported.
#[derive(Debug)]
pub struct ExportOutcome {
    /// The tarball.
    pub path: PathBuf,
    /// The commit.
    pub commit: String,
    /// What its user should know.
    pub remarks: Vec<String>,
}

/// Writes the tarball.
pub fn export(request: &ExportRequest, env: &Env, watch: &Watch) -> Result<ExportOutcome, Failure> {
    let exported = export_watched(request, env, watch);
    exported.map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn export_watched(request: &ExportRequest, env: &Env, watch: &Watch) -> Result<ExportOutcome, Failure> {
    let git = Git::open(env, watch)?;
    if request.reference.is_none() {
        git.clean(Difference::Any, &[], DIRTY)?;
    }
    let commit = git.commit(request.reference.as_deref().unwrap_or("HEAD"))?;
    let stem = format!("{}-{}", git.name(), git.described(&commit)?.replace('/', "-"));
    let output = env.resolve(&request.output);
    let is_file = request.output.to_string_lossy().ends_with(".tar.gz");
    let path = if is_file { output } else { output.join(format!("{stem}.tar.gz")) };
    let directory = env.temporary_directory()?;
    let plain = directory.path().join("archive.tar");
    let remarks = git.archive(&commit, request.submodules, &plain)?;
    let path = compress(&plain, &path, (env, watch))?;
    let remarks = remarks.into_iter().map(str::to_owned).collect();
    Ok(ExportOutcome { path, commit, remarks })
}

/// gzip without a time, which is the same everywhere.
fn compress(plain: &Path, path: &Path, (env, watch): (&Env, &Watch)) -> Result<PathBuf, Failure> {
    let wrap = |error: io::Error| HostError::new("write", path, error);
    let mut input = Guarded::new(output::open(plain)?, watch);
    let mut file = AtomicFile::create(path)?;
    let resources = Resources::new(env.cores, env.memory());
    let compression = Compression::of(Format::Gzip);
    let encoder = Encoder::new(file.writer(), compression, resources, 0);
    let written = encoder.and_then(|mut encoder| {
        io::copy(&mut input, &mut encoder)?;
        encoder.finish()?.flush()
    });
    written.map_err(wrap)?;
    Ok(file.commit()?)
}
