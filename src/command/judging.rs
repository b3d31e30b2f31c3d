//! The rules of `lint` on a package that was just written, before it appears.

use crate::command::failure::Failure;
use crate::config::recipe::LintRecipe;
use crate::lint;
use crate::lint::Finding;
use crate::lint::Severity;
use crate::lint::facts::Facts;
use crate::plan::Note;
use crate::plan::Origin;
use crate::types::plural::counted;

/// Planning has compared the lists of distributions with what was installed, and has told.
const TOLD: [&str; 1] = ["record-mismatch"];
/// How many mistakes an error lists.
const MOST: usize = 20;

/// Packages that do not appear.
#[derive(Debug, thiserror::Error)]
#[error("the package breaks rules:{}", listed(.0))]
pub struct Error(Vec<Finding>);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint =
            "`mkdeb explain RULE` says how to fix it; `[lint]` in the manifest says which rules matter less";
        Self::new(error, Some(hint.to_owned()))
    }
}

fn listed(findings: &[Finding]) -> String {
    let line = |finding: &Finding| format!("\n  {}: {} [{}]", finding.subject, finding.text, finding.rule);
    let mut text: String = findings.iter().take(MOST).map(line).collect();
    if findings.len() > MOST {
        text.push_str(&format!("\n  and {}", counted((findings.len() - MOST) as u64, "others")));
    }
    text
}

/// What the rules find, but for what is told already.
pub(in crate::command) fn findings(facts: &Facts, recipe: &LintRecipe) -> Vec<Finding> {
    let mut findings = lint::check(facts, recipe);
    findings.retain(|finding| !TOLD.contains(&finding.rule));
    findings
}

/// What is to be told of packages; an error where they must not appear.
pub(in crate::command) fn notes(findings: Vec<Finding>) -> Result<Vec<Note>, Error> {
    let (errors, warnings): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.severity == Severity::Error);
    if !errors.is_empty() {
        return Err(Error(errors));
    }
    Ok(warnings.into_iter().map(note).collect())
}

fn note(finding: Finding) -> Note {
    let origin = Origin::Rule(finding.rule);
    Note { origin, ..Note::warning(&finding.subject, finding.text) }
}
