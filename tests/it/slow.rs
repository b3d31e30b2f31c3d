//! A build that takes a while, and what it is at, as `/proc` tells.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::bed::ended;
use crate::project::{Project, Ran};

/// A build that takes seconds. The process ends with the value.
pub struct Slow {
    pub project: Project,
    pub child: Child,
}

/// What does not compress.
pub fn noise(bytes: u32) -> Vec<u8> {
    (0..bytes).map(|n| (n.wrapping_mul(n ^ 0x9e37_79b9) >> 13) as u8).collect()
}

/// A project with a large file, and one that is read after it.
pub fn large() -> Project {
    let project = Project::new("");
    project.write("app/a-large", noise(8_000_000));
    project.write("app/z-last", "before\n");
    project
}

/// The words that make its build slow.
pub const SLOWLY: &[&str] = &["build", "-Z", "gzip:9", "--threads", "1"];

/// What a process has open.
fn open_files(pid: u32) -> Vec<PathBuf> {
    let links = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().filter_map(Result::ok);
    links.filter_map(|link| fs::read_link(link.path()).ok()).collect()
}

/// How many files without names a build has.
pub fn unnamed(child: &Child, project: &Path) -> usize {
    let files = open_files(child.id()).into_iter().filter(|path| path.starts_with(project));
    files.filter(|path| path.to_string_lossy().ends_with(" (deleted)")).count()
}

/// Whether a build has begun to write.
pub fn writes(child: &Child, project: &Path) -> bool {
    unnamed(child, project) > 0
}

/// Whether a build reads its inputs, or has done so.
pub fn reads(child: &Child, project: &Path) -> bool {
    open_files(child.id()).contains(&project.join("app/a-large")) || writes(child, project)
}

impl Slow {
    /// A slow build that has begun to write.
    pub fn start_with(project: Project, words: &[&str]) -> Self {
        let slow = Self::run(project, words);
        slow.wait_for(writes);
        slow
    }

    /// A slow build.
    pub fn run(project: Project, words: &[&str]) -> Self {
        let mut command = project.command(&[SLOWLY, words].concat());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        Self { project, child }
    }

    /// Waits until it is at something, or over.
    pub fn wait_for(&self, reached: fn(&Child, &Path) -> bool) {
        let start = Instant::now();
        while !reached(&self.child, self.project.dir()) && !ended(self.child.id()) {
            assert!(start.elapsed() < Duration::from_secs(30), "it never came so far");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Waits for its end.
    pub fn end(self) -> (Project, Ran) {
        let output = self.child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (self.project, Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) })
    }
}

/// Files of mkdeb's own below a directory.
pub fn strays(directory: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(directory).into_iter().map(|entry| entry.unwrap().into_path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(".mkdeb-")).collect()
}

/// Nothing was written and nothing is left.
pub fn assert_clean(project: &Project) {
    assert!(!project.path("dist").exists());
    assert_eq!(strays(project.dir()), Vec::<PathBuf>::new());
}
