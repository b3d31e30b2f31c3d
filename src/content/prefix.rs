//! Path prefixes of the build host and what they become.

use memchr::memmem;

/// One path prefix and what it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixChange {
    /// Where it was built, absolute, without `/` at its end.
    pub old: Vec<u8>,
    /// Where it will be, absolute, without `/` at its end.
    pub new: Vec<u8>,
}

impl PrefixChange {
    /// The same change of a path below the prefix.
    pub fn below(&self, path: &str) -> Self {
        let joined = |prefix: &[u8]| [prefix, b"/", path.as_bytes()].concat();
        Self { old: joined(&self.old), new: joined(&self.new) }
    }

    /// The path under its new prefix, where it is the old one or lies below it.
    pub fn apply(&self, path: &[u8]) -> Option<Vec<u8>> {
        let rest = path.strip_prefix(self.old.as_slice())?;
        (rest.is_empty() || rest[0] == b'/').then(|| [self.new.as_slice(), rest].concat())
    }
}

/// Replaces each old prefix that stands as whole path components. `None` when nothing matched.
///
/// Where two prefixes match at one place, the first of `changes` wins: pass the longest first.
pub fn replace(text: &[u8], changes: &[PrefixChange]) -> Option<Vec<u8>> {
    let mut hits: Vec<(usize, &PrefixChange)> = Vec::new();
    for change in changes.iter().filter(|change| !change.old.is_empty()) {
        let found = memmem::find_iter(text, &change.old);
        hits.extend(found.filter(|at| stands_alone(text, *at, change.old.len())).map(|at| (at, change)));
    }
    // Stable: at one place the order of `changes` decides.
    hits.sort_by_key(|(at, _)| *at);
    let mut out = Vec::with_capacity(text.len());
    let mut copied = 0;
    for (at, change) in &hits {
        if *at >= copied {
            out.extend_from_slice(&text[copied..*at]);
            out.extend_from_slice(&change.new);
            copied = at + change.old.len();
        }
    }
    out.extend_from_slice(&text[copied..]);
    (!hits.is_empty()).then_some(out)
}

/// Whether a name neither runs into the match nor goes on after it. `-I/old` and `-L/old` are flags.
fn stands_alone(text: &[u8], at: usize, length: usize) -> bool {
    let ends = text.get(at + length).is_none_or(|next| !is_name_byte(*next));
    let begins = match text[..at] {
        [.., b'-', flag] => flag.is_ascii_uppercase() || !is_name_byte(flag),
        // `${HOME}/venv` and `$(pwd)/venv` are other places.
        [.., before] => !is_name_byte(before) && !b"})".contains(&before),
        [] => true,
    };
    begins && ends
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"._+~-".contains(&byte) || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<&str>) {
        let change = |old: &str| PrefixChange { old: old.into(), new: b"/opt/app".to_vec() };
        let found = replace(text.as_bytes(), &[change("/b/venv/inner"), change("/b/venv")]);
        assert_eq!(found.map(|bytes| String::from_utf8(bytes).expect("UTF-8")).as_deref(), expect, "{text}");
    }

    #[test]
    fn only_whole_path_components_are_replaced() {
        check("V=/b/venv", Some("V=/opt/app"));
        check("'/b/venv/bin':/b/venv", Some("'/opt/app/bin':/opt/app"));
        check("-I/b/venv/include -L/b/venv/lib", Some("-I/opt/app/include -L/opt/app/lib"));
        check("file:///b/venv/x", Some("file:///opt/app/x"));
        check("/b/venv/inner/x", Some("/opt/app/x"));
        for left in
            ["/b/venv2", "/b/venv-old", "/b/venv.bak", "/a/b/venv", "x/b/venv", "${X}/b/venv", "nothing"]
        {
            check(left, None);
        }
    }

    #[test]
    fn a_path_moves_only_with_its_own_prefix() {
        let change = PrefixChange { old: b"/b".to_vec(), new: b"/o/p".to_vec() };
        assert_eq!(change.apply(b"/b/x"), Some(b"/o/p/x".to_vec()));
        assert_eq!(change.apply(b"/b"), Some(b"/o/p".to_vec()));
        assert_eq!(change.apply(b"/bc"), None);
    }
}
