//! `mkdeb test`: packages installed, upgraded, made to fail, rolled back and purged in a throw-away root, by the dpkg
//! of that root.

mod checks;
mod error;
mod listing;
mod said;
mod shelf;
mod spoiled;
mod steps;

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use crate::command::failure::Failure;
pub use crate::command::trial::error::Error;
use crate::command::trial::error::Maker;
use crate::command::trial::shelf::Candidate;
use crate::command::trial::steps::Trial;
use crate::host::Error as HostError;
use crate::host::bed::Bed;
use crate::host::env::Env;
use crate::host::output::AtomicFile;
use crate::host::process::on_path;
use crate::host::watch::Watch;

/// What to try.
#[derive(Debug, Clone)]
pub struct TrialRequest {
    /// The packages, installed together.
    pub files: Vec<PathBuf>,
    /// Those that they are an upgrade of.
    pub from: Vec<PathBuf>,
    /// Packages that they depend on, and that are not tried.
    pub with: Vec<PathBuf>,
    /// A directory or a tarball.
    pub root: Option<PathBuf>,
    /// Where everything goes that dpkg says.
    pub log: Option<PathBuf>,
    /// How long a call of dpkg may take.
    pub limit: Duration,
}

/// What came of it.
#[derive(Debug)]
pub struct TrialOutcome {
    /// The packages by name and version.
    pub packages: Vec<(String, String)>,
    /// Those before them.
    pub from: Vec<(String, String)>,
    /// Each step, in order.
    pub steps: Vec<Step>,
}

/// A step of a trial.
#[derive(Debug)]
pub struct Step {
    /// Which.
    pub kind: Kind,
    /// How it ended.
    pub verdict: Verdict,
    /// How long dpkg took.
    pub took: Duration,
}

/// Which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The first install: of what is before, where that is given.
    Install,
    /// An upgrade that ends while dpkg unpacks it.
    FailedUnpack,
    /// An upgrade to a release that does not start.
    FailedSwitch,
    /// The upgrade.
    Upgrade,
    /// The same version again.
    Reinstall,
    /// The version before, by dpkg.
    Rollback,
    /// The upgrade once more.
    UpgradeAgain,
    /// The version before, by what the package itself brings for it.
    OwnRollback,
    /// The removal.
    Remove,
    /// The purge.
    Purge,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::FailedUnpack => "failed-unpack",
            Self::FailedSwitch => "failed-switch",
            Self::Upgrade => "upgrade",
            Self::Reinstall => "reinstall",
            Self::Rollback => "rollback",
            Self::UpgradeAgain => "upgrade-again",
            Self::OwnRollback => "own-rollback",
            Self::Remove => "remove",
            Self::Purge => "purge",
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Well; what is so now.
    Passed(String),
    /// Not well.
    Failed {
        /// What is wrong.
        findings: Vec<String>,
        /// The last lines that dpkg said.
        said: Vec<String>,
    },
    /// It was not tried; why.
    Skipped(String),
}

impl TrialOutcome {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        !self.steps.iter().any(|step| matches!(step.verdict, Verdict::Failed { .. }))
    }
}

/// Tries packages. Nothing of the machine is changed, and of the root nothing stays.
pub fn trial(request: &TrialRequest, env: &Env, watch: &Watch) -> Result<TrialOutcome, Failure> {
    let left = || Some("nothing of the root is left".to_owned());
    trial_watched(request, env, watch).map_err(|failure| Failure {
        signal: watch.signal(),
        left: left(),
        ..failure
    })
}

fn trial_watched(request: &TrialRequest, env: &Env, watch: &Watch) -> Result<TrialOutcome, Failure> {
    let read = |files: &[PathBuf]| shelf::read(files, env, watch);
    let (new, old, with) = (read(&request.files)?, read(&request.from)?, read(&request.with)?);
    let Some(root) = &request.root else { return Err(no_root(&[&new, &old], &with, env).into()) };
    let bed = Bed::make(root, env, watch)?;
    let mut trial = Trial::new(&bed, (&old, &new), (env, watch), request.limit);
    let tried = trial.prepare(&with).and_then(|()| trial.run());
    // What dpkg said explains an error, too.
    if let Some(path) = &request.log {
        write(&env.resolve(path), &trial.log)?;
    }
    tried?;
    let steps = std::mem::take(&mut trial.steps);
    let named = |candidates: &[Candidate]| {
        candidates.iter().map(|candidate| (candidate.name.clone(), candidate.version.clone())).collect()
    };
    Ok(TrialOutcome { packages: named(&new), from: named(&old), steps })
}

fn no_root(sides: &[&[Candidate]], with: &[Candidate], env: &Env) -> Error {
    let given: Vec<&String> =
        sides.iter().copied().flatten().chain(with).map(|candidate| &candidate.name).collect();
    let needs = sides.iter().copied().flatten().flat_map(Candidate::needs);
    let mut needs: Vec<String> = needs.filter(|name| !given.contains(name)).cloned().collect();
    needs.sort();
    needs.dedup();
    let maker = match ["mmdebstrap", "debootstrap"].map(|name| on_path(name, env).is_some()) {
        [true, _] => Maker::Mmdebstrap,
        [false, true] => Maker::Debootstrap,
        [false, false] => Maker::Nothing,
    };
    Error::NoRoot { needs, maker }
}

fn write(path: &Path, text: &str) -> Result<(), HostError> {
    let mut file = AtomicFile::create(path)?;
    let written = file.writer().write_all(text.as_bytes());
    written.map_err(|error| HostError::new("write", path, error))?;
    file.commit().map(|_| ())
}
