//! `Contents`: the same packages give the same lines, whatever came and went.

use std::io::Read;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::repo::layout;
use crate::repo::moving;
use crate::repo::session::Session;
use crate::repo::tests::findings;
use crate::repo::tests::founded;
use crate::repo::tests::publish_with;
use crate::repo::tests::session_of;
use crate::repo::tests::sim::SimStore;
use crate::repo::tests::sim::Stop;
use crate::repo::tests::sim::World;
use crate::types::digest::Sha256;

const CONTENTS: &str = "dists/stable/main/Contents-amd64.gz";

/// A `.deb` with files at these paths, and a directory.
pub fn package(words: &str, paths: &[&str]) -> Vec<u8> {
    let (name, version) = words.split_once(' ').expect("name and version");
    let control = format!("Package: {name}\nVersion: {version}\nArchitecture: amd64\n");
    let archive = |entries: &[(&str, &[u8])]| {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (path, bytes) in entries {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            if path.ends_with('/') {
                header.set_entry_type(tar::EntryType::Directory);
            }
            builder.append_data(&mut header, path, *bytes).expect("memory");
        }
        builder.into_inner().and_then(GzEncoder::finish).expect("memory")
    };
    let mut files: Vec<(&str, &[u8])> = vec![("usr/", b"")];
    files.extend(paths.iter().map(|path| (*path, &b"x"[..])));
    let mut bytes = Vec::new();
    let mut container = ar::Builder::new(&mut bytes);
    let members = [
        ("debian-binary", b"2.0\n".to_vec()),
        ("control.tar.gz", archive(&[("control", control.as_bytes())])),
        ("data.tar.gz", archive(&files)),
    ];
    for (name, member) in members {
        let header = ar::Header::new(name.as_bytes().to_vec(), member.len() as u64);
        container.append(&header, &member[..]).expect("memory");
    }
    bytes
}

fn put(session: &Session<'_>, words: &str, paths: &[&str]) {
    publish_with(session, words, ("", &package(words, paths))).expect(words);
}

fn remove(session: &Session<'_>, words: &str) {
    let wanted = [words.parse().expect("a package")];
    session.change("remove", "stable", &mut |view| moving::removal(view, &wanted)).expect(words);
}

fn lines(world: &Arc<World>) -> Vec<String> {
    let mut text = String::new();
    let bytes = world.bytes(CONTENTS);
    flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).expect("gzip");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_file_belongs_to_all_packages_that_have_it_in_any_version() {
    let world = founded();
    let store = SimStore::new(&world, Stop::Never);
    let session = session_of(&store, true);
    put(&session, "a 1", &["usr/a b", "usr/old"]);
    put(&session, "a 2", &["usr/a b", "usr/new"]);
    put(&session, "b 1", &["usr/a b"]);
    assert_eq!(lines(&world), ["usr/a b\ta,b", "usr/new\ta", "usr/old\ta"]);
    remove(&session, "a=1");
    assert_eq!(lines(&world), ["usr/a b\ta,b", "usr/new\ta"]);
    remove(&session, "a=2");
    assert_eq!(lines(&world), ["usr/a b\tb"]);
    assert_eq!(findings(&world), []);
    // Hosts find it by its digest too.
    let inline = String::from_utf8(world.bytes("dists/stable/InRelease")).expect("text");
    let digest = Sha256::of(&world.bytes(CONTENTS));
    assert!(inline.contains(&format!("{digest}")) && inline.contains(" main/Contents-amd64\n"), "{inline}");
    assert!(world.paths().contains(&format!("dists/stable/main/by-hash/SHA256/{digest}")));
}

#[test]
fn the_order_in_which_packages_came_leaves_no_trace() {
    let [straight, winding] = [founded(), founded()];
    for (world, order) in [(&straight, &["a 1", "b 1", "c 1"][..]), (&winding, &["c 1", "x 1", "a 1", "b 1"])]
    {
        let store = SimStore::new(world, Stop::Never);
        let session = session_of(&store, true);
        for words in order {
            let paths: Vec<String> = (0..20_000).map(|number| format!("usr/{words}/{number}")).collect();
            put(&session, words, &paths.iter().map(String::as_str).collect::<Vec<_>>());
        }
        if order.contains(&"x 1") {
            remove(&session, "x");
        }
    }
    assert_eq!(lines(&straight).len(), 60_000);
    assert_eq!(straight.bytes(CONTENTS), winding.bytes(CONTENTS));
}

#[test]
fn what_was_there_before_is_listed_from_the_packages_and_what_is_not_wanted_goes() {
    let world = founded();
    let store = SimStore::new(&world, Stop::Never);
    put(&session_of(&store, false), "a 1", &["usr/a"]);
    put(&session_of(&store, false), "b 1", &["usr/b"]);
    assert!(!world.paths().contains(&CONTENTS.to_owned()));
    put(&session_of(&store, true), "c 1", &["usr/c"]);
    assert_eq!(lines(&world), ["usr/a\ta", "usr/b\tb", "usr/c\tc"]);
    // A list that is lost or damaged is made again; the files of a package that is lost too are nobody's.
    let list = |words: &str, path| layout::file_list(&Sha256::of(&package(words, &[path])).to_string());
    world.put(&list("a 1", "usr/a"), b"damaged");
    remove(&session_of(&store, true), "a");
    world.put(&list("b 1", "usr/b"), b"damaged");
    world.remove("pool/main/b/b/b_1_amd64.deb");
    remove(&session_of(&store, true), "b");
    assert_eq!(lines(&world), ["usr/b\tb", "usr/c\tc"]);
    put(&session_of(&store, false), "d 1", &["usr/d"]);
    let inline = String::from_utf8(world.bytes("dists/stable/InRelease")).expect("text");
    assert!(!inline.contains("Contents"), "{inline}");
    assert_eq!(findings(&world), []);
}

#[test]
fn what_is_lost_is_made_again_by_the_next_change() {
    let world = founded();
    let store = SimStore::new(&world, Stop::Never);
    let session = session_of(&store, true);
    put(&session, "a 1", &["usr/a"]);
    let digest = Sha256::of(&world.bytes(CONTENTS));
    world.remove(&layout::by_hash("stable", &layout::contents("main", "amd64"), &digest));
    put(&session, "b 1", &["usr/b"]);
    assert_eq!(lines(&world), ["usr/a\ta", "usr/b\tb"]);
    assert_eq!(findings(&world), []);
}

#[test]
fn a_package_whose_files_cannot_be_told_is_not_published() {
    let world = founded();
    let store = SimStore::new(&world, Stop::Never);
    let session = session_of(&store, true);
    let whole = package("a 1", &["usr/a"]);
    let error = publish_with(&session, "a 1", ("", &whole[..whole.len() - 40])).expect_err("cut off");
    assert_eq!(error.to_string(), "failed to read `a 1`");
    assert!(!world.paths().iter().any(|path| path.starts_with("pool/")), "nothing was written");
}
