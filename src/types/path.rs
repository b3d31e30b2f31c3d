//! Where a file lands on the host, and what an archive calls it.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::types::bytes;

/// Where a file lands on the host: absolute, normalised, UTF-8, no control characters.
///
/// Ordered by components as bytes (`/a`, `/a/x`, `/a-b`), so that a directory is followed by what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InstallPath(String);

/// Why a text is not an install path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` cannot be a path on the host: {reason}", .text.escape_debug())]
pub struct Error {
    text: String,
    reason: &'static str,
}

impl Error {
    /// What keeps it from being one.
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

/// dpkg appends `.dpkg-new` while it unpacks, and file names end at 255 bytes.
const LONGEST_NAME: usize = 246;
/// `PATH_MAX` is 4096 with its NUL; dpkg needs nine more for `.dpkg-new`.
const LONGEST_PATH: usize = 4086;

/// Where a link at a path of the host leads to, as its words say: no other link is followed.
pub fn led_to(link: &str, target: &str) -> String {
    let directory = link.rsplit_once('/').map_or("", |(directory, _)| directory);
    let whole = if target.starts_with('/') { target.to_owned() } else { format!("{directory}/{target}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

impl InstallPath {
    /// The root directory, `/`.
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// The path as text, always starting with `/`, without a `/` at its end but for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path below this one. `relative` may have several components, none of them `..`.
    pub fn join(&self, relative: &str) -> Result<Self, Error> {
        format!("{}/{relative}", self.0.trim_end_matches('/')).parse()
    }

    /// The directory that holds this path; none for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.0 == "/" {
            return None;
        }
        match self.0.rfind('/') {
            Some(0) | None => Some(Self::root()),
            Some(slash) => Some(Self(self.0[..slash].to_owned())),
        }
    }

    /// The last component; empty for the root.
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// Whether this is `directory` or lies below it.
    pub fn is_within(&self, directory: &Self) -> bool {
        self == directory
            || directory.0 == "/"
            || self.0.strip_prefix(&directory.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// The path without its leading `/`, as `md5sums` and archives spell it.
    pub fn relative(&self) -> &str {
        &self.0[1..]
    }
}

impl FromStr for InstallPath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fail = |reason| Err(Error { text: text.to_owned(), reason });
        if !text.starts_with('/') {
            return fail("it is not absolute");
        }
        // Most paths are ASCII, which need not be decoded.
        let is_ascii = text.is_ascii();
        if text.bytes().any(|byte| byte.is_ascii_control()) || !is_ascii && text.chars().any(char::is_control)
        {
            return fail("it holds a control character");
        }
        let mut normal = String::with_capacity(text.len());
        for component in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if component == ".." {
                return fail("it holds `..`");
            }
            if component.len() > LONGEST_NAME {
                return fail("a name is longer than the 246 bytes that dpkg can unpack");
            }
            normal.push('/');
            normal.push_str(component);
        }
        if normal.len() > LONGEST_PATH {
            return fail("it is longer than the 4086 bytes that dpkg can unpack");
        }
        if normal.is_empty() { Ok(Self::root()) } else { Ok(Self(normal)) }
    }
}

impl fmt::Display for InstallPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Ord for InstallPath {
    fn cmp(&self, other: &Self) -> Ordering {
        by_components(self.0.as_bytes(), other.0.as_bytes())
    }
}

impl PartialOrd for InstallPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A path inside an archive or an input: relative, normalised bytes; empty for the root of the tree.
///
/// No component is empty, `.` or `..`. Ordered by components as bytes, like [`InstallPath`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ArchivePath(Vec<u8>);

/// Why bytes are not an archive path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {reason}", String::from_utf8_lossy(.bytes).escape_debug())]
pub struct ArchiveError {
    bytes: Vec<u8>,
    reason: &'static str,
}

impl ArchivePath {
    /// Takes `./a/b/`, `a/b` or `a//b` as `a/b`. Absolute paths, `..` and NUL are errors.
    pub fn new(bytes: &[u8]) -> Result<Self, ArchiveError> {
        let fail = |reason| Err(ArchiveError { bytes: bytes.to_vec(), reason });
        if bytes.starts_with(b"/") {
            return fail("is an absolute path");
        }
        if bytes.contains(&0) {
            return fail("holds a NUL byte");
        }
        let mut normal = Vec::with_capacity(bytes.len());
        for component in bytes.split(|b| *b == b'/').filter(|part| !part.is_empty() && *part != b".") {
            if component == b".." {
                return fail("leaves the tree with `..`");
            }
            if !normal.is_empty() {
                normal.push(b'/');
            }
            normal.extend_from_slice(component);
        }
        Ok(Self(normal))
    }

    /// The path, without `./` before or `/` after; empty for the root.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text, where it is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// Whether dpkg can unpack it: it needs room for `.dpkg-new` behind the name, and holds paths in lines.
    pub fn check_unpackable(&self) -> Result<(), ArchiveError> {
        let fail = |reason| Err(ArchiveError { bytes: self.0.clone(), reason });
        if self.0.contains(&b'\n') {
            return fail("holds a line feed, which dpkg refuses");
        }
        if self.file_name().len() > LONGEST_NAME {
            return fail("has a name longer than the 246 bytes that dpkg can unpack");
        }
        if self.0.len() >= LONGEST_PATH {
            return fail("is longer than the 4086 bytes that dpkg can unpack");
        }
        Ok(())
    }

    /// Whether this is the root of the tree.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The directory that holds it; none for the root.
    pub fn parent(&self) -> Option<Self> {
        if self.0.is_empty() {
            return None;
        }
        let end = self.0.iter().rposition(|b| *b == b'/').unwrap_or(0);
        Some(Self(self.0[..end].to_vec()))
    }

    /// The last component; empty for the root.
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit(|b| *b == b'/').next().unwrap_or_default()
    }

    /// The path without its first `count` components; none when it has no more than those.
    pub fn strip(&self, count: usize) -> Option<Self> {
        let rest: Vec<&[u8]> = self.0.split(|b| *b == b'/').skip(count).collect();
        (!rest.is_empty()).then(|| Self(rest.join(&b'/')))
    }

    /// The path without the directory `base`, where it lies below it; the root for `base` itself.
    pub fn below(&self, base: &Self) -> Option<Self> {
        if base.is_root() || self == base {
            return Some(if base.is_root() { self.clone() } else { Self::default() });
        }
        let rest = self.0.strip_prefix(base.0.as_slice())?.strip_prefix(b"/")?;
        Some(Self(rest.to_vec()))
    }
}

impl From<&InstallPath> for ArchivePath {
    fn from(path: &InstallPath) -> Self {
        Self(path.relative().as_bytes().to_vec())
    }
}

impl fmt::Display for ArchivePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", String::from_utf8_lossy(&self.0).escape_debug())
    }
}

impl Ord for ArchivePath {
    fn cmp(&self, other: &Self) -> Ordering {
        by_components(&self.0, &other.0)
    }
}

impl PartialOrd for ArchivePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares component by component, as bytes: byte by byte, but that `/` comes before every other byte.
///
/// Trees of a hundred thousand paths with a long common beginning are sorted with it: equal stretches are
/// passed over a word at a time.
fn by_components(left: &[u8], right: &[u8]) -> Ordering {
    let same = bytes::in_common(left, right);
    let rank = |byte: &u8| if *byte == b'/' { 0 } else { *byte };
    left.get(same).map(rank).cmp(&right.get(same).map(rank))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(text: &str) -> InstallPath {
        text.parse().expect(text)
    }

    #[test]
    fn install_paths_are_normalised_and_stay_inside() {
        assert_eq!(install("//opt/./app/").as_str(), "/opt/app");
        assert_eq!(install("/").parent(), None);
        assert_eq!(install("/opt").parent(), Some(InstallPath::root()));
        for bad in ["", "opt", "/a/../b", "/a\nb", &format!("/{}", "x".repeat(247))] {
            assert!(bad.parse::<InstallPath>().is_err(), "{bad:?}");
        }
        assert!(format!("/{}", "x".repeat(246)).parse::<InstallPath>().is_ok());
    }

    #[test]
    fn a_directory_is_followed_by_what_it_holds() {
        assert!(install("/a") < install("/a/x") && install("/a/x") < install("/a-b"));
        let path = |text: &[u8]| ArchivePath::new(text).expect("valid");
        assert!(path(b"") < path(b"a") && path(b"a/x") < path(b"a-b"));
        let long = "/opt/a-long-common-beginning/of-both";
        assert!(install(&format!("{long}/x")) < install(&format!("{long}-x")));
        assert!(install(long) < install(&format!("{long}/x")));
        assert!(install("/a/b").is_within(&install("/a")) && !install("/ab").is_within(&install("/a")));
    }

    #[test]
    fn archive_paths_take_every_spelling_of_one_place() {
        for text in [&b"./a/b"[..], b"a/b/", b"a//b", b"./a/./b/"] {
            assert_eq!(ArchivePath::new(text).map(|path| path.as_bytes().to_vec()), Ok(b"a/b".to_vec()));
        }
        for bad in [&b"/a"[..], b"../a", b"a/../b", b"a\0"] {
            assert!(ArchivePath::new(bad).is_err());
        }
        let path = ArchivePath::new(b"a/b/c").expect("valid");
        assert_eq!(path.strip(1), ArchivePath::new(b"b/c").ok());
        assert_eq!(path.strip(3), None);
        assert_eq!(path.below(&ArchivePath::new(b"a").expect("valid")), ArchivePath::new(b"b/c").ok());
        assert_eq!(path.below(&ArchivePath::new(b"a/b/c").expect("valid")), Some(ArchivePath::default()));
        assert_eq!(path.below(&ArchivePath::new(b"a/bx").expect("valid")), None);
    }
}
