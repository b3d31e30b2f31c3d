//! Why there is no virtualenv, and what would help.

use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::content::python::PythonVersion;
use crate::content::wheel::supply::Lack;
use crate::host::process;
use crate::plan::Difference;
use crate::types::plural::counted;

/// Why there is no virtualenv.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The manifest has none.
    #[error("the manifest has no `[venv]`, so there is no virtualenv to make")]
    NoVenv,
    /// The manifest does not say what is in it.
    #[error("`[venv]` has no `requirements`, so it is not known what to install")]
    NoLock,
    /// The manifest's virtualenv is a tarball.
    #[error("`path` in `[venv]` is the tarball `{0}`, and a virtualenv is a directory")]
    Tarball(String),
    /// A path that ends in no name.
    #[error("`path` in `[venv]` is `{0}`, which has no name of its own")]
    Nameless(String),
    /// Wheels for this machine, and a key for another.
    #[error("`{file}` is for this machine, and the virtualenv for {architecture}")]
    OtherMachine {
        /// The first wheel that is bound to a machine.
        file: String,
        /// The architecture that the key is for.
        architecture: String,
    },
    /// Some requirements with hashes, and some without.
    #[error("some requirements have hashes, and some have none:{}", listed(.0))]
    Unhashed(Vec<String>),
    /// Something of somebody else's is in the way.
    #[error("`{}` is not a link to a virtualenv that mkdeb made", .0.display())]
    Taken(PathBuf),
    /// No interpreter.
    #[error("there is no Python {python}: {}", looked_for(.looked))]
    NoPython {
        /// The version that the key is for.
        python: PythonVersion,
        /// What was looked for.
        looked: Vec<String>,
    },
    /// Another interpreter than the key is for.
    #[error("`{program}` is Python {found}, and the virtualenv is for {expected}")]
    OtherPython {
        /// The interpreter.
        program: String,
        /// Its version.
        found: String,
        /// The version that the key is for.
        expected: PythonVersion,
    },
    /// Requirements without a wheel.
    #[error("{} without a wheel:{}", counted(.0.len() as u64, "requirements"), listed(.0))]
    Lacks(Vec<Lack>),
    /// What was installed is not what the lock says.
    #[error("what was installed is not what `{requirements}` says:{}", listed(.differences))]
    Differs {
        /// The lock.
        requirements: String,
        /// Each way in which it differs.
        differences: Vec<Difference>,
    },
}

fn listed(items: &[impl std::fmt::Display]) -> String {
    items.iter().map(|item| format!("\n  {item}")).collect()
}

fn looked_for(names: &[String]) -> String {
    match names {
        [name] => format!("{name} is not a program"),
        names => format!("neither {} is a program", names.join(" nor ")),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoVenv | Error::NoLock => {
                "name a lock in `[venv]`: `requirements = \"requirements.txt\"`".to_owned()
            }
            Error::Tarball(_) | Error::Nameless(_) => {
                "name a directory: `path = \"build/venv\"`".to_owned()
            }
            Error::OtherMachine { .. } => "make it on a machine of the hosts' architecture".to_owned(),
            Error::Unhashed(_) => "lock all of them with hashes, or none".to_owned(),
            Error::Taken(_) => "move it away, or name another `path` in `[venv]`".to_owned(),
            Error::NoPython { .. } | Error::OtherPython { .. } => "name one with `--python`".to_owned(),
            Error::Lacks(_) => {
                "fill the directory with `pip download --only-binary :all: --dest DIRECTORY -r REQUIREMENTS`, and make wheels of what has none with `pip wheel`".to_owned()
            }
            Error::Differs { .. } => "pin every distribution that the wheels ask for".to_owned(),
        };
        Self::new(error, Some(hint))
    }
}

impl From<process::Error> for Failure {
    fn from(error: process::Error) -> Self {
        let hint = match &error {
            process::Error::Failed { said, .. } if said.contains("ensurepip") => {
                Some("install the package `python3-venv`, or uv".to_owned())
            }
            _ => None,
        };
        Self::new(error, hint)
    }
}
