//! Unpacks the files of a package below a directory, and nowhere else.
//!
//! Every component of every path is opened by itself, relative to the one above and never through a link, so that
//! neither a link in the package nor one that lies below the directory, or appears there meanwhile, leads out.

mod error;
mod owners;

use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Write;
use std::os::fd::AsFd;
use std::os::fd::BorrowedFd;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::AtFlags;
use rustix::fs::FileType;
use rustix::fs::Gid;
use rustix::fs::Mode;
use rustix::fs::OFlags;
use rustix::fs::Timespec;
use rustix::fs::Timestamps;
use rustix::fs::UTIME_OMIT;
use rustix::fs::Uid;
use rustix::io::Errno;

use crate::archive::tar::read::Kind;
use crate::deb::read::Entry;
use crate::deb::read::place;
pub use crate::host::extract::error::Error;
use crate::host::extract::owners::Owners;
use crate::types::path::ArchivePath;

/// A directory while a package is unpacked into it.
pub struct Extraction {
    root: OwnedFd,
    /// How to find owners; none where we cannot give files away.
    owners: Option<Owners>,
    /// What directories get last, when nothing is put in them any more.
    directories: BTreeMap<ArchivePath, Attributes>,
    /// How many directories were made that are no entries.
    implied: u32,
    /// How many components the paths had so far.
    components: usize,
}

/// What an inode has beside its body.
#[derive(Debug, Clone, Copy)]
struct Attributes {
    mode: u32,
    mtime: i64,
    owner: Option<(Uid, Gid)>,
}

/// `PATH_MAX` of Linux. A longer path would only make directories.
const LONGEST_PATH: usize = 4096;
/// The most directories that are made without an entry of their own. dpkg makes none, so that packages have few or
/// none; but one path may stand for two thousand, and the limit on entries does not bound them.
const MOST_IMPLIED: u32 = 10_000;
/// The most components that all paths have together. Each is opened, which takes a microsecond or two.
const MOST_COMPONENTS: usize = 20_000_000;

impl Extraction {
    /// Starts to unpack into a directory, which is made where it is not there. A link *to* it may be given.
    pub fn into(directory: &Path) -> Result<Self, crate::host::Error> {
        let wrap = |error| crate::host::Error::new("unpack into", directory, error);
        fs::create_dir_all(directory).map_err(wrap)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(directory, flags, Mode::empty()).map_err(|error| wrap(error.into()))?;
        let owners = rustix::process::geteuid().is_root().then(Owners::default);
        Ok(Self { root, owners, directories: BTreeMap::new(), implied: 0, components: 0 })
    }

    /// Unpacks an entry. What is there by its name is replaced, unless it is a directory.
    pub fn add(&mut self, entry: &Entry, body: &mut dyn Read) -> Result<(), Error> {
        let path = place(&entry.header.path).map_err(Error::Outside)?;
        if path.as_bytes().len() > LONGEST_PATH {
            return Err(Error::Long(path.as_bytes().len()));
        }
        self.pass(&path)?;
        let owner = self.owners.as_mut().map(|owners| owners.of(&entry.header.owner));
        let attributes = Attributes { mode: entry.header.mode, mtime: entry.details.mtime, owner };
        if entry.header.kind == Kind::Directory {
            self.directory(&path)?;
            self.directories.insert(path, attributes);
        } else if path.is_root() {
            return Err(Error::Directory(path));
        } else {
            let spot = Spot { parent: self.parent(&path)?, path: &path };
            spot.clear()?;
            match &entry.header.kind {
                Kind::File => spot.file(body, attributes)?,
                Kind::Symlink(target) => spot.symlink(target, attributes)?,
                Kind::Hardlink(target) => self.hardlink(&spot, target)?,
                Kind::Fifo => spot.fifo(attributes)?,
                Kind::Directory | Kind::Character | Kind::Block | Kind::Other(_) => {
                    return Err(Error::Special(path));
                }
            }
        }
        Ok(())
    }

    /// Counts a path before it is followed.
    fn pass(&mut self, path: &ArchivePath) -> Result<(), Error> {
        self.components += path.as_bytes().split(|byte| *byte == b'/').count();
        match self.components > MOST_COMPONENTS {
            true => Err(Error::Components { path: path.clone(), limit: MOST_COMPONENTS }),
            false => Ok(()),
        }
    }

    /// Gives directories their modes and times. They are what was unpacked, unless something replaced them.
    pub fn finish(&mut self) -> Result<(), Error> {
        for (path, attributes) in std::mem::take(&mut self.directories).into_iter().rev() {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let opened = match path.is_root() {
                true => rustix::fs::openat(&self.root, c".", flags, Mode::empty()),
                false => match self.descend(&path)? {
                    Some(parent) => rustix::fs::openat(parent, path.file_name(), flags, Mode::empty()),
                    None => Err(Errno::NOENT),
                },
            };
            match opened {
                Ok(directory) => attributes.give(directory.as_fd(), &path)?,
                Err(Errno::NOTDIR | Errno::LOOP | Errno::NOENT) => {}
                Err(error) => return Err(Error::system("open", &path, error)),
            }
        }
        Ok(())
    }

    fn directory(&mut self, path: &ArchivePath) -> Result<(), Error> {
        if path.is_root() {
            return Ok(());
        }
        let parent = self.parent(path)?;
        let name = path.file_name();
        if kind_of(parent.as_fd(), name, path)?.is_some_and(|kind| kind != FileType::Directory) {
            remove(parent.as_fd(), path)?;
        }
        match rustix::fs::mkdirat(&parent, name, Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(Error::system("create", path, error)),
        }
    }

    fn hardlink(&mut self, spot: &Spot<'_>, target: &[u8]) -> Result<(), Error> {
        let target = place(target).map_err(Error::Outside)?;
        let refused = || Error::Hardlink { path: spot.path.clone(), target: target.clone() };
        if target.is_root() {
            return Err(refused());
        }
        self.pass(&target)?;
        let parent = self.descend(&target)?.ok_or_else(refused)?;
        if kind_of(parent.as_fd(), target.file_name(), &target)? != Some(FileType::RegularFile) {
            return Err(refused());
        }
        // Without `AT_SYMLINK_FOLLOW`, what became a link meanwhile is linked itself.
        let linked = rustix::fs::linkat(
            &parent,
            target.file_name(),
            &spot.parent,
            spot.path.file_name(),
            AtFlags::empty(),
        );
        linked.map_err(|error| Error::system("create", spot.path, error))
    }

    /// Opens the directory that holds a path; those that are missing are made.
    fn parent(&mut self, path: &ArchivePath) -> Result<OwnedFd, Error> {
        let implied = &mut self.implied;
        let opened = descend(self.root.as_fd(), path, &mut |at, name| {
            if *implied == MOST_IMPLIED {
                return Err(Error::Implied { path: path.clone(), limit: MOST_IMPLIED });
            }
            // The umask applies: no entry says which mode it has.
            match rustix::fs::mkdirat(at, name, Mode::from_raw_mode(0o777)) {
                Ok(()) => *implied += 1,
                Err(Errno::EXIST) => {}
                Err(error) => return Err(Error::system("create a directory above", path, error)),
            }
            Ok(())
        })?;
        opened.ok_or_else(|| Error::system("open the directory of", path, Errno::NOENT))
    }

    /// Opens the directory that holds a path; none where one is missing.
    fn descend(&self, path: &ArchivePath) -> Result<Option<OwnedFd>, Error> {
        descend(self.root.as_fd(), path, &mut |_, _| Ok(()))
    }
}

/// Makes a directory that is missing, or leaves it so.
type Make<'a> = dyn FnMut(BorrowedFd<'_>, &[u8]) -> Result<(), Error> + 'a;

/// Opens the directory that holds a path, component by component; none where one is missing even after `missing` had
/// a chance to make it.
fn descend(
    root: BorrowedFd<'_>,
    path: &ArchivePath,
    missing: &mut Make<'_>,
) -> Result<Option<OwnedFd>, Error> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = |at: BorrowedFd<'_>, name: &[u8]| rustix::fs::openat(at, name, flags, Mode::empty());
    let fail = |error| Error::system("open the directory of", path, error);
    let mut at = open(root, b".").map_err(fail)?;
    let above = path.parent().unwrap_or_default();
    let names = above.as_bytes().split(|byte| *byte == b'/').filter(|name| !name.is_empty());
    for (depth, name) in names.enumerate() {
        let mut next = open(at.as_fd(), name);
        if next.as_ref().err() == Some(&Errno::NOENT) {
            missing(at.as_fd(), name)?;
            next = open(at.as_fd(), name);
        }
        at = match next {
            Ok(next) => next,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::NOTDIR | Errno::LOOP) => return Err(in_the_way(at.as_fd(), path, depth + 1)),
            Err(error) => return Err(fail(error)),
        };
    }
    Ok(Some(at))
}

/// What keeps a path from being reached: its first `depth` components.
fn in_the_way(at: BorrowedFd<'_>, path: &ArchivePath, depth: usize) -> Error {
    let names: Vec<&[u8]> = path.as_bytes().split(|byte| *byte == b'/').take(depth).collect();
    let above = ArchivePath::new(&names.join(&b'/')).unwrap_or_default();
    let path = path.clone();
    match kind_of(at, above.file_name(), &above) {
        Ok(Some(FileType::Symlink)) => Error::Through { path, link: above },
        _ => Error::Below { path, above },
    }
}

fn kind_of(at: BorrowedFd<'_>, name: &[u8], path: &ArchivePath) -> Result<Option<FileType>, Error> {
    match rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(about) => Ok(Some(FileType::from_raw_mode(about.st_mode))),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(Error::system("look at", path, error)),
    }
}

fn remove(at: BorrowedFd<'_>, path: &ArchivePath) -> Result<(), Error> {
    match rustix::fs::unlinkat(at, path.file_name(), AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(Error::system("replace", path, error)),
    }
}

/// A name in an open directory.
struct Spot<'p> {
    parent: OwnedFd,
    path: &'p ArchivePath,
}

impl Spot<'_> {
    /// Removes what is there: it is never written to, for it may be a link, or have another name elsewhere.
    fn clear(&self) -> Result<(), Error> {
        match kind_of(self.parent.as_fd(), self.path.file_name(), self.path)? {
            None => Ok(()),
            Some(FileType::Directory) => Err(Error::Directory(self.path.clone())),
            Some(_) => remove(self.parent.as_fd(), self.path),
        }
    }

    fn file(&self, body: &mut dyn Read, attributes: Attributes) -> Result<(), Error> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let file = rustix::fs::openat(&self.parent, self.path.file_name(), flags, mode);
        let mut file = File::from(file.map_err(|error| Error::system("create", self.path, error))?);
        let written = self.copy(body, &mut file).and_then(|()| attributes.give(file.as_fd(), self.path));
        if written.is_err() {
            // Half a file looks like a whole one. The first error is the one to tell.
            let _ = remove(self.parent.as_fd(), self.path);
        }
        written
    }

    fn copy(&self, body: &mut dyn Read, file: &mut File) -> Result<(), Error> {
        let mut buffer = vec![0; 128 << 10];
        loop {
            let count = match body.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(Error::Body { path: self.path.clone(), source }),
            };
            file.write_all(&buffer[..count]).map_err(|error| Error::system("write", self.path, error))?;
        }
    }

    fn symlink(&self, target: &[u8], attributes: Attributes) -> Result<(), Error> {
        let name = self.path.file_name();
        let made = rustix::fs::symlinkat(target, &self.parent, name);
        made.map_err(|error| Error::system("create", self.path, error))?;
        self.give_by_name(attributes)
    }

    fn fifo(&self, attributes: Attributes) -> Result<(), Error> {
        let mode = Mode::from_raw_mode(attributes.mode & 0o777);
        let made = rustix::fs::mknodat(&self.parent, self.path.file_name(), FileType::Fifo, mode, 0);
        made.map_err(|error| Error::system("create", self.path, error))?;
        self.give_by_name(attributes)
    }

    /// For what cannot be opened: owner and time, but no mode.
    fn give_by_name(&self, attributes: Attributes) -> Result<(), Error> {
        let name = self.path.file_name();
        let wrap = |error| Error::system("set the owner and time of", self.path, error);
        if let Some((user, group)) = attributes.owner {
            let flags = AtFlags::SYMLINK_NOFOLLOW;
            rustix::fs::chownat(&self.parent, name, Some(user), Some(group), flags).map_err(wrap)?;
        }
        rustix::fs::utimensat(&self.parent, name, &attributes.times(), AtFlags::SYMLINK_NOFOLLOW)
            .map_err(wrap)
    }
}

impl Attributes {
    fn give(self, file: BorrowedFd<'_>, path: &ArchivePath) -> Result<(), Error> {
        let wrap = |error| Error::system("set the owner, mode and time of", path, error);
        // A change of the owner takes the bits of setuid away, so it comes first.
        if let Some((user, group)) = self.owner {
            rustix::fs::fchown(file, Some(user), Some(group)).map_err(wrap)?;
        }
        rustix::fs::fchmod(file, Mode::from_raw_mode(self.mode)).map_err(wrap)?;
        rustix::fs::futimens(file, &self.times()).map_err(wrap)
    }

    fn times(self) -> Timestamps {
        Timestamps {
            last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
            last_modification: Timespec { tv_sec: self.mtime, tv_nsec: 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_followed_up_to_a_limit() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut extraction = Extraction::into(directory.path()).expect("a directory");
        let path = ArchivePath::new(b"a/b/c").expect("a path");
        extraction.components = MOST_COMPONENTS - 4;
        extraction.pass(&path).expect("within the limit");
        let said = extraction.pass(&path).expect_err("beyond it").to_string();
        assert_eq!(said, "with `a/b/c`, the paths have more than 20000000 components together");
    }
}
