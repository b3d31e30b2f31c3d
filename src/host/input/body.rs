//! Where the bodies of one input lie, and how to open one.

use std::fs::File;
use std::fs::Metadata;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::os::unix::fs::FileExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::path::PathBuf;

use crate::types::path::ArchivePath;

/// The bodies of one input.
pub(super) enum Store {
    /// Files of a directory.
    Files {
        /// Each file, with its stamp when it was looked at.
        files: Vec<(PathBuf, Stamp)>,
    },
    /// Members of an archive, unpacked or plain, read in place.
    Archive {
        /// What the user calls the input.
        name: String,
        /// The uncompressed archive.
        file: File,
        /// Its stamp when it was looked at.
        stamp: Stamp,
        /// Each member.
        bodies: Vec<Body>,
    },
}

/// A member of an archive.
pub(super) struct Body {
    /// Its path in the archive.
    pub path: ArchivePath,
    /// Where its bytes start.
    pub offset: u64,
    /// How many there are.
    pub size: u64,
}

impl Store {
    pub(super) fn open(&self, index: u32) -> io::Result<Box<dyn Read + '_>> {
        match self {
            Self::Files { files } => {
                let (path, stamp) = &files[index as usize];
                Ok(Box::new(open(path, *stamp)?))
            }
            Self::Archive { file, stamp, bodies, .. } => {
                let body = &bodies[index as usize];
                stamp.check(file)?;
                Ok(Box::new(Span { file, stamp: *stamp, offset: body.offset, left: body.size }))
            }
        }
    }

    /// Opens a body to be read here and there.
    pub(super) fn open_at(&self, index: u32) -> io::Result<Box<dyn Seekable + '_>> {
        match self {
            Self::Files { files } => {
                let (path, stamp) = &files[index as usize];
                Ok(Box::new(open(path, *stamp)?.file))
            }
            Self::Archive { file, stamp, bodies, .. } => {
                let Body { offset, size, .. } = bodies[index as usize];
                stamp.check(file)?;
                Ok(Box::new(Window { file, offset, size, position: 0 }))
            }
        }
    }

    pub(super) fn name(&self, index: u32) -> String {
        match self {
            Self::Files { files } => files[index as usize].0.display().to_string(),
            Self::Archive { name, bodies, .. } => format!("{name}: {}", bodies[index as usize].path),
        }
    }
}

/// What tells a file from the one it was when it was looked at.
///
/// The time of the inode itself tells of those who write and put the other time back, as `rsync --inplace -t` does.
/// It does not count where the number of links changed with it: uv links files of its cache into one more virtualenv.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    inode_changed: (i64, i64),
    links: u64,
}

impl Stamp {
    /// The stamp of a file.
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            inode_changed: (metadata.ctime(), metadata.ctime_nsec()),
            links: metadata.nlink(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let identity = |stamp: &Self| (stamp.device, stamp.inode, stamp.size, stamp.modified);
        let is_linked = self.links != other.links;
        identity(self) == identity(other) && (is_linked || self.inode_changed == other.inode_changed)
    }

    /// Fails when the file is another one by now, or has other content.
    fn check(&self, file: &File) -> io::Result<()> {
        if self.is_same(&Self::of(&file.metadata()?)) {
            return Ok(());
        }
        Err(changed())
    }
}

fn changed() -> io::Error {
    io::Error::other("it changed while it was being read")
}

/// Opens a file of an input: the one that was looked at, never a link or a fifo that took its place meanwhile.
pub(super) fn open(path: &Path, stamp: Stamp) -> io::Result<Steady> {
    // A fifo would wait for a writer; without blocking it opens, and is found out by its stamp.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    stamp.check(&file)?;
    Ok(Steady { file, stamp, read: 0 })
}

/// A file that fails at its end when it was changed on the way, and soon when it has grown: whoever appends to it
/// may never stop.
pub(super) struct Steady {
    file: File,
    stamp: Stamp,
    read: u64,
}

impl Read for Steady {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read += count as u64;
        if count == 0 && !buffer.is_empty() {
            self.stamp.check(&self.file)?;
        } else if self.read > self.stamp.size {
            return Err(changed());
        }
        Ok(count)
    }
}

/// What is read here and there.
pub(super) trait Seekable: Read + Seek {}

impl<T: Read + Seek> Seekable for T {}

/// A part of a file as a file of its own.
struct Window<'a> {
    file: &'a File,
    offset: u64,
    size: u64,
    position: u64,
}

impl Read for Window<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.size.saturating_sub(self.position);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read_at(&mut buffer[..most], self.offset + self.position)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

/// A part of a file, read at its own offset, so that readers do not disturb each other.
struct Span<'a> {
    file: &'a File,
    stamp: Stamp,
    offset: u64,
    left: u64,
}

impl Read for Span<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read_at(&mut buffer[..most], self.offset)?;
        if count == 0 && !buffer.is_empty() {
            self.stamp.check(self.file)?;
        }
        self.offset += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}
