//! The rules, in the order in which they are applied.

mod broken_hardlink;
mod broken_script;
mod careless_script;
mod credentials;
mod dead_shebang;
mod editable;
mod foreign_interpreter;
mod foreign_owner;
mod foreign_place;
mod incomplete_md5sums;
mod link_leads_out;
mod missing_document;
mod missing_field;
mod newer_glibc;
mod no_conffile;
mod no_parent;
mod not_utf8;
mod odd_maintainer;
mod poor_description;
mod record_mismatch;
mod refused_by_dpkg;
mod repeated_path;
mod setuid;
mod special_file;
mod stale_bytecode;
mod unknown_architecture;
mod unknown_section;
mod unreadable;
mod version_control;
mod volatile_place;
mod world_writable;
mod wrong_architecture;
mod wrong_conffile;
mod wrong_md5sums;

use crate::lint::Rule;

/// Every rule.
pub const RULES: &[Rule] = &[
    refused_by_dpkg::RULE,
    unknown_architecture::RULE,
    no_parent::RULE,
    broken_hardlink::RULE,
    repeated_path::RULE,
    special_file::RULE,
    broken_script::RULE,
    careless_script::RULE,
    wrong_conffile::RULE,
    no_conffile::RULE,
    missing_field::RULE,
    odd_maintainer::RULE,
    poor_description::RULE,
    unknown_section::RULE,
    missing_document::RULE,
    wrong_md5sums::RULE,
    incomplete_md5sums::RULE,
    volatile_place::RULE,
    foreign_place::RULE,
    not_utf8::RULE,
    world_writable::RULE,
    unreadable::RULE,
    setuid::RULE,
    foreign_owner::RULE,
    dead_shebang::RULE,
    foreign_interpreter::RULE,
    stale_bytecode::RULE,
    record_mismatch::RULE,
    editable::RULE,
    credentials::RULE,
    version_control::RULE,
    link_leads_out::RULE,
    wrong_architecture::RULE,
    newer_glibc::RULE,
];
