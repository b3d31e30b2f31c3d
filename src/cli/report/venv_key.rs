//! The outcome of `mkdeb venv-key`.

use std::process::ExitCode;

use serde_json::json;

use crate::cli::report::Report;
use crate::command::failure::Failure;
use crate::command::venv_key::KeyOutcome;
use crate::config::recipe::Suite;

impl Report {
    pub(in crate::cli) fn venv_key(&self, outcome: &KeyOutcome) -> Result<ExitCode, Failure> {
        if !self.json {
            return self.print(format!("{}\n", outcome.key).as_bytes());
        }
        self.print_json(&json!({
            "key": outcome.key.as_str(),
            "python": outcome.python.to_string(),
            "architecture": outcome.architecture.as_str(),
            "prefix": outcome.prefix.as_str(),
            "target": outcome.target.map(Suite::name),
            "requirements": outcome.requirements,
        }))
    }
}
