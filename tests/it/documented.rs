//! `docs/build.md` names every option, every template and every key of the JSON document.

use std::collections::BTreeSet;

use mkdeb::template::Templates;
use serde_json::Value;

use crate::project::Project;

const REFERENCE: &str = include_str!("../../docs/build.md");

/// The text under a title, up to the next title.
fn section(title: &str) -> &'static str {
    let (_, rest) = REFERENCE.split_once(&format!("\n{title}\n")).expect(title);
    let end = ["\n## ", "\n### "].iter().filter_map(|next| rest.find(next)).min();
    &rest[..end.unwrap_or(rest.len())]
}

/// What the first column of the table in a text names.
fn named(text: &'static str) -> BTreeSet<&'static str> {
    let cells = text.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    cells.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`')).collect()
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn every_option_of_build_is_documented() {
    let help = Project::new("").run(&["build", "--help"]).out;
    let options = help.lines().filter_map(|line| line.trim_start().strip_prefix('-'));
    let options: BTreeSet<&str> = options
        .filter_map(|line| line.split_once("--").map(|(_, name)| name).or(line.strip_prefix('-')))
        .filter_map(|name| name.split(' ').next())
        .filter(|name| *name != "help")
        .collect();
    let (before, _) = REFERENCE.split_once("\n## ").expect("sections");
    let documented: BTreeSet<&str> =
        named(before).iter().filter_map(|name| name.strip_prefix("--")?.split(' ').next()).collect();
    assert_eq!(documented, options);
}

#[test]
fn every_template_is_documented() {
    let built_in: BTreeSet<&str> = Templates::built_in().iter().map(|(name, _)| *name).collect();
    assert_eq!(named(section("## Templates")), built_in);
}

#[test]
fn the_json_of_build_has_the_keys_that_are_documented() {
    let project = Project::new("");
    // Something to note.
    project
        .write("app/settings.py", format!("ROOT = '{}'\n", project.dir().canonicalize().unwrap().display()));
    for (words, title) in
        [(&["--json"][..], "### A package"), (&["--json", "--dry-run"], "### A package with `--dry-run`")]
    {
        let document: Value = serde_json::from_str(&project.build(words).out).unwrap();
        assert_eq!(keys(&document), named(section("## The JSON document")));
        assert_eq!(keys(&document["packages"][0]), named(section(title)));
        for note in document["notes"].as_array().unwrap() {
            assert_eq!(keys(note), named(section("### A note")));
        }
        assert!(words.len() > 1 || document["notes"].as_array().is_some_and(|notes| !notes.is_empty()));
    }
}

#[test]
fn the_json_of_a_plan_has_the_keys_of_paths_that_are_documented() {
    let project = Project::new("");
    let plan = project.plan();
    let text = section("### A package with `--dry-run`");
    let (_, text) = text.split_once("A path of `tree`").expect("a sentence");
    for node in plan["packages"][0]["tree"].as_array().unwrap() {
        for key in keys(node) {
            assert!(text.contains(&format!("`{key}`")), "{key}");
        }
        assert!(text.contains(&format!("`{}`", node["type"].as_str().unwrap())), "{node}");
    }
}
