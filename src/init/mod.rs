//! A first manifest from what a project has already: `debian/`, `pyproject.toml`, `Procfile`, `nfpm.yaml`, or from a
//! command line of fpm.
//!
//! Knows what each of them means as keys of the manifest. Refuses to know where they lie, and to ask: what has no
//! counterpart is a remark.

mod compression;
mod contents;
mod debian;
pub mod draft;
mod files;
mod fpm;
mod fpm_excludes;
mod fpm_flags;
mod fpm_inputs;
mod fpm_package;
mod fpm_scripts;
mod nfpm;
mod nfpm_contents;
mod nfpm_package;
pub mod origin;
mod package;
mod packing;
mod parcel;
mod parts;
mod prefix;
mod procfile;
mod project;
pub mod reading;
mod relations;
mod scripts;
mod services;
mod timers;
mod units;
mod values;
mod variables;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content;
use crate::content::pyproject::Pyproject;
use crate::init::draft::Draft;
use crate::packagers;

/// What is known of a project.
#[derive(Debug, Default)]
pub struct Facts {
    /// What its directory is called.
    pub directory: String,
    /// Its files, by their paths.
    pub files: BTreeSet<String>,
    /// The names of the files in `debian/`.
    pub debian: BTreeSet<String>,
    /// The texts of those that are read, by their names there.
    pub texts: BTreeMap<String, String>,
    /// `pyproject.toml`.
    pub pyproject: Option<Pyproject>,
    /// The text of `Procfile`.
    pub procfile: String,
    /// The file that pins what its virtualenv holds.
    pub lock: Option<String>,
    /// What another packer is told.
    pub packer: Option<Packer>,
    /// The texts of the files that it names, by their paths.
    pub named: BTreeMap<String, String>,
    /// The directories that are virtualenvs, where there is such a packer.
    pub virtualenvs: BTreeSet<String>,
    /// The files that are links, with what they point to, likewise.
    pub links: BTreeMap<String, String>,
    /// The variables of the environment, likewise.
    pub variables: BTreeMap<String, String>,
    /// Whether git has it.
    pub is_git: bool,
    /// Name and address of whoever makes the manifest.
    pub maintainer: String,
}

/// What another packer is told.
#[derive(Debug)]
pub enum Packer {
    /// nfpm.
    Nfpm {
        /// The path of its file.
        path: String,
        /// What that holds.
        table: packagers::nfpm::Table,
    },
    /// fpm.
    Fpm(packagers::fpm::Command),
}

impl Packer {
    /// What a file of nfpm says of Debian's packages.
    pub fn nfpm(path: &str, text: &str) -> Result<Self, Error> {
        let path = path.to_owned();
        match packagers::nfpm::parse(text) {
            Ok(table) => Ok(Self::Nfpm { path, table: table.overridden("deb") }),
            Err(error) => Err(Error::Nfpm { path, error }),
        }
    }

    /// What a command line of fpm says, with the flags of the project's own file of them.
    pub fn fpm(
        text: &str,
        flags: Option<(&str, &str)>,
        variables: &BTreeMap<String, String>,
    ) -> Result<Self, Error> {
        let command = packagers::fpm::parse(text, variables).map_err(Error::Fpm)?;
        Ok(Self::Fpm(match flags {
            Some((path, text)) => command.preceded(path, text).map_err(Error::Fpm)?,
            None => command,
        }))
    }

    /// The files that have more of what it is told.
    pub fn lists(&self) -> BTreeSet<String> {
        match self {
            Self::Nfpm { .. } => BTreeSet::new(),
            Self::Fpm(command) => command.lists(),
        }
    }

    /// The same with what these files have.
    pub fn completed(self, texts: &BTreeMap<String, String>) -> Result<Self, Error> {
        match self {
            Self::Nfpm { .. } => Ok(self),
            Self::Fpm(command) => command.completed(texts).map(Self::Fpm).map_err(Error::Fpm),
        }
    }

    /// The paths of the files that it names and whose texts count.
    pub fn named(&self, files: &BTreeSet<String>) -> BTreeSet<String> {
        match self {
            Self::Nfpm { table, .. } => nfpm::named(table, files),
            Self::Fpm(command) => fpm::named(command, files),
        }
    }

    /// The directories that it packs.
    pub fn trees(&self) -> BTreeSet<String> {
        match self {
            Self::Nfpm { table, .. } => {
                nfpm::sources(table).iter().map(|path| parcel::relative(path)).collect()
            }
            Self::Fpm(command) => fpm_inputs::sources(command),
        }
    }
}

/// Why there is no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing that tells of an application.
    #[error(
        "there is no `debian/control`, no `nfpm.yaml`, no `pyproject.toml` with a project and no `Procfile`"
    )]
    Nothing,
    /// `debian/control` is no such file.
    #[error("`debian/control` has no source and no package")]
    Control,
    /// `debian/changelog` has no version.
    #[error("`debian/changelog` is missing, or its first line has no version")]
    Changelog,
    /// A file of nfpm that cannot be read.
    #[error("`{path}`{} is no file of nfpm: {error}", error.line.map(|line| format!(", line {line},")).unwrap_or_default())]
    Nfpm {
        /// The file.
        path: String,
        /// The place and the reason.
        error: packagers::nfpm::Error,
    },
    /// A command line that fpm does not take either.
    #[error("{0}")]
    Fpm(packagers::fpm::Error),
    /// A command line for packages of others.
    #[error("the command line of fpm makes packages of the type `{0}`")]
    NotForDebian(String),
    /// A command line that packs something else.
    #[error("mkdeb makes no packages from what fpm calls `{0}`")]
    Input(String),
    /// A command line that does not say what it packs.
    #[error("the command line of fpm has no `--input-type`")]
    NoInput,
    /// There is no name for the package.
    #[error("{of} has no `{key}`")]
    NoName {
        /// What would have it.
        of: String,
        /// How it is written there.
        key: &'static str,
    },
    /// There is no version.
    #[error("`{0}` has no `version`")]
    NoVersion(String),
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> String {
        match self {
            Self::Nothing => "go to the project by `-C DIR`, name a command line of fpm by `--fpm`, or write the manifest by hand: docs/manifest.md",
            Self::Control => "mend it: a paragraph with `Source`, an empty line, one with `Package`",
            Self::Changelog => "start it with a line like `orders (1.4.2-1) bookworm; urgency=medium`",
            Self::Nfpm { .. } => "mend it: `nfpm package` does not take it either",
            Self::Fpm(error) => return error.hint(),
            Self::NotForDebian(_) => "give the one with `-t deb`",
            Self::Input(kind) if kind == "empty" => {
                "a package without files is made by `mkdeb pack`, from a directory with `DEBIAN/control`"
            }
            Self::Input(kind) if kind == "zip" => "unpack it, and give the directory to `-s dir`",
            Self::Input(_) => {
                "it takes `dir`, `tar`, `virtualenv` and `python`; unpack what it is, and give the directory to `-s dir`"
            }
            Self::NoInput => "write `-s dir` or what else it packs: fpm does not take it without either",
            Self::NoName { .. } => "write it, or set the variable that it is",
            Self::NoVersion(_) => "write it: `version: ${VERSION}` takes it from the environment of a build",
        }
        .to_owned()
    }
}

/// Drafts the manifest.
pub fn draft(facts: &Facts) -> Result<Draft, Error> {
    let processes = content::procfile::parse(&facts.procfile);
    let has_project = facts.pyproject.as_ref().is_some_and(|project| project.name.is_some());
    let mut draft = Draft::default();
    if let Some(packer) = &facts.packer {
        match packer {
            Packer::Nfpm { path, table } => nfpm::add(&mut draft, path, table, facts)?,
            Packer::Fpm(command) => fpm::add(&mut draft, command, facts)?,
        }
    } else if facts.texts.contains_key("control") {
        debian::add(&mut draft, facts)?;
    } else if has_project || !processes.is_empty() {
        project::add(&mut draft, facts);
    } else {
        return Err(Error::Nothing);
    }
    if !draft.has("[[service]]") {
        procfile::add(&mut draft, &processes);
    }
    if !draft.has("[[service]]") && facts.packer.is_none() && !facts.texts.contains_key("control") {
        project::suggest_service(&mut draft);
    }
    if ["[[command]]", "[[service]]", "[[timer]]"].iter().all(|header| !draft.has(header)) {
        draft.remark("the package has neither a command nor a service: add `[[command]]` or `[[service]]`");
    }
    Ok(draft)
}
