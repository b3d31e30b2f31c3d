//! Bytecode files: their header (PEP 552), and the change that keeps them valid at another place.
//!
//! The body is never parsed: its grammar differs by version. Only a marshalled string that is a path under an
//! old prefix is replaced, length and all; strings are written alike since 3.4 (`Python/marshal.c`).

use memchr::memmem;

use crate::content::prefix::PrefixChange;

/// Where bytecode that mkdeb itself makes says its source lies, until it is given its place.
pub const COMPILED_AT: &str = "/mkdeb/compiled";

/// What the sixteen bytes before the code say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The magic number, which changes with the instruction set.
    pub magic: u16,
    /// How Python decides whether it is fresh.
    pub validity: Validity,
}

/// How Python decides whether bytecode is fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// By the source's modification time and size, both cut to 32 bits.
    Timestamp {
        /// The time.
        mtime: u32,
        /// The size.
        size: u32,
    },
    /// By a hash of the source.
    CheckedHash,
    /// Not at all.
    UncheckedHash,
}

/// The magic numbers of released versions (`Lib/importlib/_bootstrap_external.py`, `pycore_magic_number.h`).
const MAGIC: [(u16, (u8, u8)); 9] = [
    (3394, (3, 7)),
    (3413, (3, 8)),
    (3425, (3, 9)),
    (3439, (3, 10)),
    (3495, (3, 11)),
    (3531, (3, 12)),
    (3571, (3, 13)),
    (3627, (3, 14)),
    (3666, (3, 15)),
];

/// Before the code: magic, flags, and time with size or a hash.
const HEADER: usize = 16;
/// `FLAG_REF` of `marshal.c`: the object may be referred to again.
const REFERRED: u8 = 0x80;

impl Header {
    /// Reads the head of a file; `None` when it is no bytecode of Python 3.7 or later.
    pub fn parse(head: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
        if head.get(2..4)? != b"\r\n" {
            return None;
        }
        let validity = match word(4)? {
            0 => Validity::Timestamp { mtime: word(8)?, size: word(12)? },
            1 => Validity::UncheckedHash,
            3 => Validity::CheckedHash,
            _ => return None,
        };
        Some(Self { magic: u16::from_le_bytes([head[0], head[1]]), validity })
    }

    /// The X.Y whose released interpreters load it.
    pub fn version(&self) -> Option<(u8, u8)> {
        MAGIC.iter().find(|(magic, _)| *magic == self.magic).map(|(_, version)| *version)
    }
}

/// The same code, fresh for a source of this modification time, with the names of its files under new prefixes.
///
/// What is no bytecode is returned as it is. A hash in place of the time stays: it is of the source's text.
pub fn relocate(bytes: &[u8], source_mtime: u64, prefixes: &[PrefixChange]) -> Vec<u8> {
    let Some(header) = Header::parse(bytes) else { return bytes.to_vec() };
    let mut out = Vec::with_capacity(bytes.len() + 64);
    out.extend_from_slice(&bytes[..HEADER]);
    if matches!(header.validity, Validity::Timestamp { .. }) {
        // CPython compares the lower 32 bits (`_validate_timestamp_pyc`).
        let mtime = (source_mtime & u64::from(u32::MAX)).to_le_bytes();
        out[8..12].copy_from_slice(&mtime[..4]);
    }
    let body = &bytes[HEADER..];
    let mut copied = 0;
    for text in strings(body, prefixes) {
        if text.start >= copied {
            out.extend_from_slice(&body[copied..text.start]);
            out.extend(text.replacement);
            copied = text.end;
        }
    }
    out.extend_from_slice(&body[copied..]);
    out
}

/// A marshalled string, from its type byte to its end, and the one to put there.
struct Replacement {
    start: usize,
    end: usize,
    replacement: Vec<u8>,
}

fn strings(body: &[u8], prefixes: &[PrefixChange]) -> Vec<Replacement> {
    let mut found = Vec::new();
    for change in prefixes.iter().filter(|change| !change.old.is_empty()) {
        let hits = memmem::find_iter(body, &change.old);
        found.extend(hits.filter_map(|at| short(body, at, change).or_else(|| long(body, at, change))));
    }
    found.sort_by_key(|text| text.start);
    found
}

/// `z` and `Z`: ASCII, its length in one byte. One that outgrows this becomes `a` or `A`.
fn short(body: &[u8], at: usize, change: &PrefixChange) -> Option<Replacement> {
    let start = at.checked_sub(2)?;
    let (kind, length) = (body[start], usize::from(body[start + 1]));
    let long_kind = match kind & !REFERRED {
        b'z' => b'a',
        b'Z' => b'A',
        _ => return None,
    };
    let old = body.get(at..at + length).filter(|text| text.is_ascii())?;
    let new = change.apply(old).filter(|text| text.is_ascii())?;
    let mut replacement = match u8::try_from(new.len()) {
        Ok(length) => vec![kind, length],
        Err(_) => counted(long_kind | kind & REFERRED, &new)?,
    };
    replacement.extend(new);
    Some(Replacement { start, end: at + length, replacement })
}

/// `a` and `A` (ASCII), `u` and `t` (UTF-8): the length in four bytes.
fn long(body: &[u8], at: usize, change: &PrefixChange) -> Option<Replacement> {
    let start = at.checked_sub(5)?;
    let kind = body[start];
    let ascii = match kind & !REFERRED {
        b'a' | b'A' => true,
        b'u' | b't' => false,
        _ => return None,
    };
    let length = u32::from_le_bytes(body[start + 1..at].try_into().ok()?);
    let end = at.checked_add(usize::try_from(length).ok()?)?;
    let new = change.apply(body.get(at..end)?).filter(|text| !ascii || text.is_ascii())?;
    let mut replacement = counted(kind, &new)?;
    replacement.extend(new);
    Some(Replacement { start, end, replacement })
}

fn counted(kind: u8, text: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(text.len()).ok().filter(|length| *length <= i32::MAX as u32)?;
    Some([&[kind][..], &length.to_le_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pyc(flags: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xa7, 0x0d, b'\r', b'\n', flags, 0, 0, 0, 1, 2, 3, 4, 9, 0, 0, 0];
        bytes.extend_from_slice(body);
        bytes
    }

    fn check(old: &[u8], new: &[u8], destination: &str) {
        let prefix = PrefixChange { old: b"/b/v".to_vec(), new: destination.into() };
        let moved = relocate(&pyc(0, old), 0x1_0000_0007, &[prefix]);
        assert_eq!(&moved[8..12], [7, 0, 0, 0]);
        assert_eq!(&moved[16..], new, "{}", String::from_utf8_lossy(&moved[16..]));
    }

    #[test]
    fn headers_name_their_version_and_validity() {
        let header = Header::parse(&pyc(0, b"")).expect("bytecode");
        assert_eq!(header.version(), Some((3, 11)));
        assert_eq!(header.validity, Validity::Timestamp { mtime: 0x0403_0201, size: 9 });
        assert_eq!(Header::parse(&pyc(1, b"")).map(|header| header.validity), Some(Validity::UncheckedHash));
        assert_eq!(Header::parse(&pyc(3, b"")).map(|header| header.validity), Some(Validity::CheckedHash));
        assert_eq!(Header::parse(&pyc(2, b"")), None);
        assert_eq!(Header::parse(b"#!/usr/bin/python3\n"), None);
    }

    #[test]
    fn file_names_move_with_their_lengths() {
        check(b"\xe3z\x08/b/v/x.pyN", b"\xe3z\x09/o/pp/x.pyN", "/o/pp");
        check(b"\xda\x08/b/v/x.pyr", b"\xda\x07/op/x.pyr", "/op");
        check(b"u\x09\0\0\0/b/v/\xc3\xa9.pN", b"u\x07\0\0\0/o/\xc3\xa9.pN", "/o");
    }

    #[test]
    fn a_short_string_that_outgrows_its_length_becomes_a_long_one() {
        let destination = format!("/{}", "d".repeat(260));
        let mut new = b"\xe1".to_vec();
        new.extend(u32::to_le_bytes(265));
        new.extend(destination.as_bytes());
        new.extend(b"/x.p");
        check(b"\xfa\x08/b/v/x.p", &new, &destination);
    }

    #[test]
    fn what_is_no_such_string_is_left() {
        for left in [
            &b"z\x08/b/vx.pyN"[..],
            b"s\x08\0\0\0/b/v/x.py",
            b"z\x0dsee /b/v/x.pyN",
            b"z\xff/b/v/x.py",
            b"/b/v/x.py",
            b"z\x03/b/v/x.py",
        ] {
            check(left, left, "/opt");
        }
        assert_eq!(relocate(b"text", 0, &[]), b"text");
        assert_eq!(relocate(&pyc(3, b"N"), 5, &[]), pyc(3, b"N"));
    }
}
