//! Why there is no throw-away root, and what would help.

use std::path::PathBuf;

use crate::host::Error as HostError;

/// Why there is no root to try packages in.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk, or a program that cannot be run.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A program is missing.
    #[error("there is no `{name}` on `PATH`")]
    NoProgram {
        /// Which.
        name: &'static str,
        /// The package that has it.
        package: &'static str,
    },
    /// The kernel, or what guards it, says no.
    #[error("this machine does not let {} have namespaces for a root: {said}", .who.words())]
    Refused {
        /// What was said.
        said: String,
        /// Who asked.
        who: Who,
        /// What the kernel's switches say.
        switches: Switches,
    },
    /// The root cannot be read.
    #[error("`{}` cannot be unpacked: {said}", .path.display())]
    Unpack {
        /// Which.
        path: PathBuf,
        /// What was said.
        said: String,
    },
    /// It is no system with dpkg.
    #[error("no dpkg runs in `{}`: {said}", .path.display())]
    NoDpkg {
        /// Which.
        path: PathBuf,
        /// What was said.
        said: String,
    },
    /// Where something is mounted there is a link, which leads where it wants on the host.
    #[error("in `{}` a link is in the place of the directory `{link}`", .path.display())]
    Link {
        /// Which root.
        path: PathBuf,
        /// The link in it.
        link: String,
    },
    /// A directory whose files belong to users that there are not in the root.
    #[error("`{}` belongs to another user than you, who would be nobody in the root", .0.display())]
    Owner(PathBuf),
    /// A question that the root does not answer.
    #[error("`{program}` failed in the root: {said}")]
    Asked {
        /// What was run.
        program: String,
        /// What it said.
        said: String,
    },
    /// A signal came.
    #[error("interrupted")]
    Interrupted,
}

/// Who asks for namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The superuser, who needs no user namespace.
    Root,
    /// Somebody else, who becomes root in one.
    User,
}

impl Who {
    fn words(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::User => "you",
        }
    }
}

/// The kernel's switches for user namespaces; none where it has no such switch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Switches {
    /// `kernel.unprivileged_userns_clone`, which Debian's kernels have.
    pub clone: Option<String>,
    /// `kernel.apparmor_restrict_unprivileged_userns`, which Ubuntu's have since 24.04.
    pub apparmor: Option<String>,
    /// `user.max_user_namespaces`.
    pub most: Option<String>,
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Host(error) => return error.hint(),
            Self::NoProgram { package, .. } => format!("install the package `{package}`"),
            Self::Refused { said, who, switches } => advice(said, *who, switches),
            Self::Unpack { said, .. } if said.contains("No space left") => {
                "the root is held in memory: take a smaller one, or a machine with more".to_owned()
            }
            Self::Unpack { .. } => {
                "a root is a directory, or a tarball of one as mmdebstrap makes it, plain or with zstd, xz or gzip"
                    .to_owned()
            }
            Self::NoDpkg { .. } => {
                "its top directory has to be that of a Debian for this machine: `usr`, `etc`, `var`".to_owned()
            }
            Self::Link { .. } => "take a root whose directories are directories, as mmdebstrap makes it".to_owned(),
            Self::Owner(path) => {
                let path = path.display();
                format!("make a tarball of it: `sudo tar -C {path} -cf root.tar .`, or run this as root")
            }
            Self::Asked { .. } | Self::Interrupted => return None,
        })
    }
}

fn advice(said: &str, who: Who, switches: &Switches) -> String {
    let is = |switch: &Option<String>, value: &str| switch.as_deref() == Some(value);
    let text = if who == Who::Root {
        "a container needs to be a privileged one for it: `docker run --privileged`"
    } else if said.contains("/etc/subuid") || said.contains("/etc/subgid") {
        "give yourself subordinate ids: `sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER`"
    } else if is(&switches.clone, "0") {
        "run it as root, or allow it: `sudo sysctl kernel.unprivileged_userns_clone=1`"
    } else if is(&switches.apparmor, "1") {
        "run it as root, or allow it: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`"
    } else if is(&switches.most, "0") {
        "run it as root, or allow it: `sudo sysctl user.max_user_namespaces=10000`"
    } else {
        "run it as root"
    };
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_in_which_namespaces_are_refused_has_its_advice() {
        let off = |value: &str| Some(value.to_owned());
        let none = Switches::default;
        for (said, who, switches, word) in [
            ("unshare failed", Who::Root, none(), "--privileged"),
            ("no line matching user \"ci\" in /etc/subuid", Who::User, none(), "usermod --add-subuids"),
            (
                "denied",
                Who::User,
                Switches { clone: off("0"), ..none() },
                "kernel.unprivileged_userns_clone=1",
            ),
            (
                "denied",
                Who::User,
                Switches { apparmor: off("1"), ..none() },
                "apparmor_restrict_unprivileged_userns=0",
            ),
            ("no space", Who::User, Switches { most: off("0"), ..none() }, "user.max_user_namespaces"),
            (
                "denied",
                Who::User,
                Switches { clone: off("1"), apparmor: off("0"), most: off("9") },
                "run it as root",
            ),
        ] {
            let error = Error::Refused { said: said.to_owned(), who, switches };
            let hint = error.hint().expect("a hint");
            assert!(hint.contains(word), "{said}: {hint}");
        }
    }
}
