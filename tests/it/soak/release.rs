//! Releases for machines that are emulated.

use crate::system::release;

#[test]
fn a_static_file_for_another_machine_builds_the_same_package() {
    release::another_machine_builds_the_same_package();
}
