//! `mkdeb inspect`: what is in a package, in one pass from front to back, so that it may come from a pipe.

mod cat;
mod error;
pub(in crate::command) mod page;
pub mod virtualenv;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use crate::archive::tar::read::Kind;
use crate::command::failure::Failure;
pub use crate::command::inspect::error::Error;
use crate::command::inspect::error::Stop;
use crate::command::inspect::page::Looking;
use crate::command::inspect::page::Replay;
use crate::command::inspect::virtualenv::Collector;
use crate::command::inspect::virtualenv::Virtualenv;
use crate::config::recipe::LintRecipe;
use crate::deb::read;
use crate::deb::read::Deb;
use crate::deb::read::Entry;
use crate::deb::read::Limits;
use crate::deb::read::Reader;
use crate::host::Error as HostError;
use crate::host::deb_file::DebFile;
use crate::host::deb_file::is_stdin;
use crate::host::env::Env;
use crate::host::extract;
use crate::host::extract::Extraction;
use crate::host::input::budget::DEFAULT_UNPACKED;
use crate::host::watch::Watch;
use crate::lint;
use crate::lint::facts::Digests;
use crate::package::scripts::Scripts;
use crate::page::Subject;
use crate::types::digest::HashingReader;
use crate::types::digest::Sha256;
use crate::types::plural::counted;
use crate::types::size::Size;

/// A maintainer script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its name: `postinst`.
    pub name: &'static str,
    /// Its text; where it is not in the package, where it leads to, or nothing for what is no file.
    pub text: Result<Vec<u8>, String>,
}

/// What to inspect.
#[derive(Debug, Clone)]
pub struct InspectRequest {
    /// The package; `-` is standard input.
    pub file: PathBuf,
    /// What to tell of it.
    pub part: Part,
    /// What data.tar may unpack to.
    pub max_unpacked: Size,
}

/// What to tell of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What it is and what it holds.
    Summary,
    /// What it is, what it holds and what it does, as a page.
    Page,
    /// The control file.
    Control,
    /// The maintainer scripts.
    Scripts,
    /// The entries of data.tar.
    Files,
    /// The body of one file: a path on the host, or `DEBIAN/NAME` for a file of control.tar.
    Cat(Vec<u8>),
    /// Nothing; its files are unpacked into this directory.
    Extract(PathBuf),
}

/// What was asked for.
#[derive(Debug)]
pub enum Outcome {
    /// Everything.
    Summary(Box<Inspected>),
    /// What a page tells.
    Page(Box<Subject>),
    /// The package's entries.
    Files(Vec<Entry>),
    /// The package, for its control file.
    Control(Box<Deb>),
    /// The maintainer scripts, in the order in which dpkg runs them.
    Scripts(Vec<Script>),
    /// A body.
    Body(File),
    /// Entries were unpacked.
    Extracted {
        /// Into this directory.
        directory: PathBuf,
        /// Their paths as the archive spells them, in order.
        paths: Vec<Vec<u8>>,
    },
}

/// A package that was read to its end.
#[derive(Debug)]
pub struct Inspected {
    /// Its name, as the user gave it.
    pub file: String,
    /// Its size in bytes.
    pub size: u64,
    /// The digest of the file.
    pub sha256: Sha256,
    /// What it says.
    pub deb: Deb,
    /// The entries of data.tar, in order.
    pub entries: Vec<Entry>,
    /// The virtualenvs in it.
    pub virtualenvs: Vec<Virtualenv>,
}

/// Inspects a package.
pub fn inspect(request: &InspectRequest, env: &Env, watch: &Watch) -> Result<Outcome, Failure> {
    inspect_watched(request, env, watch).map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn inspect_watched(request: &InspectRequest, env: &Env, watch: &Watch) -> Result<Outcome, Failure> {
    let DebFile { reader: input, size } = DebFile::open(&request.file, env, watch)?;
    let package = Package { request, env };
    let mut input = HashingReader::new(input);
    let reader = package.open(&mut input)?;
    let told = |stop| package.told(stop);
    match &request.part {
        Part::Control => Ok(Outcome::Control(Box::new(reader.deb().clone()))),
        Part::Scripts => Ok(Outcome::Scripts(scripts(reader.deb()))),
        Part::Files => {
            let mut entries = Vec::new();
            let kept = reader.walk::<Stop>(&mut |entry, _| {
                entries.push(entry);
                Ok(())
            });
            kept.map(|_| Outcome::Files(entries)).map_err(told)
        }
        Part::Summary => {
            let (mut entries, mut collector) = (Vec::new(), Collector::default());
            let walked = reader.walk::<Stop>(&mut |entry, body| {
                let seen = collector.see(&entry.header, body);
                seen.map_err(|source| read::Error::body(&entry.header.path, source))?;
                entries.push(entry);
                Ok(())
            });
            let deb = walked.map_err(told)?;
            let finished = input.finish();
            let (sha256, _) = finished.map_err(|error| HostError::new("read", &request.file, error))?;
            let (file, size) = (package.name(), size.unwrap_or(deb.size));
            let virtualenvs = collector.finish();
            Ok(Outcome::Summary(Box::new(Inspected { file, size, sha256, deb, entries, virtualenvs })))
        }
        Part::Page => {
            let subject = subject(reader, size).map_err(told)?;
            Ok(Outcome::Page(Box::new(subject)))
        }
        Part::Cat(path) => cat::body(&package, reader, path, watch),
        Part::Extract(directory) => {
            watch.expect(size.unwrap_or(0));
            package.extract(reader, directory)
        }
    }
}

/// What a page tells of the package in a file.
pub(in crate::command) fn subject_of(path: &Path, (env, watch): (&Env, &Watch)) -> Result<Subject, Failure> {
    let request = InspectRequest { file: path.to_owned(), part: Part::Page, max_unpacked: DEFAULT_UNPACKED };
    let DebFile { reader: mut input, size } = DebFile::open(path, env, watch)?;
    let package = Package { request: &request, env };
    subject(package.open(&mut input)?, size).map_err(|stop| package.told(stop))
}

/// What a page tells of a package; the lists of digests in it are compared with nothing.
fn subject(reader: Reader<'_>, size: Option<u64>) -> Result<Subject, Stop> {
    let (mut looking, mut linted) = (Looking::default(), lint::facts::Collector::new(None, Digests::Trusted));
    let deb = reader.walk::<Stop>(&mut |entry, body| {
        let header = entry.header;
        let mut body = Replay::new(body);
        let seen = linted.see(header.clone(), &mut body).and_then(|()| looking.see(&header, &mut body));
        seen.map_err(|source| read::Error::body(&header.path, source).into())
    })?;
    let size = size.unwrap_or(deb.size);
    let facts = linted.finish(deb);
    let findings = lint::check(&facts, &LintRecipe::default());
    Ok(looking.finish((facts.deb, size), &findings))
}

/// The scripts of a package, in the order in which they run. Of two with one name, the last counts; one that is a
/// link has the text of what it leads to, where that is in the package.
pub fn scripts(deb: &Deb) -> Vec<Script> {
    let script = |name: &&'static str| {
        let last = deb.control_files.iter().rev().find(|file| file.header.path == name.as_bytes())?;
        let text = deb.control_file(name).map(|file| file.bytes.clone());
        let target = match &last.header.kind {
            Kind::Symlink(target) if text.is_none() => String::from_utf8_lossy(target).into_owned(),
            _ => String::new(),
        };
        Some(Script { name, text: text.ok_or(target) })
    };
    Scripts::NAMES.iter().filter_map(script).collect()
}

/// The package that was asked for.
struct Package<'a> {
    request: &'a InspectRequest,
    env: &'a Env,
}

impl Package<'_> {
    fn name(&self) -> String {
        let file = &self.request.file;
        if is_stdin(file) { "standard input".to_owned() } else { file.display().to_string() }
    }

    fn open<'r>(&self, input: &'r mut dyn Read) -> Result<Reader<'r>, Failure> {
        let limits = Limits::of_stranger(self.request.max_unpacked);
        Reader::open(input, &limits).map_err(|error| self.told(Stop::Package(error)))
    }

    fn told(&self, stop: Stop) -> Failure {
        match stop {
            Stop::Package(source) => Error::Package { file: self.name(), source }.into(),
            Stop::Error(error) => (*error).into(),
        }
    }

    fn extract(&self, reader: Reader<'_>, directory: &Path) -> Result<Outcome, Failure> {
        let mut extraction = Extraction::into(&self.env.resolve(directory))?;
        let failed = |source| match source {
            extract::Error::Body { path, source } => {
                Stop::Package(read::Error::body(path.as_bytes(), source))
            }
            source => Stop::Error(Box::new(Error::Extract { file: self.name(), source })),
        };
        let mut paths = Vec::new();
        let walked = reader.walk::<Stop>(&mut |entry, body| {
            extraction.add(&entry, body).map_err(failed)?;
            paths.push(entry.header.path);
            Ok(())
        });
        // Directories get their modes also where something failed: what is left shall be as it was meant.
        let finished = extraction.finish().map_err(failed);
        match walked.and(finished) {
            Ok(()) => Ok(Outcome::Extracted { directory: directory.to_owned(), paths }),
            Err(stop) => {
                let failure = self.told(stop);
                let entries = counted(paths.len() as u64, "entries");
                let left = format!("`{}` is left with {entries} unpacked before", directory.display());
                Err(Failure { hint: failure.hint.or(Some(left.clone())), left: Some(left), ..failure })
            }
        }
    }
}
