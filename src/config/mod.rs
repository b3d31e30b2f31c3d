//! The manifest: from `mkdeb.toml` (or `[tool.mkdeb]` of `pyproject.toml`) to a recipe with nothing left to check.
//!
//! Knows the keys, their types, defaults and what excludes what. Refuses to know whether files exist and
//! what is in them.

pub mod recipe;
