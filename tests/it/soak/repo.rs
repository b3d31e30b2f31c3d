//! Repositories: many rounds of publishers at once, many moments of being killed.

use crate::bed::need;
use crate::failing_world::seed;
use crate::system::repo_many::{in_a_bucket, kill_at_moments, publish_at_once, served};

#[test]
fn twenty_five_rounds_of_publishers_at_once_lose_nothing_in_a_directory() {
    let (root, publisher, _server) = need!(served());
    publish_at_once(&root, &publisher, 25);
}

#[test]
fn twenty_five_rounds_of_publishers_at_once_lose_nothing_in_a_bucket() {
    let (root, publisher, _moto) = need!(in_a_bucket());
    publish_at_once(&root, &publisher, 25);
}

#[test]
fn publishers_killed_at_fifty_moments_leave_a_directory_whole() {
    let (root, publisher, _server) = need!(served());
    kill_at_moments(&root, &publisher, (seed(), 50));
}

#[test]
fn publishers_killed_at_fifty_moments_leave_a_bucket_whole() {
    let (root, publisher, _moto) = need!(in_a_bucket());
    kill_at_moments(&root, &publisher, (seed(), 50));
}
