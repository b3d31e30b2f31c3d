//! A tree with `DEBIAN/`: walked once, its control files read, everything else opened when it is written.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fs;
use std::fs::Metadata;
use std::io;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::archive::tar::owner::Owner;
use crate::deb::pack::Fault;
use crate::deb::pack::tree::Found;
use crate::deb::pack::tree::FoundKind;
use crate::deb::pack::tree::GivenTree;
use crate::host::Error;
use crate::host::input::body::Stamp;
use crate::host::input::body::Store;
use crate::host::input::body::open;
use crate::host::watch::Watch;
use crate::package::blob::Blob;
use crate::package::blob::Contents;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// The directory that becomes control.tar; dpkg-deb takes every name that starts like it for its own.
const CONTROL: &[u8] = b"DEBIAN";
/// The most bytes that the files of `DEBIAN` may have together. They are held in memory.
const LARGEST_CONTROL: u64 = 64 << 20;

/// The most links from one control file to the next.
const MOST_LINKS: usize = 8;

/// The bodies of a tree's files.
pub struct TreeFiles(Store);

/// Why a tree cannot be packed.
#[derive(Debug, thiserror::Error)]
pub enum PackingError {
    /// The disk refused.
    #[error(transparent)]
    Host(#[from] Error),
    /// Not a directory.
    #[error("`{}` is not a directory", .0.display())]
    NotATree(PathBuf),
    /// It is not what dpkg-deb or dpkg would take.
    #[error("`{}` cannot be packed", .tree.display())]
    Fault {
        /// The tree.
        tree: PathBuf,
        /// What is wrong with it.
        source: Fault,
    },
    /// Control files beyond any use.
    #[error("the files in `{}` have more than {LARGEST_CONTROL} bytes", .0.display())]
    ControlTooLarge(PathBuf),
}

impl PackingError {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Host(error) => error.hint(),
            Self::NotATree(_) => Some("`mkdeb pack` takes a directory with `DEBIAN/control` in it; `mkdeb inspect` shows what is in a package".to_owned()),
            Self::Fault { tree, source } => source.hint(tree),
            Self::ControlTooLarge(_) => Some("files to be installed belong in the tree beside `DEBIAN`, not in it".to_owned()),
        }
    }
}

/// Walks the tree, which the user calls `name`. That may be a link; below it no link is followed, but those
/// among control files.
pub fn read(tree: &Path, name: &Path, watch: &Watch) -> Result<(GivenTree, TreeFiles), PackingError> {
    let root = fs::canonicalize(tree).map_err(|error| Error::new("read", name, error))?;
    if !root.is_dir() {
        return Err(PackingError::NotATree(name.to_owned()));
    }
    let control = root.join("DEBIAN");
    if !fs::symlink_metadata(&control).is_ok_and(|metadata| metadata.is_dir()) {
        return Err(PackingError::Fault { tree: name.to_owned(), source: Fault::NoControlDirectory });
    }
    let mut walker = Walker { watch, names: Names::default(), files: Vec::new() };
    let mut given = GivenTree { control: walker.walk(&control)?, ..GivenTree::default() };
    read_control(&mut given, &walker.files, name)?;
    walker.files.clear();
    given.data = walker.walk(&root)?;
    let is_own = |found: &Found| found.path.as_bytes().starts_with(CONTROL);
    let below = |found: &Found| found.path.as_bytes().contains(&b'/');
    let others = given.data.iter().filter(|found| is_own(found) && !below(found));
    let others = others.filter(|found| found.path.as_bytes() != CONTROL);
    given.skipped = others.map(|found| found.path.clone()).collect();
    given.data.retain(|found| !is_own(found));
    Ok((given, TreeFiles(Store::Files { files: walker.files })))
}

impl Contents for TreeFiles {
    fn open(&self, id: SourceId) -> io::Result<Box<dyn Read + '_>> {
        self.0.open(id.file)
    }

    fn name(&self, id: SourceId) -> String {
        self.0.name(id.file)
    }
}

struct Walker<'a> {
    watch: &'a Watch,
    names: Names,
    files: Vec<(PathBuf, Stamp)>,
}

impl Walker<'_> {
    fn walk(&mut self, root: &Path) -> Result<Vec<Found>, Error> {
        let mut all = Vec::new();
        for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
            let wrap = |error| Error::new("read", root, error);
            self.watch.check().map_err(wrap)?;
            let entry = entry.map_err(|error| Error::walking(root, error))?;
            let metadata = entry.metadata().map_err(|error| Error::walking(root, error))?;
            let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
            // A name on disk has neither a NUL nor `..` in it.
            let path = ArchivePath::new(relative.as_os_str().as_bytes()).unwrap_or_default();
            let found = self.found(path, entry.path(), &metadata);
            all.push(found.map_err(|error| Error::new("read", entry.path(), error))?);
        }
        Ok(all)
    }

    fn found(&mut self, path: ArchivePath, full: &Path, metadata: &Metadata) -> io::Result<Found> {
        let kind = metadata.file_type();
        let device = (rustix::fs::major(metadata.rdev()), rustix::fs::minor(metadata.rdev()));
        let kind = if kind.is_dir() {
            FoundKind::Directory
        } else if kind.is_symlink() {
            FoundKind::Symlink(fs::read_link(full)?.into_os_string().as_bytes().to_vec())
        } else if kind.is_fifo() {
            FoundKind::Fifo
        } else if kind.is_char_device() {
            FoundKind::Character(device.0, device.1)
        } else if kind.is_block_device() {
            FoundKind::Block(device.0, device.1)
        } else if kind.is_socket() {
            FoundKind::Socket
        } else {
            let id = SourceId { input: 0, file: u32::try_from(self.files.len()).unwrap_or(u32::MAX) };
            self.files.push((full.to_owned(), Stamp::of(metadata)));
            let inode = (metadata.nlink() > 1).then(|| (metadata.dev(), metadata.ino()));
            FoundKind::File { blob: Blob::Source { id, size: metadata.len() }, inode }
        };
        let owner = self.names.owner(metadata.uid(), metadata.gid());
        Ok(Found { path, mode: metadata.mode() & 0o7777, mtime: metadata.mtime(), owner, kind })
    }
}

/// Control files go into memory: they are judged, and what was judged is what is written.
///
/// They are the files that the walk met, never what took their place meanwhile. No link is followed on disk: one
/// that leads to a file beside it has that file's text.
fn read_control(given: &mut GivenTree, files: &[(PathBuf, Stamp)], name: &Path) -> Result<(), PackingError> {
    let mut left = LARGEST_CONTROL;
    for found in &mut given.control {
        let FoundKind::File { blob, .. } = &mut found.kind else { continue };
        let Blob::Source { id, .. } = blob else { continue };
        let (path, stamp) = &files[id.file as usize];
        let mut bytes = Vec::new();
        let read = open(path, *stamp).and_then(|file| file.take(left + 1).read_to_end(&mut bytes));
        let count = read.map_err(|error| Error::new("read", path, error))? as u64;
        left = left.checked_sub(count).ok_or_else(|| PackingError::ControlTooLarge(name.join("DEBIAN")))?;
        if !found.path.as_bytes().contains(&b'/') {
            given.texts.insert(found.path.as_bytes().to_vec(), bytes.clone());
        }
        *blob = Blob::Inline(bytes.into());
    }
    for found in &given.control {
        if let Some(text) = beside(found, &given.control, &given.texts) {
            given.texts.insert(found.path.as_bytes().to_vec(), text);
        }
    }
    Ok(())
}

/// The text of the file that a link among control files leads to.
fn beside(link: &Found, all: &[Found], texts: &BTreeMap<Vec<u8>, Vec<u8>>) -> Option<Vec<u8>> {
    let mut found = link;
    for _ in 0..MOST_LINKS {
        let FoundKind::Symlink(target) = &found.kind else {
            return texts.get(found.path.as_bytes()).cloned();
        };
        let target = ArchivePath::new(target).ok().filter(|target| !target.as_bytes().contains(&b'/'))?;
        found = all.iter().find(|other| other.path == target)?;
    }
    None
}

/// The names of users and groups, each looked up once.
#[derive(Default)]
struct Names {
    users: HashMap<u32, Vec<u8>>,
    groups: HashMap<u32, Vec<u8>>,
    owners: HashMap<(u32, u32), Arc<Owner>>,
}

impl Names {
    fn owner(&mut self, uid: u32, gid: u32) -> Arc<Owner> {
        let Self { users, groups, owners } = self;
        let owner = owners.entry((uid, gid)).or_insert_with(|| {
            let user = users.entry(uid).or_insert_with(|| user(uid)).clone();
            let group = groups.entry(gid).or_insert_with(|| group(gid)).clone();
            Arc::new(Owner { uid: u64::from(uid), gid: u64::from(gid), user, group })
        });
        Arc::clone(owner)
    }
}

/// Empty where the host does not know the number, as tar leaves it.
fn user(uid: u32) -> Vec<u8> {
    let user = nix::unistd::User::from_uid(uid.into()).ok().flatten();
    user.map_or_else(Vec::new, |user| user.name.into_bytes())
}

fn group(gid: u32) -> Vec<u8> {
    let group = nix::unistd::Group::from_gid(gid.into()).ok().flatten();
    group.map_or_else(Vec::new, |group| group.name.into_bytes())
}
