//! The outcome of `mkdeb test`.

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::lines;
use crate::cli::report::say;
use crate::command::failure::Failure;
use crate::command::trial::Step;
use crate::command::trial::TrialOutcome;
use crate::command::trial::Verdict;
use crate::types::plural::counted;

/// What no root shows that is not booted.
const SERVICES: &str = "services were not started: no systemd runs in such a root";

impl Report {
    /// Exits with 1 where a step failed.
    pub(in crate::cli) fn test(&self, outcome: &TrialOutcome) -> Result<ExitCode, Failure> {
        let code = ExitCode::from(u8::from(!outcome.is_good()));
        if self.json {
            return self.print_json(&document(outcome)).and(Ok(code));
        }
        let _ = self.print(lines(outcome.steps.iter().flat_map(told)).as_bytes())?;
        if self.verbosity > Verbosity::Quiet {
            let is_failed = |step: &&Step| matches!(step.verdict, Verdict::Failed { .. });
            let failed = outcome.steps.iter().filter(is_failed).count() as u64;
            let words = if failed == 0 {
                "all is well".to_owned()
            } else {
                format!("{} failed", counted(failed, "steps"))
            };
            say(&format!("{words}; {SERVICES}"));
        }
        Ok(code)
    }
}

/// A step in one line, and what is wrong below it.
fn told(step: &Step) -> Vec<String> {
    let name = step.kind.name();
    let seconds = format!("{:.1} s", step.took.as_secs_f64());
    match &step.verdict {
        Verdict::Passed(words) => vec![format!("ok       {name:14} {seconds:>7}  {words}")],
        Verdict::Skipped(why) => vec![format!("skipped  {name:14} {:7}  {why}", "")],
        Verdict::Failed { findings, said } => {
            let mut lines = vec![format!("failed   {name:14} {seconds:>7}")];
            lines.extend(findings.iter().map(|finding| format!("  {finding}")));
            if !said.is_empty() {
                lines.push("  the last that was said:".to_owned());
                lines.extend(said.iter().map(|line| format!("    {line}")));
            }
            lines
        }
    }
}

fn document(outcome: &TrialOutcome) -> Value {
    let package = |(name, version): &(String, String)| json!({ "name": name, "version": version });
    let step = |step: &Step| {
        let (word, findings, said, why) = match &step.verdict {
            Verdict::Passed(_) => ("ok", &[][..], &[][..], None),
            Verdict::Failed { findings, said } => ("failed", &findings[..], &said[..], None),
            Verdict::Skipped(why) => ("skipped", &[][..], &[][..], Some(why)),
        };
        json!({
            "step": step.kind.name(),
            "outcome": word,
            "seconds": step.took.as_secs_f64(),
            "findings": findings,
            "said": said,
            "reason": why,
        })
    };
    json!({
        "ok": outcome.is_good(),
        "packages": outcome.packages.iter().map(package).collect::<Vec<_>>(),
        "from": outcome.from.iter().map(package).collect::<Vec<_>>(),
        "services_started": false,
        "steps": outcome.steps.iter().map(step).collect::<Vec<_>>(),
    })
}
