//! Where the bodies of one input lie, and how to open one.

use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use crate::types::path::ArchivePath;

/// The bodies of one input.
pub(super) enum Store {
    /// Files of a directory.
    Files {
        /// Each file.
        paths: Vec<PathBuf>,
    },
    /// Members of an archive, unpacked or plain, read in place.
    Archive {
        /// What the user calls the input.
        name: String,
        /// The uncompressed archive.
        file: File,
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
            Self::Files { paths } => Ok(Box::new(open(&paths[index as usize])?)),
            Self::Archive { file, bodies, .. } => {
                let body = &bodies[index as usize];
                Ok(Box::new(Span { file, offset: body.offset, left: body.size }))
            }
        }
    }

    pub(super) fn name(&self, index: u32) -> String {
        match self {
            Self::Files { paths } => paths[index as usize].display().to_string(),
            Self::Archive { name, bodies, .. } => format!("{name}: {}", bodies[index as usize].path),
        }
    }
}

/// Opens a file of an input, never through a link that took its place meanwhile.
pub(super) fn open(path: &std::path::Path) -> io::Result<File> {
    let no_follow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0);
    OpenOptions::new().read(true).custom_flags(no_follow).open(path)
}

/// A part of a file, read at its own offset, so that readers do not disturb each other.
struct Span<'a> {
    file: &'a File,
    offset: u64,
    left: u64,
}

impl Read for Span<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read_at(&mut buffer[..most], self.offset)?;
        self.offset += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}
