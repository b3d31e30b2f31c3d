//! Programs of others that are run to their end: found, asked, ended when a signal comes.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::io::ErrorKind::StorageFull;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::Pid;
use rustix::process::Signal;

use crate::host::Error as HostError;
use crate::host::env::Env;
use crate::host::watch::Watch;

/// How soon an end, or a signal, is noticed.
const INTERVAL: Duration = Duration::from_millis(20);
/// How much of what a program said last is told, in bytes and in lines.
const LAST_BYTES: u64 = 8 << 10;
const LAST_LINES: usize = 15;
/// A disk with less room than this, in bytes, is full.
const FULL: u64 = 64 << 10;

/// Why a program did not do what it was run for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It could not be run.
    #[error(transparent)]
    Host(#[from] HostError),
    /// It failed.
    #[error("`{program}` failed{}", indented(.said))]
    Failed {
        /// Which.
        program: String,
        /// The last lines of what it said.
        said: String,
    },
    /// A signal came.
    #[error("interrupted")]
    Interrupted,
}

fn indented(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(":\n  {}", text.replace('\n', "\n  ")) }
}

/// A program with its arguments, which runs in an environment of its own making.
pub struct Program {
    command: Command,
    name: String,
}

impl Program {
    /// The program at a path. Of the environment it gets what does not begin with one of these words.
    pub fn new(path: &Path, env: &Env, without: &[&str]) -> Self {
        let mut command = Command::new(path);
        command.env_clear().current_dir(&env.dir).stdin(Stdio::null());
        let kept = env.vars.iter().filter(|(name, _)| !without.iter().any(|prefix| name.starts_with(prefix)));
        command.envs(kept);
        Self { command, name: path.display().to_string() }
    }

    /// With one more argument.
    pub fn arg(mut self, word: impl AsRef<OsStr>) -> Self {
        self.command.arg(word);
        self
    }

    /// With more arguments.
    pub fn args(mut self, words: &[&str]) -> Self {
        self.command.args(words);
        self
    }

    /// With a variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// With a text on standard input.
    pub fn input(mut self, text: &str) -> Result<Self, Error> {
        let wrap = |error| HostError::new("create", &std::env::temp_dir(), error);
        let mut file = tempfile::tempfile().map_err(wrap)?;
        file.write_all(text.as_bytes()).and_then(|()| file.rewind()).map_err(wrap)?;
        self.command.stdin(file);
        Ok(self)
    }

    /// Runs it to its end, and gives what it printed. It ends with all its children when a signal comes.
    pub fn run(mut self, watch: &Watch) -> Result<String, Error> {
        let path = PathBuf::from(&self.name);
        let wrap = |error| HostError::new("run", &path, error);
        let mut out = tempfile::tempfile().map_err(wrap)?;
        let mut err = tempfile::tempfile().map_err(wrap)?;
        // A group of its own: a terminal's interruption reaches mkdeb, which ends the group.
        self.command.process_group(0);
        self.command.stdout(out.try_clone().map_err(wrap)?).stderr(err.try_clone().map_err(wrap)?);
        let mut child = self.command.spawn().map_err(wrap)?;
        let Some(status) = wait(&mut child, watch).map_err(wrap)? else {
            end(&mut child);
            return Err(Error::Interrupted);
        };
        let mut text = Vec::new();
        if status.success() {
            out.rewind().and_then(|()| out.read_to_end(&mut text)).map_err(wrap)?;
            return Ok(String::from_utf8_lossy(&text).into_owned());
        }
        // Some say on the one what others say on the other.
        let stream = if err.metadata().map_err(wrap)?.len() == 0 { &mut out } else { &mut err };
        let length = stream.metadata().map_err(wrap)?.len();
        let from = std::io::SeekFrom::Start(length.saturating_sub(LAST_BYTES));
        stream.seek(from).and_then(|_| stream.read_to_end(&mut text)).map_err(wrap)?;
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = lines[lines.len().saturating_sub(LAST_LINES)..].join("\n");
        if last.is_empty() && is_full() {
            return Err(HostError::new("write to", &std::env::temp_dir(), StorageFull.into()).into());
        }
        Err(Error::Failed { program: self.name, said: last })
    }
}

/// Whether the disk is full through which goes what programs say: then they say nothing.
pub(in crate::host) fn is_full() -> bool {
    let about = rustix::fs::statvfs(std::env::temp_dir());
    about.is_ok_and(|about| about.f_bavail.saturating_mul(about.f_frsize) < FULL)
}

/// Waits for the end of a program; none where a signal came before that.
pub(in crate::host) fn wait(child: &mut Child, watch: &Watch) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if watch.check().is_err() {
            return Ok(None);
        }
        std::thread::sleep(INTERVAL);
    }
}

/// Ends a program and all that it started.
pub(in crate::host) fn end(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // Whoever is gone already need not be ended.
    let _ = group.map(|group| rustix::process::kill_process_group(group, Signal::KILL));
    let _ = child.wait();
}

/// The program of this name on `PATH`.
pub fn on_path(name: &str, env: &Env) -> Option<PathBuf> {
    let directories = env.var("PATH").unwrap_or_default();
    let mut candidates =
        std::env::split_paths(&directories).map(|directory| env.resolve(&directory).join(name));
    candidates.find(|path| is_program(path))
}

/// Whether there is a file at a path that may be run.
pub fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}
