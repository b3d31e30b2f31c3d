//! Digests of bodies, on threads of their own. All bytes of a body reach the same thread, in order.

use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use crate::types::digest::Md5;

/// A stretch of the tar, and which parts of it are bodies.
pub(in crate::deb) struct Chunk {
    /// The bytes: headers, bodies and padding.
    pub bytes: Vec<u8>,
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

/// The digests of all bodies that are hasher `number`'s, by entry.
pub(in crate::deb) fn run(number: usize, chunks: &Receiver<Arc<Chunk>>) -> Vec<(usize, Md5)> {
    let mut digests = Vec::new();
    let mut context = md5::Context::new();
    for chunk in chunks {
        for span in chunk.spans.iter().filter(|span| span.hasher == number) {
            context.consume(&chunk.bytes[span.range.clone()]);
            if span.last {
                let done = std::mem::replace(&mut context, md5::Context::new());
                digests.push((span.entry, Md5::from_bytes(done.finalize().0)));
            }
        }
    }
    digests
}
