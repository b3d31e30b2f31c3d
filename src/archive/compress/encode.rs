//! One writer over every format.

use std::io;
use std::io::Write;
use std::num::NonZero;

use liblzma::stream::Check;
use liblzma::stream::Filters;
use liblzma::stream::LzmaOptions;
use liblzma::stream::MtStreamBuilder;
use liblzma::write::XzEncoder;
use zstd::stream::write::Encoder as ZstdEncoder;
use zstd::zstd_safe::CParameter;
use zstd::zstd_safe::Strategy;

use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::archive::compress::gzip;

/// What an encoder may use. None of it reaches the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// How many threads may compress.
    pub threads: NonZero<u32>,
    /// How much memory the machine has for us, in bytes. xz runs fewer threads rather than use more than half.
    pub memory: u64,
}

impl Resources {
    /// So many threads, at least one, on a machine with so many bytes of memory.
    pub fn new(threads: usize, memory: u64) -> Self {
        let threads = u32::try_from(threads).ok().and_then(NonZero::new).unwrap_or(NonZero::<u32>::MIN);
        Self { threads, memory }
    }
}

/// Compresses what is written to it. Nothing is complete before [`Encoder::finish`].
///
/// Flushing does nothing: it would reach the output.
pub struct Encoder<W: Write>(Inner<W>);

enum Inner<W: Write> {
    Zstd(ZstdEncoder<'static, W>),
    Xz(XzEncoder<W>),
    Gzip(gzip::Encoder<W>),
    None(W),
}

impl<W: Write> Encoder<W> {
    /// An encoder that writes to `out`: one frame of zstd, one stream of xz, members of gzip.
    ///
    /// `length` is about how many bytes will come: it decides how they are cut, so the same content needs the same
    /// estimate for the same output.
    pub fn new(out: W, compression: Compression, resources: Resources, length: u64) -> io::Result<Self> {
        let Compression { format, level } = compression;
        let threads = resources.threads.get();
        Ok(Self(match format {
            Format::None => Inner::None(out),
            Format::Gzip => Inner::Gzip(gzip::Encoder::new(out, level, threads)?),
            Format::Xz => Inner::Xz(XzEncoder::new_stream(out, xz(level, resources, length)?)),
            Format::Zstd => Inner::Zstd(zstd(out, level, threads)?),
        }))
    }

    /// Writes what is still held back and the end of the format.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Inner::Zstd(encoder) => encoder.finish(),
            Inner::Xz(encoder) => encoder.finish(),
            Inner::Gzip(encoder) => encoder.finish(),
            Inner::None(out) => Ok(out),
        }
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Inner::Zstd(encoder) => encoder.write(bytes),
            Inner::Xz(encoder) => encoder.write(bytes),
            Inner::Gzip(encoder) => encoder.write(bytes),
            Inner::None(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// zstd's levels, with a larger window and less searching.
///
/// A virtualenv repeats itself over megabytes: a window of 8 MiB, which is also that of `xz -6`, saves as much as a
/// second look at each match (`lazy2`) and twice the candidates, and costs hosts as much memory as xz does. What
/// comes out is as small as with zstd's own choice for the level, and at levels 8 to 12 there in three quarters of
/// the time.
fn zstd<W: Write>(out: W, level: u32, threads: u32) -> io::Result<ZstdEncoder<'static, W>> {
    const WINDOW_LOG: u32 = 23;
    // Long enough for a window to fill, short enough for all cores to have one.
    const JOB: u32 = 16 << 20;
    // For the levels 8 to 12.
    const SEARCH_LOGS: [u32; 5] = [3, 3, 4, 5, 5];
    let mut encoder = ZstdEncoder::new(out, level.cast_signed())?;
    encoder.include_checksum(true)?;
    // From 17 on zstd's own windows are as large or larger.
    if level < 17 {
        encoder.set_parameter(CParameter::WindowLog(WINDOW_LOG))?;
        encoder.set_parameter(CParameter::JobSize(JOB))?;
    }
    if let Some(log) = level.checked_sub(8).and_then(|at| SEARCH_LOGS.get(at as usize)) {
        encoder.set_parameter(CParameter::Strategy(Strategy::ZSTD_lazy))?;
        encoder.set_parameter(CParameter::SearchLog(*log))?;
    }
    // One worker and none give different bytes, so there is always one.
    encoder.multithread(threads)?;
    Ok(encoder)
}

/// The threaded encoder, also for one thread: the other one gives other bytes.
fn xz(level: u32, resources: Resources, length: u64) -> io::Result<liblzma::stream::Stream> {
    Ok(xz_builder(level, resources)?.block_size(xz_block(level, length)).encoder()?)
}

/// How much input each block of xz has, in bytes: xz's own choice, three dictionaries, but where that makes few
/// blocks. Those are two or four of one size: of 33 MB one thread would have three times as much as the other.
fn xz_block(level: u32, length: u64) -> u64 {
    // xz(1), the dictionaries of the presets, in KiB.
    const DICTIONARIES: [u64; 10] =
        [256, 1 << 10, 2 << 10, 4 << 10, 4 << 10, 8 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10];
    const GRAIN: u64 = 4096;
    let dictionary = DICTIONARIES.get(level as usize).map_or(64 << 20, |kib| kib << 10);
    // Below a megabyte liblzma goes no further either.
    let most = (3 * dictionary).max(1 << 20);
    let blocks = match length.div_ceil(most) {
        few @ 2..=4 => few.next_multiple_of(2),
        // One cannot be shared out, and of many the last hardly matters.
        _ => return most,
    };
    // An estimate that is a little short must not leave a rest for one more block.
    (length + length / 256).div_ceil(blocks).next_multiple_of(GRAIN).min(most)
}

/// As many threads as there may be, and as fit into half of the memory; one in any case.
fn xz_builder(level: u32, resources: Resources) -> io::Result<MtStreamBuilder> {
    let mut builder = MtStreamBuilder::new();
    builder.filters(xz_filters(level)?).check(Check::Crc64);
    let mut threads = resources.threads.get();
    builder.threads(threads);
    while threads > 1 && builder.memusage() > resources.memory / 2 {
        threads -= 1;
        builder.threads(threads);
    }
    Ok(builder)
}

/// A preset of xz, which from 6 on looks at two thirds as many candidates for a match: it takes some hundredths of
/// the time less, for one or two thousandths of the size.
fn xz_filters(level: u32) -> io::Result<Filters> {
    let mut options = LzmaOptions::new_preset(level)?;
    if level >= 6 {
        options.nice_len(56).depth(32);
    }
    let mut filters = Filters::new();
    filters.lzma2(&options);
    Ok(filters)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;
    use crate::archive::compress::decode::decoder;

    const FORMATS: [&str; 6] = ["zstd:1", "zstd:9", "xz:0", "gzip:6", "gzip:9", "none"];

    /// Text that repeats itself with changes: some three megabytes, so that there are several blocks.
    fn sample() -> Vec<u8> {
        let mut state = 1u32;
        let mut bytes = Vec::new();
        while bytes.len() < 3_300_000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let word = state >> 16;
            bytes.extend_from_slice(format!("line {} of {}\n", word % 977, word).as_bytes());
        }
        bytes
    }

    fn compress(bytes: &[u8], compression: &str, threads: u32, chunk: usize) -> Vec<u8> {
        let resources = Resources { threads: NonZero::new(threads).expect("not zero"), memory: 4 << 30 };
        let compression = compression.parse().expect("valid");
        let mut encoder =
            Encoder::new(Vec::new(), compression, resources, bytes.len() as u64).expect("resources");
        for piece in bytes.chunks(chunk) {
            encoder.write_all(piece).expect("memory");
            encoder.flush().expect("memory");
        }
        encoder.finish().expect("memory")
    }

    #[test]
    fn threads_and_write_sizes_do_not_reach_the_output() {
        let sample = sample();
        for compression in FORMATS {
            let expected = compress(&sample, compression, 1, sample.len());
            for (threads, chunk) in [(1, 100_003), (2, 4096), (3, 1 << 20), (4, 65_537)] {
                let found = compress(&sample, compression, threads, chunk);
                assert!(found == expected, "{compression} with {threads} threads, {chunk} bytes at a time");
            }
        }
    }

    #[test]
    fn what_was_compressed_comes_back() {
        let sample = sample();
        for compression in FORMATS {
            for length in [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, sample.len()] {
                let format = compression.parse::<Compression>().expect("valid").format;
                let small = compress(&sample[..length], compression, 2, 70_000);
                let mut back = Vec::new();
                decoder(format, &small[..]).expect("header").read_to_end(&mut back).expect(compression);
                assert!(back == sample[..length], "{compression} of {length} bytes");
            }
        }
    }

    #[test]
    fn zstd_is_one_frame_with_a_checksum_and_a_window_that_dpkg_takes() {
        let small = compress(&sample()[..100_000], "zstd:22", 1, 1 << 20);
        assert_eq!(::zstd::zstd_safe::find_frame_compressed_size(&small), Ok(small.len()));
        assert_eq!(small[4] & 0b0000_0100, 0b0000_0100, "the content checksum flag (RFC 8878, 3.1.1.1.1)");
        let window_log = 10 + (small[5] >> 3);
        assert!(window_log <= 27, "{window_log}");
    }

    #[test]
    fn blocks_of_xz_are_alike_and_come_in_pairs() {
        const MIB: u64 = 1 << 20;
        for (level, length, blocks) in [
            (6, 0, 0),
            (6, 24 * MIB, 1),
            (6, 25 * MIB, 2),
            (6, 33 * MIB, 2),
            (6, 60 * MIB, 4),
            (0, 3 * MIB, 4),
            (9, 193 * MIB, 2),
        ] {
            let block = xz_block(level, length);
            assert_eq!(length.div_ceil(block), blocks, "xz:{level} of {length} bytes: {block} each");
            let last = length - block * blocks.saturating_sub(1);
            assert!(blocks < 2 || last > block * 3 / 4, "xz:{level} of {length} bytes: {last} at last");
        }
        assert_eq!(xz_block(6, 181 * MIB), 24 * MIB);
    }

    #[test]
    fn xz_stays_within_half_of_the_memory_with_as_many_threads_as_fit() {
        let usage = |level: u32, threads: u32| {
            let mut builder = MtStreamBuilder::new();
            builder.preset(level).check(Check::Crc64).threads(threads).memusage()
        };
        for level in [0, 6, 9] {
            for (threads, memory) in
                [(1, 1), (8, 1), (8, 2 << 30), (8, 16 << 30), (64, 8 << 30), (64, 1 << 50)]
            {
                let resources = Resources { threads: NonZero::new(threads).expect("not zero"), memory };
                let used = xz_builder(level, resources).expect("a preset").memusage();
                let fits = (1..=threads).rev().find(|count| usage(level, *count) <= memory / 2);
                assert_eq!(
                    used,
                    usage(level, fits.unwrap_or(1)),
                    "xz:{level}, {threads} threads, {memory} bytes"
                );
            }
        }
        // What `xz --memlimit` knows too: one thread of `-9` needs more than a GiB, with its block of 192 MiB.
        assert!(usage(9, 1) > 1 << 30 && usage(9, 8) > 8 << 30);
    }

    #[test]
    fn members_of_gzip_have_neither_time_nor_name() {
        let two = vec![b'x'; (1 << 20) + 1];
        for level in ["gzip:1", "gzip:6", "gzip:9"] {
            let bytes = compress(&two, level, 1, 1);
            assert_eq!(bytes[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "{level}");
            let second = bytes.windows(8).filter(|window| **window == bytes[..8]).count();
            assert_eq!(second, 2, "{level}: a member for each block");
        }
    }
}
