//! Why an input cannot be used, and what would help.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::archive::tar::read::Error as TarError;
use crate::host::input::budget::Excess;
use crate::types::path::ArchiveError;
use crate::types::path::ArchivePath;
use crate::types::spelling::nearest;

/// In how large a directory a misspelled name is looked for.
const MOST_NEIGHBOURS: usize = 10_000;

/// Why an input cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk refused.
    #[error(transparent)]
    Host(#[from] crate::host::Error),
    /// Nothing is there.
    #[error("failed to read `{name}`")]
    Missing {
        /// The input.
        name: String,
        /// What its directory has, and is spelled like it.
        near: Option<String>,
        /// What the system says.
        source: io::Error,
    },
    /// Neither a directory nor a tarball.
    #[error("`{0}` is neither a directory nor a tar archive")]
    NotATree(String),
    /// More inputs than are told apart.
    #[error("the manifest names more than {} inputs", u16::MAX)]
    Many,
    /// Not a regular file where one is needed.
    #[error("`{0}` is not a regular file")]
    NotAFile(String),
    /// An entry with a path that leaves the tree or cannot be.
    #[error("`{input}` has an entry that cannot be installed")]
    Path {
        /// The input.
        input: String,
        /// What is wrong with the path.
        source: ArchiveError,
    },
    /// An archive with an entry twice, or below something that is no directory.
    #[error("`{input}` has the entry `{path}` {reason}")]
    Entry {
        /// The input.
        input: String,
        /// Where.
        path: ArchivePath,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An archive that stops without its end mark.
    #[error("`{0}` has no end: it was cut off")]
    Unfinished(String),
    /// An archive that cannot be read.
    #[error("failed to read `{input}`")]
    Archive {
        /// The input.
        input: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An archive of a kind that can be recognised but not read.
    #[error("`{input}` is packed with {format}, which is not supported")]
    Unsupported {
        /// The input.
        input: String,
        /// What it is packed with.
        format: &'static str,
    },
    /// The disk could not take what was unpacked.
    #[error("failed to unpack `{input}` into a temporary file in `{}`", .directory.display())]
    Unpack {
        /// The input.
        input: String,
        /// Where the file without a name is.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// More than the inputs may be.
    #[error("`{input}` goes beyond the {excess}")]
    Excess {
        /// The input, which may be the last of several.
        input: String,
        /// Of what there is too much.
        excess: Excess,
    },
    /// The interpreter did not compile.
    #[error("failed to compile with `{interpreter}`")]
    Compiler {
        /// The interpreter.
        interpreter: String,
        /// Why.
        source: io::Error,
    },
    /// A pattern of `exclude` that is none.
    #[error("`exclude` has `{pattern}`, which is not a pattern")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        source: globset::Error,
    },
    /// More components to strip than there are.
    #[error("`strip-components = {count}` leaves nothing of `{input}`")]
    Stripped {
        /// The input.
        input: String,
        /// How many.
        count: usize,
    },
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Missing { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            Self::Missing { near: None, .. } => Some(
                "make it first, or correct the path, which is relative to the directory of the manifest"
                    .to_owned(),
            ),
            Self::Host(error) => error.hint(),
            Self::NotATree(_) | Self::Unsupported { .. } => {
                Some("give a directory, or a `.tar`, `.tar.gz`, `.tar.xz` or `.tar.zst`".to_owned())
            }
            Self::Stripped { .. } => {
                Some("take less of the paths: 1 is for one directory around everything".to_owned())
            }
            Self::NotAFile(_) => Some("name a file; `[[tree]]` takes a directory".to_owned()),
            Self::Excess { excess, .. } => Some(excess.hint()),
            Self::Archive { source, .. } if matches!(source.downcast_ref(), Some(TarError::Sparse(_))) => {
                Some("make the archive without `--sparse`".to_owned())
            }
            Self::Archive { .. } | Self::Unfinished(_) => {
                Some("fetch the archive again, or make it again".to_owned())
            }
            Self::Compiler { .. } => {
                Some("install it here, or leave out `bytecode = \"compile\"` and compile in CI".to_owned())
            }
            Self::Path { .. } | Self::Entry { .. } => {
                Some("make the archive again, for example with `git archive`".to_owned())
            }
            _ => None,
        }
    }

    /// The input that it is about, as the manifest names it.
    pub fn subject(&self) -> Option<&str> {
        match self {
            Self::Host(error) => error.path.to_str(),
            Self::NotATree(input) | Self::NotAFile(input) | Self::Unfinished(input) => Some(input),
            Self::Missing { name: input, .. }
            | Self::Path { input, .. }
            | Self::Entry { input, .. }
            | Self::Archive { input, .. }
            | Self::Unsupported { input, .. }
            | Self::Stripped { input, .. } => Some(input),
            Self::Pattern { pattern, .. } => Some(pattern),
            Self::Many | Self::Unpack { .. } | Self::Excess { .. } | Self::Compiler { .. } => None,
        }
    }

    /// An input that could not be read: with what it may have meant, where it is missing.
    pub fn unread(base: &Path, name: &str, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::NotFound {
            return Self::Missing { name: name.to_owned(), near: near(base, Path::new(name)), source };
        }
        crate::host::Error::new("read", Path::new(name), source).into()
    }
}

/// What lies in the same directory under a name like it.
fn near(base: &Path, name: &Path) -> Option<String> {
    let wanted = name.file_name()?.to_str()?;
    let above = name.parent().unwrap_or(Path::new(""));
    let entries = fs::read_dir(base.join(above)).ok()?.take(MOST_NEIGHBOURS);
    let names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    // A link that leads nowhere is there under its own name.
    let others = names.iter().map(String::as_str).filter(|name| *name != wanted);
    let found = nearest(wanted, others)?;
    Some(above.join(found).to_string_lossy().into_owned())
}
