//! Why a virtualenv cannot be shipped, and what repairs it.

use crate::content::python::PythonVersion;
use crate::content::shebang::TooLong;
use crate::types::path;

/// Why a virtualenv cannot be shipped. Paths are relative to its root.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no `pyvenv.cfg` with a `home`.
    #[error("`{name}` is not a virtualenv: {reason}")]
    NotVirtualenv {
        /// The input.
        name: String,
        /// What is missing or in the way.
        reason: &'static str,
    },
    /// A conda environment.
    #[error("`{name}` is a conda environment, not a virtualenv")]
    Conda {
        /// The input.
        name: String,
    },
    /// Made by virtualenv before 20.
    #[error("`{name}` was made by a virtualenv older than 20: it holds `{path}`")]
    OldVirtualenv {
        /// The input.
        name: String,
        /// What gave it away.
        path: String,
    },
    /// No `lib/pythonX.Y`.
    #[error("`{name}` has no `lib/pythonX.Y`{}", .found.as_ref().map(|found| format!(", only `{found}`")).unwrap_or_default())]
    NoLibrary {
        /// The input.
        name: String,
        /// Another implementation's directory.
        found: Option<String>,
    },
    /// Several `lib/pythonX.Y`.
    #[error("`{name}` holds modules of several Pythons: `{first}` and `{second}`")]
    SeveralPythons {
        /// The input.
        name: String,
        /// One of the directories.
        first: String,
        /// Another one.
        second: String,
    },
    /// The interpreter is none that a package of the host brings.
    #[error("the virtualenv's Python is `{interpreter}`{}, which hosts will not have", .maker.map(|maker| format!(" ({maker})")).unwrap_or_default())]
    ForeignInterpreter {
        /// The interpreter on the build host.
        interpreter: String,
        /// Who made it, where that is plain.
        maker: Option<&'static str>,
        /// What the host needs.
        python: PythonVersion,
    },
    /// The interpreter that the user or the virtualenv names is not of its version.
    #[error("`{interpreter}` is not Python {python}, which the virtualenv's `lib` is for")]
    OtherVersion {
        /// The interpreter.
        interpreter: String,
        /// The virtualenv's version.
        python: PythonVersion,
    },
    /// An editable install.
    #[error("`{distribution}` is installed editable: its modules lie in `{source_path}`")]
    Editable {
        /// The distribution.
        distribution: String,
        /// Where its source is, or the file that says that it is elsewhere.
        source_path: String,
    },
    /// A path that is no file, directory or symbolic link (Policy 10.6).
    #[error("`{name}` has {kind} at `{path}`, which a package cannot ship")]
    Special {
        /// The input.
        name: String,
        /// What it is.
        kind: &'static str,
        /// Where.
        path: String,
    },
    /// A link to nothing.
    #[error("the link `{path}` points to `{target}`, which does not exist in the virtualenv")]
    DanglingLink {
        /// The link.
        path: String,
        /// Its target.
        target: String,
    },
    /// A link out of the tree.
    #[error("the link `{path}` points to `{target}`, outside the virtualenv")]
    OutsideLink {
        /// The link.
        path: String,
        /// Its target.
        target: String,
    },
    /// Built for musl.
    #[error("`{path}` is built for musl, Debian's C library is glibc")]
    Musl {
        /// The wheel's file, or the extension module.
        path: String,
    },
    /// Built for another system.
    #[error("`{path}` is built for `{platform}`, not for Linux")]
    ForeignPlatform {
        /// The wheel's file, or the extension module.
        path: String,
        /// The platform.
        platform: String,
    },
    /// Machine code for several machines.
    #[error("`{first}` is for {first_architecture}, but `{second}` is for {second_architecture}")]
    MixedArchitectures {
        /// A file.
        first: String,
        /// Debian's name of its architecture.
        first_architecture: &'static str,
        /// Another file.
        second: String,
        /// Debian's name of that one's.
        second_architecture: &'static str,
    },
    /// An extension module of another Python.
    #[error("`{path}` is an extension module for Python {found}, not {python}")]
    OtherAbi {
        /// The module.
        path: String,
        /// The version in its name.
        found: PythonVersion,
        /// The virtualenv's.
        python: PythonVersion,
    },
    /// The destination needs quoting in some shell.
    #[error("the destination `{0}` holds a character other than letters, digits and `/._+~-`")]
    DestinationCharacters(String),
    /// A script at the destination could not name its interpreter.
    #[error("the destination `{destination}` is too long for scripts{}", .script.as_ref().map(|script| format!(" such as `{script}`")).unwrap_or_default())]
    DestinationTooLong {
        /// The destination.
        destination: String,
        /// The script, where one has arguments that do not fit.
        script: Option<String>,
        /// The line's length.
        source: TooLong,
    },
    /// A secret would be published.
    #[error("`{path}` holds a password or token in its URL")]
    Credentials {
        /// The file.
        path: String,
    },
    /// A text that must be read is too large to be.
    #[error("`{path}` is too large to rewrite, with {size} bytes")]
    TextTooLarge {
        /// The file.
        path: String,
        /// Its size.
        size: u64,
    },
    /// All texts that are rewritten are too large together.
    #[error("`{name}` has more than 256 MiB of texts that name its place, with `{path}`")]
    TooMuchText {
        /// The input.
        name: String,
        /// The file that was too much.
        path: String,
    },
    /// A name that is not UTF-8.
    #[error("the path or link `{path}` is not UTF-8")]
    NotUtf8 {
        /// The path, with escapes.
        path: String,
    },
    /// A path that no host can have.
    #[error("`{path}` cannot be installed")]
    Path {
        /// The path.
        path: String,
        /// Why.
        source: path::Error,
    },
    /// A file that an installer wrote cannot be understood.
    #[error("failed to read `{path}`")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// `bytecode = "keep"`, and there is none to keep.
    #[error("the virtualenv holds no bytecode that Python {0} would load")]
    NoBytecode(PythonVersion),
}

impl Error {
    /// Whether it is about where the virtualenv goes, and no virtualenv would do.
    pub fn is_of_destination(&self) -> bool {
        matches!(self, Self::DestinationCharacters(_) | Self::DestinationTooLong { .. })
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        let rebuild = "make it again with `python3 -m venv`, `uv venv` or virtualenv 20 or later";
        Some(match self {
            Self::NotVirtualenv { .. } => {
                format!("point `path` in `[venv]` at the directory that holds `pyvenv.cfg`, or {rebuild}")
            }
            Self::Conda { .. } | Self::OldVirtualenv { .. } | Self::NoLibrary { .. } => {
                format!("{rebuild}, on CPython")
            }
            Self::SeveralPythons { first, second, .. } => {
                format!(
                    "make the virtualenv again, or delete whichever of `{first}` and `{second}` is left over"
                )
            }
            Self::ForeignInterpreter { python, .. } => format!(
                "set `python = \"/usr/bin/python{python}\"` in `[venv]`, or make the virtualenv again with \
                 `/usr/bin/python{python} -m venv` or `uv venv --python /usr/bin/python{python}`"
            ),
            Self::OtherVersion { python, .. } => {
                format!(
                    "set `python = \"/usr/bin/python{python}\"` in `[venv]`, or make the virtualenv again"
                )
            }
            Self::Editable { .. } => {
                "install it for good: `uv sync --no-editable`, or `pip install .` without `-e`".to_owned()
            }
            Self::DanglingLink { path, .. } => format!("delete `{path}`, or restore what it points to"),
            Self::OutsideLink { path, .. } => {
                format!("put a copy in place of `{path}` (for uv, `--link-mode copy`)")
            }
            Self::Musl { .. } | Self::ForeignPlatform { .. } => {
                "make the virtualenv on Debian or Ubuntu, so that manylinux wheels are chosen".to_owned()
            }
            Self::MixedArchitectures { .. } | Self::OtherAbi { .. } => {
                "make the virtualenv again, on one machine, with one Python".to_owned()
            }
            Self::DestinationCharacters(_) => "choose another `prefix` or package name".to_owned(),
            Self::DestinationTooLong { .. } => "choose a shorter `prefix`".to_owned(),
            Self::Credentials { .. } => {
                "install from a URL without them (`git` credential helper, `.netrc`), and revoke them"
                    .to_owned()
            }
            Self::TextTooLarge { path, .. } | Self::TooMuchText { path, .. } => {
                format!("remove `{path}` from the virtualenv")
            }
            Self::Special { .. } => "remove it from the virtualenv".to_owned(),
            Self::NotUtf8 { .. } | Self::Path { .. } => "rename or remove it".to_owned(),
            Self::Unreadable { .. } => "reinstall the distribution that it belongs to".to_owned(),
            Self::NoBytecode(python) => format!(
                "compile it with `python{python} -m compileall`, or leave `bytecode` in `[venv]` at `auto`"
            ),
        })
    }
}
