//! The journal: what each generation of a suite changed, and the signed text that says so to hosts.

use serde::Deserialize;
use serde::Serialize;

use crate::control::archive::unsigned;
use crate::repo::error::Error;
use crate::repo::release::Release;

/// One entry of the journal. Whoever creates the file of a number first has made that generation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its number, from 1.
    pub generation: u64,
    /// When, in seconds since 1970.
    pub date: u64,
    /// What was done: `publish`, `promote`.
    pub action: String,
    /// Who did it, as far as the machine knows.
    pub by: String,
    /// The packages that were put in: `orders 1.0 amd64`.
    pub added: Vec<String>,
    /// The packages that were taken out.
    pub removed: Vec<String>,
    /// The packages' files that this suite no longer refers to.
    pub dropped: Vec<String>,
    /// `InRelease`, byte by byte.
    pub inline: String,
    /// `Release.gpg`, byte by byte.
    pub detached: String,
}

impl Commit {
    /// Reads an entry that lies at `place`.
    pub fn parse(bytes: &[u8], place: &str) -> Result<Self, Error> {
        serde_json::from_slice(bytes)
            .map_err(|error| Error::Damaged { place: place.to_owned(), reason: error.to_string() })
    }

    /// The bytes of the entry.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// What it says of the suite.
    pub fn release(&self, place: &str) -> Result<Release, Error> {
        Release::parse(&self.inline).map_err(|source| Error::Release { place: place.to_owned(), source })
    }

    /// `Release`: what is within the signature. Our texts have no line that is escaped there.
    pub fn text(&self) -> String {
        format!("{}\n", unsigned(&self.inline).trim_end_matches('\n'))
    }
}
