//! Reads a finished `.deb` back and compares it with what it was to be.
//!
//! Headers, names, modes and control files are compared one by one; bodies are trusted to the checksum of
//! the compressor. Only where nothing is compressed are their digests taken again.

use std::io::Read;

use crate::archive::compress::Format;
use crate::archive::tar::read as tar;
use crate::deb::control_tar;
use crate::deb::image::ControlArchive;
use crate::deb::image::Entry;
use crate::deb::image::EntryKind;
use crate::deb::image::Image;
use crate::deb::read;
use crate::deb::read::Deb;
use crate::deb::read::Limits;
use crate::deb::read::Reader;
use crate::deb::read::md5_of;
use crate::deb::write::Summary;
use crate::deb::write::md5sums_text;
use crate::package::blob::Blob;
use crate::types::digest::Md5;

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

impl From<read::Error> for Mismatch {
    fn from(error: read::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Decodes the finished file once. Each entry is compared while it passes, and none is kept.
pub fn verify(input: &mut dyn Read, image: &Image, summary: &Summary) -> Result<(), Mismatch> {
    let is_generated = matches!(image.control, ControlArchive::Generated { .. });
    let takes_digests = is_generated && summary.compression.format == Format::None;
    let reader = Reader::open(input, &Limits::OWN)?;
    control(reader.deb(), image, summary)?;
    let mut expected = image.entries.iter().zip(&summary.sizes);
    let mut digests = Vec::new();
    let deb = reader.walk::<Mismatch>(&mut |found, body| {
        let found = tar::Member { offset: 0, ..found.header };
        let planned = expected.next().filter(|(entry, size)| member(entry, Some(**size)) == found);
        let Some((entry, _)) = planned else { return Err(other_entry(&found.path)) };
        if takes_digests && matches!(entry.kind, EntryKind::File { conffile: false, .. }) {
            let digest = md5_of(body).map_err(|source| read::Error::body(&found.path, source))?;
            digests.push((entry.path.as_bytes(), digest));
        }
        Ok(())
    })?;
    if let Some((entry, _)) = expected.next() {
        return Err(other_entry(&spelled(entry).0));
    }
    if let Some(problem) = deb.problems.of_container() {
        return Err(read::Error::Odd(problem.clone()).into());
    }
    members(&deb, image, summary)?;
    if takes_digests && md5sums_text(digests) != summary.md5sums {
        return Err(Mismatch::Bodies);
    }
    Ok(())
}

fn other_entry(path: &[u8]) -> Mismatch {
    Mismatch::Entry { path: path.escape_ascii().to_string() }
}

fn members(deb: &Deb, image: &Image, summary: &Summary) -> Result<(), Mismatch> {
    let [control, data] = [summary.control_compression, summary.compression].map(|c| c.format.suffix());
    let expected = ["debian-binary".to_owned(), format!("control.tar{control}"), format!("data.tar{data}")];
    let found = deb.members.iter().map(|member| &member.name);
    let size = 8 + deb.members.iter().map(|member| 60 + member.size.next_multiple_of(2)).sum::<u64>();
    let dated = deb.members.iter().all(|member| member.date == image.date);
    if found.eq(&expected) && dated && size == summary.size { Ok(()) } else { Err(Mismatch::Members) }
}

fn control(deb: &Deb, image: &Image, summary: &Summary) -> Result<(), Mismatch> {
    let entries = control_tar::entries(image, &summary.control, &summary.md5sums);
    let expected = entries.iter().zip(&summary.control_digests).filter(|(entry, _)| !entry.path.is_root());
    let expected = expected.map(|(entry, digest)| {
        // What was generated is compared with what was meant, the rest with what was read.
        let digest = match &entry.kind {
            EntryKind::File { blob: Blob::Inline(bytes), .. } => Md5::of(bytes),
            _ => *digest,
        };
        (member(entry, None), digest)
    });
    let found = deb.control_files.iter().map(|file| {
        let path = [b"./", &file.header.path[..]].concat();
        // A hard link has no body of its own; the reader gives it its target's.
        let is_link = matches!(file.header.kind, tar::Kind::Hardlink(_));
        let body = if is_link { &[][..] } else { &file.bytes };
        (tar::Member { path, offset: 0, size: 0, ..file.header.clone() }, Md5::of(body))
    });
    match difference(found, expected) {
        None => Ok(()),
        Some((member, _)) => {
            let name = member.path.strip_prefix(b"./").unwrap_or(&member.path);
            Err(Mismatch::Control { name: name.escape_ascii().to_string() })
        }
    }
}

/// An entry as a tar has it; without a size where that is not compared.
fn member(entry: &Entry, size: Option<u64>) -> tar::Member {
    let (path, kind) = spelled(entry);
    // The reader counts from 1970.
    let mtime = u64::try_from(entry.mtime).unwrap_or(0);
    let (mode, owner) = (entry.mode, tar::Owner::clone(&entry.owner));
    tar::Member { path, kind, mode, mtime, size: size.unwrap_or(0), offset: 0, owner }
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
        EntryKind::Hardlink(target) => tar::Kind::Hardlink([b"./", target.as_bytes()].concat()),
        EntryKind::Character(..) => tar::Kind::Other(b'3'),
        EntryKind::Block(..) => tar::Kind::Other(b'4'),
        EntryKind::Fifo => tar::Kind::Other(b'6'),
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
