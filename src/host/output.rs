//! Files that appear whole or not at all.

use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::Seek;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use rustix::fs::AtFlags;
use rustix::fs::CWD;
use rustix::fs::OFlags;
use tempfile::NamedTempFile;

use crate::host::Error;

/// Whatever the mask of the user is: dpkg-deb sets its own, 022, before it writes a package.
const MODE: u32 = 0o644;
/// What is for its owner alone.
const SECRET_MODE: u32 = 0o600;
/// What the name of a file on its way begins with, where it has to have one.
const PREFIX: &str = ".mkdeb-";

/// A file on its way: hidden until [`AtomicFile::commit`], gone if that never comes.
#[derive(Debug)]
pub struct AtomicFile {
    hidden: Hidden,
    path: PathBuf,
}

/// A file that nobody finds.
#[derive(Debug)]
enum Hidden {
    /// Without a name: not even a killed process leaves it behind (`O_TMPFILE`, open(2)).
    Unnamed(File),
    /// Where the file system has none of those.
    Named(NamedTempFile),
}

impl AtomicFile {
    /// Starts a file that will be at `path`, in the nearest directory above it that is there, so that its name
    /// cannot cross disks. The directories between appear with it.
    pub fn create(path: &Path) -> Result<Self, Error> {
        Self::with_mode(path, MODE)
    }

    fn with_mode(path: &Path, mode: u32) -> Result<Self, Error> {
        refuse_special(path)?;
        let directory = path.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(Path::new("."));
        let hidden = Hidden::unnamed(directory).or_else(|_| Hidden::named(directory));
        let hidden = hidden.map_err(|error| Error::new("create", path, error))?;
        let mut file = Self { hidden, path: path.to_owned() };
        let set = file.writer().set_permissions(fs::Permissions::from_mode(mode));
        match set {
            Err(error) if mode == SECRET_MODE => Err(Error::new("create", path, error)),
            // A file system without modes refuses; there it is as open as every file.
            _ => Ok(file),
        }
    }

    /// The same, for nobody but its owner.
    pub fn create_secret(path: &Path) -> Result<Self, Error> {
        Self::with_mode(path, SECRET_MODE)
    }

    /// Where to write.
    pub fn writer(&mut self) -> &mut File {
        match &mut self.hidden {
            Hidden::Unnamed(file) => file,
            Hidden::Named(file) => file.as_file_mut(),
        }
    }

    /// The bytes written so far, from the start.
    pub fn reread(&mut self) -> Result<&mut File, Error> {
        let path = self.path.clone();
        let file = self.writer();
        file.flush().and_then(|()| file.rewind()).map_err(|error| Error::new("read back", &path, error))?;
        Ok(file)
    }

    /// Makes the file appear: on disk first, then under its name, replacing what was there.
    pub fn commit(mut self) -> Result<PathBuf, Error> {
        let synced = self.writer().sync_all();
        let wrap = |error| Error::new("write", &self.path, error);
        synced.map_err(wrap)?;
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        fs::create_dir_all(directory).map_err(|error| Error::new("create", directory, error))?;
        let named = match self.hidden {
            Hidden::Unnamed(file) => name(&file, directory, &self.path),
            Hidden::Named(file) => file.persist(&self.path).map(|_| ()).map_err(|error| error.error),
        };
        named.map_err(|error| Error::new("write", &self.path, error))?;
        // The name itself is on disk only when its directory is (fsync(2)).
        File::open(directory).and_then(|dir| dir.sync_all()).map_err(wrap)?;
        Ok(self.path)
    }
}

/// Makes files appear in order, all with their bytes on disk before the first has its name. What is in the way of any
/// is found before that too.
pub fn commit_all(mut files: Vec<AtomicFile>) -> Result<Vec<PathBuf>, Error> {
    for file in &mut files {
        let synced = file.writer().sync_all().and_then(|()| refuse_obstacles(&file.path));
        synced.map_err(|error| Error::new("write", &file.path, error))?;
    }
    files.into_iter().map(AtomicFile::commit).collect()
}

/// What no rename replaces, and no directory can be made in.
fn refuse_obstacles(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|about| about.is_dir()) {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let above = path.ancestors().skip(1).find(|above| fs::symlink_metadata(above).is_ok());
    match above {
        Some(above) if !above.is_dir() => Err(io::ErrorKind::NotADirectory.into()),
        _ => Ok(()),
    }
}

/// What a rename would take from the machine: `/dev/null`, the link `/dev/stdout`.
fn refuse_special(path: &Path) -> Result<(), Error> {
    let is_special = |about: fs::Metadata| !about.is_file() && !about.is_dir();
    // `/dev` itself alone: `/dev/shm` holds files like any other directory.
    let is_machines = path.parent().is_some_and(|parent| parent == Path::new("/dev"));
    if is_machines || fs::metadata(path).is_ok_and(is_special) {
        return Err(Error::new("create", path, io::Error::other("it is the machine's, and no regular file")));
    }
    Ok(())
}

impl Hidden {
    fn unnamed(directory: &Path) -> io::Result<Self> {
        let flags = i32::try_from(OFlags::TMPFILE.bits()).unwrap_or(0);
        let file = OpenOptions::new().read(true).write(true).custom_flags(flags).open(directory)?;
        // It gets its name through `/proc`, which a chroot may lack.
        fs::symlink_metadata(place(&file))?;
        Ok(Self::Unnamed(file))
    }

    fn named(directory: &Path) -> io::Result<Self> {
        // tempfile's own way adds the random name to what the system says, and loses that.
        // Before it has its mode it is nobody else's: it may become a secret.
        let open = |path: &Path| {
            OpenOptions::new().read(true).write(true).create_new(true).mode(SECRET_MODE).open(path)
        };
        tempfile::Builder::new().prefix(PREFIX).make_in(directory, open).map(Self::Named)
    }
}

/// Gives a file its name. A link replaces nothing: where something is in the way, the file gets a name of its own
/// first, and is renamed.
fn name(file: &File, directory: &Path, path: &Path) -> io::Result<()> {
    let link = |to: &Path| -> io::Result<()> {
        Ok(rustix::fs::linkat(CWD, place(file), CWD, to, AtFlags::SYMLINK_FOLLOW)?)
    };
    match link(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let linked = tempfile::Builder::new().prefix(PREFIX).make_in(directory, link)?;
            linked.persist(path).map(|_| ()).map_err(|error| error.error)
        }
        outcome => outcome,
    }
}

fn place(file: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))
}

/// A file without a name, for what is written once and read back; on the output's disk.
pub fn spool(directory: &Path) -> Result<File, Error> {
    tempfile::tempfile_in(directory).map_err(|error| Error::new("create a file in", directory, error))
}

/// A file that nobody else looks at yet, for example in a temporary directory.
pub fn create(path: &Path) -> Result<io::BufWriter<File>, Error> {
    File::create_new(path).map(io::BufWriter::new).map_err(|error| Error::new("create", path, error))
}

/// Opens what was written into a temporary directory.
pub fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|error| Error::new("read", path, error))
}

/// Takes away what was written into a temporary directory.
pub fn remove(path: &Path) -> Result<(), Error> {
    fs::remove_file(path).map_err(|error| Error::new("remove", path, error))
}

/// Opens what was written into a temporary directory, to write on.
pub fn reopen(path: &Path) -> Result<File, Error> {
    let opened = OpenOptions::new().read(true).write(true).open(path);
    opened.map_err(|error| Error::new("open", path, error))
}

/// A file without a name in the directory for temporary files.
pub fn temporary() -> io::Result<File> {
    tempfile::tempfile()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_files_none_appears_where_one_cannot() {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name);
        fs::create_dir(at("directory")).expect("made");
        fs::write(at("file"), "before").expect("written");
        std::os::unix::fs::symlink("nowhere", at("link")).expect("made");
        let all = |last: &str| {
            let files = ["new/a", "file", last].map(|name| {
                let mut file = AtomicFile::create(&at(name)).expect("created");
                file.writer().write_all(b"after").expect("written");
                file
            });
            commit_all(files.into_iter().collect())
        };
        for (last, kind) in [
            ("directory", io::ErrorKind::IsADirectory),
            ("file/below/b", io::ErrorKind::NotADirectory),
            ("link/b", io::ErrorKind::NotADirectory),
        ] {
            assert_eq!(all(last).expect_err(last).source.kind(), kind, "{last}");
            assert_eq!(names(directory.path()), ["directory", "file", "link"]);
            assert_eq!(fs::read_to_string(at("file")).expect("there"), "before");
        }
        assert_eq!(all("b").expect("committed"), [at("new/a"), at("file"), at("b")]);
        assert_eq!(fs::read_to_string(at("file")).expect("there"), "after");
    }

    fn names(directory: &Path) -> Vec<String> {
        let names =
            fs::read_dir(directory).expect("readable").map(|entry| entry.expect("readable").file_name());
        let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_when_it_is_whole_with_a_name_before_or_without() {
        let kinds: [fn(&Path) -> io::Result<Hidden>; 2] = [Hidden::unnamed, Hidden::named];
        for (kind, hidden_names) in kinds.into_iter().zip([0, 1]) {
            let directory = tempfile::tempdir().expect("a directory");
            let path = directory.path().join("x.deb");
            for text in ["first", "second"] {
                let hidden = kind(directory.path()).expect("supported");
                let before = names(directory.path()).len();
                let mut file = AtomicFile { hidden, path: path.clone() };
                file.writer().write_all(text.as_bytes()).expect("written");
                drop(AtomicFile { hidden: kind(directory.path()).expect("supported"), path: path.clone() });
                assert_eq!(names(directory.path()).len(), before);
                assert_eq!(
                    names(directory.path()).iter().filter(|name| *name != "x.deb").count(),
                    hidden_names
                );
                file.commit().expect("committed");
                assert_eq!(fs::read_to_string(&path).expect("there"), text);
                assert_eq!(names(directory.path()), ["x.deb"]);
            }
            fs::remove_file(&path).expect("there");
            fs::create_dir_all(path.join("below")).expect("made");
            let hidden = kind(directory.path()).expect("supported");
            let error = AtomicFile { hidden, path: path.clone() }.commit().expect_err("a directory is there");
            assert_eq!(error.source.kind(), io::ErrorKind::IsADirectory);
            assert_eq!(names(directory.path()), ["x.deb"]);
        }
    }
}
