//! The JSON Schema of manifests: the reference is made from it, and real manifests are valid by it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::project::{Project, ran};

const REFERENCE: &str = "docs/manifest.md";

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn schema() -> Value {
    let printed = Project::new("").run(&["init", "--schema"]);
    assert_eq!(printed.code, Some(0), "{}", printed.err);
    serde_json::from_str(&printed.out).unwrap()
}

/// The type of a key in words.
fn kind(key: &Value) -> String {
    let is_duration = key["$ref"] == "#/definitions/duration";
    let choices = key["anyOf"].as_array().into_iter().flatten();
    let choices: Vec<String> = choices.map(kind).collect();
    match key["type"].as_str() {
        _ if is_duration => "duration".to_owned(),
        _ if key["const"].is_string() => format!("`{}`", key["const"]),
        Some("array") => "array of strings".to_owned(),
        Some("object") => "table".to_owned(),
        Some("integer") => "number".to_owned(),
        Some(word) => word.to_owned(),
        None => choices.join(" or ").replace("string or array of strings", "string or array"),
    }
}

/// A JSON value as TOML.
fn toml_of(value: &Value) -> String {
    toml::Value::try_from(value).unwrap().to_string()
}

fn row(name: &str, key: &Value, is_required: bool) -> String {
    let default = match (&key["default"], key["x-default"].as_str()) {
        _ if is_required => "needed".to_owned(),
        (Value::Null, None) => "none".to_owned(),
        (Value::Null, Some(words)) => words.to_owned(),
        (value, _) => format!("`{}`", toml_of(value)),
    };
    let example = match key["examples"].get(0) {
        Some(example) => format!("`{}`", toml_of(example)),
        None => "see below".to_owned(),
    };
    let cells =
        [format!("`{name}`"), kind(key), default, key["description"].as_str().unwrap().to_owned(), example];
    format!("| {} |\n", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

/// Every table with its header and its rows by their keys.
fn tables(schema: &Value) -> Vec<(String, BTreeMap<String, String>)> {
    let mut tables = Vec::new();
    let mut add = |header: String, table: &Value| {
        let required = table["required"].as_array().cloned().unwrap_or_default();
        let keys = table["properties"].as_object().unwrap().iter();
        let rows =
            keys.map(|(name, key)| (name.clone(), row(name, key, required.contains(&name.as_str().into()))));
        tables.push((header, rows.collect()));
    };
    // The keys of `[lint]` are the names of rules.
    for (name, table) in schema["properties"].as_object().unwrap().iter().filter(|(name, _)| *name != "lint")
    {
        if table["type"] == "array" {
            let items = &table["items"];
            add(format!("[[{name}]]"), items);
            let health = &items["properties"]["health"];
            if health.is_object() {
                add(format!("{name}.health"), health);
            }
        } else {
            add(format!("[{name}]"), table);
        }
    }
    tables
}

#[test]
fn the_reference_is_made_from_the_schema() {
    let path = root(REFERENCE);
    let mut text = fs::read_to_string(&path).unwrap();
    for (header, mut rows) in tables(&schema()) {
        let title = format!("\n## `{header}`\n");
        let start = text.find(&title).unwrap_or_else(|| panic!("no section {header}")) + title.len();
        let end = text[start..].find("\n## ").map_or(text.len(), |end| start + end + 1);
        // The order of rows is the reference's own.
        let lines = text[start..end].split_inclusive('\n').map(|line| {
            let key = line.strip_prefix("| `").and_then(|rest| rest.split('`').next()).unwrap_or_default();
            match line.matches(" | ").count() {
                4.. => rows.remove(key).unwrap_or_else(|| line.to_owned()),
                _ => line.to_owned(),
            }
        });
        let section: String = lines.collect();
        assert!(rows.is_empty(), "{header} lacks {:?}", rows.keys());
        if std::env::var_os("BLESS").is_none() {
            assert_eq!(text[start..end], section, "{header}; BLESS=1 writes it anew");
        }
        text.replace_range(start..end, &section);
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, text).unwrap();
    }
}

/// Judges a manifest by the schema, with a validator that is not ours; what it says.
fn judged(project: &Project, manifest: &str) -> Result<(), String> {
    let document: toml::Table = toml::from_str(manifest).unwrap();
    project.write("manifest.json", serde_json::to_string(&document).unwrap());
    project.write("schema.json", schema().to_string());
    let mut command = Command::new("/usr/bin/python3");
    command
        .args(["-W", "ignore", "-m", "jsonschema", "-i", "manifest.json", "schema.json"])
        .current_dir(project.dir());
    let judged = ran(&mut command);
    assert!(!judged.err.contains("No module"), "{}: install python3-jsonschema", judged.err);
    if judged.code == Some(0) { Ok(()) } else { Err(judged.err) }
}

#[test]
fn real_manifests_are_valid_by_the_schema() {
    let project = Project::new("");
    let examples =
        fs::read_dir(root("debian-examples")).unwrap().map(|entry| entry.unwrap().path().join("mkdeb.toml"));
    let mut count = 0;
    for path in examples.chain([root("src/config/tests/full.toml")]) {
        if let Ok(text) = fs::read_to_string(&path) {
            assert_eq!(judged(&project, &text), Ok(()), "{}", path.display());
            count += 1;
        }
    }
    assert!(count > 4, "{count}");
}

#[test]
fn mistakes_are_found_by_the_schema() {
    let project = Project::new("");
    for (manifest, said) in [
        ("[app]\ntarbal = 'x'", "'tarbal' was unexpected"),
        ("[[service]]\nexec = 'x'", "'name' is a required property"),
        ("[[service]]\nname = 'x'\nrestart = 'sometimes'", "'sometimes' is not one of"),
        ("[layout]\nkeep = 'two'", "'two' is not of type 'integer'"),
        ("[pakage]", "'pakage' was unexpected"),
        ("[lint]\nsetuid = 'never'", "'never' is not valid"),
        ("[[service]]\nname = 'x'\n[service.health]\ntimeout = '5 minutes'", "'5 minutes' is not valid"),
    ] {
        let refused = judged(&project, manifest).expect_err(manifest);
        assert!(refused.contains(said), "{manifest}: {refused}");
    }
}
