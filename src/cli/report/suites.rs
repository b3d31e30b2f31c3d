//! The outcomes of verbs about what suites hold: lists, journals, changes, findings.

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::lines;
use crate::cli::report::plain;
use crate::cli::report::publish::packages;
use crate::cli::report::say;
use crate::command::failure::Failure;
use crate::command::repo::changing::ChangeOutcome;
use crate::command::repo::looking::Verified;
use crate::command::repo::rotate::RotateOutcome;
use crate::control::binary;
use crate::repo::apps::Row;
use crate::repo::commit::Commit;
use crate::repo::gc::Collected;
use crate::types::date::Moment;
use crate::types::date::SourceDate;
use crate::types::plural::counted;
use crate::types::plural::size;

impl Report {
    pub(in crate::cli) fn repo_list(&self, suites: &[(String, Vec<Row>)]) -> Result<ExitCode, Failure> {
        let all = suites.iter().flat_map(|(suite, rows)| rows.iter().map(move |row| (suite, row)));
        if self.json {
            let rows: Vec<Value> = all.map(|(suite, row)| of_row(suite, row)).collect();
            return self.print_json(&Value::from(rows));
        }
        let line = |(suite, row): (&String, &Row)| {
            let key = &row.key;
            let (date, bytes) = (moment(row.published()), size(row.size()));
            format!("{suite} {} {} {} {date} {bytes}", key.package, key.version, key.architecture)
        };
        self.print(lines(all.map(line)).as_bytes())
    }

    pub(in crate::cli) fn repo_log(&self, suites: &[(String, Vec<Commit>)]) -> Result<ExitCode, Failure> {
        let all = suites.iter().flat_map(|(suite, commits)| commits.iter().map(move |c| (suite, c)));
        if self.json {
            let entries = all.map(|(suite, commit)| {
                json!({
                    "suite": suite,
                    "generation": commit.generation,
                    "date": commit.date,
                    "action": commit.action,
                    "by": commit.by,
                    "added": packages(&commit.added),
                    "removed": packages(&commit.removed),
                })
            });
            return self.print_json(&Value::from(entries.collect::<Vec<_>>()));
        }
        let mut text = Vec::new();
        for (suite, commit) in all {
            let Commit { generation, action, by, added, removed, .. } = commit;
            text.push(format!("{suite} {generation} {} {action} by {by}", moment(commit.date)));
            text.extend(added.iter().map(|words| format!("  + {words}")));
            text.extend(removed.iter().map(|words| format!("  - {words}")));
        }
        self.print(lines(text).as_bytes())
    }

    pub(in crate::cli) fn repo_change(&self, outcome: &ChangeOutcome) -> Result<ExitCode, Failure> {
        if self.json {
            return self.print_json(&of_change(outcome));
        }
        let ChangeOutcome { action, suite, generation, dry_run, remarks, .. } = outcome;
        if self.verbosity > Verbosity::Quiet {
            say(&plain(&match generation {
                Some(generation) => format!("{action}: `{suite}` is at generation {generation}"),
                None if *dry_run && !(outcome.added.is_empty() && outcome.removed.is_empty()) => {
                    format!("{action}: this would change in `{suite}`")
                }
                None => format!("{action}: nothing to change in `{suite}`"),
            }));
            if generation.is_some() {
                remarks.iter().for_each(|remark| say(&plain(&format!("note: {remark}"))));
            }
        }
        let added = outcome.added.iter().map(|words| format!("+ {words}"));
        let removed = outcome.removed.iter().map(|words| format!("- {words}"));
        self.print(lines(removed.chain(added)).as_bytes())
    }

    pub(in crate::cli) fn repo_gc(&self, outcome: &Collected, dry_run: bool) -> Result<ExitCode, Failure> {
        let Collected { deleted, condemned } = outcome;
        if self.json {
            let document = json!({ "deleted": deleted, "condemned": condemned, "dry_run": dry_run });
            return self.print_json(&document);
        }
        if self.verbosity > Verbosity::Quiet {
            let (gone, later) =
                (counted(deleted.len() as u64, "files"), counted(condemned.len() as u64, "files"));
            let word = if dry_run { "would delete" } else { "deleted" };
            let wait = if condemned.len() == 1 { "waits" } else { "wait" };
            say(&format!("{word} {gone}; {later} {wait} for a later run"));
        }
        self.print(lines(deleted.iter().cloned()).as_bytes())
    }

    /// Exits with 1 where something is wrong that hosts cannot live with.
    pub(in crate::cli) fn repo_verify(&self, verified: &[Verified]) -> Result<ExitCode, Failure> {
        let all = verified.iter().flat_map(|suite| suite.findings.iter().map(move |f| (&suite.suite, f)));
        let is_wrong = all.clone().any(|(_, finding)| !finding.is_warning);
        let code = ExitCode::from(u8::from(is_wrong));
        if self.json {
            let findings: Vec<Value> = all
                .map(|(suite, finding)| {
                    json!({
                        "suite": suite,
                        "code": finding.code,
                        "place": finding.place,
                        "text": finding.text,
                        "warning": finding.is_warning,
                    })
                })
                .collect();
            let counts: Vec<Value> = verified
                .iter()
                .map(|suite| json!({ "suite": suite.suite, "packages": suite.packages }))
                .collect();
            return self.print_json(&json!({ "suites": counts, "findings": findings })).and(Ok(code));
        }
        let line = |(suite, finding): (&String, &crate::repo::verify::Finding)| {
            let word = if finding.is_warning { "warning" } else { "error" };
            format!("{suite}: {word}: {}: `{}`: {}", finding.code, finding.place, finding.text)
        };
        let _ = self.print(lines(all.map(line)).as_bytes())?;
        if self.verbosity > Verbosity::Quiet {
            for suite in verified {
                let (count, found) = (suite.packages as u64, suite.findings.len() as u64);
                let findings = if found == 0 { "all is well".to_owned() } else { counted(found, "findings") };
                say(&format!("{}: {}, {findings}", suite.suite, counted(count, "packages")));
            }
        }
        Ok(code)
    }

    pub(in crate::cli) fn key_rotated(&self, outcome: &RotateOutcome) -> Result<ExitCode, Failure> {
        let fingerprints: Vec<&str> = outcome.fingerprints.iter().map(|print| print.as_str()).collect();
        if self.json {
            let suites: Vec<Value> = outcome.suites.iter().map(of_change).collect();
            return self.print_json(&json!({ "fingerprints": fingerprints, "suites": suites }));
        }
        let text: String = fingerprints.iter().map(|print| format!("{print}\n")).collect();
        self.print(text.as_bytes())
    }
}

fn of_change(outcome: &ChangeOutcome) -> Value {
    json!({
        "action": outcome.action,
        "suite": outcome.suite,
        "generation": outcome.generation,
        "dry_run": outcome.dry_run,
        "added": packages(&outcome.added),
        "removed": packages(&outcome.removed),
        "remarks": outcome.remarks,
    })
}

fn of_row(suite: &str, row: &Row) -> Value {
    json!({
        "suite": suite,
        "component": row.component,
        "name": row.key.package,
        "version": row.key.version,
        "architecture": row.key.architecture,
        "published": row.published(),
        "size": row.size(),
        "file": row.stanza.get("Filename"),
        "sha256": row.stanza.get("SHA256"),
        "app": row.stanza.get(binary::APP),
        "role": row.stanza.get(binary::ROLE),
        "venv_key": row.stanza.get(binary::VENV_KEY),
        "rollout": row.stanza.get("Phased-Update-Percentage"),
    })
}

fn moment(seconds: u64) -> String {
    Moment::from(SourceDate::from_seconds(seconds)).to_string()
}
