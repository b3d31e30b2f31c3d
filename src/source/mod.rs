//! What is known about the inputs: every path of the app and of the virtualenv, with facts about each.
//!
//! Knows shapes and digests. Refuses to know where the bytes lie (a directory, a tar) and what will become
//! of them; bodies are opened late, by `SourceId`, through `package::Contents`.

pub mod tree;
pub mod wanted;
