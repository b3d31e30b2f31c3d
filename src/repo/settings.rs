//! What holds for a whole repository, kept beside it.

use serde::Deserialize;
use serde::Serialize;

use crate::repo::store::Version;

/// The settings, as their file has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The form of the repository; other numbers are for later programs.
    pub version: u32,
    /// What its files are called by: `acme.sources`.
    pub name: String,
    /// Where hosts find it, without the slash at its end.
    pub url: Option<String>,
    /// How long caches may keep `InRelease`, in seconds.
    pub head_ttl: u32,
    /// Whether suites say which package a file belongs to.
    #[serde(default)]
    pub contents: bool,
    /// What the store can do.
    pub conditions: Conditions,
    /// The suites, in the order in which they were made.
    pub suites: Vec<String>,
}

/// The form that this program writes.
pub const VERSION: u32 = 1;

/// Which conditions a store keeps, as a probe found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conditions {
    /// Files are created once, and replaced where they are what they were.
    CreateAndReplace,
    /// The same, with versions that are spelled without quotes (Ceph).
    CreateAndReplaceBare,
    /// Files are created once; replacing them knows no condition.
    Create,
    /// None, and its owner says that there is one publisher only.
    SingleWriter,
}

impl Settings {
    /// What is wrong with them: they are not signed, and their words go to hosts.
    pub fn fault(&self) -> Option<String> {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
        let is_word =
            |word: &str| !word.is_empty() && !word.starts_with(['.', '-']) && word.bytes().all(inner);
        if !is_word(&self.name) {
            return Some(format!("`{}` is no name", self.name));
        }
        if let Some(suite) = self.suites.iter().find(|suite| !suite.split('/').all(is_word)) {
            return Some(format!("`{suite}` is no suite"));
        }
        let is_url = |url: &str| url.bytes().all(|byte| byte.is_ascii_graphic());
        self.url.iter().find(|url| !is_url(url)).map(|url| format!("`{}` is no URL", url.escape_debug()))
    }
}

impl Conditions {
    /// A version as the store wants it in a condition; none where it keeps no such condition.
    pub fn version(self, version: &Version) -> Option<Version> {
        match self {
            Self::CreateAndReplace => Some(version.clone()),
            Self::CreateAndReplaceBare => Some(version.unquoted()),
            Self::Create | Self::SingleWriter => None,
        }
    }

    /// Whether `replace` can be asked for a version.
    pub fn replaces(self) -> bool {
        matches!(self, Self::CreateAndReplace | Self::CreateAndReplaceBare)
    }
}
