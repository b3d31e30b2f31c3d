//! The largest member that an `ar` header can announce, told before it is too late.

use std::io;
use std::io::Write;

use crate::archive::compress::Format;
use crate::archive::compress::written::Sender;
use crate::deb::image::EntryKind;
use crate::deb::image::Image;
use crate::deb::write::Error;
use crate::deb::write::Options;
use crate::deb::write::Spool;
use crate::types::digest::Crc32;
use crate::types::digest::Crc32Hasher;

/// How many of the largest files an error names.
const NAMED: usize = 3;

/// A spool that takes no more than a member may have. What it takes is summed up, and copied to who reads it back.
pub(in crate::deb) struct Limited<'a> {
    spool: &'a mut dyn Spool,
    left: u64,
    hasher: Crc32Hasher,
    copy: Sender,
}

/// What a write beyond the limit fails with.
#[derive(Debug, thiserror::Error)]
#[error("the member is too large")]
struct Beyond;

impl<'a> Limited<'a> {
    /// `spool`, for as many bytes as `options` allow.
    pub(in crate::deb) fn new(spool: &'a mut dyn Spool, options: &Options, copy: Sender) -> Self {
        Self { spool, left: options.largest_member, hasher: Crc32Hasher::default(), copy }
    }

    /// Ends it, and gives the checksum of what it took.
    pub(in crate::deb) fn finish(mut self) -> io::Result<Crc32> {
        self.flush()?;
        Ok(self.hasher.finish())
    }
}

impl Write for Limited<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len() as u64;
        self.left = self.left.checked_sub(count).ok_or_else(|| io::Error::other(Beyond))?;
        self.spool.write_all(bytes)?;
        self.hasher.update(bytes);
        self.copy.send(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.spool.flush()
    }
}

/// The error of a failed compression: the limit's, where that was passed.
pub(in crate::deb) fn explained(error: io::Error, image: &Image, options: &Options) -> Error {
    match error.get_ref() {
        Some(inner) if inner.is::<Beyond>() => too_large(image, options),
        _ => Error::Compress(error),
    }
}

/// Refuses before anything is written what cannot fit: without compression the size is known.
pub(in crate::deb) fn check(image: &Image, options: &Options) -> Result<(), Error> {
    if options.compression.format != Format::None {
        return Ok(());
    }
    let total = image.entries.iter().map(|entry| 512 + size(&entry.kind).next_multiple_of(512));
    let total = total.fold(0, u64::saturating_add);
    if total > options.largest_member { Err(too_large(image, options)) } else { Ok(()) }
}

fn too_large(image: &Image, options: &Options) -> Error {
    let mut files: Vec<(u64, String)> =
        image.entries.iter().map(|entry| (size(&entry.kind), entry.path.to_string())).collect();
    files.sort_by(|left, right| right.cmp(left));
    files.truncate(NAMED);
    let name = |(size, path): &(u64, String)| format!("`/{path}` with {size}");
    let largest: Vec<String> = files.iter().filter(|(size, _)| *size > 0).map(name).collect();
    Error::MemberTooLarge { limit: options.largest_member, largest: largest.join(", ") }
}

fn size(kind: &EntryKind) -> u64 {
    match kind {
        EntryKind::File { blob, .. } => blob.size(),
        _ => 0,
    }
}
