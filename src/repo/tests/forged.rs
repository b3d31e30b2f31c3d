//! Somebody who may write files and has no key: he can break things, and have nothing signed or deleted.

use std::sync::Arc;

use crate::repo::commit::Commit;
use crate::repo::error::Error;
use crate::repo::gc;
use crate::repo::gc::Rule;
use crate::repo::layout;
use crate::repo::moving;
use crate::repo::tests::findings;
use crate::repo::tests::founded;
use crate::repo::tests::holds;
use crate::repo::tests::publish;
use crate::repo::tests::publish_with;
use crate::repo::tests::session;
use crate::repo::tests::sim::SimStore;
use crate::repo::tests::sim::Stop;
use crate::repo::tests::sim::World;
use crate::repo::verify;

const HEAD: &str = "dists/stable/InRelease";
const FULL: Rule = Rule { grace: 0, delay: 0, full: true, dry_run: false };

fn world() -> Arc<World> {
    let world = founded();
    let store = SimStore::new(&world, Stop::Never);
    publish(&session(&store), "a 1").expect("published");
    publish(&session(&store), "b 1").expect("published");
    world
}

/// An entry of the journal with another text, at some number.
fn forge(world: &Arc<World>, (from, to): (u64, u64), change: impl FnOnce(&mut Commit)) {
    let bytes = world.bytes(&layout::commit("stable", from));
    let mut commit = Commit::parse(&bytes, "").expect("an entry");
    change(&mut commit);
    world.put(&layout::commit("stable", to), &commit.bytes());
}

/// What each verb that reads the journal says, and that hosts see the same as before.
fn refused(forge: impl Fn(&Arc<World>), said: &str) {
    let world = world();
    let before = world.bytes(HEAD);
    forge(&world);
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    let restore = session.change("restore", "stable", &mut |view| moving::restoration(&session, view, 4));
    let attempts = [
        ("restore", restore.map(|_| ())),
        ("publish", publish(&session, "c 1")),
        ("gc", gc::collect(&session, &FULL).map(|_| ())),
        ("repair", verify::repair(&session, "stable")),
    ];
    for (verb, outcome) in attempts {
        let error = outcome.expect_err(verb);
        let mut text = error.to_string();
        if let Some(source) = std::error::Error::source(&error) {
            text += &format!(": {source}");
        }
        assert!(text.contains(said), "{verb}: {text}");
        assert_eq!(world.bytes(HEAD), before, "{verb}");
    }
    let found = findings(&world);
    assert!(found.iter().any(|finding| finding.code == "forged-entry" && !finding.is_warning), "{found:?}");
}

#[test]
fn an_entry_that_nobody_signed_is_no_entry() {
    refused(
        |world| forge(world, (3, 4), |commit| commit.inline = commit.text().replace("Acme", "Evil")),
        "not a clear-signed text",
    );
    refused(
        |world| forge(world, (3, 4), |commit| commit.inline = commit.inline.replace("Acme", "Evil")),
        "signed by none",
    );
}

#[test]
fn an_entry_in_the_place_of_another_is_no_entry() {
    refused(|world| forge(world, (2, 4), |_| {}), "it is generation 2 of `stable`");
    refused(|world| forge(world, (2, 4), |commit| commit.generation = 4), "it is generation 2 of `stable`");
    let of_beta = |world: &Arc<World>| {
        world.put(&layout::commit("stable", 4), &world.bytes(&layout::commit("beta", 1)));
    };
    refused(of_beta, "it is generation 1 of `beta`");
}

#[test]
fn the_head_of_one_suite_is_none_of_another() {
    let world = world();
    world.put("dists/beta/InRelease", &world.bytes(HEAD));
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    let error = session.view("beta").map(|_| ()).expect_err("another suite");
    assert!(error.to_string().contains("it is that of the suite `stable`"), "{error}");
    assert!(findings(&world).iter().any(|finding| finding.code == "malformed-head"));
    assert_eq!(holds(&world, "stable"), ["a 1", "b 1"]);
}

#[test]
fn nothing_is_deleted_because_unsigned_files_say_so() {
    let world = world();
    let paths = [
        HEAD,
        layout::SETTINGS,
        layout::KEY,
        "pool/main/a/a/a_1_amd64.deb",
        "../victim",
        "pool",
        "pool/../dists/stable/InRelease",
    ];
    let list: Vec<String> = paths.iter().map(|path| format!("\"{path}\":0")).collect();
    world.put(layout::SETTINGS, b"{}");
    world.put(layout::KEY, b"key");
    world.put(layout::CONDEMNED, format!("{{\"paths\":{{{}}}}}", list.join(",")).as_bytes());
    forge(&world, (2, 2), |commit| {
        commit.dropped = paths.map(str::to_owned).to_vec();
        commit.date = 1;
    });
    let store = SimStore::new(&world, Stop::Never);
    let mut session = session(&store);
    // The settings are not signed either: a suite that they do not name is there all the same.
    session.settings.suites = vec!["beta".to_owned()];
    for _ in 0..3 {
        gc::collect(&session, &FULL).expect("collected");
    }
    for path in [HEAD, layout::SETTINGS, layout::KEY, "pool/main/a/a/a_1_amd64.deb"] {
        assert!(world.paths().contains(&path.to_owned()), "{path}");
    }
    let wrong: Vec<_> = findings(&world).into_iter().filter(|finding| !finding.is_warning).collect();
    assert_eq!(wrong, []);
}

#[test]
fn what_only_says_to_be_a_part_is_not_taken_along() {
    let world = world();
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    let app = "X-Mkdeb-App: shop\nX-Mkdeb-Role: application\n\
        Depends: libc6 (>= 2.31), shop-release-1 (= 1), shop-venv-abc (= 1)\n";
    let part = |role: &str| format!("X-Mkdeb-Role: {role}\nX-Mkdeb-App: shop\nX-Mkdeb-Venv-Key: abc\n");
    for (words, fields) in [
        ("shop 1", app.to_owned()),
        ("libc6 9:9", part("virtualenv")),
        ("shop-release-1 1", part("release")),
        ("shop-venv-abc 1", part("virtualenv")),
    ] {
        publish_with(&session, words, (&fields, words.as_bytes())).expect(words);
    }
    let wanted = ["shop".parse().expect("a package")];
    session
        .change("promote", "beta", &mut |_| moving::promotion(&session, "stable", (&wanted, None)))
        .expect("promoted");
    assert_eq!(holds(&world, "beta"), ["shop 1", "shop-release-1 1", "shop-venv-abc 1"]);
}

#[test]
fn one_version_has_one_spelling() {
    let world = world();
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    for version in ["1-0", "0:1", "01"] {
        let error = publish(&session, &format!("a {version}")).expect_err(version);
        assert!(matches!(error, Error::SameVersion { .. }), "{error}");
        assert!(error.to_string().contains(&format!("`a {version} amd64`")), "{error}");
    }
    assert_eq!(holds(&world, "stable"), ["a 1", "b 1"]);
    publish(&session, "a 1").expect("it is there");
    publish(&session, "a 1-1").expect("another version");
}
