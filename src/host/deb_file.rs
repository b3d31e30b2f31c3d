//! A package as the user names it: a file, or standard input.

use std::fs;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use rustix::event::PollFd;
use rustix::event::PollFlags;
use rustix::event::Timespec;
use rustix::io::Errno;

use crate::host::Error;
use crate::host::env::Env;
use crate::host::watch::Watch;

/// How much is read at once, in bytes.
const CHUNK: usize = 256 << 10;
/// How long a pipe may stay silent before we ask whether a signal came: 100 ms.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };

/// A package that can be read once, from front to back. A signal interrupts whoever reads.
pub struct DebFile<'a> {
    /// Its bytes.
    pub reader: BufReader<Patient<'a>>,
    /// How many there are, where that is known beforehand.
    pub size: Option<u64>,
}

/// Whether a path means standard input.
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl<'a> DebFile<'a> {
    /// Opens a file, or standard input for `-`.
    pub fn open(path: &Path, env: &Env, watch: &'a Watch) -> Result<Self, Error> {
        let fail = |error| Error::new("open", path, error);
        let file = if is_stdin(path) {
            File::from(io::stdin().as_fd().try_clone_to_owned().map_err(fail)?)
        } else {
            let full = env.resolve(path);
            // Opening a named pipe would wait for whoever writes, perhaps for ever. `/dev/fd/3` is a link.
            if fs::symlink_metadata(&full).is_ok_and(|about| about.file_type().is_fifo()) {
                let why = "it is a named pipe; give its bytes on standard input, as `-`";
                return Err(fail(io::Error::other(why)));
            }
            File::open(&full).map_err(fail)?
        };
        let about = file.metadata().map_err(fail)?;
        if about.is_dir() {
            return Err(fail(Errno::ISDIR.into()));
        }
        // Of standard input others may have read a part.
        let size = (about.is_file() && !is_stdin(path)).then_some(about.len());
        Ok(Self { reader: BufReader::with_capacity(CHUNK, Patient::new(file, watch)), size })
    }
}

/// A file, perhaps a pipe whose other end takes its time.
pub struct Patient<'a> {
    file: File,
    watch: &'a Watch,
}

impl<'a> Patient<'a> {
    /// Reads from `file` until a signal comes.
    pub(in crate::host) fn new(file: File, watch: &'a Watch) -> Self {
        Self { file, watch }
    }
}

impl Read for Patient<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.watch.check()?;
            let mut ends = [PollFd::new(&self.file, PollFlags::IN)];
            match rustix::event::poll(&mut ends, Some(&PATIENCE)) {
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => break,
                Err(error) => return Err(error.into()),
            }
        }
        let count = self.file.read(buffer)?;
        self.watch.advance(count);
        Ok(count)
    }
}
