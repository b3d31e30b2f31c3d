//! `Packages`, compressed in blocks that depend on nothing but the packages in them.
//!
//! Where a block begins is decided by a digest of the paragraph's key, about once in 128. So the same
//! packages give the same bytes whatever was published when, and one more package costs one block.

use std::collections::BTreeMap;
use std::io;
use std::io::Read;

use libdeflater::Decompressor;

use crate::archive::compress::member;
use crate::archive::compress::member::MemberEncoder;
use crate::control::stanza;
use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::types::digest::Sha256;
use crate::types::digest::Sha256Hasher;

/// How many paragraphs a block has on average.
const SPREAD: u64 = 128;
/// The most that an index of another program may unpack to, in bytes: twenty times Debian's own.
const LARGEST: u64 = 1 << 30;

/// A compressed index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Index(Vec<u8>);

/// An index with what `Release` says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The index.
    pub index: Index,
    /// Digest and size of the text.
    pub plain: (Sha256, u64),
    /// Digest and size of the compressed bytes.
    pub packed: (Sha256, u64),
    /// What was put in, in the order of keys.
    pub added: Vec<Stanza>,
    /// What was taken out.
    pub removed: Vec<Stanza>,
}

/// What is to become of one paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// It is put in, or replaces what is there.
    Put(Stanza),
    /// It is taken out.
    Drop,
}

/// Changes by the keys of the paragraphs they are about.
pub type Changes = BTreeMap<StanzaKey, Change>;

/// Asked where a paragraph is put and another one of its key is there: whether that is replaced.
pub type Collide<'a, E> = dyn FnMut(&Stanza, &Stanza) -> Result<bool, E> + 'a;

/// Is shown each block: its bytes where they are ours, and its text.
type SeeBlock<'a, 'b, E> = dyn FnMut(Option<&'b [u8]>, &str) -> Result<(), E> + 'a;

impl Index {
    /// One that was read from a store.
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The compressed bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Shows each paragraph, in order.
    pub fn each<E: From<io::Error>>(&self, see: &mut dyn FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        self.each_block(&mut |_, text| stanza::paragraphs(text).try_for_each(&mut *see))
    }

    /// The index with some paragraphs changed. `mark` makes an index with the same text another file.
    pub fn apply<E: From<io::Error>>(
        &self,
        changes: &Changes,
        mark: u32,
        collide: &mut Collide<'_, E>,
    ) -> Result<Built, E> {
        let mut writer = Writer::new(mark, self.0.len());
        let mut changes = changes.iter().peekable();
        let mut held: Option<(Option<&[u8]>, String)> = None;
        // A block is worked on when the next one is known: changes up to that one's beginning are its.
        let mut work = |writer: &mut Writer, block: (Option<&[u8]>, String), end: Option<&StanzaKey>| {
            let mut mine = Vec::new();
            while let Some(change) = changes.next_if(|(key, _)| end.is_none_or(|end| *key < end)) {
                mine.push(change);
            }
            match (mine.is_empty(), block.0) {
                (true, Some(packed)) => writer.splice(packed, &block.1).map_err(E::from),
                _ => writer.merge(&block.1, mine, collide),
            }
        };
        self.each_block(&mut |packed, text| {
            let Some(first) = stanza::paragraphs(text).next() else { return Ok(()) };
            let first = stanza::key(first).ok_or_else(|| io::Error::other(KEYLESS))?;
            if let Some(block) = held.replace((packed, text.to_owned())) {
                work(&mut writer, block, Some(&first))?;
            }
            Ok::<_, E>(())
        })?;
        work(&mut writer, held.unwrap_or_default(), None)?;
        Ok(writer.finish()?)
    }

    fn each_block<'b, E: From<io::Error>>(&'b self, see: &mut SeeBlock<'_, 'b, E>) -> Result<(), E> {
        let Some(members) = member::members(&self.0) else {
            let mut text = String::new();
            let decoder = flate2::read::MultiGzDecoder::new(&self.0[..]);
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

/// Whether a block begins with this paragraph.
fn begins(key: &StanzaKey) -> bool {
    let text = format!("{}\n{}\n{}", key.package, key.version, key.architecture);
    let digest = Sha256::of(text.as_bytes());
    let first = digest.bytes().first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    first % SPREAD == 0
}

/// Writes blocks; the last one is open until the next one begins.
struct Writer {
    out: Vec<u8>,
    encoder: MemberEncoder,
    mark: u32,
    plain: (Sha256Hasher, u64),
    /// The text of the open block, and its bytes where it is as it was found.
    open: Option<(String, Option<Vec<u8>>)>,
    added: Vec<Stanza>,
    removed: Vec<Stanza>,
}

impl Writer {
    fn new(mark: u32, size: usize) -> Self {
        Self {
            // One more package must not double it.
            out: Vec::with_capacity(size + size / 16 + (64 << 10)),
            encoder: MemberEncoder::default(),
            mark,
            plain: (Sha256Hasher::default(), 0),
            open: None,
            added: Vec::new(),
            removed: Vec::new(),
        }
    }

    /// Takes a block over as it is, where it begins as a block does.
    fn splice(&mut self, packed: &[u8], text: &str) -> io::Result<()> {
        let mut paragraphs = stanza::paragraphs(text);
        let is_whole = paragraphs.next().and_then(stanza::key).is_some_and(|key| begins(&key));
        if !is_whole && self.open.is_some() || self.mark != 0 {
            return stanza::paragraphs(text).try_for_each(|paragraph| {
                let key = stanza::key(paragraph).ok_or_else(|| io::Error::other(KEYLESS))?;
                self.push(&key, paragraph)
            });
        }
        self.close()?;
        self.open = Some((text.to_owned(), Some(packed.to_vec())));
        Ok(())
    }

    /// Writes a block's paragraphs with their changes, sorted.
    fn merge<E: From<io::Error>>(
        &mut self,
        text: &str,
        changes: Vec<(&StanzaKey, &Change)>,
        collide: &mut Collide<'_, E>,
    ) -> Result<(), E> {
        let mut paragraphs = BTreeMap::new();
        for paragraph in stanza::paragraphs(text) {
            let key = stanza::key(paragraph).ok_or_else(|| io::Error::other(KEYLESS))?;
            paragraphs.insert(key, Stanza::new(paragraph));
        }
        for (key, change) in changes {
            match (change, paragraphs.get(key)) {
                (Change::Put(stanza), Some(there)) => {
                    if collide(there, stanza)? {
                        self.removed.extend(paragraphs.insert(key.clone(), stanza.clone()));
                        self.added.push(stanza.clone());
                    }
                }
                (Change::Put(stanza), None) => {
                    self.added.push(stanza.clone());
                    paragraphs.insert(key.clone(), stanza.clone());
                }
                (Change::Drop, _) => self.removed.extend(paragraphs.remove(key)),
            }
        }
        for (key, stanza) in &paragraphs {
            self.push(key, stanza.as_str())?;
        }
        Ok(())
    }

    fn push(&mut self, key: &StanzaKey, text: &str) -> io::Result<()> {
        if begins(key) {
            self.close()?;
        }
        let (open, packed) = self.open.get_or_insert_default();
        *packed = None;
        open.push_str(text.trim_end_matches('\n'));
        open.push_str("\n\n");
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

    fn finish(mut self) -> io::Result<Built> {
        self.close()?;
        if self.out.is_empty() {
            self.out = self.encoder.encode(b"", self.mark)?;
        }
        let packed = (Sha256::of(&self.out), self.out.len() as u64);
        Ok(Built {
            index: Index(self.out),
            plain: (self.plain.0.finish(), self.plain.1),
            packed,
            added: self.added,
            removed: self.removed,
        })
    }
}

/// What no index that apt reads has.
const KEYLESS: &str = "a paragraph of the index lacks Package, Version or Architecture";
