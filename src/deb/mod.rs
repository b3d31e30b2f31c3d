//! A `.deb` as bytes: written from an [`image::Image`], read back into facts.
//!
//! Knows `deb(5)` and what dpkg's own extractor takes. Refuses to know why a file is in a package.

mod body;
mod chunk;
mod control_tar;
mod data;
mod hash;
pub mod image;
mod limit;
pub mod pack;
pub mod problem;
pub mod read;
pub mod reversion;
pub mod scan;
pub mod spoil;
pub mod verify;
pub mod write;
