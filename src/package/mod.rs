//! A package as it is meant: strict values that cannot describe a broken one.
//!
//! Knows Policy's rules for a binary package. Refuses to know where contents come from and how a `.deb` is
//! laid out in bytes: that is `deb`.

pub mod blob;
pub mod scripts;
pub mod tree;

use crate::control::binary::BinaryControl;
use crate::package::scripts::Scripts;
use crate::package::tree::PackageTree;
use crate::types::date::SourceDate;

/// One binary package, ready to be written. Everything in it has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The control fields, but for `Installed-Size`, which follows from the tree.
    pub control: BinaryControl,
    /// The date of the package; no file is later.
    pub date: SourceDate,
    /// The files.
    pub tree: PackageTree,
    /// The maintainer scripts.
    pub scripts: Scripts,
    /// Conffiles of earlier versions that dpkg shall remove (`remove-on-upgrade`, `deb-conffiles(5)`).
    pub removed_conffiles: Vec<crate::types::path::InstallPath>,
}

impl Package {
    /// The file name that archives expect: `name_version_arch.deb`, the epoch left out.
    pub fn file_name(&self) -> String {
        let control = &self.control;
        format!("{}_{}_{}.deb", control.package, control.version.without_epoch(), control.architecture)
    }
}
