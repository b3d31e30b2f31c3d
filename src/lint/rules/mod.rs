//! The rules, in the order in which they are applied.

mod credentials;
mod dead_shebang;
mod editable;
mod foreign_interpreter;
mod foreign_owner;
mod link_leads_out;
mod missing_field;
mod newer_glibc;
mod no_conffile;
mod record_mismatch;
mod refused_by_dpkg;
mod setuid;
mod stale_bytecode;
mod world_writable;
mod wrong_architecture;

use crate::lint::Rule;

/// Every rule.
pub const RULES: &[Rule] = &[
    refused_by_dpkg::RULE,
    missing_field::RULE,
    world_writable::RULE,
    setuid::RULE,
    foreign_owner::RULE,
    no_conffile::RULE,
    dead_shebang::RULE,
    foreign_interpreter::RULE,
    stale_bytecode::RULE,
    record_mismatch::RULE,
    editable::RULE,
    credentials::RULE,
    link_leads_out::RULE,
    wrong_architecture::RULE,
    newer_glibc::RULE,
];
