//! Two publishers at once, in every order of their operations.

use std::sync::Arc;

use crate::repo::settings::Conditions;
use crate::repo::tests::findings;
use crate::repo::tests::founded;
use crate::repo::tests::holds;
use crate::repo::tests::hosts_are_well;
use crate::repo::tests::publish;
use crate::repo::tests::session_with;
use crate::repo::tests::sim::Schedule;
use crate::repo::tests::sim::SimStore;
use crate::repo::tests::sim::Stop;
use crate::repo::tests::sim::World;

/// Operations of a publisher up to its commit, and the one behind it: head, index, package, index by its digest,
/// commit, the canonical index.
const UP_TO_COMMIT: usize = 6;

/// Runs two publishers in this order, each with a package of its own.
fn race(world: &Arc<World>, order: &[usize], conditions: Conditions) {
    let schedule = Schedule::new(order);
    std::thread::scope(|scope| {
        for (number, words) in ["one 1", "two 1"].into_iter().enumerate() {
            let schedule = &schedule;
            scope.spawn(move || {
                let mut store = SimStore::scheduled(world, schedule, number);
                store.ignores_versions = !conditions.replaces();
                let published = publish(&session_with(&store, conditions), words);
                schedule.end(number);
                published.expect(words);
            });
        }
    });
}

/// Every order of `left` operations of the one and `right` of the other.
fn orders(left: usize, right: usize) -> Vec<Vec<usize>> {
    if left == 0 && right == 0 {
        return vec![Vec::new()];
    }
    let mut found = Vec::new();
    for (publisher, left, right) in
        [(0, left.checked_sub(1), Some(right)), (1, Some(left), right.checked_sub(1))]
    {
        let (Some(left), Some(right)) = (left, right) else { continue };
        found.extend(orders(left, right).into_iter().map(|mut order| {
            order.insert(0, publisher);
            order
        }));
    }
    found
}

#[track_caller]
fn both_are_there(world: &Arc<World>, order: &[usize]) {
    assert_eq!(holds(world, "stable"), ["base 1", "one 1", "two 1"], "{order:?}");
    hosts_are_well(world, &format!("{order:?}"));
}

fn with_a_base() -> Arc<World> {
    let world = founded();
    let store = SimStore::new(&world, Stop::Never);
    publish(&session_with(&store, Conditions::CreateAndReplace), "base 1").expect("published");
    world
}

#[test]
fn two_publishers_lose_nothing_in_any_order_up_to_the_commit() {
    let base = with_a_base();
    let all = orders(UP_TO_COMMIT, UP_TO_COMMIT);
    assert_eq!(all.len(), 924);
    for order in all {
        let world = base.copy();
        race(&world, &order, Conditions::CreateAndReplace);
        both_are_there(&world, &order);
        assert_eq!(findings(&world), [], "{order:?}");
    }
}

#[test]
fn a_publisher_that_pauses_anywhere_while_the_other_runs_loses_nothing() {
    let base = with_a_base();
    for conditions in [Conditions::CreateAndReplace, Conditions::Create] {
        // The first does some operations, the second some, then the first goes on to its end.
        for first in 0..16 {
            for second in 0..16 {
                let order = [vec![0; first], vec![1; second]].concat();
                let world = base.copy();
                race(&world, &order, conditions);
                both_are_there(&world, &order);
            }
        }
    }
}
