//! Tests of the whole program, in one binary.
#![allow(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests touch the world and explain themselves"
)]

mod adoption;
mod bad_input;
mod bad_virtualenvs;
mod bed;
mod beds;
mod build;
mod deb_write;
mod diff;
mod documented;
mod export;
mod failing_world;
mod hostile;
mod hostile_tarballs;
mod init;
mod init_fpm;
mod init_nfpm;
mod inspect;
mod leaks;
mod lint;
mod oracle_deb;
mod oracle_pack;
mod oracle_random;
mod oracle_types;
mod pack;
mod pages;
mod project;
mod reading;
mod relocation;
mod repository;
mod repository_hostile;
mod sample;
mod sbom;
mod schema;
mod scripts;
mod shared_libraries;
mod slow;
mod soak;
mod stores;
mod system;
mod tarball;
mod tidy;
mod trial;
mod venv_key;
