//! How much of a package is read, and how much of it is held.

use std::io;
use std::io::Read;

use crate::archive::tar::read as tar;
use crate::deb::read::error::Error;
use crate::types::size::Size;

/// What a package may have at most; beyond that it is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The bytes that data.tar may unpack to.
    pub unpacked: Size,
    /// The bytes that control.tar may unpack to. Its files are held in memory.
    pub control: Size,
    /// The entries of data.tar.
    pub entries: usize,
    /// The bytes of all names and targets in data.tar.
    pub names: usize,
}

impl Limits {
    /// For a package that was just written from inputs that had limits of their own.
    pub const OWN: Self = Self {
        unpacked: Size::of_bytes(u64::MAX),
        control: Size::of_bytes(256 << 20),
        entries: 4_000_000,
        names: 512 << 20,
    };

    /// For a package that nobody vouches for: what is held of it stays within some hundred MiB of memory.
    pub const fn of_stranger(unpacked: Size) -> Self {
        Self { unpacked, control: Size::of_bytes(64 << 20), entries: 1_000_000, names: 128 << 20 }
    }
}

/// A decoder that gives no more than so many bytes.
pub(super) struct Capped<R> {
    pub(super) inner: R,
    pub(super) left: u64,
}

/// What a read beyond that fails with.
#[derive(Debug, thiserror::Error)]
#[error("it unpacks to more than is allowed")]
struct Beyond;

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| io::Error::other(Beyond))?;
        Ok(count)
    }
}

/// Why a member cannot be read: the limit, where that was passed.
pub(super) fn member_failed(member: &str, limit: Size, source: tar::Error) -> Error {
    let member = member.to_owned();
    match source {
        tar::Error::Io(error) if is_beyond(&error) => Error::Unpacked { member, limit },
        tar::Error::Io(source) => Error::Unpack { member, source },
        source => Error::Tar { member, source },
    }
}

pub(super) fn is_beyond(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Beyond>())
}
