//! The files of a project, as its user sees them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The most files that are looked at.
pub const MOST_FILES: usize = 100_000;
/// Directories that hold no file of the project's own.
const NOT_OWN: [&str; 5] = [".git", "node_modules", "__pycache__", ".tox", ".nox"];

/// What else counts of a project whose packages are made of directories: links with what they point to, and virtualenvs.
pub fn links_and_virtualenvs(directory: &Path) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let walk = walkdir::WalkDir::new(directory).min_depth(1).sort_by_file_name().into_iter();
    let is_virtualenv = |path: &Path| fs::symlink_metadata(path.join("pyvenv.cfg")).is_ok();
    let own = walk.filter_entry(|entry| {
        let is_below_virtualenv = entry.depth() > 1 && entry.path().parent().is_some_and(is_virtualenv);
        !NOT_OWN.contains(&&*entry.file_name().to_string_lossy()) && !is_below_virtualenv
    });
    let (mut links, mut virtualenvs) = (BTreeMap::new(), BTreeSet::new());
    for entry in own.filter_map(Result::ok).take(MOST_FILES) {
        let path = entry.path().strip_prefix(directory).ok().and_then(Path::to_str);
        let Some(path) = path.map(str::to_owned) else { continue };
        if entry.file_type().is_dir() && is_virtualenv(entry.path()) {
            virtualenvs.insert(path);
        } else if entry.file_type().is_symlink()
            && let Some(target) =
                fs::read_link(entry.path()).ok().and_then(|it| it.to_str().map(str::to_owned))
        {
            links.insert(path, target);
        }
    }
    (links, virtualenvs)
}

/// The paths of all files below a directory that can be read, but those of virtualenvs; no more than [`MOST_FILES`].
pub fn files(directory: &Path) -> BTreeSet<String> {
    let walk = walkdir::WalkDir::new(directory).min_depth(1).sort_by_file_name().into_iter();
    let own = walk.filter_entry(|entry| {
        let name = entry.file_name().to_string_lossy();
        !NOT_OWN.contains(&&*name) && fs::symlink_metadata(entry.path().join("pyvenv.cfg")).is_err()
    });
    let mut files = BTreeSet::new();
    for entry in own.filter_map(Result::ok) {
        if entry.file_type().is_dir() {
            continue;
        }
        if let Some(path) = entry.path().strip_prefix(directory).ok().and_then(Path::to_str) {
            files.insert(path.to_owned());
        }
        if files.len() == MOST_FILES {
            break;
        }
    }
    files
}
