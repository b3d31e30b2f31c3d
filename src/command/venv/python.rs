//! The interpreter that makes a virtualenv, and what wheels ask of it.

use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::venv::Error;
use crate::command::venv::install::WITHOUT;
use crate::config::recipe::Suite;
use crate::content::python::PythonVersion;
use crate::content::wheel::name::Interpreter;
use crate::host::env::Env;
use crate::host::process;
use crate::host::process::Program;
use crate::host::watch::Watch;
use crate::types::path::InstallPath;

/// Which interpreter.
pub(super) struct Wanted<'a> {
    /// The one that the user names.
    pub(super) named: Option<&'a Path>,
    /// The manifest's.
    pub(super) stated: Option<&'a InstallPath>,
    /// Its version.
    pub(super) python: PythonVersion,
    /// The suite that its virtualenv is for.
    pub(super) target: Option<Suite>,
}

impl Wanted<'_> {
    /// The one that the user names; else the manifest's, `/usr/bin/pythonX.Y`, or the first on `PATH`.
    pub(super) fn find(&self, env: &Env) -> Result<PathBuf, Error> {
        let missing = |looked| Error::NoPython { python: self.python, looked };
        if let Some(named) = self.named {
            let path = if named.components().count() == 1 {
                named.to_str().and_then(|name| process::on_path(name, env))
            } else {
                Some(env.resolve(named)).filter(|path| process::is_program(path))
            };
            return path.ok_or_else(|| missing(vec![format!("`{}`", named.display())]));
        }
        let name = format!("python{}", self.python);
        let stated = self.stated.map(|path| PathBuf::from(path.as_str()));
        // Debian's own before any other: it is what hosts have.
        let paths: Vec<PathBuf> = stated.into_iter().chain([Path::new("/usr/bin").join(&name)]).collect();
        let found = paths.iter().find(|path| process::is_program(path)).cloned();
        found.or_else(|| process::on_path(&name, env)).ok_or_else(|| {
            let looked = paths.iter().map(|path| format!("`{}`", path.display()));
            missing(looked.chain([format!("`{name}` on `PATH`")]).collect())
        })
    }

    /// What the interpreter says of itself.
    pub(super) fn ask(&self, program: &Path, env: &Env, watch: &Watch) -> Result<Interpreter, Failure> {
        let asked = Program::new(program, env, &WITHOUT);
        let answer = asked.args(&["-I", "-S", "-c", include_str!("ask.py")]).run(watch)?;
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
        // The older of the two: the virtualenv is made here and runs there.
        let targeted = self.target.and_then(Suite::glibc);
        let glibc = glibc.map(|own| targeted.map_or(own, |target| target.min(own)));
        Ok(Interpreter { python: self.python, machine: machine.unwrap_or_default().to_owned(), glibc })
    }
}
