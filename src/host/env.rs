//! What a run knows of the process around it, read once.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::content::python::PythonVersion;
use crate::host::Error;
use crate::host::text;
use crate::types::arch::Arch;
use crate::types::date::SourceDate;

/// The process's surroundings.
#[derive(Debug, Clone)]
pub struct Env {
    /// The working directory.
    pub dir: PathBuf,
    /// The environment's variables, those that are UTF-8.
    pub vars: BTreeMap<String, String>,
    /// How many threads the machine can run at once.
    pub cores: usize,
}

impl Env {
    /// The surroundings of this process.
    pub fn of_process() -> Result<Self, Error> {
        let here = Path::new(".");
        let dir = std::env::current_dir().map_err(|error| Error::new("find the directory", here, error))?;
        let mut vars: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        // Not UTF-8 is malformed, which is not the same as unset.
        if let Some(epoch) = std::env::var_os("SOURCE_DATE_EPOCH") {
            vars.insert("SOURCE_DATE_EPOCH".to_owned(), epoch.to_string_lossy().into_owned());
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { dir, vars, cores })
    }

    /// A variable's value.
    pub fn var(&self, name: &str) -> Option<String> {
        self.vars.get(name).cloned()
    }

    /// `SOURCE_DATE_EPOCH`, where it is set. Malformed, it is an error; it is never taken for "now".
    pub fn source_date(&self) -> Result<Option<SourceDate>, crate::types::date::Error> {
        self.vars.get("SOURCE_DATE_EPOCH").map(|text| text.parse()).transpose()
    }

    /// A path as the user gave it, made absolute.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.dir.join(path)
    }

    /// Works in another directory from now on.
    pub fn enter(&mut self, directory: &Path) -> Result<(), Error> {
        let path = self.resolve(directory);
        fs::read_dir(&path).map_err(|error| Error::new("enter", directory, error))?;
        self.dir = path;
        Ok(())
    }

    /// Whether there is a regular file at a path, or a link to one.
    pub fn is_file(&self, path: &Path) -> bool {
        self.resolve(path).is_file()
    }

    /// Whether there is a directory at this path.
    pub fn is_directory(&self, path: &Path) -> bool {
        self.resolve(path).is_dir()
    }

    /// Whether there is something at this path that is no regular file, nor a link to one or to nothing:
    /// `/dev/stdout` is a link.
    pub fn is_special(&self, path: &Path) -> bool {
        fs::metadata(self.resolve(path)).is_ok_and(|metadata| !metadata.is_file())
    }

    /// The directory without links and `..` in its path, as programs write it down; as it stands where it cannot
    /// be followed.
    pub fn canonical(&self, path: &Path) -> PathBuf {
        let path = self.resolve(path);
        fs::canonicalize(&path).unwrap_or(path)
    }

    /// Whether there is anything at this path.
    pub fn is_taken(&self, path: &Path) -> bool {
        fs::symlink_metadata(self.resolve(path)).is_ok()
    }

    /// How much memory the machine has, in bytes (`/proc/meminfo`, `proc(5)`); 2 GiB where it does not say.
    pub fn memory(&self) -> u64 {
        let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = text
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix(" kB")?.trim().parse().ok());
        kib.map_or(2 << 30, |kib: u64| kib << 10)
    }

    /// Debian's name of the architecture that this program was built for, which is the machine's.
    pub fn architecture(&self) -> Option<Arch> {
        let name = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "x86" => "i386",
            "aarch64" => "arm64",
            "arm" => "armhf",
            "loongarch64" => "loong64",
            "powerpc64" => "ppc64el",
            other => other,
        };
        name.parse().ok()
    }

    /// The version of the machine's `/usr/bin/python3`, by the link that it is on Debian.
    pub fn python(&self) -> Option<PythonVersion> {
        let target = fs::read_link("/usr/bin/python3").ok()?;
        PythonVersion::from_name(target.file_name()?.to_str()?)
    }

    /// Reads a text file.
    pub fn read(&self, path: &Path) -> Result<String, Error> {
        text::read(&self.resolve(path)).map_err(|error| Error::new("read", path, error))
    }

    /// Reads a text file; none where it has more bytes than `most`.
    pub fn read_within(&self, path: &Path, most: u64) -> Result<Option<String>, Error> {
        text::read_within(&self.resolve(path), most).map_err(|error| Error::new("read", path, error))
    }

    /// Reads a file of any bytes.
    pub fn read_bytes(&self, path: &Path) -> Result<Vec<u8>, Error> {
        fs::read(self.resolve(path)).map_err(|error| Error::new("read", path, error))
    }

    /// The time, for what is about now: a build never asks.
    pub fn now(&self) -> SourceDate {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        SourceDate::from_seconds(since.map_or(0, |since| since.as_secs()))
    }

    /// What the machine calls whoever runs this: a CI's container may not say it in the environment.
    pub fn user_name(&self) -> String {
        let user = nix::unistd::User::from_uid(nix::unistd::Uid::effective()).ok().flatten();
        user.map_or_else(|| "somebody".to_owned(), |user| user.name)
    }

    /// What the machine calls itself (`uname(2)`).
    pub fn host_name(&self) -> String {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    }

    /// Reads a text file; none when there is none.
    pub fn read_optional(&self, path: &Path) -> Result<Option<String>, Error> {
        match text::read(&self.resolve(path)) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::new("read", path, error)),
        }
    }

    /// The names of what is in a directory, sorted; those that are UTF-8.
    pub fn names(&self, directory: &Path) -> Result<Vec<String>, Error> {
        let wrap = |error| Error::new("read", directory, error);
        let entries = fs::read_dir(self.resolve(directory)).map_err(wrap)?;
        let names: io::Result<Vec<_>> = entries.map(|entry| entry.map(|entry| entry.file_name())).collect();
        let mut names: Vec<String> =
            names.map_err(wrap)?.into_iter().filter_map(|name| name.into_string().ok()).collect();
        names.sort();
        Ok(names)
    }

    /// A temporary file with this text, gone with the value.
    pub fn temporary(&self, text: &str) -> Result<tempfile::NamedTempFile, Error> {
        let wrap = |error| Error::new("create", &std::env::temp_dir(), error);
        let mut file = tempfile::Builder::new().prefix("mkdeb-").suffix(".txt").tempfile().map_err(wrap)?;
        file.write_all(text.as_bytes()).and_then(|()| file.flush()).map_err(wrap)?;
        Ok(file)
    }

    /// A temporary directory, gone with the value.
    pub fn temporary_directory(&self) -> Result<tempfile::TempDir, Error> {
        let wrap = |error| Error::new("create", &std::env::temp_dir(), error);
        tempfile::Builder::new().prefix("mkdeb-").tempdir().map_err(wrap)
    }

    /// Reads every file below a directory whose name ends in `ending`, by its path below it.
    pub fn read_all(&self, directory: &Path, ending: &str) -> Result<BTreeMap<String, String>, Error> {
        let root = self.resolve(directory);
        fs::read_dir(&root).map_err(|error| Error::new("read", directory, error))?;
        let mut texts = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&root).min_depth(1) {
            let entry = entry.map_err(|error| Error::walking(&root, error))?;
            let path = entry.path();
            let name = path.strip_prefix(&root).unwrap_or(path).to_string_lossy().into_owned();
            if name.ends_with(ending) && !path.is_dir() {
                let text = text::read(path).map_err(|error| Error::new("read", path, error))?;
                texts.insert(name, text);
            }
        }
        Ok(texts)
    }
}
