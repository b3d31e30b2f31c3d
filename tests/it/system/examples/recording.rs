//! The picture of the README shows what the programs say.

use std::path::Path;
use std::process::Command;

use super::project::wheels;
use crate::bed::{Suite, cache, missing, need, prepared};
use crate::project::ran;

/// A session without what differs from machine to machine: digits over contents, and the counts that a pip brings.
fn steady(text: &str) -> Vec<String> {
    let is_hex = |word: &str| word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit());
    let word = |word: &str| {
        let parts = word.split(['-', '/', ',']).map(|part| if is_hex(part) { "ID" } else { part });
        parts.collect::<Vec<_>>().join("-")
    };
    let line = |line: &str| match line.split_once("built ") {
        Some((before, rest)) => format!("{before}built {}", rest.split(':').next().unwrap()),
        None => line.split(' ').map(word).collect::<Vec<_>>().join(" "),
    };
    text.lines().map(line).collect()
}

#[test]
fn the_recording_shows_what_the_programs_say() {
    need!(prepared(&Suite::Bookworm.dir(), &["mount", "chroot"]));
    if !wheels().is_dir() {
        return missing("the wheels of the examples").unwrap_or_default();
    }
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(top.join("demo/record"));
    command.env("MKDEB", env!("CARGO_BIN_EXE_mkdeb")).env("MKDEB_CACHE", cache());
    command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", wheels()).env_remove("MKDEB_KEY");
    let recorded = ran(&mut command);
    assert_eq!(recorded.code, Some(0), "{}", recorded.err);
    let shown = include_str!("../../../../docs/recording.svg");
    assert_eq!(steady(&recorded.out), steady(shown), "`make recording` draws it anew");
}
