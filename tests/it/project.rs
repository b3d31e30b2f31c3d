//! A small project with a real virtualenv, and the program run on it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What every manifest of these tests starts with.
pub const HEAD: &str = r#"
[package]
name = "orders"
version = "1.4.2"
maintainer = "Ops <ops@example.com>"
summary = "order service"
[app]
tarball = "app"
[venv]
path = "build/venv"
"#;

/// A directory with an application, a virtualenv and a manifest; gone with the value.
pub struct Project(tempfile::TempDir);

/// What a run gave.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Project {
    /// A project whose manifest is `HEAD` and these lines.
    pub fn new(more: &str) -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        project.write("mkdeb.toml", format!("{HEAD}{more}"));
        project.write("app/orders/__init__.py", "def main():\n    print('orders')\n");
        make_venv(&project.path("build/venv"));
        project.program("build/venv/bin/serve", "#!/bin/sh\nexit 0\n");
        project
    }

    pub fn dir(&self) -> &Path {
        self.0.path()
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.dir().join(relative)
    }

    pub fn write(&self, relative: &str, text: impl AsRef<[u8]>) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn program(&self, relative: &str, text: &str) {
        self.write(relative, text);
        fs::set_permissions(self.path(relative), fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Adds lines to the manifest.
    pub fn append(&self, more: &str) {
        let text = fs::read_to_string(self.path("mkdeb.toml")).unwrap();
        self.write("mkdeb.toml", text + more);
    }

    /// The program with these arguments, ready to run: in the project, with nothing of the caller's environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mkdeb"));
        command.args(args).current_dir(self.dir()).env_clear().stdin(Stdio::null());
        command.env("PATH", "/usr/bin:/bin").env("HOME", "/home/nobody-here");
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(&mut self.command(args))
    }

    /// Runs `mkdeb build` with more arguments, which has to succeed.
    pub fn build(&self, args: &[&str]) -> Ran {
        let words: Vec<&str> = ["build", "--fast"].iter().chain(args).copied().collect();
        let ran = self.run(&words);
        assert_eq!(ran.code, Some(0), "{args:?}: {}{}", ran.out, ran.err);
        ran
    }

    /// What `mkdeb build` has against the project: an error with these words, after which nothing was written.
    pub fn refused(&self, args: &[&str], words: &[&str]) {
        let before = self.listing();
        let all: Vec<&str> = ["build"].iter().chain(args).copied().collect();
        let ran = self.run(&all);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        for word in words {
            assert!(ran.err.contains(word), "no {word:?} in: {}", ran.err);
        }
        assert!(!ran.err.contains("panicked") && ran.err.starts_with("error"), "{}", ran.err);
        assert_eq!(self.listing(), before, "{}", ran.err);
    }

    /// Every path of the project.
    pub fn listing(&self) -> Vec<PathBuf> {
        let entries = walkdir::WalkDir::new(self.dir()).sort_by_file_name().into_iter();
        entries.map(|entry| entry.unwrap().into_path()).collect()
    }

    /// The plan, as `--dry-run --json` prints it.
    pub fn plan(&self) -> Value {
        let ran = self.build(&["--dry-run", "--json"]);
        serde_json::from_str(&ran.out).unwrap()
    }

    /// Builds the package and unpacks it with dpkg-deb; the file and the tree.
    pub fn unpacked(&self) -> (PathBuf, PathBuf) {
        let deb = PathBuf::from(self.build(&[]).out.trim_end());
        let tree = self.path("unpacked");
        let status = Command::new("dpkg-deb").arg("-R").arg(&deb).arg(&tree).status().unwrap();
        assert!(status.success());
        (deb, tree)
    }
}

pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// git, which may not take another repository for its own: one that runs the tests in a hook names itself to all.
pub fn git() -> Command {
    let mut command = Command::new("git");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"] {
        command.env_remove(name);
    }
    command
}

/// What a field of `dpkg-deb -f` holds.
pub fn field(deb: &Path, name: &str) -> String {
    let output = Command::new("dpkg-deb").arg("-f").arg(deb).arg(name).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
}

/// The release of an unpacked package.
pub fn release(tree: &Path) -> PathBuf {
    let id = fs::read_to_string(tree.join("opt/orders/.mkdeb/release")).unwrap();
    tree.join("opt/orders/releases").join(id.trim())
}

/// A virtualenv of the system's Python, or one that looks like it where there is no `venv`.
fn make_venv(path: &Path) {
    let made = Command::new("/usr/bin/python3").args(["-m", "venv", "--without-pip"]).arg(path).output();
    if made.is_ok_and(|output| output.status.success()) {
        return;
    }
    fs::create_dir_all(path.join("lib/python3.11/site-packages")).unwrap();
    fs::create_dir_all(path.join("bin")).unwrap();
    let config = "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11.2\n";
    fs::write(path.join("pyvenv.cfg"), config).unwrap();
    for (name, target) in [("python", "/usr/bin/python3.11"), ("python3", "python"), ("python3.11", "python")]
    {
        symlink(target, path.join("bin").join(name)).unwrap();
    }
}
