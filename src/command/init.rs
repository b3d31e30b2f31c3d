//! `mkdeb init`: a first manifest from what a project has already. Asks nothing; what it makes is checked as
//! `mkdeb build` checks it, and only then written.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::git;
use crate::command::git::Git;
use crate::command::packer;
pub use crate::command::packer::Given;
use crate::command::requirements;
use crate::config;
use crate::config::manifest;
use crate::config::manifest::Manifest;
use crate::config::manifest::OriginKind;
use crate::content::lock;
use crate::content::lock::target;
use crate::content::lock::target::Target;
use crate::content::pyproject;
use crate::content::pyproject::Pyproject;
use crate::content::python::PythonVersion;
use crate::host::env::Env;
use crate::host::output;
use crate::host::output::AtomicFile;
use crate::host::process::Program;
use crate::host::process::on_path;
use crate::host::project;
use crate::host::watch::Watch;
use crate::init;
use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::origin;
use crate::init::origin::Origin;
use crate::init::reading;

/// What the manifest is called while it is checked.
const MANIFEST: &str = "mkdeb.toml";
/// What the project says of itself.
const PYPROJECT: &str = "pyproject.toml";
/// What may pin the virtualenv, the best first.
const LOCKS: [&str; 3] = ["uv.lock", "pylock.toml", "requirements.txt"];
/// The Python that locks are read for where the machine has none; it decides nothing but markers.
const PYTHON: PythonVersion = PythonVersion { major: 3, minor: 11, free_threaded: false };

/// What to make.
#[derive(Debug, Clone)]
pub struct InitRequest {
    /// The manifest.
    pub output: PathBuf,
    /// What to do with files that are there already.
    pub existing: OnExisting,
    /// What it is made from, where that is said.
    pub from: Option<Given>,
}

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnExisting {
    /// It stays, and that is an error.
    Refuse,
    /// It is replaced.
    Replace,
}

/// What was made.
#[derive(Debug)]
pub struct InitOutcome {
    /// The manifest, and the scripts that it names.
    pub files: Vec<PathBuf>,
    /// What has no counterpart, and what to look at.
    pub remarks: Vec<String>,
}

/// Why nothing is made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is a manifest, or a script.
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
    /// A directory that leads out of the project, which may be anybody's.
    #[error("`{}` is a symbolic link, and is not written through", .0.display())]
    Elsewhere(PathBuf),
    /// `pyproject.toml` has one.
    #[error("`pyproject.toml` has a manifest already: `[tool.mkdeb]`")]
    InPyproject,
    /// `pyproject.toml` is no TOML.
    #[error("`pyproject.toml` is not TOML: {0}")]
    Pyproject(String),
    /// A file that is larger than any that people write.
    #[error("`{}` is larger than 1 MiB", .0.display())]
    Large(PathBuf),
    /// The file with which they are too many.
    #[error("with `{}` the files of `{of}` have more than 16 MiB", .path.display())]
    TooMuch {
        /// The file.
        path: PathBuf,
        /// Whose they are.
        of: String,
    },
    /// What came of it is no manifest.
    #[error("what {origin} says makes no valid manifest")]
    Invalid {
        /// The place in the project.
        origin: Origin,
        /// The reason.
        source: Box<config::error::Error>,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::Exists(_) => Some("`--force` replaces it".to_owned()),
            Error::Elsewhere(_) => Some("put a directory in the place of the link".to_owned()),
            Error::InPyproject => Some("change that, or take it out".to_owned()),
            Error::Pyproject(_) => None,
            Error::Large(_) => Some("nothing that large becomes a part of a manifest: shorten it".to_owned()),
            Error::TooMuch { .. } => Some("take away those that belong to no package".to_owned()),
            Error::Invalid { source, .. } => source.hint(),
        };
        Self::new(error, hint)
    }
}

impl From<init::Error> for Failure {
    fn from(error: init::Error) -> Self {
        let hint = error.hint();
        Self::new(error, Some(hint))
    }
}

/// Makes the manifest of the project in the working directory.
pub fn init(request: &InitRequest, env: &Env, watch: &Watch) -> Result<InitOutcome, Failure> {
    let pyproject = env.read_optional(Path::new(PYPROJECT))?;
    let (facts, remark) = facts(pyproject.as_deref(), request.from.as_ref(), (env, watch))?;
    let mut draft = init::draft(&facts)?;
    draft.remarks.splice(0..0, remark);
    let text = draft.text();
    check(&text, pyproject.as_deref(), &facts).map_err(|error| invalid(error, &facts, &draft))?;

    let base = request.output.parent().unwrap_or(Path::new(""));
    let scripts = draft.scripts.iter().map(|script| (base.join(&script.path), script.text.as_str()));
    let files: Vec<(PathBuf, &str)> = scripts.chain([(request.output.clone(), text.as_str())]).collect();
    if request.existing == OnExisting::Refuse
        && let Some((path, _)) = files.iter().rev().find(|(path, _)| env.is_taken(path))
    {
        return Err(Error::Exists(path.clone()).into());
    }
    let mut directories =
        files.iter().filter_map(|(path, _)| path.parent()).filter(|path| env.is_taken(path));
    let is_elsewhere = |path: &&Path| !env.canonical(path).starts_with(env.canonical(base));
    if let Some(path) = directories.find(is_elsewhere) {
        return Err(Error::Elsewhere(path.to_owned()).into());
    }
    let hidden = files.iter().map(|(path, text)| hidden(&env.resolve(path), text));
    // The manifest appears last, so that it never names what is not there.
    let mut written = output::commit_all(hidden.collect::<Result<_, _>>()?)?;
    written.reverse();
    let Draft { remarks, .. } = draft;
    Ok(InitOutcome { files: written, remarks })
}

/// A file that is written and has no name yet.
fn hidden(path: &Path, text: &str) -> Result<AtomicFile, crate::host::Error> {
    let mut file = AtomicFile::create(path)?;
    let written = file.writer().write_all(text.as_bytes());
    written.map_err(|error| crate::host::Error::new("write", path, error))?;
    Ok(file)
}

/// What is known of the project, and a word about where it was found.
fn facts(
    pyproject: Option<&str>,
    from: Option<&Given>,
    (env, watch): (&Env, &Watch),
) -> Result<(Facts, Option<String>), Failure> {
    let pyproject: Option<Pyproject> =
        pyproject.map(pyproject::parse).transpose().map_err(Error::Pyproject)?;
    if pyproject.as_ref().is_some_and(|project| project.has_manifest) {
        return Err(Error::InPyproject.into());
    }
    let debian = debian(env)?;
    let texts = texts(&debian, env)?;
    let procfile = env.read_optional(Path::new("Procfile"))?.unwrap_or_default();
    let directory = env.canonical(Path::new("."));
    let mut facts = Facts {
        directory: directory.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        files: project::files(&env.dir),
        debian,
        texts,
        pyproject,
        procfile,
        lock: LOCKS.iter().find(|name| pins(name, env)).map(|name| (*name).to_owned()),
        is_git: is_git(env, watch)?,
        maintainer: maintainer(env, watch),
        ..Facts::default()
    };
    let remark = packer::add(&mut facts, from, env)?;
    Ok((facts, remark))
}

/// Whether there is a commit to build from. What would be one to its owner is not passed over in silence.
fn is_git(env: &Env, watch: &Watch) -> Result<bool, Failure> {
    match Git::open(env, watch).and_then(|git| git.commit("HEAD")) {
        Err(error @ git::error::Error::Foreign(_)) => Err(error.into()),
        found => Ok(found.is_ok()),
    }
}

/// The names of the files in `debian/`.
fn debian(env: &Env) -> Result<BTreeSet<String>, Failure> {
    let directory = Path::new("debian");
    let names = if env.is_directory(directory) { env.names(directory)? } else { Vec::new() };
    Ok(names.into_iter().filter(|name| env.is_file(&directory.join(name))).collect())
}

/// The texts of those that are read, each and all within their limits.
fn texts(names: &BTreeSet<String>, env: &Env) -> Result<BTreeMap<String, String>, Failure> {
    let (mut texts, mut left) = (BTreeMap::new(), reading::MOST);
    for name in names.iter().filter(|name| reading::is_read(name)) {
        let path = Path::new("debian").join(name);
        let text = env.read_within(&path, reading::LARGEST)?.ok_or_else(|| Error::Large(path.clone()))?;
        left = left
            .checked_sub(text.len() as u64)
            .ok_or_else(|| Error::TooMuch { path, of: "debian/".to_owned() })?;
        texts.insert(name.clone(), text);
    }
    Ok(texts)
}

/// Whether a file pins everything: else `mkdeb build` would not take it as a lock.
fn pins(name: &str, env: &Env) -> bool {
    let machine = env.architecture().and_then(|architecture| target::machine(architecture.as_str()));
    let (Some(machine), true) = (machine, env.is_file(Path::new(name))) else { return false };
    let target = Target { python: env.python().unwrap_or(PYTHON), patch: None, machine };
    let texts = requirements::texts(name, &env.dir, env).ok();
    texts.is_some_and(|texts| lock::read(name, &texts, &target).is_ok())
}

/// Whoever makes this, as dch(1) and git know them, or at least the machine.
fn maintainer(env: &Env, watch: &Watch) -> String {
    let var =
        |names: [&str; 2]| names.iter().find_map(|name| env.var(name)).filter(|it| !it.trim().is_empty());
    let git = |key: &str| {
        let program = Program::new(&on_path("git", env)?, env, &[]);
        let told = program.args(&["config", "--get", key]).run(watch).ok()?;
        Some(told.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let name = var(["DEBFULLNAME", "NAME"]).or_else(|| git("user.name"));
    let address = var(["DEBEMAIL", "EMAIL"]).or_else(|| git("user.email"));
    let name = name.unwrap_or_else(|| env.user_name());
    let address = address.unwrap_or_else(|| format!("{}@{}", env.user_name(), env.host_name()));
    format!("{} <{address}>", name.replace(['<', '>', '\n'], " ").trim())
}

/// Checks the manifest as a build does.
fn check(text: &str, pyproject: Option<&str>, facts: &Facts) -> Result<(), config::error::Error> {
    let origin = manifest::Origin { file: MANIFEST, kind: OriginKind::MkdebToml };
    let mut manifest = Manifest::parse(text, origin)?;
    if let Some(pyproject) = pyproject {
        manifest.complete_from(pyproject, PYPROJECT)?;
    }
    // Of a variable that only builds have it is not known what it says: a version, if anything is asked of it.
    let value = |name: &str| facts.variables.get(name).map_or("1", String::as_str).to_owned();
    let names = text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    let variables = names.map(|name| (name.to_owned(), value(name))).collect();
    manifest.into_recipe(&variables, &[]).map(drop)
}

/// The error with its place in the project, which is what its user can mend.
fn invalid(error: config::error::Error, facts: &Facts, draft: &Draft) -> Error {
    let origin = match error.place() {
        Some(place) if place.file == PYPROJECT => {
            Origin { source: Some(Source::File(PYPROJECT.to_owned())), line: Some(place.line) }
        }
        Some(place) => origin::of_line(facts, draft, place.line),
        None => Origin::default(),
    };
    Error::Invalid { origin, source: Box::new(error) }
}
