//! Directories of virtualenvs beside one link: made whole or not at all, and then linked to.

use std::fs;
use std::fs::File;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;

use rustix::fs::FlockOperation;

use crate::host::Error;

/// In a virtualenv that is complete: its key. It is written last.
pub const MARKER: &str = ".mkdeb-key";

/// The place of a virtualenv: `build/venv-KEY`, and the link `build/venv` that leads to it.
#[derive(Debug)]
pub struct VenvDir {
    /// The directory of the virtualenv.
    pub path: PathBuf,
    link: PathBuf,
    key: String,
    /// Held as long as anything is done here: one maker at a time.
    _lock: File,
}

impl VenvDir {
    /// The place for a key beside `link`. Waits until no other process makes a virtualenv there.
    pub fn lock(link: &Path, key: &str) -> Result<Self, Error> {
        let parent = link.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|error| Error::new("create", parent, error))?;
        let wrap = |error: io::Error| Error::new("lock", parent, error);
        let lock = File::open(parent).map_err(wrap)?;
        rustix::fs::flock(&lock, FlockOperation::LockExclusive).map_err(|error| wrap(error.into()))?;
        let mut name = link.file_name().unwrap_or_default().to_owned();
        name.push(format!("-{key}"));
        Ok(Self { path: link.with_file_name(name), link: link.to_owned(), key: key.to_owned(), _lock: lock })
    }

    /// Whether the virtualenv is there, and complete.
    pub fn is_complete(&self) -> bool {
        fs::read_to_string(self.path.join(MARKER)).is_ok_and(|text| text.trim_end() == self.key)
    }

    /// Whether something else than a link lies where the link goes.
    pub fn is_taken(&self) -> bool {
        fs::symlink_metadata(&self.link).is_ok_and(|about| !about.is_symlink())
    }

    /// Removes what an interrupted run left.
    pub fn clear(&self) -> Result<(), Error> {
        match fs::remove_dir_all(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::new("remove", &self.path, error))
            }
            _ => Ok(()),
        }
    }

    /// The `.dist-info` directories, by their paths in the virtualenv.
    pub fn metadata(&self) -> Result<Vec<String>, Error> {
        let walk = walkdir::WalkDir::new(&self.path).min_depth(4).max_depth(4).sort_by_file_name();
        let mut found = Vec::new();
        for entry in walk {
            let entry = entry.map_err(|error| Error::walking(&self.path, error))?;
            let below = entry.path().strip_prefix(&self.path).ok().and_then(Path::to_str);
            found.extend(below.filter(|below| below.ends_with(".dist-info")).map(str::to_owned));
        }
        Ok(found)
    }

    /// Says that the virtualenv is complete.
    pub fn complete(&self) -> Result<(), Error> {
        let marker = self.path.join(MARKER);
        fs::write(&marker, format!("{}\n", self.key)).map_err(|error| Error::new("write", &marker, error))
    }

    /// Makes the link lead to the virtualenv.
    pub fn link(&self) -> Result<(), Error> {
        let target = Path::new(self.path.file_name().unwrap_or_default());
        if fs::read_link(&self.link).is_ok_and(|found| found == target) {
            return Ok(());
        }
        let wrap = |error| Error::new("create", &self.link, error);
        let mut hidden = self.link.file_name().unwrap_or_default().to_owned();
        hidden.push(format!("-{}.new", self.key));
        let hidden = self.link.with_file_name(hidden);
        let _ = fs::remove_file(&hidden);
        symlink(target, &hidden).and_then(|()| fs::rename(&hidden, &self.link)).map_err(wrap)
    }
}
