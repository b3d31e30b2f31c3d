//! Sorted text, compressed in blocks that depend on nothing but the records in them.
//!
//! Where a block begins is decided by a digest of a record's key. So the same records give the same bytes whatever
//! came when, and one more record costs one block.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::io::Read;
use std::marker::PhantomData;

use libdeflater::Decompressor;

use crate::archive::compress::member;
use crate::archive::compress::member::MemberEncoder;
use crate::repo::release::Entry;
use crate::types::digest::Sha256;
use crate::types::digest::Sha256Hasher;

/// The most that a file of another program may unpack to, in bytes: twenty times Debian's own `Packages`.
const LARGEST: u64 = 1 << 30;

/// What a text consists of.
pub trait Record {
    /// What a record is found by, and sorted by.
    type Key: Ord + Clone;
    /// How many records a block has on average.
    const SPREAD: u64;
    /// What stands behind each record.
    const END: &'static str;
    /// What is said of a record without a key.
    const KEYLESS: &'static str;

    /// The records of a text, in order.
    fn split(text: &str) -> impl Iterator<Item = &str>;

    /// What a record is found by; none where it has no such thing.
    fn key(record: &str) -> Option<Self::Key>;

    /// The key as text, which decides where blocks begin.
    fn spelled(key: &Self::Key) -> Cow<'_, str>;
}

/// A text in blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks<R> {
    bytes: Vec<u8>,
    records: PhantomData<R>,
}

impl<R> Default for Blocks<R> {
    fn default() -> Self {
        Self::of_bytes(Vec::new())
    }
}

/// A text with what `Release` says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<R> {
    /// The text.
    pub blocks: Blocks<R>,
    /// Its digests and sizes.
    pub entry: Entry,
}

/// Says what becomes of a record that a change is about: asked with its key, with what is there, and with the
/// change. None takes it out.
pub type Decide<'a, R, C, E> =
    dyn FnMut(&<R as Record>::Key, Option<&str>, &C) -> Result<Option<String>, E> + 'a;

/// Is shown each block: its bytes where they are ours, and its text.
type SeeBlock<'a, 'b, E> = dyn FnMut(Option<&'b [u8]>, &str) -> Result<(), E> + 'a;

impl<R> Blocks<R> {
    /// One that was read from a store.
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes, records: PhantomData }
    }

    /// The compressed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn each_block<'b, E: From<io::Error>>(&'b self, see: &mut SeeBlock<'_, 'b, E>) -> Result<(), E> {
        let Some(members) = member::members(&self.bytes) else {
            let mut text = String::new();
            let decoder = flate2::read::MultiGzDecoder::new(&self.bytes[..]);
            let count = decoder.take(LARGEST + 1).read_to_string(&mut text)?;
            if count as u64 > LARGEST {
                return Err(io::Error::other("the index unpacks to more than a gigabyte").into());
            }
            return see(None, &text);
        };
        let mut decoder = Decompressor::new();
        members.into_iter().try_for_each(|packed| {
            let text = member::decode(packed, &mut decoder)?;
            let text = String::from_utf8(text).map_err(|_| io::Error::other("the index is not UTF-8"))?;
            see(Some(packed), &text)
        })
    }
}

impl<R: Record> Blocks<R> {
    /// Shows each record, in order.
    pub fn each<E: From<io::Error>>(&self, see: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        self.each_block(&mut |_, text| R::split(text).try_for_each(&mut *see))
    }

    /// The text with some records changed. `mark` makes the same text another file.
    pub fn rewrite<C, E: From<io::Error>>(
        &self,
        changes: &BTreeMap<R::Key, C>,
        mark: u32,
        decide: &mut Decide<'_, R, C, E>,
    ) -> Result<Written<R>, E> {
        let mut writer = Writer::<R>::new(mark, self.bytes.len());
        let mut changes = changes.iter().peekable();
        let mut held: Option<(Option<&[u8]>, String)> = None;
        // A block is worked on when the next one is known: changes up to that one's beginning are its.
        let mut work = |writer: &mut Writer<R>, block: (Option<&[u8]>, String), end: Option<&R::Key>| {
            let mut mine = Vec::new();
            while let Some(change) = changes.next_if(|(key, _)| end.is_none_or(|end| *key < end)) {
                mine.push(change);
            }
            match (mine.is_empty(), block.0) {
                (true, Some(packed)) => writer.splice(packed, &block.1).map_err(E::from),
                _ => writer.merge(&block.1, mine, decide),
            }
        };
        self.each_block(&mut |packed, text| {
            let Some(first) = R::split(text).next() else { return Ok(()) };
            let first = key::<R>(first)?;
            if let Some(block) = held.replace((packed, text.to_owned())) {
                work(&mut writer, block, Some(&first))?;
            }
            Ok::<_, E>(())
        })?;
        work(&mut writer, held.unwrap_or_default(), None)?;
        Ok(writer.finish()?)
    }

    /// The same text, perhaps as another file.
    pub fn marked(&self, mark: u32) -> io::Result<Written<R>> {
        self.rewrite(&BTreeMap::<R::Key, ()>::new(), mark, &mut |_, _, ()| Ok(None))
    }
}

fn key<R: Record>(record: &str) -> io::Result<R::Key> {
    R::key(record).ok_or_else(|| io::Error::other(R::KEYLESS))
}

/// Whether a block begins with this record.
fn begins<R: Record>(key: &R::Key) -> bool {
    let digest = Sha256::of(R::spelled(key).as_bytes());
    let first = digest.bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    first % R::SPREAD == 0
}

/// Writes blocks; the last one is open until the next one begins.
struct Writer<R> {
    out: Vec<u8>,
    encoder: MemberEncoder,
    mark: u32,
    plain: (Sha256Hasher, u64),
    /// The text of the open block, and its bytes where it is as it was found.
    open: Option<(String, Option<Vec<u8>>)>,
    records: PhantomData<R>,
}

impl<R: Record> Writer<R> {
    fn new(mark: u32, size: usize) -> Self {
        Self {
            // One more record must not double it.
            out: Vec::with_capacity(size + size / 16 + (64 << 10)),
            encoder: MemberEncoder::default(),
            mark,
            plain: (Sha256Hasher::default(), 0),
            open: None,
            records: PhantomData,
        }
    }

    /// Takes a block over as it is, where it begins as a block does.
    fn splice(&mut self, packed: &[u8], text: &str) -> io::Result<()> {
        let mut records = R::split(text);
        let is_whole = records.next().and_then(R::key).is_some_and(|key| begins::<R>(&key));
        if !is_whole && self.open.is_some() || self.mark != 0 {
            return R::split(text).try_for_each(|record| self.push(&key::<R>(record)?, record));
        }
        self.close()?;
        self.open = Some((text.to_owned(), Some(packed.to_vec())));
        Ok(())
    }

    /// Writes a block's records with their changes, sorted.
    fn merge<C, E: From<io::Error>>(
        &mut self,
        text: &str,
        changes: Vec<(&R::Key, &C)>,
        decide: &mut Decide<'_, R, C, E>,
    ) -> Result<(), E> {
        let mut records = BTreeMap::new();
        for record in R::split(text) {
            records.insert(key::<R>(record)?, Cow::Borrowed(record));
        }
        for (key, change) in changes {
            match decide(key, records.get(key).map(AsRef::as_ref), change)? {
                Some(record) => records.insert(key.clone(), Cow::Owned(record)),
                None => records.remove(key),
            };
        }
        Ok(records.iter().try_for_each(|(key, record)| self.push(key, record))?)
    }

    fn push(&mut self, key: &R::Key, record: &str) -> io::Result<()> {
        if begins::<R>(key) {
            self.close()?;
        }
        let (open, packed) = self.open.get_or_insert_default();
        *packed = None;
        open.push_str(record.trim_end_matches('\n'));
        open.push_str(R::END);
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        let Some((text, packed)) = self.open.take() else { return Ok(()) };
        self.plain.0.update(text.as_bytes());
        self.plain.1 += text.len() as u64;
        match packed {
            Some(packed) => self.out.extend_from_slice(&packed),
            None => self.out.extend_from_slice(&self.encoder.encode(text.as_bytes(), self.mark)?),
        }
        Ok(())
    }

    fn finish(mut self) -> io::Result<Written<R>> {
        self.close()?;
        if self.out.is_empty() {
            self.out = self.encoder.encode(b"", self.mark)?;
        }
        let packed = (Sha256::of(&self.out), self.out.len() as u64);
        let entry = Entry { plain: (self.plain.0.finish(), self.plain.1), packed };
        Ok(Written { blocks: Blocks::of_bytes(self.out), entry })
    }
}
