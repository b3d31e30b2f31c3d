//! Control data: paragraphs (deb822) and the typed files made of them.

pub mod binary;
pub mod deb822;
