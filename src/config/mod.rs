//! The manifest: from `mkdeb.toml` (or `[tool.mkdeb]` of `pyproject.toml`) to a recipe with nothing left to check.
//!
//! Knows the keys, their types, defaults and what excludes what. Refuses to know whether files exist and
//! what is in them.

pub mod manifest;
pub mod recipe;
pub mod schema;

pub mod error;
pub mod problem;

mod check;
mod decode;
mod expand;
mod guard;
mod overrides;
mod project;
mod raw;
mod suggest;
mod texts;
mod tree;

pub use crate::config::check::is_own_field;

#[cfg(test)]
mod tests;
