//! A repository in a directory. Files appear whole or not at all, and are on disk before what refers to them.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Component;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;

use tempfile::Builder;

use crate::host::store::wait_until;
use crate::host::watch::Watch;
use crate::repo::layout::Headers;
use crate::repo::store::About;
use crate::repo::store::Content;
use crate::repo::store::Found;
use crate::repo::store::Put;
use crate::repo::store::Store;
use crate::repo::store::StoreError;
use crate::repo::store::Turn;
use crate::repo::store::Version;
use crate::types::date::SourceDate;
use crate::types::digest::Sha256;

/// What the names of files on their way begin with.
const PREFIX: &str = ".mkdeb-tmp-";
/// Files on their way that are older than this are nobody's any more, in seconds.
const ABANDONED: u64 = 3600;
/// How long to wait for a turn before whoever has it is told of.
const PATIENCE: Duration = Duration::from_secs(600);

/// A directory of this machine.
pub struct Directory {
    root: PathBuf,
    watch: Watch,
}

/// The lock, which the kernel takes back whatever becomes of this process (flock(2)).
struct Lock(#[expect(dead_code, reason = "unlocked when it is closed")] File);

impl Turn for Lock {}

impl Directory {
    /// The directory at a path. It appears with the first file.
    pub fn new(root: PathBuf, watch: &Watch) -> Self {
        Self { root, watch: watch.clone() }
    }

    fn fail(&self, action: &'static str, path: &str) -> impl FnOnce(io::Error) -> StoreError + use<> {
        let place = self.spelled(path);
        move |error| {
            let error = crate::host::Error::new(action, Path::new(&place), error);
            StoreError { action, place, hint: error.hint(), source: Box::new(error.source) }
        }
    }

    /// Where a path of the repository lies. Indices and journals may be written by others, and lead nowhere else;
    /// neither do links, but for the directory of the repository itself.
    fn at(&self, path: &str) -> Result<PathBuf, StoreError> {
        let outside = |why| self.fail("follow", path)(io::Error::new(io::ErrorKind::InvalidInput, why));
        let mut place = self.root.clone();
        for part in Path::new(path).components() {
            let Component::Normal(name) = part else {
                return Err(outside("it leads out of the repository"));
            };
            place.push(name);
            if place.is_symlink() {
                return Err(outside("there is a symbolic link in it, which may lead out of the repository"));
            }
        }
        Ok(place)
    }

    /// Writes a file under a name of its own, in the directory where it belongs.
    fn write(&self, path: &Path, content: &dyn Content) -> io::Result<tempfile::NamedTempFile> {
        let directory = path.parent().unwrap_or(&self.root);
        self.make(directory)?;
        let open = |path: &Path| fs::OpenOptions::new().write(true).create_new(true).open(path);
        let mut file = Builder::new().prefix(PREFIX).make_in(directory, open)?;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        let mut reader = content.open()?;
        let written = io::copy(&mut reader, file.as_file_mut())?;
        if written != content.size() {
            return Err(io::Error::other("the file changed while it was read"));
        }
        file.as_file_mut().flush()?;
        Ok(file)
    }

    /// Makes a directory and those above it, which web servers can read whatever the umask is.
    fn make(&self, directory: &Path) -> io::Result<()> {
        let missing: Vec<&Path> = directory.ancestors().take_while(|above| !above.exists()).collect();
        for directory in missing.into_iter().rev() {
            match fs::create_dir(directory) {
                Ok(()) => fs::set_permissions(directory, fs::Permissions::from_mode(0o755))?,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Files that are created by the thousand are on disk after [`Store::flush`], all others at once.
    fn is_flushed_later(path: &str) -> bool {
        path.starts_with("pool/")
    }

    /// The name of a file is on disk only when its directory is (fsync(2)).
    fn sync(&self, path: &Path) -> io::Result<()> {
        File::open(path.parent().unwrap_or(&self.root))?.sync_all()
    }

    /// Web servers and apt compare times by the second: that of a head is its date, which always grows.
    fn stamp(&self, path: &str, content: &dyn Content, file: &File) -> io::Result<()> {
        if !Headers::of(path).is_head {
            return Ok(());
        }
        let mut text = String::new();
        content.open()?.read_to_string(&mut text)?;
        let date = text.lines().find_map(|line| line.strip_prefix("Date: "));
        let Some(date) = date.and_then(SourceDate::from_rfc5322) else { return Ok(()) };
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(date.seconds()))
    }

    /// Removes what killed processes left on their way into this directory.
    fn sweep(&self, directory: &Path) {
        let Ok(entries) = fs::read_dir(directory) else { return };
        for entry in entries.filter_map(Result::ok) {
            let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
            let age = entry.metadata().and_then(|about| about.modified()).map(|time| time.elapsed());
            let is_old = age.is_ok_and(|age| age.is_ok_and(|age| age.as_secs() > ABANDONED));
            if is_ours && is_old {
                // Whoever cannot remove it leaves it to the next one.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Store for Directory {
    fn get(&self, path: &str) -> Result<Option<Found>, StoreError> {
        let full = self.at(path)?;
        let read = || -> io::Result<Found> {
            self.watch.check()?;
            let mut file = File::open(&full)?;
            let modified = seconds(file.metadata()?.modified()?);
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            let version = Version(Sha256::of(&bytes).to_string());
            Ok(Found { bytes, version, modified })
        };
        optional(read()).map_err(self.fail("read", path))
    }

    fn open(&self, path: &str) -> Result<Option<Box<dyn Read + '_>>, StoreError> {
        let file = optional(File::open(self.at(path)?)).map_err(self.fail("read", path))?;
        Ok(file.map(|file| Box::new(file) as Box<dyn Read>))
    }

    fn about(&self, path: &str) -> Result<Option<About>, StoreError> {
        let full = self.at(path)?;
        let read = || -> io::Result<About> {
            let mut file = File::open(&full)?;
            let about = file.metadata()?;
            let (sha256, _) = Sha256::of_reader(&mut file)?;
            Ok(About {
                path: path.to_owned(),
                size: about.len(),
                modified: seconds(about.modified()?),
                sha256: Some(sha256),
            })
        };
        optional(read()).map_err(self.fail("read", path))
    }

    fn list(&self, directory: &str) -> Result<Vec<About>, StoreError> {
        let mut found = Vec::new();
        for entry in walkdir::WalkDir::new(self.at(directory)?).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) if entry.file_type().is_file() => entry,
                Ok(_) => continue,
                Err(error) if error.io_error().is_some_and(|e| e.kind() == io::ErrorKind::NotFound) => {
                    continue;
                }
                Err(error) => return Err(self.fail("list", directory)(io::Error::other(error))),
            };
            if entry.file_name().to_string_lossy().starts_with(PREFIX) {
                continue;
            }
            let about = entry.metadata().map_err(io::Error::other);
            let about = about.and_then(|about| Ok((about.len(), seconds(about.modified()?))));
            let (size, modified) = about.map_err(self.fail("list", directory))?;
            let below = entry.path().strip_prefix(&self.root).unwrap_or(entry.path());
            found.push(About { path: below.to_string_lossy().into_owned(), size, modified, sha256: None });
        }
        Ok(found)
    }

    fn create(&self, path: &str, content: &dyn Content) -> Result<Put, StoreError> {
        let full = self.at(path)?;
        if full.symlink_metadata().is_ok() {
            return Ok(Put::Refused);
        }
        let create = || -> io::Result<Put> {
            let file = self.write(&full, content)?;
            self.stamp(path, content, file.as_file())?;
            let later = Self::is_flushed_later(path);
            if !later {
                file.as_file().sync_all()?;
            }
            match file.persist_noclobber(&full) {
                Ok(_) if later => Ok(Put::Done),
                Ok(_) => self.sync(&full).map(|()| Put::Done),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(Put::Refused),
                Err(error) => Err(error.error),
            }
        };
        self.watch.check().and_then(|()| create()).map_err(self.fail("write", path))
    }

    fn replace(
        &self,
        path: &str,
        content: &dyn Content,
        version: Option<&Version>,
    ) -> Result<Put, StoreError> {
        let full = self.at(path)?;
        // Between the look and the renaming nobody writes: whoever changes a suite has its turn.
        if let Some(version) = version
            && self.get(path)?.is_none_or(|found| found.version != *version)
        {
            return Ok(Put::Refused);
        }
        let replace = || -> io::Result<Put> {
            let file = self.write(&full, content)?;
            self.stamp(path, content, file.as_file())?;
            file.as_file().sync_all()?;
            file.persist(&full).map_err(|error| error.error)?;
            self.sync(&full)?;
            if let Some(directory) = full.parent() {
                self.sweep(directory);
            }
            Ok(Put::Done)
        };
        replace().map_err(self.fail("write", path))
    }

    fn flush(&self) -> Result<(), StoreError> {
        let flush = || Ok(rustix::fs::syncfs(File::open(&self.root)?)?);
        flush().map_err(self.fail("write", ""))
    }

    fn delete(&self, path: &str) -> Result<(), StoreError> {
        optional(fs::remove_file(self.at(path)?)).map(|_| ()).map_err(self.fail("delete", path))
    }

    fn now(&self) -> Result<SourceDate, StoreError> {
        Ok(seconds(SystemTime::now()))
    }

    fn wait(&self, until: SourceDate) -> Result<(), StoreError> {
        wait_until(until, &|| Ok(seconds(SystemTime::now())), &self.watch).map_err(self.fail("wait for", ""))
    }

    fn turn(&self) -> Result<Box<dyn Turn + '_>, StoreError> {
        const LOCK: &str = ".mkdeb/lock";
        let path = self.at(LOCK)?;
        let lock = || -> io::Result<File> {
            self.make(&self.root.join(".mkdeb"))?;
            let file = fs::OpenOptions::new().read(true).append(true).create(true).open(&path)?;
            let start = std::time::Instant::now();
            while let Err(error) = file.try_lock() {
                match error {
                    fs::TryLockError::WouldBlock if start.elapsed() < PATIENCE => {
                        self.watch.check()?;
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    fs::TryLockError::WouldBlock => {
                        return Err(io::Error::other("another process holds it; `lsof` tells which"));
                    }
                    fs::TryLockError::Error(error) => return Err(error),
                }
            }
            Ok(file)
        };
        Ok(Box::new(Lock(lock().map_err(self.fail("lock", LOCK))?)))
    }

    fn spelled(&self, path: &str) -> String {
        let path = if path.is_empty() { self.root.clone() } else { self.root.join(path) };
        path.display().to_string()
    }
}

fn optional<T>(outcome: io::Result<T>) -> io::Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn seconds(time: SystemTime) -> SourceDate {
    SourceDate::from_seconds(time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::store::Bytes;

    #[test]
    fn no_path_of_a_hostile_index_leads_out() {
        let outer = tempfile::tempdir().expect("a directory");
        fs::write(outer.path().join("secret"), "x").expect("written");
        let store = Directory::new(outer.path().join("apt"), &Watch::default());
        store.create("pool/a", &Bytes(b"a")).expect("inside");
        let absolute = outer.path().join("secret").display().to_string();
        for path in ["../secret", "pool/../../secret", "./../secret", &absolute] {
            assert!(store.get(path).is_err() && store.about(path).is_err(), "{path}");
            assert!(store.delete(path).is_err() && store.open(path).is_err(), "{path}");
            assert!(store.create(path, &Bytes(b"y")).is_err(), "{path}");
            assert!(store.replace(path, &Bytes(b"y"), None).is_err(), "{path}");
        }
        std::os::unix::fs::symlink(outer.path(), outer.path().join("apt/pool/out")).expect("a link");
        std::os::unix::fs::symlink(outer.path().join("new"), outer.path().join("apt/link")).expect("a link");
        for path in ["pool/out/secret", "link", "link/x"] {
            let error = store.delete(path).expect_err(path);
            assert!(error.source.to_string().contains("symbolic link"), "{path}: {error:?}");
            assert!(store.get(path).is_err() && store.list(path).is_err(), "{path}");
            assert!(store.replace(path, &Bytes(b"y"), None).is_err(), "{path}");
            assert!(store.create(path, &Bytes(b"y")).is_err(), "{path}");
        }
        assert!(!outer.path().join("new").exists());
        assert_eq!(fs::read(outer.path().join("secret")).expect("there"), b"x");
        assert_eq!(store.get("pool/a").expect("readable").expect("there").bytes, b"a");
    }
}
