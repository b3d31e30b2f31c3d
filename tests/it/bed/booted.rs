//! A Debian root that was booted: systemd runs, services start, and it can reboot.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Child;

use super::inside::{children, copy_in, ended, hold, prepared, run, wait_until};
use super::{Output, Suite};

/// A running system with a network of its own: only the loopback interface, all ports free.
#[derive(Debug)]
pub struct Booted {
    holder: Child,
    leader: u32,
    group: String,
    log: tempfile::NamedTempFile,
}

impl Booted {
    /// Boots bookworm, the root with systemd, and waits until all services were started.
    #[track_caller]
    pub fn new() -> Option<Booted> {
        let lower = Suite::Bookworm.dir();
        prepared(&lower, &["setpriv", "unshare", "nsenter", "mount", "systemd-nspawn"])?;
        sweep();
        let log = tempfile::NamedTempFile::new().unwrap();
        let group = format!("mkdeb-bed-{}-{}", std::process::id(), serial());
        let mut command = hold(include_str!("booted.sh"), &lower);
        command.env("GROUP", &group);
        command.stdout(File::create(log.path()).unwrap()).stderr(log.reopen().unwrap());
        let holder = command.spawn().unwrap();
        let mut booted = Booted { holder, leader: 0, group, log };
        booted.wait(0);
        Some(booted)
    }

    /// Runs a command; standard input is empty.
    pub fn run(&self, words: &[&str]) -> Output {
        run(self.leader, &["--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup"], words)
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

    /// The root directory, as any process of this machine may open it until the next reboot.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root", self.leader))
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

    /// Reboots, and waits until all services were started again. Files stay.
    pub fn reboot(&mut self) {
        let before = self.leader;
        // The answer may be cut off by the reboot itself.
        self.run(&["/usr/bin/timeout", "10", "systemctl", "--no-block", "reboot"]);
        self.wait(before);
    }

    /// The first process of the system, as the machine numbers it.
    pub fn init(&self) -> u32 {
        self.leader
    }

    /// Waits for a system other than that of the leader `before`.
    fn wait(&mut self, before: u32) {
        let up = wait_until(120, || {
            let ended = self.holder.try_wait().unwrap();
            assert!(ended.is_none(), "the container ended\n{}", self.console());
            let Some(leader) = leader(self.holder.id()).filter(|pid| *pid != before) else { return false };
            self.leader = leader;
            // One asked too early may wait for an answer that never comes.
            let state = self.run(&["/usr/bin/timeout", "1", "systemctl", "is-system-running"]).stdout;
            ["running", "degraded"].contains(&state.trim())
        });
        assert!(up, "the system did not come up\n{}", self.console());
    }

    fn console(&self) -> String {
        fs::read_to_string(self.log.path()).unwrap_or_default()
    }
}

impl Drop for Booted {
    fn drop(&mut self) {
        // With the first process of the outer namespace the kernel ends all that are in it.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
        // A leader of 0 never was.
        wait_until(10, || self.leader == 0 || ended(self.leader));
        wait_until(5, || remove_group(&self.group));
    }
}

/// Distinguishes the beds of one process.
fn serial() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The container's first process: nspawn's child that runs systemd in a namespace of its own.
fn leader(holder: u32) -> Option<u32> {
    let shell = *children(holder).first()?;
    let nspawn = *children(shell).first()?;
    let namespace = |pid: u32| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
    let systemd =
        |pid: u32| fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name == "systemd\n");
    children(nspawn).into_iter().find(|pid| namespace(*pid) != namespace(nspawn) && systemd(*pid))
}

const TREES: [&str; 3] = ["/sys/fs/cgroup", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"];

/// Removes a control group and those that services left below it; whether none is left. The kernel
/// refuses where a process still is.
fn remove_group(group: &str) -> bool {
    TREES.iter().map(|tree| Path::new(tree).join(group)).filter(|dir| dir.is_dir()).all(|dir| {
        let entries = walkdir::WalkDir::new(&dir).contents_first(true).into_iter().filter_map(Result::ok);
        for entry in entries.filter(|entry| entry.file_type().is_dir()) {
            let _ = fs::remove_dir(entry.path());
        }
        !dir.exists()
    })
}

/// Removes the control groups of tests that were killed.
fn sweep() {
    for tree in TREES {
        for entry in fs::read_dir(tree).into_iter().flatten().filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let owner = name.strip_prefix("mkdeb-bed-").and_then(|rest| rest.split('-').next());
            if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
                remove_group(&name);
            }
        }
    }
}
