//! `pylock.toml`: reading ends, in a lock that names each distribution once or in an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mkdeb_fuzz::read_lock;

fuzz_target!(|text: &str| read_lock("pylock.toml", text));
