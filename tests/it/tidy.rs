//! Taste, enforced: levels, sizes, templates, the changelog.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Each module with its level: a module imports only lower ones.
const LEVELS: &[(&str, u8)] = &[
    ("types", 0),
    ("archive", 1),
    ("content", 1),
    ("control", 1),
    ("openpgp", 1),
    ("template", 1),
    ("config", 2),
    ("debhelper", 2),
    ("packagers", 2),
    ("source", 2),
    ("package", 2),
    ("init", 3),
    ("plan", 3),
    ("deb", 3),
    ("lint", 4),
    ("page", 4),
    ("repo", 4),
    ("host", 5),
    ("command", 6),
    ("cli", 7),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(directory: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(root().join(directory)).sort_by_file_name() {
        let entry = entry.expect("readable");
        let name = entry.path().strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
        if entry.file_type().is_file() && name.ends_with(ending) {
            found.push((name, fs::read_to_string(entry.path()).expect("text")));
        }
    }
    assert!(!found.is_empty(), "no {ending} in {directory}");
    found
}

fn is_test(file: &str) -> bool {
    file.ends_with("tests.rs") || file.contains("/tests/")
}

fn level(module: &str) -> Option<u8> {
    LEVELS.iter().find(|(name, _)| *name == module).map(|(_, level)| *level)
}

#[test]
fn a_module_imports_only_lower_ones() {
    let mut faults = Vec::new();
    for (file, text) in files("src", ".rs") {
        let module = file.trim_start_matches("src/").split(['/', '.']).next().expect("a module").to_owned();
        let Some(own) = level(&module) else {
            assert!(["main", "lib", "musl"].contains(&module.as_str()), "{file}: `{module}` has no level");
            continue;
        };
        for (number, line) in
            text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"))
        {
            for word in line.split("crate::").skip(1) {
                let target: String =
                    word.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                assert!(
                    !target.is_empty(),
                    "{file}:{}: one `use` per module, named after `crate::`",
                    number + 1
                );
                let other = level(&target).unwrap_or_else(|| panic!("{file}: `{target}` has no level"));
                if target != module && other >= own {
                    faults.push(format!("{file}:{}: `{module}` must not import `{target}`", number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_file_holds_one_idea() {
    for (file, text) in files("src", ".rs") {
        // Unit tests do not count: they stand in `tests`, or behind the last item.
        let lines = text.lines().take_while(|line| *line != "mod tests {").count();
        assert!(is_test(&file) || lines <= 400, "{file} has {lines} lines: split it by idea");
        assert!(text.starts_with("//!"), "{file} does not say what it is");
        assert!(!text.contains("super::super"), "{file} reaches over its parent");
    }
}

#[test]
fn templates_have_no_raw_form() {
    for (file, text) in files("templates", ".hbs") {
        assert!(!text.contains("{{{"), "{file}: a value without quoting");
        assert!(!text.contains("{{&"), "{file}: a value without quoting");
    }
}

/// A struct of `src/template`, as far as templates see it.
#[derive(Default)]
struct Shape {
    name: String,
    /// The template that its comment names first.
    template: Option<String>,
    fields: Vec<String>,
    /// The structs whose fields count as its own.
    flattened: Vec<String>,
}

fn shapes(text: &str) -> Vec<Shape> {
    let (mut template, mut flattens, mut found) = (None, false, Vec::<Shape>::new());
    for line in text.lines() {
        let field = line.strip_prefix("    pub ").and_then(|field| field.split_once(": "));
        if let Some(comment) = line.strip_prefix("/// ") {
            let named = comment.strip_prefix('`').and_then(|rest| rest.split_once('`'));
            let named = named.map(|(name, _)| name.to_owned());
            template = named.filter(|name| name.ends_with(".hbs")).or(template);
        } else if let Some(name) = line.strip_prefix("pub struct ") {
            let name = name.split(|c: char| !c.is_alphanumeric()).next().expect("a name").to_owned();
            found.push(Shape { name, template: template.take(), ..Shape::default() });
        } else if let (Some(shape), Some((name, kind))) = (found.last_mut(), field) {
            let kind = kind.split(|c: char| !c.is_alphanumeric()).next().expect("a type");
            let list = if flattens { &mut shape.flattened } else { &mut shape.fields };
            list.push(if flattens { kind.to_owned() } else { name.to_owned() });
            flattens = false;
        }
        flattens |= line.trim() == "#[serde(flatten)]";
        if line == "}" {
            template = None;
        }
    }
    found
}

/// A strict template fails at a value that is not there, but `#if` takes it for no.
#[test]
fn what_templates_ask_for_is_a_field() {
    let shapes: Vec<_> = files("src/template", ".rs").iter().flat_map(|(_, text)| shapes(text)).collect();
    let has = |shape: &Shape, name: &str| {
        let parts = shapes.iter().filter(|part| shape.flattened.contains(&part.name));
        std::iter::once(shape).chain(parts).any(|shape| shape.fields.iter().any(|field| field == name))
    };
    let mut asked = 0;
    for (file, text) in files("templates", ".hbs") {
        let template = file.trim_start_matches("templates/");
        // How many `#each` are open: within one, the fields are those of another struct.
        let mut depth = 0;
        for tag in text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()) {
            let tag = tag.trim_matches('~');
            if tag == "/each" {
                depth -= 1;
            }
            let Some((block, name)) = tag.strip_prefix('#').and_then(|tag| tag.split_once(' ')) else {
                continue;
            };
            let known = |shape: &Shape| {
                (depth > 0 || shape.template.as_deref() == Some(template)) && has(shape, name)
            };
            assert!(name == "this" || shapes.iter().any(known), "{file}: `{tag}` asks for no field");
            asked += 1;
            if block == "each" {
                depth += 1;
            }
        }
    }
    assert!(asked > 40, "{asked}");
}

#[test]
fn no_value_stands_in_a_comment_of_a_script() {
    // A quoted value may hold a line feed, behind which a comment ends and code begins.
    for (file, text) in files("templates", ".sh.hbs") {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with('#'))
        {
            let values = line.matches("{{").count();
            assert_eq!(values, line.matches("{{bare ").count(), "{file}:{}: {line}", number + 1);
        }
    }
}

#[test]
fn no_shell_hides_in_rust() {
    for (file, text) in files("src", ".rs") {
        let is_allowed = file.contains("content/") || is_test(&file);
        let code = text.split("\nmod tests {").next().expect("a first part");
        assert!(!code.contains("#!/bin/sh\\n") || is_allowed, "{file}: scripts are templates");
    }
}

#[test]
fn one_file_alone_knows_of_tokio() {
    let knowing: Vec<String> = files("src", ".rs")
        .into_iter()
        .filter(|(_, text)| text.contains("tokio::"))
        .map(|(file, _)| file)
        .collect();
    assert_eq!(knowing, ["src/host/store/object.rs"]);
}

#[test]
fn the_current_version_heads_the_changelog() {
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).expect("CHANGELOG.md");
    let first = changelog.lines().find(|line| line.starts_with("## ")).expect("a version");
    assert!(first.starts_with(&format!("## {}", env!("CARGO_PKG_VERSION"))), "{first}");
}

#[test]
fn architecture_names_every_module() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    for (module, _) in LEVELS {
        assert!(text.contains(&format!("`src/{module}`")), "ARCHITECTURE.md does not mention `src/{module}`");
        assert!(Path::new(&root()).join("src").join(module).is_dir(), "src/{module}");
    }
}

#[test]
fn every_dependency_says_why() {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies]");
        } else if inside && line.contains('=') && !line.starts_with('#') {
            assert!(line.contains(" # "), "Cargo.toml: `{line}` has no reason");
        }
    }
}
