//! Why a `.deb` could not be written.

use std::io;

use crate::archive::ar;
use crate::control::deb822;
use crate::deb::body::LARGEST_PACKED;
use crate::deb::body::LARGEST_REWRITTEN;
use crate::deb::verify::Mismatch;
use crate::types::path::ArchivePath;

/// Why a `.deb` could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A body could not be read.
    #[error("failed to read `{name}` for `/{path}`")]
    Read {
        /// Where it was to go.
        path: ArchivePath,
        /// What the user calls it.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// A body is not as long as it was when the inputs were looked at.
    #[error("`{name}` changed while it was being read: it had {size} bytes before")]
    Changed {
        /// What the user calls it.
        name: String,
        /// The size that was planned.
        size: u64,
    },
    /// A body that has to be rewritten does not fit into memory.
    #[error("`{name}` has {size} bytes, too many to be rewritten: {LARGEST_REWRITTEN} are allowed")]
    TooLarge {
        /// What the user calls it.
        name: String,
        /// Its size.
        size: u64,
    },
    /// A package that is too large to lie in another.
    #[error(
        "the package `{name}` has {size} bytes of files, too many for a copy of it in each release: {LARGEST_PACKED} are allowed"
    )]
    LargeInside {
        /// The package.
        name: String,
        /// The size of its files.
        size: u64,
    },
    /// A path that md5sums cannot hold.
    #[error("`/{path}` holds a line feed, which dpkg refuses")]
    LineFeed {
        /// The path.
        path: ArchivePath,
    },
    /// The data does not fit into the container.
    #[error(
        "the package's data would have more than {limit} bytes, the most that a .deb can hold; its largest files: {largest}"
    )]
    MemberTooLarge {
        /// The most bytes a member may have.
        limit: u64,
        /// The largest files with their sizes.
        largest: String,
    },
    /// The compressor failed, or the spool could not take what it gave.
    #[error("failed to compress into the temporary file")]
    Compress(#[source] io::Error),
    /// The machine gives no thread.
    #[error("failed to start a thread")]
    Thread(#[source] io::Error),
    /// The control fields are malformed.
    #[error("failed to write the control file")]
    Control(#[source] deb822::Error),
    /// The output could not take the container.
    #[error("failed to write the package")]
    Container(#[source] ar::Error),
    /// What was written is not what was meant.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Mismatch(mismatch) => return Some(mismatch.hint()),
            Self::Thread(_) => "raise the limits of processes and memory (`ulimit -u`, `ulimit -v`)",
            Self::LargeInside { .. } => "ship large files with the release, as a `[[tree]]`",
            Self::Changed { .. } => "build again, and let nothing write to the inputs meanwhile",
            Self::MemberTooLarge { .. } => {
                "compress it better, leave large files out, or make several packages of it"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }
}
