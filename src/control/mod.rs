//! Control data: paragraphs (deb822) and the typed files made of them.

pub mod archive;
pub mod binary;
pub mod conffiles;
pub mod deb822;
pub mod given;
pub mod stanza;
pub mod triggers;
