//! The world: files, environment, signals. The only module that touches it.
#![expect(clippy::disallowed_methods, reason = "this is where the world is touched")]

pub mod bed;
pub mod deb_file;
pub mod env;
pub mod extract;
pub mod input;
mod libraries;
pub mod links;
pub mod output;
pub mod process;
pub mod project;
pub mod repository;
pub mod shell;
pub mod signer;
pub mod store;
mod text;
pub mod venv_dir;
pub mod watch;
pub mod workers;

use std::io;
use std::path::Path;
use std::path::PathBuf;

/// What would help where a disk is full.
pub const FULL: &str = "free some space, or write elsewhere";

/// Something that the disk refused.
#[derive(Debug, thiserror::Error)]
#[error("failed to {action} `{}`", .path.display())]
pub struct Error {
    /// What was tried, as a verb: `read`, `create`.
    pub action: &'static str,
    /// On what.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl Error {
    /// Wraps what the system says of a path.
    pub fn new(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self { action, path: path.to_owned(), source }
    }

    /// Takes apart what a walk says: the path that it failed on, and why.
    pub(in crate::host) fn walking(root: &Path, error: walkdir::Error) -> Self {
        let path = error.path().unwrap_or(root).to_owned();
        let source = error.into_io_error().unwrap_or_else(|| io::ErrorKind::InvalidInput.into());
        Self { action: "read", path, source }
    }

    /// What would help.
    pub fn hint(&self) -> Option<String> {
        match self.source.kind() {
            io::ErrorKind::StorageFull => Some(FULL.to_owned()),
            // A directory that is there and takes no files, such as `/proc`, says that there is none.
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::NotFound
                if self.action == "create" =>
            {
                Some("write elsewhere".to_owned())
            }
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory if self.action == "enter" => {
                Some("`-C` takes a directory that is there".to_owned())
            }
            // What reads a file as text says so.
            io::ErrorKind::InvalidData if self.action == "read" => {
                Some("convert it to UTF-8: `iconv -f latin1 -t utf8`".to_owned())
            }
            io::ErrorKind::IsADirectory if ["open", "read"].contains(&self.action) => {
                Some("it is a directory: name a file in it".to_owned())
            }
            io::ErrorKind::NotFound if self.action == "check a script with" => {
                Some("install a POSIX shell, or build without `--templates`".to_owned())
            }
            _ => None,
        }
    }
}
