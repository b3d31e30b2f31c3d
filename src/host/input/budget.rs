//! How much the inputs may be together: a small archive can unpack to more than any disk holds.

use std::io;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::types::size::Size;

/// What the inputs of a build, or a package that is looked into, may unpack to where the user says nothing. A `.deb`
/// holds at most 10 GB of compressed data, and the largest virtualenvs (CUDA's) unpack to about as much.
pub const DEFAULT_UNPACKED: Size = Size::of_bytes(16 << 30);

/// The most paths: until the package is written, each costs some 2 KiB of memory.
const MOST_ENTRIES: u64 = 4_000_000;
/// The most bytes of all paths and targets of links.
const MOST_NAMES: u64 = 512 << 20;
/// The most bytes of scripts and metadata, which are kept in memory while the package is planned.
const MOST_TEXT: u64 = 256 << 20;

/// What is left for the inputs, counted down while they are read, by any number of threads.
#[derive(Debug)]
pub struct Budget {
    unpacked: Count,
    entries: Count,
    names: Count,
    text: Count,
}

#[derive(Debug)]
struct Count {
    used: AtomicU64,
    most: u64,
}

/// What the inputs have too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Excess {
    /// Bytes of bodies, or of an archive once it is unpacked.
    #[error("{} that the inputs may unpack to", .0.in_words())]
    Unpacked(Size),
    /// Paths.
    #[error("{0} paths that the inputs may have")]
    Entries(u64),
    /// Bytes of paths.
    #[error("{0} that the paths of the inputs may take up")]
    Names(Size),
    /// Bytes of texts.
    #[error("{0} of scripts and metadata that are kept in memory")]
    Text(Size),
}

impl Excess {
    /// What would help.
    pub(super) fn hint(self) -> String {
        match self {
            Self::Unpacked(limit) => {
                let twice = Size::of_bytes(limit.bytes().saturating_mul(2));
                format!(
                    "if it is meant to be that large, allow it, for example with `--max-unpacked {twice}`"
                )
            }
            _ => "leave out what a host does not need".to_owned(),
        }
    }
}

impl From<Excess> for io::Error {
    fn from(excess: Excess) -> Self {
        Self::other(excess)
    }
}

impl Budget {
    /// A budget for inputs that unpack to this much.
    pub fn new(unpacked: Size) -> Self {
        let count = |most| Count { used: AtomicU64::new(0), most };
        Self {
            unpacked: count(unpacked.bytes()),
            entries: count(MOST_ENTRIES),
            names: count(MOST_NAMES),
            text: count(MOST_TEXT),
        }
    }

    /// Takes bytes of bodies.
    pub(super) fn unpack(&self, bytes: u64) -> Result<(), Excess> {
        self.unpacked.take(bytes).map_err(|most| Excess::Unpacked(Size::of_bytes(most)))
    }

    /// Takes a path, and the bytes of it and of what it links to.
    pub(super) fn enter(&self, bytes: usize) -> Result<(), Excess> {
        self.entries.take(1).map_err(Excess::Entries)?;
        self.names.take(bytes as u64).map_err(|most| Excess::Names(Size::of_bytes(most)))
    }

    /// Takes bytes of text that is kept.
    pub(super) fn keep(&self, bytes: u64) -> Result<(), Excess> {
        self.text.take(bytes).map_err(|most| Excess::Text(Size::of_bytes(most)))
    }
}

impl Count {
    /// Fails with the limit.
    fn take(&self, amount: u64) -> Result<(), u64> {
        let sum = |used: u64| used.checked_add(amount).filter(|sum| *sum <= self.most);
        let taken = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum);
        taken.map(|_| ()).map_err(|_| self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_gone_and_each_limit_says_its_name() {
        let budget = Budget::new("1K".parse().expect("a size"));
        assert_eq!(budget.unpack(1000), Ok(()));
        assert_eq!(budget.unpack(25), Err(Excess::Unpacked(Size::of_bytes(1024))));
        assert_eq!(budget.unpack(24), Ok(()));
        assert_eq!(budget.unpack(u64::MAX), Err(Excess::Unpacked(Size::of_bytes(1024))));
        let whole = usize::try_from(MOST_NAMES).expect("64 bits");
        assert_eq!(budget.enter(whole), Ok(()));
        assert_eq!(budget.enter(1), Err(Excess::Names(Size::of_bytes(MOST_NAMES))));
        for _ in 2..MOST_ENTRIES {
            assert_eq!(budget.enter(0), Ok(()));
        }
        assert_eq!(budget.enter(0), Err(Excess::Entries(MOST_ENTRIES)));
        assert_eq!(budget.keep(MOST_TEXT), Ok(()));
        let excess = budget.keep(1).expect_err("nothing is left");
        assert_eq!(excess.to_string(), "256M of scripts and metadata that are kept in memory");
        assert_eq!(excess.hint(), "leave out what a host does not need");
        let excess = Excess::Unpacked(Size::of_bytes(16 << 30));
        assert_eq!(excess.to_string(), "16G that the inputs may unpack to");
        assert!(excess.hint().ends_with("`--max-unpacked 32G`"));
    }
}
