//! Names and paths that may be claimed once.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::config::check::scope::Scope;
use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::raw::Text;
use crate::types::name::UnitName;
use crate::types::path::InstallPath;

/// The names taken so far.
#[derive(Debug, Default)]
pub(in crate::config) struct Names(BTreeSet<String>);

impl Names {
    /// Reads the `name` of a table and takes it.
    pub fn claim(&mut self, scope: &Scope, name: Option<&Text>) -> Result<UnitName, Fault> {
        let text = scope.require("name", "name = \"…\"", name)?;
        let name: UnitName = scope.parse("name", text)?;
        self.take(scope, "name", text.span(), name.as_str())?;
        Ok(name)
    }

    /// Takes a name that is checked already.
    pub fn take(&mut self, scope: &Scope, key: &str, span: Range<usize>, name: &str) -> Result<(), Fault> {
        if self.0.insert(name.to_owned()) {
            return Ok(());
        }
        Err(Fault::at(span, Problem::Twice { key: scope.key(key), value: name.to_owned() }))
    }
}

/// The paths on the host taken so far, all of them outside the prefix.
#[derive(Debug)]
pub(in crate::config) struct Paths {
    prefix: InstallPath,
    taken: BTreeSet<InstallPath>,
}

impl Paths {
    /// No paths yet.
    pub fn new(prefix: InstallPath) -> Self {
        Self { prefix, taken: BTreeSet::new() }
    }

    /// Reads the `path` of a table and takes it.
    pub fn claim(&mut self, scope: &Scope, path: Option<&Text>) -> Result<InstallPath, Fault> {
        let text = scope.require("path", "path = \"/…\"", path)?;
        let path: InstallPath = scope.parse("path", text)?;
        let span = text.span();
        if path == InstallPath::root() {
            return Err(scope.invalid("path", span, "`/` is the root directory"));
        }
        if path.is_within(&self.prefix) || self.prefix.is_within(&path) {
            let reason = format!("`{path}` lies in the way of the prefix `{}`", self.prefix);
            let hint = "what is below the prefix changes with each release; use `[[tree]]` for it";
            return Err(scope.invalid_but("path", span, reason, hint));
        }
        if !self.taken.insert(path.clone()) {
            return Err(Fault::at(span, Problem::Twice { key: scope.key("path"), value: path.to_string() }));
        }
        Ok(path)
    }
}
