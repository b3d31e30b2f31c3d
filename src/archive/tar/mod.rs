//! Tar archives: one dialect is written (GNU), several are read.

pub mod header;
mod number;
mod origin;
pub mod owner;
mod pax;
pub mod read;
