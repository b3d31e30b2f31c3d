//! What the comments for all entries say of where an archive comes from (`git-get-tar-commit-id(1)`).

/// The commit that all entries were made from, as far as comments agree.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::archive::tar) enum Origin {
    /// Nothing was said, and no entry came yet.
    #[default]
    Open,
    /// One comment.
    Named(Vec<u8>),
    /// Nothing was said before the first entry, or comments differ: archives may be joined.
    Nowhere,
}

impl Origin {
    /// Takes note of a comment for all entries behind it.
    pub(in crate::archive::tar) fn comment(&mut self, comment: &[u8]) {
        match self {
            Self::Open => *self = Self::Named(comment.to_vec()),
            Self::Named(before) if before == comment => {}
            Self::Named(_) | Self::Nowhere => *self = Self::Nowhere,
        }
    }

    /// Takes note of an entry.
    pub(in crate::archive::tar) fn entry(&mut self) {
        if *self == Self::Open {
            *self = Self::Nowhere;
        }
    }

    /// The commit, as `git archive` writes it: SHA-1, or SHA-256.
    pub(in crate::archive::tar) fn commit(&self) -> Option<&str> {
        let Self::Named(comment) = self else { return None };
        let is_hexadecimal = comment.iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b));
        let commit = (is_hexadecimal && matches!(comment.len(), 40 | 64)).then_some(comment)?;
        std::str::from_utf8(commit).ok()
    }
}
