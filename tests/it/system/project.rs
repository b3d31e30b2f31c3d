//! A project to build packages from with the real program: manifest, application, virtualenv.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;

use tempfile::TempDir;

/// A directory with a `mkdeb.toml`, an application in `app` and, if given one, a virtualenv.
pub struct Project {
    dir: TempDir,
    venv: Option<PathBuf>,
}

impl Project {
    /// A project with this manifest; `[app]` and `[venv]` are added.
    pub fn new(manifest: &str) -> Self {
        let project = Self { dir: tempfile::tempdir().unwrap(), venv: None };
        project.write("mkdeb.toml", &format!("{manifest}\n[app]\ntarball = \"app\"\n"));
        fs::create_dir(project.path().join("app")).unwrap();
        project
    }

    /// With a virtualenv: a directory or a tarball.
    pub fn with_venv(mut self, venv: &Path) -> Self {
        let manifest = self.read("mkdeb.toml");
        self.write("mkdeb.toml", &format!("{manifest}\n[venv]\npath = \"{}\"\n", venv.display()));
        self.venv = Some(venv.to_owned());
        self
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Writes a file; parents are made.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs `mkdeb build` with further words.
    pub fn run(&self, words: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mkdeb"));
        command.arg("build").arg("-C").arg(self.path()).args(words);
        command.env_remove("SOURCE_DATE_EPOCH").output().unwrap()
    }

    /// Builds a version; the package's path.
    #[track_caller]
    pub fn build(&self, version: &str) -> PathBuf {
        let output = self.run(&["--fast", "--set", &format!("package.version={version}")]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        PathBuf::from(String::from_utf8(output.stdout).unwrap().trim())
    }
}
