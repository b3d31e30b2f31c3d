//! A first manifest from what a project has already: `debian/`, `pyproject.toml`, `Procfile`.
//!
//! Knows what each of them means as keys of the manifest. Refuses to know where they lie, and to ask: what has no
//! counterpart is a remark.

mod debian;
pub mod draft;
mod files;
pub mod origin;
mod prefix;
mod procfile;
mod project;
pub mod reading;
mod scripts;
mod services;
mod timers;
mod values;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content;
use crate::content::pyproject::Pyproject;
use crate::init::draft::Draft;

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
    /// Whether git has it.
    pub is_git: bool,
    /// Name and address of whoever makes the manifest.
    pub maintainer: String,
}

/// Why there is no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing that tells of an application.
    #[error("there is no `debian/control`, no `pyproject.toml` with a project and no `Procfile`")]
    Nothing,
    /// `debian/control` is no such file.
    #[error("`debian/control` has no source and no package")]
    Control,
    /// `debian/changelog` has no version.
    #[error("`debian/changelog` is missing, or its first line has no version")]
    Changelog,
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> String {
        match self {
            Self::Nothing => "go to the project by `-C DIR`, or write the manifest by hand: docs/manifest.md",
            Self::Control => "mend it: a paragraph with `Source`, an empty line, one with `Package`",
            Self::Changelog => "start it with a line like `orders (1.4.2-1) bookworm; urgency=medium`",
        }
        .to_owned()
    }
}

/// Drafts the manifest.
pub fn draft(facts: &Facts) -> Result<Draft, Error> {
    let processes = content::procfile::parse(&facts.procfile);
    let has_project = facts.pyproject.as_ref().is_some_and(|project| project.name.is_some());
    let mut draft = Draft::default();
    if facts.texts.contains_key("control") {
        debian::add(&mut draft, facts)?;
    } else if has_project || !processes.is_empty() {
        project::add(&mut draft, facts);
    } else {
        return Err(Error::Nothing);
    }
    if !draft.has("[[service]]") {
        procfile::add(&mut draft, &processes);
    }
    if ["[[command]]", "[[service]]", "[[timer]]"].iter().all(|header| !draft.has(header)) {
        draft.remark("the package has neither a command nor a service: add `[[command]]` or `[[service]]`");
    }
    Ok(draft)
}
