//! Tar archives: one dialect is written (GNU), several are read.

pub mod header;
mod number;
mod pax;
pub mod read;
