//! What others make packages of: the files of nfpm and the command lines of fpm, as those read them.
//!
//! Knows their syntax. Refuses to know what becomes of it, and whether the files that they name are there.

pub mod fpm;
pub mod nfpm;
