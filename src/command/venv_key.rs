//! `mkdeb venv-key`: the name of a virtualenv, from its requirements alone.

use crate::command::failure::Failure;
use crate::command::manifest;
use crate::command::manifest::Found;
use crate::command::manifest::Selection;
use crate::command::requirements;
use crate::config::recipe::Suite;
use crate::content::python::PythonVersion;
use crate::host::env::Env;
use crate::host::input::Inputs;
use crate::host::input::Scan;
use crate::host::input::budget::Budget;
use crate::host::input::budget::DEFAULT_UNPACKED;
use crate::host::watch::Watch;
use crate::plan::key::KeyParts;
use crate::plan::key::VenvKey;
use crate::types::arch::Arch;
use crate::types::path::InstallPath;

/// A key, and what it was made of.
#[derive(Debug)]
pub struct KeyOutcome {
    /// The key.
    pub key: VenvKey,
    /// The Python of the host.
    pub python: PythonVersion,
    /// The architecture of the host.
    pub architecture: Arch,
    /// Where virtualenvs lie on the host.
    pub prefix: InstallPath,
    /// The suite, where there is one.
    pub target: Option<Suite>,
    /// What the lock pins, one line each; none where there is no lock.
    pub requirements: Option<Vec<String>>,
}

/// There is nothing to name.
#[derive(Debug, thiserror::Error)]
#[error("the manifest has no `[venv]`, so there is no virtualenv to name")]
struct NoVirtualenv;

/// The key of the manifest's virtualenv. With a lock, the virtualenv need not be there.
pub fn venv_key(selection: &Selection, env: &Env, watch: &Watch) -> Result<KeyOutcome, Failure> {
    manifest::using(selection, env, |found| key_of(found, env, watch))
}

fn key_of(Found { recipe, base, .. }: &Found, env: &Env, watch: &Watch) -> Result<KeyOutcome, Failure> {
    let machine = requirements::machine(recipe, env)?;
    let parts = KeyParts { recipe, machine: &machine };
    let lock = requirements::lock(recipe, base, env)?;
    let key = match &lock {
        Some(lock) => VenvKey::of_lock(&parts, lock),
        None => {
            let (spool, budget) = (std::env::temp_dir(), Budget::new(DEFAULT_UNPACKED));
            let scan = Scan { base, spool: &spool, budget, threads: env.cores, watch };
            let venv = Inputs::virtualenv(recipe, &scan)?;
            let venv = venv.ok_or_else(|| Failure::new(NoVirtualenv, None))?;
            VenvKey::of_installed(&parts, &venv)
        }
    };
    Ok(KeyOutcome {
        key,
        python: machine.python,
        architecture: machine.architecture.clone(),
        prefix: recipe.virtualenvs().1,
        target: recipe.target,
        requirements: lock.map(|lock| lock.lines().collect()),
    })
}
