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

/// Every text of a directory, one after the other.
fn texts(directory: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let files =
        walkdir::WalkDir::new(root).into_iter().map(Result::unwrap).filter(|entry| entry.path().is_file());
    files.map(|entry| std::fs::read_to_string(entry.path()).unwrap()).collect()
}

#[test]
fn every_error_that_the_guide_explains_is_one_that_the_program_says() {
    let guide = include_str!("../../docs/troubleshooting.md");
    let said = texts("src") + &texts("templates");
    let titles: Vec<&str> =
        guide.lines().filter_map(|line| line.strip_prefix("### `` ")?.strip_suffix(" ``")).collect();
    assert!(titles.len() > 15, "{titles:?}");
    for title in titles {
        for part in title.split('…').map(|part| part.trim_matches([' ', '`'])) {
            assert!(said.contains(part), "nothing says {part:?} of {title:?}");
        }
    }
}

#[test]
fn every_link_of_a_document_leads_to_a_file() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let top = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root.join(name));
    let below =
        ["docs", "debian-examples"].into_iter().flat_map(|name| walkdir::WalkDir::new(root.join(name)));
    let below = below.map(|entry| entry.unwrap().into_path());
    let documents = top.into_iter().chain(below).filter(|path| path.extension().is_some_and(|it| it == "md"));
    for document in documents {
        let text = std::fs::read_to_string(&document).unwrap();
        let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link);
        for link in links.filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target =
                if path.is_empty() { document.clone() } else { document.parent().unwrap().join(path) };
            assert!(target.exists(), "{}: {link}", document.display());
            let slug = |title: &str| -> String {
                let kept = title.to_lowercase().replace(' ', "-");
                kept.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
            };
            if !anchor.is_empty() {
                let text = std::fs::read_to_string(&target).unwrap();
                let mut titles = text.lines().filter_map(|line| line.strip_prefix('#'));
                let is_there = titles.any(|title| slug(title.trim_start_matches('#').trim()) == anchor);
                assert!(is_there, "{}: no title for {link}", document.display());
            }
        }
    }
}
