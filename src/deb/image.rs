//! A package lowered to the entries of its two tars.

use std::sync::Arc;

use crate::archive::tar::header;
use crate::archive::tar::owner::Owner;
use crate::control::binary::BinaryControl;
use crate::package::Package;
use crate::package::blob::Blob;
use crate::package::tree::Node;
use crate::package::tree::NodeKind;
use crate::types::date::SourceDate;
use crate::types::mode::Mode;
use crate::types::path::ArchivePath;

/// Everything that a `.deb` will hold, in order.
#[derive(Debug, Clone)]
pub struct Image {
    /// What control.tar holds.
    pub control: ControlArchive,
    /// The entries of data.tar, in the order they are written. The root directory comes first.
    pub entries: Vec<Entry>,
    /// The one date: of `ar` headers, of generated entries, and the latest that any entry may have.
    pub date: u64,
}

/// The files of control.tar.
#[derive(Debug, Clone)]
pub enum ControlArchive {
    /// `control` and `md5sums` are made once the data is written.
    Generated {
        /// The fields of `control`; `Installed-Size` is filled in when the data was written.
        control: Box<BinaryControl>,
        /// All the others: scripts, `conffiles`, `triggers`. The root directory is not among them.
        files: Vec<Entry>,
    },
    /// The entries as they are, in order, `control` among them; nothing is added.
    AsGiven(Vec<Entry>),
}

/// An entry of either tar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path, relative; empty for the root.
    pub path: ArchivePath,
    /// Its permission bits, 07777 at most.
    pub mode: u32,
    /// Its modification time, in seconds since 1970, already clamped; negative before.
    pub mtime: i64,
    /// Whom it belongs to. Entries of one owner share the value.
    pub owner: Arc<Owner>,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A directory.
    Directory,
    /// A regular file.
    File {
        /// Its body.
        blob: Blob,
        /// Whether `conffiles` names it. dpkg keeps the digests of those itself: `md5sums` leaves them out.
        conffile: bool,
    },
    /// A symbolic link and its target.
    Symlink(Vec<u8>),
    /// Another name of a file that stands before it.
    Hardlink(ArchivePath),
    /// A named pipe.
    Fifo,
    /// A character device with its major and minor number.
    Character(u32, u32),
    /// A block device with its major and minor number.
    Block(u32, u32),
}

impl Image {
    /// Lays a package out: entries in dpkg-deb's order, no date later than `date`.
    pub fn from_package(package: &Package) -> Self {
        let date = package.date;
        let owner = Owner::root();
        let mut entries: Vec<Entry> = package
            .tree
            .archive_order()
            .map(|(path, node)| entry(ArchivePath::from(path), node, date, &owner))
            .collect();
        if entries.first().is_none_or(|first| !first.path.is_root()) {
            entries.insert(0, root_directory(date.seconds()));
        }
        let files = control_files(package, date);
        let control = Box::new(package.control.clone());
        Self { control: ControlArchive::Generated { control, files }, entries, date: date.seconds() }
    }

    /// How many bytes of bodies will be read from the inputs.
    pub fn input_bytes(&self) -> u64 {
        let size = |entry: &Entry| match &entry.kind {
            EntryKind::File { blob: Blob::Inline(_), .. } => 0,
            EntryKind::File { blob, .. } => blob.size(),
            _ => 0,
        };
        self.entries.iter().map(size).sum()
    }

    /// About how many bytes data.tar has: a header for each entry, and bodies as long as they are known to be.
    pub(in crate::deb) fn tar_bytes(&self) -> u64 {
        let body = |entry: &Entry| match &entry.kind {
            EntryKind::File { blob, .. } => blob.size().next_multiple_of(512),
            _ => 0,
        };
        self.entries.iter().map(|entry| 512 + body(entry)).sum()
    }
}

impl Entry {
    /// A generated file of control.tar.
    pub fn control_file(name: ArchivePath, mode: Mode, bytes: Vec<u8>, date: u64) -> Self {
        let kind = EntryKind::File { blob: Blob::Inline(bytes.into()), conffile: false };
        Self { path: name, mode: mode.bits(), mtime: date.cast_signed(), owner: Owner::root(), kind }
    }

    /// Its path as the archive spells it: `./usr/`.
    pub fn spelling(&self) -> Vec<u8> {
        let slash: &[u8] = match self.kind {
            EntryKind::Directory if !self.path.is_root() => b"/",
            _ => b"",
        };
        [b"./", self.path.as_bytes(), slash].concat()
    }

    /// The entry as a tar header; `size` is that of the body.
    pub fn header(&self, size: u64) -> header::Entry<'_> {
        let kind = match &self.kind {
            EntryKind::Directory => header::Kind::Directory,
            EntryKind::File { .. } => header::Kind::File(size),
            EntryKind::Symlink(target) => header::Kind::Symlink(target),
            EntryKind::Hardlink(target) => header::Kind::Hardlink(target.as_bytes()),
            EntryKind::Fifo => header::Kind::Fifo,
            EntryKind::Character(major, minor) => header::Kind::Character(*major, *minor),
            EntryKind::Block(major, minor) => header::Kind::Block(*major, *minor),
        };
        header::Entry {
            path: self.path.as_bytes(),
            mode: self.mode,
            mtime: self.mtime,
            owner: &self.owner,
            kind,
        }
    }
}

/// The entry `./` of a generated archive.
pub(in crate::deb) fn root_directory(date: u64) -> Entry {
    Entry {
        path: ArchivePath::default(),
        mode: Mode::EXECUTABLE.bits(),
        mtime: date.cast_signed(),
        owner: Owner::root(),
        kind: EntryKind::Directory,
    }
}

fn entry(path: ArchivePath, node: &Node, date: SourceDate, owner: &Arc<Owner>) -> Entry {
    let (mode, kind) = match &node.kind {
        NodeKind::Directory { mode } => (mode.bits(), EntryKind::Directory),
        NodeKind::File { blob, mode, conffile } => {
            (mode.bits(), EntryKind::File { blob: blob.clone(), conffile: *conffile })
        }
        // What Linux shows for every link, and what dpkg-deb therefore writes.
        NodeKind::Symlink { target } => (0o777, EntryKind::Symlink(target.clone().into_bytes())),
    };
    let mtime = node.mtime.map_or(date.seconds(), |mtime| date.clamp(mtime)).cast_signed();
    Entry { path, mode, mtime, owner: Arc::clone(owner), kind }
}

fn control_files(package: &Package, date: SourceDate) -> Vec<Entry> {
    let file = |name: &str, mode, bytes| {
        let name = ArchivePath::new(name.as_bytes()).unwrap_or_default();
        Entry::control_file(name, mode, bytes, date.seconds())
    };
    let mut conffiles: String = package.tree.conffiles().map(|path| format!("{path}\n")).collect();
    for path in &package.removed_conffiles {
        conffiles.push_str(&format!("remove-on-upgrade {path}\n"));
    }
    let mut files = Vec::new();
    if !conffiles.is_empty() {
        files.push(file("conffiles", Mode::PLAIN, conffiles.into_bytes()));
    }
    let scripts = package.scripts.iter();
    files.extend(scripts.map(|(name, text)| file(name, Mode::EXECUTABLE, text.as_bytes().to_vec())));
    files
}
