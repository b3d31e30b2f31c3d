//! A file that goes into a store.

use std::fs::File;
use std::io;
use std::io::Read;
use std::path::PathBuf;

use crate::host::Error;
use crate::host::watch::Guarded;
use crate::host::watch::Watch;
use crate::repo::store::Content;
use crate::types::digest::Sha256;
use crate::types::digest::Sha256Hasher;

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
        let hashed = File::open(&path).and_then(|file| Sha256::of_reader(&mut Guarded::new(file, watch)));
        let (sha256, size) = hashed.map_err(|error| Error::new("read", &path, error))?;
        Ok(Self { path, size, sha256, watch: watch.clone() })
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
