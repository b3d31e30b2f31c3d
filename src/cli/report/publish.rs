//! The outcome of `mkdeb publish`.

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::plain;
use crate::cli::report::say;
use crate::command::failure::Failure;
use crate::command::publish::PublishOutcome;
use crate::types::plural::counted;

impl Report {
    pub(in crate::cli) fn publish(&self, outcome: &PublishOutcome) -> Result<ExitCode, Failure> {
        let PublishOutcome { suite, added, removed, generation, unchanged, dry_run, remarks } = outcome;
        if self.json {
            return self.print_json(&json!({
                "suite": suite,
                "generation": generation,
                "dry_run": dry_run,
                "unchanged": unchanged,
                "added": packages(added),
                "removed": packages(removed),
                "remarks": remarks,
            }));
        }
        if self.verbosity > Verbosity::Quiet {
            let count = counted(added.len() as u64, "packages");
            say(&plain(&match generation {
                Some(generation) => format!("published {count} in `{suite}`, generation {generation}"),
                None if *dry_run && !added.is_empty() => format!("would publish {count} in `{suite}`"),
                None => format!("nothing to publish in `{suite}`: all of it is there"),
            }));
        }
        if self.verbosity > Verbosity::Quiet {
            remarks.iter().for_each(|remark| say(&plain(&format!("warning: {remark}"))));
        }
        let lines: String = added.iter().map(|words| format!("{words}\n")).collect();
        self.print(lines.as_bytes())
    }
}

/// Each package with its parts by their names.
pub(in crate::cli::report) fn packages(words: &[String]) -> Vec<Value> {
    let package = |words: &String| {
        let mut parts = words.split(' ');
        let mut part = || parts.next().unwrap_or_default();
        json!({ "name": part(), "version": part(), "architecture": part() })
    };
    words.iter().map(package).collect()
}
