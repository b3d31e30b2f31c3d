//! uv or pip, told to make a virtualenv of wheels and of nothing else.

use std::path::Path;
use std::path::PathBuf;

use crate::config::recipe::Bytecode;
use crate::content::lock::Lock;
use crate::content::lock::Pin;
use crate::host::env::Env;
use crate::host::process;
use crate::host::process::Program;
use crate::host::watch::Watch;

/// Variables that would change what is installed, or from where.
pub(super) const WITHOUT: [&str; 6] =
    ["PIP_", "UV_", "PYTHON", "VIRTUAL_ENV", "CONDA_", "__PYVENV_LAUNCHER__"];
/// What `venv` installs and a lock need not name.
const SEEDS: [&str; 3] = ["wheel", "setuptools", "pip"];

/// What makes virtualenvs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Maker {
    /// uv, at this path.
    Uv(PathBuf),
    /// The interpreter's own `venv`, and pip.
    Pip,
}

/// A virtualenv that is to be made.
pub(super) struct Installation<'a> {
    /// The interpreter.
    pub(super) program: &'a Path,
    /// Where it will be.
    pub(super) path: &'a Path,
    /// The directory of wheels.
    pub(super) wheels: &'a Path,
    /// What to install, as pip reads it.
    pub(super) requirements: &'a Path,
    /// The same.
    pub(super) lock: &'a Lock,
    /// What the build will do with bytecode.
    pub(super) bytecode: Bytecode,
    /// For programs to run in.
    pub(super) env: &'a Env,
    /// Interrupts.
    pub(super) watch: &'a Watch,
}

impl Installation<'_> {
    /// Makes it with uv where that is on `PATH`.
    pub(super) fn make(&self) -> Result<Maker, process::Error> {
        let maker = process::on_path("uv", self.env).map_or(Maker::Pip, Maker::Uv);
        match &maker {
            Maker::Uv(uv) => self.with_uv(uv)?,
            Maker::Pip => self.with_pip()?,
        }
        Ok(maker)
    }

    fn with_uv(&self, uv: &Path) -> Result<(), process::Error> {
        let uv = || {
            let uv = Program::new(uv, self.env, &WITHOUT);
            uv.args(&["--offline", "--no-config", "--no-cache", "--quiet", "--color", "never"])
        };
        let make = uv().args(&["venv", "--no-project", "--python"]).arg(self.program).arg(self.path);
        make.run(self.watch)?;
        let mut install = uv()
            .args(&["pip", "install", "--no-index", "--no-deps", "--no-build", "--link-mode", "copy"])
            .arg("--python")
            .arg(self.path.join("bin/python"));
        if self.compiles() {
            install = install.arg("--compile-bytecode");
        }
        self.supplied(install).run(self.watch)?;
        Ok(())
    }

    /// pip comes with `venv` and goes again, unless the lock has it: what is there is what the lock says, whoever
    /// made it.
    fn with_pip(&self) -> Result<(), process::Error> {
        let make = Program::new(self.program, self.env, &WITHOUT).args(&["-I", "-m", "venv"]).arg(self.path);
        make.run(self.watch)?;
        let python = self.path.join("bin/python");
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
        self.supplied(install).run(self.watch)?;
        let pinned = |seed: &&str| self.lock.pins.keys().any(|name| name.to_string() == **seed);
        let unasked: Vec<&str> = SEEDS.iter().copied().filter(|seed| !pinned(seed)).collect();
        if !unasked.is_empty() {
            pip().args(&["uninstall", "--yes"]).args(&unasked).run(self.watch)?;
        }
        Ok(())
    }

    fn supplied(&self, mut install: Program) -> Program {
        install = install.arg("--find-links").arg(self.wheels);
        if self.lock.pins.values().any(|pin| !pin.hashes.is_empty()) {
            install = install.arg("--require-hashes");
        }
        install.arg("--requirement").arg(self.requirements)
    }

    /// Whether bytecode is made now: not where the build strips it, or makes it anew.
    fn compiles(&self) -> bool {
        matches!(self.bytecode, Bytecode::Auto | Bytecode::Keep)
    }
}

/// The lock, as pip and uv both read it. Of hashes only those that pip takes, where there are some.
pub(super) fn requirements_text(lock: &Lock) -> String {
    const STRONG: [&str; 3] = ["sha256:", "sha384:", "sha512:"];
    let line = |(name, pin): (&_, &Pin)| {
        let is_strong = |hash: &&String| STRONG.iter().any(|algorithm| hash.starts_with(algorithm));
        let any = pin.hashes.iter().any(|hash| is_strong(&hash));
        let hashes = pin.hashes.iter().filter(|hash| !any || is_strong(hash));
        let hashes: String = hashes.map(|hash| format!(" --hash={hash}")).collect();
        format!("{name}=={}{hashes}\n", pin.version)
    };
    lock.pins.iter().map(line).collect()
}
