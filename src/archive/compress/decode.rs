//! One reader over every format. An input that ends early is an error, never a short success.

use std::cell::Cell;
use std::fmt;
use std::io;
use std::io::BufReader;
use std::io::Chain;
use std::io::Cursor;
use std::io::Read;
use std::rc::Rc;

use liblzma::stream::Stream;

use crate::archive::compress::Format;
use crate::archive::compress::streams::Bzip2;
use crate::archive::compress::streams::Streams;
use crate::archive::compress::streams::XZ_MEMORY;
use crate::archive::compress::streams::Xz;
use crate::archive::compress::streams::Zstd;
use crate::archive::fill::fill;

/// How what is read may be compressed: all that mkdeb writes, and what old packages have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// A format that mkdeb writes.
    Format(Format),
    /// bzip2.
    Bzip2,
    /// LZMA, what xz replaced.
    Lzma,
}

/// A decoder would need more memory than it gets.
#[derive(Debug, thiserror::Error)]
#[error("unpacking it needs more than {} MiB of memory", XZ_MEMORY >> 20)]
struct Memory;

impl Coding {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::Format(Format::None),
        Self::Format(Format::Gzip),
        Self::Format(Format::Xz),
        Self::Format(Format::Zstd),
        Self::Bzip2,
        Self::Lzma,
    ];

    /// What file names end in: `.zst`; nothing for `none`.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Format(format) => format.suffix(),
            Self::Bzip2 => ".bz2",
            Self::Lzma => ".lzma",
        }
    }
}

impl From<Format> for Coding {
    fn from(format: Format) -> Self {
        Self::Format(format)
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(format) => format.fmt(f),
            Self::Bzip2 => f.write_str("bzip2"),
            Self::Lzma => f.write_str("lzma"),
        }
    }
}

/// How much is read at once, in bytes.
const CHUNK: usize = 64 << 10;

/// Decompresses `input` up to its end, over several frames, streams or members.
pub fn decoder<'a>(coding: impl Into<Coding>, input: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    counted(coding, input, Rc::default())
}

/// The same, and the number of zstd frames, xz or bzip2 streams met so far is in `count`; other formats do not count.
pub fn counted<'a>(
    coding: impl Into<Coding>,
    input: impl Read + 'a,
    count: Rc<Cell<usize>>,
) -> io::Result<Box<dyn Read + 'a>> {
    let buffered = |input| Ok::<_, io::Error>(BufReader::with_capacity(CHUNK, not_empty(input)?));
    Ok(match coding.into() {
        Coding::Format(Format::None) => Box::new(input),
        Coding::Format(Format::Zstd) => Box::new(Streams::<Zstd<_>>::new(buffered(input)?, count)?),
        Coding::Format(Format::Xz) => Box::new(Explained(Streams::<Xz<_>>::new(buffered(input)?, count)?)),
        Coding::Format(Format::Gzip) => Box::new(flate2::read::MultiGzDecoder::new(not_empty(input)?)),
        Coding::Bzip2 => Box::new(Streams::<Bzip2<_>>::new(buffered(input)?, count)?),
        Coding::Lzma => {
            let stream = Stream::new_lzma_decoder(XZ_MEMORY)?;
            Box::new(Explained(liblzma::read::XzDecoder::new_stream(not_empty(input)?, stream)))
        }
    })
}

/// liblzma says "memory limit reached", but not which.
struct Explained<R>(R);

impl<R: Read> Read for Explained<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
            if matches!(inner, Some(liblzma::stream::Error::MemLimit)) {
                io::Error::other(Memory)
            } else {
                error
            }
        })
    }
}

/// The input again, unless it is empty: no compressor writes nothing, but decoders take it for an end.
fn not_empty<R: Read>(mut input: R) -> io::Result<Chain<Cursor<[u8; 1]>, R>> {
    let mut first = [0];
    if fill(&mut input, &mut first)? == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "there is nothing to unpack"));
    }
    Ok(Cursor::new(first).chain(input))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::num::NonZero;

    use super::*;
    use crate::archive::compress::Compression;
    use crate::archive::compress::encode::Encoder;
    use crate::archive::compress::encode::Resources;

    const FORMATS: [Format; 3] = [Format::Zstd, Format::Xz, Format::Gzip];

    fn sample(format: Format) -> Vec<u8> {
        let resources = Resources { threads: NonZero::<u32>::MIN, memory: 1 << 30 };
        let mut encoder = Encoder::new(Vec::new(), Compression::of(format), resources, 0).expect("resources");
        for number in 0..200u32 {
            encoder
                .write_all(format!("{}\n", number.wrapping_mul(2_654_435_761)).as_bytes())
                .expect("memory");
        }
        encoder.finish().expect("memory")
    }

    fn decode(format: Format, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut whole = Vec::new();
        decoder(format, bytes)?.read_to_end(&mut whole)?;
        Ok(whole)
    }

    #[test]
    fn every_truncation_is_an_error() {
        for format in FORMATS {
            let sample = sample(format);
            decode(format, &sample).expect("whole");
            for end in 0..sample.len() {
                assert!(decode(format, &sample[..end]).is_err(), "{format} cut at {end} of {}", sample.len());
            }
        }
    }

    #[test]
    fn damage_is_an_error_and_never_other_bytes() {
        for format in FORMATS {
            let sample = sample(format);
            let whole = decode(format, &sample).expect("whole");
            for at in 0..sample.len() {
                let mut damaged = sample.clone();
                damaged[at] ^= 0x20;
                if let Ok(decoded) = decode(format, &damaged) {
                    assert!(decoded == whole, "{format}: byte {at} changes what is read, unnoticed");
                }
            }
        }
    }

    #[test]
    fn several_frames_are_read_as_one_and_junk_is_an_error() {
        for format in FORMATS {
            let sample = sample(format);
            let whole = decode(format, &sample).expect("whole");
            let twice = decode(format, &[&sample[..], &sample].concat()).expect("two frames");
            assert_eq!(twice, [&whole[..], &whole].concat(), "{format}");
            assert!(decode(format, &[&sample[..], b"junk"].concat()).is_err(), "{format}");
        }
    }
}
