//! Byte formats: `ar` containers, tar archives and the compressors around them.
//!
//! Knows how bytes are laid out and what hostile ones look like. Has not heard of Debian or of packages.

pub mod ar;
pub mod compress;
pub mod fill;
pub mod tar;
