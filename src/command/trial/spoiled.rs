//! Packages made to fail, each where real ones do: while dpkg unpacks it, and when a release is switched to.

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::trial::error::Error;
use crate::command::trial::shelf::Candidate;
use crate::command::writing::generated;
use crate::control::binary::BinaryControl;
use crate::control::binary::Provenance;
use crate::deb::reversion;
use crate::deb::spoil;
use crate::deb::spoil::Spoil;
use crate::host::Error as HostError;
use crate::host::bed::Bed;
use crate::host::bed::SHELF;
use crate::host::env::Env;
use crate::host::output;
use crate::host::watch::Guarded;
use crate::host::watch::Watch;
use crate::package::Package;
use crate::package::blob::Blob;
use crate::package::scripts::Scripts;
use crate::package::tree::Node;
use crate::package::tree::NodeKind;
use crate::package::tree::PackageTree;
use crate::types::arch::Arch;
use crate::types::date::SourceDate;
use crate::types::mode::Mode;
use crate::types::version::DebVersion;

/// A package that has a file of which a spoiled one wants to have another: dpkg refuses it when all else is unpacked
/// (Policy 7.6).
pub const OBSTACLE: &str = "mkdeb-obstacle";
/// That file.
const CLAIMED: &str = "usr/share/mkdeb-obstacle";
/// What dpkg says then.
pub const CLAIM: &str = "trying to overwrite '/usr/share/mkdeb-obstacle'";
/// What a release checks before it starts, and does not pass.
const REFUSAL: &str = include_str!("../../../templates/trial/refusal.py");
/// What that says.
pub const REFUSED: &str = "this release was made to fail";
/// What a version gets at its end to be higher.
const HIGHER: &str = "+failing";

/// What makes packages fail, and where they go.
///
/// Whatever the root sees was written for the next call of dpkg, and nothing there is read again: should a package
/// find a way to change it, that changes no verdict.
pub(super) struct Workshop<'a> {
    /// The directory that the root sees, and one that it does not see.
    shelf: PathBuf,
    desk: PathBuf,
    env: &'a Env,
    watch: &'a Watch,
    /// The files for the next call, and how many there were before them.
    here: Vec<PathBuf>,
    count: usize,
}

impl<'a> Workshop<'a> {
    /// One for the packages of a root.
    pub fn new(bed: &Bed, (env, watch): (&'a Env, &'a Watch)) -> Self {
        Self { shelf: bed.shelf(), desk: bed.desk(), env, watch, here: Vec::new(), count: 0 }
    }

    /// Copies a package to where the root sees it; the path there.
    pub fn copy(&mut self, candidate: &Candidate) -> Result<String, Failure> {
        let file = self.env.resolve(&candidate.file);
        self.shelve(&file, &candidate.name)
    }

    /// The obstacle; its path there.
    pub fn obstacle(&mut self) -> Result<String, Failure> {
        let made = generated(&obstacle()?, &self.desk, (self.env, self.watch))?;
        self.shelve(&made, OBSTACLE)
    }

    /// A copy that the obstacle is in the way of. Without a version before it, it needs a higher one to be an upgrade.
    pub fn blocked(&mut self, candidate: &Candidate, from: Option<&str>) -> Result<String, Failure> {
        let added = Spoil::Added(CLAIMED);
        if from.is_some_and(|version| version != candidate.version) {
            return self.spoil((&candidate.file, candidate), added);
        }
        let malformed = |error: crate::types::version::Error| Failure::new(error, None);
        let version: DebVersion = format!("{}{HIGHER}", candidate.version).parse().map_err(malformed)?;
        let higher = self.desk.join(format!("{}.deb", candidate.name));
        let mut out = output::create(&higher)?;
        reversion::reversion(&mut self.open(&candidate.file)?, &version, &mut out)
            .map_err(|source| Error::Reversion { file: candidate.file.clone(), source })?;
        out.flush().map_err(|error| HostError::new("write", &higher, error))?;
        self.spoil((&higher, candidate), added)
    }

    /// A copy whose release does not start.
    pub fn refusing(&mut self, candidate: &Candidate) -> Result<String, Failure> {
        let Some(path) = candidate.preflights.first() else { return self.copy(candidate) };
        let path = path.trim_start_matches('/');
        self.spoil((&candidate.file, candidate), Spoil::Replaced { path, text: REFUSAL })
    }

    /// Takes away what was for the call that was made.
    pub fn clear(&mut self) -> Result<(), Failure> {
        let gone = self.here.drain(..).try_for_each(|path| output::remove(&path));
        Ok(gone?)
    }

    fn spoil(&mut self, (from, of): (&Path, &Candidate), how: Spoil<'_>) -> Result<String, Failure> {
        let (there, path) = self.next(&of.name);
        let mut input = self.open(from)?;
        let mut spool = output::spool(&self.desk)?;
        let mut out = output::create(&path)?;
        spoil::spoil(&mut input, how, &mut spool, &mut out)
            .map_err(|source| Error::Spoil { file: of.file.clone(), source })?;
        out.flush().map_err(|error| HostError::new("write", &path, error))?;
        Ok(there)
    }

    fn shelve(&mut self, file: &Path, name: &str) -> Result<String, Failure> {
        let (there, path) = self.next(name);
        let mut input = self.open(file)?;
        let mut out = output::create(&path)?;
        let copied = std::io::copy(&mut input, &mut out).and_then(|_| out.flush());
        copied.map_err(|error| HostError::new("write", &path, error))?;
        Ok(there)
    }

    /// A path that nothing had before: in the root, and here.
    fn next(&mut self, name: &str) -> (String, PathBuf) {
        self.count += 1;
        let file = format!("{}-{name}.deb", self.count);
        let path = self.shelf.join(&file);
        self.here.push(path.clone());
        (format!("{SHELF}/{file}"), path)
    }

    fn open(&self, path: &Path) -> Result<Guarded<'a, std::fs::File>, Failure> {
        Ok(Guarded::new(output::open(&self.env.resolve(path))?, self.watch))
    }
}

fn obstacle() -> Result<Package, Failure> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Failure {
        error,
        hint: None,
        subject: None,
        place: None,
        signal: None,
        left: None,
    };
    let text = "In the way of a package that is made to fail.\n";
    let kind =
        NodeKind::File { blob: Blob::Inline(text.as_bytes().into()), mode: Mode::PLAIN, conffile: false };
    let mut tree = PackageTree::default();
    let path =
        format!("/{CLAIMED}").parse().map_err(|error: crate::types::path::Error| failed(error.into()))?;
    let node = Node { kind, origin: "mkdeb".to_owned(), mtime: None };
    tree.insert(path, node).map_err(|error| failed(error.into()))?;
    let control = BinaryControl {
        package: OBSTACLE.parse().map_err(|error: crate::types::name::Error| failed(error.into()))?,
        version: "1".parse().map_err(|error: crate::types::version::Error| failed(error.into()))?,
        architecture: Arch::ALL,
        maintainer: "mkdeb <mkdeb@localhost>".to_owned(),
        section: "misc".to_owned(),
        priority: "optional".to_owned(),
        homepage: None,
        summary: "is in the way".to_owned(),
        description: "For `mkdeb test` alone.".to_owned(),
        relations: Vec::new(),
        identity: None,
        provenance: Provenance::default(),
        fields: Vec::new(),
    };
    let (scripts, removed_conffiles) = (Scripts::default(), Vec::new());
    Ok(Package { control, date: SourceDate::from_seconds(0), tree, scripts, removed_conffiles })
}
