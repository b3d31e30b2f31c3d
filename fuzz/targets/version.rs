//! Versions: what is written is read again as the same, and the order is one.
#![no_main]

use std::cmp::Ordering;
use std::collections::hash_map::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;

use libfuzzer_sys::fuzz_target;
use mkdeb::types::version::DebVersion;

fuzz_target!(|text: &str| {
    let mut versions: Vec<DebVersion> = Vec::new();
    for line in text.lines().take(3) {
        for version in [line.parse(), DebVersion::from_python(line)].into_iter().flatten() {
            round_trip(&version);
            versions.push(version);
        }
    }
    for a in &versions {
        for b in &versions {
            pair(a, b);
            for c in &versions {
                assert!(!(a <= b && b <= c) || a <= c, "{a} {b} {c}");
            }
        }
    }
});

fn round_trip(version: &DebVersion) {
    let written = version.to_string();
    let again: DebVersion = written.parse().expect("what was written can be read");
    assert_eq!(again.to_string(), written);
    assert_eq!(again.cmp(version), Ordering::Equal, "{written}");
}

fn pair(a: &DebVersion, b: &DebVersion) {
    assert_eq!(a.cmp(b), b.cmp(a).reverse(), "{a} {b}");
    assert_eq!(a == b, a.cmp(b) == Ordering::Equal, "{a} {b}");
    assert!(a != b || hash(a) == hash(b), "{a} {b}");
}

fn hash(version: &DebVersion) -> u64 {
    let mut hasher = DefaultHasher::new();
    version.hash(&mut hasher);
    hasher.finish()
}
