//! mkdeb turns an application and its virtualenv into Debian packages.
//!
//! The modules stand in the order in which they may know each other: each uses only those above it. Nothing
//! above `host` opens a file, reads a clock or the environment, starts a process or prints.

pub mod types;

pub mod archive;
pub mod content;
pub mod control;
pub mod openpgp;
pub mod template;

pub mod config;
pub mod debhelper;
pub mod package;
pub mod packagers;
pub mod source;

pub mod deb;
pub mod init;
pub mod plan;

pub mod lint;
pub mod page;
pub mod repo;

pub mod host;

pub mod command;

pub mod cli;
