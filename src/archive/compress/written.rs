//! What an encoder wrote, on its way to the thread that reads it back.

use std::io;
use std::io::Read;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;

use crate::archive::compress::Format;
use crate::archive::compress::decode::decoder;
use crate::archive::compress::gzip;

/// How many writes wait: of some 32 to 300 KiB each.
const QUEUE: usize = 16;

/// Takes copies of an encoder's writes; the stream ends when it is dropped.
pub struct Sender(SyncSender<Box<[u8]>>);

/// The same writes again, one by one.
pub struct Written(Receiver<Box<[u8]>>);

/// Both ends.
pub fn pipe() -> (Sender, Written) {
    let (sender, receiver) = sync_channel(QUEUE);
    (Sender(sender), Written(receiver))
}

impl Sender {
    /// Passes a copy on. Whoever stopped reading has its reasons, and will tell them.
    pub fn send(&self, bytes: &[u8]) {
        let _ = self.0.send(bytes.into());
    }
}

impl Written {
    /// What was compressed. Of gzip each write has to be a member, as the encoder's are.
    pub fn decoded(self, format: Format) -> io::Result<Box<dyn Read>> {
        let writes = self.0.into_iter();
        Ok(match format {
            Format::Gzip => {
                let mut decoder = gzip::Decoder::new();
                Box::new(Pieces::new(writes.map(move |member| Ok(decoder.member(&member)?.into()))))
            }
            format => decoder(format, Pieces::new(writes.map(Ok)))?,
        })
    }
}

/// Pieces as one stream.
struct Pieces<I> {
    pieces: I,
    current: Box<[u8]>,
    read: usize,
}

impl<I> Pieces<I> {
    fn new(pieces: I) -> Self {
        Self { pieces, current: Box::default(), read: 0 }
    }
}

impl<I: Iterator<Item = io::Result<Box<[u8]>>>> Read for Pieces<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.current.len() {
            let Some(piece) = self.pieces.next() else { return Ok(0) };
            (self.current, self.read) = (piece?, 0);
        }
        let rest = &self.current[self.read..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::num::NonZero;

    use super::*;
    use crate::archive::compress::Compression;
    use crate::archive::compress::encode::Encoder;
    use crate::archive::compress::encode::Resources;

    const FORMATS: [Format; 4] = [Format::Zstd, Format::Xz, Format::Gzip, Format::None];

    /// Keeps an encoder's writes apart.
    #[derive(Default)]
    struct Writes(Vec<Vec<u8>>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push(bytes.to_vec());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn writes(format: Format, bytes: &[u8]) -> Vec<Vec<u8>> {
        let resources = Resources { threads: NonZero::<u32>::MIN, memory: 1 << 30 };
        let mut encoder =
            Encoder::new(Writes::default(), Compression::of(format), resources, 0).expect("resources");
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory").0
    }

    fn decoded(format: Format, writes: &[Vec<u8>]) -> io::Result<Vec<u8>> {
        let (sender, written) = pipe();
        std::thread::scope(|scope| {
            scope.spawn(move || writes.iter().for_each(|bytes| sender.send(bytes)));
            let mut whole = Vec::new();
            written.decoded(format)?.read_to_end(&mut whole)?;
            Ok(whole)
        })
    }

    #[test]
    fn what_an_encoder_writes_is_decoded_write_by_write_and_damage_is_an_error() {
        let sample: Vec<u8> = (0..700_000u32).flat_map(|number| (number / 7).to_le_bytes()).collect();
        for format in FORMATS {
            let mut writes = writes(format, &sample);
            assert!(decoded(format, &writes).expect("whole") == sample, "{format}");
            if format == Format::None {
                continue;
            }
            let middle = writes.len() / 2;
            let at = writes[middle].len() / 2;
            writes[middle][at] ^= 0x20;
            assert!(decoded(format, &writes).is_err(), "{format}");
            assert!(decoded(format, &writes[..middle]).ok() != Some(sample.clone()), "{format}");
        }
    }

    #[test]
    fn a_reader_that_stops_holds_nobody_up() {
        let (sender, written) = pipe();
        drop(written);
        for _ in 0..3 * QUEUE {
            sender.send(b"bytes");
        }
    }
}
