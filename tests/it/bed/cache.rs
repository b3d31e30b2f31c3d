//! Where `tests/setup/run` left things, and what to do when it did not.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The directory of prepared artefacts.
pub fn cache() -> PathBuf {
    match env::var_os("MKDEB_CACHE") {
        Some(dir) => dir.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache"),
    }
}

/// Says that a test cannot run without `what`: fails it on CI, skips it elsewhere.
#[track_caller]
pub fn missing<T>(what: &str) -> Option<T> {
    assert!(env::var_os("CI").is_none(), "{what} is missing");
    eprintln!("skipped: {what} is missing; `tests/setup/run` prepares it");
    None
}

/// A packed virtualenv.
#[derive(Debug)]
pub struct Venv {
    /// Its top-level directory is the virtualenv.
    pub tar: PathBuf,
    /// The absolute path it was made at, which its files mention.
    pub origin: PathBuf,
}

/// A virtualenv by its name, such as `3.11-venv-plain`.
#[track_caller]
pub fn venv(name: &str) -> Option<Venv> {
    let dir = cache().join("venvs");
    let tar = dir.join(format!("{name}.tar"));
    match fs::read_to_string(dir.join(format!("{name}.origin"))) {
        Ok(origin) if tar.is_file() => Some(Venv { tar, origin: origin.trim_end_matches('\n').into() }),
        _ => missing(&format!("the virtualenv `{name}`")),
    }
}
