//! A throw-away Debian: a root in memory with namespaces of its own, in which dpkg runs without a trace on the host.
//!
//! util-linux's `unshare` makes the namespaces, `templates/trial/bed.sh` what is in them. The kernel takes all of it
//! away when the first process ends, which it does when its input does: also when this process is killed.

mod error;
mod fill;

use std::fmt;
use std::fs;
use std::fs::File;
use std::io;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::ChildStdin;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use tempfile::TempDir;

use crate::host::Error as HostError;
pub use crate::host::bed::error::Error;
use crate::host::bed::error::Switches;
use crate::host::bed::error::Who;
use crate::host::deb_file::Patient;
use crate::host::env::Env;
use crate::host::process::end;
use crate::host::process::is_full;
use crate::host::process::on_path;
use crate::host::watch::Watch;

/// What the first process runs.
const HOLDER: &str = include_str!("../../../templates/trial/bed.sh");
/// Where the root sees [`Bed::shelf`].
pub const SHELF: &str = "/run/mkdeb";
/// How soon an end, or a signal, is noticed.
const INTERVAL: Duration = Duration::from_millis(10);
/// The most that a program may say that is run, and one that is asked, in bytes: a listing of all files is long.
const MOST_SAID: u64 = 16 << 20;
const MOST_ANSWERED: u64 = 256 << 20;
/// How long the namespaces may take to end by themselves.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where a user's `PATH` may not lead: `chroot`, `ip`.
const SUPERUSERS: &str = "/usr/sbin:/usr/bin:/sbin:/bin";
/// The environment in the root, nothing of which is the host's.
const SETTINGS: [&str; 4] = [
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LC_ALL=C.UTF-8",
    "DEBIAN_FRONTEND=noninteractive",
];

/// A root in which programs can be run. It is gone with the value.
pub struct Bed {
    holder: Child,
    input: Option<ChildStdin>,
    init: String,
    tools: Tools,
    // Goes last: until the namespaces are gone, the root is mounted in it.
    place: TempDir,
}

/// A program that ended in the root.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub end: End,
    /// What it said, on both streams.
    pub text: String,
    /// How long it took.
    pub took: Duration,
}

/// How a program ended in the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With this exit status.
    Status(i32),
    /// By a signal of its own.
    Killed,
    /// It took longer than this, and was ended.
    Late(Duration),
    /// It said more than this many bytes, and was ended.
    Loud(u64),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "failed with status {status}"),
            Self::Killed => write!(f, "was killed"),
            Self::Late(limit) => write!(f, "did not end within {} s", limit.as_secs()),
            Self::Loud(most) => write!(f, "said more than {} MiB", most >> 20),
        }
    }
}

/// What it needs of the host.
struct Tools {
    unshare: PathBuf,
    nsenter: PathBuf,
    tar: PathBuf,
    path: String,
    who: Who,
}

impl Tools {
    fn find(env: &Env) -> Result<Self, Error> {
        let path = format!("{}:{SUPERUSERS}", env.var("PATH").unwrap_or_default());
        let mut wide = env.clone();
        wide.vars.insert("PATH".to_owned(), path.clone());
        let find = |name, package| on_path(name, &wide).ok_or(Error::NoProgram { name, package });
        let who = if nix::unistd::Uid::effective().is_root() { Who::Root } else { Who::User };
        if who == Who::User {
            find("newuidmap", "uidmap")?;
        }
        Ok(Self {
            unshare: find("unshare", "util-linux")?,
            nsenter: find("nsenter", "util-linux")?,
            tar: find("tar", "tar")?,
            path,
            who,
        })
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", &self.path).env("LC_ALL", "C.UTF-8").current_dir("/");
        // A group of its own: a terminal's interruption reaches mkdeb, which ends it.
        command.process_group(0).stdin(Stdio::null());
        command
    }

    /// The program that makes the namespaces, and holds them.
    fn holder(&self, place: &Path) -> Command {
        let mut command = self.command(&self.unshare);
        if self.who == Who::User {
            // All users of a Debian, by newuidmap: one alone could own nothing but as root.
            command.args(["--user", "--map-root-user", "--map-auto"]);
        }
        command.args(["--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL"]);
        command.args(["--net", "--ipc", "--uts", "--", "/bin/sh", "-c", HOLDER, "bed"]).arg(place);
        command
    }
}

impl Bed {
    /// Makes a root of a directory, or of a tarball of one. Neither is changed.
    pub fn make(root: &Path, env: &Env, watch: &Watch) -> Result<Self, Error> {
        let tools = Tools::find(env)?;
        fill::check(root, env, tools.who)?;
        let wrap = |error| HostError::new("create", &std::env::temp_dir(), error);
        let place = tempfile::Builder::new().prefix("mkdeb-").tempdir().map_err(wrap)?;
        let mark = mark(&place);
        for path in ["root", "debs", "desk", &mark].map(|name| place.path().join(name)) {
            fs::create_dir(&path).map_err(|error| HostError::new("create", &path, error))?;
        }
        let said = tempfile::tempfile().map_err(wrap)?;
        let run = |error| HostError::new("run", &tools.unshare, error);
        let mut command = tools.holder(place.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(said.try_clone().map_err(run)?);
        let mut holder = command.spawn().map_err(run)?;
        let input = holder.stdin.take();
        let output = holder.stdout.take().map(|output| File::from(OwnedFd::from(output)));
        let output = output.ok_or_else(|| run(io::ErrorKind::BrokenPipe.into()))?;
        let mut lines = BufReader::new(Patient::new(output, watch));
        let mut bed = Self { holder, input, init: String::new(), tools, place };
        let line = next_line(&mut lines, watch)?;
        let Some(init) = line.strip_prefix("mounted ") else { return Err(bed.refused(said)) };
        bed.init = init.to_owned();
        bed.fill(root, env, watch)?;
        // Whoever is gone does not answer, either.
        let _ = bed.input.as_mut().map(|input| input.write_all(b"filled\n"));
        match next_line(&mut lines, watch)?.as_str() {
            "ready" => Ok(bed),
            "link" => {
                bed.wait();
                Err(Error::Link { path: root.to_owned(), link: told(said) })
            }
            "no dpkg" => {
                bed.wait();
                Err(Error::NoDpkg { path: root.to_owned(), said: told(said) })
            }
            _ => Err(bed.refused(said)),
        }
    }

    /// A directory that the root sees as [`SHELF`], and cannot change.
    pub fn shelf(&self) -> PathBuf {
        self.place.path().join("debs")
    }

    /// A directory that the root does not see.
    pub fn desk(&self) -> PathBuf {
        self.place.path().join("desk")
    }

    /// Runs a program in the root for at most so long.
    pub fn run(&self, words: &[&str], limit: Duration, watch: &Watch) -> Result<Ran, Error> {
        let wrap = |error| HostError::new("run", Path::new(program(words)), error);
        let out = tempfile::tempfile().map_err(wrap)?;
        let start = Instant::now();
        let end = self.follow(words, (&out, &out), (limit, MOST_SAID), watch)?;
        Ok(Ran { end, text: text(out, MOST_SAID).map_err(wrap)?, took: start.elapsed() })
    }

    /// Runs a program that has to succeed within so long; what it printed.
    pub fn ask(&self, words: &[&str], limit: Duration, watch: &Watch) -> Result<String, Error> {
        let wrap = |error| HostError::new("run", Path::new(program(words)), error);
        let (out, err) = (tempfile::tempfile().map_err(wrap)?, tempfile::tempfile().map_err(wrap)?);
        match self.follow(words, (&out, &err), (limit, MOST_ANSWERED), watch)? {
            End::Status(0) => Ok(text(out, MOST_ANSWERED).map_err(wrap)?),
            End::Status(_) => Err(Error::Asked { program: words.join(" "), said: told(err) }),
            end => Err(Error::Asked { program: words.join(" "), said: format!("it {end}") }),
        }
    }

    /// Runs a program to its end, which comes when it takes too long or says too much.
    fn follow(
        &self,
        words: &[&str],
        (out, err): (&File, &File),
        (limit, most): (Duration, u64),
        watch: &Watch,
    ) -> Result<End, Error> {
        let wrap = |error| HostError::new("run", Path::new(program(words)), error);
        let start = Instant::now();
        let mut command = self.inside(words);
        command.stdout(out.try_clone().map_err(wrap)?).stderr(err.try_clone().map_err(wrap)?);
        let mut child = command.spawn().map_err(wrap)?;
        let ended = loop {
            if let Some(status) = child.try_wait().map_err(wrap)? {
                return Ok(status.code().map_or(End::Killed, End::Status));
            }
            if watch.check().is_err() {
                end(&mut child);
                return Err(Error::Interrupted);
            }
            if start.elapsed() > limit {
                break End::Late(limit);
            }
            if [out, err].iter().any(|file| file.metadata().is_ok_and(|about| about.len() > most)) {
                break End::Loud(most);
            }
            std::thread::sleep(INTERVAL);
        };
        end(&mut child);
        Ok(ended)
    }

    /// A program in all namespaces, and in the root. It begins in a directory that no other root has: should the
    /// number of the first process have gone to one of the host's, nothing is run.
    fn inside(&self, words: &[&str]) -> Command {
        let mut command = self.beside(&["--pid", "--net", "--ipc", "--uts", "--root", "--wd"]);
        let mark = mark(&self.place).replace("debs/", "");
        command.args(["/usr/bin/env", "-i", &format!("--chdir={SHELF}/{mark}")]);
        command.args(SETTINGS).args(words);
        command
    }

    /// A program in the namespace of mounts, and in some others.
    fn beside(&self, namespaces: &[&str]) -> Command {
        let mut command = self.tools.command(&self.tools.nsenter);
        command.args(["--target", &self.init, "--mount"]);
        if self.tools.who == Who::User {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.args(namespaces).arg("--");
        command
    }

    /// Why the first process ended.
    fn refused(&mut self, said: File) -> Error {
        self.wait();
        let switch = |name: &str| {
            fs::read_to_string(Path::new("/proc/sys").join(name)).ok().map(|text| text.trim().to_owned())
        };
        let switches = Switches {
            clone: switch("kernel/unprivileged_userns_clone"),
            apparmor: switch("kernel/apparmor_restrict_unprivileged_userns"),
            most: switch("user/max_user_namespaces"),
        };
        Error::Refused { said: told(said), who: self.tools.who, switches }
    }

    /// Ends everything in the root, and waits for it.
    fn wait(&mut self) {
        self.input = None;
        let start = Instant::now();
        while matches!(self.holder.try_wait(), Ok(None)) {
            if start.elapsed() > PATIENCE {
                end(&mut self.holder);
                return;
            }
            std::thread::sleep(INTERVAL);
        }
    }
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.wait();
    }
}

/// A directory on the shelf, named like none on the host.
fn mark(place: &TempDir) -> String {
    format!("debs/{}", place.path().file_name().unwrap_or_default().to_string_lossy())
}

/// The next line of the first process; empty where it ended.
fn next_line(lines: &mut BufReader<Patient<'_>>, watch: &Watch) -> Result<String, Error> {
    let mut line = String::new();
    match lines.read_line(&mut line) {
        Err(_) if watch.check().is_err() => Err(Error::Interrupted),
        // Whoever writes no text has nothing to say.
        Err(_) => Ok(String::new()),
        Ok(_) => Ok(line.trim_end().to_owned()),
    }
}

/// What a program is called.
fn program<'a>(words: &[&'a str]) -> &'a str {
    words.first().copied().unwrap_or_default()
}

/// What was said, as far as that many bytes.
fn text(mut file: File, most: u64) -> io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(most).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What was said, in one line.
fn told(file: File) -> String {
    let text = text(file, MOST_SAID).unwrap_or_default();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match lines.is_empty() {
        false => lines.join("; "),
        true if is_full() => format!("`{}` is full", std::env::temp_dir().display()),
        true => "nothing was said".to_owned(),
    }
}
