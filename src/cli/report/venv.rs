//! The outcome of `mkdeb venv`.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::plain;
use crate::cli::report::say;
use crate::command::failure::Failure;
use crate::command::venv::Maker;
use crate::command::venv::VenvOutcome;
use crate::types::plural::counted;

impl Report {
    pub(in crate::cli) fn venv(&self, outcome: &VenvOutcome) -> Result<ExitCode, Failure> {
        let VenvOutcome { path, directory, key, made_with, distributions } = outcome;
        let maker = made_with.as_ref().map(|maker| match maker {
            Maker::Uv(_) => "uv",
            Maker::Pip => "pip",
        });
        if self.json {
            return self.print_json(&json!({
                "path": path.display().to_string(),
                "directory": directory.display().to_string(),
                "key": key.as_str(),
                "made_with": maker,
                "distributions": distributions,
            }));
        }
        if self.verbosity > Verbosity::Quiet {
            let directory = directory.display();
            say(&plain(&match maker {
                Some(maker) => {
                    let count = counted(*distributions as u64, "distributions");
                    format!("made {directory} with {maker}: {count}")
                }
                None => format!("{directory} exists already"),
            }));
        }
        self.print(format!("{}\n", path.display()).as_bytes())
    }
}
