//! What another packer puts at places on the host, before it is known what becomes of it.

use std::collections::BTreeSet;
use std::ops::Bound;

use crate::init::Facts;
use crate::init::draft::Source;

/// One thing with its place.
#[derive(Debug, Clone)]
pub(in crate::init) struct Item {
    /// Where it is said.
    pub(in crate::init) at: Source,
    pub(in crate::init) kind: Kind,
    /// Its path in the project; of a link what it points to.
    pub(in crate::init) source: String,
    /// Its path on the host.
    pub(in crate::init) path: String,
    pub(in crate::init) owned: Owned,
}

/// What a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::init) enum Kind {
    /// A file.
    File,
    /// A file that is configuration.
    Config,
    /// A directory with all that is in it.
    Tree,
    /// An empty directory.
    Directory,
    /// A symbolic link.
    Link,
}

/// Whose a thing is, where that is said.
#[derive(Debug, Clone, Default)]
pub(in crate::init) struct Owned {
    pub(in crate::init) owner: Option<String>,
    pub(in crate::init) group: Option<String>,
    /// Permission bits, in octal digits.
    pub(in crate::init) mode: Option<String>,
}

/// Directories of the host that many packages share: a tree at one of them is its parts.
const SHARED: [&str; 15] = [
    "",
    "/usr",
    "/usr/lib",
    "/usr/share",
    "/usr/local",
    "/usr/local/lib",
    "/usr/local/share",
    "/lib",
    "/opt",
    "/opt/venvs",
    "/srv",
    "/home",
    "/var",
    "/var/lib",
    "/var/www",
];

impl Item {
    /// A thing of this kind; its paths are written in one way.
    pub(in crate::init) fn new(at: Source, kind: Kind, source: &str, path: &str) -> Self {
        let source = if kind == Kind::Link { source.to_owned() } else { relative(source) };
        Self { at, kind, source, path: absolute(path), owned: Owned::default() }
    }
}

/// `a/b` of `./a//b/`; the directory itself is `.`.
pub(in crate::init) fn relative(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let root = if path.starts_with('/') { "/" } else { "" };
    match parts.as_slice() {
        [] if root.is_empty() => ".".to_owned(),
        parts => format!("{root}{}", parts.join("/")),
    }
}

/// `/a/b` of `a//b/`; the root itself is empty.
pub(in crate::init) fn absolute(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").map(|part| format!("/{part}")).collect()
}

/// What a path below a directory begins with.
pub(in crate::init) fn below(directory: &str) -> String {
    if directory == "." { String::new() } else { format!("{directory}/") }
}

/// Whether a directory of the project is there, and not a file.
pub(in crate::init) fn is_directory(facts: &Facts, path: &str) -> bool {
    let prefix = below(path);
    let holds = |paths: &BTreeSet<String>| rests(paths, &prefix).next().is_some();
    facts.virtualenvs.contains(path) || holds(&facts.files) || holds(&facts.virtualenvs)
}

/// The things, with those in the place of a tree that lies at a directory of everybody's.
pub(in crate::init) fn opened(items: Vec<Item>, facts: &Facts) -> Vec<Item> {
    let mut result = Vec::new();
    let mut left: Vec<Item> = items.into_iter().rev().collect();
    while let Some(item) = left.pop() {
        let is_shared = item.kind == Kind::Tree && SHARED.contains(&item.path.as_str());
        if is_shared && !facts.virtualenvs.contains(&item.source) && is_directory(facts, &item.source) {
            // A part has a longer path, so that this ends.
            left.extend(parts(&item, facts).into_iter().rev());
        } else {
            result.push(item);
        }
    }
    result
}

/// The rests of the paths that begin like this.
pub(in crate::init) fn rests<'f>(
    paths: &'f BTreeSet<String>,
    prefix: &'f str,
) -> impl Iterator<Item = &'f str> {
    let from = (Bound::Included(prefix), Bound::Unbounded);
    paths.range::<str, _>(from).map_while(move |path| path.strip_prefix(prefix))
}

/// What lies directly in a tree.
fn parts(tree: &Item, facts: &Facts) -> Vec<Item> {
    let prefix = below(&tree.source);
    let inside = rests(&facts.files, &prefix).chain(rests(&facts.virtualenvs, &prefix));
    let names: BTreeSet<&str> = inside.filter_map(|rest| rest.split('/').next()).collect();
    let part = |name: &str| {
        let (source, path) = (format!("{prefix}{name}"), format!("{}/{name}", tree.path));
        let (kind, source) = match facts.links.get(&source) {
            Some(target) => (Kind::Link, target.clone()),
            None if is_directory(facts, &source) => (Kind::Tree, source),
            None => (Kind::File, source),
        };
        Item { kind, source, path, ..tree.clone() }
    };
    names.into_iter().filter(|name| !name.is_empty()).map(part).collect()
}

/// The files and links of a tree, each at its place.
pub(in crate::init) fn files(tree: &Item, facts: &Facts) -> Vec<Item> {
    let prefix = below(&tree.source);
    let file = |rest: &str| {
        let source = format!("{prefix}{rest}");
        let (kind, source) = match facts.links.get(&source) {
            Some(target) => (Kind::Link, target.clone()),
            None => (Kind::File, source),
        };
        Item { kind, source, path: format!("{}/{rest}", tree.path), ..tree.clone() }
    };
    rests(&facts.files, &prefix).map(file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_in_one_way() {
        for (path, expect) in
            [("./a//b/", "a/b"), (".", "."), ("./", "."), ("/a/", "/a"), ("/", "/"), ("../a", "../a")]
        {
            assert_eq!(relative(path), expect, "{path}");
        }
        for (path, expect) in [("a/b/", "/a/b"), ("/", ""), ("//a/./b", "/a/b")] {
            assert_eq!(absolute(path), expect, "{path}");
        }
    }

    #[test]
    fn a_tree_at_the_root_is_opened_down_to_directories_of_its_own() {
        let files = [
            "root/etc/orders/env",
            "root/opt/orders/a.py",
            "root/opt/orders/b/c.py",
            "root/usr/bin/orders",
            "x",
        ];
        let facts = Facts {
            files: files.iter().map(|file| (*file).to_owned()).collect(),
            links: [("root/usr/bin/orders".to_owned(), "/opt/orders/venv/bin/orders".to_owned())].into(),
            virtualenvs: ["root/opt/orders/venv".to_owned()].into(),
            ..Facts::default()
        };
        let tree = Item::new(Source::Directory, Kind::Tree, "./root/", "/");
        let opened = opened(vec![tree], &facts);
        let told: Vec<(&str, &str)> =
            opened.iter().map(|it| (it.source.as_str(), it.path.as_str())).collect();
        assert_eq!(
            told,
            [("root/etc", "/etc"), ("root/opt/orders", "/opt/orders"), ("root/usr/bin", "/usr/bin")]
        );
        let programs = super::files(&opened[2], &facts);
        assert_eq!(
            (programs[0].kind, programs[0].source.as_str()),
            (Kind::Link, "/opt/orders/venv/bin/orders")
        );
    }
}
