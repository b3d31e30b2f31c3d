//! Builds that are killed at many moments.

use crate::failing_world::{kill_at_moments, seed};

#[test]
fn a_build_killed_at_fifty_moments_leaves_a_whole_package_or_none() {
    kill_at_moments(seed(), 50);
}
