//! Digests of bodies, on threads of their own. All bytes of a body reach the same thread, in order.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::Sender;

use crate::deb::chunk;
use crate::deb::chunk::Chunk;
use crate::types::digest::Md5;

/// The digests of all bodies that are hasher `number`'s, by entry.
pub(in crate::deb) fn run(
    number: usize,
    chunks: &Receiver<Arc<Chunk>>,
    used: &Sender<Chunk>,
) -> Vec<(usize, Md5)> {
    let mut digests = Vec::new();
    let mut context = md5::Context::new();
    for chunk in chunks {
        for span in chunk.spans.iter().filter(|span| span.hasher == number) {
            context.consume(&chunk.bytes()[span.range.clone()]);
            if span.last {
                let done = std::mem::replace(&mut context, md5::Context::new());
                digests.push((span.entry, Md5::from_bytes(done.finalize().0)));
            }
        }
        chunk::give_back(chunk, used);
    }
    digests
}
