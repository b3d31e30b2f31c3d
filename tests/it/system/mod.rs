//! Real dpkg and real systemd as judges of what packages do on a host.

mod accounts;
mod booted;
mod bucket;
mod compile;
mod debian;
mod deploy;
mod deployment;
mod examples;
pub mod fixture;
mod fleet;
mod fleet_apt;
mod fleet_kit;
mod fleet_service;
pub mod fleet_world;
mod inputs;
mod lifecycle;
mod project;
mod readers;
mod repo_contents;
mod repo_documents;
mod repo_hosts;
mod repo_keys;
pub mod repo_kit;
pub mod repo_many;
mod repo_page;
mod venv;
pub mod virtualenvs;
