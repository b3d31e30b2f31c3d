//! Debian architecture names.

use std::fmt;
use std::str::FromStr;

/// The architecture of a binary package: `all`, or one that dpkg's tables name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arch(&'static str);

/// Why a text is not an architecture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a Debian architecture")]
pub struct Error(String);

/// Those of `dpkg-architecture -L` that Debian or Ubuntu have built packages for, and `all`.
const KNOWN: &[&str] = &[
    "all",
    "alpha",
    "amd64",
    "arm64",
    "armel",
    "armhf",
    "hppa",
    "hurd-amd64",
    "hurd-i386",
    "i386",
    "ia64",
    "loong64",
    "m68k",
    "mips",
    "mips64el",
    "mipsel",
    "powerpc",
    "ppc64",
    "ppc64el",
    "riscv64",
    "s390x",
    "sh4",
    "sparc64",
    "x32",
];

impl Arch {
    /// Runs on every architecture: no machine code inside.
    pub const ALL: Self = Self("all");

    /// The name as text.
    pub fn as_str(&self) -> &'static str {
        self.0
    }

    /// Every architecture known, to find the nearest to a misspelled one.
    pub fn known() -> &'static [&'static str] {
        KNOWN
    }
}

impl FromStr for Arch {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        KNOWN
            .iter()
            .find(|known| **known == text)
            .map(|known| Self(known))
            .ok_or_else(|| Error(text.to_owned()))
    }
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
