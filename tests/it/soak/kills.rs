//! Builds that are stopped at many moments.

use crate::failing_world::{seed, stop_at_moments};
use crate::system::fleet_world::kill_dpkg_at_moments;

#[test]
fn a_build_killed_at_fifty_moments_leaves_a_whole_package_or_none() {
    stop_at_moments("KILL", seed(), 50);
}

#[test]
fn a_build_interrupted_at_fifty_moments_leaves_nothing_else() {
    stop_at_moments("TERM", seed(), 50);
}

#[test]
fn dpkg_killed_at_twenty_moments_of_an_upgrade_leaves_a_release_that_runs() {
    kill_dpkg_at_moments(seed(), 20);
}
