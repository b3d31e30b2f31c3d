//! Texts that people wrote, manifests and templates: small regular files, and nothing that never ends.

use std::fs::OpenOptions;
use std::io;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The largest text that is read, in bytes. No manifest comes near it.
const LARGEST: u64 = 4 << 20;

/// Reads a file whole.
pub(in crate::host) fn read(path: &Path) -> io::Result<String> {
    let too_large = || io::Error::other("it is larger than the 4 MiB that a manifest or a template may have");
    read_within(path, LARGEST)?.ok_or_else(too_large)
}

/// Reads a file whole; none where it has more bytes than `most`.
pub(in crate::host) fn read_within(path: &Path, most: u64) -> io::Result<Option<String>> {
    // A fifo would wait for a writer; without blocking it opens, and is found out.
    let flags = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(rustix::io::Errno::ISDIR.into());
    }
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if metadata.len() > most {
        return Ok(None);
    }
    io::read_to_string(file.take(most)).map(Some)
}
