//! A publisher that is stopped anywhere: hosts never notice, and the next one finishes or undoes what was left.

use std::sync::Arc;

use crate::repo::apps::Retention;
use crate::repo::error::Error;
use crate::repo::founding::Change;
use crate::repo::gc;
use crate::repo::gc::Rule;
use crate::repo::moving;
use crate::repo::session::Session;
use crate::repo::tests::findings;
use crate::repo::tests::founded;
use crate::repo::tests::holds;
use crate::repo::tests::hosts_are_well;
use crate::repo::tests::publish;
use crate::repo::tests::publish_with;
use crate::repo::tests::session;
use crate::repo::tests::session_of;
use crate::repo::tests::sim::SimStore;
use crate::repo::tests::sim::Stop;
use crate::repo::tests::sim::World;

/// What a verb does, once or again.
type Verb = fn(&Session<'_>) -> Result<(), Error>;

fn wanted(text: &str) -> crate::repo::apps::Wanted {
    text.parse().expect("a package")
}

fn retention() -> Retention {
    Retention { keep: 1, since: u64::MAX, parts_since: u64::MAX, pins: Vec::new() }
}

const VERBS: [(&str, Verb); 9] = [
    ("publish", |session| publish(session, "c 1")),
    ("publish a second time", |session| publish(session, "a 2")),
    ("promote", |session| {
        session.change("promote", "beta", &mut |_| {
            moving::promotion(session, "stable", (&[wanted("a")], None))
        })?;
        Ok(())
    }),
    ("remove", |session| {
        session.change("remove", "stable", &mut |view| match holds_a(view)? {
            true => moving::removal(view, &[wanted("a")]),
            false => Ok(Default::default()),
        })?;
        Ok(())
    }),
    ("rollout", |session| {
        session.change("rollout", "stable", &mut |view| moving::rollout(view, &wanted("a"), 10))?;
        Ok(())
    }),
    ("prune", |session| {
        session.change("prune", "stable", &mut |view| moving::pruning(view, &retention()))?;
        Ok(())
    }),
    ("restore", |session| {
        session.change("restore", "stable", &mut |view| moving::restoration(session, view, 2))?;
        Ok(())
    }),
    ("sign anew", |session| {
        session.change("rotate", "stable", &mut |_| Ok(crate::repo::edit::Edit::signature()))?;
        Ok(())
    }),
    ("gc", |session| {
        let rule = Rule { grace: 0, delay: 0, full: true, dry_run: false };
        gc::collect(session, &rule).map(|_| ())
    }),
];

fn holds_a(view: &mut crate::repo::view::View<'_>) -> Result<bool, Error> {
    let mut is_there = false;
    view.each(&mut |_, text| {
        is_there |= text.starts_with("Package: a\n");
        Ok(())
    })?;
    Ok(is_there)
}

/// Two versions of one package, one of another, and what a pruning left.
fn lived_in() -> Arc<World> {
    lived_in_with(false)
}

/// The same with `Contents`, or not.
fn lived_in_with(contents: bool) -> Arc<World> {
    let world = founded();
    let store = SimStore::new(&world, Stop::Never);
    let session = session_of(&store, contents);
    for words in ["a 1", "b 1", "a 1.5"] {
        publish(&session, words).expect(words);
    }
    session.change("prune", "stable", &mut |view| moving::pruning(view, &retention())).expect("pruned");
    publish(&session, "b 2").expect("published");
    world.sleep(100);
    world
}

#[test]
fn a_verb_that_is_stopped_anywhere_leaves_hosts_well_and_is_finished_by_the_next() {
    stop_everywhere(false);
}

#[test]
fn so_it_is_where_the_files_of_packages_are_told() {
    stop_everywhere(true);
}

fn stop_everywhere(contents: bool) {
    let before = lived_in_with(contents);
    for (name, verb) in VERBS {
        let whole = before.copy();
        let store = SimStore::new(&whole, Stop::Never);
        verb(&session_of(&store, contents)).expect(name);
        let operations = store.operations();
        let expected = (holds(&whole, "stable"), holds(&whole, "beta"));
        assert!(operations >= 5, "{name}: {operations}");
        for stop in (0..operations).flat_map(|number| [Stop::Before(number), Stop::Behind(number)]) {
            let world = before.copy();
            let what = match stop {
                Stop::Before(number) => format!("{name}, stopped before operation {number} of {operations}"),
                Stop::Behind(number) => format!("{name}, stopped behind operation {number} of {operations}"),
                Stop::Never => unreachable!("it is stopped"),
            };
            let stopped = SimStore::new(&world, stop);
            // What was done in the end may have been heard of before the stop.
            let _ = verb(&session_of(&stopped, contents));
            hosts_are_well(&world, &what);
            let store = SimStore::new(&world, Stop::Never);
            verb(&session_of(&store, contents)).unwrap_or_else(|error| panic!("{what}: again: {error}"));
            hosts_are_well(&world, &what);
            assert_eq!((holds(&world, "stable"), holds(&world, "beta")), expected, "{what}");
            // Whoever publishes next puts the rest in order too.
            publish(&session_of(&store, contents), "z 1").expect("published");
            assert_eq!(findings(&world), [], "{what}");
        }
    }
}

#[test]
fn a_suite_whose_making_is_stopped_anywhere_is_made_by_the_next_try() {
    let make = |store: &SimStore| {
        let founded = session(store).found(&crate::repo::tests::release("stable"), Change::Frozen);
        founded.map(|_| ())
    };
    let whole = SimStore::new(&World::new(), Stop::Never);
    make(&whole).expect("made");
    for stop in (0..whole.operations()).flat_map(|number| [Stop::Before(number), Stop::Behind(number)]) {
        let world = World::new();
        // It may have been done before the stop.
        let _ = make(&SimStore::new(&world, stop));
        let store = SimStore::new(&world, Stop::Never);
        make(&store).expect("made");
        publish(&session(&store), "a 1").expect("published");
        assert_eq!(holds(&world, "stable"), ["a 1"]);
    }
}

#[test]
fn what_is_collected_is_what_no_host_asks_for() {
    let world = lived_in();
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    let rule = |grace| Rule { grace, delay: 10, full: false, dry_run: false };
    let dropped = "pool/main/a/a/a_1_amd64.deb".to_owned();
    assert!(world.paths().contains(&dropped));
    let young = gc::collect(&session, &rule(10_000)).expect("collected");
    assert_eq!((young.condemned.len(), young.deleted.len()), (0, 0), "hosts may have a list that names it");
    let first = gc::collect(&session, &rule(50)).expect("collected");
    assert!(first.condemned.contains(&dropped) && first.deleted.is_empty(), "{first:?}");
    world.sleep(5);
    assert!(gc::collect(&session, &rule(50)).expect("collected").deleted.is_empty(), "not yet");
    world.sleep(5);
    let second = gc::collect(&session, &rule(50)).expect("collected");
    assert!(second.deleted.contains(&dropped), "{second:?}");
    assert!(!world.paths().contains(&dropped));
    assert_eq!(findings(&world), []);
}

#[test]
fn a_condemned_file_is_published_elsewhere_and_an_index_that_comes_back_too() {
    let world = lived_in();
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    let rule = Rule { grace: 0, delay: 10, full: false, dry_run: false };
    let condemned = gc::collect(&session, &rule).expect("collected").condemned;
    assert!(condemned.contains(&"pool/main/a/a/a_1_amd64.deb".to_owned()), "{condemned:?}");
    // The same packages as an earlier generation had: also the same index, but for what is condemned.
    publish(&session, "a 1").expect("published");
    world.sleep(10);
    gc::collect(&session, &rule).expect("collected");
    assert_eq!(holds(&world, "stable"), ["a 1", "a 1.5", "b 1", "b 2"]);
    assert_eq!(findings(&world), []);
}

#[test]
fn nothing_is_restored_that_is_about_to_be_deleted() {
    let world = lived_in();
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    let rule = Rule { grace: 0, delay: 3600, full: false, dry_run: false };
    let condemned = gc::collect(&session, &rule).expect("collected").condemned;
    assert!(condemned.contains(&"pool/main/a/a/a_1_amd64.deb".to_owned()), "{condemned:?}");
    // The fourth generation still has its index, and names the condemned file.
    let restored = session.change("restore", "stable", &mut |view| moving::restoration(&session, view, 4));
    let error = restored.map(|_| ()).expect_err("condemned").to_string();
    assert!(error.contains("a_1_amd64.deb` is about to be deleted"), "{error}");
    assert_eq!(findings(&world), []);
}

#[test]
fn what_was_left_by_a_killed_publisher_is_collected_only_where_every_file_is_looked_at() {
    let world = lived_in();
    world.put("pool/main/x/x/x_1_amd64.deb", b"left");
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    world.sleep(100);
    for (full, expect) in [(false, false), (true, true)] {
        let rule = Rule { grace: 50, delay: 10, full, dry_run: true };
        let condemned = gc::collect(&session, &rule).expect("collected").condemned;
        assert_eq!(condemned.iter().any(|path| path.contains("/x/x/")), expect);
    }
}

#[test]
fn other_bytes_of_one_version_are_an_error_that_names_both() {
    let world = lived_in();
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    let error = publish_with(&session, "b 1", ("", b"other")).expect_err("a conflict").to_string();
    for bytes in [&b"b 1"[..], b"other"] {
        let digest = crate::types::digest::Sha256::of(bytes).to_string();
        assert!(error.contains(&digest), "{error}");
    }
    // In another suite other bytes are another matter: they lie elsewhere.
    let files = world.paths().len();
    publish(&session, "b 1").expect("the same bytes");
    assert_eq!(world.paths().len(), files, "nothing was written");
}
