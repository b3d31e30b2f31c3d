//! What a relocation wants the user to know, short of an error.

use std::fmt;

use crate::types::plural::counted;

/// A fact about a relocated virtualenv. Paths are relative to its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The virtualenv was moved or copied before: it names several places as its own.
    Moved(Vec<String>),
    /// Modules of the host's Python are visible, so their packages must be dependencies.
    SeesSystemPackages,
    /// A script in `bin/` that named a Python elsewhere now runs in the virtualenv.
    Adopted {
        /// The script.
        path: String,
        /// The interpreter it named.
        was: String,
    },
    /// A script in `bin/` names a Python that the virtualenv does not have; it was left.
    OtherPython {
        /// The script.
        path: String,
        /// The interpreter it names.
        names: String,
    },
    /// A script's first line ends in `\r\n`: Linux will not run it.
    CrlfShebang(String),
    /// A copy of the interpreter became a link.
    Linked(String),
    /// Old prefixes in a text became the new one.
    Substituted {
        /// The text.
        path: String,
    },
    /// Files were left out.
    LeftOut {
        /// Of what.
        part: Part,
        /// How many.
        count: u64,
        /// One of them.
        example: String,
    },
    /// A `.pth` file runs code that is not known to be independent of the build host.
    PthCode {
        /// The file.
        path: String,
        /// The line.
        code: String,
    },
    /// A directory of the host is on the module path.
    PthHost {
        /// The file.
        path: String,
        /// The directory.
        directory: String,
    },
    /// A Jupyter kernel runs an interpreter that is not the virtualenv's.
    KernelElsewhere {
        /// The file.
        path: String,
        /// The interpreter.
        interpreter: String,
    },
    /// A file is not what RECORD says: somebody edited it after installation.
    RecordMismatch {
        /// The file.
        path: String,
    },
    /// RECORD names a file that is not there.
    RecordMissing {
        /// The `.dist-info` directory's RECORD.
        record: String,
        /// The file.
        path: String,
    },
    /// So many more faults of RECORD files.
    RecordMore(usize),
    /// A file that runs with more rights than who starts it has; it is shipped without them.
    Privileged {
        /// The file.
        path: String,
    },
    /// A distribution wants a command that `bin/` lacks.
    CommandMissing {
        /// The `.dist-info` directory.
        distribution: String,
        /// The command.
        command: String,
    },
    /// A library for another machine, which nothing imports by its name.
    OtherMachine {
        /// The file.
        path: String,
        /// Debian's name of its architecture.
        architecture: &'static str,
    },
    /// A zipped distribution, whose inside was not looked at.
    Zipped(String),
}

/// What is left out, for one reason each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What tools leave in the root.
    Litter,
    /// uv's notes on how it installed a distribution.
    UvNotes,
    /// pip, on request.
    Pip,
    /// Activators, on request.
    Activators,
    /// Where a distribution lay on the build host.
    Origins,
    /// Bytecode that Python would not load.
    StaleBytecode,
    /// All bytecode, on request.
    Bytecode,
}

impl Part {
    /// What its files are, and what tells them from others.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Litter => ("files", " that a tool left behind"),
            Self::UvNotes => ("notes", " of uv on an installation"),
            Self::Pip => ("files", " of pip"),
            Self::Activators => ("activators", ""),
            Self::Origins => ("origins", " on the machine that builds"),
            Self::StaleBytecode => ("bytecode files", " that Python would not load"),
            Self::Bytecode => ("bytecode files", ""),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved(places) => {
                write!(f, "the virtualenv was moved before: it names `{}` as its own", places.join("`, `"))
            }
            Self::SeesSystemPackages => f.write_str(
                "the virtualenv sees the host's Python packages: add each that it imports to `depends`",
            ),
            Self::Adopted { path, was } => write!(f, "`{path}` named `{was}` and now runs in the virtualenv"),
            Self::OtherPython { path, names } => {
                write!(f, "`{path}` names `{names}`, which the virtualenv does not have")
            }
            Self::CrlfShebang(path) => {
                write!(f, "the first line of `{path}` ends in `\\r\\n`: it cannot run")
            }
            Self::Linked(path) => write!(f, "`{path}` was a copy of the interpreter and is now a link"),
            Self::Substituted { path } => write!(f, "the build path in `{path}` was replaced"),
            Self::LeftOut { part, count, example } => {
                let (files, which) = part.words();
                let such_as = if *count == 1 { "" } else { "such as " };
                write!(f, "left out: {}{which}, {such_as}`{example}`", counted(*count, files))
            }
            Self::PthCode { path, code } => write!(f, "`{path}` runs `{code}` whenever Python starts"),
            Self::PthHost { path, directory } => {
                write!(f, "`{path}` puts the host's `{directory}` on the module path")
            }
            Self::KernelElsewhere { path, interpreter } => {
                write!(f, "`{path}` starts `{interpreter}`, not the virtualenv's Python")
            }
            Self::RecordMismatch { path } => write!(f, "`{path}` was changed after its installation"),
            Self::RecordMissing { record, path } => write!(f, "`{record}` names `{path}`, which is missing"),
            Self::RecordMore(count) => write!(f, "{count} more faults of RECORD files are not listed"),
            Self::Privileged { path } => {
                write!(f, "`{path}` is setuid or setgid here, and will be neither on the host")
            }
            Self::CommandMissing { distribution, command } => {
                write!(f, "`{distribution}` declares the command `{command}`, which is not in `bin/`")
            }
            Self::OtherMachine { path, architecture } => write!(f, "`{path}` is for {architecture}"),
            Self::Zipped(path) => write!(f, "`{path}` is zipped and was not looked into"),
        }
    }
}
