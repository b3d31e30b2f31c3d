//! Why a package cannot be inspected.

use std::io;

use crate::command::failure::Failure;
use crate::deb::read;
use crate::host::extract;

/// Why a package cannot be inspected, besides what other modules say.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be followed.
    #[error("failed to read the package `{file}`")]
    Package {
        /// Which.
        file: String,
        /// Why.
        source: read::Error,
    },
    /// `--cat` of a path that is not there.
    #[error("there is no `{path}` in the package")]
    Missing {
        /// The path.
        path: String,
        /// One like it.
        near: Option<String>,
        /// What helps where there is none.
        listed: &'static str,
    },
    /// `--cat` of something without a body.
    #[error("`{path}` is {what}")]
    NoFile {
        /// The path.
        path: String,
        /// What it is.
        what: String,
        /// What would help.
        hint: Option<String>,
    },
    /// A path with `..`, or something else that none is.
    #[error("there can be no such file in a package")]
    Path(#[source] crate::types::path::ArchiveError),
    /// A body cannot be held until it is known to be the last of its name.
    #[error("failed to hold `{path}` in a temporary file")]
    Hold {
        /// The path.
        path: String,
        /// What the system says.
        source: io::Error,
    },
    /// Unpacking stopped.
    #[error("failed to unpack `{file}`")]
    Extract {
        /// The package.
        file: String,
        /// Why.
        source: extract::Error,
    },
}

impl Error {
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Package { source, .. } => source.hint(),
            Self::Missing { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            Self::Missing { listed, .. } => Some((*listed).to_owned()),
            Self::NoFile { hint, .. } => hint.clone(),
            _ => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

/// What ends a walk early: the package, or what is made of it.
pub(super) enum Stop {
    Package(read::Error),
    Error(Box<Error>),
}

impl From<read::Error> for Stop {
    fn from(error: read::Error) -> Self {
        Self::Package(error)
    }
}
