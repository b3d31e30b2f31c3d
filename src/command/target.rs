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
    /// The output directory is not there.
    #[error("the output directory `{}` does not exist", .0.display())]
    Missing(PathBuf),
    /// Something else is in its place.
    #[error("the output directory `{}` is not a directory", .0.display())]
    NotDirectory(PathBuf),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::Missing(path) => format!("make it with `mkdir -p {}`", path.display()),
            Error::NotDirectory(_) => {
                "name a directory with `--output`, or a file that ends in `.deb`".to_owned()
            }
        };
        Self::new(error, Some(hint))
    }
}

impl Target {
    /// The target that the user asked for; `dist` when none was, which is made when the package is whole.
    pub(in crate::command) fn of(output: Option<&Path>, env: &Env) -> Result<Self, Error> {
        let default = Path::new("dist");
        let Some(output) = output else {
            let is_free = !env.is_taken(default) || env.is_directory(default);
            let path = env.resolve(default);
            return if is_free { Ok(Self::Directory(path)) } else { Err(Error::NotDirectory(path)) };
        };
        let path = env.resolve(output);
        let is_deb = output.extension().is_some_and(|extension| extension == "deb");
        let directory = if is_deb && !env.is_directory(&path) {
            path.parent().map_or_else(|| env.dir.clone(), Path::to_owned)
        } else {
            path.clone()
        };
        match (env.is_directory(&directory), directory == path) {
            (true, true) => Ok(Self::Directory(path)),
            (true, false) => Ok(Self::File(path)),
            (false, _) if env.is_taken(&directory) => Err(Error::NotDirectory(directory)),
            (false, _) => Err(Error::Missing(directory)),
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
        let directory = match self {
            Self::Directory(path) => path,
            Self::File(path) => path.parent().unwrap_or(path),
        };
        let found = directory.ancestors().find(|path| env.is_directory(path));
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
