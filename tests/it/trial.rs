//! A small project with a manifest, and the real program to build it with.

use std::collections::BTreeMap;
use std::fs::{self, FileTimes};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, UNIX_EPOCH};

use mkdeb::types::digest::Sha256;

use crate::bed::Output;

/// When every file of the application was changed last.
pub const MTIME: u64 = 1_780_000_000;

/// Answers a request with flask, and says which one that was and where it runs.
const CLI: &str = r#"import importlib.metadata
import sys

import flask


def main():
    app = flask.Flask("shop")
    app.add_url_rule("/", view_func=lambda: "open")
    answer = app.test_client().get("/").get_data(as_text=True)
    print(answer, importlib.metadata.version("flask"), sys.prefix)
"#;

/// A directory with an application in `app` and a manifest for it.
#[derive(Debug)]
pub struct Project {
    dir: tempfile::TempDir,
}

impl Project {
    /// A package and a command of this name, with the virtualenv at a path.
    pub fn new(name: &str, venv: &Path) -> Project {
        let project = Project { dir: tempfile::tempdir().unwrap() };
        project.write("app/shop/__init__.py", "");
        project.write("app/shop/cli.py", CLI);
        project.write("app/stock.txt", "one\ntwo\n");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"1.0\"\nmaintainer = \"Nobody <nobody@example.org>\"\n\
             summary = \"A shop\"\n[app]\ntarball = \"app\"\n[venv]\npath = \"{}\"\n\
             [[command]]\nname = \"{name}\"\nentry-point = \"shop.cli:main\"\n",
            venv.display()
        );
        project.write("mkdeb.toml", &manifest);
        project
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Writes a file with parents, as old as all others.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        let file = fs::File::options().append(true).open(&path).unwrap();
        file.set_times(FileTimes::new().set_modified(UNIX_EPOCH + Duration::from_secs(MTIME))).unwrap();
        file.set_permissions(fs::Permissions::from_mode(0o644)).unwrap();
    }

    /// Runs `mkdeb build` with further words, and without the variables that would change what it does.
    pub fn build(&self, words: &[&str]) -> Output {
        self.build_at(None, words)
    }

    /// The same at a date.
    pub fn build_at(&self, date: Option<u64>, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mkdeb"));
        command.arg("build").args(words).current_dir(self.path()).stdin(Stdio::null());
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", "/nonexistent");
        command.envs(date.map(|date| ("SOURCE_DATE_EPOCH", date.to_string())));
        command.output().unwrap().into()
    }

    /// Builds what must be built; the package.
    #[track_caller]
    pub fn package(&self, words: &[&str]) -> PathBuf {
        let said = self.build(words).ok(&format!("mkdeb build {}", words.join(" ")));
        self.path().join(said.trim_end())
    }
}

/// All that there is to know of a tree but when it was looked at: by path, the mode, the times and the body.
pub fn state(root: &Path) -> BTreeMap<PathBuf, String> {
    let mut state = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry.unwrap();
        let about = entry.metadata().unwrap();
        let body = if about.is_file() {
            Sha256::of(&fs::read(entry.path()).unwrap()).to_string()
        } else if about.is_symlink() {
            fs::read_link(entry.path()).unwrap().display().to_string()
        } else {
            String::new()
        };
        let (seconds, nanos, links) = (about.mtime(), about.mtime_nsec(), about.nlink());
        let text = format!("{:o} {seconds}.{nanos} {links} {} {body}", about.mode(), about.ino());
        state.insert(entry.path().to_owned(), text);
    }
    state
}
