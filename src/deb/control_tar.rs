//! control.tar: small enough to be compressed in memory, once the data is known.

use std::borrow::Cow;
use std::io::Write;
use std::num::NonZero;

use crate::archive::compress::encode::Encoder;
use crate::archive::compress::encode::Resources;
use crate::archive::tar::header;
use crate::deb::body;
use crate::deb::image::ControlArchive;
use crate::deb::image::Entry;
use crate::deb::image::Image;
use crate::deb::image::root_directory;
use crate::deb::write::Error;
use crate::deb::write::Options;
use crate::package::blob::Contents;
use crate::types::digest::Md5;
use crate::types::mode::Mode;
use crate::types::path::ArchivePath;

/// The entries of control.tar in order, the root directory first where it is generated.
pub(in crate::deb) fn entries<'i>(image: &'i Image, control: &str, md5sums: &[u8]) -> Cow<'i, [Entry]> {
    let files = match &image.control {
        ControlArchive::AsGiven(entries) => return Cow::Borrowed(entries),
        ControlArchive::Generated { files, .. } => files,
    };
    let generated = |name: &[u8], bytes: &[u8]| {
        let name = ArchivePath::new(name).unwrap_or_default();
        Entry::control_file(name, Mode::PLAIN, bytes.to_vec(), image.date)
    };
    let mut entries = files.clone();
    entries.push(root_directory(image.date));
    entries.push(generated(b"control", control.as_bytes()));
    if !md5sums.is_empty() {
        entries.push(generated(b"md5sums", md5sums));
    }
    entries.sort_by(|left, right| left.path.cmp(&right.path));
    Cow::Owned(entries)
}

/// The compressed member, and the digest of each entry's body.
pub(in crate::deb) fn encode(
    entries: &[Entry],
    contents: &dyn Contents,
    options: &Options,
) -> Result<(Vec<u8>, Vec<Md5>), Error> {
    // A megabyte of text gains nothing from threads, and the bytes do not depend on them.
    let resources = Resources { threads: NonZero::<u32>::MIN, ..options.resources };
    let mut encoder =
        Encoder::new(Vec::new(), options.control_compression, resources, 0).map_err(Error::Compress)?;
    let mut digests = Vec::new();
    for entry in entries {
        digests.push(append(entry, contents, options, &mut encoder)?);
    }
    let finished = encoder.write_all(&header::END).and_then(|()| encoder.finish());
    Ok((finished.map_err(Error::Compress)?, digests))
}

fn append(
    entry: &Entry,
    contents: &dyn Contents,
    options: &Options,
    out: &mut dyn Write,
) -> Result<Md5, Error> {
    let body = body::whole(entry, contents, options)?;
    let size = body.len() as u64;
    let mut blocks = Vec::with_capacity(512);
    header::encode(&entry.header(size), &mut blocks);
    out.write_all(&blocks).map_err(Error::Compress)?;
    out.write_all(&body).map_err(Error::Compress)?;
    out.write_all(header::padding(size)).map_err(Error::Compress)?;
    Ok(Md5::of(&body))
}
