//! Directories of virtualenvs beside one link: made whole or not at all, and then linked to.

use std::fs;
use std::fs::File;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::host::Error;
use crate::host::process::is_program;
use crate::host::watch::Watch;

/// In a virtualenv that is complete: its key, and where it was made. It is written last.
const MARKER: &str = ".mkdeb-key";
/// How often a lock is tried for.
const INTERVAL: Duration = Duration::from_millis(50);
/// How long a key is.
const KEY: usize = 12;

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
    /// The place for a key beside `link`. Waits until no other process makes a virtualenv there, or a signal comes.
    pub fn lock(link: &Path, key: &str, watch: &Watch) -> Result<Self, Error> {
        let parent = link.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|error| Error::new("create", parent, error))?;
        let wrap = |error: io::Error| Error::new("lock", parent, error);
        let lock = File::open(parent).map_err(wrap)?;
        while let Err(error) = rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
            if error != Errno::WOULDBLOCK {
                return Err(wrap(error.into()));
            }
            watch.check().map_err(wrap)?;
            std::thread::sleep(INTERVAL);
        }
        let mut name = link.file_name().unwrap_or_default().to_owned();
        name.push(format!("-{key}"));
        Ok(Self { path: link.with_file_name(name), link: link.to_owned(), key: key.to_owned(), _lock: lock })
    }

    /// Whether the virtualenv is there, complete, where it was made, and its interpreter too.
    pub fn is_complete(&self) -> bool {
        let marker = fs::read_to_string(self.path.join(MARKER));
        marker.is_ok_and(|text| text == self.marker()) && is_program(&self.path.join("bin/python"))
    }

    fn marker(&self) -> String {
        let path = fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        format!("{}\n{}\n", self.key, path.display())
    }

    /// Whether something lies where the link goes that is not a link of ours.
    pub fn is_taken(&self) -> bool {
        let is_ours = |target: &Path| {
            let name = self.link.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let key = target.to_str().and_then(|target| target.strip_prefix(name)?.strip_prefix('-'));
            let is_letter = |byte: u8| byte.is_ascii_lowercase() || (b'2'..=b'7').contains(&byte);
            key.is_some_and(|key| key.len() == KEY && key.bytes().all(is_letter))
        };
        match fs::read_link(&self.link) {
            Ok(target) => !is_ours(&target),
            Err(_) => fs::symlink_metadata(&self.link).is_ok(),
        }
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
        fs::write(&marker, self.marker()).map_err(|error| Error::new("write", &marker, error))
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
