//! Why a tree is not packed.

use std::path::Path;

use crate::control::conffiles;
use crate::control::given;
use crate::control::triggers;
use crate::types::path::ArchiveError;
use crate::types::path::ArchivePath;

/// Something that dpkg-deb refuses, or that it packs and dpkg cannot install.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is no `DEBIAN` directory.
    #[error("there is no directory `DEBIAN` in it")]
    NoControlDirectory,
    /// There is no `control` in it.
    #[error("`DEBIAN/control` is missing, or is not a regular file")]
    NoControl,
    /// The control file is wrong.
    #[error("the control file `DEBIAN/control` is not valid")]
    Control(#[source] given::Fault),
    /// Permissions of `DEBIAN`.
    #[error("the directory `DEBIAN` has mode {0:04o}, and needs 0755 or 0775")]
    DirectoryMode(u32),
    /// Permissions of a maintainer script.
    #[error("the maintainer script `DEBIAN/{name}` has mode {mode:04o}, and needs 0755, 0555 or 0775")]
    ScriptMode {
        /// Which one.
        name: &'static str,
        /// Its mode.
        mode: u32,
    },
    /// A script that Linux cannot start.
    #[error("the maintainer script `DEBIAN/{0}` ends its first line with a carriage return")]
    ScriptLine(&'static str),
    /// A control file that is no file.
    #[error("`DEBIAN/{path}` is not a regular file")]
    NotAFile {
        /// Where.
        path: ArchivePath,
    },
    /// A link that leads nowhere once the control files are extracted.
    #[error("`DEBIAN/{0}` is a link that does not lead to a file beside it")]
    Link(ArchivePath),
    /// A directory where there are only files.
    #[error("`DEBIAN/{0}` is a directory, and dpkg refuses a package with one")]
    Subdirectory(ArchivePath),
    /// A name that dpkg refuses.
    #[error("`DEBIAN/{0}` has a name longer than the 100 bytes that dpkg takes")]
    LongName(ArchivePath),
    /// `conffiles` is malformed.
    #[error("`DEBIAN/conffiles` is not valid")]
    Conffiles(#[source] conffiles::Fault),
    /// A conffile that is not in the tree.
    #[error("the conffile `{}` is not in the tree", .0.escape_ascii())]
    ConffileMissing(Vec<u8>),
    /// A conffile under another name than the file's.
    #[error("the conffile `{}` is spelled otherwise than the file in the tree", .0.escape_ascii())]
    ConffileSpelled(Vec<u8>),
    /// A conffile that dpkg cannot handle.
    #[error("the conffile `{}` is not a file", .0.escape_ascii())]
    ConffileNotAFile(Vec<u8>),
    /// A conffile that is to go away and is shipped.
    #[error("the conffile `{}` is marked `remove-on-upgrade`, and is in the tree", .0.escape_ascii())]
    ConffilePresent(Vec<u8>),
    /// `triggers` is malformed.
    #[error("`DEBIAN/triggers` is not valid")]
    Triggers(#[source] triggers::Fault),
    /// `md5sums` is malformed.
    #[error("line {0} of `DEBIAN/md5sums` is not a digest, two blanks and a path")]
    Md5sums(usize),
    /// A path that dpkg cannot unpack.
    #[error("it has an entry that dpkg cannot unpack")]
    Path(#[source] ArchiveError),
}

impl Fault {
    /// What would help.
    ///
    /// `tree` is what the user calls the tree.
    pub fn hint(&self, tree: &Path) -> Option<String> {
        let at = |name: &str| tree.join("DEBIAN").join(name).display().to_string();
        Some(match self {
            Self::NoControlDirectory | Self::NoControl => {
                "name a tree with `DEBIAN/control`, as for `dpkg-deb --build`; for an application, use `mkdeb build`"
                    .to_owned()
            }
            Self::Control(fault) => return fault.hint(),
            Self::DirectoryMode(_) => format!("`chmod 0755 {}`", tree.join("DEBIAN").display()),
            Self::ScriptMode { name, .. } => format!("`chmod 0755 {}`", at(name)),
            Self::ScriptLine(name) => format!("remove it: `sed -i 's/\\r$//' {}`", at(name)),
            Self::ConffileMissing(path) if path.ends_with(b" ") || path.ends_with(b"\t") => {
                "remove the blank at the end of its line".to_owned()
            }
            Self::ConffileMissing(_) => "correct its line in `conffiles`, or add the file".to_owned(),
            Self::ConffileSpelled(_) => "write it as `/` and the path in the tree".to_owned(),
            Self::Md5sums(_) => "leave the file out: dpkg makes its own when it unpacks".to_owned(),
            _ => return None,
        })
    }
}
