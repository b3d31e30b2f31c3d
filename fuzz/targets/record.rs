//! RECORD: lines that stay keep their bytes, and a line that is written says what it was to say.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mkdeb::content::record;
use mkdeb::content::record::Change;
use mkdeb::types::digest::Sha256;

fuzz_target!(|text: &[u8]| {
    let Ok(lines) = record::parse(text) else { return };
    let kept = record::rewritten(&lines, &mut |_| Change::Keep);
    assert!(text.starts_with(&kept), "lines are cut from the text, in order");
    assert!(record::rewritten(&lines, &mut |_| Change::Drop).is_empty());

    let body = Sha256::of(text);
    let written = record::rewritten(&lines, &mut |line| Change::Write {
        path: line.path.clone(),
        body: Some((body, text.len() as u64)),
    });
    let again = record::parse(&written).expect("what was written can be read");
    assert_eq!(again.len(), lines.len());
    for (line, old) in again.iter().zip(&lines) {
        assert_eq!((&line.path, line.agrees(&body)), (&old.path, Some(true)));
    }

    let moved = record::rewritten(&lines, &mut |line| Change::Move(line.path.clone()));
    let again = record::parse(&moved).expect("what was written can be read");
    assert_eq!(again.len(), lines.len());
    for (line, old) in again.iter().zip(&lines) {
        assert_eq!((&line.path, &line.hash, &line.size), (&old.path, &old.hash, &old.size));
    }
});
