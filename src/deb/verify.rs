//! Reads a finished `.deb` back and compares it with what it was to be.
//!
//! Headers, names, modes and control files are compared one by one; bodies are trusted to the checksum of
//! the compressor. Only where nothing is compressed are their digests taken again.

use std::io::Read;

use crate::archive::compress::Format;
use crate::archive::tar::read as tar;
use crate::deb::image::Entry;
use crate::deb::image::EntryKind;
use crate::deb::image::Image;
use crate::deb::read;
use crate::deb::read::Bodies;
use crate::deb::read::Deb;
use crate::deb::write::Summary;

/// How a file differs from what was written to it.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// It cannot even be read.
    #[error("the finished package cannot be read back")]
    Unreadable(#[source] read::Error),
    /// The container has other members or another size.
    #[error("the finished package has other members than were written")]
    Members,
    /// A control file is missing, too many, or different.
    #[error("the control file `{name}` of the finished package is not the one that was written")]
    Control {
        /// Which one.
        name: String,
    },
    /// An entry is missing, too many, or different.
    #[error("the entry `{path}` of the finished package is not the one that was written")]
    Entry {
        /// Its path.
        path: String,
    },
    /// The bodies are not those that were written.
    #[error("the files of the finished package are not those that were written")]
    Bodies,
}

/// Decodes the finished file once.
pub fn verify(input: &mut dyn Read, image: &Image, summary: &Summary) -> Result<(), Mismatch> {
    let format = summary.compression.format;
    let bodies = if format == Format::None { Bodies::Md5 } else { Bodies::Skip };
    let deb = read::read(input, bodies).map_err(Mismatch::Unreadable)?;
    members(&deb, image, summary)?;
    control(&deb, image, summary)?;
    entries(&deb, image, summary)?;
    if format == Format::None && md5sums(&deb, image) != summary.md5sums {
        return Err(Mismatch::Bodies);
    }
    Ok(())
}

fn members(deb: &Deb, image: &Image, summary: &Summary) -> Result<(), Mismatch> {
    let suffix = summary.compression.format.suffix();
    let expected = ["debian-binary".to_owned(), format!("control.tar{suffix}"), format!("data.tar{suffix}")];
    let found = deb.members.iter().map(|member| &member.name);
    let size = 8 + deb.members.iter().map(|member| 60 + member.size.next_multiple_of(2)).sum::<u64>();
    let dated = deb.members.iter().all(|member| member.date == image.date);
    if found.eq(&expected) && dated && size == summary.size { Ok(()) } else { Err(Mismatch::Members) }
}

fn control(deb: &Deb, image: &Image, summary: &Summary) -> Result<(), Mismatch> {
    let mut expected: Vec<(&[u8], u32, &[u8])> =
        image.control_files.iter().map(|file| (file.name.as_bytes(), file.mode, &file.bytes[..])).collect();
    expected.push((b"control", 0o644, summary.control.as_bytes()));
    if !summary.md5sums.is_empty() {
        expected.push((b"md5sums", 0o644, &summary.md5sums));
    }
    expected.sort_unstable();
    let found = deb.control_files.iter().map(|file| {
        let plain = file.header.kind == tar::Kind::File;
        (&file.header.path[..], if plain { file.header.mode } else { u32::MAX }, &file.bytes[..])
    });
    match difference(found, expected.into_iter()) {
        None => Ok(()),
        Some((name, ..)) => Err(Mismatch::Control { name: String::from_utf8_lossy(name).into_owned() }),
    }
}

fn entries(deb: &Deb, image: &Image, summary: &Summary) -> Result<(), Mismatch> {
    let owner = tar::Owner { uid: 0, gid: 0, user: b"root".to_vec(), group: b"root".to_vec() };
    let found = deb.entries.iter().map(|entry| tar::Member { offset: 0, ..entry.header.clone() });
    let expected = image.entries.iter().zip(&summary.sizes).map(|(entry, size)| {
        let (path, kind) = spelled(entry);
        let owner = owner.clone();
        tar::Member { path, kind, mode: entry.mode, mtime: entry.mtime, size: *size, offset: 0, owner }
    });
    match difference(found, expected) {
        None => Ok(()),
        Some(entry) => Err(Mismatch::Entry { path: entry.path.escape_ascii().to_string() }),
    }
}

/// The path and kind as a tar has them.
fn spelled(entry: &Entry) -> (Vec<u8>, tar::Kind) {
    let mut path = [b"./", entry.path.as_bytes()].concat();
    let kind = match &entry.kind {
        EntryKind::Directory => {
            if !entry.path.is_root() {
                path.push(b'/');
            }
            tar::Kind::Directory
        }
        EntryKind::File { .. } => tar::Kind::File,
        EntryKind::Symlink(target) => tar::Kind::Symlink(target.clone()),
    };
    (path, kind)
}

/// The first item that only one side has, preferably the found one.
fn difference<T: PartialEq>(
    mut found: impl Iterator<Item = T>,
    mut expected: impl Iterator<Item = T>,
) -> Option<T> {
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return None,
            (Some(left), Some(right)) if left == right => {}
            (Some(left), _) => return Some(left),
            (None, Some(right)) => return Some(right),
        }
    }
}

/// The digests as `md5sums` lists them.
fn md5sums(deb: &Deb, image: &Image) -> Vec<u8> {
    let mut lines = Vec::new();
    for (found, planned) in deb.entries.iter().zip(&image.entries) {
        if let (Some(md5), EntryKind::File { conffile: false, .. }) = (found.md5, &planned.kind) {
            lines.push((planned.path.as_bytes(), md5));
        }
    }
    lines.sort_by_key(|(path, _)| *path);
    lines.iter().flat_map(|(path, md5)| [format!("{md5}  ").as_bytes(), path, b"\n"].concat()).collect()
}
