//! A directory as an input.

use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use crate::host::input::Error;
use crate::host::input::Input;
use crate::host::input::Scan;
use crate::host::input::body::Stamp;
use crate::host::input::body::Store;
use crate::host::input::body::open;
use crate::host::input::budget::Excess;
use crate::host::input::facts;
use crate::host::input::facts::Buffer;
use crate::host::input::facts::Look;
use crate::source::tree::FileFacts;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// A path seen by the walk, before its body is read.
struct Seen {
    path: ArchivePath,
    full: PathBuf,
    metadata: Metadata,
}

/// Looks at every path below `path`; links are seen, never followed.
pub(super) fn read(input: &Input<'_>, scan: &Scan<'_>) -> Result<(SourceTree, Store), Error> {
    let (name, path) = (input.name, input.path.as_path());
    let seen = walk(name, path, scan)?;
    let facts = read_bodies(&seen, input, scan)?;
    let mut tree = SourceTree { name: name.to_owned(), location: location(path), ..SourceTree::default() };
    let mut facts = facts.into_iter();
    for entry in &seen {
        let kind = entry.metadata.file_type();
        let kind = if kind.is_dir() {
            SourceKind::Directory
        } else if kind.is_symlink() {
            let wrap = |error| crate::host::Error::new("read", &entry.full, error);
            let target = std::fs::read_link(&entry.full).map_err(wrap)?;
            SourceKind::Symlink(target.as_os_str().as_bytes().to_vec())
        } else if let Some(special) = special(&entry.metadata) {
            SourceKind::Special(special)
        } else {
            match facts.next() {
                Some(facts) => SourceKind::File(facts),
                None => continue,
            }
        };
        tree.entries.insert(entry.path.clone(), entry_of(&entry.metadata, kind));
    }
    let files = seen.into_iter().filter(|entry| entry.metadata.is_file());
    let files = files.map(|entry| (entry.full, Stamp::of(&entry.metadata))).collect();
    Ok((tree, Store::Files { files }))
}

/// Looks at one file, named by the manifest.
pub(super) fn single(
    path: &Path,
    id: SourceId,
    metadata: &Metadata,
    look: Look<'_>,
) -> io::Result<SourceEntry> {
    let mut body = open(path, Stamp::of(metadata))?;
    let facts = facts::read(&mut body, &ArchivePath::default(), id, look, &mut Buffer::default())?;
    Ok(entry_of(metadata, SourceKind::File(facts)))
}

fn entry_of(metadata: &Metadata, kind: SourceKind) -> SourceEntry {
    // A file from before 1970 is as old as can be.
    let mtime = u64::try_from(metadata.mtime()).unwrap_or(0);
    SourceEntry { mode: metadata.mode() & 0o7777, mtime, kind }
}

fn location(path: &Path) -> String {
    let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    full.to_string_lossy().into_owned()
}

fn walk(name: &str, path: &Path, scan: &Scan<'_>) -> Result<Vec<Seen>, Error> {
    let mut seen = Vec::new();
    // The root may be a link to the tree; below it none is followed.
    let root = std::fs::canonicalize(path).map_err(|error| crate::host::Error::new("read", path, error))?;
    for entry in walkdir::WalkDir::new(&root).min_depth(1).sort_by_file_name() {
        let wrap = |error| crate::host::Error::new("read", Path::new(name), error);
        scan.watch.check().map_err(wrap)?;
        let entry = entry.map_err(|error| crate::host::Error::walking(&root, error))?;
        let metadata = entry.metadata().map_err(|error| crate::host::Error::walking(&root, error))?;
        let relative = entry.path().strip_prefix(&root).unwrap_or(entry.path());
        let path = ArchivePath::new(relative.as_os_str().as_bytes())
            .map_err(|source| Error::Path { input: name.to_owned(), source })?;
        let excess = |excess| Error::Excess { input: name.to_owned(), excess };
        scan.budget.enter(path.as_bytes().len()).map_err(excess)?;
        if metadata.is_file() {
            scan.budget.unpack(metadata.len()).map_err(excess)?;
        }
        seen.push(Seen { path, full: entry.into_path(), metadata });
    }
    Ok(seen)
}

fn special(metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_fifo() {
        Some("a fifo")
    } else if kind.is_socket() {
        Some("a socket")
    } else if kind.is_block_device() || kind.is_char_device() {
        Some("a device")
    } else {
        None
    }
}

/// Reads every file once, on all threads; the facts come back in the order of the files.
fn read_bodies(seen: &[Seen], input: &Input<'_>, scan: &Scan<'_>) -> Result<Vec<FileFacts>, Error> {
    let files: Vec<&Seen> = seen.iter().filter(|entry| entry.metadata.is_file()).collect();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(files.len()));
    let work = || {
        let (mut mine, mut buffer) = (Vec::new(), Buffer::default());
        while let Some(index) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|i| *i < files.len()) {
            let outcome = read_body(files[index], (input, index), scan, &mut buffer);
            let failed = outcome.is_err();
            mine.push((index, outcome));
            if failed {
                next.store(files.len(), Ordering::Relaxed);
            }
        }
        if let Ok(mut results) = results.lock() {
            results.append(&mut mine);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..scan.threads {
            // As many as the machine gives: fewer take longer.
            if std::thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        work();
    });
    let mut results = results.into_inner().unwrap_or_default();
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, outcome)| outcome).collect()
}

fn read_body(
    entry: &Seen,
    (input, index): (&Input<'_>, usize),
    scan: &Scan<'_>,
    buffer: &mut Buffer,
) -> Result<FileFacts, Error> {
    let id = SourceId { input: input.number, file: u32::try_from(index).unwrap_or(u32::MAX) };
    open(&entry.full, Stamp::of(&entry.metadata))
        .and_then(|mut body| facts::read(&mut body, &entry.path, id, input.look(scan), buffer))
        .map_err(|error| match error.downcast::<Excess>() {
            Ok(excess) => Error::Excess { input: input.name.to_owned(), excess },
            Err(error) => crate::host::Error::new("read", &entry.full, error).into(),
        })
}
