//! The verbs, one file each: request in, outcome out. The library's API; nothing here prints.

mod adoption;
mod app_source;
pub mod build;
mod dated;
pub mod diff;
pub mod export;
pub mod failure;
pub mod git;
pub mod init;
pub mod inspect;
mod judging;
pub mod leaks;
pub mod lint;
pub mod manifest;
mod overrides;
pub mod pack;
mod packer;
pub mod publish;
pub mod repo;
mod requirements;
mod target;
pub mod trial;
pub mod venv;
pub mod venv_key;
mod writing;
