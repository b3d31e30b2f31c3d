//! Archive formats.

pub mod compress;
