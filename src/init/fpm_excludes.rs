//! What `--exclude` of fpm leaves out: paths on the host, by patterns as fnmatch(3) without flags has them, in which `*`
//! crosses directories.

use globset::GlobBuilder;
use globset::GlobMatcher;

use crate::init::draft::Draft;
use crate::init::fpm::Spoken;
use crate::init::parcel;

/// The patterns.
#[derive(Debug)]
pub(in crate::init) struct Excludes {
    /// What the patterns are relative to.
    prefix: String,
    patterns: Vec<(String, GlobMatcher)>,
}

impl Excludes {
    /// Those of a command.
    pub(in crate::init) fn of(draft: &mut Draft, spoken: &Spoken<'_>) -> Self {
        let prefix = spoken.said("--prefix").map(|said| parcel::absolute(&said.text)).unwrap_or_default();
        let mut patterns = Vec::new();
        for said in spoken.all("--exclude") {
            match compiled(&said.text) {
                Some(matcher) => patterns.push((said.text, matcher)),
                None => draft.remark(format!("{}: `{}` is no pattern, and is left out", said.at, said.text)),
            }
        }
        Self { prefix, patterns }
    }

    /// Whether a path on the host is left out, or what it lies in.
    pub(in crate::init) fn has(&self, path: &str) -> bool {
        let Some(rest) = path.strip_prefix(&self.prefix).and_then(|rest| rest.strip_prefix('/')) else {
            return false;
        };
        let mut ends = rest.match_indices('/').map(|(at, _)| at).chain([rest.len()]);
        ends.any(|end| {
            self.patterns.iter().any(|(pattern, matcher)| is_match(pattern, matcher, &rest[..end]))
        })
    }

    /// The patterns that count below a path on the host, as `exclude` of the manifest has them.
    pub(in crate::init) fn below(&self, path: &str) -> Vec<String> {
        let Some(rest) = path.strip_prefix(&self.prefix) else { return Vec::new() };
        let rest = rest.trim_start_matches('/');
        let below = self.patterns.iter().filter_map(|(pattern, _)| match rest {
            _ if pattern.starts_with('*') => Some(pattern.as_str()),
            "" => Some(pattern.as_str()),
            rest => pattern.strip_prefix(rest)?.strip_prefix('/'),
        });
        below.filter(|pattern| !pattern.is_empty()).map(manifest).collect()
    }
}

fn compiled(pattern: &str) -> Option<GlobMatcher> {
    let glob = escaped(&pattern.replace("**", "*"));
    Some(GlobBuilder::new(&glob).literal_separator(false).build().ok()?.compile_matcher())
}

/// `*` at the start does not stand for the dot of a hidden file.
fn is_match(pattern: &str, matcher: &GlobMatcher, path: &str) -> bool {
    !(path.starts_with('.') && pattern.starts_with(['*', '?', '['])) && matcher.is_match(path)
}

/// A pattern as the manifest has it, in which only `**` crosses directories.
fn manifest(pattern: &str) -> String {
    let rest = pattern.trim_start_matches('*');
    let start = match (rest.len() == pattern.len(), rest.starts_with('/')) {
        (true, _) => "",
        (false, true) => "**",
        (false, false) => "**/*",
    };
    let directory = rest.trim_end_matches('*').strip_suffix('/').filter(|_| rest.ends_with('*'));
    let (core, end) = directory.map_or((rest, ""), |directory| (directory, "/**"));
    format!("{start}{}{end}", escaped(core))
}

/// A pattern in which braces are what they are.
fn escaped(pattern: &str) -> String {
    let plain = |c: char| if "{}".contains(c) { format!("[{c}]") } else { c.to_string() };
    pattern.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_fnmatch() {
        let excludes = |prefix: &str, pattern: &str| Excludes {
            prefix: prefix.to_owned(),
            patterns: compiled(pattern).map(|matcher| (pattern.to_owned(), matcher)).into_iter().collect(),
        };
        for (pattern, path, expect) in [
            ("*.pyc", "/opt/a/b.pyc", true),
            ("*.pyc", "/opt/a/b.pyc/c", true),
            ("*.pyc", "/opt/a/b.py", false),
            ("opt/a", "/opt/a/b", true),
            ("opt/a", "/opt/ab", false),
            ("**/.git", "/opt/.git/x", true),
            ("opt/*/x", "/opt/a/b/x", true),
            ("*", "/.hidden", false),
            ("{a}", "/{a}", true),
            ("{a}", "/a", false),
        ] {
            assert_eq!(excludes("", pattern).has(path), expect, "{pattern} {path}");
        }
        assert!(
            excludes("/opt/a", "tests").has("/opt/a/tests/x")
                && !excludes("/opt/a", "tests").has("/etc/tests")
        );
        for (prefix, pattern, path, expect) in [
            ("", "*.pyc", "/opt/a", Some("**/*.pyc")),
            ("", "*/tests/*", "/opt/a", Some("**/tests/**")),
            ("", "**/.git", "/opt/a", Some("**/.git")),
            ("", "opt/a/tests", "/opt/a", Some("tests")),
            ("", "opt/b/tests", "/opt/a", None),
            ("/opt/a", "{x}", "/opt/a", Some("[{]x[}]")),
            ("/srv", "x", "/opt/a", None),
        ] {
            assert_eq!(
                excludes(prefix, pattern).below(path).first().map(String::as_str),
                expect,
                "{pattern}"
            );
        }
    }
}
