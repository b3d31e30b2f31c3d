//! The outcome of `mkdeb export`.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::plain;
use crate::cli::report::say;
use crate::command::export::ExportOutcome;
use crate::command::failure::Failure;

impl Report {
    pub(in crate::cli) fn export(&self, outcome: &ExportOutcome) -> Result<ExitCode, Failure> {
        let ExportOutcome { path, commit, remarks } = outcome;
        if self.json {
            let path = path.display().to_string();
            return self.print_json(&json!({ "path": path, "commit": commit, "warnings": remarks }));
        }
        if self.verbosity > Verbosity::Quiet {
            remarks.iter().for_each(|remark| say(&plain(&format!("warning: {remark}"))));
        }
        self.print(format!("{}\n", path.display()).as_bytes())
    }
}
