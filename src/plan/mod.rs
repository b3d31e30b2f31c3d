//! From inputs to packages: pure decisions, no bytes moved.

pub mod relocate;
