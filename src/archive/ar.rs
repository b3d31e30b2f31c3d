//! The `ar` container: a magic line, then members behind 60-byte headers (`ar(5)`).
//!
//! The `ar` crate writes, behind checks of every field's width. Reading walks the headers itself, because
//! the crate panics on some names and takes truncated members. Long names (GNU, BSD) are refused.

use std::io;
use std::io::Read;
use std::io::Write;

use crate::archive::fill::fill;

const MAGIC: &[u8; 8] = b"!<arch>\n";
/// The most bytes a member may have: the largest number of ten decimal digits.
pub const LARGEST: u64 = 9_999_999_999;
/// The latest date that twelve decimal digits hold.
const LATEST: u64 = 999_999_999_999;
/// Sixteen bytes, of which some readers want the last one free.
const LONGEST_NAME: usize = 15;

/// Why an `ar` container cannot be written or followed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name that does not fit a header.
    #[error("`{0}` cannot name a member: 1 to 15 printable characters without a space or `/`")]
    Name(String),
    /// A body too large for a header.
    #[error("the member `{name}` has {size} bytes, and a header holds no more than {LARGEST}")]
    Size {
        /// The member.
        name: String,
        /// Its size in bytes.
        size: u64,
    },
    /// A date too late for a header.
    #[error("the date {0} is too late for a header")]
    Date(u64),
    /// The file is no `ar` container at all.
    #[error("it does not start with `!<arch>`")]
    Magic,
    /// A header that breaks the format.
    #[error("the header at byte {offset} is broken: {reason}")]
    Header {
        /// Where it starts.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The file ends within a header or a body.
    #[error("the file ends at byte {offset}, within {within}")]
    Truncated {
        /// Where it ends.
        offset: u64,
        /// A header, or the body of a named member.
        within: String,
    },
    /// Reading or writing failed.
    #[error("input or output failed")]
    Io(#[source] io::Error),
}

/// Writes a container. Every member belongs to 0/0 and has mode 100644.
pub struct Writer<W: Write> {
    builder: ::ar::Builder<W>,
}

impl<W: Write> Writer<W> {
    /// A container that goes to `out`.
    pub fn new(out: W) -> Self {
        Self { builder: ::ar::Builder::new(out) }
    }

    /// Adds a member of exactly `size` bytes.
    pub fn append(&mut self, name: &str, date: u64, size: u64, body: &mut dyn Read) -> Result<(), Error> {
        let fits = (1..=LONGEST_NAME).contains(&name.len()) && !name.starts_with('#');
        if !fits || !name.bytes().all(|b| b.is_ascii_graphic() && b != b'/') {
            return Err(Error::Name(name.to_owned()));
        }
        if size > LARGEST {
            return Err(Error::Size { name: name.to_owned(), size });
        }
        if date > LATEST {
            return Err(Error::Date(date));
        }
        let mut header = ::ar::Header::new(name.as_bytes().to_vec(), size);
        header.set_mode(0o100_644);
        header.set_mtime(date);
        self.builder.append(&header, body).map_err(Error::Io)
    }

    /// Ends the container and flushes what was written.
    pub fn finish(self) -> Result<W, Error> {
        let mut out = self.builder.into_inner().map_err(Error::Io)?;
        out.flush().map_err(Error::Io)?;
        Ok(out)
    }
}

/// The header of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name, without padding and without the `/` that some writers put behind it.
    pub name: String,
    /// The date, in seconds since 1970; 0 where it is no number.
    pub date: u64,
    /// The size of the body in bytes.
    pub size: u64,
}

/// Walks a container from front to back. Reading from it yields the body of the current member.
///
/// As strict as dpkg: of the numbers of a header only the size has to be one. What others refuse is an oddity.
pub struct Reader<R> {
    inner: R,
    name: String,
    offset: u64,
    left: u64,
    padded: bool,
    oddities: Vec<Oddity>,
}

/// What dpkg reads over, and apt or `ar` stop at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} of the member `{member}` {fault}")]
pub struct Oddity {
    member: String,
    what: &'static str,
    fault: &'static str,
}

impl<R: Read> Reader<R> {
    /// Reads the magic line.
    pub fn new(mut inner: R) -> Result<Self, Error> {
        let mut magic = [0; 8];
        let read = fill(&mut inner, &mut magic).map_err(Error::Io)?;
        if &magic != MAGIC || read < magic.len() {
            return Err(Error::Magic);
        }
        Ok(Self { inner, name: String::new(), offset: 8, left: 0, padded: false, oddities: Vec::new() })
    }

    /// What was odd so far, at most a few for each member.
    pub fn oddities(&self) -> &[Oddity] {
        &self.oddities
    }

    /// How many bytes were read so far.
    pub fn position(&self) -> u64 {
        self.offset
    }

    /// Skips what is left of the current member.
    pub fn skip(&mut self) -> Result<(), Error> {
        let left = self.left;
        let skipped = io::copy(&mut (&mut self.inner).take(left), &mut io::sink()).map_err(Error::Io)?;
        self.offset += skipped;
        self.left -= skipped;
        if skipped < left { Err(self.truncated()) } else { Ok(()) }
    }

    /// Skips what is left of the current member and reads the next header; none at the end of the file.
    pub fn next_member(&mut self) -> Result<Option<Header>, Error> {
        self.skip()?;
        if std::mem::take(&mut self.padded) {
            let mut pad = [0];
            if fill(&mut self.inner, &mut pad).map_err(Error::Io)? == 0 {
                self.odd("the body", "has an odd size and no line feed after it");
                return Ok(None);
            }
            if &pad != b"\n" {
                self.odd("the byte after the body", "is not a line feed");
            }
            self.offset += 1;
        }
        let mut raw = [0; 60];
        let read = fill(&mut self.inner, &mut raw).map_err(Error::Io)?;
        match read {
            0 => return Ok(None),
            60 => {}
            _ => {
                let offset = self.offset + read as u64;
                return Err(Error::Truncated { offset, within: "a header".to_owned() });
            }
        }
        let header = parse(&raw).map_err(|reason| Error::Header { offset: self.offset, reason })?;
        self.offset += 60;
        self.left = header.size;
        self.padded = header.size % 2 == 1;
        self.name.clone_from(&header.name);
        for (what, field) in [("the date", 16..28), ("the user", 28..34), ("the group", 34..40)] {
            if decimal(&raw[field]).is_none() {
                self.odd(what, "is not a number");
            }
        }
        if !trimmed(&raw[40..48]).iter().all(|b| (b'0'..=b'7').contains(b)) {
            self.odd("the mode", "is not octal");
        }
        Ok(Some(header))
    }

    fn odd(&mut self, what: &'static str, fault: &'static str) {
        self.oddities.push(Oddity { member: self.name.clone(), what, fault });
    }

    fn truncated(&self) -> Error {
        Error::Truncated { offset: self.offset, within: format!("the member `{}`", self.name) }
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
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, self.truncated()));
        }
        self.left -= read as u64;
        self.offset += read as u64;
        Ok(read)
    }
}

fn parse(raw: &[u8; 60]) -> Result<Header, &'static str> {
    if &raw[58..] != b"`\n" {
        return Err("it does not end in a backquote and a line feed");
    }
    let name = trimmed(&raw[..16]);
    if name.starts_with(b"/") || name.starts_with(b"#1/") {
        return Err("long names are not supported");
    }
    let name = name.strip_suffix(b"/").unwrap_or(name);
    if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
        return Err("its name is empty or not printable");
    }
    let date = decimal(&raw[16..28]).unwrap_or(0);
    let size = decimal(&raw[48..58]).ok_or("its size is not a number")?;
    Ok(Header { name: String::from_utf8_lossy(name).into_owned(), date, size })
}

fn trimmed(field: &[u8]) -> &[u8] {
    let end = field.iter().rposition(|b| *b != b' ').map_or(0, |last| last + 1);
    &field[..end]
}

fn decimal(field: &[u8]) -> Option<u64> {
    let digits = trimmed(field);
    let all = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all.then(|| digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        writer.append("odd", 7, 3, &mut &b"abc"[..]).expect("fits");
        writer.append("even", 7, 2, &mut &b"de"[..]).expect("fits");
        writer.finish().expect("memory")
    }

    fn walk(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let mut reader = Reader::new(bytes)?;
        let mut members = Vec::new();
        while let Some(header) = reader.next_member()? {
            let mut body = Vec::new();
            reader.read_to_end(&mut body).map_err(Error::Io)?;
            members.push((header.name, body));
        }
        Ok(members)
    }

    #[test]
    fn a_container_is_laid_out_as_ar_5_says() {
        let expected = "!<arch>\n\
            odd             7           0     0     100644  3         `\nabc\n\
            even            7           0     0     100644  2         `\nde";
        assert_eq!(String::from_utf8(sample()).expect("ASCII"), expected);
    }

    #[test]
    fn what_was_written_is_read_back() {
        let expected = [("odd".to_owned(), b"abc".to_vec()), ("even".to_owned(), b"de".to_vec())];
        assert_eq!(walk(&sample()).expect("valid"), expected);
        let sample = sample();
        let mut reader = Reader::new(&sample[..]).expect("valid");
        let names: Vec<String> =
            std::iter::from_fn(|| reader.next_member().expect("valid")).map(|header| header.name).collect();
        assert_eq!(names, ["odd", "even"], "bodies may be skipped");
    }

    #[test]
    fn what_does_not_fit_a_header_is_refused() {
        let mut writer = Writer::new(Vec::new());
        for name in ["", "sixteen-letters-", "a b", "a/", "/", "#1/3", "ä"] {
            let error = writer.append(name, 0, 0, &mut io::empty()).expect_err(name);
            assert!(matches!(error, Error::Name(_)), "{name}");
        }
        let large = writer.append("large", 0, LARGEST + 1, &mut io::empty());
        assert!(matches!(large, Err(Error::Size { size: 10_000_000_000, .. })));
        assert!(matches!(writer.append("late", LATEST + 1, 0, &mut io::empty()), Err(Error::Date(_))));
        assert!(matches!(writer.append("short", 0, 4, &mut &b"abc"[..]), Err(Error::Io(_))));
    }

    #[test]
    fn broken_containers_give_one_clear_error() {
        let edited = |at: usize, bytes: &[u8]| {
            let mut sample = sample();
            sample[at..at + bytes.len()].copy_from_slice(bytes);
            sample
        };
        for (broken, words) in [
            (Vec::new(), "does not start"),
            (b"!<arch>".to_vec(), "does not start"),
            (edited(0, b"!<thin>\n"), "does not start"),
            (sample()[..40].to_vec(), "within a header"),
            (sample()[..70].to_vec(), "failed"),
            (edited(66, b"x"), "backquote"),
            (edited(8, b"/0  "), "long names"),
            (edited(8, b"#1/3"), "long names"),
            (edited(8, b"   "), "name is empty"),
            (edited(8, b"\x00"), "not printable"),
            (edited(56, b"+3"), "size is not a number"),
            (edited(56, b"  "), "size is not a number"),
            (edited(56, b"9999999999"), "failed"),
        ] {
            let error = walk(&broken).expect_err(words).to_string();
            assert!(error.contains(words), "{error} should say {words}");
        }
    }

    #[test]
    fn what_dpkg_reads_over_is_odd() {
        let edited = |at: usize, bytes: &[u8]| {
            let mut sample = sample();
            sample[at..at + bytes.len()].copy_from_slice(bytes);
            sample
        };
        for (odd, words) in [
            (edited(24, b"x"), "the date of the member `odd` is not a number"),
            (edited(36, b"-1"), "the user of the member `odd` is not a number"),
            (edited(42, b"-1"), "the group of the member `odd` is not a number"),
            (edited(48, b"9"), "the mode of the member `odd` is not octal"),
            (edited(71, b"x"), "the byte after the body of the member `odd` is not a line feed"),
            (
                sample()[..71].to_vec(),
                "the body of the member `odd` has an odd size and no line feed after it",
            ),
        ] {
            let mut reader = Reader::new(&odd[..]).expect(words);
            while reader.next_member().expect(words).is_some() {}
            assert_eq!(reader.oddities().iter().map(Oddity::to_string).collect::<Vec<_>>(), [words]);
        }
    }

    #[test]
    fn every_prefix_and_every_flipped_byte_is_survived() {
        let sample = sample();
        for end in 0..sample.len() {
            let _ = walk(&sample[..end]);
            for mask in [0x01, 0x10, 0x80, 0xff] {
                let mut flipped = sample.clone();
                flipped[end] ^= mask;
                let _ = walk(&flipped);
            }
        }
    }
}
