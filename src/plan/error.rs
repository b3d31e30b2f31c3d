//! Why no package can be planned.

use crate::config::error::Subject;
use crate::content::python::PythonVersion;
use crate::package::tree::Collision;
use crate::plan::installed::Difference;
use crate::types::path::ArchivePath;
use crate::types::path::InstallPath;

/// Why no package can be planned from these inputs.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Two things want one path.
    #[error(transparent)]
    Collision(#[from] Collision),
    /// A path that cannot be on a host.
    #[error(transparent)]
    Path(#[from] crate::types::path::Error),
    /// A path of an input that cannot be on a host.
    #[error("`{input}` has `{path}`, which cannot be on the host: {reason}")]
    Unplaceable {
        /// The input.
        input: String,
        /// The path in it.
        path: ArchivePath,
        /// Why.
        reason: &'static str,
    },
    /// A name that cannot be an account, which only a name of our own could be.
    #[error(transparent)]
    Name(#[from] crate::types::name::Error),
    /// An architecture without a Debian name.
    #[error(transparent)]
    Arch(#[from] crate::types::arch::Error),
    /// A template that cannot be rendered.
    #[error(transparent)]
    Template(#[from] crate::template::Error),
    /// The virtualenv cannot be moved to its place.
    #[error(transparent)]
    Relocate(#[from] crate::plan::relocate::error::Error),
    /// A shared library that nobody knows.
    #[error("`{file}` needs the library `{soname}`, and no package is known to have it")]
    Library {
        /// The library.
        soname: String,
        /// The file that needs it.
        file: String,
    },
    /// The layout `split` without a virtualenv.
    #[error("there is no virtualenv to split off")]
    NoVirtualenv,
    /// A relation of our own making.
    #[error(transparent)]
    Relation(#[from] crate::types::relation::Error),
    /// A version of our own making.
    #[error(transparent)]
    Version(#[from] crate::types::version::Error),
    /// A virtualenv of another Python than the one that its key is for.
    #[error("the virtualenv is for Python {found}, and its key is for {expected}")]
    OtherPython {
        /// What the key is for.
        expected: PythonVersion,
        /// What the virtualenv is for.
        found: PythonVersion,
    },
    /// A virtualenv of another architecture than the one that its key is for.
    #[error("the package would be for {found}, and the key of its virtualenv is for {expected}")]
    OtherArchitecture {
        /// What the key is for.
        expected: String,
        /// What the virtualenv is for.
        found: String,
    },
    /// A virtualenv that is not what its lock says.
    #[error("`{venv}` is not what `{requirements}` says:{}", listed(.differences))]
    Unsatisfied {
        /// The virtualenv.
        venv: String,
        /// The lock.
        requirements: String,
        /// Each way in which it differs.
        differences: Vec<Difference>,
    },
    /// A virtualenv that was published under this key with other distributions.
    #[error("`{package}` is published already, and is not what `{requirements}` says:{}", listed(.differences))]
    Published {
        /// The package.
        package: String,
        /// Where it was found.
        place: String,
        /// What it was compared with.
        requirements: String,
        /// Each way in which it differs.
        differences: Vec<Difference>,
    },
    /// A name that is not UTF-8 (Policy 10.10).
    #[error("`{input}` has `{path}`, whose name is not UTF-8")]
    NotUtf8 {
        /// The input.
        input: String,
        /// Where.
        path: ArchivePath,
    },
    /// A path that is no file, directory or symbolic link (Policy 10.6).
    #[error("`{input}` has {kind} at `{path}`, which a package cannot ship")]
    Special {
        /// The input.
        input: String,
        /// What it is.
        kind: &'static str,
        /// Where.
        path: ArchivePath,
    },
    /// A directory that dpkg would make before its owner exists.
    #[error(
        "`[[directory]]` {directory} has an owner or a mode of its own, and the package installs `{path}` in it"
    )]
    Shared {
        /// The directory.
        directory: InstallPath,
        /// What is in it.
        path: InstallPath,
    },
    /// A link out of the tree.
    #[error("`{input}` has a link `{path}` to `{target}`, which leaves the tree")]
    Leaves {
        /// The input.
        input: String,
        /// The link.
        path: ArchivePath,
        /// Its target.
        target: String,
    },
    /// Links that lead to each other.
    #[error("`{input}` has a link `{path}` to `{target}`, which leads nowhere")]
    Circle {
        /// The input.
        input: String,
        /// The link.
        path: ArchivePath,
        /// Its target.
        target: String,
    },
    /// A program that cannot be started.
    #[error("{owner} starts `{path}`, which {reason}")]
    Program {
        /// Who starts it.
        owner: String,
        /// What it starts.
        path: String,
        /// What is wrong with that.
        reason: &'static str,
        /// A program of the same name elsewhere in the release.
        nearest: Option<String>,
    },
    /// A unit or a hook that is not text.
    #[error("`{0}` is not UTF-8")]
    NotText(String),
    /// A unit that would mix two releases.
    #[error(
        "`{source_name}` starts a program through `current/venv` in line {line}, which mixes two releases after a switch"
    )]
    UnitThroughCurrent {
        /// The file.
        source_name: String,
        /// Its line.
        line: usize,
    },
    /// A file too large to be text.
    #[error("`{0}` is larger than the 16 MiB that are read as text")]
    TooLarge(String),
    /// A file of the recipe that nobody read.
    #[error("`{0}` was not among the files read")]
    Unread(String),
    /// Machine code for two architectures.
    #[error("{first} is for {first_arch}, {second} is for {second_arch}: one package has one architecture")]
    Architectures {
        /// A file.
        first: String,
        /// Its architecture.
        first_arch: String,
        /// Another file.
        second: String,
        /// Its architecture.
        second_arch: String,
    },
    /// The manifest says one architecture, a file another.
    #[error("the package's architecture is `{stated}`, but {file} is for {found}")]
    Architecture {
        /// What the manifest says.
        stated: String,
        /// A file.
        file: String,
        /// Its architecture.
        found: String,
    },
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Relocate(error) => return error.hint(),
            Self::OtherPython { found, .. } => {
                format!("set `python` in `[venv]` to `/usr/bin/python{found}`, or make the virtualenv with the Python of the hosts")
            }
            Self::OtherArchitecture { found, .. } => {
                format!("set `architecture` in `[package]` to `{found}`, or make the virtualenv on a machine of the hosts' architecture")
            }
            Self::Unsatisfied { differences, requirements, .. }
                if differences.iter().all(|difference| matches!(difference, Difference::Extra { .. })) =>
            {
                format!(
                    "take them out; or, where `{requirements}` names what the project asks for and not what that asks for \
                     in turn, pin all of it by pip-compile, `uv pip compile` or `pip freeze`, or take `requirements` out of `[venv]`"
                )
            }
            Self::Unsatisfied { .. } => {
                "make the virtualenv again from that file: `mkdeb venv`, `uv pip sync`, or `pip install -r` in an empty one".to_owned()
            }
            Self::Published { place, .. } => format!("`{place}` was made from something else, or by another program: remove it there"),
            Self::Library { soname, .. } => format!(
                "say which package has it: `libraries = {{ \"{soname}\" = \"PACKAGE\" }}` in `[package]`; `\"\"` if it is on every host"
            ),
            Self::Collision(_) => "leave one of them out, or install it elsewhere".to_owned(),
            Self::Shared { .. } => "install that elsewhere, or leave the directory to root".to_owned(),
            Self::NotUtf8 { .. } | Self::Path(_) | Self::Unplaceable { .. } => "rename it, or leave it out with `exclude`".to_owned(),
            Self::Special { .. } => "remove it, or leave it out with `exclude`".to_owned(),
            Self::Leaves { .. } => {
                "make the link relative and inside the tree, or leave it out with `exclude`".to_owned()
            }
            Self::Circle { .. } => {
                "make the link lead to a file, or leave it out with `exclude`".to_owned()
            }
            Self::Program { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
            Self::Program { reason: "is not executable", .. } => {
                "make it executable: `chmod +x`, and `git update-index --chmod=+x` where it comes from git".to_owned()
            }
            Self::Program { reason: "is a directory", .. } => "name a file in it".to_owned(),
            Self::Program { path, .. } if path.starts_with("venv/bin/") => {
                "install what brings it into the virtualenv, or correct its name".to_owned()
            }
            Self::Program { .. } => {
                "paths are relative to the release: `venv/bin/…` for programs of the virtualenv".to_owned()
            }
            Self::UnitThroughCurrent { .. } => {
                "use `exec` and let mkdeb render the unit, or start `current/.mkdeb/bin/NAME` of a `[[command]]`".to_owned()
            }
            Self::Architectures { .. } => "rebuild the virtualenv for one architecture".to_owned(),
            Self::Architecture { .. } => {
                "leave out `architecture`, or set it to what the files are for".to_owned()
            }
            Self::NotText(_) => "convert it to UTF-8: `iconv -f latin1 -t utf8`".to_owned(),
            Self::NoVirtualenv => "add `[venv]`, or leave `kind = \"split\"` out of `[layout]`".to_owned(),
            _ => return None,
        })
    }
}

impl Error {
    /// The value of the manifest that it is about, where it is about one.
    pub fn subject(&self) -> Option<Subject> {
        Some(match self {
            Self::Relocate(error) if error.is_of_destination() => Subject::Key("layout.prefix"),
            Self::Relocate(_) => Subject::Key("venv.path"),
            Self::Unsatisfied { .. } => Subject::Key("venv.requirements"),
            Self::Architecture { .. } => Subject::Key("package.architecture"),
            Self::Program { path: value, .. }
            | Self::NotText(value)
            | Self::TooLarge(value)
            | Self::UnitThroughCurrent { source_name: value, .. }
            | Self::Unplaceable { input: value, .. }
            | Self::NotUtf8 { input: value, .. }
            | Self::Special { input: value, .. }
            | Self::Leaves { input: value, .. }
            | Self::Circle { input: value, .. } => value.as_str().into(),
            Self::Shared { directory, .. } => directory.as_str().into(),
            _ => return None,
        })
    }
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("\n  {difference}")).collect()
}
