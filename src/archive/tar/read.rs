//! A tar reader for archives that nobody vouches for.
//!
//! Takes v7, ustar, GNU long names and PAX records. Refuses sparse files, broken checksums and anything
//! that would have to be guessed. Holds one header and its names in memory, never a body.

use std::io;
use std::io::Read;
use std::ops::Range;

use crate::archive::fill::fill;
use crate::archive::tar::number;
use crate::archive::tar::origin::Origin;
pub use crate::archive::tar::owner::Owner;
use crate::archive::tar::pax;

const BLOCK: usize = 512;
/// The longest name or target, in bytes; no file system has longer ones.
const LONGEST_NAME: u64 = 64 << 10;
/// The most bytes of PAX records before one entry.
const LARGEST_RECORDS: u64 = 1 << 20;

/// Why a tar cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The archive ends within a header or a body.
    #[error("the archive ends at byte {0}, in the middle of an entry")]
    Truncated(u64),
    /// Bytes that are no header.
    #[error("the header at byte {0} is broken: its checksum is wrong")]
    Checksum(u64),
    /// A header that breaks the format.
    #[error("the header at byte {offset} is broken: {reason}")]
    Header {
        /// Where it starts.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A name or a set of records beyond any sane size.
    #[error("the header at byte {offset} has {size} bytes of names or records, more than anything needs")]
    TooLong {
        /// Where it starts.
        offset: u64,
        /// How many bytes it announces.
        size: u64,
    },
    /// A file with holes.
    #[error("`{}` is stored as a sparse file, which is not supported", .0.escape_ascii())]
    Sparse(Vec<u8>),
    /// Reading failed.
    #[error("the archive cannot be read")]
    Io(#[source] io::Error),
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The path, as the archive spells it.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// The permission bits: 07777 at most.
    pub mode: u32,
    /// The modification time, in seconds since 1970; earlier ones count as 0.
    pub mtime: u64,
    /// The size of the body in bytes.
    pub size: u64,
    /// Where the body starts in the archive.
    pub offset: u64,
    /// Whom it belongs to.
    pub owner: Owner,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link and its target.
    Symlink(Vec<u8>),
    /// A hard link and the path of the entry that it shares its body with.
    Hardlink(Vec<u8>),
    /// A character device.
    Character,
    /// A block device.
    Block,
    /// A fifo.
    Fifo,
    /// Something newer, by its type byte.
    Other(u8),
}

/// What only some want to know of an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Details {
    /// The modification time, in seconds since 1970; negative before, 0 where it is no number.
    pub mtime: i64,
    /// The major and the minor number of a device.
    pub device: Option<(u64, u64)>,
    /// Whether PAX records stood before it, or records for all entries directly before it.
    pub pax: bool,
}

/// Walks an archive from front to back. Reading from it yields the body of the current entry.
pub struct Reader<R> {
    inner: R,
    offset: u64,
    left: u64,
    padding: u64,
    ended: bool,
    /// The time that a global record gives to all entries.
    mtime: Option<i64>,
    origin: Origin,
    /// Where the first header of the current entry begins.
    begins: u64,
    details: Details,
}

/// What the records before an entry say about it.
#[derive(Default)]
struct Records {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: pax::Values,
}

impl<R: Read> Reader<R> {
    /// An archive that starts at the next byte of `inner`.
    pub fn new(inner: R) -> Self {
        let (mtime, origin, details) = (None, Origin::default(), Details::default());
        let (offset, left, padding, begins) = (0, 0, 0, 0);
        Self { inner, offset, left, padding, ended: false, mtime, origin, begins, details }
    }

    /// Skips what is left of the current entry and reads the next one.
    ///
    /// None at the end; then the input was read to *its* end, so that a decoder has checked its checksum.
    pub fn next_member(&mut self) -> Result<Option<Member>, Error> {
        let (mut records, mut is_announced) = (Records::default(), false);
        self.details.pax = false;
        loop {
            self.skip_body()?;
            let start = self.offset;
            if !is_announced {
                self.begins = start;
            }
            let Some(block) = self.block()? else {
                if is_announced {
                    return Err(Error::Truncated(self.offset));
                }
                io::copy(&mut self.inner, &mut io::sink()).map_err(Error::Io)?;
                return Ok(None);
            };
            let fail = |reason| Error::Header { offset: start, reason };
            let size = number::parse(&block[124..136]).ok_or(fail("its size is not a number"))?;
            is_announced |= matches!(block[156], b'L' | b'K' | b'x');
            match block[156] {
                b'L' => records.name = Some(self.name(start, size)?),
                b'K' => records.link = Some(self.name(start, size)?),
                b'x' => {
                    self.details.pax = true;
                    let text = self.text(start, size, LARGEST_RECORDS)?;
                    records.pax = pax::parse(&text).map_err(fail)?;
                }
                b'g' => {
                    self.details.pax = true;
                    let text = self.text(start, size, LARGEST_RECORDS)?;
                    self.for_all(&pax::parse(&text).map_err(fail)?).map_err(fail)?;
                }
                _ => return self.member(&block, records, start).map(Some),
            }
        }
    }

    /// Whether the archive ended with an empty block. Some writers leave it out; so does a lost tail.
    pub fn has_end(&self) -> bool {
        self.ended
    }

    /// More about the current entry.
    pub fn details(&self) -> Details {
        self.details
    }

    /// Where the next header is, or would be.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Where the headers of the current entry begin, behind those for all entries; at the end of the archive, that.
    pub fn begins(&self) -> u64 {
        self.begins
    }

    /// The commit that all entries so far were made from, where a comment before the first says so and no other
    /// says otherwise.
    pub fn commit(&self) -> Option<&str> {
        self.origin.commit()
    }

    fn member(&mut self, block: &[u8; BLOCK], records: Records, start: u64) -> Result<Member, Error> {
        let fail = |reason| Error::Header { offset: start, reason };
        let pax = records.pax;
        let path = pax.path.or(records.name).unwrap_or_else(|| short_name(block));
        if block[156] == b'S' || pax.sparse {
            return Err(Error::Sparse(path));
        }
        if path.is_empty() {
            return Err(fail("its name is empty"));
        }
        let link = pax.link.or(records.link).unwrap_or_else(|| until_nul(&block[157..257]).to_vec());
        let kind = match block[156] {
            // Before ustar this was the way to write a directory; readers still take it for one.
            0 | b'0' if path.ends_with(b"/") => Kind::Directory,
            0 | b'0' => Kind::File,
            b'1' => Kind::Hardlink(link),
            b'2' => Kind::Symlink(link),
            b'3' => Kind::Character,
            b'4' => Kind::Block,
            b'5' => Kind::Directory,
            b'6' => Kind::Fifo,
            other => Kind::Other(other),
        };
        let field = |range: Range<usize>, what| number::parse(&block[range]).ok_or(fail(what));
        let size = match pax.size {
            // Some writers give a link the size of what it leads to, and no body.
            _ if matches!(kind, Kind::Symlink(_) | Kind::Hardlink(_)) => 0,
            Some(size) => size,
            None => field(124..136, "its size is not a number")?,
        };
        if size > 0 && kind == Kind::Directory {
            return Err(fail("a directory has a body"));
        }
        // dpkg reads no body here: what looks like one would be its next headers.
        if size > 0 && matches!(kind, Kind::Character | Kind::Block | Kind::Fifo) {
            return Err(fail("a device or pipe has a body"));
        }
        let own = || number::time(block.get(136..148)?.try_into().ok()?);
        self.details.mtime = pax.mtime.or(self.mtime).or_else(own).unwrap_or(0);
        let mtime = u64::try_from(self.details.mtime).unwrap_or(0);
        self.details.device = device(block);
        let mode = field(100..108, "its mode is not a number")? & 0o7777;
        let owner = Owner {
            uid: pax.uid.or(number::parse(&block[108..116])).unwrap_or(0),
            gid: pax.gid.or(number::parse(&block[116..124])).unwrap_or(0),
            user: pax.user.unwrap_or_else(|| extended(block, 265..297)),
            group: pax.group.unwrap_or_else(|| extended(block, 297..329)),
        };
        let offset = self.offset;
        self.announce(size)?;
        self.origin.entry();
        Ok(Member { path, kind, mode: mode as u32, mtime, size, offset, owner })
    }

    /// Takes note of global records. `git archive` writes a comment; one name or size for all makes no sense, and
    /// readers differ on what it would mean.
    fn for_all(&mut self, values: &pax::Values) -> Result<(), &'static str> {
        if values.path.is_some() || values.link.is_some() || values.size.is_some() || values.sparse {
            return Err("its global PAX records name or measure every entry");
        }
        self.mtime = values.mtime.or(self.mtime);
        values.comments.iter().for_each(|comment| self.origin.comment(comment));
        Ok(())
    }

    /// The next header block; none at the end of the archive.
    fn block(&mut self) -> Result<Option<[u8; BLOCK]>, Error> {
        let mut block = [0; BLOCK];
        match fill(&mut self.inner, &mut block).map_err(Error::Io)? {
            0 => return Ok(None),
            BLOCK => {}
            filled => return Err(Error::Truncated(self.offset + filled as u64)),
        }
        if block.iter().all(|byte| *byte == 0) {
            self.ended = true;
            return Ok(None);
        }
        if !number::is_checksum(&block) {
            return Err(Error::Checksum(self.offset));
        }
        self.offset += BLOCK as u64;
        Ok(Some(block))
    }

    /// Takes note that a body of `size` bytes follows.
    fn announce(&mut self, size: u64) -> Result<(), Error> {
        let padded = size.checked_next_multiple_of(BLOCK as u64);
        match padded.filter(|padded| self.offset.checked_add(*padded).is_some()) {
            Some(padded) => (self.left, self.padding) = (size, padded - size),
            None => return Err(Error::Header { offset: self.offset, reason: "its size is beyond any file" }),
        }
        Ok(())
    }

    fn skip_body(&mut self) -> Result<(), Error> {
        let most = self.left + self.padding;
        let skipped = io::copy(&mut (&mut self.inner).take(most), &mut io::sink()).map_err(Error::Io)?;
        self.offset += skipped;
        // A last block that was never filled up loses nothing.
        if skipped < self.left {
            return Err(Error::Truncated(self.offset));
        }
        (self.left, self.padding) = (0, 0);
        Ok(())
    }

    fn text(&mut self, start: u64, size: u64, most: u64) -> Result<Vec<u8>, Error> {
        if size > most {
            return Err(Error::TooLong { offset: start, size });
        }
        self.announce(size)?;
        let mut text = Vec::new();
        match self.read_to_end(&mut text) {
            Ok(_) => Ok(text),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Error::Truncated(self.offset)),
            Err(error) => Err(Error::Io(error)),
        }
    }

    fn name(&mut self, start: u64, size: u64) -> Result<Vec<u8>, Error> {
        let text = self.text(start, size, LONGEST_NAME)?;
        Ok(until_nul(&text).to_vec())
    }
}

impl<R: Read> Read for Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let read = self.inner.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, Error::Truncated(self.offset)));
        }
        self.left -= read as u64;
        self.offset += read as u64;
        Ok(read)
    }
}

fn device(block: &[u8; BLOCK]) -> Option<(u64, u64)> {
    matches!(block[156], b'3' | b'4').then_some(())?;
    Some((number::parse(&block[329..337])?, number::parse(&block[337..345])?))
}

/// The name of a header without records: ustar splits a long one in two.
fn short_name(block: &[u8; BLOCK]) -> Vec<u8> {
    let name = until_nul(&block[..100]);
    let prefix = until_nul(&block[345..500]);
    if &block[257..263] == b"ustar\0" && !prefix.is_empty() {
        return [prefix, b"/", name].concat();
    }
    name.to_vec()
}

/// A field that v7 headers do not have.
fn extended(block: &[u8; BLOCK], range: Range<usize>) -> Vec<u8> {
    if &block[257..262] == b"ustar" { until_nul(&block[range]).to_vec() } else { Vec::new() }
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
