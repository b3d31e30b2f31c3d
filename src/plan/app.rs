//! The application's files, and what `[[tree]]` adds to the release.

use crate::package::blob::Blob;
use crate::package::tree::Collision;
use crate::package::tree::Node;
use crate::package::tree::NodeKind;
use crate::plan::Error;
use crate::plan::Note;
use crate::plan::chain;
use crate::plan::chain::End;
use crate::plan::draft::Draft;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::mode::Mode;
use crate::types::path::ArchivePath;
use crate::types::path::InstallPath;

/// Adds the application and every `[[tree]]`.
pub(in crate::plan) fn add(draft: &mut Draft<'_>) -> Result<(), Error> {
    let sources = draft.sources;
    let unmatched = sources.unmatched.iter();
    let note = |pattern| {
        Note::warning(&sources.app.name, format!("`exclude` has `{pattern}`, which matches nothing"))
    };
    draft.notes.extend(unmatched.map(note));
    let release = draft.place.release.clone();
    add_tree(draft, &sources.app, &release)?;
    let recipe = draft.recipe;
    for (tree, recipe) in sources.trees.iter().zip(&recipe.trees) {
        let target = draft.place.below(&recipe.path)?;
        add_tree(draft, tree, &target)?;
    }
    Ok(())
}

fn add_tree(draft: &mut Draft<'_>, tree: &SourceTree, target: &InstallPath) -> Result<(), Error> {
    for (path, entry) in &tree.entries {
        if is_left_out(path) {
            continue;
        }
        let relative =
            path.as_str().ok_or_else(|| Error::NotUtf8 { input: tree.name.clone(), path: path.clone() })?;
        let installed = target.join(relative).map_err(|error| Error::Unplaceable {
            input: tree.name.clone(),
            path: path.clone(),
            reason: error.reason(),
        })?;
        refuse_reserved(draft, tree, &installed)?;
        let kind = node_kind(tree, path, entry)?;
        if entry.file().is_some() && Mode::is_privileged(entry.mode) {
            let text = format!("`{path}` is setuid or setgid here, and will be neither on the host");
            draft.notes.push(Note::warning(&tree.name, text));
        }
        let node = Node { kind, origin: format!("`{}`", tree.name), mtime: Some(entry.mtime) };
        draft.tree.insert(installed, node)?;
    }
    if tree.entries.keys().any(|path| path.as_bytes() == b".git") {
        draft.notes.push(Note::detail(&tree.name, "left out `.git`"));
    }
    Ok(())
}

/// Follows every link of the application and of `[[tree]]` through the whole release, once all of it is there.
pub(in crate::plan) fn check_links(draft: &Draft<'_>) -> Result<(), Error> {
    check_links_of(draft, &draft.sources.app, &draft.place.release)?;
    for (tree, recipe) in draft.sources.trees.iter().zip(&draft.recipe.trees) {
        check_links_of(draft, tree, &draft.place.below(&recipe.path)?)?;
    }
    Ok(())
}

fn check_links_of(draft: &Draft<'_>, tree: &SourceTree, root: &InstallPath) -> Result<(), Error> {
    for (path, target) in tree.entries.iter().filter(|(path, _)| !is_left_out(path)).filter_map(link) {
        let installed = root.join(path.as_str().unwrap_or_default())?;
        let (input, target) = (tree.name.clone(), target.escape_debug().to_string());
        match chain::follow(&draft.tree, &installed, &draft.place.release) {
            End::Inside => {}
            End::Outside => return Err(Error::Leaves { input, path: path.clone(), target }),
            End::Nowhere => return Err(Error::Circle { input, path: path.clone(), target }),
        }
    }
    Ok(())
}

fn link<'a>((path, entry): (&'a ArchivePath, &'a SourceEntry)) -> Option<(&'a ArchivePath, &'a str)> {
    match &entry.kind {
        SourceKind::Symlink(target) => Some((path, std::str::from_utf8(target).ok()?)),
        _ => None,
    }
}

/// The release's `.mkdeb` is mkdeb's own, and `venv` is the virtualenv's where there is one.
fn refuse_reserved(draft: &Draft<'_>, tree: &SourceTree, path: &InstallPath) -> Result<(), Error> {
    let venv = draft.recipe.venv.iter().map(|venv| ("venv", format!("`{}`", venv.source)));
    for (name, owner) in venv.chain([(".mkdeb", "mkdeb".to_owned())]) {
        if path.is_within(&draft.place.below(name)?) {
            let first = format!("`{}`", tree.name);
            return Err(Collision::Twice { path: path.clone(), first, second: owner }.into());
        }
    }
    Ok(())
}

/// Version control and bytecode: the first is not the application's, the second would be stale.
fn is_left_out(path: &ArchivePath) -> bool {
    let bytes = path.as_bytes();
    bytes == b".git"
        || bytes.starts_with(b".git/")
        || bytes.split(|b| *b == b'/').any(|part| part == b"__pycache__")
}

fn node_kind(tree: &SourceTree, path: &ArchivePath, entry: &SourceEntry) -> Result<NodeKind, Error> {
    Ok(match &entry.kind {
        SourceKind::Directory => NodeKind::Directory { mode: Mode::EXECUTABLE },
        SourceKind::File(facts) => NodeKind::File {
            blob: Blob::Source { id: facts.id, size: facts.size },
            mode: Mode::normalised(entry.mode),
            conffile: false,
        },
        SourceKind::Special(kind) => {
            return Err(Error::Special { input: tree.name.clone(), kind, path: path.clone() });
        }
        SourceKind::Symlink(target) => {
            let leaves = || Error::Leaves {
                input: tree.name.clone(),
                path: path.clone(),
                target: String::from_utf8_lossy(target).escape_debug().to_string(),
            };
            let target = std::str::from_utf8(target).map_err(|_| leaves())?;
            if stays_inside(tree, path, target) {
                NodeKind::Symlink { target: target.to_owned() }
            } else {
                return Err(leaves());
            }
        }
    })
}

/// Whether a link's target, followed from the link's directory, never rises above the root of the tree.
///
/// `..` behind another link goes up from where that one leads, which need not be where it stands: refused.
fn stays_inside(tree: &SourceTree, path: &ArchivePath, target: &str) -> bool {
    if target.starts_with('/') || target.is_empty() || target.chars().any(char::is_control) {
        return false;
    }
    let mut reached = path.parent().unwrap_or_default();
    for component in target.split('/') {
        match component {
            "" | "." => {}
            ".." if is_link(tree, &reached) => return false,
            ".." => match reached.parent() {
                Some(parent) => reached = parent,
                None => return false,
            },
            name => {
                let below = [reached.as_bytes(), b"/", name.as_bytes()].concat();
                match ArchivePath::new(below.strip_prefix(b"/").unwrap_or(&below)) {
                    Ok(below) => reached = below,
                    Err(_) => return false,
                }
            }
        }
    }
    true
}

fn is_link(tree: &SourceTree, path: &ArchivePath) -> bool {
    tree.entries.get(path).is_some_and(|entry| matches!(entry.kind, SourceKind::Symlink(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_stays_in_the_tree_or_is_refused() {
        let path = |text: &str| ArchivePath::new(text.as_bytes()).expect("valid");
        let mut tree = SourceTree::default();
        let link = SourceKind::Symlink(b".".to_vec());
        tree.entries.insert(path("link"), SourceEntry { mode: 0o777, mtime: 0, kind: link });
        let inside = |from: &str, target: &str| stays_inside(&tree, &path(from), target);
        assert!(inside("a/b", "../c"));
        assert!(inside("a", "b/../c"));
        assert!(inside("a/b", "../link/c"));
        for (path, target) in [
            ("a", "../b"),
            ("a/b", "../../c"),
            ("a", "/etc/passwd"),
            ("a/b", "c/../../../d"),
            ("a", ""),
            ("a", "link/../etc"),
            ("a/b", "../link/./../etc"),
        ] {
            assert!(!inside(path, target), "{path} -> {target}");
        }
    }
}
