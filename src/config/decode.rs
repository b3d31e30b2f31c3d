//! From the tree to the typed tables, and from serde's words for what does not fit to ours.

use serde::Deserialize as _;
use toml::Spanned;
use toml::de::DeTable;

use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::raw::Tables;
use crate::config::tree;

/// The tables, or the first key or value that fits none.
pub(in crate::config) fn tables(root: &DeTable<'_>) -> Result<Tables, Fault> {
    let document = Spanned::new(0..0, root.clone());
    Tables::deserialize(toml::de::Deserializer::from(document)).map_err(|error| fault(root, &error))
}

fn fault(root: &DeTable<'_>, error: &toml::de::Error) -> Fault {
    let span = error.span();
    let (path, found) = span.as_ref().and_then(|span| tree::find(root, span)).unwrap_or_default();
    let key = tree::key(&path);
    let message = error.message();
    let problem = if let Some(rest) = message.strip_prefix("unknown field ") {
        Problem::UnknownKey { key, known: known_keys(rest) }
    } else if let Some((_, expected)) = message.split_once(", expected ") {
        Problem::WrongType { key, expected: in_words(expected), found }
    } else {
        Problem::Invalid { key, reason: message.to_owned(), hint: None }
    };
    Fault::new(span, problem)
}

/// The keys in "`nmae`, expected one of `name`, `version`".
fn known_keys(message: &str) -> Vec<String> {
    let known = message.split_once(", expected ").map_or("", |(_, known)| known);
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// serde's name for a type as people say it.
fn in_words(expected: &str) -> String {
    match expected {
        "a sequence" => "an array",
        "a boolean" => "`true` or `false`",
        "i64" => "a whole number",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
    .to_owned()
}

/// The keys of each table, from what serde says of a key that does not exist.
#[cfg(test)]
pub(in crate::config) fn known(manifest: &str) -> Vec<String> {
    let root = tree::parse(manifest, 0).expect("TOML").into_inner();
    match tables(&root).expect_err("an unknown key").problem.as_ref() {
        Problem::UnknownKey { known, .. } => known.clone(),
        other => panic!("{other}"),
    }
}
