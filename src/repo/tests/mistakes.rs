//! What `verify` finds.

use std::sync::Arc;

use crate::repo::layout;
use crate::repo::session::Signer;
use crate::repo::tests::findings;
use crate::repo::tests::founded;
use crate::repo::tests::publish;
use crate::repo::tests::publish_with;
use crate::repo::tests::session;
use crate::repo::tests::session_of;
use crate::repo::tests::sim::RealSigner;
use crate::repo::tests::sim::SimStore;
use crate::repo::tests::sim::Stop;
use crate::repo::tests::sim::World;
use crate::repo::verify;
use crate::repo::view::Head;
use crate::types::date::SourceDate;
use crate::types::digest::Sha256;

const HEAD: &str = "dists/stable/InRelease";
const FILE: &str = "pool/main/a/a/a_1_amd64.deb";

fn world() -> Arc<World> {
    world_with(false)
}

/// The same with `Contents`, or not.
fn world_with(contents: bool) -> Arc<World> {
    let world = founded();
    let store = SimStore::new(&world, Stop::Never);
    publish(&session_of(&store, contents), "a 1").expect("published");
    assert_eq!(findings(&world), []);
    world
}

/// The codes of what is found, behind a change of some file.
fn codes(change: impl FnOnce(&Arc<World>)) -> Vec<&'static str> {
    let world = world();
    change(&world);
    findings(&world).into_iter().map(|finding| finding.code).collect()
}

fn by_hash(world: &Arc<World>) -> String {
    let store = SimStore::new(world, Stop::Never);
    let head = Head::read(&store, "stable").expect("readable").expect("there");
    let entry = head.release.indices.values().next().expect("an index");
    layout::by_hash("stable", &layout::packages("main", "amd64"), &entry.packed.0)
}

/// Another text under a true signature.
fn sign_anew(world: &Arc<World>, change: impl FnOnce(String) -> String) {
    let text = String::from_utf8(world.bytes("dists/stable/Release")).expect("text");
    let signed = RealSigner.sign(&change(text), SourceDate::from_seconds(0)).expect("signed");
    world.put(HEAD, signed.inline.as_bytes());
}

#[test]
fn each_mistake_has_a_name() {
    assert_eq!(codes(|world| world.remove(FILE)), ["missing-file"]);
    assert_eq!(codes(|world| world.put(FILE, b"a 1 and more")), ["wrong-size"]);
    assert_eq!(codes(|world| world.put(FILE, b"b 1")), ["wrong-hash"]);
    assert_eq!(codes(|world| world.put(&by_hash(world), b"stale")), ["stale-by-hash"]);
    assert_eq!(codes(|world| world.remove(&by_hash(world))), ["stale-by-hash"]);
    assert_eq!(codes(|world| world.remove("dists/stable/main/binary-amd64/Packages.gz")), ["stale-index"]);
    assert_eq!(codes(|world| world.put("dists/stable/Release", b"stale")), ["stale-release"]);
    assert_eq!(codes(|world| world.remove(HEAD)), ["missing-head"]);
    assert_eq!(codes(|world| world.put(HEAD, b"\xff")), ["malformed-head"]);
    let forged = codes(|world| {
        let text = String::from_utf8(world.bytes(HEAD)).expect("text");
        world.put(HEAD, text.replace("Label: Acme", "Label: Evil").as_bytes());
    });
    assert_eq!(forged, ["bad-signature", "stale-release"]);
    let swapped = codes(|world| {
        sign_anew(world, |text| {
            let line = text.lines().find(|line| line.ends_with("/Packages")).expect("listed").to_owned();
            let words: Vec<&str> = line.split_whitespace().collect();
            text.replace(&line, &format!(" {} {} {}", words[2], words[1], words[0]))
        });
    });
    assert_eq!(swapped, ["field-order"]);
    let unlisted = codes(|world| {
        sign_anew(world, |text| {
            let line = text.lines().find(|line| line.ends_with("/Packages")).expect("listed").to_owned();
            text.replace(&format!("{line}\n"), "")
        });
    });
    assert_eq!(unlisted, ["unlisted-index"]);
    let future = codes(|world| {
        sign_anew(world, |text| {
            let date = text.lines().find(|line| line.starts_with("Date:")).expect("a date").to_owned();
            text.replace(&date, "Date: Mon, 23 Nov 2099 10:00:00 +0000")
        });
    });
    assert_eq!(future, ["future-date", "stale-release"]);
    let text = codes(|world| {
        sign_anew(world, |text| {
            let line = text.lines().find(|line| line.ends_with("/Packages")).expect("listed").to_owned();
            let digest = line.split_whitespace().next().expect("a digest").to_owned();
            text.replace(&line, &line.replace(&digest, &"0".repeat(64)))
        });
    });
    assert_eq!(text, ["stale-release", "wrong-hash"]);
}

#[test]
fn a_mistake_in_contents_has_a_name_too() {
    const CONTENTS: &str = "dists/stable/main/Contents-amd64.gz";
    fn by_hash(world: &World) -> String {
        let digest = Sha256::of(&world.bytes(CONTENTS));
        layout::by_hash("stable", &layout::contents("main", "amd64"), &digest)
    }
    let codes = |change: fn(&Arc<World>)| {
        let world = world_with(true);
        change(&world);
        findings(&world).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(|world| world.remove(CONTENTS)), ["stale-index"]);
    assert_eq!(codes(|world| world.remove(&by_hash(world))), ["stale-by-hash"]);
    let text = codes(|world| {
        sign_anew(world, |text| {
            let line =
                text.lines().find(|line| line.ends_with("/Contents-amd64")).expect("listed").to_owned();
            let digest = line.split_whitespace().next().expect("a digest").to_owned();
            text.replace(&line, &line.replace(&digest, &"0".repeat(64)))
        });
    });
    assert_eq!(text, ["stale-release", "wrong-hash"]);
}

#[test]
fn what_a_suite_of_its_own_cannot_satisfy_is_found() {
    let world = world();
    let store = SimStore::new(&world, Stop::Never);
    let session = session(&store);
    let fields =
        "X-Mkdeb-App: orders\nX-Mkdeb-Role: application\nPre-Depends: orders-release-1-ab (= 1), libc6\n";
    publish_with(&session, "orders 1", (fields, b"orders")).expect("published");
    let found = findings(&world);
    assert_eq!(found.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["unsatisfied"], "{found:?}");
    let part = "X-Mkdeb-App: orders\nX-Mkdeb-Role: release\n";
    publish_with(&session, "orders-release-1-ab 1", (part, b"release")).expect("published");
    assert_eq!(findings(&world), []);
}

#[test]
fn a_head_that_is_lost_or_damaged_is_mended_from_the_journal() {
    let lose: fn(&Arc<World>) = |world| world.remove(HEAD);
    let damage: fn(&Arc<World>) = |world| world.put(HEAD, &world.bytes(HEAD)[..200]);
    let append: fn(&Arc<World>) =
        |world| world.put(HEAD, &[&world.bytes(HEAD)[..], b"junk behind the signature\n"].concat());
    for change in [lose, damage, append] {
        let world = world();
        // Entries of long ago are gone.
        world.remove(&layout::commit("stable", 1));
        change(&world);
        let store = SimStore::new(&world, Stop::Never);
        assert_ne!(findings(&world), []);
        verify::repair(&session(&store), "stable").expect("mended");
        assert_eq!(findings(&world), []);
    }
}

#[test]
fn what_stands_beside_the_head_is_mended() {
    let world = world();
    world.put("dists/stable/Release", b"stale");
    world.remove("dists/stable/main/binary-amd64/Packages.gz");
    let store = SimStore::new(&world, Stop::Never);
    verify::repair(&session(&store), "stable").expect("mended");
    assert_eq!(findings(&world), []);
}
