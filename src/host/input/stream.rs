//! An archive on its way in: counted, interruptible, and written down where it was compressed.

use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Read;
use std::io::Write;

use crate::host::input::budget::Budget;
use crate::host::watch::Watch;

/// Takes what is read from the budget, and fails when a signal came.
pub(super) struct Metered<'a, R> {
    /// The unpacked archive.
    pub(super) from: R,
    /// What may be unpacked.
    pub(super) budget: &'a Budget,
    /// Interrupts.
    pub(super) watch: &'a Watch,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.check()?;
        let count = self.from.read(buffer)?;
        self.budget.unpack(count as u64)?;
        Ok(count)
    }
}

/// Writes down what is read.
pub(super) struct Tee<'a, R> {
    /// The unpacked archive.
    pub(super) from: R,
    /// Where it goes.
    pub(super) to: &'a mut BufWriter<File>,
}

/// The disk, not the archive, is at fault.
#[derive(Debug, thiserror::Error)]
#[error("failed to write what was unpacked")]
pub(super) struct Unwritten(#[source] pub(super) io::Error);

impl<R: Read> Read for Tee<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.to.write_all(&buffer[..count]).map_err(|error| io::Error::other(Unwritten(error)))?;
        Ok(count)
    }
}
