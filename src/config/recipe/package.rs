//! The package itself: what it says, what it is made of, its commands.

use std::collections::BTreeMap;

use crate::control::binary::RelationField;
use crate::types::arch::Arch;
use crate::types::name::PackageName;
use crate::types::name::UnitName;
use crate::types::path::InstallPath;
use crate::types::relation::Relation;
use crate::types::version::DebVersion;

/// What the package says of itself.
#[derive(Debug, Clone)]
pub struct PackageRecipe {
    /// The package's name.
    pub name: PackageName,
    /// The package's version, revision included.
    pub version: DebVersion,
    /// `Name <address>`.
    pub maintainer: String,
    /// The first line of the description: one line, no longer than 80 characters.
    pub summary: String,
    /// The rest of the description.
    pub description: String,
    /// Archive section; `python` by default.
    pub section: String,
    /// Archive priority; `optional` by default.
    pub priority: String,
    /// The architecture; none stands for `auto`, found from the ELF files.
    pub architecture: Option<Arch>,
    /// Home page: an http or https URL.
    pub homepage: Option<String>,
    /// The license, as SPDX spells it or in the author's words.
    pub license: Option<String>,
    /// A Debian changelog to ship; generated otherwise.
    pub changelog: Option<String>,
    /// Relations by field, `Depends` among them.
    pub relations: BTreeMap<RelationField, Vec<Relation>>,
    /// Whether `$auto` is among the dependencies: the interpreter's package, and those of shared libraries.
    pub auto_depends: bool,
    /// Packages of shared libraries by their sonames, for `$auto`; none for a library that is there anyhow.
    pub libraries: BTreeMap<String, Option<Relation>>,
    /// Fields of the user's own.
    pub fields: Vec<(String, String)>,
}

/// The application's files.
#[derive(Debug, Clone)]
pub struct AppRecipe {
    /// Where they are.
    pub source: AppSource,
    /// How many leading path components are dropped; none stands for `auto`: the single top directory.
    pub strip_components: Option<usize>,
    /// Globs of paths to leave out, relative to the stripped root.
    pub exclude: Vec<String>,
    /// Directories below the release that launchers put on `sys.path`; empty for the release root itself.
    pub python_path: Vec<String>,
}

/// Where an application is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppSource {
    /// A tarball or a directory.
    Path(String),
    /// The tree of a commit, in the repository of git that the manifest lies in.
    Git {
        /// The commit, by any name that git knows.
        reference: String,
        /// Whether the trees of submodules belong to it.
        with_submodules: bool,
    },
}

/// The virtualenv.
#[derive(Debug, Clone)]
pub struct VenvRecipe {
    /// The directory or tarball.
    pub source: String,
    /// The lock that says what it holds: `requirements.txt`, `pylock.toml` or `uv.lock`.
    pub requirements: Option<String>,
    /// The interpreter on the host, where the manifest says.
    pub python: Option<InstallPath>,
    /// What becomes of bytecode.
    pub bytecode: Bytecode,
    /// What to leave out.
    pub drop: Vec<DropProfile>,
    /// What packages of virtualenvs are named after in the layout `split`, where it is not the package itself:
    /// applications of one namespace share them.
    pub namespace: Option<PackageName>,
    /// Where virtualenvs lie in the layout `split`, where it is not the prefix of the package or `/opt/NAMESPACE`.
    pub prefix: Option<InstallPath>,
}

/// How an application is cut into packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One package with everything.
    Single,
    /// Virtualenv, release and activation each have a package of their own.
    Split {
        /// How many releases are kept on a host beside the current one.
        keep: u32,
    },
}

/// What becomes of the bytecode that a virtualenv brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytecode {
    /// What is fresh is kept, what Python would not load is dropped.
    Auto,
    /// Also what only lost its times in a copy, where the sizes agree. Having none at all is an error.
    Keep,
    /// Dropped, where the source is there.
    Strip,
    /// Made anew by the interpreter, which has to be on the build host; never compared with its source again
    /// (PEP 552, unchecked).
    Compile,
}

/// Parts of a virtualenv that a host does not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropProfile {
    /// pip, setuptools' and wheel's commands: the host installs nothing into a release.
    Pip,
    /// The scripts that activate a virtualenv in a shell.
    Activate,
}

/// `module:attribute`, as entry points spell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// Dotted module.
    pub module: String,
    /// Dotted attribute of it, called without arguments.
    pub attribute: String,
}

/// A command in `/usr/bin`.
#[derive(Debug, Clone)]
pub struct CommandRecipe {
    /// Its name.
    pub name: UnitName,
    /// What it runs.
    pub run: CommandRun,
}

/// What a command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandRun {
    /// A function; a launcher is written.
    EntryPoint(EntryPoint),
    /// A program of the release, relative to its root.
    Path(String),
}
