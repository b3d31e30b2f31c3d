//! One input as a map from path to facts, however it was stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::types::digest::Sha256;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// Every path of one input, relative to its root, in archive order. The root itself is not an entry.
#[derive(Debug, Clone, Default)]
pub struct SourceTree {
    /// What the user calls this input, for messages: `build/venv`, `dist/app.tar.gz`.
    pub name: String,
    /// Where the root lay when it was read, as an absolute path; empty for a tarball.
    pub location: String,
    /// The commit that a tarball says it was made from.
    pub commit: Option<String>,
    /// The entries. Parents precede their children, and each parent is a directory.
    pub entries: BTreeMap<ArchivePath, SourceEntry>,
}

/// One path of an input.
#[derive(Debug, Clone)]
pub struct SourceEntry {
    /// Permission bits as found.
    pub mode: u32,
    /// Modification time, in seconds since 1970.
    pub mtime: u64,
    /// What it is.
    pub kind: SourceKind,
}

/// What a path of an input is.
#[derive(Debug, Clone)]
pub enum SourceKind {
    /// A directory.
    Directory,
    /// A regular file; a hard link is one, with the facts of its target.
    File(FileFacts),
    /// A symbolic link and its target, as found: never followed.
    Symlink(Vec<u8>),
    /// What no package can ship, in words: a device, a fifo, a socket. It may be in what is left out.
    Special(&'static str),
}

/// What was seen of a file when it was read once, before planning.
#[derive(Debug, Clone)]
pub struct FileFacts {
    /// How to get at its body.
    pub id: SourceId,
    /// Its size in bytes.
    pub size: u64,
    /// The digest of its body.
    pub sha256: Sha256,
    /// Its first bytes, where they tell what it is: of scripts, of machine code, of bytecode. Else none.
    pub head: Vec<u8>,
    /// The whole body, where it is text that relocation may have to rewrite or read
    /// (scripts, activators, `pyvenv.cfg`, `RECORD`, `.pth`, …) and no larger than [`FileFacts::LARGEST_TEXT`].
    /// Hard links share it.
    pub text: Option<Arc<[u8]>>,
}

impl FileFacts {
    /// The most first bytes of a file that are kept: enough for any shebang line.
    pub const HEAD: usize = 512;
    /// The largest text kept whole, in bytes. A RECORD of 40,000 files is about 4 MiB.
    pub const LARGEST_TEXT: u64 = 16 << 20;
}

impl SourceTree {
    /// The entry at a path given as text.
    pub fn get(&self, path: &str) -> Option<&SourceEntry> {
        self.entries.get(&ArchivePath::new(path.as_bytes()).ok()?)
    }

    /// The text of the file at a path, where it is a file whose text was kept.
    pub fn text(&self, path: &str) -> Option<&[u8]> {
        self.get(path)?.file()?.text.as_deref()
    }
}

impl SourceEntry {
    /// The facts, where this is a file.
    pub fn file(&self) -> Option<&FileFacts> {
        match &self.kind {
            SourceKind::File(facts) => Some(facts),
            _ => None,
        }
    }
}
