//! Machine code: whatever the file says, nothing breaks, and what is told is text.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use mkdeb::content::elf::dynamic::dynamic;
use mkdeb::content::elf::machine;

fuzz_target!(|bytes: &[u8]| {
    let _ = machine(bytes);
    if let Some(found) = dynamic(Cursor::new(bytes)) {
        assert!(found.needed.iter().chain(&found.search).all(|name| !name.contains('\0')));
    }
});
