//! Where the bytes of a file come from, and how mkdeb changes them on the way.

use std::io;
use std::io::Read;
use std::sync::Arc;

use crate::content::bytecode;
use crate::content::prefix::PrefixChange;
use crate::package::Package;
use crate::types::source_id::SourceId;

/// The body of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blob {
    /// Generated or rewritten text, small, held in memory. Shared by the package and its image.
    Inline(Arc<[u8]>),
    /// A body of the inputs, streamed as it is. Its size was seen when the inputs were read.
    Source {
        /// Which body.
        id: SourceId,
        /// Its size in bytes. Reading another number of bytes is an error.
        size: u64,
    },
    /// A body of the inputs that is read whole, changed and written; only while it is its turn.
    Rewritten {
        /// Which body.
        id: SourceId,
        /// Its size in bytes before the change.
        size: u64,
        /// The change.
        rewrite: Rewrite,
    },
    /// Another package, as it is written by itself. Small: it is held in memory.
    Deb(Box<Package>),
}

impl Blob {
    /// Its size as far as it is known before it is read: rewriting changes a few bytes of it.
    pub fn size(&self) -> u64 {
        match self {
            Self::Inline(bytes) => bytes.len() as u64,
            Self::Source { size, .. } | Self::Rewritten { size, .. } => *size,
            // Its size is known once it is written.
            Self::Deb(_) => 0,
        }
    }
}

/// A change to a body, as a pure function of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewrite {
    /// Bytecode gets the time of its source's new entry and the paths of the host.
    Bytecode {
        /// The modification time that the `.py` beside it has in the package, in seconds since 1970.
        source_mtime: u64,
        /// Old path prefixes and what each becomes, longest first. All bytecode of a virtualenv shares them.
        prefixes: Arc<[PrefixChange]>,
        /// The source's path below them.
        source: Box<str>,
    },
}

impl Rewrite {
    /// The body after the change.
    pub fn apply(&self, body: &[u8]) -> Vec<u8> {
        match self {
            Self::Bytecode { source_mtime, prefixes, source } => {
                // The whole path, so that only `co_filename` can match and no constant under the prefix does.
                let names: Vec<PrefixChange> = prefixes.iter().map(|change| change.below(source)).collect();
                bytecode::relocate(body, *source_mtime, &names)
            }
        }
    }
}

/// The inputs' bodies. `host` implements it over directories and tars, tests over a map.
pub trait Contents: Sync {
    /// Opens a body for one sequential read.
    fn open(&self, id: SourceId) -> io::Result<Box<dyn Read + '_>>;
    /// What the user calls this body: an input and a path in it, for messages.
    fn name(&self, id: SourceId) -> String;
}
