//! Releases as they are shipped, which takes long to compile; some are for machines that are emulated.

use crate::system::release;
use crate::system::release::Profile;

#[test]
fn what_is_shipped_builds_the_same_package_anywhere() {
    release::one_static_file(Profile::Release);
}

#[test]
fn a_static_file_for_another_machine_builds_the_same_package() {
    release::another_machine_builds_the_same_package();
}
