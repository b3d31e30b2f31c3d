//! Compression: zstd, xz and gzip, with bytes that depend on nothing but the input, the format and the level.
//!
//! Neither the number of threads nor the sizes of the writes reach the output.

pub mod decode;
pub mod encode;
mod gzip;
pub mod member;
mod streams;
pub mod written;

use std::fmt;
use std::str::FromStr;

/// How bytes are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// zstd: fast to unpack.
    Zstd,
    /// xz: small, slow.
    Xz,
    /// gzip: everywhere.
    Gzip,
    /// Not at all.
    None,
}

/// A format with its level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compression {
    /// The format.
    pub format: Format,
    /// The level; 0 where there is none.
    pub level: u32,
}

/// Why a text is no compression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a format.
    #[error("`{0}` is not a compression: `zstd`, `xz`, `gzip` or `none`")]
    Format(String),
    /// Not a level of the format.
    #[error("`{level}` is not a level of {format}: {format} has {range}")]
    Level {
        /// The format.
        format: Format,
        /// What was given.
        level: String,
        /// The levels that there are.
        range: &'static str,
    },
}

/// A compression that can be recognised but not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not supported")]
pub struct Unsupported(pub &'static str);

impl Format {
    /// The name, as the manifest and the command line spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Gzip => "gzip",
            Self::None => "none",
        }
    }

    /// What file names end in: `.zst`; nothing for `none`.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Zstd => ".zst",
            Self::Xz => ".xz",
            Self::Gzip => ".gz",
            Self::None => "",
        }
    }

    fn default_level(self) -> u32 {
        match self {
            Self::Zstd => 9,
            Self::Xz | Self::Gzip => 6,
            Self::None => 0,
        }
    }

    /// The levels, as words and as a range. zstd's 22 has a window of 2^27, the largest that dpkg unpacks.
    fn levels(self) -> (&'static str, std::ops::RangeInclusive<u32>) {
        match self {
            Self::Zstd => ("1 to 22", 1..=22),
            Self::Xz => ("0 to 9", 0..=9),
            Self::Gzip => ("1 to 9", 1..=9),
            Self::None => ("no levels", 0..=0),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Compression {
    /// A format at its default level: zstd 9, xz 6, gzip 6.
    pub fn of(format: Format) -> Self {
        Self { format, level: format.default_level() }
    }

    /// A format at a level, where it has that one.
    pub fn with_level(format: Format, level: u32) -> Result<Self, Error> {
        let (range, levels) = format.levels();
        if format == Format::None || !levels.contains(&level) {
            return Err(Error::Level { format, level: level.to_string(), range });
        }
        Ok(Self { format, level })
    }
}

impl FromStr for Compression {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, level) = match text.split_once(':') {
            Some((name, level)) => (name, Some(level)),
            None => (text, None),
        };
        let all = [Format::Zstd, Format::Xz, Format::Gzip, Format::None];
        let format = all.into_iter().find(|format| format.name() == name);
        let format = format.ok_or_else(|| Error::Format(text.to_owned()))?;
        let Some(level) = level else {
            return Ok(Self::of(format));
        };
        let digits = !level.is_empty() && level.bytes().all(|b| b.is_ascii_digit());
        match level.parse() {
            Ok(number) if digits => Self::with_level(format, number),
            _ => Err(Error::Level { format, level: level.to_owned(), range: format.levels().0 }),
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Format::None => f.write_str("none"),
            format => write!(f, "{format}:{}", self.level),
        }
    }
}

/// The compression that the first bytes of a file betray; none where they betray none. Six bytes are enough.
pub fn sniff(bytes: &[u8]) -> Result<Option<Format>, Unsupported> {
    const MAGICS: [(&[u8], Result<Format, Unsupported>); 9] = [
        (b"\x28\xb5\x2f\xfd", Ok(Format::Zstd)),
        (b"\xfd7zXZ\0", Ok(Format::Xz)),
        (b"\x1f\x8b", Ok(Format::Gzip)),
        (b"BZh", Err(Unsupported("bzip2"))),
        (b"LZIP", Err(Unsupported("lzip"))),
        (b"\x5d\0\0", Err(Unsupported("lzma"))),
        (b"PK\x03\x04", Err(Unsupported("zip"))),
        (b"7z\xbc\xaf\x27\x1c", Err(Unsupported("7z"))),
        (b"\x04\x22\x4d\x18", Err(Unsupported("lz4"))),
    ];
    // pzstd begins with a skippable frame, of which there are sixteen (RFC 8878, 3.1.2).
    if matches!(bytes, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
        return Ok(Some(Format::Zstd));
    }
    match MAGICS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        Some((_, format)) => (*format).map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compression_is_a_format_and_perhaps_a_level() {
        for (text, expected) in [
            ("zstd", "zstd:9"),
            ("zstd:19", "zstd:19"),
            ("zstd:22", "zstd:22"),
            ("xz", "xz:6"),
            ("xz:0", "xz:0"),
            ("gzip", "gzip:6"),
            ("gzip:9", "gzip:9"),
            ("none", "none"),
        ] {
            assert_eq!(text.parse::<Compression>().map(|it| it.to_string()), Ok(expected.to_owned()));
        }
        for bad in [
            "", "zst", "bzip2", "zstd:", "zstd:0", "zstd:23", "zstd:-1", "zstd:+1", "xz:10", "gzip:0",
            "none:1", "ZSTD", "zstd:9:9", "zstd: 9",
        ] {
            assert!(bad.parse::<Compression>().is_err(), "{bad}");
        }
    }

    #[test]
    fn first_bytes_tell_the_format_or_name_what_cannot_be_read() {
        assert_eq!(sniff(b"\x28\xb5\x2f\xfd\x00\x00"), Ok(Some(Format::Zstd)));
        assert_eq!(sniff(b"\xfd7zXZ\0"), Ok(Some(Format::Xz)));
        assert_eq!(sniff(b"\x1f\x8b\x08\x00"), Ok(Some(Format::Gzip)));
        assert_eq!(sniff(b"BZh91AY"), Err(Unsupported("bzip2")));
        assert_eq!(sniff(b"\x5d\0\0\x80\0"), Err(Unsupported("lzma")));
        assert_eq!(sniff(b"\x50\x2a\x4d\x18\x04\0"), Ok(Some(Format::Zstd)));
        assert_eq!(sniff(b"PK\x03\x04\x14\0"), Err(Unsupported("zip")));
        assert_eq!(sniff(b"7z\xbc\xaf\x27\x1c"), Err(Unsupported("7z")));
        assert_eq!(sniff(b"./app/"), Ok(None));
        assert_eq!(sniff(b""), Ok(None));
    }
}
