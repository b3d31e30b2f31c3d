//! Why an entry was not unpacked.

use std::io;

use crate::types::path::ArchiveError;
use crate::types::path::ArchivePath;

/// Why an entry was not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path with `..`.
    #[error("an entry would lie outside")]
    Outside(#[source] ArchiveError),
    /// A path that no program could open.
    #[error("an entry has a path of {0} bytes, longer than the 4096 that Linux takes")]
    Long(usize),
    /// An entry below directories that are no entries, of which there are too many.
    #[error("`{path}` needs more directories than the {limit} that are made without an entry of their own")]
    Implied {
        /// The entry.
        path: ArchivePath,
        /// How many are made.
        limit: u32,
    },
    /// Paths that would take too long to follow.
    #[error("with `{path}`, the paths have more than {limit} components together")]
    Components {
        /// The entry, or what it links to.
        path: ArchivePath,
        /// How many they may have.
        limit: usize,
    },
    /// An entry below a link.
    #[error("`{path}` would be written through `{link}`, which is a symbolic link")]
    Through {
        /// The entry.
        path: ArchivePath,
        /// The link: of the package, or already there.
        link: ArchivePath,
    },
    /// An entry below something that is no directory.
    #[error("`{path}` cannot lie below `{above}`, which is not a directory")]
    Below {
        /// The entry.
        path: ArchivePath,
        /// What is in its way.
        above: ArchivePath,
    },
    /// A directory where something else has to be.
    #[error("`{0}` is a directory already, and something else in the package")]
    Directory(ArchivePath),
    /// A hard link to what is no file below the directory.
    #[error("the hard link `{path}` leads to `{target}`, which is not a file that was unpacked before it")]
    Hardlink {
        /// The link.
        path: ArchivePath,
        /// What it leads to.
        target: ArchivePath,
    },
    /// A device, or something newer.
    #[error(
        "`{0}` is a device or of an unknown kind, and only files, directories, links and pipes are unpacked"
    )]
    Special(ArchivePath),
    /// The system refuses.
    #[error("failed to {action} `{path}`")]
    System {
        /// What, as a verb.
        action: &'static str,
        /// On what.
        path: ArchivePath,
        /// What the system says.
        source: io::Error,
    },
    /// The body of a file cannot be read.
    #[error("`{path}` cannot be read")]
    Body {
        /// The file.
        path: ArchivePath,
        /// Why.
        source: io::Error,
    },
}

impl Error {
    pub(super) fn system(action: &'static str, path: &ArchivePath, source: impl Into<io::Error>) -> Self {
        Self::System { action, path: path.clone(), source: source.into() }
    }
}
