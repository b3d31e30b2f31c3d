//! gzip on several threads: blocks of a fixed size, each a member of its own (RFC 1952, 2.2).
//!
//! Every gzip reader goes on from one member to the next, dpkg's and apt's too. libdeflate takes a block at once:
//! smaller and in half the time of zlib at the same level, and nothing of it outlives the block.

use std::io;
use std::io::Write;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;

use libdeflater::CompressionLvl;
use libdeflater::Compressor;
use libdeflater::Decompressor;

/// How much input one block has. Part of the format as far as reproducibility goes.
const BLOCK: usize = 1 << 20;
/// How many blocks a worker has at most, in hand and waiting.
const QUEUE: usize = 2;

/// Compresses to members of gzip.
pub(in crate::archive::compress) struct Encoder<W: Write> {
    out: W,
    block: Vec<u8>,
    workers: Vec<Worker>,
    sent: usize,
    received: usize,
}

struct Worker {
    blocks: SyncSender<Vec<u8>>,
    done: Receiver<io::Result<Vec<u8>>>,
    // Dropped with the encoder; a worker ends when its channel does.
    _thread: JoinHandle<()>,
}

impl<W: Write> Encoder<W> {
    /// Starts `threads` workers.
    pub(in crate::archive::compress) fn new(out: W, level: u32, threads: u32) -> io::Result<Self> {
        let level = CompressionLvl::new(libdeflate_level(level));
        let level = level.map_err(|_| io::Error::other("gzip has no such level"))?;
        let workers = (0..threads.max(1)).map(|_| Worker::start(level)).collect::<io::Result<_>>()?;
        Ok(Self { out, block: Vec::with_capacity(BLOCK), workers, sent: 0, received: 0 })
    }

    /// Takes the next bytes.
    pub(in crate::archive::compress) fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.block.len() == BLOCK {
            let full = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
            self.send(full)?;
        }
        let taken = bytes.len().min(BLOCK - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    /// Compresses what is left; of nothing, an empty member.
    pub(in crate::archive::compress) fn finish(mut self) -> io::Result<W> {
        let last = std::mem::take(&mut self.block);
        self.send(last)?;
        while self.received < self.sent {
            self.receive()?;
        }
        Ok(self.out)
    }

    /// Gives a block to the worker whose turn it is. Its queue has room, because results are taken in turn.
    fn send(&mut self, block: Vec<u8>) -> io::Result<()> {
        if self.sent - self.received == self.workers.len() * QUEUE {
            self.receive()?;
        }
        let worker = &self.workers[self.sent % self.workers.len()];
        worker.blocks.send(block).map_err(|_| lost())?;
        self.sent += 1;
        Ok(())
    }

    fn receive(&mut self) -> io::Result<()> {
        let worker = &self.workers[self.received % self.workers.len()];
        let member = worker.done.recv().map_err(|_| lost())??;
        self.received += 1;
        self.out.write_all(&member)
    }
}

impl Worker {
    fn start(level: CompressionLvl) -> io::Result<Self> {
        let (blocks, incoming) = sync_channel::<Vec<u8>>(QUEUE);
        let (outgoing, done) = sync_channel(QUEUE);
        let work = move || {
            let mut compressor = Compressor::new(level);
            for block in incoming {
                if outgoing.send(member(&mut compressor, &block)).is_err() {
                    break;
                }
            }
        };
        let thread = std::thread::Builder::new().name("gzip".to_owned()).spawn(work)?;
        Ok(Self { blocks, done, _thread: thread })
    }
}

/// What libdeflate calls the level at which it is about as small as zlib. Its 5 is still smaller than zlib's 6, its
/// default and dpkg-deb's, which is what most packages are made with.
fn libdeflate_level(level: u32) -> i32 {
    if level == 6 { 5 } else { level.cast_signed() }
}

fn member(compressor: &mut Compressor, block: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; compressor.gzip_compress_bound(block.len())];
    let size = compressor.gzip_compress(block, &mut bytes).map_err(io::Error::other)?;
    bytes.truncate(size);
    Ok(bytes)
}

/// Decompresses members one at a time, twice as fast as a stream: where one ends is known.
pub(in crate::archive::compress) struct Decoder {
    decompressor: Decompressor,
    block: Vec<u8>,
}

impl Decoder {
    /// A decoder of what [`Encoder`] writes.
    pub(in crate::archive::compress) fn new() -> Self {
        Self { decompressor: Decompressor::new(), block: vec![0; BLOCK] }
    }

    /// What one whole member holds, its checksum and size compared.
    pub(in crate::archive::compress) fn member(&mut self, bytes: &[u8]) -> io::Result<&[u8]> {
        let size = self.decompressor.gzip_decompress(bytes, &mut self.block).map_err(io::Error::other)?;
        Ok(&self.block[..size])
    }
}

fn lost() -> io::Error {
    io::Error::other("a compressing thread ended early")
}
