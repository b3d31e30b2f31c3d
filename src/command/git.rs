//! Trees of commits as tar archives, written by git itself: `export-ignore` and `export-subst` (gitattributes(5)) are
//! what they are there.
//!
//! Nothing of the machine's own settings counts: the same commit gives the same bytes.

pub mod error;

use std::fs::File;
use std::io;
use std::io::Seek;
use std::path::Path;
use std::path::PathBuf;

use crate::archive::tar::read::Reader;
use crate::command::git::error::Error;
use crate::host::Error as HostError;
use crate::host::env::Env;
use crate::host::output;
use crate::host::process;
use crate::host::process::Program;
use crate::host::process::on_path;
use crate::host::watch::Guarded;
use crate::host::watch::Watch;
use crate::types::spelling::nearest;

/// What is done alike on every machine, whatever its users set (git-config(1)).
const SETTINGS: [&str; 16] = [
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
    // It would be a program of whoever configured the repository.
    "-c",
    "core.fsmonitor=false",
    // A commit may hold the files of a repository, with settings of its own (git-config(1)).
    "-c",
    "safe.bareRepository=explicit",
];
/// What changes the bytes of an archive (gitattributes(5)).
const ATTRIBUTES: [&str; 9] = [
    "export-ignore",
    "export-subst",
    "text",
    "crlf",
    "eol",
    "ident",
    "filter",
    "working-tree-encoding",
    "binary",
];
/// The mode of a submodule in a tree of git.
const SUBMODULE: &str = "160000";

/// What is told of submodules that are left out.
const EMPTY: &str =
    "submodules are empty directories in it; `--submodules`, or `submodules = true`, takes them too";
/// What is told of files that git-lfs keeps.
const POINTERS: &str = "files that git-lfs keeps are pointers in it, and not what they stand for";

/// What counts as a difference from a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::command) enum Difference {
    /// Files that git tracks.
    Tracked,
    /// Those, and files that it neither tracks nor ignores.
    Any,
}

/// What becomes of submodules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submodules {
    /// Empty directories, as `git archive` leaves them.
    Empty,
    /// Their trees, and those of their own.
    Included,
}

/// git in one directory, without what the machine's users set.
pub(in crate::command) struct Git<'e> {
    program: PathBuf,
    env: Env,
    watch: &'e Watch,
    top: PathBuf,
    /// The directories of other owners that the machine's users trust.
    safe: Vec<String>,
}

impl<'e> Git<'e> {
    /// git in the working directory, which has to be in a repository. Trees are those of the directory, where it is
    /// below the top.
    pub(in crate::command) fn open(env: &Env, watch: &'e Watch) -> Result<Self, Error> {
        let program = on_path("git", env).ok_or(Error::NoGit)?;
        // git heeds it from the command line as from its users' settings, and from no repository (git-config(1)).
        let safe = ["--global", "--system"].iter().flat_map(|scope| {
            let asked = Program::new(&program, env, &["GIT_"]);
            let asked = asked.args(&["config", scope, "--get-all", "safe.directory"]);
            let told = asked.run(watch).unwrap_or_default();
            told.lines().map(|line| format!("safe.directory={line}")).collect::<Vec<_>>()
        });
        let safe = safe.collect();
        let mut git = Self { program, env: env.clone(), watch, top: PathBuf::new(), safe };
        let top = git.line(&["rev-parse", "--show-toplevel"]);
        let failed = |error| {
            let directory = env.canonical(Path::new("."));
            // The setting is named in every language (git-config(1)).
            let is_foreign =
                matches!(&error, process::Error::Failed { said, .. } if said.contains("safe.directory"));
            unless_failed(error, || match is_foreign {
                true => Error::Foreign(directory),
                false => Error::NoRepository(directory),
            })
        };
        git.top = PathBuf::from(top.map_err(failed)?);
        Ok(git)
    }

    /// What the repository's directory is called.
    pub(in crate::command) fn name(&self) -> String {
        self.top.file_name().map_or_else(|| "app".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// Refuses a repository that differs from `HEAD`, but for the files of the directory that are `spared`.
    pub(in crate::command) fn clean(
        &self,
        kind: Difference,
        spared: &[&str],
        hint: &'static str,
    ) -> Result<(), Error> {
        let failed = |source| Error::Git { name: "HEAD".to_owned(), source };
        let untracked = match kind {
            Difference::Tracked => "--untracked-files=no",
            Difference::Any => "--untracked-files=normal",
        };
        let spared: Vec<String> = spared.iter().map(|name| format!(":(exclude){name}")).collect();
        let mut words = vec!["status", "--porcelain", untracked, "--ignore-submodules=none", "--", ":/"];
        words.extend(spared.iter().map(String::as_str));
        let status = self.text(&words).map_err(failed)?;
        let mut paths = status.lines().filter_map(|line| line.get(3..)).map(str::to_owned);
        match paths.next() {
            None => Ok(()),
            Some(first) => {
                let (differ, more) = match paths.count() {
                    0 => ("1 file differs".to_owned(), String::new()),
                    others => (format!("{} files differ", others + 1), format!(" and {others} more")),
                };
                Err(Error::Dirty { differ, which: format!("`{first}`{more}"), hint })
            }
        }
    }

    /// The commit that a name stands for.
    pub(in crate::command) fn commit(&self, name: &str) -> Result<String, Error> {
        let wanted = format!("{name}^{{commit}}");
        let commit = self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]);
        let unknown = || {
            let names = self.text(&["for-each-ref", "--format=%(refname:short)"]).unwrap_or_default();
            let near = nearest(name, names.lines()).map(str::to_owned);
            Error::NoCommit { name: name.to_owned(), near }
        };
        commit.map_err(|error| unless_failed(error, unknown))
    }

    /// When a commit was made, in seconds since 1970.
    pub(in crate::command) fn committed(&self, commit: &str) -> Result<u64, Error> {
        let told = self.line(&["show", "--no-patch", "--format=%ct", commit]);
        let told = told.map_err(|source| Error::Git { name: commit.to_owned(), source })?;
        // One before 1970 has a sign.
        Ok(told.parse().unwrap_or_default())
    }

    /// What people call a commit: its tag, or the tag before it.
    pub(in crate::command) fn described(&self, commit: &str) -> Result<String, Error> {
        let described = self.line(&["describe", "--always", "--tags", "--abbrev=12", commit]);
        described.map_err(|source| Error::Git { name: commit.to_owned(), source })
    }

    /// Writes the tree of a commit as a plain archive with one top directory, and says what is not in it as its user
    /// may expect.
    pub(in crate::command) fn archive(
        &self,
        commit: &str,
        submodules: Submodules,
        to: &Path,
    ) -> Result<Vec<&'static str>, Error> {
        // What the clone is called and which tags it has is a matter of the machine.
        let prefix = format!("source-{}/", commit.get(..12).unwrap_or(commit));
        self.write(commit, &prefix, to)?;
        let modules = self.submodules(commit)?;
        if submodules == Submodules::Included {
            for module in &modules {
                self.include(module, &prefix, to)?;
            }
        }
        let are_empty = submodules == Submodules::Empty && !modules.is_empty();
        let empty = are_empty.then_some(EMPTY);
        Ok(empty.into_iter().chain(self.has_pointers(commit).then_some(POINTERS)).collect())
    }

    /// Whether files are kept elsewhere by git-lfs, which is a filter of the machine's.
    fn has_pointers(&self, commit: &str) -> bool {
        let words = ["grep", "--quiet", "--fixed-strings", "-e", "filter=lfs", commit, "--"];
        self.run(|program| program.args(&words).arg(":(glob)**/.gitattributes")).is_ok()
    }

    fn write(&self, commit: &str, prefix: &str, to: &Path) -> Result<(), Error> {
        self.has_no_attributes()?;
        let prefix = format!("--prefix={prefix}");
        let words = ["archive", "--format=tar", &prefix, "--output"];
        let written = self.run(|program| program.args(&words).arg(to).args(&["--end-of-options", commit]));
        written.map(drop).map_err(|source| Error::Git { name: commit.to_owned(), source })
    }

    /// Refuses attributes that git takes from the clone, which no option makes it leave.
    fn has_no_attributes(&self) -> Result<(), Error> {
        let failed = |source| Error::Git { name: "HEAD".to_owned(), source };
        let path = PathBuf::from(self.line(&["rev-parse", "--git-path", "info/attributes"]).map_err(failed)?);
        let text = self.env.read_optional(&path).map_err(|error| failed(error.into()))?.unwrap_or_default();
        match text.lines().find(|line| changes_archives(line)) {
            None => Ok(()),
            Some(line) => Err(Error::Attributes { path, line: line.trim().to_owned() }),
        }
    }

    /// The submodules of the directory's tree.
    fn submodules(&self, commit: &str) -> Result<Vec<Submodule>, Error> {
        let listed = self.text(&["ls-tree", "-r", "-z", commit]);
        let listed = listed.map_err(|source| Error::Git { name: commit.to_owned(), source })?;
        let modules = listed.split('\0').filter_map(|line| {
            let (about, path) = line.split_once('\t')?;
            let mut words = about.split(' ');
            let (mode, commit) = (words.next()?, words.nth(1)?);
            (mode == SUBMODULE).then(|| Submodule { path: path.to_owned(), commit: commit.to_owned() })
        });
        Ok(modules.collect())
    }

    fn include(&self, module: &Submodule, prefix: &str, to: &Path) -> Result<(), Error> {
        let Submodule { path, commit } = module;
        let missing = || Error::NoSubmodule { path: path.clone(), commit: commit.clone() };
        let mut env = self.env.clone();
        env.enter(Path::new(path)).map_err(|_| missing())?;
        let git = Git::open(&env, self.watch).map_err(|_| missing())?;
        let is_own = env.canonical(Path::new(".")) == self.env.canonical(Path::new(".")).join(path);
        if !is_own || env.canonical(&git.top) != env.canonical(Path::new(".")) {
            return Err(missing());
        }
        // A directory that nothing was checked out into is one of the repository around it.
        if git.commit(commit).is_err() {
            return Err(missing());
        }
        let failed = |source| Error::Append { path: path.clone(), source };
        let directory = env.temporary_directory().map_err(|error| failed(Box::new(error)))?;
        let part = directory.path().join("submodule.tar");
        let prefix = format!("{prefix}{path}/");
        git.write(commit, &prefix, &part)?;
        append(to, &part, self.watch).map_err(failed)?;
        git.submodules(commit)?.iter().try_for_each(|inner| git.include(inner, &prefix, to))
    }

    fn run(&self, words: impl FnOnce(Program) -> Program) -> Result<String, process::Error> {
        let program = Program::new(&self.program, &self.env, &["GIT_"]).args(&SETTINGS);
        let program = self.safe.iter().fold(program, |program, setting| program.args(&["-c", setting]));
        let program = program
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_NO_REPLACE_OBJECTS", "1");
        words(program.env("GIT_OPTIONAL_LOCKS", "0")).run(self.watch)
    }

    fn text(&self, words: &[&str]) -> Result<String, process::Error> {
        self.run(|program| program.args(words))
    }

    /// What git says in one line.
    pub(in crate::command) fn line(&self, words: &[&str]) -> Result<String, process::Error> {
        Ok(self.text(words)?.trim_end().to_owned())
    }
}

/// What a failure of git means; that it was ended, or could not be run, means nothing.
fn unless_failed(error: process::Error, meaning: impl FnOnce() -> Error) -> Error {
    match error {
        process::Error::Failed { .. } => meaning(),
        source => Error::Ended(source),
    }
}

/// Whether a line of attributes, or a name for several, has to do with what is exported.
fn changes_archives(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let names = words.next().is_some_and(|pattern| !pattern.starts_with('#'));
    let attribute =
        |word: &str| word.trim_start_matches(['-', '!']).split('=').next().unwrap_or_default().to_owned();
    names && (line.contains("[attr]") || words.any(|word| ATTRIBUTES.contains(&attribute(word).as_str())))
}

/// A repository in another one's tree.
struct Submodule {
    path: String,
    commit: String,
}

/// Puts the entries of an archive behind those of another.
fn append(to: &Path, part: &Path, watch: &Watch) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut whole: File = output::reopen(to)?;
    let mut reader = Reader::new(io::BufReader::new(Guarded::new(&whole, watch)));
    while reader.next_member()?.is_some() {}
    let end = reader.offset();
    whole.seek(io::SeekFrom::Start(end))?;
    // What stands before its first entry names the commit of the submodule, as that of all that comes behind it.
    let mut reader = Reader::new(io::BufReader::new(Guarded::new(output::open(part)?, watch)));
    reader.next_member()?;
    let mut part = output::open(part)?;
    part.seek(io::SeekFrom::Start(reader.begins()))?;
    io::copy(&mut Guarded::new(part, watch), &mut whole)?;
    // What is shorter than the padding of the old end would leave a part of it.
    let length = whole.stream_position()?;
    whole.set_len(length).map_err(|error| HostError::new("write", to, error))?;
    Ok(())
}
