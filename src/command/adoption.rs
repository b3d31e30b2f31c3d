//! Whether the package of a virtualenv is there already: in the output directory, or in a repository.

use std::io;
use std::io::Read;
use std::path::PathBuf;

use crate::archive::compress::decode::Coding;
use crate::archive::compress::decode::decoder;
use crate::command::failure::Failure;
use crate::config::recipe::Recipe;
use crate::control::archive;
use crate::control::archive::FORMS;
use crate::control::archive::Release;
use crate::control::deb822::Paragraph;
use crate::deb::read;
use crate::deb::read::Limits;
use crate::deb::read::Reader;
use crate::host::env::Env;
use crate::host::repository;
use crate::host::repository::Repository;
use crate::host::watch::Watch;
use crate::plan;
use crate::plan::key::KeyParts;
use crate::plan::key::Machine;
use crate::plan::key::VenvKey;
use crate::source::Sources;
use crate::source::published;
use crate::source::published::PublishedVenv;
use crate::types::apt_source::AptSource;
use crate::types::apt_source::Root;
use crate::types::arch::Arch;
use crate::types::digest::HashingReader;
use crate::types::digest::Sha256;
use crate::types::name::PackageName;
use crate::types::size::Size;

/// The largest `Release` that is read, in bytes. Debian's has some 200 KiB.
const LARGEST_RELEASE: u64 = 16 << 20;
/// For the control data of a package that is adopted; its files are not read.
const LIMITS: Limits = Limits::of_stranger(Size::of_bytes(u64::MAX));

/// Where to look, in this order.
#[derive(Clone)]
pub(in crate::command) struct Search {
    /// The output directory.
    pub output: Option<PathBuf>,
    /// Repositories.
    pub repositories: Vec<AptSource>,
    /// What relative paths are relative to.
    pub env: Env,
}

/// What is looked for.
#[derive(Debug, Clone)]
struct Wanted {
    /// The package.
    package: PackageName,
    /// The machine that it is for, where it is not for all.
    machine: Arch,
}

/// Why it is not known whether it is there.
#[derive(Debug, thiserror::Error)]
enum Error {
    /// There is no such suite.
    #[error("`{0}` has no suite there: neither `InRelease` nor `Release` is found")]
    NoSuite(String),
    /// An address without a suite, and without an index of its own.
    #[error("`{0}` has no index `Packages`")]
    NoIndex(String),
    /// An index that is listed and not there.
    #[error("`{0}` is listed in the index of the repository, but missing")]
    NotThere(String),
    /// An index with other bytes than the list says.
    #[error("`{0}` does not match its digest in `Release`")]
    Changed(String),
    /// An index, or a file that it leads to, cannot be read.
    #[error("failed to read `{0}`")]
    Unreadable(String, #[source] io::Error),
    /// A package that cannot be read.
    #[error("failed to read the package `{0}`")]
    Package(String, #[source] read::Error),
    /// A package that is not the virtualenv it should be.
    #[error("`{0}` is not the virtualenv that its name says")]
    Other(String, #[source] published::Error),
    /// A package without control fields.
    #[error("`{0}` is not the virtualenv that its name says")]
    Fields(String, #[source] crate::control::deb822::Error),
    /// A package that was cut off.
    #[error("the package `{place}` has {found} bytes, and its members {expected}")]
    Short {
        /// Which.
        place: String,
        /// The bytes of the file.
        found: u64,
        /// The bytes that its header tells of.
        expected: u64,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoSuite(_) => Some("name a suite that is published: `URL SUITE COMPONENT…`"),
            Error::NoIndex(_) => Some("name the suite after it: `URL SUITE COMPONENT…`"),
            Error::NotThere(_) | Error::Changed(_) => Some("try again: it may just be being published"),
            Error::Package(..) | Error::Short { .. } | Error::Other(..) | Error::Fields(..) => {
                Some("remove it there, and it is made again")
            }
            Error::Unreadable(..) => None,
        };
        Self::new(error, hint.map(str::to_owned))
    }
}

impl From<repository::Error> for Failure {
    fn from(error: repository::Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

impl Search {
    /// The package of the recipe's virtualenv, where it has one and that is there already.
    ///
    /// By the lock, else by what is installed; where neither is known yet, there is nothing to look for.
    pub(in crate::command) fn published(
        &self,
        (recipe, machine): (&Recipe, &Machine),
        sources: &Sources,
        watch: &Watch,
    ) -> Result<Option<PublishedVenv>, Failure> {
        let parts = KeyParts { recipe, machine };
        let key = match (&sources.lock, &sources.venv) {
            (Some(lock), _) => VenvKey::of_lock(&parts, lock),
            (None, Some(venv)) => VenvKey::of_installed(&parts, venv),
            (None, None) => return Ok(None),
        };
        let Some(package) = plan::virtualenv(recipe, &key)? else { return Ok(None) };
        let wanted = Wanted { package, machine: machine.architecture.clone() };
        let search = self.clone();
        // A server may take its time to answer; a signal does not wait for it.
        let found = watch.interruptible(move || search.find(&wanted));
        found.map_err(|error| Failure::new(error, None))?
    }

    /// Looks everywhere until it is found.
    fn find(&self, wanted: &Wanted) -> Result<Option<PublishedVenv>, Failure> {
        if let Some(output) = self.output.as_ref().filter(|path| self.env.is_directory(path)) {
            let shelf = Repository::open(&Root::Directory(output.display().to_string()), &self.env)?;
            if let Some(found) = by_name(&shelf, wanted)? {
                return Ok(Some(found));
            }
        }
        for source in &self.repositories {
            let repository = Repository::open(&source.root, &self.env)?;
            if let Some(found) = in_repository(&repository, source, wanted)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// A file of its name, right in the directory.
fn by_name(directory: &Repository, wanted: &Wanted) -> Result<Option<PublishedVenv>, Failure> {
    for name in plan::virtualenv_files(&wanted.package, &wanted.machine) {
        if let Some(found) = opened(directory, &name, wanted)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn in_repository(
    repository: &Repository,
    source: &AptSource,
    wanted: &Wanted,
) -> Result<Option<PublishedVenv>, Failure> {
    let mut found = match &source.suite {
        Some(suite) => suite_packages(repository, suite, (source, wanted))?,
        None => {
            if repository.is_local()
                && let Some(found) = by_name(repository, wanted)?
            {
                return Ok(Some(found));
            }
            let mut found = Vec::new();
            for suite in repository.suites() {
                found.extend(suite_packages(repository, &suite, (source, wanted))?);
            }
            let flat = flat_packages(repository, "", wanted)?;
            if flat.is_none() && !repository.is_local() {
                return Err(Error::NoIndex(repository.spelled("")).into());
            }
            found.extend(flat.into_iter().flatten());
            found
        }
    };
    let is_for = |paragraph: &Paragraph| {
        let architecture = paragraph.get("Architecture").unwrap_or_default();
        architecture == wanted.machine.as_str() || architecture == Arch::ALL.as_str()
    };
    found.retain(is_for);
    let files = found.iter().filter_map(|paragraph| paragraph.get("Filename"));
    for file in files {
        if let Some(found) = opened(repository, file.trim_start_matches("./"), wanted)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The package's paragraphs in the indices of one suite.
fn suite_packages(
    repository: &Repository,
    suite: &str,
    (source, wanted): (&AptSource, &Wanted),
) -> Result<Vec<Paragraph>, Failure> {
    if let Some(directory) = suite.strip_suffix('/') {
        let directory = directory.trim_start_matches("./").trim_matches('.');
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let found = flat_packages(repository, &prefix, wanted)?;
        return found.ok_or_else(|| Error::NoIndex(repository.spelled(&prefix)).into());
    }
    let directory = format!("dists/{suite}");
    let release = release(repository, &directory)?;
    let release = release.ok_or_else(|| Error::NoSuite(repository.spelled(&directory)))?;
    let components = if source.components.is_empty() { &release.components } else { &source.components };
    let mut found = Vec::new();
    for component in components {
        for architecture in [wanted.machine.as_str(), Arch::ALL.as_str()] {
            let Some(listed) = release.packages(component, architecture) else { continue };
            let path = format!("{directory}/{}", listed.path);
            let hashed = release.by_hash.then(|| format!("{directory}/{}", listed.by_hash()));
            let bytes = match hashed.map(|path| repository.read(&path)).transpose()?.flatten() {
                Some(bytes) => Some(bytes),
                None => repository.read(&path)?,
            };
            let place = repository.spelled(&path);
            let bytes = bytes.ok_or_else(|| Error::NotThere(place.clone()))?;
            found.extend(checked(bytes, (&place, &path), listed.sha256, wanted)?);
        }
    }
    Ok(found)
}

/// `InRelease`, or `Release` where there is no other. Signatures are for hosts to check: what is found here only
/// decides whether a virtualenv is made again.
fn release(repository: &Repository, directory: &str) -> Result<Option<Release>, Failure> {
    for name in ["InRelease", "Release"] {
        let path = format!("{directory}/{name}");
        let Some(bytes) = repository.read(&path)? else { continue };
        let place = repository.spelled(&path);
        let mut text = String::new();
        let read = bytes.take(LARGEST_RELEASE).read_to_string(&mut text);
        read.map_err(|error| Error::Unreadable(place.clone(), error))?;
        let malformed = || io::Error::new(io::ErrorKind::InvalidData, "it is no paragraph of fields");
        let release = Release::parse(&text).ok_or_else(|| Error::Unreadable(place, malformed()))?;
        return Ok(Some(release));
    }
    Ok(None)
}

/// The package's paragraphs in the index of a flat repository; none where there is no index.
fn flat_packages(
    repository: &Repository,
    prefix: &str,
    wanted: &Wanted,
) -> Result<Option<Vec<Paragraph>>, Failure> {
    for form in FORMS {
        let path = format!("{prefix}Packages{form}");
        if let Some(bytes) = repository.read(&path)? {
            let place = repository.spelled(&path);
            let found = paragraphs(bytes, &path, wanted);
            return Ok(Some(found.map_err(|error| Error::Unreadable(place, error))?));
        }
    }
    Ok(None)
}

/// The package's paragraphs in an index whose digest is known.
fn checked(
    bytes: Box<dyn Read>,
    (place, path): (&str, &str),
    expected: Sha256,
    wanted: &Wanted,
) -> Result<Vec<Paragraph>, Failure> {
    let mut hashing = HashingReader::new(bytes);
    let found = paragraphs(&mut hashing, path, wanted);
    let (digest, _) = hashing.finish().map_err(|error| Error::Unreadable(place.to_owned(), error))?;
    if digest != expected {
        return Err(Error::Changed(place.to_owned()).into());
    }
    Ok(found.map_err(|error| Error::Unreadable(place.to_owned(), error))?)
}

fn paragraphs(bytes: impl Read, path: &str, wanted: &Wanted) -> io::Result<Vec<Paragraph>> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let suffix = name.strip_prefix("Packages").unwrap_or_default();
    let coding = Coding::ALL.into_iter().find(|coding| coding.suffix() == suffix);
    let decoded = decoder(coding.unwrap_or(Coding::ALL[0]), bytes)?;
    archive::paragraphs_of(decoded, wanted.package.as_str())
}

/// What its package tells in front of its files; none where there is no file.
fn opened(repository: &Repository, path: &str, wanted: &Wanted) -> Result<Option<PublishedVenv>, Failure> {
    let Some(mut bytes) = repository.read(path)? else { return Ok(None) };
    let place = repository.spelled(path);
    let reader = Reader::open(&mut *bytes, &LIMITS).map_err(|error| Error::Package(place.clone(), error))?;
    let deb = reader.deb();
    if let Some(found) = repository.size(path)? {
        let expected = deb.least_size();
        if found < expected {
            return Err(Error::Short { place, found, expected }.into());
        }
    }
    let control = deb.paragraph().map_err(|error| Error::Fields(place.clone(), error))?;
    let md5sums = deb.control_file("md5sums").map_or(&[][..], |file| &file.bytes);
    let from = (wanted.package.as_str(), place.clone(), repository.is_local());
    let found = PublishedVenv::new(from, &control, md5sums);
    Ok(Some(found.map_err(|error| Error::Other(place, error))?))
}
