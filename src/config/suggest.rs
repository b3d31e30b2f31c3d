//! What a word of a manifest most likely stands for, or where a key would be right.

use serde_json::Value;

use crate::config::problem::Key;
use crate::config::problem::list;
use crate::config::schema;
use crate::types::spelling::nearest;

/// In how many tables a key may be for their names to help.
const MOST_TABLES: usize = 3;
/// From how many letters on the beginning of a word counts as that word.
const LEAST: usize = 4;

/// What to write in the place of a key that its table does not have.
pub(in crate::config) fn key(key: &Key, known: &[&str]) -> String {
    if key.table == "[app]" && key.name == "path" {
        return "the application is named by `tarball`, also where it is a directory".to_owned();
    }
    let all = || nearest_or_all(&key.name, known, "keys");
    if near(&key.name, known).is_some() {
        return all();
    }
    let tables = tables(&key.name);
    // A manifest that begins with keys has lost the header of its first table.
    if key.table.is_empty() && tables.iter().any(|table| table == "[package]") {
        return format!("`{}` is a key of `[package]`", key.name);
    }
    match &tables[..] {
        [] => all(),
        tables if tables.len() > MOST_TABLES => all(),
        tables => {
            let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
            format!("`{}` is a key of {}; {}", key.name, list(&tables), all())
        }
    }
}

/// "did you mean", where something known is near; what there is otherwise.
pub(in crate::config) fn nearest_or_all(word: &str, known: &[&str], plural: &str) -> String {
    match near(word, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("there are no {plural} here"),
        None => format!("the {plural} are {}", list(known)),
    }
}

fn near<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    // Keys are lower case with hyphens, whatever other tools' files have.
    let spelled = word.to_lowercase().replace('_', "-");
    let begins = |long: &str, short: &str| short.len() >= LEAST && long.starts_with(short);
    let begun = || known.iter().copied().find(|known| begins(known, &spelled) || begins(&spelled, known));
    nearest(&spelled, known.iter().copied()).or_else(begun)
}

/// The tables that have a key, as the manifest writes their headers.
fn tables(key: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(schema::TEXT).unwrap_or_default();
    let Some(tables) = schema.pointer("/properties").and_then(Value::as_object) else { return Vec::new() };
    let header = |(name, table): (&String, &Value)| {
        let has = |place: &str| table.pointer(place).is_some_and(|keys| keys.get(key).is_some());
        let repeated = has("/items/properties").then(|| format!("[[{name}]]"));
        repeated.or_else(|| has("/properties").then(|| format!("[{name}]")))
    };
    tables.iter().filter_map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_named_that_is_meant_or_the_table_that_has_it() {
        for (table, name, known, expect) in [
            ("[app]", "path", &["tarball", "git"][..], "named by `tarball`"),
            ("[app]", "tarbal", &["tarball", "git"], "did you mean `tarball`?"),
            ("[[command]]", "entry", &["name", "entry-point"], "did you mean `entry-point`?"),
            ("[[service]]", "healthcheck", &["name", "health"], "did you mean `health`?"),
            ("[venv]", "depends", &["path"], "`depends` is a key of `[package]`; the keys are `path`"),
            ("", "name", &["package", "app"], "`name` is a key of `[package]`"),
            ("[venv]", "name", &["path"], "the keys are `path`"),
            ("[venv]", "nonsense", &["path"], "the keys are `path`"),
            ("[venv]", "nonsense", &[], "there are no keys here"),
        ] {
            let hint = key(&Key::new(table, name), known);
            assert!(hint.contains(expect), "{table} {name}: {hint}");
        }
        assert_eq!(near("an", &["and-so-on"]), None, "too short to be a beginning");
    }
}
