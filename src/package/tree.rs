//! Every path that a package installs.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::package::blob::Blob;
use crate::types::mode::Mode;
use crate::types::path::InstallPath;

/// Every path a package installs, each exactly once, parents included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageTree {
    nodes: BTreeMap<InstallPath, Node>,
}

/// A path of a package, with where it came from for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// What put it there, in the user's words: `[[config]] deploy/gunicorn.py`. Empty for implied parents.
    pub origin: String,
    /// Its own modification time, where it has one; else the build's date is used.
    pub mtime: Option<u64>,
}

/// What a path of a package is. Conffile is a flag on a file: a conffile that is not shipped cannot be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NodeKind {
    /// A directory.
    Directory {
        /// Its permission bits.
        mode: Mode,
    },
    /// A regular file.
    File {
        /// Its body.
        blob: Blob,
        /// Its permission bits.
        mode: Mode,
        /// Whether dpkg keeps the admin's edits of it.
        conffile: bool,
    },
    /// A symbolic link and its target, as it will stand.
    Symlink {
        /// The target: relative to the link's directory, or absolute.
        target: String,
    },
}

/// Two things want one path, or a path needs a directory where there is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Collision {
    /// Two sources for one path.
    #[error("both {first} and {second} install `{path}`")]
    Twice {
        /// The contested path.
        path: InstallPath,
        /// Who had it.
        first: String,
        /// Who wants it too.
        second: String,
    },
    /// Something lies below a path that is not a directory.
    #[error("{origin} installs `{path}`, but {owner} makes `{parent}` a file or a link")]
    Below {
        /// What cannot be placed.
        path: InstallPath,
        /// Who wants to place it.
        origin: String,
        /// The path in the way.
        parent: InstallPath,
        /// Who owns that.
        owner: String,
    },
}

impl PackageTree {
    /// Claims a path and adds the directories above it. A path may be claimed once; a directory may be
    /// claimed again as a directory.
    pub fn insert(&mut self, path: InstallPath, node: Node) -> Result<(), Collision> {
        self.insert_parents(&path, &node)?;
        let mut present = match self.nodes.entry(path) {
            Entry::Vacant(free) => {
                free.insert(node);
                return Ok(());
            }
            Entry::Occupied(present) => present,
        };
        if !present.get().is_directory() || !node.is_directory() {
            let (path, first) = (present.key().clone(), described(&present.get().origin));
            return Err(Collision::Twice { path, first, second: described(&node.origin) });
        }
        // A claim by name outranks a directory that exists only because something lies below it.
        if present.get().origin.is_empty() {
            present.insert(node);
        }
        Ok(())
    }

    fn insert_parents(&mut self, path: &InstallPath, node: &Node) -> Result<(), Collision> {
        let mut missing = Vec::new();
        let mut above = path.parent();
        while let Some(parent) = above {
            match self.nodes.get(&parent) {
                Some(present) if present.is_directory() => break,
                Some(present) => {
                    return Err(Collision::Below {
                        path: path.clone(),
                        origin: described(&node.origin),
                        owner: described(&present.origin),
                        parent,
                    });
                }
                None => above = parent.parent(),
            }
            missing.push(parent);
        }
        for parent in missing {
            let kind = NodeKind::Directory { mode: Mode::EXECUTABLE };
            self.nodes.entry(parent).or_insert(Node { kind, origin: String::new(), mtime: None });
        }
        Ok(())
    }

    /// The node at a path.
    pub fn get(&self, path: &InstallPath) -> Option<&Node> {
        self.nodes.get(path)
    }

    /// Every path with its node, a directory before what it holds, names in byte order.
    pub fn iter(&self) -> impl Iterator<Item = (&InstallPath, &Node)> {
        self.nodes.iter()
    }

    /// Every path that was claimed, without the directories that are there only because something lies below.
    pub fn into_claimed(self) -> impl Iterator<Item = (InstallPath, Node)> {
        self.nodes.into_iter().filter(|(_, node)| !node.origin.is_empty() || !node.is_directory())
    }

    /// The order dpkg-deb writes: directories and files depth first, then all symlinks (`src/deb/build.c`).
    pub fn archive_order(&self) -> impl Iterator<Item = (&InstallPath, &Node)> {
        let first = self.nodes.iter().filter(|(_, node)| !node.is_symlink());
        first.chain(self.nodes.iter().filter(|(_, node)| node.is_symlink()))
    }

    /// The conffiles, in order.
    pub fn conffiles(&self) -> impl Iterator<Item = &InstallPath> {
        let flagged = |node: &Node| matches!(node.kind, NodeKind::File { conffile: true, .. });
        self.nodes.iter().filter(move |(_, node)| flagged(node)).map(|(path, _)| path)
    }
}

impl Node {
    /// Whether this is a directory.
    pub fn is_directory(&self) -> bool {
        matches!(self.kind, NodeKind::Directory { .. })
    }

    /// Whether this is a symbolic link.
    pub fn is_symlink(&self) -> bool {
        matches!(self.kind, NodeKind::Symlink { .. })
    }
}

fn described(origin: &str) -> String {
    if origin.is_empty() { "the package itself".to_owned() } else { origin.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn file(origin: &str) -> Node {
        let kind = NodeKind::File { blob: Blob::Inline(Arc::default()), mode: Mode::PLAIN, conffile: false };
        Node { kind, origin: origin.to_owned(), mtime: None }
    }

    fn path(text: &str) -> InstallPath {
        text.parse().expect(text)
    }

    #[test]
    fn a_path_may_be_claimed_once_and_both_sides_are_named() {
        let mut tree = PackageTree::default();
        tree.insert(path("/opt/a"), file("`one`")).expect("free");
        let error = tree.insert(path("/opt/a"), file("`two`")).expect_err("taken");
        assert_eq!(error.to_string(), "both `one` and `two` install `/opt/a`");
        let error = tree.insert(path("/opt/a/b"), file("`three`")).expect_err("below a file");
        assert_eq!(
            error.to_string(),
            "`three` installs `/opt/a/b`, but `one` makes `/opt/a` a file or a link"
        );
    }

    #[test]
    fn parents_are_there_and_symlinks_come_last() {
        let mut tree = PackageTree::default();
        let link = NodeKind::Symlink { target: "z".to_owned() };
        tree.insert(path("/a/link"), Node { kind: link, origin: String::new(), mtime: None }).expect("free");
        tree.insert(path("/a/z"), file("z")).expect("free");
        let order: Vec<&str> = tree.archive_order().map(|(path, _)| path.as_str()).collect();
        assert_eq!(order, ["/", "/a", "/a/z", "/a/link"]);
    }
}
