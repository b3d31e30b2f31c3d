//! From what nfpm is told of a package to `[package]`.

use toml::Table as Map;

use crate::config::is_own_field;
use crate::init::Error;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::draft::Table as Written;
use crate::init::nfpm::File;
use crate::init::relations;
use crate::init::values;
use crate::init::variables;
use crate::packagers::nfpm::Located;
use crate::packagers::nfpm::version;
use crate::packagers::nfpm::version::Parts;

/// Lists of relations, and the keys that have the same names.
const RELATIONS: [&str; 5] = ["recommends", "suggests", "conflicts", "replaces", "provides"];

/// Adds the table.
pub(in crate::init) fn add(draft: &mut Draft, file: &File<'_>) -> Result<(), Error> {
    let mut table = Written::new("[package]");
    let no_name = || Error::NoName { of: format!("`{}`", file.path), key: "name" };
    let given = file.table.text("name").ok_or_else(no_name)?;
    let name = file.expanded(draft, &given).ok_or_else(no_name)?;
    draft.package.clone_from(&name);
    table.set("name", name.as_str());
    table.comes_from(&file.line(given.line));
    version(draft, &mut table, file)?;
    maintainer(draft, &mut table, file);
    let description = file.table.text("description");
    let text = description.as_ref().and_then(|given| file.expanded(draft, given)).unwrap_or_default();
    values::set_description(&mut table, &text, &name);
    let at = description.map_or_else(|| Source::file(file.path), |given| file.line(given.line));
    table.comes_from(&at);
    for key in ["section", "priority", "homepage", "license"] {
        let Some(given) = file.table.text(key) else { continue };
        let Some(text) = file.expanded(draft, &given) else { continue };
        let is_taken = match key {
            "section" => text != "default",
            "priority" => text != "optional",
            "homepage" => text.starts_with("http"),
            _ => true,
        };
        if is_taken {
            table.set(key, values::unexpanded(&text));
            table.comes_from(&file.line(given.line));
        }
    }
    related(draft, &mut table, file);
    fields(draft, &mut table, file);
    table.comes_from(&Source::file(file.path));
    draft.add(table);
    Ok(())
}

/// The version; what the environment says stays with it, since each build has another one.
fn version(draft: &mut Draft, table: &mut Written, file: &File<'_>) -> Result<(), Error> {
    let given = file.table.text("version").ok_or_else(|| Error::NoVersion(file.path.to_owned()))?;
    let mut names = Vec::new();
    let mut kept = |key: &str| {
        let text = file.table.text(key)?.text;
        let value = |name: &str| {
            names.push(name.to_owned());
            Some(format!("${{{name}}}"))
        };
        variables::expand(&text, value).ok()
    };
    let version = kept("version").unwrap_or_default();
    let (epoch, prerelease) = (kept("epoch"), kept("prerelease"));
    let (metadata, release) = (kept("version_metadata"), kept("release"));
    let is_plain = file.table.text("version_schema").is_some_and(|schema| schema.text == "none");
    let parts = Parts {
        epoch: epoch.as_deref(),
        version: &version,
        prerelease: prerelease.as_deref(),
        metadata: metadata.as_deref(),
        is_plain,
    };
    table.noted("version", version::upstream(&parts), "`--set package.version=…` overrides it");
    table.set_some("revision", release);
    table.comes_from(&file.line(given.line));
    names.dedup();
    if !names.is_empty() {
        draft.remark(format!(
            "{}: the version is not written down: set `{}` when you build",
            file.line(given.line),
            names.join("`, `")
        ));
    }
    Ok(())
}

fn maintainer(draft: &mut Draft, table: &mut Written, file: &File<'_>) {
    let given = file.table.text("maintainer");
    let text = given.as_ref().and_then(|given| file.expanded(draft, given));
    match (given, text) {
        (Some(given), Some(text)) if values::is_maintainer(&text) => {
            table.set("maintainer", values::unexpanded(&text));
            table.comes_from(&file.line(given.line));
        }
        _ => {
            table.set("maintainer", file.facts.maintainer.as_str());
            table.comes_from(&Source::Environment);
            draft.remark(format!("the maintainer is whoever ran this: {}", file.facts.maintainer));
        }
    }
}

fn related(draft: &mut Draft, table: &mut Written, file: &File<'_>) {
    let expanded = |draft: &mut Draft, items: &[Located]| -> Vec<(Source, String)> {
        let texts = items.iter().filter_map(|item| Some((file.line(item.line), file.expanded(draft, item)?)));
        texts.collect()
    };
    let deb = file.table.table("deb");
    let of_deb = |key: &str| deb.map(|deb| deb.list(key)).unwrap_or_default();
    let lists = [("depends", file.table.list("depends")), ("pre-depends", of_deb("predepends"))];
    let lists = lists.into_iter().chain([("breaks", of_deb("breaks"))]);
    for (key, items) in lists.chain(RELATIONS.map(|key| (key, file.table.list(key)))) {
        let given = expanded(draft, items);
        let mut kept =
            relations::kept(draft, key, given.iter().map(|(at, text)| (at.clone(), text.as_str())));
        if key == "depends" {
            kept.insert(0, "$auto".to_owned());
        }
        table.set_list(key, kept);
        if let Some(item) = items.first() {
            table.comes_from(&file.line(item.line));
        }
    }
}

fn fields(draft: &mut Draft, table: &mut Written, file: &File<'_>) {
    let Some(given) = file.table.table("deb").and_then(|deb| deb.table("fields")) else { return };
    let mut fields = Map::new();
    let mut line = None;
    for entry in &given.entries {
        let at = file.line(entry.line);
        let Some(text) = given.text(&entry.key) else { continue };
        let Some(text) = file.expanded(draft, &text) else { continue };
        if is_own_field(&entry.key) {
            draft.remark(format!("{at}: the field `{}` is left out: mkdeb writes it", entry.key));
            continue;
        }
        line = line.or(Some(at));
        fields.insert(entry.key.clone(), values::unexpanded(&text).into());
    }
    if let Some(at) = line {
        table.set("fields", fields);
        table.comes_from(&at);
    }
}
