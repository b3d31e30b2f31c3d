//! An example in a directory of its own, where its README is followed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bed::{Output, cache, missing};

/// A copy of an example.
#[derive(Debug)]
pub struct Project {
    name: &'static str,
    dir: tempfile::TempDir,
    /// The README that is followed.
    readme: String,
}

/// The directory of an example in the repository.
pub fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("debian-examples").join(name)
}

/// The fenced blocks of a language in a document.
pub fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(found) = line.strip_prefix("```") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if found == language {
                blocks.push(block.join("\n"));
            }
        }
    }
    blocks
}

/// Runs a program of this machine that must succeed; its standard output.
#[track_caller]
pub fn output(program: &str, words: &[&str]) -> String {
    let done = Command::new(program).args(words).env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output();
    Output::from(done.unwrap()).ok(&format!("{program} {}", words.join(" ")))
}

impl Project {
    /// Copies an example, without what was made in it.
    #[track_caller]
    pub fn new(name: &'static str) -> Option<Project> {
        let readme = fs::read_to_string(example(name).join("README.md")).unwrap();
        let project = Project::empty(name, readme)?;
        let copy = "cp -R \"$1/.\" .; rm -rf build dist expected";
        project.run(&["sh", "-euc", copy, "sh", example(name).to_str().unwrap()]);
        Some(project)
    }

    /// The project that the guide to the first package speaks of: the sources of an example under its manifest, in git.
    #[track_caller]
    pub fn of_guide() -> Option<Project> {
        let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/first-package.md");
        let project = Project::empty("first-package", fs::read_to_string(readme).unwrap())?;
        let source = example("flask-service");
        let copy = "cp -R \"$1/orders\" \"$1/deploy\" \"$1/requirements.txt\" .";
        project.run(&["sh", "-euc", copy, "sh", source.to_str().unwrap()]);
        fs::write(project.path().join("mkdeb.toml"), project.documented("toml", 0)).unwrap();
        project.sh("git init --quiet; git add orders deploy requirements.txt mkdeb.toml
             git -c user.name=Ops -c user.email=ops@example.com commit --quiet --message=Orders");
        Some(project)
    }

    #[track_caller]
    fn empty(name: &'static str, readme: String) -> Option<Project> {
        if !wheels().is_dir() {
            return missing("the wheels of the examples");
        }
        Some(Project { name, dir: tempfile::tempdir().unwrap(), readme })
    }

    pub fn name(&self) -> &'static str {
        self.name
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A block of the README.
    #[track_caller]
    pub fn documented(&self, language: &str, index: usize) -> String {
        blocks(&self.readme, language).swap_remove(index)
    }

    /// Builds the package as the first block of the README says.
    #[track_caller]
    pub fn build(&self) -> PathBuf {
        self.sh(&self.documented("sh", 0));
        let built = fs::read_dir(self.path().join("dist")).unwrap().map(|entry| entry.unwrap().path());
        let built: Vec<PathBuf> = built.collect();
        assert_eq!(built.len(), 1, "{built:?}");
        built[0].clone()
    }

    /// Runs shell commands in the project, as CI would: no network, and mkdeb among the programs.
    #[track_caller]
    pub fn sh(&self, script: &str) -> String {
        self.run(&["sh", "-euc", script])
    }

    #[track_caller]
    pub fn run(&self, words: &[&str]) -> String {
        let programs = Path::new(env!("CARGO_BIN_EXE_mkdeb")).parent().unwrap();
        let path = format!("{}:/usr/sbin:/usr/bin:/sbin:/bin", programs.display());
        let mut command = Command::new("/usr/bin/env");
        command.args(words).current_dir(self.path()).env_clear().stdin(Stdio::null());
        command.env("PATH", path).env("HOME", self.path()).env("LC_ALL", "C.UTF-8");
        command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", wheels()).env("PIP_NO_CACHE_DIR", "1");
        command.env("SOURCE_DATE_EPOCH", "1700000000");
        Output::from(command.output().unwrap()).ok(&words.join(" "))
    }
}

pub fn wheels() -> PathBuf {
    cache().join("wheels-examples")
}
