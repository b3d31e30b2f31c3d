//! The outcome of `mkdeb init`.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::lines;
use crate::cli::report::plain;
use crate::cli::report::say;
use crate::command::failure::Failure;
use crate::command::init::InitOutcome;
use crate::config::schema;

impl Report {
    pub(in crate::cli) fn init(&self, outcome: &InitOutcome) -> Result<ExitCode, Failure> {
        let InitOutcome { files, remarks } = outcome;
        let paths = files.iter().map(|path| path.display().to_string());
        if self.json {
            let files: Vec<String> = paths.collect();
            return self.print_json(&json!({ "files": files, "notes": remarks }));
        }
        if self.verbosity > Verbosity::Quiet {
            remarks.iter().for_each(|remark| say(&plain(&format!("note: {remark}").replace('\n', "\\n"))));
        }
        self.print(lines(paths).as_bytes())
    }

    /// The JSON Schema of manifests.
    pub(in crate::cli) fn schema(&self) -> Result<ExitCode, Failure> {
        self.print(schema::TEXT.as_bytes())
    }
}
