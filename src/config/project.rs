//! What `[project]` of `pyproject.toml` says (PEP 621), where the manifest leaves it out.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::tree;

/// Fills what `[package]` leaves out.
pub(in crate::config) fn fill<'a>(root: &mut DeTable<'a>, project: &DeTable<'a>) -> Result<(), Fault> {
    if !root.contains_key("package") {
        let span = project.keys().map(Spanned::span).min_by_key(|span| span.start).unwrap_or(0..0);
        let table = Spanned::new(span.clone(), DeValue::Table(DeTable::new()));
        root.insert(Spanned::new(span, Cow::Borrowed("package")), table);
    }
    // A `package` that is no table gets its error when types are checked.
    let Some(DeValue::Table(package)) = root.get_mut("package").map(Spanned::get_mut) else { return Ok(()) };
    if !package.contains_key("version") {
        dynamic_version(project)?;
    }
    let found = [
        ("name", text(project, "name").map(|(name, span)| (package_name(&name), span))),
        ("version", text(project, "version")),
        ("summary", text(project, "description")),
        ("license", text(project, "license").or_else(|| text(tree::table(project, "license")?, "text"))),
        ("homepage", homepage(project)),
        ("maintainer", author(project)),
    ];
    for (key, value) in found {
        if let (false, Some((value, span))) = (package.contains_key(key), value) {
            let node = Spanned::new(span.clone(), DeValue::String(Cow::Owned(value)));
            package.insert(Spanned::new(span, Cow::Borrowed(key)), node);
        }
    }
    Ok(())
}

fn dynamic_version(project: &DeTable<'_>) -> Result<(), Fault> {
    let Some(DeValue::Array(dynamic)) = project.get("dynamic").map(Spanned::get_ref) else { return Ok(()) };
    match dynamic.iter().find(|item| item.get_ref().as_str() == Some("version")) {
        Some(item) => Err(Fault::at(item.span(), Problem::DynamicVersion)),
        None => Ok(()),
    }
}

fn text(table: &DeTable<'_>, key: &str) -> Option<(String, Range<usize>)> {
    let node = table.get(key)?;
    Some((node.get_ref().as_str()?.to_owned(), node.span()))
}

/// The name as PEP 503 normalises it, which is how package names are spelled too.
fn package_name(name: &str) -> String {
    let parts: Vec<&str> = name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect();
    parts.join("-").to_lowercase()
}

fn homepage(project: &DeTable<'_>) -> Option<(String, Range<usize>)> {
    let urls = tree::table(project, "urls")?;
    let (_, node) = urls.iter().find(|(label, _)| {
        // Labels are compared as the specification of well-known labels says: letters and digits only.
        let label: String = label.get_ref().chars().filter(char::is_ascii_alphanumeric).collect();
        label.eq_ignore_ascii_case("homepage")
    })?;
    Some((node.get_ref().as_str()?.to_owned(), node.span()))
}

/// The first author that has both a name and an address.
fn author(project: &DeTable<'_>) -> Option<(String, Range<usize>)> {
    let Some(DeValue::Array(authors)) = project.get("authors").map(Spanned::get_ref) else { return None };
    authors.iter().find_map(|node| {
        let DeValue::Table(author) = node.get_ref() else { return None };
        let (name, email) = (text(author, "name")?.0, text(author, "email")?.0);
        Some((format!("{name} <{email}>"), node.span()))
    })
}
