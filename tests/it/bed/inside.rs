//! A process that holds a bed, and commands beside it in its namespaces.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{Output, cache, missing};

/// The longest that a command inside a bed may take, in seconds.
const LIMIT: &str = "300";

/// The program that holds a bed. The kernel kills it when the test's thread ends, however that
/// comes about, and with the last process of its namespaces go all mounts: nothing to sweep up.
pub fn hold(script: &str, lower: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private"]);
    command.args(["--pid", "--fork", "--kill-child=KILL", "--mount-proc"]);
    command.args(["--", "/bin/sh", "-euc", script, "bed"]).arg(lower);
    command.env("MOUNT_POINT", mount_point()).stdin(Stdio::null());
    command
}

/// An empty directory that every bed mounts on; each sees only its own mount there.
fn mount_point() -> PathBuf {
    let dir = cache().join("mnt");
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Whether this machine can hold beds: root, the tools, and the root directory itself.
#[track_caller]
pub fn prepared(lower: &Path, tools: &[&str]) -> Option<()> {
    if !superuser() {
        return missing("the superuser");
    }
    for tool in tools {
        if !["/usr/sbin", "/usr/bin", "/sbin", "/bin"].iter().any(|dir| Path::new(dir).join(tool).exists()) {
            return missing(&format!("`{tool}`"));
        }
    }
    if lower.join("etc/debian_version").exists() {
        return Some(());
    }
    missing(&format!("`{}`", lower.display()))
}

fn superuser() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

/// Waits for the line `ready`; panics with what the holder complained of when it ends instead.
pub fn wait_ready(holder: &mut Child) {
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
    if line != "ready\n" {
        let mut complaint = String::new();
        holder.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
        panic!("failed to set up a bed: {line}{complaint}");
    }
}

/// The children of a process, as the machine numbers them.
pub fn children(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    list.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

/// Whether a process is over: its namespaces are given up before it turns into a zombie, which the
/// machine's first process may be slow to collect.
pub fn ended(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')),
        Err(_) => true,
    }
}

/// Runs a command in the namespaces and the root directory of `pid`, with a clean environment.
pub fn run(pid: u32, namespaces: &[&str], words: &[&str]) -> Output {
    let mut command = Command::new("nsenter");
    command.arg("--target").arg(pid.to_string()).args(namespaces).args([
        "--root",
        "--",
        "/usr/bin/env",
        "-i",
        "--chdir=/",
    ]);
    command.args(["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"]);
    command.args(["LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]);
    command.args(["/usr/bin/timeout", "--kill-after=5", LIMIT]).args(words);
    command.stdin(Stdio::null());
    let output = Output::from(command.output().unwrap());
    // What `timeout` says when it had to, unless the words brought their own.
    let late = output.status.code() == Some(124) && words.first() != Some(&"/usr/bin/timeout");
    assert!(!late, "`{}` took more than {LIMIT} seconds\n{}", words.join(" "), output.text());
    output
}

/// Asks until the answer is yes, for at most so many seconds; the last answer.
pub fn wait_until(seconds: u64, mut condition: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + Duration::from_secs(seconds);
    while !condition() {
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(50));
    }
    true
}

/// Copies a file or a tree into a root; parents are made.
pub fn copy_in(root: &Path, from: &Path, to: &str) {
    let to = root.join(to.trim_start_matches('/'));
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    let mut command = Command::new("cp");
    // Not the owner: what a developer owns must not belong to a stranger inside.
    command.args(["--recursive", "--no-dereference", "--no-target-directory"]);
    command.arg("--preserve=mode,timestamps,links").arg(from).arg(&to);
    let words = format!("cp {} {}", from.display(), to.display());
    Output::from(command.output().unwrap()).ok(&words);
}
