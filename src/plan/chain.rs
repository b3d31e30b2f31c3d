//! Where a symbolic link of a release ends, through links of other inputs: an application's may lead into a
//! `[[tree]]`, whose links lead on.

use crate::package::tree::NodeKind;
use crate::package::tree::PackageTree;
use crate::types::path::InstallPath;

/// How many links may lead to one file (`MAXSYMLINKS` of Linux).
const MOST_HOPS: usize = 40;

/// Where a link ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::plan) enum End {
    /// In the release, be anything there or not; or at an absolute link, which only the virtualenv has.
    Inside,
    /// Above the release.
    Outside,
    /// In a circle.
    Nowhere,
}

/// Follows a link as the kernel would: `..` goes up from where the links before it lead.
pub(in crate::plan) fn follow(tree: &PackageTree, link: &InstallPath, release: &InstallPath) -> End {
    let (mut hops, mut at) = (0, link.parent().unwrap_or_else(InstallPath::root));
    let mut left = vec![link.file_name()];
    while let Some(name) = left.pop() {
        match name {
            "" | "." => {}
            ".." => match at.parent().filter(|above| above.is_within(release)) {
                Some(above) => at = above,
                None => return End::Outside,
            },
            name => {
                // What cannot be a path is not there.
                let Ok(below) = at.join(name) else { return End::Inside };
                match tree.get(&below).map(|node| &node.kind) {
                    Some(NodeKind::Symlink { target }) if target.starts_with('/') => {
                        return if left.contains(&"..") { End::Outside } else { End::Inside };
                    }
                    Some(NodeKind::Symlink { target }) => {
                        hops += 1;
                        if hops > MOST_HOPS {
                            return End::Nowhere;
                        }
                        left.extend(target.rsplit('/'));
                    }
                    _ => at = below,
                }
            }
        }
    }
    End::Inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::package::tree::Node;

    #[test]
    fn a_chain_ends_where_the_kernel_would_end_it() {
        let mut tree = PackageTree::default();
        for (path, target) in [
            ("/r/here", "sub/deep/d"),
            ("/r/sub/deep/d", "."),
            ("/r/up", "sub/deep/d/../.."),
            ("/r/out", "sub/deep/d/../../.."),
            ("/r/lexical", "here/../../../x"),
            ("/r/a", "sub/b"),
            ("/r/sub/b", "../a"),
            ("/r/self", "self"),
            ("/r/lost", "none/x"),
            ("/r/python", "venv/bin/python"),
            ("/r/venv/bin/python", "/usr/bin/python3"),
            ("/r/beside", "venv/bin/python/../x"),
        ] {
            let kind = NodeKind::Symlink { target: target.to_owned() };
            let node = Node { kind, origin: String::new(), mtime: None };
            tree.insert(path.parse().expect(path), node).expect("free");
        }
        let end = |path: &str| follow(&tree, &path.parse().expect(path), &"/r".parse().expect("valid"));
        for path in ["/r/here", "/r/up", "/r/lost", "/r/python"] {
            assert_eq!(end(path), End::Inside, "{path}");
        }
        for path in ["/r/out", "/r/lexical", "/r/beside"] {
            assert_eq!(end(path), End::Outside, "{path}");
        }
        for path in ["/r/a", "/r/sub/b", "/r/self"] {
            assert_eq!(end(path), End::Nowhere, "{path}");
        }
    }
}
