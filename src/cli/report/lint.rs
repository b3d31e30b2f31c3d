//! The outcomes of `mkdeb lint` and `mkdeb explain`.

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::lines;
use crate::cli::report::sarif;
use crate::cli::report::say;
use crate::command::failure::Failure;
use crate::command::lint::Linted;
use crate::lint::RULES;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::types::plural::counted;

/// How findings are told.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Asked {
    /// Warnings count as errors.
    pub(in crate::cli) is_strict: bool,
    /// As SARIF.
    pub(in crate::cli) as_sarif: bool,
}

impl Report {
    /// Exits with 1 where there are errors, and where warnings count as such.
    pub(in crate::cli) fn lint(&self, linted: &[Linted], asked: Asked) -> Result<ExitCode, Failure> {
        let all = linted.iter().flat_map(|package| package.findings.iter().map(move |f| (&package.file, f)));
        let is_wrong = all.clone().any(|(_, finding)| asked.is_strict || finding.severity == Severity::Error);
        let code = ExitCode::from(u8::from(is_wrong));
        if asked.as_sarif {
            return self.print_json(&sarif::document(linted)).and(Ok(code));
        }
        if self.json {
            let findings = all.map(|(file, finding)| {
                json!({
                    "file": file,
                    "rule": finding.rule,
                    "severity": finding.severity.name(),
                    "subject": finding.subject,
                    "text": finding.text,
                })
            });
            return self.print_json(&Value::from(findings.collect::<Vec<_>>())).and(Ok(code));
        }
        let count = all.clone().count() as u64;
        let line = |(file, finding): (&String, &crate::lint::Finding)| {
            let severity = finding.severity.name();
            format!("{file}: {severity}: {}: {} [{}]", finding.subject, finding.text, finding.rule)
        };
        let _ = self.print(lines(all.map(line)).as_bytes())?;
        if count > 0 && self.verbosity > Verbosity::Quiet {
            say(&format!("{}; `mkdeb explain RULE` tells more", counted(count, "findings")));
        }
        Ok(code)
    }

    pub(in crate::cli) fn explain(&self, rule: Option<&Rule>) -> Result<ExitCode, Failure> {
        let document = |rule: &Rule| json!({ "rule": rule.name, "severity": rule.severity.name(), "text": rule.explanation() });
        match rule {
            Some(rule) if self.json => self.print_json(&document(rule)),
            None if self.json => {
                self.print_json(&Value::from(RULES.iter().map(document).collect::<Vec<_>>()))
            }
            Some(rule) => {
                let text = format!("{} ({})\n\n{}", rule.name, rule.severity.name(), rule.explanation());
                self.print(text.as_bytes())
            }
            None => {
                let first = |rule: &Rule| rule.explanation().lines().next().unwrap_or_default().to_owned();
                let line =
                    |rule: &Rule| format!("{:20} {:8} {}", rule.name, rule.severity.name(), first(rule));
                self.print(lines(RULES.iter().map(line)).as_bytes())
            }
        }
    }
}
