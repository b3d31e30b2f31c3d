//! From what another packer is told of a package to `[package]`.

use toml::Table as Map;

use crate::config::is_own_field;
use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::draft::Table;
use crate::init::relations;
use crate::init::values;

/// A text with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::init) struct Said {
    pub(in crate::init) at: Source,
    pub(in crate::init) text: String,
}

/// A version, in which `${NAME}` stands for what a build has in its environment.
#[derive(Debug)]
pub(in crate::init) struct Version {
    pub(in crate::init) at: Source,
    pub(in crate::init) upstream: String,
    pub(in crate::init) revision: Option<String>,
    /// The variables in it.
    pub(in crate::init) names: Vec<String>,
}

/// What is told of a package.
#[derive(Debug)]
pub(in crate::init) struct Package {
    pub(in crate::init) name: Said,
    pub(in crate::init) version: Version,
    pub(in crate::init) maintainer: Option<Said>,
    /// Empty where nothing describes it.
    pub(in crate::init) description: Said,
    /// Texts, by the keys of the manifest.
    pub(in crate::init) keys: Vec<(&'static str, Said)>,
    /// Relations, likewise; those of `depends` always.
    pub(in crate::init) relations: Vec<(&'static str, Vec<Said>)>,
    /// Fields of its own.
    pub(in crate::init) fields: Vec<(String, Said)>,
}

/// Adds the table.
pub(in crate::init) fn add(draft: &mut Draft, package: &Package, facts: &Facts) {
    let mut table = Table::new("[package]");
    draft.package.clone_from(&package.name.text);
    table.set("name", package.name.text.as_str());
    table.comes_from(&package.name.at);
    version(draft, &mut table, &package.version);
    maintainer(draft, &mut table, (package.maintainer.as_ref(), facts));
    values::set_description(&mut table, &package.description.text, &package.name.text);
    table.comes_from(&package.description.at);
    for (key, said) in &package.keys {
        if is_taken(key, &said.text) {
            table.set(key, values::unexpanded(&said.text));
            table.comes_from(&said.at);
        }
    }
    for (key, said) in &package.relations {
        let given = said.iter().map(|said| (said.at.clone(), said.text.as_str()));
        let mut kept = relations::kept(draft, key, given);
        if *key == "depends" {
            kept.insert(0, "$auto".to_owned());
        }
        table.set_list(key, kept);
        if let Some(said) = said.first() {
            table.comes_from(&said.at);
        }
    }
    fields(draft, &mut table, &package.fields);
    table.comes_from(&package.name.at);
    draft.add(table);
}

/// Whether a text is worth its key: what is there anyhow, and what says nothing, is not.
fn is_taken(key: &str, text: &str) -> bool {
    match key {
        "section" => !["default", "none"].contains(&text),
        "priority" => text != "optional",
        "homepage" => text.starts_with("http"),
        _ => true,
    }
}

/// The version; what the environment says stays with it, since each build has another one.
fn version(draft: &mut Draft, table: &mut Table, version: &Version) {
    table.noted("version", version.upstream.as_str(), "`--set package.version=…` overrides it");
    table.set_some("revision", version.revision.as_deref());
    table.comes_from(&version.at);
    let mut names = version.names.clone();
    names.dedup();
    if !names.is_empty() {
        draft.remark(format!(
            "{}: the version is not written down: set `{}` when you build",
            version.at,
            names.join("`, `")
        ));
    }
}

fn maintainer(draft: &mut Draft, table: &mut Table, (given, facts): (Option<&Said>, &Facts)) {
    match given.filter(|said| values::is_maintainer(&said.text)) {
        Some(said) => {
            table.set("maintainer", values::unexpanded(&said.text));
            table.comes_from(&said.at);
        }
        None => {
            table.set("maintainer", facts.maintainer.as_str());
            table.comes_from(&Source::Environment);
            draft.remark(format!("the maintainer is whoever ran this: {}", facts.maintainer));
        }
    }
}

fn fields(draft: &mut Draft, table: &mut Table, given: &[(String, Said)]) {
    let mut fields = Map::new();
    let mut first = None;
    for (name, said) in given {
        if is_own_field(name) {
            draft.remark(format!("{}: the field `{name}` is left out: mkdeb writes it", said.at));
            continue;
        }
        first = first.or(Some(&said.at));
        fields.insert(name.clone(), values::unexpanded(&said.text).into());
    }
    if let Some(at) = first {
        table.set("fields", fields);
        table.comes_from(at);
    }
}
