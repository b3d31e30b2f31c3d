//! A tarball as an input, read as hostile: it may come from anywhere.
//!
//! A compressed one is unpacked once into a file without a name; a plain one is read in place.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use crate::archive::compress::Unsupported;
use crate::archive::compress::decode::decoder;
use crate::archive::compress::sniff;
use crate::archive::tar::read::Error as TarError;
use crate::archive::tar::read::Kind;
use crate::archive::tar::read::Member;
use crate::archive::tar::read::Reader;
use crate::host::input::Error;
use crate::host::input::Input;
use crate::host::input::Scan;
use crate::host::input::body::Body;
use crate::host::input::body::Stamp;
use crate::host::input::body::Store;
use crate::host::input::budget::Excess;
use crate::host::input::facts;
use crate::host::input::facts::Buffer;
use crate::host::input::stream::Metered;
use crate::host::input::stream::Tee;
use crate::host::input::stream::Unwritten;
use crate::host::output::spool;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// The longest target of a link, in bytes (`PATH_MAX` with its NUL, `symlink(2)`).
const LONGEST_TARGET: usize = 4095;
/// The longest path, in bytes: no host opens a longer one.
const LONGEST_PATH: usize = 4095;

/// Looks at every entry of the tarball.
pub(super) fn read(input: &Input<'_>, scan: &Scan<'_>) -> Result<(SourceTree, Store), Error> {
    let name = input.name;
    let wrap = |error| crate::host::Error::new("read", Path::new(name), error);
    // A fifo that took the file's place meanwhile would wait for a writer; without blocking it opens, and is found out.
    let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = OpenOptions::new().read(true).custom_flags(flags).open(&input.path).map_err(wrap)?;
    if !file.metadata().map_err(wrap)?.is_file() {
        return Err(Error::NotATree(name.to_owned()));
    }
    let mut magic = [0; 6];
    let count = file.read_at(&mut magic, 0).map_err(wrap)?;
    let format = sniff(&magic[..count])
        .map_err(|Unsupported(format)| Error::Unsupported { input: name.to_owned(), format })?;
    let mut index =
        Index { input, scan, tree: SourceTree::default(), bodies: Vec::new(), buffer: Buffer::default() };
    index.tree.name = name.to_owned();
    let metered = |from| Metered { from, budget: &scan.budget, watch: scan.watch };
    let file = match format {
        None => {
            let from: Box<dyn Read + '_> = Box::new(BufReader::with_capacity(256 << 10, &file));
            index.fill(metered(from))?;
            file
        }
        Some(format) => {
            let mut unpacked = BufWriter::with_capacity(256 << 10, spool(scan.spool)?);
            let from = decoder(format, file).map_err(wrap)?;
            index.fill(Tee { from: metered(from), to: &mut unpacked })?;
            let spooled = unpacked.into_inner();
            spooled.map_err(|error| index.failed(io::Error::other(Unwritten(error.into_error()))))?
        }
    };
    let (tree, bodies) = index.finish()?;
    let stamp = Stamp::of(&file.metadata().map_err(wrap)?);
    Ok((tree, Store::Archive { name: name.to_owned(), file, stamp, bodies }))
}

/// An archive's entries, while they are read.
struct Index<'a> {
    input: &'a Input<'a>,
    scan: &'a Scan<'a>,
    tree: SourceTree,
    bodies: Vec<Body>,
    buffer: Buffer,
}

impl Index<'_> {
    fn fill(&mut self, from: impl Read) -> Result<(), Error> {
        let mut reader = Reader::new(from);
        let mut first = true;
        loop {
            let member = match reader.next_member() {
                Ok(Some(member)) => member,
                Ok(None) if first => return Err(Error::NotATree(self.name())),
                // Without the end mark nobody knows whether the rest was lost.
                Ok(None) if !reader.has_end() => return Err(Error::Unfinished(self.name())),
                Ok(None) => {
                    self.tree.commit = reader.commit().map(str::to_owned);
                    return Ok(());
                }
                // Shorter than a header, or not one.
                Err(TarError::Truncated(_)) if first => return Err(Error::NotATree(self.name())),
                Err(TarError::Checksum(0)) => return Err(Error::NotATree(self.name())),
                Err(error) => return Err(self.broken(error)),
            };
            first = false;
            self.take(&member, &mut reader)?;
        }
    }

    fn take(&mut self, member: &Member, body: &mut dyn Read) -> Result<(), Error> {
        let path =
            ArchivePath::new(&member.path).map_err(|source| Error::Path { input: self.name(), source })?;
        if path.is_root() {
            return Ok(());
        }
        let target = match &member.kind {
            Kind::Symlink(target) | Kind::Hardlink(target) => target.len(),
            _ => 0,
        };
        if path.as_bytes().len() > LONGEST_PATH || target > LONGEST_TARGET {
            return Err(self.entry_error(path, "with a name longer than 4095 bytes, which no host can open"));
        }
        self.enter(path.as_bytes().len() + target)?;
        let kind = match &member.kind {
            Kind::Directory => SourceKind::Directory,
            Kind::Symlink(target) => SourceKind::Symlink(target.clone()),
            Kind::File => self.file(&path, member, body)?,
            Kind::Hardlink(target) => self.hard_link(&path, target)?,
            Kind::Character | Kind::Block => SourceKind::Special("a device"),
            Kind::Fifo => SourceKind::Special("a fifo"),
            Kind::Other(_) => SourceKind::Special("an entry of an unknown kind"),
        };
        let is_directory = matches!(kind, SourceKind::Directory);
        let entry = SourceEntry { mode: member.mode, mtime: member.mtime, kind };
        let former = self.tree.entries.insert(path.clone(), entry);
        // Archives may say a directory again; nothing else.
        match former.map(|former| matches!(former.kind, SourceKind::Directory)) {
            None => Ok(()),
            Some(true) if is_directory => Ok(()),
            Some(_) => Err(self.entry_error(path, "twice")),
        }
    }

    fn file(
        &mut self,
        path: &ArchivePath,
        member: &Member,
        body: &mut dyn Read,
    ) -> Result<SourceKind, Error> {
        let id =
            SourceId { input: self.input.number, file: u32::try_from(self.bodies.len()).unwrap_or(u32::MAX) };
        let look = self.input.look(self.scan);
        let facts =
            facts::read(body, path, id, look, &mut self.buffer).map_err(|error| self.failed(error))?;
        self.bodies.push(Body { path: path.clone(), offset: member.offset, size: member.size });
        Ok(SourceKind::File(facts))
    }

    /// A hard link is the file it shares its body with, which came before it.
    fn hard_link(&self, path: &ArchivePath, target: &[u8]) -> Result<SourceKind, Error> {
        let target = ArchivePath::new(target).map_err(|source| Error::Path { input: self.name(), source })?;
        match self.tree.entries.get(&target).map(|entry| &entry.kind) {
            Some(SourceKind::File(facts)) => {
                // Each of its names may be rewritten to a text of its own.
                let text = facts.text.as_ref().map_or(0, |text| text.len() as u64);
                self.scan.budget.keep(text).map_err(|excess| self.exceeded(excess))?;
                Ok(SourceKind::File(facts.clone()))
            }
            _ => Err(self.entry_error(path.clone(), "as a hard link to a file that is not there")),
        }
    }

    fn entry_error(&self, path: ArchivePath, reason: &'static str) -> Error {
        Error::Entry { input: self.name(), path, reason }
    }

    fn name(&self) -> String {
        self.input.name.to_owned()
    }

    /// Takes a path from the budget.
    fn enter(&self, bytes: usize) -> Result<(), Error> {
        self.scan.budget.enter(bytes).map_err(|excess| self.exceeded(excess))
    }

    fn exceeded(&self, excess: Excess) -> Error {
        Error::Excess { input: self.name(), excess }
    }

    fn broken(&self, error: TarError) -> Error {
        match error {
            TarError::Io(error) => self.failed(error),
            error => Error::Archive { input: self.name(), source: Box::new(error) },
        }
    }

    /// Reading failed: for the budget, for the disk that takes what is unpacked, or for the archive.
    fn failed(&self, error: io::Error) -> Error {
        let error = match error.downcast::<Excess>() {
            Ok(excess) => return self.exceeded(excess),
            Err(error) => error,
        };
        match error.downcast::<Unwritten>() {
            Ok(Unwritten(source)) => {
                Error::Unpack { input: self.name(), directory: self.scan.spool.to_owned(), source }
            }
            Err(error) => Error::Archive { input: self.name(), source: Box::new(error) },
        }
    }

    /// Adds the directories that the archive did not say, and checks that what is above an entry is one.
    fn finish(mut self) -> Result<(SourceTree, Vec<Body>), Error> {
        let mut missing: BTreeMap<ArchivePath, u64> = BTreeMap::new();
        for (path, entry) in &self.tree.entries {
            let mut above = path.parent().filter(|parent| !parent.is_root());
            // Parents come first, so that what is above a known directory was looked at with that.
            while let Some(parent) = above.take() {
                match self.tree.entries.get(&parent).map(|entry| &entry.kind) {
                    Some(SourceKind::Directory) => {}
                    Some(_) => {
                        return Err(self.entry_error(path.clone(), "below something that is not a directory"));
                    }
                    None => match missing.get_mut(&parent) {
                        Some(newest) => *newest = entry.mtime.max(*newest),
                        None => {
                            self.enter(parent.as_bytes().len())?;
                            above = parent.parent().filter(|parent| !parent.is_root());
                            missing.insert(parent, entry.mtime);
                        }
                    },
                }
            }
        }
        self.add(missing);
        Ok((self.tree, self.bodies))
    }

    /// Each is as new as the newest of what it holds; those deepest down come last.
    fn add(&mut self, mut missing: BTreeMap<ArchivePath, u64>) {
        while let Some((path, mtime)) = missing.pop_last() {
            if let Some(above) = path.parent().and_then(|parent| missing.get_mut(&parent)) {
                *above = mtime.max(*above);
            }
            self.tree.entries.insert(path, SourceEntry { mode: 0o755, mtime, kind: SourceKind::Directory });
        }
    }
}
