//! A directory of links to files that were chosen, gone with the value.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::host::Error;

/// The links.
#[derive(Debug)]
pub struct Links(TempDir);

impl Links {
    /// Links to files by their names, each in the first of the directories that has it.
    pub fn to(names: &[String], directories: &[PathBuf]) -> Result<Self, Error> {
        let wrap = |error| Error::new("create", &std::env::temp_dir(), error);
        let links = tempfile::Builder::new().prefix("mkdeb-").tempdir().map_err(wrap)?;
        for name in names {
            let found = directories.iter().map(|directory| directory.join(name)).find(|path| path.exists());
            if let Some(path) = found {
                symlink(&path, links.path().join(name)).map_err(wrap)?;
            }
        }
        Ok(Self(links))
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}
