//! Path prefixes of the build host and what they become.

/// One path prefix and what it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrefixChange {
    /// Where it was built, absolute, without `/` at its end.
    pub old: Vec<u8>,
    /// Where it will be, absolute, without `/` at its end.
    pub new: Vec<u8>,
}
