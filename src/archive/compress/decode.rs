//! One reader over every format. An input that ends early is an error, never a short success.

use std::io;
use std::io::Chain;
use std::io::Cursor;
use std::io::Read;

use liblzma::stream::CONCATENATED;
use liblzma::stream::Stream;

use crate::archive::compress::Format;

/// The largest window that zstd may ask for: 2^27, like dpkg.
const WINDOW_LOG: u32 = 27;
/// The most memory that xz may ask for, in bytes. `xz -9` asks for 65 MiB.
const XZ_MEMORY: u64 = 512 << 20;

/// Decompresses `input` up to its end, over several frames, streams or members.
pub fn decoder<'a>(format: Format, input: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    Ok(match format {
        Format::None => Box::new(input),
        Format::Zstd => {
            let mut decoder = ::zstd::stream::read::Decoder::new(not_empty(input)?)?;
            decoder.window_log_max(WINDOW_LOG)?;
            Box::new(decoder)
        }
        Format::Xz => {
            let stream = Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED)?;
            Box::new(liblzma::read::XzDecoder::new_stream(not_empty(input)?, stream))
        }
        Format::Gzip => Box::new(flate2::read::MultiGzDecoder::new(not_empty(input)?)),
    })
}

/// The input again, unless it is empty: no compressor writes nothing, but decoders take it for an end.
fn not_empty<R: Read>(mut input: R) -> io::Result<Chain<Cursor<[u8; 1]>, R>> {
    let mut first = [0];
    input.read_exact(&mut first)?;
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
        let mut encoder = Encoder::new(Vec::new(), Compression::of(format), resources).expect("resources");
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
