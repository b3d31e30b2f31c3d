//! What people see of a package on a page: where its bytes are, what runs on a host, what its scripts do.
//!
//! Knows what passes while a package is read. Refuses to know where the package lies and who asked.

pub mod holdings;
mod picture;
pub mod scripts;
pub mod shares;
mod steps;
pub mod treemap;
mod units;
mod view;

use crate::content::relocation::Relocation;
use crate::deb::read::Deb;
use crate::page::holdings::Holdings;
use crate::template;
use crate::template::report;

/// A package that was read to its end.
#[derive(Debug)]
pub struct Subject {
    /// What it says.
    pub deb: Deb,
    /// The size of the file in bytes.
    pub size: u64,
    /// What it holds.
    pub holdings: Holdings,
    /// The virtualenvs in it.
    pub virtualenvs: Vec<Virtualenv>,
    /// What is wrong with it.
    pub remarks: Vec<Remark>,
}

/// A virtualenv, as it is shown.
#[derive(Debug, Clone)]
pub struct Virtualenv {
    /// Where it lies, absolute.
    pub path: String,
    /// The version of its Python.
    pub python: Option<String>,
    /// What its `bin/python` leads to.
    pub interpreter: Option<String>,
    /// What is installed in it.
    pub distributions: Vec<Distribution>,
    /// What was changed for its place, where the package says it.
    pub relocation: Option<Relocation>,
}

/// An installed distribution.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// Its name as indices know it (PEP 503).
    pub normal: String,
    /// The name that it gives itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its license.
    pub license: Option<String>,
}

/// Something that is wrong, or might be.
#[derive(Debug, Clone)]
pub struct Remark {
    /// How much it matters: `error`, `warning`.
    pub weight: &'static str,
    /// The rule that it breaks.
    pub rule: &'static str,
    /// On what.
    pub subject: String,
    /// What.
    pub text: String,
}

/// The page about some packages: the same bytes for the same packages.
pub fn render(subjects: &[Subject]) -> Result<String, template::Error> {
    report::render(&view::report(subjects))
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::page::holdings::tests::held;

    /// A package with these files, of which those below a path are a virtualenv.
    pub(in crate::page) fn subject(files: &[(&str, &[u8])], venv: &str) -> Subject {
        let deb = Deb {
            members: Vec::new(),
            control_format: crate::archive::compress::Format::Gzip,
            data_format: crate::archive::compress::Format::Gzip.into(),
            control: "Package: a\nVersion: 1\n".to_owned(),
            control_files: Vec::new(),
            problems: Default::default(),
            size: 0,
        };
        let venv = Virtualenv {
            path: venv.to_owned(),
            python: None,
            interpreter: None,
            distributions: Vec::new(),
            relocation: None,
        };
        Subject { deb, size: 1000, holdings: held(files), virtualenvs: vec![venv], remarks: Vec::new() }
    }
}
