//! All files of a root at a moment, and how two moments differ.
//!
//! What dpkg and the system keep for themselves does not count: their databases, caches and backups, and the
//! accounts, which Debian keeps when a package goes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The words of find(1) that print what [`Listing::read`] reads: facts and path, each with a NUL at its end. Devices,
/// processes and what is in memory lie on other file systems. Directories have no size or time of their own.
pub const FIND: [&str; 16] = [
    "/usr/bin/find",
    "/",
    "-xdev",
    "-type",
    "f",
    "-printf",
    "file %m %U:%G %s %T@\\0%p\\0",
    "-o",
    "-type",
    "l",
    "-printf",
    "link %U:%G %l\\0%p\\0",
    "-o",
    "-true",
    "-printf",
    "%y %m %U:%G\\0%p\\0",
];

/// Trees that belong to dpkg, apt and those who cache.
const TREES: [&str; 5] = ["/var/lib/dpkg", "/var/lib/apt", "/var/cache", "/var/lib/ucf", "/var/log/apt"];
/// Files that the system writes when packages come and go.
const FILES: [&str; 17] = [
    "/etc/.pwd.lock",
    "/etc/group",
    "/etc/group-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/ld.so.cache",
    "/etc/passwd",
    "/etc/passwd-",
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/subgid",
    "/etc/subgid-",
    "/etc/subuid",
    "/etc/subuid-",
    "/var/log/alternatives.log",
    "/var/log/dpkg.log",
    "/var/log/faillog",
];
/// Logs, which an upgrade that fails may write.
const LOGS: &str = "/var/log";
/// Where mkdeb's packages keep their state, and what they call the mark of a release that failed.
const STATE: &str = "/var/lib/mkdeb";
const FAILED: &str = "failed";

/// How much counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// After a purge: everything.
    Purge,
    /// After an upgrade that failed: not what tells of it.
    Failure,
}

/// The files of a root, each path with what it is.
#[derive(Debug, Clone, Default)]
pub struct Listing(BTreeMap<String, String>);

impl Listing {
    /// Reads what find(1) printed.
    pub fn read(text: &str) -> Self {
        let mut parts = text.split('\0');
        let mut files = BTreeMap::new();
        while let (Some(facts), Some(path)) = (parts.next(), parts.next()) {
            files.insert(path.to_owned(), facts.to_owned());
        }
        Self(files)
    }

    /// How a later moment differs, one line each. What is below a new or a lost directory is counted with it.
    pub fn differences(&self, later: &Self, scope: Scope, without: &BTreeSet<String>) -> Vec<String> {
        let counts = |path: &&String| !is_the_systems(path, scope) && !without.contains(*path);
        let added = later.0.keys().filter(counts).filter(|path| !self.0.contains_key(*path));
        let gone = self.0.keys().filter(counts).filter(|path| !later.0.contains_key(*path));
        let word = if scope == Scope::Purge { "is left" } else { "is new" };
        let mut told = topmost(added, word);
        told.extend(topmost(gone, "is gone"));
        for (path, facts) in self.0.iter().filter(|(path, _)| counts(path)) {
            match later.0.get(path).map(|now| (timeless(facts), timeless(now), now)) {
                Some((before, now, _)) if before != now => {
                    told.push(format!("`{path}` changed: {before} -> {now}"));
                }
                // Scripts that run once more may write the same once more.
                Some((_, _, now)) if now != facts && scope == Scope::Purge => {
                    told.push(format!("`{path}` was written to"));
                }
                _ => {}
            }
        }
        told
    }
}

/// The facts of a file without its time, and those of anything else.
fn timeless(facts: &str) -> &str {
    match facts.rsplit_once(' ') {
        Some((timeless, _)) if facts.starts_with("file ") => timeless,
        _ => facts,
    }
}

fn is_the_systems(path: &str, scope: Scope) -> bool {
    let is_in =
        |tree: &str| path.strip_prefix(tree).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let is_mark = || {
        let rest = path.strip_prefix(STATE).and_then(|rest| rest.strip_prefix('/'));
        rest.and_then(|rest| rest.split('/').nth(1)).is_some_and(|name| name == FAILED)
    };
    TREES.iter().any(|tree| is_in(tree))
        || FILES.contains(&path)
        || scope == Scope::Failure && (is_in(LOGS) || is_mark())
}

/// Paths that are below none of the others.
fn topmost<'a>(paths: impl Iterator<Item = &'a String>, word: &str) -> Vec<String> {
    let mut tops: Vec<(&str, usize)> = Vec::new();
    // Sorted by bytes, what is below a directory need not follow it at once: `a`, `a-b`, `a/c`.
    let mut sorted: Vec<&str> = paths.map(String::as_str).collect();
    sorted.sort_by(|left, right| left.split('/').cmp(right.split('/')));
    for path in sorted {
        let above = tops
            .last_mut()
            .filter(|(top, _)| path.strip_prefix(top).is_some_and(|rest| rest.starts_with('/')));
        match above {
            Some((_, below)) => *below += 1,
            None => tops.push((path, 0)),
        }
    }
    let line = |(path, below): (&str, usize)| match below {
        0 => format!("`{path}` {word}"),
        below => format!("`{path}` {word}, with {below} below it"),
    };
    tops.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(files: &[(&str, &str)]) -> Listing {
        let text: String = files.iter().map(|(path, facts)| format!("{facts}\0{path}\0")).collect();
        Listing::read(&text)
    }

    #[test]
    fn what_came_went_and_changed_is_told_by_the_topmost_path() {
        let before = listing(&[
            ("/opt", "d 755 0:0"),
            ("/etc/hosts", "file 644 0:0 3 17.25"),
            ("/srv/old", "d 755 0:0"),
            ("/srv/old/x", "file 644 0:0 3 17.25"),
            ("/etc/motd", "file 644 0:0 3 17.25"),
            ("/etc/issue", "file 644 0:0 3 17.25"),
        ]);
        let later = listing(&[
            ("/opt", "d 700 0:0"),
            ("/etc/hosts", "file 644 0:0 3 17.25"),
            ("/var/lib/a", "d 755 0:0"),
            ("/var/lib/a-b", "file 644 0:0 3 17.25"),
            ("/var/lib/a/c", "file 644 0:0 3 17.25"),
            ("/var/cache/x", "file 644 0:0 3 17.25"),
            ("/etc/passwd-", "file 644 0:0 3 17.25"),
            ("/etc/motd", "file 644 0:0 3 17.5"),
            ("/etc/issue", "file 644 0:0 4 17.5"),
        ]);
        let told = before.differences(&later, Scope::Purge, &BTreeSet::new());
        assert_eq!(
            told,
            [
                "`/var/lib/a` is left, with 1 below it",
                "`/var/lib/a-b` is left",
                "`/srv/old` is gone, with 1 below it",
                "`/etc/issue` changed: file 644 0:0 3 -> file 644 0:0 4",
                "`/etc/motd` was written to",
                "`/opt` changed: d 755 0:0 -> d 700 0:0"
            ]
        );
    }

    #[test]
    fn an_upgrade_that_fails_may_say_so_and_nothing_else() {
        let before =
            listing(&[("/opt/a/current", "link 0:0 releases/1"), ("/opt/a/same", "file 644 0:0 3 17.25")]);
        let later = listing(&[
            ("/opt/a/current", "link 0:0 releases/2"),
            ("/opt/a/same", "file 644 0:0 3 18.25"),
            ("/opt/a/releases/2", "d 755 0:0"),
            ("/var/lib/mkdeb/a/failed", "d 700 0:0"),
            ("/var/lib/mkdeb/a/failed/2", "file 644 0:0 3 17.25"),
            ("/var/lib/mkdeb/a/transaction", "d 700 0:0"),
            ("/var/log/mkdeb/a.log", "file 640 0:0 3 17.25"),
        ]);
        let told =
            before.differences(&later, Scope::Failure, &BTreeSet::from(["/opt/a/releases/2".to_owned()]));
        assert_eq!(
            told,
            [
                "`/var/lib/mkdeb/a/transaction` is new",
                "`/opt/a/current` changed: link 0:0 releases/1 -> link 0:0 releases/2"
            ]
        );
        assert_eq!(before.differences(&later, Scope::Purge, &BTreeSet::new()).len(), 6);
    }
}
