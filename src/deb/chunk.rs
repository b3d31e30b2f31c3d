//! Stretches of the tar on their way from the reader to hashers and encoder, and back to be filled anew.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;

/// How many bytes a chunk has room for.
const SIZE: usize = 256 << 10;

/// A stretch of the tar, and which parts of it are bodies.
pub(in crate::deb) struct Chunk {
    room: Box<[u8]>,
    filled: usize,
    /// The parts that are bodies, in order.
    pub spans: Vec<Span>,
}

/// A part of a body.
pub(in crate::deb) struct Span {
    /// The entry it belongs to, by its number.
    pub entry: usize,
    /// Which hasher takes the body.
    pub hasher: usize,
    /// Where it lies in the chunk.
    pub range: Range<usize>,
    /// Whether the body ends with it.
    pub last: bool,
}

impl Chunk {
    /// The bytes: headers, bodies and padding.
    pub(in crate::deb) fn bytes(&self) -> &[u8] {
        &self.room[..self.filled]
    }

    /// Where the next bytes go; empty when it is full.
    pub(in crate::deb) fn free(&mut self) -> &mut [u8] {
        &mut self.room[self.filled..]
    }

    /// Takes note that the next `count` bytes are filled.
    pub(in crate::deb) fn advance(&mut self, count: usize) {
        self.filled = (self.filled + count).min(self.room.len());
    }

    /// Takes as many bytes as fit, and returns the others.
    pub(in crate::deb) fn take<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let free = self.free();
        let (now, later) = bytes.split_at(bytes.len().min(free.len()));
        free[..now.len()].copy_from_slice(now);
        self.advance(now.len());
        later
    }
}

/// An empty chunk: a used one, where there is one. Fresh memory costs more than what is in it.
pub(in crate::deb) fn empty(used: &Receiver<Chunk>) -> Chunk {
    match used.try_recv() {
        Ok(mut chunk) => {
            chunk.filled = 0;
            chunk.spans.clear();
            chunk
        }
        Err(_) => Chunk { room: vec![0; SIZE].into_boxed_slice(), filled: 0, spans: Vec::new() },
    }
}

/// Gives a chunk back once nobody else has it.
pub(in crate::deb) fn give_back(chunk: Arc<Chunk>, used: &Sender<Chunk>) {
    if let Some(chunk) = Arc::into_inner(chunk) {
        // A reader that has ended needs none.
        let _ = used.send(chunk);
    }
}
