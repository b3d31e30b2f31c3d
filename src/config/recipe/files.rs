//! What lies outside the prefix, and who owns it.

use crate::types::mode::Mode;
use crate::types::name::AccountName;
use crate::types::path::InstallPath;

/// A system user, made by systemd-sysusers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecipe {
    /// The user's name; a group of the same name is made.
    pub name: AccountName,
    /// The home directory; `/nonexistent` by default.
    pub home: InstallPath,
    /// Further groups.
    pub groups: Vec<AccountName>,
}

/// A conffile, or what is like one.
#[derive(Debug, Clone)]
pub struct ConfigRecipe {
    /// Where it lies on the host.
    pub path: InstallPath,
    /// What it is.
    pub kind: ConfigKind,
    /// Its permission bits on the host.
    pub mode: Mode,
    /// Its group on the host; root by default.
    pub group: Option<AccountName>,
}

/// What a `[[config]]` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigKind {
    /// Shipped; the admin's edits are kept.
    Shipped {
        /// The file to ship.
        source: String,
    },
    /// Created empty on the host for the admin to fill, never shipped, removed on purge.
    Secret,
    /// Shipped by earlier versions; dpkg removes it on upgrade.
    Removed,
}

/// More files of the release.
#[derive(Debug, Clone)]
pub struct TreeRecipe {
    /// A directory or a tarball.
    pub source: String,
    /// Where it goes, relative to the release.
    pub path: String,
}

/// A file outside the prefix.
#[derive(Debug, Clone)]
pub struct FileRecipe {
    /// The file to ship.
    pub source: String,
    /// Where it lies on the host.
    pub path: InstallPath,
    /// Its permission bits; from the file's x-bit by default.
    pub mode: Option<Mode>,
}

/// A symbolic link outside the prefix.
#[derive(Debug, Clone)]
pub struct LinkRecipe {
    /// Where it lies on the host.
    pub path: InstallPath,
    /// What it points to; a relative one is relative to the link's directory.
    pub target: String,
}

/// A directory outside the prefix.
#[derive(Debug, Clone)]
pub struct DirectoryRecipe {
    /// Where it lies on the host.
    pub path: InstallPath,
    /// Its owner; root by default.
    pub owner: Option<AccountName>,
    /// Its group; the owner's by default.
    pub group: Option<AccountName>,
    /// Its permission bits.
    pub mode: Mode,
}
