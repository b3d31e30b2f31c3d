//! The outcomes of `mkdeb repo …`.

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::plain;
use crate::cli::report::say;
use crate::command::failure::Failure;
use crate::command::repo::init::InitOutcome;
use crate::command::repo::key::KeyOutcome;
use crate::openpgp::certificate;
use crate::openpgp::policy::Remark;

impl Report {
    pub(in crate::cli) fn repo_init(&self, outcome: &InitOutcome) -> Result<ExitCode, Failure> {
        let fingerprints: Vec<String> = outcome.fingerprints.iter().map(ToString::to_string).collect();
        if self.json {
            return self.print_json(&json!({
                "suite": outcome.suite,
                "generation": outcome.generation,
                "fingerprints": fingerprints,
                "sources": outcome.sources,
                "conditions": outcome.settings.conditions,
                "warnings": outcome.remarks,
            }));
        }
        if self.verbosity > Verbosity::Quiet {
            outcome.remarks.iter().for_each(|remark| say(&plain(&format!("warning: {remark}"))));
            let suite = &outcome.suite;
            say(&plain(&match outcome.generation {
                Some(generation) => format!("`{suite}` is at generation {generation}"),
                None if outcome.is_changed => {
                    format!("`{suite}` is as it was; what holds for all of the repository was changed")
                }
                None => format!("`{suite}` exists already, as it should be"),
            }));
        }
        self.print(format!("{}\n", outcome.sources).as_bytes())
    }

    pub(in crate::cli) fn repo_keyring(&self, path: &std::path::Path) -> Result<ExitCode, Failure> {
        if self.json {
            return self.print_json(&json!({ "path": path.display().to_string() }));
        }
        self.print(format!("{}\n", path.display()).as_bytes())
    }

    pub(in crate::cli) fn key_made(&self, outcome: &KeyOutcome) -> Result<ExitCode, Failure> {
        let fingerprint = outcome.certificate.fingerprint();
        if self.json {
            return self.print_json(&key(outcome));
        }
        if let (true, Some(file)) = (self.verbosity > Verbosity::Quiet, &outcome.file) {
            say(&plain(&format!(
                "wrote the secret key to {}: keep it safe, nobody can make it again",
                file.display()
            )));
        }
        self.print(format!("{fingerprint}\n").as_bytes())
    }

    pub(in crate::cli) fn key_show(&self, outcomes: &[KeyOutcome]) -> Result<ExitCode, Failure> {
        if self.json {
            return self.print_json(&Value::from(outcomes.iter().map(key).collect::<Vec<_>>()));
        }
        let certificates: Vec<_> = outcomes.iter().map(|outcome| outcome.certificate.clone()).collect();
        self.print(certificate::armored(&certificates)?.as_bytes())
    }

    /// Exits with 1 where a key is refused: that is a finding.
    pub(in crate::cli) fn key_check(&self, outcomes: &[KeyOutcome]) -> Result<ExitCode, Failure> {
        let code = ExitCode::from(u8::from(outcomes.iter().any(KeyOutcome::is_refused)));
        if self.json {
            return self.print_json(&Value::from(outcomes.iter().map(key).collect::<Vec<_>>())).and(Ok(code));
        }
        let mut text = String::new();
        for outcome in outcomes {
            let names = outcome.certificate.user_ids().join(", ").replace('\n', "\\n");
            text += &format!("{} {names}\n", outcome.certificate.fingerprint().grouped());
            for (when, remarks) in [("today", &outcome.today), ("in a year", &outcome.in_a_year)] {
                if remarks.is_empty() {
                    text += &format!("  {when}: gpgv and sqv take it\n");
                }
                for Remark { refused, text: remark } in remarks {
                    let word = if *refused { "refused" } else { "warning" };
                    text += &format!("  {when}: {word}: {remark}\n");
                }
            }
        }
        self.print(plain(&text).as_bytes()).and(Ok(code))
    }
}

fn key(outcome: &KeyOutcome) -> Value {
    let remarks = |remarks: &[Remark]| -> Vec<Value> {
        remarks.iter().map(|remark| json!({ "refused": remark.refused, "text": remark.text })).collect()
    };
    json!({
        "fingerprint": outcome.certificate.fingerprint().as_str(),
        "user_ids": outcome.certificate.user_ids(),
        "created": outcome.certificate.created().seconds(),
        "expires": outcome.certificate.expires().map(|date| date.seconds()),
        "today": remarks(&outcome.today),
        "in_a_year": remarks(&outcome.in_a_year),
    })
}
