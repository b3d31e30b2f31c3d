//! A root on its way into the namespaces: tar unpacks it there, where all its owners are known.

use std::fs;
use std::io;
use std::io::BufRead;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Child;
use std::process::Stdio;

use crate::archive::compress::Format;
use crate::archive::compress::decode::decoder;
use crate::archive::compress::sniff;
use crate::host::Error as HostError;
use crate::host::bed::Bed;
use crate::host::bed::error::Error;
use crate::host::bed::error::Who;
use crate::host::bed::told;
use crate::host::deb_file::DebFile;
use crate::host::env::Env;
use crate::host::process::end;
use crate::host::process::wait;
use crate::host::watch::Watch;

/// What the root gets anew: devices in particular nobody but the host's root can make.
const OWN: [&str; 8] = ["./dev/*", "dev/*", "./proc/*", "proc/*", "./sys/*", "sys/*", "./run/*", "run/*"];
/// How much is copied at once, in bytes.
const CHUNK: usize = 256 << 10;
/// The exit status of tar for files that changed while they were read.
const CHANGED: i32 = 1;

/// Whether it may be one at all, before anything is made for it.
pub(super) fn check(root: &Path, env: &Env, who: Who) -> Result<(), Error> {
    let about = fs::metadata(env.resolve(root)).map_err(|error| HostError::new("open", root, error))?;
    let is_strange = who == Who::User && about.uid() != nix::unistd::Uid::effective().as_raw();
    if about.is_dir() && is_strange { Err(Error::Owner(root.to_owned())) } else { Ok(()) }
}

impl Bed {
    pub(super) fn fill(&self, root: &Path, env: &Env, watch: &Watch) -> Result<(), Error> {
        let full = env.resolve(root);
        if full.is_dir() { self.copy(&full, watch) } else { self.unpack(root, env, watch) }
    }

    /// From a tarball.
    fn unpack(&self, root: &Path, env: &Env, watch: &Watch) -> Result<(), Error> {
        let unpack = |said: String| Error::Unpack { path: root.to_owned(), said };
        let mut file = DebFile::open(root, env, watch)?;
        watch.expect(file.size.unwrap_or(0));
        let head = file.reader.fill_buf().map_err(|error| stopped(&error, watch, &unpack))?;
        let format = sniff(head).map_err(|error| unpack(error.to_string()))?;
        let mut tar = decoder(format.unwrap_or(Format::None), &mut file.reader)
            .map_err(|error| stopped(&error, watch, &unpack))?;
        let run = |error| HostError::new("run", &self.tools.tar, error);
        let said = tempfile::tempfile().map_err(run)?;
        let mut command = self.extraction();
        command.stdin(Stdio::piped()).stderr(said.try_clone().map_err(run)?);
        let mut child = command.spawn().map_err(run)?;
        let copied = feed(&mut *tar, &mut child);
        if let Err(Fed::Read(error)) = copied {
            end(&mut child);
            return Err(stopped(&error, watch, &unpack));
        }
        // One that stopped taking says why.
        match wait(&mut child, watch).map_err(run)? {
            Some(status) if status.success() => Ok(()),
            Some(_) => Err(unpack(told(said))),
            None => {
                end(&mut child);
                Err(Error::Interrupted)
            }
        }
    }

    /// From a directory.
    fn copy(&self, root: &Path, watch: &Watch) -> Result<(), Error> {
        let run = |error| HostError::new("run", &self.tools.tar, error);
        let said = tempfile::tempfile().map_err(run)?;
        let mut reading = self.beside(&[]);
        reading.arg(&self.tools.tar).args(["--create", "--one-file-system", "--numeric-owner"]);
        reading.arg("--directory").arg(root).arg(".");
        reading.stdout(Stdio::piped()).stderr(said.try_clone().map_err(run)?);
        let mut reading = reading.spawn().map_err(run)?;
        let mut writing = self.extraction();
        if let Some(output) = reading.stdout.take() {
            writing.stdin(output);
        }
        let mut writing = writing.stderr(said.try_clone().map_err(run)?).spawn().map_err(run)?;
        let ends = [&mut reading, &mut writing].map(|child| wait(child, watch));
        let [read, written] = ends;
        let (Some(read), Some(written)) = (read.map_err(run)?, written.map_err(run)?) else {
            end(&mut reading);
            end(&mut writing);
            return Err(Error::Interrupted);
        };
        let is_read = read.code().is_some_and(|code| code <= CHANGED);
        if is_read && written.success() {
            return Ok(());
        }
        Err(Error::Unpack { path: root.to_owned(), said: told(said) })
    }

    /// tar in the namespaces, which unpacks what it reads.
    fn extraction(&self) -> std::process::Command {
        let mut command = self.beside(&[]);
        command.arg(&self.tools.tar).args(["--extract", "--file=-", "--numeric-owner", "--same-owner"]);
        command.args(["--preserve-permissions", "--anchored"]);
        command.args(OWN.map(|pattern| format!("--exclude={pattern}")));
        command.arg("--directory").arg(self.place.path().join("root")).stdout(Stdio::null());
        command
    }
}

/// Where feeding a program ended early.
enum Fed {
    Read(io::Error),
    /// The program takes no more.
    Full,
}

fn feed(from: &mut dyn Read, child: &mut Child) -> Result<(), Fed> {
    let Some(mut to) = child.stdin.take() else { return Err(Fed::Full) };
    let mut buffer = vec![0; CHUNK];
    loop {
        match from.read(&mut buffer).map_err(Fed::Read)? {
            0 => return Ok(()),
            count => to.write_all(&buffer[..count]).map_err(|_| Fed::Full)?,
        }
    }
}

/// A reader failed: a signal came, or the file is not what it should be.
fn stopped(error: &io::Error, watch: &Watch, unpack: &dyn Fn(String) -> Error) -> Error {
    if watch.check().is_err() { Error::Interrupted } else { unpack(error.to_string()) }
}
