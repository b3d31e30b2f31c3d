//! What no value may hold: control characters, which would end a line in a unit or script, and secrets.

use std::collections::BTreeMap;

use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::tree;

/// Shorter values match by chance.
const SHORTEST_SECRET: usize = 6;

/// Refuses control characters and secrets, after expansion.
pub(in crate::config) fn check(
    root: &mut DeTable<'_>,
    environment: &BTreeMap<String, String>,
) -> Result<(), Fault> {
    keys(root)?;
    tree::visit(root, &mut Vec::new(), &mut |path, node| {
        let span = node.span();
        let DeValue::String(text) = node.get_ref() else { return Ok(()) };
        let lines = takes_lines(path);
        if text.chars().any(|c| c.is_control() && !(lines && matches!(c, '\n' | '\t'))) {
            return Err(Fault::at(span, Problem::Control(tree::key(path))));
        }
        if path.first().is_some_and(|table| table == "package")
            && let Some(variable) = secret(text, environment)
        {
            let (key, variable) = (tree::key(path), variable.to_owned());
            return Err(Fault::at(span, Problem::Secret { key, variable }));
        }
        Ok(())
    })
}

fn takes_lines(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(path.as_slice(), ["package", "description" | "license"] | ["package", "fields", _])
}

fn secret<'e>(text: &str, environment: &'e BTreeMap<String, String>) -> Option<&'e str> {
    let telling = |name: &str| {
        let name = name.to_uppercase();
        ["TOKEN", "SECRET", "PASSWORD"].iter().any(|word| name.contains(word))
    };
    environment
        .iter()
        .find(|(name, value)| value.len() >= SHORTEST_SECRET && *value == text.trim() && telling(name))
        .map(|(name, _)| name.as_str())
}

fn keys(table: &DeTable<'_>) -> Result<(), Fault> {
    for (key, node) in table {
        if key.get_ref().chars().any(char::is_control) {
            return Err(Fault::at(key.span(), Problem::Control(tree::key(&[key.get_ref().to_string()]))));
        }
        match node.get_ref() {
            DeValue::Table(inner) => keys(inner)?,
            DeValue::Array(array) => {
                for item in array.iter() {
                    if let DeValue::Table(inner) = item.get_ref() {
                        keys(inner)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}
