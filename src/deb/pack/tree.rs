//! What was found in a tree that is to be packed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::archive::tar::owner::Owner;
use crate::package::blob::Blob;
use crate::types::path::ArchivePath;

/// A tree with `DEBIAN/`, walked once. Parents precede what they hold; names of a directory are in byte order.
#[derive(Debug, Clone, Default)]
pub struct GivenTree {
    /// `DEBIAN` as the root, and everything below it. Bodies are in memory.
    pub control: Vec<Found>,
    /// The tree itself as the root, and everything below it but `DEBIAN`.
    pub data: Vec<Found>,
    /// The text of each file right below `DEBIAN`, links followed, by name.
    pub texts: BTreeMap<Vec<u8>, Vec<u8>>,
    /// What else begins with `DEBIAN` in the root of the tree.
    pub skipped: Vec<ArchivePath>,
}

/// A path of the tree.
#[derive(Debug, Clone)]
pub struct Found {
    /// The path below the root.
    pub path: ArchivePath,
    /// Its permission bits, 07777 at most.
    pub mode: u32,
    /// Its modification time in whole seconds since 1970, rounded down.
    pub mtime: i64,
    /// Whom it belongs to.
    pub owner: Arc<Owner>,
    /// What it is.
    pub kind: FoundKind,
}

/// What a path of the tree is.
#[derive(Debug, Clone)]
pub enum FoundKind {
    /// A directory.
    Directory,
    /// A regular file.
    File {
        /// Its body.
        blob: Blob,
        /// Device and inode, where the file has other names too.
        inode: Option<(u64, u64)>,
    },
    /// A symbolic link and its target.
    Symlink(Vec<u8>),
    /// A named pipe.
    Fifo,
    /// A character device with its major and minor number.
    Character(u32, u32),
    /// A block device with its major and minor number.
    Block(u32, u32),
    /// A socket, which no archive holds.
    Socket,
}

impl GivenTree {
    /// A path right below `DEBIAN`.
    pub fn control_file(&self, name: &[u8]) -> Option<&Found> {
        self.control.iter().find(|found| found.path.as_bytes() == name)
    }

    /// The newest modification time of all, in seconds since 1970.
    pub fn newest(&self) -> u64 {
        let times = self.control.iter().chain(&self.data).map(|found| found.mtime);
        u64::try_from(times.max().unwrap_or(0)).unwrap_or(0)
    }
}
