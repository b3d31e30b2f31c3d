//! What a manifest makes of the rules of `mkdeb lint`.

use globset::GlobSet;

/// `[lint]`: each rule whose findings matter more or less than usual, or not at all.
#[derive(Debug, Clone, Default)]
pub struct LintRecipe {
    /// In the manifest's order, each rule once.
    pub judgements: Vec<Judgement>,
}

/// What a manifest says of one rule.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The rule's name.
    pub rule: String,
    /// How much its findings matter.
    pub verdict: Verdict,
    /// On which paths of the host; none stands for all.
    pub paths: Option<GlobSet>,
}

/// How much findings matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As an error.
    Error,
    /// As a warning.
    Warning,
    /// Not at all: they are not told.
    Ignore,
}

impl Verdict {
    /// Each with its word.
    pub const ALL: [(&'static str, Self); 3] =
        [("error", Self::Error), ("warning", Self::Warning), ("ignore", Self::Ignore)];
}

impl Judgement {
    /// Whether it is about this subject of a finding.
    pub fn covers(&self, subject: &str) -> bool {
        self.paths.as_ref().is_none_or(|paths| paths.is_match(subject))
    }
}
