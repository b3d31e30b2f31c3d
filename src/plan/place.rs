//! Where things lie on the host: every path below the prefix is spelled here and nowhere else.

use std::fmt;

use crate::types::date::SourceDate;
use crate::types::digest::Sha256;
use crate::types::name::PackageName;
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
    /// Where the virtualenv lies: `P/releases/ID/venv`, or `P/venvs/KEY`.
    pub(in crate::plan) venv: InstallPath,
    /// What the parts of a split release are called.
    pub(in crate::plan) parts: Option<Parts>,
}

/// The packages of a virtualenv and of a release.
#[derive(Debug, Clone)]
pub(in crate::plan) struct Parts {
    pub(in crate::plan) venv: PackageName,
    pub(in crate::plan) release: PackageName,
    /// No file of the virtualenv is later than this.
    pub(in crate::plan) venv_date: SourceDate,
}

impl Place {
    /// With the virtualenv inside the release.
    pub(in crate::plan) fn single(prefix: &InstallPath, id: ReleaseId) -> Result<Self, Error> {
        let release = prefix.join(&format!("releases/{id}"))?;
        Ok(Self { prefix: prefix.clone(), id, venv: release.join("venv")?, release, parts: None })
    }

    /// With the virtualenv at a place of its own.
    pub(in crate::plan) fn split(
        prefix: &InstallPath,
        id: ReleaseId,
        venv: InstallPath,
        parts: Parts,
    ) -> Result<Self, Error> {
        Ok(Self { venv, parts: Some(parts), ..Self::single(prefix, id)? })
    }

    /// A path of the release.
    pub(in crate::plan) fn below(&self, relative: &str) -> Result<InstallPath, Error> {
        self.release.join(relative)
    }

    /// Where a path of the release lies: that of its virtualenv may be elsewhere.
    pub(in crate::plan) fn shipped(&self, relative: &str) -> Result<InstallPath, Error> {
        let path = self.below(relative)?;
        let within = path.as_str().strip_prefix(self.below("venv")?.as_str());
        match within.and_then(|rest| rest.strip_prefix('/')) {
            Some(rest) => self.venv.join(rest),
            None => Ok(path),
        }
    }

    /// What mkdeb adds to a release: launchers, hooks, `activate`.
    pub(in crate::plan) fn internal(&self, relative: &str) -> Result<InstallPath, Error> {
        self.below(&format!(".mkdeb/{relative}"))
    }
}
