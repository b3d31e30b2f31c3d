//! Why a `.deb` cannot be followed.

use std::io;

use crate::archive::ar;
use crate::archive::tar::read as tar;
use crate::deb::problem::Problem;
use crate::types::size::Size;

/// What would help where the end is missing.
const CUT_OFF: &str = "the file was cut off: copy it again, or build it again";

/// Why a `.deb` cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an `ar` container, or a broken one.
    #[error("it is not a Debian package")]
    Container(#[source] ar::Error),
    /// A member where another one has to be (`deb(5)`).
    #[error("{} where the member `{expected}` should be", found_member(.found))]
    Member {
        /// What was found; empty at the end of the file.
        found: String,
        /// What deb(5) wants there.
        expected: &'static str,
    },
    /// `debian-binary` does not hold `2.0`.
    #[error("the format version in `debian-binary` is not 2")]
    Version,
    /// A member in a compression that cannot be read.
    #[error("the member `{0}` has a compression that mkdeb does not read")]
    Compression(String),
    /// A tar that cannot be followed.
    #[error("the member `{member}` cannot be read")]
    Tar {
        /// Which one.
        member: String,
        /// Why.
        source: tar::Error,
    },
    /// A member that cannot be unpacked, or not even read.
    #[error("the member `{member}` cannot be read")]
    Unpack {
        /// Which one.
        member: String,
        /// Why.
        source: io::Error,
    },
    /// A body that cannot be read or was not taken.
    #[error("`{}` cannot be read", .path.escape_ascii())]
    Body {
        /// Its path in the tar.
        path: Vec<u8>,
        /// Why.
        source: io::Error,
    },
    /// More of something than any package has.
    #[error("it has more {0} than any package needs")]
    TooMuch(&'static str),
    /// control.tar or data.tar is a bomb, or larger than expected.
    #[error("the member `{member}` unpacks to more than {}, which is the limit", .limit.in_words())]
    Unpacked {
        /// Which one.
        member: String,
        /// The limit.
        limit: Size,
    },
    /// There is no `control` in control.tar.
    #[error("there is no file `control` in the member `{0}`")]
    NoControl(String),
    /// What can be followed, but not by apt.
    #[error("{0}")]
    Odd(Problem),
}

impl Error {
    /// A body that cannot be read.
    pub fn body(path: &[u8], source: io::Error) -> Self {
        Self::Body { path: path.to_vec(), source }
    }

    /// What would help.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unpacked { member, limit } if member.starts_with("data.tar") => {
                let twice = Size::of_bytes(limit.bytes().saturating_mul(2));
                Some(format!(
                    "if it is meant to be that large, allow it, for example with `--max-unpacked {twice}`"
                ))
            }
            Self::Container(ar::Error::Magic) => {
                Some("name a `.deb`, which is an `ar` archive (deb(5))".to_owned())
            }
            Self::Compression(_) => {
                Some("pack it again: `dpkg-deb -R FILE TREE`, then `mkdeb pack TREE`".to_owned())
            }
            Self::Member { found, .. } if found.is_empty() => Some(CUT_OFF.to_owned()),
            _ => is_cut_off(self).then(|| CUT_OFF.to_owned()),
        }
    }
}

/// Whether the file ends too early, wherever that was found.
fn is_cut_off(error: &(dyn std::error::Error + 'static)) -> bool {
    let is_end = matches!(error.downcast_ref(), Some(ar::Error::Truncated { .. }));
    // What an `io::Error` wraps is not its source, but its own cause is.
    let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    is_end || inner.is_some_and(|inner| is_cut_off(inner)) || error.source().is_some_and(is_cut_off)
}

fn found_member(name: &str) -> String {
    if name.is_empty() { "the file ends".to_owned() } else { format!("`{name}` is") }
}
