//! What keeps a lock file from being one.

use std::fmt;

use pep440_rs::Version;

use crate::content::lock::DistributionName;

/// A line of a lock file, or an entry of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as the manifest spells it.
    pub file: String,
    /// The line, from 1; none where the format has no lines to speak of.
    pub line: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// Why a lock file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the format that its name promises.
    #[error("`{file}` cannot be read")]
    Syntax {
        /// The file.
        file: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A version of the format that is not known.
    #[error("`{file}` has version {version} of its format, and mkdeb knows {known}")]
    Format {
        /// The file.
        file: String,
        /// What it says.
        version: String,
        /// What mkdeb reads.
        known: &'static str,
    },
    /// Entries that pin nothing, or contradict each other.
    #[error("the requirements do not say what the virtualenv holds:{}", listed(.0))]
    Problems(Vec<Problem>),
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        let problems = match self {
            Self::Problems(problems) => problems,
            Self::Format { .. } => {
                return Some("write it with a version of its tool that writes that one".to_owned());
            }
            Self::Syntax { .. } => return None,
        };
        let is_editable = |problem: &Problem| matches!(problem, Problem::Editable { .. });
        let is_unpinned = |problem: &Problem| matches!(problem, Problem::Unpinned { .. });
        let text = if problems.iter().any(is_unpinned) {
            "pin each with `==`, as `pip-compile`, `uv pip compile` and `pip freeze` do"
        } else if problems.iter().any(is_editable) {
            "take it out: the application comes from `[app]`, and other projects as wheels with a version"
        } else {
            "a virtualenv is named by its requirements, so each has to be a name and a version"
        };
        Some(text.to_owned())
    }
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("\n  {problem}")).collect()
}

/// One entry that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A range of versions, or none.
    #[error("{place}: `{text}` pins no version")]
    Unpinned {
        /// Where.
        place: Place,
        /// The requirement.
        text: String,
    },
    /// Two versions of one distribution.
    #[error("{}: `{name}` is {}, but {} at {}", .second.1, .second.0, .first.0, .first.1)]
    Contradiction {
        /// The distribution.
        name: DistributionName,
        /// The version that came first, and where.
        first: (Version, Place),
        /// The other.
        second: (Version, Place),
    },
    /// An installation that points to a checkout.
    #[error("{place}: `{text}` is an editable installation, which no host can have")]
    Editable {
        /// Where.
        place: Place,
        /// The requirement.
        text: String,
    },
    /// A distribution that is found by an address, not by its version.
    #[error("{place}: `{text}` names a URL or a directory, not a version")]
    Url {
        /// Where.
        place: Place,
        /// The requirement.
        text: String,
    },
    /// An option that pip may know and mkdeb does not.
    #[error("{place}: the option `{option}` is not known")]
    Option {
        /// Where.
        place: Place,
        /// The option.
        option: String,
    },
    /// Not a requirement (PEP 508).
    #[error("{place}: `{text}` is not a requirement: {reason}")]
    Malformed {
        /// Where.
        place: Place,
        /// What stands there.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Files that include each other.
    #[error("{place}: `{file}` is included by itself")]
    Cycle {
        /// Where.
        place: Place,
        /// The file.
        file: String,
    },
    /// A dependency that the lock does not have.
    #[error("{place}: `{name}` is needed, but not locked")]
    Unlocked {
        /// Where.
        place: Place,
        /// The distribution.
        name: String,
    },
}
