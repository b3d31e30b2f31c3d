//! zstd frames, or xz or bzip2 streams, one after another: read as one, and counted, because dpkg reads the first alone.

use std::cell::Cell;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::rc::Rc;

use bzip2::bufread::BzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::Stream;

/// The largest window that zstd may ask for: 2^27, like dpkg.
const WINDOW_LOG: u32 = 27;
/// The most memory that xz may ask for, in bytes. `xz -9` asks for 65 MiB.
pub(super) const XZ_MEMORY: u64 = 512 << 20;

/// A decoder that ends with the frame or stream that it started with.
pub(super) trait Single: Read + Sized {
    /// What it reads from.
    type Input: BufRead;

    /// Starts at the next byte.
    fn start(input: Self::Input) -> io::Result<Self>;

    /// The input behind the end, and behind padding.
    fn rest(self) -> io::Result<Self::Input>;
}

/// One frame of zstd.
pub(super) struct Zstd<R: Read>(::zstd::stream::read::Decoder<'static, BufReader<R>>);

/// One stream of xz.
pub(super) struct Xz<R: Read>(XzDecoder<BufReader<R>>);

/// One stream of bzip2.
pub(super) struct Bzip2<R: Read>(BzDecoder<BufReader<R>>);

impl<R: Read> Read for Bzip2<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> Single for Bzip2<R> {
    type Input = BufReader<R>;

    fn start(input: BufReader<R>) -> io::Result<Self> {
        Ok(Self(BzDecoder::new(input)))
    }

    fn rest(self) -> io::Result<BufReader<R>> {
        Ok(self.0.into_inner())
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> Read for Xz<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> Single for Zstd<R> {
    type Input = BufReader<R>;

    fn start(input: BufReader<R>) -> io::Result<Self> {
        let mut decoder = ::zstd::stream::read::Decoder::with_buffer(input)?.single_frame();
        decoder.window_log_max(WINDOW_LOG)?;
        Ok(Self(decoder))
    }

    fn rest(self) -> io::Result<BufReader<R>> {
        Ok(self.0.into_inner())
    }
}

impl<R: Read> Single for Xz<R> {
    type Input = BufReader<R>;

    fn start(input: BufReader<R>) -> io::Result<Self> {
        Ok(Self(XzDecoder::new_stream(input, Stream::new_stream_decoder(XZ_MEMORY, 0)?)))
    }

    /// Behind a stream there may be zero bytes, four at a time (the .xz file format, 2.2).
    fn rest(self) -> io::Result<BufReader<R>> {
        let mut input = self.0.into_inner();
        let mut padding = 0;
        loop {
            let bytes = input.fill_buf()?;
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            let is_end = zeros < bytes.len() || bytes.is_empty();
            input.consume(zeros);
            padding += zeros;
            if is_end && padding % 4 != 0 {
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the padding after an xz stream is broken",
                ));
            }
            if is_end {
                return Ok(input);
            }
        }
    }
}

/// All of them as one.
pub(super) struct Streams<S: Single> {
    /// None at the end.
    current: Option<S>,
    count: Rc<Cell<usize>>,
}

impl<S: Single> Streams<S> {
    /// Reads the first, and adds each to `count`.
    pub(super) fn new(input: S::Input, count: Rc<Cell<usize>>) -> io::Result<Self> {
        count.set(count.get() + 1);
        Ok(Self { current: Some(S::start(input)?), count })
    }
}

impl<S: Single> Read for Streams<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let Some(current) = &mut self.current else { return Ok(0) };
            let count = current.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            let Some(mut rest) = self.current.take().map(S::rest).transpose()? else { return Ok(0) };
            if rest.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.current = Some(S::start(rest)?);
            self.count.set(self.count.get() + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xz(bytes: &[u8]) -> Vec<u8> {
        let mut whole = Vec::new();
        liblzma::read::XzEncoder::new(bytes, 0).read_to_end(&mut whole).expect("memory");
        whole
    }

    fn read<'b, S: Single<Input = BufReader<&'b [u8]>>>(bytes: &'b [u8]) -> io::Result<(Vec<u8>, usize)> {
        let (count, mut whole) = (Rc::default(), Vec::new());
        Streams::<S>::new(BufReader::with_capacity(3, bytes), Rc::clone(&count))?.read_to_end(&mut whole)?;
        Ok((whole, count.get()))
    }

    #[test]
    fn streams_are_counted_whatever_stands_between() {
        let (one, two) = (xz(b"one"), xz(b"two"));
        let joined = |padding: &[u8], last: &[u8]| [&one, padding, &two, last].concat();
        assert_eq!(read::<Xz<_>>(&one).expect("one"), (b"one".to_vec(), 1));
        for (padding, last) in [(&[0; 0][..], &[0; 0][..]), (&[0; 4], &[0; 8])] {
            assert_eq!(read::<Xz<_>>(&joined(padding, last)).expect("two"), (b"onetwo".to_vec(), 2));
        }
        for broken in [joined(&[0; 3], &[]), joined(&[], &[0; 5]), joined(b"xxxx", &[])] {
            assert!(read::<Xz<_>>(&broken).is_err());
        }
        let [one, two, empty] =
            [&b"one"[..], b"two", b""].map(|it| ::zstd::encode_all(it, 1).expect("memory"));
        assert_eq!(read::<Zstd<_>>(&one).expect("one"), (b"one".to_vec(), 1));
        let three = [&one[..], &empty, &two].concat();
        assert_eq!(read::<Zstd<_>>(&three).expect("three"), (b"onetwo".to_vec(), 3));
        assert!(read::<Zstd<_>>(&[&one[..], &two[..two.len() - 1]].concat()).is_err());
    }
}
