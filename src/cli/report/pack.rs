//! The outcome of `mkdeb pack`.

use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::plain;
use crate::cli::report::say;
use crate::command::failure::Failure;
use crate::command::pack::PackOutcome;
use crate::deb::image::Entry;
use crate::types::plural::counted;
use crate::types::plural::size;

impl Report {
    pub(in crate::cli) fn pack(&self, outcome: &PackOutcome) -> Result<ExitCode, Failure> {
        let given = outcome.given.as_ref();
        if self.verbosity > Verbosity::Quiet {
            outcome.remarks.iter().for_each(|remark| say(&plain(&format!("warning: {remark}"))));
        }
        self.paths(outcome.entries.iter().map(Entry::spelling));
        if self.json {
            let document = json!({
                "path": outcome.path.display().to_string(),
                "name": given.map(|given| &given.package),
                "version": given.map(|given| &given.version),
                "architecture": given.map(|given| &given.architecture),
                "size": outcome.size,
                "entries": outcome.entries.len(),
                "warnings": outcome.remarks,
            });
            return self.print_json(&document);
        }
        if self.verbosity > Verbosity::Quiet {
            let entries = counted(outcome.entries.len() as u64, "entries");
            let name =
                given.map_or_else(String::new, |given| format!(" {} {}", given.package, given.version));
            say(&plain(&format!("packed{name}: {entries}, {}", size(outcome.size))));
        }
        self.print(&[outcome.path.as_os_str().as_bytes(), b"\n"].concat())
    }
}
