//! gzip on several threads: blocks of a fixed size, each compressed by itself, joined to one member.
//!
//! A fresh `Compress` per block, because a reused one and one fed in pieces give bytes that depend on the
//! schedule (zlib-rs 0.6).

use std::io;
use std::io::Write;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use flate2::Compress;
use flate2::Crc;
use flate2::FlushCompress;

/// How much input one block has. Part of the format as far as reproducibility goes.
const BLOCK: usize = 1 << 20;
/// How many blocks a worker has at most, in hand and waiting.
const QUEUE: usize = 2;

/// Compresses to one gzip member.
pub(in crate::archive::compress) struct Encoder<W: Write> {
    out: W,
    block: Vec<u8>,
    workers: Vec<Worker>,
    sent: usize,
    received: usize,
    crc: Crc,
}

struct Worker {
    blocks: SyncSender<Block>,
    done: Receiver<io::Result<Done>>,
    // Dropped with the encoder; a worker ends when its channel does.
    _thread: JoinHandle<()>,
}

struct Block {
    bytes: Vec<u8>,
    flush: FlushCompress,
}

struct Done {
    bytes: Vec<u8>,
    crc: Crc,
}

impl<W: Write> Encoder<W> {
    /// Starts `threads` workers and writes the header that `gzip -n` writes.
    pub(in crate::archive::compress) fn new(mut out: W, level: u32, threads: u32) -> io::Result<Self> {
        let speed = match level {
            9 => 2,
            1 => 4,
            _ => 0,
        };
        out.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, speed, 3])?;
        let workers = (0..threads.max(1)).map(|_| Worker::start(level)).collect::<io::Result<_>>()?;
        let block = Vec::with_capacity(BLOCK);
        Ok(Self { out, block, workers, sent: 0, received: 0, crc: Crc::new() })
    }

    /// Takes the next bytes.
    pub(in crate::archive::compress) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            let full = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
            self.send(full, FlushCompress::Sync)?;
        }
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Compresses what is left and writes the trailer.
    pub(in crate::archive::compress) fn finish(mut self) -> io::Result<W> {
        let last = std::mem::take(&mut self.block);
        self.send(last, FlushCompress::Finish)?;
        while self.received < self.sent {
            self.receive()?;
        }
        self.out.write_all(&self.crc.sum().to_le_bytes())?;
        self.out.write_all(&self.crc.amount().to_le_bytes())?;
        Ok(self.out)
    }

    /// Gives a block to the worker whose turn it is. Its queue has room, because results are taken in turn.
    fn send(&mut self, bytes: Vec<u8>, flush: FlushCompress) -> io::Result<()> {
        if self.sent - self.received == self.workers.len() * QUEUE {
            self.receive()?;
        }
        let worker = &self.workers[self.sent % self.workers.len()];
        worker.blocks.send(Block { bytes, flush }).map_err(|_| lost())?;
        self.sent += 1;
        Ok(())
    }

    fn receive(&mut self) -> io::Result<()> {
        let worker = &self.workers[self.received % self.workers.len()];
        let done = worker.done.recv().map_err(|_| lost())??;
        self.received += 1;
        self.crc.combine(&done.crc);
        self.out.write_all(&done.bytes)
    }
}

impl Worker {
    fn start(level: u32) -> io::Result<Self> {
        let (blocks, incoming) = sync_channel::<Block>(QUEUE);
        let (outgoing, done) = sync_channel(QUEUE);
        let work = move || {
            for block in incoming {
                if outgoing.send(compress(&block, level)).is_err() {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new().name("gzip".to_owned()).spawn(work)?;
        Ok(Self { blocks, done, _thread: thread })
    }
}

fn compress(block: &Block, level: u32) -> io::Result<Done> {
    let mut crc = Crc::new();
    crc.update(&block.bytes);
    let mut bytes = Vec::with_capacity(block.bytes.len() + block.bytes.len() / 8 + 1024);
    let mut deflate = Compress::new(flate2::Compression::new(level), false);
    loop {
        let taken = usize::try_from(deflate.total_in()).unwrap_or(usize::MAX);
        let input = block.bytes.get(taken..).unwrap_or_default();
        deflate.compress_vec(input, &mut bytes, block.flush).map_err(io::Error::other)?;
        // Output that was not filled up is complete.
        if bytes.len() < bytes.capacity() {
            return Ok(Done { bytes, crc });
        }
        bytes.reserve(BLOCK);
    }
}

fn lost() -> io::Error {
    io::Error::other("a compressing thread ended early")
}
