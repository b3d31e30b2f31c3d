//! The files of a project, as its user sees them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The most files that are looked at.
pub const MOST_FILES: usize = 100_000;
/// Directories that hold no file of the project's own.
const NOT_OWN: [&str; 5] = [".git", "node_modules", "__pycache__", ".tox", ".nox"];

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
