//! A file that goes into a store.

use std::fs::File;
use std::io;
use std::io::Read;
use std::path::PathBuf;

use crate::host::Error;
use crate::host::watch::Watch;
use crate::repo::store::Content;
use crate::types::digest::Sha256;
use crate::types::digest::Sha256Hasher;

/// How much is read at once, in bytes.
const CHUNK: usize = 256 << 10;

/// A file of this machine, hashed once. Where it changes afterwards, reading it is an error.
pub struct FileContent {
    path: PathBuf,
    size: u64,
    sha256: Sha256,
    watch: Watch,
}

impl FileContent {
    /// Hashes a file.
    pub fn hashed(path: PathBuf, watch: &Watch) -> Result<Self, Error> {
        let fail = |error| Error::new("read", &path, error);
        let mut file = File::open(&path).map_err(fail)?;
        let (mut hasher, mut buffer, mut size) = (Sha256Hasher::default(), vec![0; CHUNK], 0);
        loop {
            watch.check().map_err(fail)?;
            let count = file.read(&mut buffer).map_err(fail)?;
            if count == 0 {
                break;
            }
            hasher.update(&buffer[..count]);
            size += count as u64;
        }
        Ok(Self { sha256: hasher.finish(), path, size, watch: watch.clone() })
    }

    /// Where it is.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }
}

impl Content for FileContent {
    fn size(&self) -> u64 {
        self.size
    }

    fn sha256(&self) -> Sha256 {
        self.sha256
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        let file = File::open(&self.path)?;
        let hasher = Some(Sha256Hasher::default());
        Ok(Box::new(Checked { file, hasher, wanted: self.sha256, watch: &self.watch }))
    }
}

/// Reads a file once more, and fails at its end where it is not what it was.
struct Checked<'a> {
    file: File,
    hasher: Option<Sha256Hasher>,
    wanted: Sha256,
    watch: &'a Watch,
}

impl Read for Checked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.check()?;
        let count = self.file.read(buffer)?;
        self.watch.advance(count);
        match &mut self.hasher {
            Some(hasher) if count > 0 => hasher.update(&buffer[..count]),
            hasher if !buffer.is_empty() => {
                let found = hasher.take().map(Sha256Hasher::finish);
                if found.is_some_and(|found| found != self.wanted) {
                    return Err(io::Error::other("the file changed while it was read"));
                }
            }
            _ => {}
        }
        Ok(count)
    }
}
