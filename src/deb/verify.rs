//! Reads a `.deb` back and compares it with what it was to be.
//!
//! data.tar is decoded while it is being written: headers, names and modes are compared one by one, bodies are
//! trusted to the checksum of the compressor. Of the finished file the control files are compared, and whether
//! its data is what was decoded. `none` has no checksum of its own: there that last comparison, by CRC-32, is all
//! that bodies have.

use std::io;
use std::io::Read;

use crate::archive::tar::read as tar;
use crate::deb::control_tar;
use crate::deb::image::Entry;
use crate::deb::image::EntryKind;
use crate::deb::image::Image;
use crate::deb::problem::Problems;
use crate::deb::read;
use crate::deb::read::Deb;
use crate::deb::read::Limits;
use crate::deb::read::Reader;
use crate::deb::write::Summary;
use crate::package::blob::Blob;
use crate::types::digest::Crc32Hasher;
use crate::types::digest::Md5;

/// How a file differs from what was written to it.
#[derive(Debug, thiserror::Error)]
pub enum Mismatch {
    /// It cannot even be read.
    #[error("the finished package cannot be read back")]
    Unreadable(#[source] read::Error),
    /// It is not compressed as it should be.
    #[error("what was written cannot be decoded")]
    Undecodable(#[source] io::Error),
    /// The container has other members or another size.
    #[error("the finished package has other members than those that were written")]
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

impl Mismatch {
    /// What would help.
    pub fn hint(&self) -> String {
        "this is a fault of mkdeb or of the disk, and nothing was written: build again, and look for errors of the disk (`dmesg`)".to_owned()
    }
}

impl From<read::Error> for Mismatch {
    fn from(error: read::Error) -> Self {
        Self::Unreadable(error)
    }
}

/// Sees each entry of data.tar, and its body, as they are read back.
pub type Witness<'a> = dyn FnMut(read::Entry, &mut dyn Read) -> io::Result<()> + Send + 'a;

/// What data.tar was found to hold.
#[derive(Debug, Default)]
pub struct Decoded {
    /// The size of every entry's body.
    pub sizes: Vec<u64>,
    /// What dpkg would refuse of the entries.
    pub problems: Problems,
}

/// Walks data.tar, `decoded` as it comes out of the encoder.
///
/// Each entry is compared while it passes, then the witness has it; none is kept.
pub fn data(decoded: &mut dyn Read, image: &Image, witness: &mut Witness<'_>) -> Result<Decoded, Mismatch> {
    let mut expected = image.entries.iter();
    let (mut sizes, mut problems) = (Vec::with_capacity(image.entries.len()), Problems::default());
    read::entries::<Mismatch>(decoded, ("data.tar", &Limits::OWN), &mut problems, &mut |mut found, body| {
        let (size, offset) = (found.header.size, found.header.offset);
        sizes.push(size);
        (found.header.size, found.header.offset) = (0, 0);
        if expected.next().map(member).as_ref() != Some(&found.header) {
            return Err(other_entry(&found.header.path));
        }
        (found.header.size, found.header.offset) = (size, offset);
        let path = found.header.path.clone();
        witness(found, body).map_err(|source| read::Error::body(&path, source).into())
    })?;
    if let Some(entry) = expected.next() {
        return Err(other_entry(&spelled(entry).0));
    }
    Ok(Decoded { sizes, problems })
}

/// Compares the sizes that [`data`] found with those that were written.
pub(in crate::deb) fn sizes(found: &[u64], written: &[u64], image: &Image) -> Result<(), Mismatch> {
    let mut pairs = image.entries.iter().zip(found.iter().zip(written));
    match pairs.find(|(_, (found, written))| found != written) {
        None => Ok(()),
        Some((entry, _)) => Err(other_entry(&spelled(entry).0)),
    }
}

/// Reads the finished file, whose data was decoded before it got there; what the whole package is.
pub fn verify(input: &mut dyn Read, image: &Image, summary: &Summary) -> Result<Deb, Mismatch> {
    let reader = Reader::open(input, &Limits::OWN)?;
    control(reader.deb(), image, summary)?;
    let mut hasher = Crc32Hasher::default();
    let mut deb = reader.copy_data(&mut hasher)?;
    if let Some(problem) = deb.problems.of_container() {
        return Err(read::Error::Odd(problem.clone()).into());
    }
    members(&deb, image, summary)?;
    if hasher.finish() != summary.data {
        return Err(Mismatch::Bodies);
    }
    deb.problems.append(&summary.problems);
    Ok(deb)
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
        (member(entry), digest)
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

/// An entry as a tar has it, but for its size.
fn member(entry: &Entry) -> tar::Member {
    let (path, kind) = spelled(entry);
    // The reader counts from 1970.
    let mtime = u64::try_from(entry.mtime).unwrap_or(0);
    let (mode, owner) = (entry.mode, tar::Owner::clone(&entry.owner));
    tar::Member { path, kind, mode, mtime, size: 0, offset: 0, owner }
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
        EntryKind::Character(..) => tar::Kind::Character,
        EntryKind::Block(..) => tar::Kind::Block,
        EntryKind::Fifo => tar::Kind::Fifo,
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
