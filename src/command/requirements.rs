//! The requirements of a virtualenv: read with all that they include, and understood for the host.

use std::path::Path;

use crate::command::failure::Failure;
use crate::config::recipe::Recipe;
use crate::config::recipe::Suite;
use crate::content::lock;
use crate::content::lock::Lock;
use crate::content::lock::Texts;
use crate::content::lock::target;
use crate::content::lock::target::Target;
use crate::content::python::PythonVersion;
use crate::host::env::Env;
use crate::host::input;
use crate::plan::key::Machine;
use crate::types::arch::Arch;

/// The most files that one lock may include.
const MOST_FILES: usize = 1000;

/// What the requirements cannot be understood without.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// Neither manifest nor machine say.
    #[error("it is not known which Python the virtualenv is for")]
    Python,
    /// A machine that Debian has no name for.
    #[error("it is not known which architecture the virtualenv is for")]
    Architecture,
    /// Files that include more and more others.
    #[error("`{0}` includes more than 1000 files")]
    Files(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match error {
            Error::Python => {
                Some("set `python` in `[venv]`, for example `/usr/bin/python3.11`, or give `--target`")
            }
            Error::Architecture => Some("set `architecture` in `[package]`"),
            Error::Files(_) => None,
        };
        Self::new(error, hint.map(str::to_owned))
    }
}

/// The lock of the recipe's virtualenv, where it names one.
pub(in crate::command) fn lock(recipe: &Recipe, base: &Path, env: &Env) -> Result<Option<Lock>, Failure> {
    let Some(name) = recipe.venv.as_ref().and_then(|venv| venv.requirements.as_ref()) else {
        return Ok(None);
    };
    let Machine { python, architecture } = machine(recipe, env)?;
    // What is for every architecture is made on this one.
    let own = env.architecture();
    let processor =
        [Some(&architecture), own.as_ref()].into_iter().flatten().find_map(|it| target::machine(it.as_str()));
    let processor = processor.ok_or(Error::Architecture)?;
    let patch = recipe
        .target
        .filter(|suite| suite.python_minor() == Some(python.minor))
        .and_then(Suite::python_patch);
    let texts = texts(name, base, env)?;
    Ok(Some(lock::read(name, &texts, &Target { python, patch, machine: processor })?))
}

/// What a virtualenv is for: as the manifest says, else the target, else like this machine.
pub(in crate::command) fn machine(recipe: &Recipe, env: &Env) -> Result<Machine, Failure> {
    let stated = recipe.venv.as_ref().and_then(|venv| venv.python.as_ref());
    let stated = stated.and_then(|path| PythonVersion::from_name(path.file_name()));
    let targeted = recipe.target.and_then(Suite::python_minor);
    let targeted = targeted.map(|minor| PythonVersion { major: 3, minor, free_threaded: false });
    // Without a virtualenv nobody asks, and the build's machine need not have one.
    let any = PythonVersion { major: 3, minor: 0, free_threaded: false };
    let unasked = recipe.venv.is_none().then_some(any);
    let python = stated.or(targeted).or_else(|| env.python()).or(unasked).ok_or(Error::Python)?;
    let stated: Option<Arch> = recipe.package.architecture.clone();
    let architecture = stated.or_else(|| env.architecture()).ok_or(Error::Architecture)?;
    Ok(Machine { python, architecture })
}

/// The file and those that it includes, by their names in the manifest's directory.
pub(in crate::command) fn texts(name: &str, base: &Path, env: &Env) -> Result<Texts, Failure> {
    let mut texts = Texts::new();
    let mut wanted = vec![name.to_owned()];
    while let Some(file) = wanted.pop() {
        if texts.contains_key(&file) {
            continue;
        }
        if texts.len() == MOST_FILES {
            return Err(Error::Files(name.to_owned()).into());
        }
        let text = env.read(&base.join(&file));
        let text = text.map_err(|error| input::Error::unread(base, &file, error.source))?;
        wanted.extend(lock::includes(&file, &text));
        texts.insert(file, text);
    }
    Ok(texts)
}
