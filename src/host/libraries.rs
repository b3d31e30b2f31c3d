//! Which of the build host's packages has a shared library: dpkg's own files about that.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::content::shared_library;
use crate::content::shared_library::Library;

/// Where dpkg keeps what packages say.
pub(super) const DIRECTORY: &str = "/var/lib/dpkg/info";

/// The libraries of an architecture with these names. `symbols` files go before `shlibs`, which say less, and the packages of an
/// architecture (`libc6:amd64`) before those that bring libraries of another one (`lib32gcc-s1`).
///
/// What cannot be read does not count: other systems have no such files.
pub(super) fn read(
    directory: &Path,
    (needed, architecture): (&BTreeSet<String>, &str),
) -> BTreeMap<String, Library> {
    let mut found = BTreeMap::new();
    if needed.is_empty() {
        return found;
    }
    let Ok(entries) = fs::read_dir(directory) else { return found };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let is_ours = |name: &String| {
        let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
        stem.rsplit_once(':').is_none_or(|(_, of)| of == architecture)
    };
    let mut names: Vec<String> = names.filter(is_ours).collect();
    names.sort_by_cached_key(|name| (name.ends_with(".shlibs"), !name.contains(':'), name.clone()));
    for name in names {
        let parse = match name.rsplit_once('.') {
            Some((_, "symbols")) => shared_library::symbols,
            Some((_, "shlibs")) => shared_library::shlibs,
            _ => continue,
        };
        let Ok(text) = fs::read_to_string(directory.join(&name)) else { continue };
        for (soname, library) in parse(&text).into_iter().filter(|(soname, _)| needed.contains(soname)) {
            found.entry(soname).or_insert(library);
        }
    }
    found
}
