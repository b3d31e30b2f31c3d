//! Many random texts, judged by dpkg.

use crate::oracle_random;

#[test]
fn ten_thousand_versions_are_those_of_dpkg() {
    oracle_random::judge_versions(10_000);
}

#[test]
fn ten_thousand_relations_are_those_of_dpkg_deb() {
    oracle_random::judge_relations(10_000);
}

#[test]
fn ten_thousand_control_files_are_those_of_dpkg_deb() {
    oracle_random::judge_stanzas(10_000);
}
