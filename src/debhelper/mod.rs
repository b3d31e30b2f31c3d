//! The files of `debian/`, as debhelper reads them: texts to facts.
//!
//! Knows their syntax (debhelper(7), deb-src-control(5), deb-changelog(5)). Refuses to know what becomes of them, and
//! what else is in the directory. What cannot be understood is left out, never guessed.

pub mod changelog;
pub mod control;
pub mod lists;
pub mod rules;
pub mod script;
