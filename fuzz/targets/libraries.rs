//! `symbols` and `shlibs`: what is needed of a library can be written, and is parsed as a relation or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mkdeb::content::shared_library;
use mkdeb::types::relation::Relation;

fuzz_target!(|text: &str| {
    let found = [shared_library::symbols(text), shared_library::shlibs(text)];
    for library in found.iter().flat_map(|libraries| libraries.values()) {
        let needs = [library.least(), library.symbol("read", Some("GLIBC_2.2.5")), library.version("GLIBC_2.34")];
        for need in needs.into_iter().flatten() {
            let _ = shared_library::spelled(&need).parse::<Relation>();
        }
    }
});
