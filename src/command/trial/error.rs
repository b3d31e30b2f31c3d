//! Why packages cannot be tried, and what would help.

use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::trial::said::Lack;
use crate::control::given::Fault;
use crate::deb::reversion;
use crate::deb::spoil;
use crate::host::bed;

/// Why nothing can be said of packages. What is wrong with them is a step that failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No root.
    #[error("there is no root to try the packages in")]
    NoRoot {
        /// The packages that a root needs to have.
        needs: Vec<String>,
        /// What makes one here.
        maker: Maker,
    },
    /// A control file that dpkg does not take.
    #[error("the control file of `{}` is not valid", .file.display())]
    Control {
        /// Which.
        file: PathBuf,
        /// Why.
        source: Fault,
    },
    /// Two packages of one name.
    #[error("`{}` and `{}` are both `{name}`", .first.display(), .second.display())]
    Twice {
        /// The name.
        name: String,
        /// One.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// The root has less than the packages need.
    #[error("the root does not satisfy what the packages depend on:{}", listed(.0))]
    Lacks(Vec<Lack>),
    /// What the packages depend on cannot be installed.
    #[error("dpkg cannot install the packages of `--with`:{}", .0.iter().map(|line| format!("\n  {line}")).collect::<String>())]
    With(Vec<String>),
    /// Something is installed already that the trial is about.
    #[error("`{0}` is installed in the root already")]
    Installed(String),
    /// A package of which no variant can be made.
    #[error("failed to make a copy of `{}` that fails", .file.display())]
    Spoil {
        /// Which.
        file: PathBuf,
        /// Why.
        source: spoil::Error,
    },
    /// A package that cannot have another version.
    #[error("failed to give a copy of `{}` another version", .file.display())]
    Reversion {
        /// Which.
        file: PathBuf,
        /// Why.
        source: reversion::Error,
    },
}

/// What makes a root on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// mmdebstrap is there, or nothing is.
    Mmdebstrap,
    /// debootstrap alone is there.
    Debootstrap,
    /// Neither is there.
    Nothing,
}

fn listed(lacks: &[Lack]) -> String {
    lacks.iter().map(|lack| format!("\n  `{}` depends on {}", lack.package, lack.relation)).collect()
}

/// What a root is made with.
fn include(needs: &[String]) -> String {
    if needs.is_empty() { String::new() } else { format!(" --include={}", needs.join(",")) }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoRoot { needs, maker } => Some(making(needs, *maker)),
            Error::Control { source, .. } => source.hint(),
            Error::Twice { .. } => Some("the version before goes with `--from`".to_owned()),
            Error::Lacks(lacks) => {
                let mut needs: Vec<String> = lacks.iter().map(|lack| lack.name().to_owned()).collect();
                needs.sort();
                needs.dedup();
                let include = include(&needs);
                Some(format!(
                    "make the root with them: `mmdebstrap --variant=apt{include} SUITE root.tar`, or name packages by `--with`"
                ))
            }
            Error::With(_) => Some("name all that they depend on, too".to_owned()),
            Error::Installed(_) => Some("take a root without it".to_owned()),
            Error::Spoil { .. } | Error::Reversion { .. } => None,
        };
        Self::new(error, hint)
    }
}

fn making(needs: &[String], maker: Maker) -> String {
    let include = include(needs);
    let mmdebstrap = format!("`mmdebstrap --variant=apt{include} SUITE root.tar`");
    let making = match maker {
        Maker::Mmdebstrap => format!("make one with what they depend on: {mmdebstrap}"),
        Maker::Debootstrap => format!(
            "make one with what they depend on, as root: `debootstrap --variant=minbase{include} SUITE root`"
        ),
        Maker::Nothing => {
            format!("install the package `mmdebstrap`, and make one with what they depend on: {mmdebstrap}")
        }
    };
    format!("{making}, and name it by `--root`")
}

impl From<bed::Error> for Failure {
    fn from(error: bed::Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_cannot_be_copied_is_named() {
        let file = || PathBuf::from("a.deb");
        let spoil = Error::Spoil { file: file(), source: spoil::Error::Nothing("x".to_owned()) };
        let reversion = Error::Reversion { file: file(), source: reversion::Error::NoVersion };
        let told = [spoil, reversion].map(|error| Failure::from(error).chain().join(": "));
        assert_eq!(
            told,
            [
                "failed to make a copy of `a.deb` that fails: it has no file `x`",
                "failed to give a copy of `a.deb` another version: its control file has no `Version`"
            ]
        );
    }

    #[test]
    fn a_root_is_made_with_what_is_there() {
        let needs = ["python3".to_owned(), "adduser".to_owned()];
        for (maker, word) in [
            (Maker::Mmdebstrap, "`mmdebstrap --variant=apt --include=python3,adduser SUITE root.tar`"),
            (Maker::Debootstrap, "`debootstrap --variant=minbase --include=python3,adduser SUITE root`"),
            (Maker::Nothing, "install the package `mmdebstrap`"),
        ] {
            let failure = Failure::from(Error::NoRoot { needs: needs.to_vec(), maker });
            assert!(failure.hint.as_deref().is_some_and(|hint| hint.contains(word)), "{failure:?}");
        }
    }
}
