//! What a repository asks of whatever keeps its files.

use std::error::Error;
use std::fmt;
use std::io;
use std::io::Read;

use crate::types::date::SourceDate;
use crate::types::digest::Sha256;

/// Keeps the files of a repository by their paths: a directory, or a bucket.
pub trait Store: Sync {
    /// A small file, whole; none where there is none.
    fn get(&self, path: &str) -> Result<Option<Found>, StoreError>;

    /// A file of any size; none where there is none.
    fn open(&self, path: &str) -> Result<Option<Box<dyn Read + '_>>, StoreError>;

    /// What is known of a file without reading it; none where there is none.
    fn about(&self, path: &str) -> Result<Option<About>, StoreError>;

    /// Every file below a directory, sorted by path.
    fn list(&self, directory: &str) -> Result<Vec<About>, StoreError>;

    /// Makes a file, whole or not at all, unless there is one at the path already.
    fn create(&self, path: &str, content: &dyn Content) -> Result<Put, StoreError>;

    /// The largest file that is created under a condition, in bytes. What is larger needs a path that names its
    /// digest.
    fn largest_create(&self) -> u64 {
        u64::MAX
    }

    /// Puts a file in the place of what is there. With a version, only where that is what is there.
    fn replace(
        &self,
        path: &str,
        content: &dyn Content,
        version: Option<&Version>,
    ) -> Result<Put, StoreError>;

    /// Returns when all that was created is where no crash takes it back.
    fn flush(&self) -> Result<(), StoreError>;

    /// Removes a file; that there is none is well.
    fn delete(&self, path: &str) -> Result<(), StoreError>;

    /// The time, by the clock that stamps the files.
    fn now(&self) -> Result<SourceDate, StoreError>;

    /// Returns when that time has come.
    fn wait(&self, until: SourceDate) -> Result<(), StoreError>;

    /// Keeps others from changing a suite for as long as the value lives, where that can be had.
    fn turn(&self) -> Result<Box<dyn Turn + '_>, StoreError>;

    /// What a file is called in messages.
    fn spelled(&self, path: &str) -> String;
}

/// Ends somebody's turn when it is dropped.
pub trait Turn {}

/// A file as it was read.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Which version of the file that was.
    pub version: Version,
    /// When it was written, by the store's clock.
    pub modified: SourceDate,
}

/// A file that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its path.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written, by the store's clock.
    pub modified: SourceDate,
    /// Its digest, where the store keeps that apart from the bytes.
    pub sha256: Option<Sha256>,
}

/// One version of one file, as the store names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(pub String);

impl Version {
    /// Without the quotes that an ETag has (RFC 9110, 8.8.3).
    pub fn unquoted(&self) -> Self {
        Self(self.0.trim_matches('"').to_owned())
    }
}

/// What became of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The file is there now.
    Done,
    /// Something else was there, which was left alone.
    Refused,
}

/// Bytes that go into a store, perhaps more than once: a request may have to be made again.
pub trait Content: Sync {
    /// How many there are.
    fn size(&self) -> u64;

    /// Their digest.
    fn sha256(&self) -> Sha256;

    /// The bytes, from the start.
    fn open(&self) -> io::Result<Box<dyn Read + '_>>;
}

/// Bytes in memory.
pub struct Bytes<'a>(pub &'a [u8]);

impl Content for Bytes<'_> {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn sha256(&self) -> Sha256 {
        Sha256::of(self.0)
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.0))
    }
}

/// Why a store did not do what was asked.
#[derive(Debug)]
pub struct StoreError {
    /// What was tried, as a verb: `read`, `write`.
    pub action: &'static str,
    /// On what, as messages spell it.
    pub place: String,
    /// What would help, where that is known.
    pub hint: Option<String>,
    /// What the disk or the network says.
    pub source: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to {} `{}`", self.action, self.place)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
