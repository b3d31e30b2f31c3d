//! The reference of the manifest names every key.

use std::collections::BTreeSet;

use crate::config::decode;

const REFERENCE: &str = include_str!("../../../docs/manifest.md");

#[test]
fn every_key_is_in_the_reference() {
    for (header, manifest) in [
        ("[package]", "package.zzz = 1"),
        ("[app]", "app.zzz = 1"),
        ("[venv]", "venv.zzz = 1"),
        ("[layout]", "layout.zzz = 1"),
        ("[[command]]", "command = [{ zzz = 1 }]"),
        ("[[service]]", "service = [{ zzz = 1 }]"),
        ("service.health", "service = [{ health = { zzz = 1 } }]"),
        ("[[timer]]", "timer = [{ zzz = 1 }]"),
        ("[[socket]]", "socket = [{ zzz = 1 }]"),
        ("[[user]]", "user = [{ zzz = 1 }]"),
        ("[[config]]", "config = [{ zzz = 1 }]"),
        ("[[tree]]", "tree = [{ zzz = 1 }]"),
        ("[[file]]", "file = [{ zzz = 1 }]"),
        ("[[link]]", "link = [{ zzz = 1 }]"),
        ("[[directory]]", "directory = [{ zzz = 1 }]"),
        ("[hooks]", "hooks.zzz = 1"),
        ("[compression]", "compression.zzz = 1"),
        ("[build]", "build.zzz = 1"),
    ] {
        let title = format!("## `{header}`");
        let (_, section) = REFERENCE.split_once(&title).unwrap_or_else(|| panic!("no section {title}"));
        let section = section.split("\n## ").next().unwrap_or_default();
        for key in decode::known(manifest) {
            assert!(section.contains(&format!("| `{key}` |")), "{title} does not mention `{key}`");
        }
    }
}

#[test]
fn every_table_is_in_the_reference() {
    for table in decode::known("zzz = 1") {
        assert!(
            REFERENCE.contains(&format!("## `[{table}]`"))
                || REFERENCE.contains(&format!("## `[[{table}]]`")),
            "no section for {table}"
        );
    }
}

#[test]
fn the_schema_has_the_keys_that_manifests_have() {
    let schema: serde_json::Value = serde_json::from_str(crate::config::schema::TEXT).expect("JSON");
    let keys = |table: &serde_json::Value| -> BTreeSet<String> {
        table["properties"].as_object().expect("a table").keys().cloned().collect()
    };
    let known = |manifest: &str| decode::known(manifest).into_iter().collect::<BTreeSet<String>>();
    assert_eq!(keys(&schema), known("zzz = 1"));
    // The keys of `[lint]` are the names of rules.
    for (name, table) in
        schema["properties"].as_object().expect("tables").iter().filter(|(name, _)| *name != "lint")
    {
        let (table, manifest) = match table["items"].is_object() {
            true => (&table["items"], format!("{name} = [{{ zzz = 1 }}]")),
            false => (table, format!("{name}.zzz = 1")),
        };
        assert_eq!(keys(table), known(&manifest), "{name}");
    }
    let health = &schema["properties"]["service"]["items"]["properties"]["health"];
    assert_eq!(keys(health), known("service = [{ health = { zzz = 1 } }]"));
}
