//! What is wrong with a package, or might be: one rule, one file, whose head is what `mkdeb explain` prints.
//!
//! Knows what a package holds. Refuses to know where it lies and how findings are shown.

pub mod facts;
mod rules;

use crate::config::recipe::LintRecipe;
use crate::config::recipe::Verdict;
use crate::lint::facts::Facts;
pub use crate::lint::rules::RULES;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The package does not install, does not run, or harms the host.
    Error,
    /// Something that few packages should have.
    Warning,
}

impl Severity {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// A rule.
pub struct Rule {
    /// Its name: `world-writable`.
    pub name: &'static str,
    /// How much its findings matter.
    pub severity: Severity,
    /// The text of its file.
    source: &'static str,
    check: fn(&Facts, &mut Findings<'_>),
}

/// Something that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// On what: a path on the host, a field.
    pub subject: String,
    /// What.
    pub text: String,
}

/// Takes the findings of one rule.
pub struct Findings<'f> {
    rule: &'f Rule,
    all: &'f mut Vec<Finding>,
}

impl Findings<'_> {
    fn say(&mut self, subject: impl Into<String>, text: impl Into<String>) {
        let (rule, severity) = (self.rule.name, self.rule.severity);
        self.all.push(Finding { rule, severity, subject: subject.into(), text: text.into() });
    }
}

impl Rule {
    /// The rule with a name.
    pub fn named(name: &str) -> Option<&'static Self> {
        RULES.iter().find(|rule| rule.name == name)
    }

    /// What it does, why, and what to do: the head of its file.
    pub fn explanation(&self) -> String {
        let lines = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
    }
}

/// The names of all rules.
pub fn names() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.name).collect()
}

/// Applies every rule, each as the recipe has it; errors come first, then the order of rules and of paths.
pub fn check(facts: &Facts, recipe: &LintRecipe) -> Vec<Finding> {
    let mut all = Vec::new();
    for rule in RULES {
        (rule.check)(facts, &mut Findings { rule, all: &mut all });
    }
    let mut judged: Vec<Finding> = all.into_iter().filter_map(|finding| judged(finding, recipe)).collect();
    judged.sort_by_key(|finding| finding.severity);
    judged
}

/// A finding as much as it matters to whoever wrote the recipe; none where it does not.
fn judged(finding: Finding, recipe: &LintRecipe) -> Option<Finding> {
    let mut judgements = recipe.judgements.iter();
    let judgement = judgements.find(|judgement| judgement.rule == finding.rule);
    match judgement.filter(|judgement| judgement.covers(&finding.subject)).map(|judgement| judgement.verdict)
    {
        None => Some(finding),
        Some(Verdict::Error) => Some(Finding { severity: Severity::Error, ..finding }),
        Some(Verdict::Warning) => Some(Finding { severity: Severity::Warning, ..finding }),
        Some(Verdict::Ignore) => None,
    }
}
