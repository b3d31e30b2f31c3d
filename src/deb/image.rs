//! A package lowered to the entries of its two tars.

use crate::control::binary::BinaryControl;
use crate::control::deb822;
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
    /// The files of control.tar but for `control` and `md5sums`, in byte order of their names.
    pub control_files: Vec<ControlFile>,
    /// Makes the text of `control`, once the installed size is known.
    pub control: ControlText,
    /// The entries of data.tar, in the order they are written. The root directory comes first.
    pub entries: Vec<Entry>,
    /// The one date: of `ar` headers, of generated entries, and the latest that any entry may have.
    pub date: u64,
}

/// The control file, whose `Installed-Size` line is filled in when the data was written.
#[derive(Debug, Clone)]
pub struct ControlText {
    /// The control fields.
    pub binary: BinaryControl,
}

/// A file of control.tar: a script, `conffiles`, `triggers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlFile {
    /// Its name, without a directory.
    pub name: String,
    /// Its permission bits: 0755 for scripts, else 0644.
    pub mode: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An entry of data.tar. Owner and group are root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path, relative; empty for the root.
    pub path: ArchivePath,
    /// Its permission bits.
    pub mode: u32,
    /// Its modification time, in seconds since 1970, already clamped.
    pub mtime: u64,
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
}

impl Image {
    /// Lays a package out: entries in dpkg-deb's order, no date later than `date`.
    pub fn from_package(package: &Package, date: SourceDate) -> Self {
        let mut entries: Vec<Entry> = package
            .tree
            .archive_order()
            .map(|(path, node)| entry(ArchivePath::from(path), node, date))
            .collect();
        if entries.first().is_none_or(|first| !first.path.is_root()) {
            let mode = Mode::EXECUTABLE.bits();
            let path = ArchivePath::default();
            entries.insert(0, Entry { path, mode, mtime: date.seconds(), kind: EntryKind::Directory });
        }
        let control = ControlText { binary: package.control.clone() };
        Self { control_files: control_files(package), control, entries, date: date.seconds() }
    }
}

impl ControlText {
    /// The text of the control file.
    pub fn text(&self, installed_kib: u64) -> Result<String, deb822::Error> {
        Ok(self.binary.paragraph(installed_kib)?.to_string())
    }
}

fn entry(path: ArchivePath, node: &Node, date: SourceDate) -> Entry {
    let (mode, kind) = match &node.kind {
        NodeKind::Directory { mode } => (mode.bits(), EntryKind::Directory),
        NodeKind::File { blob, mode, conffile } => {
            (mode.bits(), EntryKind::File { blob: blob.clone(), conffile: *conffile })
        }
        // What Linux shows for every link, and what dpkg-deb therefore writes.
        NodeKind::Symlink { target } => (0o777, EntryKind::Symlink(target.clone().into_bytes())),
    };
    let mtime = node.mtime.map_or(date.seconds(), |mtime| date.clamp(mtime));
    Entry { path, mode, mtime, kind }
}

fn control_files(package: &Package) -> Vec<ControlFile> {
    let mut conffiles: String = package.tree.conffiles().map(|path| format!("{path}\n")).collect();
    for path in &package.removed_conffiles {
        conffiles.push_str(&format!("remove-on-upgrade {path}\n"));
    }
    let mut files = Vec::new();
    if !conffiles.is_empty() {
        let (name, mode) = ("conffiles".to_owned(), Mode::PLAIN.bits());
        files.push(ControlFile { name, mode, bytes: conffiles.into_bytes() });
    }
    for (name, text) in package.scripts.iter() {
        let (name, mode) = (name.to_owned(), Mode::EXECUTABLE.bits());
        files.push(ControlFile { name, mode, bytes: text.as_bytes().to_vec() });
    }
    files.sort_by(|left, right| left.name.cmp(&right.name));
    files
}
