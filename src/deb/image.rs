//! A package lowered to the entries of its two tars.

use crate::package::blob::Blob;
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
    pub binary: crate::control::binary::BinaryControl,
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
    /// A regular file. Conffiles are marked, for nothing but the reader's sake.
    File(Blob),
    /// A symbolic link and its target.
    Symlink(Vec<u8>),
}
