//! A Debian root to install into: as quick as `chroot`, and gone without a trace.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use super::inside::{children, copy_in, ended, hold, prepared, run, wait_ready, wait_until};
use super::{Output, Venv, cache};

/// The Debian releases that there are roots of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// Python 3.9.
    Bullseye,
    /// Python 3.11; has systemd, so it can be booted.
    Bookworm,
    /// Python 3.13.
    Trixie,
    /// Python 3.14, and 3.15 beside it.
    Forky,
}

impl Suite {
    pub const ALL: [Suite; 4] = [Suite::Bullseye, Suite::Bookworm, Suite::Trixie, Suite::Forky];

    /// The directory that the set-up made; never written to.
    pub fn dir(self) -> PathBuf {
        cache().join(match self {
            Suite::Bullseye => "root-bullseye",
            Suite::Bookworm => "root-bookworm",
            Suite::Trixie => "root-trixie",
            Suite::Forky => "root-forky",
        })
    }
}

/// A fresh root; services do not start in it. It shares the machine's network.
#[derive(Debug)]
pub struct Root {
    holder: Child,
    init: u32,
}

impl Root {
    #[track_caller]
    pub fn new(suite: Suite) -> Option<Root> {
        prepared(&suite.dir(), &["setpriv", "unshare", "nsenter", "mount"])?;
        let mut command = hold(include_str!("root.sh"), &suite.dir());
        let mut holder = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_ready(&mut holder);
        let init = children(holder.id())[0];
        Some(Root { holder, init })
    }

    /// Runs a command; standard input is empty.
    pub fn run(&self, words: &[&str]) -> Output {
        run(self.init, &["--mount", "--pid"], words)
    }

    /// Runs a command that must succeed; its standard output.
    #[track_caller]
    pub fn ok(&self, words: &[&str]) -> String {
        self.run(words).ok(&words.join(" "))
    }

    /// Runs a shell script that must succeed; its standard output.
    #[track_caller]
    pub fn sh(&self, script: &str) -> String {
        self.ok(&["/bin/sh", "-euc", script])
    }

    /// The root directory, as any process of this machine may open it while the bed lives.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root", self.init))
    }

    /// The text of a file.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        self.ok(&["/bin/cat", path])
    }

    /// Copies a file or a tree to a path inside; parents are made.
    pub fn copy_in(&self, from: &Path, to: &str) {
        copy_in(&self.path(), from, to);
    }

    /// Unpacks a virtualenv to where it was made.
    #[track_caller]
    pub fn unpack(&self, venv: &Venv) {
        self.copy_in(&venv.tar, "/tmp/venv.tar");
        let parent = venv.origin.parent().unwrap().to_str().unwrap();
        self.ok(&["/bin/mkdir", "-p", parent]);
        self.ok(&["/bin/tar", "-xf", "/tmp/venv.tar", "-C", parent]);
        self.ok(&["/bin/rm", "/tmp/venv.tar"]);
    }

    /// The process whose end is the end of the bed.
    pub fn init(&self) -> u32 {
        self.init
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
        wait_until(10, || ended(self.init));
    }
}
