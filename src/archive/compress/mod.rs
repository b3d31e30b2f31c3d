//! Stub until the compressors land.
/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// zstd.
    Zstd,
    /// xz.
    Xz,
    /// gzip.
    Gzip,
    /// none.
    None,
}
/// Format and level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compression {
    /// Format.
    pub format: Format,
    /// Level.
    pub level: u32,
}
