//! The facts of one body, from one read of it.

use std::io;
use std::io::Read;

use crate::host::watch::Watch;
use crate::source::tree::FileFacts;
use crate::types::digest::Sha256Hasher;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// Whether a body's text is kept.
#[derive(Clone, Copy)]
pub(super) enum Keep<'a> {
    /// If relocation may want it.
    ByPath(&'a ArchivePath),
    /// If it is not too large.
    Always,
}

/// Reads a body to its end.
pub(super) fn read(
    body: &mut dyn Read,
    id: SourceId,
    keep: Keep<'_>,
    watch: Option<&Watch>,
) -> io::Result<FileFacts> {
    let mut buffer = vec![0; 128 << 10];
    let mut hasher = Sha256Hasher::default();
    let mut head = Vec::new();
    let mut text: Option<Vec<u8>> = None;
    let mut size = 0u64;
    loop {
        if let Some(watch) = watch {
            watch.check()?;
        }
        let count = fill(body, &mut buffer)?;
        let chunk = &buffer[..count];
        if size == 0 {
            head = chunk[..count.min(FileFacts::HEAD)].to_vec();
            text = wants(keep, &head, count as u64).then(Vec::new);
        }
        size += count as u64;
        hasher.update(chunk);
        if size > FileFacts::LARGEST_TEXT {
            text = None;
        }
        if let Some(text) = &mut text {
            text.extend_from_slice(chunk);
        }
        if count < buffer.len() {
            return Ok(FileFacts { id, size, sha256: hasher.finish(), head, text });
        }
    }
}

fn wants(keep: Keep<'_>, head: &[u8], size: u64) -> bool {
    match keep {
        Keep::Always => true,
        Keep::ByPath(path) => crate::source::wants_text(path, head, size),
    }
}

/// Fills the buffer, or as much of it as there is.
fn fill(body: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match body.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
