//! Files that appear whole or not at all.

use std::fs;
use std::fs::File;
use std::io;
use std::io::Seek;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use crate::host::Error;

/// A file on its way: hidden until [`AtomicFile::commit`], gone if that never comes.
#[derive(Debug)]
pub struct AtomicFile {
    temporary: tempfile::NamedTempFile,
    path: PathBuf,
}

impl AtomicFile {
    /// Starts a file that will be at `path`, in the nearest directory above it that is there, so that the rename
    /// cannot cross disks. The directories between appear with it.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let directory = path.ancestors().skip(1).find(|above| above.is_dir()).unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new()
            .prefix(".mkdeb-")
            .permissions(fs::Permissions::from_mode(0o644))
            .tempfile_in(directory)
            .map_err(|error| Error::new("create", path, strip_path(&error)))?;
        Ok(Self { temporary, path: path.to_owned() })
    }

    /// Where to write.
    pub fn writer(&mut self) -> &mut File {
        self.temporary.as_file_mut()
    }

    /// The bytes written so far, from the start.
    pub fn reread(&mut self) -> Result<&mut File, Error> {
        let path = &self.path;
        let file = self.temporary.as_file_mut();
        file.flush().and_then(|()| file.rewind()).map_err(|error| Error::new("read back", path, error))?;
        Ok(file)
    }

    /// Makes the file appear: on disk first, then under its name, replacing what was there.
    pub fn commit(self) -> Result<PathBuf, Error> {
        let wrap = |error| Error::new("write", &self.path, error);
        self.temporary.as_file().sync_all().map_err(wrap)?;
        let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new("."));
        fs::create_dir_all(directory).map_err(|error| Error::new("create", directory, error))?;
        self.temporary.persist(&self.path).map_err(|error| Error::new("write", &self.path, error.error))?;
        // The name itself is on disk only when its directory is (fsync(2)).
        File::open(directory).and_then(|dir| dir.sync_all()).map_err(wrap)?;
        Ok(self.path)
    }
}

/// A file without a name, for what is written once and read back; on the output's disk.
pub fn spool(directory: &Path) -> Result<File, Error> {
    tempfile::tempfile_in(directory)
        .map_err(|error| Error::new("create a file in", directory, strip_path(&error)))
}

/// tempfile adds the random name to its errors; the path we name is the one the user knows.
fn strip_path(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}
