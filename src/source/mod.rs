//! What is known about the inputs: every path of the app and of the virtualenv, with facts about each.
//!
//! Knows shapes and digests. Refuses to know where the bytes lie (a directory, a tar) and what will become
//! of them; bodies are opened late, by `SourceId`, through `package::Contents`.

pub mod published;
pub mod tree;
mod wanted;

use std::collections::BTreeMap;

use crate::content::elf::dynamic::Dynamic;
use crate::content::lock::Lock;
use crate::content::shared_library::Library;
use crate::source::published::PublishedVenv;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
pub use crate::source::wanted::telling;
pub use crate::source::wanted::wants_text;
use crate::types::source_id::SourceId;

/// Everything that a recipe names, looked at once.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The application, stripped and without what is excluded.
    pub app: SourceTree,
    /// The patterns of `exclude` that no path of the application matches.
    pub unmatched: Vec<String>,
    /// The virtualenv, where it was read.
    pub venv: Option<SourceTree>,
    /// The package that the virtualenv is in already, where there is one: it is not made again.
    pub published: Option<PublishedVenv>,
    /// What the virtualenv has to hold, where the recipe says.
    pub lock: Option<Lock>,
    /// The sources of `[[tree]]`, in the recipe's order.
    pub trees: Vec<SourceTree>,
    /// Single files by the manifest's spelling: configuration, hooks, units. Their text is kept.
    pub files: BTreeMap<String, SourceEntry>,
    /// What machine code among all these needs to be loaded.
    pub code: BTreeMap<SourceId, Dynamic>,
    /// The shared libraries that the build host's packages say they have, of those that are needed.
    pub libraries: BTreeMap<String, Library>,
}

impl Sources {
    /// The newest modification time among all files and links, in seconds since 1970; of those of the virtualenv too,
    /// where it is part of the release.
    ///
    /// A directory's time says when it was copied or checked out, not when what it holds was made.
    pub fn newest(&self, with_venv: bool) -> u64 {
        let venv = self.venv.iter().filter(|_| with_venv);
        let trees = [&self.app].into_iter().chain(venv).chain(&self.trees);
        let entries = trees.flat_map(|tree| tree.entries.values()).chain(self.files.values());
        let entries =
            entries.filter(|entry| !matches!(entry.kind, SourceKind::Directory | SourceKind::Special(_)));
        entries.map(|entry| entry.mtime).max().unwrap_or(0)
    }
}
