//! `mkdeb venv`: the virtualenv that the lock asks for, made of wheels and without a network.

mod error;
mod install;
mod python;

use std::path::Component;
use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::manifest;
use crate::command::manifest::Found;
use crate::command::manifest::Selection;
use crate::command::requirements;
pub use crate::command::venv::error::Error;
use crate::command::venv::install::Installation;
pub use crate::command::venv::install::Maker;
use crate::command::venv::install::requirements_text;
use crate::command::venv::python::Wanted;
use crate::config::recipe::Suite;
use crate::config::recipe::VenvRecipe;
use crate::content::lock::Lock;
use crate::content::wheel;
use crate::content::wheel::name::Interpreter;
use crate::content::wheel::supply::supply;
use crate::host::env::Env;
use crate::host::links::Links;
use crate::host::venv_dir::VenvDir;
use crate::host::watch::Watch;
use crate::plan;
use crate::plan::key::KeyParts;
use crate::plan::key::Machine;
use crate::plan::key::VenvKey;

/// Which virtualenv, of which wheels.
#[derive(Debug, Clone, Default)]
pub struct VenvRequest {
    /// The manifest.
    pub selection: Selection,
    /// Directories of wheels.
    pub wheels: Vec<PathBuf>,
    /// The interpreter, where it is not the manifest's.
    pub python: Option<PathBuf>,
}

/// A virtualenv that is there.
#[derive(Debug)]
pub struct VenvOutcome {
    /// The manifest's path of it: a link.
    pub path: PathBuf,
    /// What that leads to.
    pub directory: PathBuf,
    /// Its key.
    pub key: VenvKey,
    /// What made it; none where it was there.
    pub made_with: Option<Maker>,
    /// How many distributions it holds.
    pub distributions: usize,
}

/// Makes the virtualenv of the manifest, unless it is there.
pub fn venv(request: &VenvRequest, env: &Env, watch: &Watch) -> Result<VenvOutcome, Failure> {
    venv_watched(request, env, watch).map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn venv_watched(request: &VenvRequest, env: &Env, watch: &Watch) -> Result<VenvOutcome, Failure> {
    manifest::using(&request.selection, env, |found| venv_of(found, (request, env), watch))
}

fn venv_of(
    Found { recipe, base, .. }: &Found,
    (request, env): (&VenvRequest, &Env),
    watch: &Watch,
) -> Result<VenvOutcome, Failure> {
    let machine = requirements::machine(recipe, env)?;
    let lock = requirements::lock(recipe, base, env)?;
    let venv = recipe.venv.as_ref().ok_or(Error::NoVenv)?;
    let lock = lock.ok_or(Error::NoLock)?;
    let name = Path::new(&venv.source).components().next_back();
    let Some(Component::Normal(name)) = name else {
        return Err(Error::Nameless(venv.source.clone()).into());
    };
    if name.to_string_lossy().contains(".tar") {
        return Err(Error::Tarball(venv.source.clone()).into());
    }
    check_hashes(&lock)?;
    let key = VenvKey::of_lock(&KeyParts { recipe, machine: &machine }, &lock);
    // Without a slash at its end.
    let link: PathBuf = env.resolve(&base.join(&venv.source)).components().collect();
    let place = VenvDir::lock(&link, key.as_str(), watch)?;
    if place.is_taken() {
        return Err(Error::Taken(link).into());
    }
    let mut made_with = None;
    if !place.is_complete() {
        let target = recipe.target;
        let work = Work { request, venv, lock: &lock, machine: &machine, target, env, watch };
        made_with = Some(work.make(&place)?);
    }
    place.link()?;
    let distributions = lock.pins.len();
    Ok(VenvOutcome { path: link, directory: place.path, key, made_with, distributions })
}

/// What making a virtualenv needs.
struct Work<'a> {
    request: &'a VenvRequest,
    venv: &'a VenvRecipe,
    lock: &'a Lock,
    machine: &'a Machine,
    target: Option<Suite>,
    env: &'a Env,
    watch: &'a Watch,
}

impl Work<'_> {
    /// Makes it, and leaves nothing where that fails.
    fn make(&self, place: &VenvDir) -> Result<Maker, Failure> {
        let wanted = Wanted {
            named: self.request.python.as_deref(),
            stated: self.venv.python.as_ref(),
            python: self.machine.python,
            target: self.target,
        };
        let program = wanted.find(self.env)?;
        let interpreter = wanted.ask(&program, self.env, self.watch)?;
        let directories = self.request.wheels.iter().map(|directory| self.env.resolve(directory));
        let directories: Vec<PathBuf> = directories.collect();
        let mut files = Vec::new();
        for directory in &directories {
            files.extend(self.env.names(directory)?);
        }
        files.sort();
        files.dedup();
        let supply = supply(self.lock, &files, &interpreter);
        if !supply.lacks.is_empty() {
            return Err(Error::Lacks(supply.lacks).into());
        }
        self.check_machine(&interpreter, &supply.bound)?;
        // Only these: an installer that sees a newer platform than the target's would prefer it.
        let wheels = Links::to(&supply.files, &directories)?;
        place.clear()?;
        let made = self.install(&program, place, wheels.path());
        if made.is_err() {
            // The first error is the one to tell.
            let _ = place.clear();
        }
        made
    }

    /// A key for another architecture is right as long as no wheel is for this one.
    fn check_machine(&self, interpreter: &Interpreter, bound: &[String]) -> Result<(), Error> {
        let architecture = self.machine.architecture.as_str();
        match bound.first() {
            Some(file) if wheel::debian(&interpreter.machine) != Some(architecture) => {
                Err(Error::OtherMachine { file: file.clone(), architecture: architecture.to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn install(&self, program: &Path, place: &VenvDir, wheels: &Path) -> Result<Maker, Failure> {
        let requirements = self.env.temporary(&requirements_text(self.lock))?;
        let installation = Installation {
            program,
            path: &place.path,
            wheels,
            requirements: requirements.path(),
            lock: self.lock,
            bytecode: self.venv.bytecode,
            env: self.env,
            watch: self.watch,
        };
        let maker = installation.make()?;
        let differences = plan::unsatisfied(&place.metadata()?, self.lock);
        if !differences.is_empty() {
            let requirements = self.venv.requirements.clone().unwrap_or_default();
            return Err(Error::Differs { requirements, differences }.into());
        }
        place.complete()?;
        Ok(maker)
    }
}

/// pip takes hashes of all or of none.
fn check_hashes(lock: &Lock) -> Result<(), Error> {
    let bare = lock.pins.iter().filter(|(_, pin)| pin.hashes.is_empty());
    let bare: Vec<String> =
        bare.map(|(name, pin)| format!("{name} {} ({})", pin.version, pin.place)).collect();
    if bare.is_empty() || bare.len() == lock.pins.len() { Ok(()) } else { Err(Error::Unhashed(bare)) }
}
