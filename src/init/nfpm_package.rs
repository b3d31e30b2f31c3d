//! From what nfpm is told of a package to `[package]`.

use crate::init::Error;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::nfpm::File;
use crate::init::package;
use crate::init::package::Package;
use crate::init::package::Said;
use crate::init::package::Version;
use crate::init::variables;
use crate::packagers::nfpm::Located;
use crate::packagers::nfpm::version;
use crate::packagers::nfpm::version::Parts;

/// Texts, and the keys that have the same names.
const TEXTS: [&str; 4] = ["section", "priority", "homepage", "license"];
/// Lists of relations, likewise.
const RELATIONS: [&str; 5] = ["recommends", "suggests", "conflicts", "replaces", "provides"];

/// Adds the table.
pub(in crate::init) fn add(draft: &mut Draft, file: &File<'_>) -> Result<(), Error> {
    let no_name = || Error::NoName { of: format!("`{}`", file.path), key: "name" };
    let name = said(draft, file, "name").ok_or_else(no_name)?;
    let version = version(file)?;
    let maintainer = said(draft, file, "maintainer");
    let nothing = || Said { at: Source::file(file.path), text: String::new() };
    let description = said(draft, file, "description").unwrap_or_else(nothing);
    let keys = TEXTS.into_iter().filter_map(|key| Some((key, said(draft, file, key)?))).collect();
    let (relations, fields) = (relations(draft, file), fields(draft, file));
    let package = Package { name, version, maintainer, description, keys, relations, fields };
    package::add(draft, &package, file.facts);
    Ok(())
}

/// A text of the file.
fn said(draft: &mut Draft, file: &File<'_>, key: &str) -> Option<Said> {
    expanded(draft, file, &file.table.text(key)?)
}

fn expanded(draft: &mut Draft, file: &File<'_>, given: &Located) -> Option<Said> {
    Some(Said { at: file.line(given.line), text: file.expanded(draft, given)? })
}

fn version(file: &File<'_>) -> Result<Version, Error> {
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
    let (metadata, revision) = (kept("version_metadata"), kept("release"));
    let is_plain = file.table.text("version_schema").is_some_and(|schema| schema.text == "none");
    let parts = Parts {
        epoch: epoch.as_deref(),
        version: &version,
        prerelease: prerelease.as_deref(),
        metadata: metadata.as_deref(),
        is_plain,
    };
    Ok(Version { at: file.line(given.line), upstream: version::upstream(&parts), revision, names })
}

fn relations(draft: &mut Draft, file: &File<'_>) -> Vec<(&'static str, Vec<Said>)> {
    let deb = file.table.table("deb");
    let of_deb = |key: &str| deb.map(|deb| deb.list(key)).unwrap_or_default();
    let lists = [("depends", file.table.list("depends")), ("pre-depends", of_deb("predepends"))];
    let lists = lists.into_iter().chain([("breaks", of_deb("breaks"))]);
    let lists = lists.chain(RELATIONS.map(|key| (key, file.table.list(key))));
    let said = lists
        .map(|(key, items)| (key, items.iter().filter_map(|item| expanded(draft, file, item)).collect()));
    said.collect()
}

fn fields(draft: &mut Draft, file: &File<'_>) -> Vec<(String, Said)> {
    let Some(given) = file.table.table("deb").and_then(|deb| deb.table("fields")) else { return Vec::new() };
    let field = |entry: &String| Some((entry.clone(), expanded(draft, file, &given.text(entry)?)?));
    given.entries.iter().map(|entry| &entry.key).filter_map(field).collect()
}
