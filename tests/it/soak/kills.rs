//! Builds that are stopped at many moments.

use crate::failing_world::{seed, stop_at_moments};

#[test]
fn a_build_killed_at_fifty_moments_leaves_a_whole_package_or_none() {
    stop_at_moments("KILL", seed(), 50);
}

#[test]
fn a_build_interrupted_at_fifty_moments_leaves_nothing_else() {
    stop_at_moments("TERM", seed(), 50);
}
