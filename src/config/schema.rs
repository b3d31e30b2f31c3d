//! The JSON Schema of manifests, for editors: what each key means, which type it has.
//!
//! The checks of a build are stricter: they know what excludes what, and the rules of names and paths.

/// The schema (JSON Schema, draft 2020-12).
pub const TEXT: &str = include_str!("schema.json");
