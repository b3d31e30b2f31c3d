//! Entries in the order and with the headers of `tar`, as dpkg-deb calls it.

use std::collections::HashMap;
use std::sync::Arc;

use crate::archive::tar::owner::Owner;
use crate::deb::image::Entry;
use crate::deb::image::EntryKind;
use crate::deb::pack::tree::Found;
use crate::deb::pack::tree::FoundKind;
use crate::types::path::ArchivePath;

/// How one archive is laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Laying {
    /// The latest modification time.
    pub date: u64,
    /// Whether everything is root's.
    pub root_owner: bool,
    /// Whether it is control.tar: modes are evened out, and links stay where they are.
    pub control: bool,
}

/// The entries in order. Data has its symbolic links last, so that none stands before its target.
pub(super) fn lay(found: &[Found], laying: Laying, remarks: &mut Vec<String>) -> Vec<Entry> {
    let root = Owner::root();
    let mut first: HashMap<(u64, u64), &ArchivePath> = HashMap::new();
    let (mut entries, mut links) = (Vec::new(), Vec::new());
    for found in found {
        let kind = match &found.kind {
            FoundKind::Directory => EntryKind::Directory,
            FoundKind::File { inode: Some(inode), .. } if first.contains_key(inode) => {
                EntryKind::Hardlink(first[inode].clone())
            }
            FoundKind::File { blob, inode } => {
                first.extend(inode.map(|inode| (inode, &found.path)));
                EntryKind::File { blob: blob.clone(), conffile: false }
            }
            // tar would make hard links of links with one inode, which dpkg fails to unpack.
            FoundKind::Symlink(target) => EntryKind::Symlink(target.clone()),
            FoundKind::Fifo => EntryKind::Fifo,
            FoundKind::Character(major, minor) => EntryKind::Character(*major, *minor),
            FoundKind::Block(major, minor) => EntryKind::Block(*major, *minor),
            FoundKind::Socket => {
                remarks.push(format!("`/{}` is left out: no archive holds a socket", found.path));
                continue;
            }
        };
        let is_link = matches!(kind, EntryKind::Symlink(_));
        let entry = Entry {
            path: found.path.clone(),
            mode: if laying.control { evened(found) } else { found.mode },
            mtime: found.mtime.min(laying.date.cast_signed()),
            owner: Arc::clone(if laying.root_owner { &root } else { &found.owner }),
            kind,
        };
        if is_link && !laying.control { links.push(entry) } else { entries.push(entry) }
    }
    entries.append(&mut links);
    entries
}

/// `chmod u+rw,go=rX`: what dpkg-deb does to control files.
fn evened(found: &Found) -> u32 {
    let is_directory = matches!(found.kind, FoundKind::Directory);
    let others = if is_directory || found.mode & 0o111 != 0 { 0o055 } else { 0o044 };
    let kept = if is_directory { 0o6700 } else { 0o4700 };
    found.mode & kept | 0o600 | others
}
