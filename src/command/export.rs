//! `mkdeb export`: the application's tarball, straight from a commit of git.
//!
//! git itself writes the archive, so `export-ignore` and `export-subst` (gitattributes(5)) are what they are there.
//! Nothing of the machine's own settings counts: the same commit gives the same bytes.

use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::archive::compress::encode::Encoder;
use crate::archive::compress::encode::Resources;
use crate::command::failure::Failure;
use crate::host::Error as HostError;
use crate::host::env::Env;
use crate::host::output;
use crate::host::output::AtomicFile;
use crate::host::process;
use crate::host::process::Program;
use crate::host::process::on_path;
use crate::host::watch::Guarded;
use crate::host::watch::Watch;
use crate::types::plural::counted;
use crate::types::spelling::nearest;

/// What is done alike on every machine, whatever its users set (git-config(1)).
const SETTINGS: [&str; 12] = [
    "-c",
    "tar.umask=0022",
    "-c",
    "core.abbrev=12",
    "-c",
    "core.attributesFile=/dev/null",
    "-c",
    "core.autocrlf=false",
    "-c",
    "core.eol=lf",
    "-c",
    "core.quotePath=false",
];

/// What to export.
#[derive(Debug, Clone)]
pub struct ExportRequest {
    /// The commit, by any name that git knows; none is `HEAD`, which has to be what the directory holds.
    pub reference: Option<String>,
    /// The tarball, or the directory for one with a name of its own.
    pub output: PathBuf,
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

/// Why nothing is exported.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No git.
    #[error("there is no `git` on `PATH`")]
    NoGit,
    /// Not a repository of git.
    #[error("`{}` is in no repository of git", .0.display())]
    NoRepository(PathBuf),
    /// A commit that there is not.
    #[error("git knows no commit `{name}`")]
    NoCommit {
        /// What was asked for.
        name: String,
        /// A name like it.
        near: Option<String>,
    },
    /// Files that no commit has.
    #[error("{count} differ from `HEAD`: {first}")]
    Dirty {
        /// How many, in words.
        count: String,
        /// The first of them.
        first: String,
    },
    /// git failed.
    #[error("failed to export `{name}`")]
    Git {
        /// The commit.
        name: String,
        /// What git says.
        source: process::Error,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoGit => Some("install the package `git`".to_owned()),
            Error::NoRepository(_) => Some("go to one by `-C DIR`".to_owned()),
            Error::NoCommit { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            Error::NoCommit { .. } => {
                Some("a CI may have fetched one commit alone: `git fetch --unshallow --tags`".to_owned())
            }
            Error::Dirty { .. } => Some("commit them, or name the commit: `mkdeb export HEAD`".to_owned()),
            Error::Git { .. } => None,
        };
        Self::new(error, hint)
    }
}

/// Writes the tarball.
pub fn export(request: &ExportRequest, env: &Env, watch: &Watch) -> Result<ExportOutcome, Failure> {
    let exported = export_watched(request, env, watch);
    exported.map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn export_watched(request: &ExportRequest, env: &Env, watch: &Watch) -> Result<ExportOutcome, Failure> {
    let git = Git { program: on_path("git", env).ok_or(Error::NoGit)?, env, watch };
    let top = git.line(&["rev-parse", "--show-toplevel"]);
    let top = PathBuf::from(top.map_err(|_| Error::NoRepository(env.dir.clone()))?);
    if request.reference.is_none() {
        clean(&git)?;
    }
    let name = request.reference.as_deref().unwrap_or("HEAD");
    let commit =
        git.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{commit}}")]);
    let commit = commit.map_err(|_| no_commit(&git, name))?;
    let failed = |source| Error::Git { name: name.to_owned(), source };
    let described = git.line(&["describe", "--always", "--tags", "--abbrev=12", &commit]).map_err(failed)?;
    let stem = top.file_name().map_or_else(|| "app".to_owned(), |name| name.to_string_lossy().into_owned());
    let stem = format!("{stem}-{}", described.replace('/', "-"));
    let output = env.resolve(&request.output);
    let is_file = request.output.to_string_lossy().ends_with(".tar.gz");
    let path = if is_file { output } else { output.join(format!("{stem}.tar.gz")) };
    let directory = env.temporary_directory()?;
    let plain = directory.path().join("archive.tar");
    // What the clone is called and which tags it has is a matter of the machine.
    let prefix = format!("--prefix=source-{}/", commit.get(..12).unwrap_or(&commit));
    let words = ["archive", "--format=tar", &prefix, "--output"];
    let archived = git.run(|program| program.args(&words).arg(&plain).args(&["--end-of-options", &commit]));
    archived.map_err(failed)?;
    let path = compress(&plain, &path, (env, watch))?;
    let modules = git.line(&["ls-tree", "--name-only", &commit, ".gitmodules"]).unwrap_or_default();
    let remarks = if modules.is_empty() {
        Vec::new()
    } else {
        vec!["submodules are empty directories in it".to_owned()]
    };
    Ok(ExportOutcome { path, commit, remarks })
}

fn clean(git: &Git<'_>) -> Result<(), Error> {
    let failed = |source| Error::Git { name: "HEAD".to_owned(), source };
    let status = git.text(&["status", "--porcelain", "--ignore-submodules=none"]).map_err(failed)?;
    let mut paths = status.lines().filter_map(|line| line.get(3..)).map(str::to_owned);
    match paths.next() {
        None => Ok(()),
        Some(first) => Err(Error::Dirty { count: counted(paths.count() as u64 + 1, "files"), first }),
    }
}

fn no_commit(git: &Git<'_>, name: &str) -> Error {
    let names = git.text(&["for-each-ref", "--format=%(refname:short)"]).unwrap_or_default();
    let near = nearest(name, names.lines()).map(str::to_owned);
    Error::NoCommit { name: name.to_owned(), near }
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

/// git in the user's directory, without what the machine's users set.
struct Git<'e> {
    program: PathBuf,
    env: &'e Env,
    watch: &'e Watch,
}

impl Git<'_> {
    fn run(&self, words: impl FnOnce(Program) -> Program) -> Result<String, process::Error> {
        let program = Program::new(&self.program, self.env, &["GIT_"]).args(&SETTINGS);
        let program = program.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
        words(program.env("GIT_OPTIONAL_LOCKS", "0")).run(self.watch)
    }

    fn text(&self, words: &[&str]) -> Result<String, process::Error> {
        self.run(|program| program.args(words))
    }

    fn line(&self, words: &[&str]) -> Result<String, process::Error> {
        Ok(self.text(words)?.trim_end().to_owned())
    }
}
