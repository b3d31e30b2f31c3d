//! Integration tests.
#![allow(clippy::disallowed_methods, missing_docs, reason = "tests touch the world and explain themselves")]

mod scripts;
mod system;
