//! Why git gives no tree of a commit, and what would help.

use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::config::error::Subject;
use crate::host::process;

/// Why git gives no tree.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No git.
    #[error("there is no `git` on `PATH`")]
    NoGit,
    /// Not a repository of git.
    #[error("`{}` is not in a repository of git", .0.display())]
    NoRepository(PathBuf),
    /// A repository of another user, whose settings git does not obey.
    #[error("git does not use the repository of `{}`, which belongs to another user", .0.display())]
    Foreign(PathBuf),
    /// A commit that there is not.
    #[error("git knows no commit `{name}`")]
    NoCommit {
        /// What was asked for.
        name: String,
        /// A name like it.
        near: Option<String>,
    },
    /// Files that no commit has.
    #[error("{differ} from `HEAD`: {which}")]
    Dirty {
        /// How many differ, in words.
        differ: String,
        /// The first of them, and how many there are besides.
        which: String,
        /// What would help.
        hint: &'static str,
    },
    /// A submodule that was not fetched.
    #[error("the submodule `{path}` does not have its commit `{commit}`")]
    NoSubmodule {
        /// Where it belongs.
        path: String,
        /// The commit that its tree is wanted of.
        commit: String,
    },
    /// Attributes of one clone, which no other machine has.
    #[error("`{}` changes what is exported, and belongs to this clone alone: `{line}`", .path.display())]
    Attributes {
        /// The file.
        path: PathBuf,
        /// The line in it.
        line: String,
    },
    /// git failed.
    #[error("failed to export `{name}`")]
    Git {
        /// The commit.
        name: String,
        /// What git says.
        source: process::Error,
    },
    /// git was ended, or could not be run.
    #[error(transparent)]
    Ended(process::Error),
    /// The archive could not be put together.
    #[error("failed to put the submodule `{path}` into the archive")]
    Append {
        /// Where it belongs.
        path: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// What was asked for that it is about.
    fn subject(&self) -> Option<&str> {
        match self {
            Self::NoCommit { name, .. } | Self::Git { name, .. } => Some(name),
            _ => None,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoGit => Some("install the package `git`".to_owned()),
            Error::NoRepository(_) => Some("`-C DIR` works in another directory; `git init` makes a repository".to_owned()),
            Error::Foreign(path) => Some(format!(
                "where you trust what is in it: `git config --global --add safe.directory {}`",
                path.display()
            )),
            Error::NoCommit { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            Error::NoCommit { .. } => Some(
                "`git log --all` lists what there is; a CI may have fetched one commit alone: `git fetch --unshallow --tags`"
                    .to_owned(),
            ),
            Error::Dirty { hint, .. } => Some((*hint).to_owned()),
            Error::NoSubmodule { .. } => {
                Some("fetch it: `git submodule update --init --recursive`".to_owned())
            }
            Error::Attributes { .. } => Some("move the line into `.gitattributes`, and commit it".to_owned()),
            Error::Git { .. } | Error::Ended(_) | Error::Append { .. } => None,
        };
        let subject = error.subject().map(Subject::from);
        Self { subject, ..Self::new(error, hint) }
    }
}
