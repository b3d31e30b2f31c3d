//! A package as the user names it: a file, or standard input.

use std::fs;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use crate::host::Error;
use crate::host::env::Env;

/// How much is read at once, in bytes.
const CHUNK: usize = 256 << 10;

/// A package that can be read once, from front to back.
pub struct DebFile {
    /// Its bytes.
    pub reader: Box<dyn Read>,
    /// How many there are, where that is known beforehand.
    pub size: Option<u64>,
}

/// Whether a path means standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl DebFile {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &Path, env: &Env) -> Result<Self, Error> {
        if is_stdin(path) {
            return Ok(Self { reader: Box::new(BufReader::with_capacity(CHUNK, io::stdin())), size: None });
        }
        let fail = |error| Error::new("open", path, error);
        let full = env.resolve(path);
        // Opening a named pipe would wait for whoever writes, perhaps for ever. `/dev/fd/3` is a link.
        if fs::symlink_metadata(&full).is_ok_and(|about| about.file_type().is_fifo()) {
            return Err(fail(io::Error::other(
                "it is a named pipe; give its bytes on standard input, as `-`",
            )));
        }
        let file = File::open(&full).map_err(fail)?;
        let about = file.metadata().map_err(fail)?;
        if about.is_dir() {
            return Err(fail(rustix::io::Errno::ISDIR.into()));
        }
        let size = about.is_file().then_some(about.len());
        Ok(Self { reader: Box::new(BufReader::with_capacity(CHUNK, file)), size })
    }
}
