//! Relations: what is written is read again as the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mkdeb::types::relation::Relation;

fuzz_target!(|text: &str| {
    let Ok(relation) = text.parse::<Relation>() else { return };
    let written = relation.to_string();
    let again: Relation = written.parse().expect("what was written can be read");
    assert_eq!(again, relation);
    assert_eq!(again.to_string(), written);
    assert!(!written.contains(['\n', ',']));
    assert_eq!(relation.has_alternatives(), relation.names().count() > 1);
});
