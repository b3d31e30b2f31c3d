//! The body of an entry as a stream of a known size.

use std::borrow::Cow;
use std::io;
use std::io::Cursor;
use std::io::Read;

use crate::archive::fill::fill;
use crate::deb::image::Entry;
use crate::deb::image::EntryKind;
use crate::deb::image::Image;
use crate::deb::write;
use crate::deb::write::Error;
use crate::deb::write::Options;
use crate::package::Package;
use crate::package::blob::Blob;
use crate::package::blob::Contents;
use crate::package::tree::NodeKind;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// The largest body that is rewritten, in bytes: it is held in memory twice.
pub(in crate::deb) const LARGEST_REWRITTEN: u64 = 256 << 20;

/// The largest package that lies in another, in bytes before compression: it is held in memory.
pub(in crate::deb) const LARGEST_PACKED: u64 = 64 << 20;

/// A body, opened.
pub(in crate::deb) enum Body<'a> {
    /// In memory.
    Held(Cow<'a, [u8]>),
    /// To be streamed, `size` bytes of it.
    Streamed { reader: Box<dyn Read + 'a>, size: u64, id: SourceId },
}

impl Body<'_> {
    /// How many bytes it has.
    pub(in crate::deb) fn size(&self) -> u64 {
        match self {
            Self::Held(bytes) => bytes.len() as u64,
            Self::Streamed { size, .. } => *size,
        }
    }
}

/// The body of an entry; empty for everything but files.
pub(in crate::deb) fn of_entry<'a>(
    entry: &'a Entry,
    contents: &'a dyn Contents,
    options: &Options,
) -> Result<Body<'a>, Error> {
    match &entry.kind {
        EntryKind::File { blob: Blob::Deb(package), .. } => packed(package, contents, options),
        EntryKind::File { blob, .. } => open(&entry.path, blob, contents),
        _ => Ok(Body::Held(Cow::Borrowed(&[]))),
    }
}

/// The body of an entry of control.tar, which is small. mkdeb itself holds those; an image need not.
pub(in crate::deb) fn whole<'a>(
    entry: &'a Entry,
    contents: &'a dyn Contents,
    options: &Options,
) -> Result<Cow<'a, [u8]>, Error> {
    match of_entry(entry, contents, options)? {
        Body::Held(bytes) => Ok(bytes),
        Body::Streamed { mut reader, size, id } => {
            read(&mut *reader, size, &entry.path, (contents, id)).map(Cow::Owned)
        }
    }
}

/// A package within a package, written as it is by itself.
fn packed<'a>(package: &Package, contents: &dyn Contents, options: &Options) -> Result<Body<'a>, Error> {
    let sizes = package.tree.iter().map(|(_, node)| match &node.kind {
        NodeKind::File { blob: Blob::Source { size, .. } | Blob::Rewritten { size, .. }, .. } => *size,
        _ => 0,
    });
    let size = sizes.sum();
    if size > LARGEST_PACKED {
        return Err(Error::LargeInside { name: package.control.package.to_string(), size });
    }
    let (mut bytes, mut spool) = (Vec::new(), Cursor::new(Vec::new()));
    // What leaks is told of the package itself.
    let options = Options { needles: Vec::new(), ..options.clone() };
    write::write(&Image::from_package(package), contents, &options, &mut spool, &mut bytes)?;
    Ok(Body::Held(Cow::Owned(bytes)))
}

/// Opens a blob; what is rewritten is read and rewritten at once.
fn open<'a>(path: &ArchivePath, blob: &'a Blob, contents: &'a dyn Contents) -> Result<Body<'a>, Error> {
    match blob {
        Blob::Inline(bytes) => Ok(Body::Held(Cow::Borrowed(bytes))),
        // Nothing but `of_entry` comes here, and that has dealt with it.
        Blob::Deb(_) => Ok(Body::Held(Cow::Borrowed(&[]))),
        Blob::Source { id, size } => {
            let reader = contents.open(*id).map_err(|source| failed(path, contents, *id, source))?;
            Ok(Body::Streamed { reader, size: *size, id: *id })
        }
        Blob::Rewritten { id, size, .. } if *size > LARGEST_REWRITTEN => {
            Err(Error::TooLarge { name: contents.name(*id), size: *size })
        }
        Blob::Rewritten { id, size, rewrite } => {
            let mut reader = contents.open(*id).map_err(|source| failed(path, contents, *id, source))?;
            let bytes = read(&mut *reader, *size, path, (contents, *id))?;
            Ok(Body::Held(Cow::Owned(rewrite.apply(&bytes))))
        }
    }
}

/// Reads a body that must have `size` bytes.
fn read(
    reader: &mut dyn Read,
    size: u64,
    path: &ArchivePath,
    (contents, id): (&dyn Contents, SourceId),
) -> Result<Vec<u8>, Error> {
    // One byte more than there should be shows a file that grew.
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX).saturating_add(1)];
    let read = fill(reader, &mut bytes).map_err(|source| failed(path, contents, id, source))?;
    if read as u64 != size {
        return Err(Error::Changed { name: contents.name(id), size });
    }
    bytes.truncate(read);
    Ok(bytes)
}

/// The error of a body that could not be read.
pub(in crate::deb) fn failed(
    path: &ArchivePath,
    contents: &dyn Contents,
    id: SourceId,
    source: io::Error,
) -> Error {
    Error::Read { path: path.clone(), name: contents.name(id), source }
}
