//! `[lint]`. Which rules there are is for the caller to say.

use globset::GlobBuilder;
use globset::GlobSet;
use globset::GlobSetBuilder;
use toml::Spanned;

use crate::config::check::scope::Scope;
use crate::config::error::Fault;
use crate::config::problem::Key;
use crate::config::problem::Problem;
use crate::config::raw::Text;
use crate::config::raw::lint;
use crate::config::raw::value::Pairs;
use crate::config::recipe::Judgement;
use crate::config::recipe::LintRecipe;
use crate::config::recipe::Verdict;

/// What the manifest makes of the known rules.
pub(in crate::config) fn lint(
    raw: Pairs<Spanned<lint::Judgement>>,
    known: &[&'static str],
) -> Result<LintRecipe, Fault> {
    let judgements = raw.0.into_iter().map(|(rule, given)| {
        if !known.contains(&rule.get_ref().as_str()) {
            let key = Key::new("[lint]", rule.get_ref());
            let known = known.iter().map(|name| (*name).to_owned()).collect();
            return Err(Fault::at(rule.span(), Problem::UnknownKey { key, known }));
        }
        judgement(rule.into_inner(), given)
    });
    Ok(LintRecipe { judgements: judgements.collect::<Result<_, _>>()? })
}

fn judgement(rule: String, given: Spanned<lint::Judgement>) -> Result<Judgement, Fault> {
    let scope = Scope::anywhere("[lint]");
    let span = given.span();
    let word = |name: &str, text: &Text| scope.word(name, text, "a severity", &Verdict::ALL);
    match given.into_inner() {
        lint::Judgement::Word(text) => {
            let verdict = word(&rule, &Spanned::new(span, text))?;
            Ok(Judgement { rule, verdict, paths: None })
        }
        lint::Judgement::Table(table) => {
            let key = || Key::new(&format!("[lint.{rule}]"), "severity");
            let missing =
                || Fault::at(span, Problem::Missing { key: key(), example: "severity = \"ignore\"" });
            let severity = table.severity.ok_or_else(missing)?;
            let verdict = word(&format!("{rule}.severity"), &severity)?;
            let paths = paths(&scope, &format!("{rule}.paths"), &table.paths)?;
            Ok(Judgement { rule, verdict, paths })
        }
    }
}

/// The patterns as one set; none where there are none.
fn paths(scope: &Scope, name: &str, patterns: &[Text]) -> Result<Option<GlobSet>, Fault> {
    let mut set = GlobSetBuilder::new();
    for text in patterns {
        let pattern = scope.filled(name, text)?;
        if !pattern.starts_with(['/', '*']) {
            let reason = format_args!("`{pattern}` matches no path of a host");
            return Err(scope.invalid_but(name, text.span(), reason, "begin it with `/`"));
        }
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        set.add(glob.map_err(|error| scope.invalid(name, text.span(), error.kind()))?);
    }
    let set = set.build().map_err(|error| {
        scope.fault(Problem::Invalid {
            key: scope.key(name),
            reason: error.kind().to_string(),
            hint: Some("write fewer or shorter patterns".to_owned()),
        })
    })?;
    Ok((!patterns.is_empty()).then_some(set))
}
