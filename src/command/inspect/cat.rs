//! One file of a package.

use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Seek;

use crate::archive::tar::read::Kind;
use crate::command::failure::Failure;
use crate::command::inspect::Outcome;
use crate::command::inspect::Package;
use crate::command::inspect::error::Error;
use crate::command::inspect::error::Stop;
use crate::deb::read;
use crate::deb::read::Deb;
use crate::deb::read::Entry;
use crate::deb::read::Reader;
use crate::deb::read::place;
use crate::host::deb_file::DebFile;
use crate::host::deb_file::is_stdin;
use crate::host::output::temporary;
use crate::host::watch::Watch;
use crate::types::path::ArchivePath;
use crate::types::spelling::nearest;

/// How different a path may be from a missing one to be meant, in edits.
const NEAR: usize = 3;

/// The body of the last entry at a path. A hard link to an earlier one needs a second look at the package.
pub(super) fn body(
    package: &Package<'_>,
    reader: Reader<'_>,
    path: &[u8],
    watch: &Watch,
) -> Result<Outcome, Failure> {
    let wanted = place(path).map_err(Error::Path)?;
    if let Some(name) = wanted.as_bytes().strip_prefix(b"DEBIAN/") {
        return control_body(reader.deb(), name);
    }
    let found = search(package, reader, wanted, u64::MAX)?;
    let Some(Found::Hardlink(target, before)) = &found.found else { return Ok(Outcome::Body(found.body()?)) };
    let file = &package.request.file;
    if is_stdin(file) {
        return Ok(Outcome::Body(found.body()?));
    }
    // It has the body that its target had when it was made; that one may be a link to a third only where dpkg would fail.
    let mut input = DebFile::open(file, package.env, watch)?.reader;
    let wanted = place(target).map_err(Error::Path)?;
    let found = search(package, package.open(&mut input)?, wanted, *before)?;
    Ok(Outcome::Body(found.body()?))
}

fn search(
    package: &Package<'_>,
    reader: Reader<'_>,
    wanted: ArchivePath,
    before: u64,
) -> Result<Search, Failure> {
    let mut search = Search { shown: shown(&wanted), wanted, before, found: None, near: None };
    let walked = reader.walk::<Stop>(&mut |entry, body| search.see(&entry, body));
    walked.map_err(|stop| package.told(stop))?;
    Ok(search)
}

fn control_body(deb: &Deb, name: &[u8]) -> Result<Outcome, Failure> {
    let name = String::from_utf8_lossy(name).into_owned();
    let path = format!("DEBIAN/{name}");
    let Some(file) = deb.control_file(&name) else {
        let names = deb.control_files.iter().map(|file| String::from_utf8_lossy(&file.header.path));
        let names: Vec<_> = names.collect();
        let near = nearest(&name, names.iter().map(AsRef::as_ref));
        let near = near.map(|near| format!("DEBIAN/{near}"));
        return Err(Error::Missing { path, near, listed: "`--json` lists the control files" }.into());
    };
    let held = temporary().and_then(|mut held| {
        io::copy(&mut &file.bytes[..], &mut held)?;
        held.rewind()?;
        Ok(held)
    });
    Ok(Outcome::Body(held.map_err(|source| Error::Hold { path, source })?))
}

/// Looks for a path while a package passes by.
struct Search {
    wanted: ArchivePath,
    /// Only entries that start before this byte of the archive count.
    before: u64,
    shown: String,
    found: Option<Found>,
    /// The path that is most like the one that is wanted, and how far it is from it.
    near: Option<(usize, String)>,
}

enum Found {
    File(File),
    Hardlink(Vec<u8>, u64),
    Other(Kind),
}

impl Search {
    fn see(&mut self, entry: &Entry, body: &mut dyn Read) -> Result<(), Stop> {
        let Ok(path) = place(&entry.header.path) else { return Ok(()) };
        if entry.header.offset >= self.before {
            return Ok(());
        }
        if path != self.wanted {
            if self.found.is_none() {
                self.compare(&path);
            }
            return Ok(());
        }
        self.found = Some(match &entry.header.kind {
            Kind::File => Found::File(self.hold(&entry.header.path, body)?),
            Kind::Hardlink(target) => Found::Hardlink(target.clone(), entry.header.offset),
            other => Found::Other(other.clone()),
        });
        Ok(())
    }

    /// Holds a body on disk: a later entry of the same name would replace it.
    fn hold(&self, path: &[u8], body: &mut dyn Read) -> Result<File, Stop> {
        let failed = |source| Stop::Error(Box::new(Error::Hold { path: self.shown.clone(), source }));
        let mut held = temporary().map_err(failed)?;
        let mut buffer = vec![0; 128 << 10];
        loop {
            let count = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(source) => return Err(Stop::Package(read::Error::body(path, source))),
            };
            io::Write::write_all(&mut held, &buffer[..count]).map_err(failed)?;
        }
        held.rewind().map_err(failed)?;
        Ok(held)
    }

    /// The same name elsewhere, or almost the same path: only paths of about the same length are looked at closely.
    fn compare(&mut self, path: &ArchivePath) {
        let same_name = !path.is_root() && path.file_name() == self.wanted.file_name();
        let lengths = (path.as_bytes().len(), self.wanted.as_bytes().len());
        if !same_name && lengths.0.abs_diff(lengths.1) > NEAR || lengths.0.max(lengths.1) > 4096 {
            return;
        }
        let other = shown(path);
        let distance = strsim::levenshtein(&other, &self.shown);
        let is_nearer = self.near.as_ref().is_none_or(|(nearest, _)| distance < *nearest);
        if is_nearer && (same_name || distance <= NEAR) {
            self.near = Some((distance, other));
        }
    }

    fn body(self) -> Result<File, Error> {
        let path = self.shown;
        let no_file =
            |what: &str, hint| Err(Error::NoFile { path: path.clone(), what: what.to_owned(), hint });
        match self.found {
            None => {
                let near = self.near.map(|(_, near)| near);
                Err(Error::Missing { path, near, listed: "`--files` lists what is there" })
            }
            Some(Found::File(file)) => Ok(file),
            Some(Found::Hardlink(target, _)) => {
                let target = String::from_utf8_lossy(&target).into_owned();
                let what = format!("a hard link to `{target}`, which a pipe has passed");
                no_file(&what, Some(format!("ask for `{target}`, or give the package as a file")))
            }
            Some(Found::Other(Kind::Symlink(target))) => {
                no_file(&format!("a symbolic link to `{}`", String::from_utf8_lossy(&target)), None)
            }
            Some(Found::Other(Kind::Directory)) => {
                no_file("a directory", Some("`--files` lists what is in it".to_owned()))
            }
            Some(Found::Other(_)) => no_file("a device or a pipe", None),
        }
    }
}

fn shown(path: &ArchivePath) -> String {
    format!("/{}", String::from_utf8_lossy(path.as_bytes()))
}
