//! A tarball as an input, read as hostile: it may come from anywhere.
//!
//! A compressed one is unpacked once into a file without a name; a plain one is read in place.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;

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
use crate::host::input::facts;
use crate::host::input::facts::Look;
use crate::host::output::spool;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// Looks at every entry of the tarball.
pub(super) fn read(input: &Input<'_>, scan: &Scan<'_>) -> Result<(SourceTree, Store), Error> {
    let name = input.name;
    let wrap = |error| crate::host::Error::new("read", Path::new(name), error);
    let mut file = File::open(&input.path).map_err(wrap)?;
    let mut magic = [0; 6];
    let count = file.read_at(&mut magic, 0).map_err(wrap)?;
    let archive = |error: Box<dyn std::error::Error + Send + Sync>| Error::Archive {
        input: name.to_owned(),
        source: error,
    };
    let mut index =
        Index { name, input, look: input.look(scan), tree: SourceTree::default(), bodies: Vec::new() };
    index.tree.name = name.to_owned();
    let format = sniff(&magic[..count]).map_err(|unsupported| archive(unsupported.to_string().into()))?;
    let file = match format {
        None => {
            index.fill(BufReader::with_capacity(256 << 10, &mut file))?;
            file
        }
        Some(format) => {
            let decoder = decoder(format, file).map_err(wrap)?;
            let mut unpacked = BufWriter::with_capacity(256 << 10, spool(scan.spool)?);
            index.fill(Tee { from: decoder, to: &mut unpacked })?;
            unpacked
                .into_inner()
                .map_err(|error| crate::host::Error::new("unpack", Path::new(name), error.into_error()))?
        }
    };
    let (tree, bodies) = index.finish()?;
    let stamp = Stamp::of(&file.metadata().map_err(wrap)?);
    Ok((tree, Store::Archive { name: name.to_owned(), file, stamp, bodies }))
}

/// An archive's entries, while they are read.
struct Index<'a> {
    name: &'a str,
    input: &'a Input<'a>,
    look: Look<'a>,
    tree: SourceTree,
    bodies: Vec<Body>,
}

impl Index<'_> {
    fn fill(&mut self, from: impl Read) -> Result<(), Error> {
        let mut reader = Reader::new(from);
        let mut first = true;
        loop {
            let member = match reader.next_member() {
                Ok(Some(member)) => member,
                Ok(None) if first => return Err(Error::NotATree(self.name.to_owned())),
                // Without the end mark nobody knows whether the rest was lost.
                Ok(None) if !reader.has_end() => return Err(Error::Unfinished(self.name.to_owned())),
                Ok(None) => return Ok(()),
                // Shorter than a header, or not one.
                Err(TarError::Truncated(_)) if first => return Err(Error::NotATree(self.name.to_owned())),
                Err(TarError::Header { offset: 0, .. }) => return Err(Error::NotATree(self.name.to_owned())),
                Err(error) => return Err(self.archive_error(error)),
            };
            first = false;
            self.take(&member, &mut reader)?;
        }
    }

    fn take(&mut self, member: &Member, body: &mut dyn Read) -> Result<(), Error> {
        let path = ArchivePath::new(&member.path)
            .map_err(|source| Error::Path { input: self.name.to_owned(), source })?;
        if path.is_root() {
            return Ok(());
        }
        let kind = match &member.kind {
            Kind::Directory => SourceKind::Directory,
            Kind::Symlink(target) => SourceKind::Symlink(target.clone()),
            Kind::File => self.file(&path, member, body)?,
            Kind::Hardlink(target) => self.hard_link(&path, target)?,
            Kind::Other(kind) => {
                return Err(Error::Special { input: self.name.to_owned(), kind: special(*kind), path });
            }
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
        let facts = facts::read(body, path, id, self.look).map_err(|error| self.archive_error(error))?;
        self.bodies.push(Body { path: path.clone(), offset: member.offset, size: member.size });
        Ok(SourceKind::File(facts))
    }

    /// A hard link is the file it shares its body with, which came before it.
    fn hard_link(&self, path: &ArchivePath, target: &[u8]) -> Result<SourceKind, Error> {
        let target =
            ArchivePath::new(target).map_err(|source| Error::Path { input: self.name.to_owned(), source })?;
        match self.tree.entries.get(&target).map(|entry| &entry.kind) {
            Some(SourceKind::File(facts)) => Ok(SourceKind::File(facts.clone())),
            _ => Err(self.entry_error(path.clone(), "as a hard link to a file that is not there")),
        }
    }

    fn entry_error(&self, path: ArchivePath, reason: &'static str) -> Error {
        Error::Entry { input: self.name.to_owned(), path, reason }
    }

    fn archive_error(&self, error: impl std::error::Error + Send + Sync + 'static) -> Error {
        Error::Archive { input: self.name.to_owned(), source: Box::new(error) }
    }

    /// Adds the directories that the archive did not say, and checks that what is above an entry is one.
    fn finish(mut self) -> Result<(SourceTree, Vec<Body>), Error> {
        let mut missing: BTreeMap<ArchivePath, u64> = BTreeMap::new();
        for (path, entry) in &self.tree.entries {
            let mut above = path.parent().filter(|parent| !parent.is_root());
            while let Some(parent) = above {
                match self.tree.entries.get(&parent).map(|entry| &entry.kind) {
                    Some(SourceKind::Directory) => {}
                    Some(_) => {
                        return Err(self.entry_error(path.clone(), "below something that is not a directory"));
                    }
                    None => {
                        let newest = missing.entry(parent.clone()).or_default();
                        *newest = entry.mtime.max(*newest);
                    }
                }
                above = parent.parent().filter(|parent| !parent.is_root());
            }
        }
        for (path, mtime) in missing {
            self.tree.entries.insert(path, SourceEntry { mode: 0o755, mtime, kind: SourceKind::Directory });
        }
        Ok((self.tree, self.bodies))
    }
}

fn special(kind: u8) -> &'static str {
    match kind {
        b'3' | b'4' => "a device",
        b'6' => "a fifo",
        _ => "an entry of an unknown kind",
    }
}

/// Writes down what is read.
struct Tee<'a, R> {
    from: R,
    to: &'a mut dyn Write,
}

impl<R: Read> Read for Tee<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.to.write_all(&buffer[..count])?;
        Ok(count)
    }
}
