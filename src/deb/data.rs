//! data.tar as a stream of chunks: headers, bodies, padding; with what is learned on the way.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;

use crate::archive::fill::fill;
use crate::archive::tar::header;
use crate::deb::body;
use crate::deb::body::Body;
use crate::deb::chunk;
use crate::deb::chunk::Chunk;
use crate::deb::chunk::Span;
use crate::deb::image::Entry;
use crate::deb::image::EntryKind;
use crate::deb::scan::Scanner;
use crate::deb::write::Error;
use crate::deb::write::Leak;
use crate::deb::write::Options;
use crate::package::blob::Contents;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// Where the chunks go. Every hasher sees every chunk and picks its spans.
pub(in crate::deb) struct Sinks {
    /// The encoder.
    pub encoder: SyncSender<Arc<Chunk>>,
    /// The hashers.
    pub hashers: Vec<SyncSender<Arc<Chunk>>>,
    /// Chunks that come back.
    pub used: Receiver<Chunk>,
}

/// What was learned from the bodies.
#[derive(Default)]
pub(in crate::deb) struct Facts {
    /// The size of every entry's body as it was written; 0 where there is none.
    pub sizes: Vec<u64>,
    /// The needles that were found.
    pub leaks: Vec<Leak>,
}

/// Why the stream stopped.
pub(in crate::deb) enum Stop {
    /// An entry could not be written.
    Failed(Error),
    /// Nobody takes the chunks any more; the reason is theirs to tell.
    Refused,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Sends the whole archive, then closes the channels.
pub(in crate::deb) fn send(
    entries: &[Entry],
    contents: &dyn Contents,
    options: &Options,
    sinks: Sinks,
) -> Result<Facts, Stop> {
    let mut stream = Stream {
        chunk: chunk::empty(&sinks.used),
        load: vec![0; sinks.hashers.len()],
        sinks,
        options,
        scanner: Scanner::new(&options.needles),
        facts: Facts::default(),
    };
    for (number, entry) in entries.iter().enumerate() {
        let size = stream.entry(number, entry, contents)?;
        stream.facts.sizes.push(size);
    }
    stream.bytes(&header::END)?;
    stream.pass_on()?;
    Ok(stream.facts)
}

struct Stream<'n> {
    chunk: Chunk,
    sinks: Sinks,
    /// How many bytes each hasher has been given.
    load: Vec<u64>,
    scanner: Scanner,
    options: &'n Options,
    facts: Facts,
}

/// The body that is being written.
#[derive(Clone, Copy)]
struct Current {
    entry: usize,
    hasher: usize,
}

impl Stream<'_> {
    fn entry(&mut self, number: usize, entry: &Entry, contents: &dyn Contents) -> Result<u64, Stop> {
        let body = body::of_entry(entry, contents, self.options)?;
        let size = body.size();
        self.header(entry, size)?;
        if !matches!(entry.kind, EntryKind::File { .. }) {
            return Ok(0);
        }
        let current = Current { entry: number, hasher: self.lightest(size) };
        match body {
            Body::Held(bytes) => self.held(&bytes, current)?,
            Body::Streamed { mut reader, size, id } => {
                let streamed = self.streamed(&mut *reader, size, current)?;
                check(streamed, size, &entry.path, (contents, id))?;
            }
        }
        let needles = self.scanner.end().into_iter();
        self.facts.leaks.extend(needles.map(|needle| Leak { path: entry.path.clone(), needle }));
        self.bytes(header::padding(size))?;
        Ok(size)
    }

    fn header(&mut self, entry: &Entry, size: u64) -> Result<(), Stop> {
        let mut blocks = Vec::with_capacity(512);
        header::encode(&entry.header(size), &mut blocks);
        self.bytes(&blocks)
    }

    /// A body that lies in memory.
    fn held(&mut self, bytes: &[u8], current: Current) -> Result<(), Stop> {
        let mut rest = bytes;
        loop {
            let start = self.room()?;
            rest = self.chunk.take(rest);
            self.span(current, start, rest.is_empty());
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// A body of the inputs, read right into the chunks.
    fn streamed(&mut self, reader: &mut dyn io::Read, size: u64, current: Current) -> Result<Seen, Stop> {
        let mut left = size;
        loop {
            let start = self.room()?;
            let free = self.chunk.free();
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(free.len());
            let read = match fill(reader, &mut free[..most]) {
                Ok(read) => read,
                Err(error) => return Ok(Seen::Failed(error)),
            };
            if read < most {
                return Ok(Seen::Changed);
            }
            self.chunk.advance(read);
            left -= read as u64;
            self.span(current, start, left == 0);
            if left == 0 {
                break;
            }
        }
        Ok(match fill(reader, &mut [0]) {
            Ok(0) => Seen::Whole,
            Ok(_) => Seen::Changed,
            Err(error) => Seen::Failed(error),
        })
    }

    fn span(&mut self, current: Current, start: usize, last: bool) {
        let range = start..self.chunk.bytes().len();
        self.scanner.piece(&self.chunk.bytes()[range.clone()]);
        let Current { entry, hasher } = current;
        self.chunk.spans.push(Span { entry, hasher, range, last });
    }

    fn bytes(&mut self, mut rest: &[u8]) -> Result<(), Stop> {
        while !rest.is_empty() {
            self.room()?;
            rest = self.chunk.take(rest);
        }
        Ok(())
    }

    /// Where the next byte goes in a chunk that is not full.
    fn room(&mut self) -> Result<usize, Stop> {
        if self.chunk.free().is_empty() {
            self.pass_on()?;
        }
        Ok(self.chunk.bytes().len())
    }

    fn pass_on(&mut self) -> Result<(), Stop> {
        let chunk = Arc::new(std::mem::replace(&mut self.chunk, chunk::empty(&self.sinks.used)));
        for hasher in &self.sinks.hashers {
            hasher.send(Arc::clone(&chunk)).map_err(|_| Stop::Refused)?;
        }
        self.sinks.encoder.send(chunk).map_err(|_| Stop::Refused)
    }

    fn lightest(&mut self, size: u64) -> usize {
        let lightest = (0..self.load.len()).min_by_key(|hasher| self.load[*hasher]).unwrap_or(0);
        if let Some(load) = self.load.get_mut(lightest) {
            *load += size;
        }
        lightest
    }
}

/// How a streamed body ended.
enum Seen {
    Whole,
    Changed,
    Failed(io::Error),
}

fn check(
    seen: Seen,
    size: u64,
    path: &ArchivePath,
    (contents, id): (&dyn Contents, SourceId),
) -> Result<(), Error> {
    match seen {
        Seen::Whole => Ok(()),
        Seen::Changed => Err(Error::Changed { name: contents.name(id), size }),
        Seen::Failed(error) => Err(body::failed(path, contents, id, error)),
    }
}
