//! A name for the body of an input file.

/// A file body among the inputs: which input, and which file of it.
///
/// Only `host` can turn one into bytes; everything else passes it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId {
    /// The input, in the order of the recipe.
    pub input: u16,
    /// The file within it.
    pub file: u32,
}
