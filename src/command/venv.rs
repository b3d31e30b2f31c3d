//! `mkdeb venv`: the virtualenv that the lock asks for, made of wheels and without a network.

use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::manifest;
use crate::command::requirements;
use crate::config::recipe::Bytecode;
use crate::config::recipe::Suite;
use crate::config::recipe::VenvRecipe;
use crate::content::lock::Lock;
use crate::content::python::PythonVersion;
use crate::content::wheel::name::Interpreter;
use crate::content::wheel::supply;
use crate::content::wheel::supply::Lack;
use crate::host::env::Env;
use crate::host::process;
use crate::host::process::Program;
use crate::host::venv_dir::VenvDir;
use crate::host::watch::Watch;
use crate::plan;
use crate::plan::Difference;
use crate::plan::key::KeyParts;
use crate::plan::key::VenvKey;
use crate::types::plural::counted;

/// Variables that would change what is installed, or from where.
const WITHOUT: [&str; 6] = ["PIP_", "UV_", "PYTHON", "VIRTUAL_ENV", "CONDA_", "__PYVENV_LAUNCHER__"];
/// What `venv` installs and a lock need not name.
const SEEDS: [&str; 3] = ["wheel", "setuptools", "pip"];

/// Which virtualenv, of which wheels.
#[derive(Debug, Clone, Default)]
pub struct VenvRequest {
    /// The manifest, where it is not `mkdeb.toml` or `pyproject.toml`.
    pub manifest: Option<PathBuf>,
    /// `key=value` pairs that override the manifest.
    pub overrides: Vec<String>,
    /// The target suite, before the manifest's.
    pub target: Option<Suite>,
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

/// What makes virtualenvs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Maker {
    /// uv, at this path.
    Uv(PathBuf),
    /// The interpreter's own `venv`, and pip.
    Pip,
}

/// Why there is no virtualenv.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The manifest has none.
    #[error("the manifest has no `[venv]`, so there is no virtualenv to make")]
    NoVenv,
    /// The manifest does not say what is in it.
    #[error("`[venv]` has no `requirements`, so it is not known what to install")]
    NoLock,
    /// The manifest's virtualenv is a tarball.
    #[error("`path` in `[venv]` is the tarball `{0}`, and a virtualenv is a directory")]
    Tarball(String),
    /// Something of somebody else's is in the way.
    #[error("`{}` is not a link to a virtualenv that mkdeb made", .0.display())]
    Taken(PathBuf),
    /// No interpreter.
    #[error("there is no Python {python}: {}", looked_for(.looked))]
    NoPython {
        /// The version that the key is for.
        python: PythonVersion,
        /// What was looked for.
        looked: Vec<String>,
    },
    /// Another interpreter than the key is for.
    #[error("`{program}` is Python {found}, and the virtualenv is for {expected}")]
    OtherPython {
        /// The interpreter.
        program: String,
        /// Its version.
        found: String,
        /// The version that the key is for.
        expected: PythonVersion,
    },
    /// Requirements without a wheel.
    #[error("{} without a wheel:{}", counted(.0.len() as u64, "requirements"), listed(.0))]
    Lacks(Vec<Lack>),
    /// What was installed is not what the lock says.
    #[error("what was installed is not what `{requirements}` says:{}", listed(.differences))]
    Differs {
        /// The lock.
        requirements: String,
        /// Each way in which it differs.
        differences: Vec<Difference>,
    },
}

fn listed(items: &[impl std::fmt::Display]) -> String {
    items.iter().map(|item| format!("\n  {item}")).collect()
}

fn looked_for(names: &[String]) -> String {
    match names {
        [name] => format!("{name} is no program"),
        names => format!("neither {} is a program", names.join(" nor ")),
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoVenv | Error::NoLock => {
                "name a lock in `[venv]`: `requirements = \"requirements.txt\"`".to_owned()
            }
            Error::Tarball(_) => "name a directory: `path = \"build/venv\"`".to_owned(),
            Error::Taken(path) => format!("move it away, or `rm -r {}`", path.display()),
            Error::NoPython { .. } | Error::OtherPython { .. } => "name one with `--python`".to_owned(),
            Error::Lacks(_) => {
                "fill the directory with `pip download --only-binary :all:`, and make wheels of what has none with `pip wheel`".to_owned()
            }
            Error::Differs { .. } => "pin every distribution that the wheels ask for".to_owned(),
        };
        Self::new(error, Some(hint))
    }
}

impl From<process::Error> for Failure {
    fn from(error: process::Error) -> Self {
        let hint = match &error {
            process::Error::Failed { said, .. } if said.contains("ensurepip") => {
                Some("install the package `python3-venv`, or uv".to_owned())
            }
            _ => None,
        };
        Self::new(error, hint)
    }
}

/// Makes the virtualenv of the manifest, unless it is there.
pub fn venv(request: &VenvRequest, env: &Env, watch: &Watch) -> Result<VenvOutcome, Failure> {
    venv_watched(request, env, watch).map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn venv_watched(request: &VenvRequest, env: &Env, watch: &Watch) -> Result<VenvOutcome, Failure> {
    let manifest = manifest::read(request.manifest.as_deref(), &request.overrides, env)?;
    let mut recipe = manifest.recipe;
    recipe.target = request.target.or(recipe.target);
    let machine = requirements::machine(&recipe, env)?;
    let lock = requirements::lock(&recipe, &manifest.base, env)?;
    let venv = recipe.venv.as_ref().ok_or(Error::NoVenv)?;
    let lock = lock.ok_or(Error::NoLock)?;
    if venv.source.contains(".tar") {
        return Err(Error::Tarball(venv.source.clone()).into());
    }
    let key = VenvKey::of_lock(&KeyParts { recipe: &recipe, machine: &machine }, &lock);
    let link = env.resolve(&manifest.base.join(&venv.source));
    let place = VenvDir::lock(&link, key.as_str())?;
    if place.is_taken() {
        return Err(Error::Taken(link).into());
    }
    let mut made_with = None;
    if !place.is_complete() {
        let work = Work { request, venv, lock: &lock, python: machine.python, env, watch };
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
    python: PythonVersion,
    env: &'a Env,
    watch: &'a Watch,
}

impl Work<'_> {
    /// Makes it, and leaves nothing where that fails.
    fn make(&self, place: &VenvDir) -> Result<Maker, Failure> {
        let program = self.interpreter()?;
        let interpreter = self.ask(&program)?;
        let wheels = self.request.wheels.iter().map(|directory| self.env.resolve(directory));
        let wheels: Vec<PathBuf> = wheels.collect();
        let mut files = Vec::new();
        for directory in &wheels {
            files.extend(self.env.names(directory)?);
        }
        let lacks = supply::lacks(self.lock, &files, &interpreter);
        if !lacks.is_empty() {
            return Err(Error::Lacks(lacks).into());
        }
        place.clear()?;
        let made = self.install(&program, place, &wheels);
        if made.is_err() {
            // The first error is the one to tell.
            let _ = place.clear();
        }
        made
    }

    fn install(&self, program: &Path, place: &VenvDir, wheels: &[PathBuf]) -> Result<Maker, Failure> {
        let maker = process::on_path("uv", self.env).map_or(Maker::Pip, Maker::Uv);
        let requirements = self.env.temporary(&requirements_text(self.lock))?;
        let requirements = requirements.path();
        match &maker {
            Maker::Uv(uv) => self.with_uv(uv, (program, &place.path), (wheels, requirements))?,
            Maker::Pip => self.with_pip((program, &place.path), (wheels, requirements))?,
        }
        let differences = plan::unsatisfied(&place.metadata()?, self.lock);
        if !differences.is_empty() {
            let requirements = self.venv.requirements.clone().unwrap_or_default();
            return Err(Error::Differs { requirements, differences }.into());
        }
        place.complete()?;
        Ok(maker)
    }

    fn with_uv(
        &self,
        uv: &Path,
        (program, path): (&Path, &Path),
        (wheels, requirements): (&[PathBuf], &Path),
    ) -> Result<(), process::Error> {
        let uv = || {
            let uv = Program::new(uv, self.env, &WITHOUT);
            uv.args(&["--offline", "--no-config", "--no-cache", "--quiet", "--color", "never"])
        };
        let make = uv().args(&["venv", "--no-project", "--python"]).arg(program).arg(path);
        make.run(self.watch)?;
        let mut install = uv()
            .args(&["pip", "install", "--no-index", "--no-deps", "--no-build", "--link-mode", "copy"])
            .arg("--python")
            .arg(path.join("bin/python"));
        if self.compiles() {
            install = install.arg("--compile-bytecode");
        }
        self.supplied(install, (wheels, requirements)).run(self.watch)?;
        Ok(())
    }

    /// pip comes with `venv` and goes again, unless the lock has it: what is there is what the lock says, whoever
    /// made it.
    fn with_pip(
        &self,
        (program, path): (&Path, &Path),
        (wheels, requirements): (&[PathBuf], &Path),
    ) -> Result<(), process::Error> {
        Program::new(program, self.env, &WITHOUT).args(&["-I", "-m", "venv"]).arg(path).run(self.watch)?;
        let python = path.join("bin/python");
        let pip = || {
            let pip = Program::new(&python, self.env, &WITHOUT).args(&["-I", "-m", "pip", "--isolated"]);
            pip.args(&["--disable-pip-version-check", "--no-input", "--quiet", "--no-color"])
                .env("PIP_CONFIG_FILE", "/dev/null")
        };
        let mut install = pip().args(&["install", "--no-index", "--no-deps", "--no-cache-dir"]);
        install = install.args(&["--only-binary", ":all:"]);
        if !self.compiles() {
            install = install.arg("--no-compile");
        }
        self.supplied(install, (wheels, requirements)).run(self.watch)?;
        let pinned = |seed: &&str| self.lock.pins.keys().any(|name| name.to_string() == **seed);
        let unasked: Vec<&str> = SEEDS.iter().copied().filter(|seed| !pinned(seed)).collect();
        if !unasked.is_empty() {
            pip().args(&["uninstall", "--yes"]).args(&unasked).run(self.watch)?;
        }
        Ok(())
    }

    fn supplied(&self, mut install: Program, (wheels, requirements): (&[PathBuf], &Path)) -> Program {
        for directory in wheels {
            install = install.arg("--find-links").arg(directory);
        }
        // All or none: pip asks for every hash once it sees one.
        let hashed = self.lock.pins.values().any(|pin| !pin.hashes.is_empty());
        if hashed {
            install = install.arg("--require-hashes");
        }
        install.arg("--requirement").arg(requirements)
    }

    /// Whether bytecode is made now: not where the build strips it, or makes it anew.
    fn compiles(&self) -> bool {
        matches!(self.venv.bytecode, Bytecode::Auto | Bytecode::Keep)
    }

    /// The one that the user names, the manifest's, `/usr/bin/pythonX.Y`, or the first on `PATH`.
    fn interpreter(&self) -> Result<PathBuf, Error> {
        if let Some(named) = &self.request.python {
            let path = if named.components().count() == 1 {
                named.to_str().and_then(|name| process::on_path(name, self.env))
            } else {
                Some(self.env.resolve(named)).filter(|path| process::is_program(path))
            };
            let looked = vec![format!("`{}`", named.display())];
            return path.ok_or(Error::NoPython { python: self.python, looked });
        }
        let name = format!("python{}", self.python);
        let stated = self.venv.python.as_ref().map(|path| PathBuf::from(path.as_str()));
        // Debian's own before any other: it is what hosts have.
        let paths: Vec<PathBuf> = stated.into_iter().chain([Path::new("/usr/bin").join(&name)]).collect();
        let found = paths.iter().find(|path| process::is_program(path)).cloned();
        found.or_else(|| process::on_path(&name, self.env)).ok_or_else(|| {
            let looked = paths.iter().map(|path| format!("`{}`", path.display()));
            let looked = looked.chain([format!("`{name}` on `PATH`")]).collect();
            Error::NoPython { python: self.python, looked }
        })
    }

    /// What the interpreter says of itself.
    fn ask(&self, program: &Path) -> Result<Interpreter, Failure> {
        let asked = Program::new(program, self.env, &WITHOUT);
        let answer = asked.args(&["-I", "-S", "-c", include_str!("venv.py")]).run(self.watch)?;
        let mut words = answer.split_whitespace();
        let (version, machine, glibc) = (words.next(), words.next(), words.next());
        let version = version.unwrap_or_default();
        if PythonVersion::from_digits(version) != Some(self.python) {
            let (program, found) = (program.display().to_string(), version.to_owned());
            return Err(Error::OtherPython { program, found, expected: self.python }.into());
        }
        let glibc = glibc.and_then(|text| {
            let (major, minor) = text.split_once('.')?;
            Some((major.parse().ok()?, minor.parse().ok()?))
        });
        Ok(Interpreter { python: self.python, machine: machine.unwrap_or_default().to_owned(), glibc })
    }
}

/// The lock, as pip and uv both read it.
fn requirements_text(lock: &Lock) -> String {
    let line = |(name, pin): (&_, &crate::content::lock::Pin)| {
        let hashes: String = pin.hashes.iter().map(|hash| format!(" --hash={hash}")).collect();
        format!("{name}=={}{hashes}\n", pin.version)
    };
    lock.pins.iter().map(line).collect()
}
