//! Facts and changes of file bodies: pure functions on bytes, one file per format.
//!
//! Knows shebangs, `pyvenv.cfg`, activators, `.pth`, `RECORD`, bytecode and ELF headers. Refuses to know
//! packages, paths on disk and Debian.

pub mod bytecode;
pub mod prefix;
