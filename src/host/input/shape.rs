//! The tree of an input as the manifest shapes it: without leading components, without what is excluded.

use crate::host::input::Error;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::path::ArchivePath;

/// Drops leading components: `count`, or the single top directory when there is exactly one.
pub(super) fn strip(mut tree: SourceTree, count: Option<usize>) -> Result<SourceTree, Error> {
    let count = match count {
        Some(count) => count,
        None if has_single_top(&tree) => 1,
        None => 0,
    };
    if count == 0 {
        return Ok(tree);
    }
    for (path, entry) in std::mem::take(&mut tree.entries) {
        let Some(path) = path.strip(count) else { continue };
        let is_directory = matches!(entry.kind, SourceKind::Directory);
        let former = tree.entries.insert(path.clone(), entry);
        // Directories become one; of two files one would be lost.
        if former.is_some_and(|former| !is_directory || !matches!(former.kind, SourceKind::Directory)) {
            return Err(Error::Entry {
                input: tree.name,
                path,
                reason: "twice, once `strip-components` is done",
            });
        }
    }
    if tree.entries.is_empty() { Err(Error::Stripped { input: tree.name, count }) } else { Ok(tree) }
}

/// Whether a tarball holds one directory and all else is below it, as `git archive --prefix` makes it.
///
/// A directory that can be imported is the application itself. A directory input is what it is.
fn has_single_top(tree: &SourceTree) -> bool {
    let mut tops =
        tree.entries.iter().filter(|(path, _)| path.parent().is_some_and(|parent| parent.is_root()));
    let (Some((path, top)), None) = (tops.next(), tops.next()) else { return false };
    let is_package = tree.get(&format!("{path}/__init__.py")).is_some();
    tree.location.is_empty() && matches!(top.kind, SourceKind::Directory) && !is_package
}

/// The tree without what the patterns match, and the patterns that match nothing.
pub(super) fn exclude(mut tree: SourceTree, patterns: &[String]) -> Result<(SourceTree, Vec<String>), Error> {
    let mut set = globset::GlobSetBuilder::new();
    for pattern in patterns {
        let wrap = |source| Error::Pattern { pattern: pattern.clone(), source };
        set.add(globset::GlobBuilder::new(pattern).literal_separator(true).build().map_err(wrap)?);
    }
    let wrap = |source| Error::Pattern { pattern: patterns.join(", "), source };
    let set = set.build().map_err(wrap)?;
    let (mut gone, mut unmatched): (Vec<ArchivePath>, _) = (Vec::new(), patterns.to_vec());
    tree.entries.retain(|path, _| {
        let matching = set.matches(&*String::from_utf8_lossy(path.as_bytes()));
        unmatched.retain(|pattern| !matching.iter().any(|index| patterns[*index] == *pattern));
        let below = gone.last().is_some_and(|above| path.below(above).is_some());
        if !below && !matching.is_empty() {
            gone.push(path.clone());
        }
        !below && matching.is_empty()
    });
    Ok((tree, unmatched))
}
