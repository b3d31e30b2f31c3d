//! Where packages go.

use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::host::env::Env;
use crate::package::Package;

/// Where the package goes.
pub(in crate::command) enum Target {
    /// A directory, which may have to be made.
    Directory(PathBuf),
    /// A file.
    File(PathBuf),
}

/// Why nothing can go there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something else is in the place of a directory.
    #[error("the output directory `{}` is not a directory", .0.display())]
    NotDirectory(PathBuf),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let Error::NotDirectory(_) = &error;
        let hint = "name a directory with `--output`, or a file that ends in `.deb`";
        Self::new(error, Some(hint.to_owned()))
    }
}

impl Target {
    /// The target that the user asked for, by default `dist`. Directories that are missing are made when the package is
    /// whole.
    pub(in crate::command) fn of(output: Option<&Path>, env: &Env) -> Result<Self, Error> {
        let path = env.resolve(output.unwrap_or(Path::new("dist")));
        let is_deb = path.extension().is_some_and(|extension| extension == "deb");
        let target =
            if is_deb && !env.is_directory(&path) { Self::File(path) } else { Self::Directory(path) };
        let there = target.parent_directory().ancestors().find(|path| env.is_taken(path));
        match there {
            Some(path) if !env.is_directory(path) => Err(Error::NotDirectory(path.to_owned())),
            _ => Ok(target),
        }
    }

    /// The directory that the package is in.
    fn parent_directory(&self) -> &Path {
        match self {
            Self::Directory(path) => path,
            Self::File(path) => path.parent().unwrap_or(path),
        }
    }

    /// The output directory, where the packages keep their names.
    pub(in crate::command) fn directory(&self) -> Option<&Path> {
        match self {
            Self::Directory(path) => Some(path),
            Self::File(_) => None,
        }
    }

    /// The output directory, or the nearest one above it that is there: where spools go before it is made.
    pub(in crate::command) fn existing_ancestor(&self, env: &Env) -> PathBuf {
        let found = self.parent_directory().ancestors().find(|path| env.is_directory(path));
        found.map_or_else(|| env.dir.clone(), Path::to_owned)
    }

    /// Where this package goes.
    pub(in crate::command) fn path(&self, package: &Package) -> PathBuf {
        match self {
            Self::Directory(path) => path.join(package.file_name()),
            Self::File(path) => path.clone(),
        }
    }
}
