//! Where things lie on the host: every path below the prefix is spelled here and nowhere else.

use std::fmt;

use crate::types::digest::Sha256;
use crate::types::path::Error;
use crate::types::path::InstallPath;
use crate::types::version::DebVersion;

/// The name of a release's directory: the version without epoch, `-`, and eight digits of a digest over what
/// the release is made of. A rebuild of one version with other content is another release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseId(String);

impl ReleaseId {
    /// The id of a version whose content has this digest.
    pub fn new(version: &DebVersion, content: &Sha256) -> Self {
        let digest = content.to_string();
        Self(format!("{}-{}", version.without_epoch(), &digest[..8]))
    }

    /// An id of the same length, for finding out the digest.
    pub(in crate::plan) fn provisional(version: &DebVersion) -> Self {
        Self(format!("{}-00000000", version.without_epoch()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The paths of one release.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Place {
    pub(in crate::plan) prefix: InstallPath,
    pub(in crate::plan) id: ReleaseId,
    /// `P/releases/ID`.
    pub(in crate::plan) release: InstallPath,
}

impl Place {
    pub(in crate::plan) fn new(prefix: &InstallPath, id: ReleaseId) -> Result<Self, Error> {
        let release = prefix.join(&format!("releases/{id}"))?;
        Ok(Self { prefix: prefix.clone(), id, release })
    }

    /// A path of the release.
    pub(in crate::plan) fn below(&self, relative: &str) -> Result<InstallPath, Error> {
        self.release.join(relative)
    }

    /// `P/releases/ID/venv`.
    pub(in crate::plan) fn venv(&self) -> Result<InstallPath, Error> {
        self.below("venv")
    }

    /// What mkdeb adds to a release: launchers, hooks, `activate`.
    pub(in crate::plan) fn internal(&self, relative: &str) -> Result<InstallPath, Error> {
        self.below(&format!(".mkdeb/{relative}"))
    }
}
