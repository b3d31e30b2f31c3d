//! Indices: the same packages are the same bytes, whatever was published when.

use std::io::Read;

use crate::control::stanza;
use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::repo::index::Change;
use crate::repo::index::Changes;
use crate::repo::index::Index;
use crate::types::digest::Sha256;

fn key(number: usize) -> StanzaKey {
    let (package, architecture) = (format!("p{number:05}"), "amd64".to_owned());
    StanzaKey { package, version: "1".to_owned(), architecture }
}

fn put(number: usize) -> (StanzaKey, Change) {
    let key = key(number);
    let text = format!("Package: {}\nVersion: 1\nArchitecture: amd64\nSize: {number}\n", key.package);
    (key, Change::Put(Stanza::new(&text)))
}

fn apply(index: &Index, changes: &Changes) -> crate::repo::index::Built {
    index.apply(changes, &mut |there, here| Ok::<_, std::io::Error>(there != here)).expect("applied")
}

fn names(index: &Index) -> Vec<String> {
    let mut found = Vec::new();
    index
        .each(&mut |text| {
            found.push(stanza::field(text, "Package").expect("a name").to_owned());
            Ok::<_, std::io::Error>(())
        })
        .expect("readable");
    found
}

#[test]
fn the_order_of_publishing_leaves_no_trace() {
    let count = 3000;
    let all = apply(&Index::default(), &(0..count).map(put).collect());
    // In a hundred steps, some of which take out what a later one puts in again.
    let mut steps = Index::default();
    for step in 0..100 {
        let mut changes: Changes = (0..count).filter(|n| (n * 7919) % 100 == step).map(put).collect();
        if step % 3 == 0 {
            changes.extend((0..count).filter(|n| n % 17 == 0).map(|n| (key(n), Change::Drop)));
        }
        steps = apply(&steps, &changes).written.blocks;
    }
    steps = apply(&steps, &(0..count).map(put).collect()).written.blocks;
    assert_eq!(steps, all.written.blocks);
    assert_eq!(names(&steps).len(), count);
    // What apt reads is what the digests are of.
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(all.written.blocks.bytes()).read_to_end(&mut text).expect("gzip");
    assert_eq!((Sha256::of(&text), text.len() as u64), all.written.entry.plain);
    assert_eq!(
        (Sha256::of(all.written.blocks.bytes()), all.written.blocks.bytes().len() as u64),
        all.written.entry.packed
    );
}

#[test]
fn one_more_package_changes_one_block_and_taking_all_out_leaves_nothing() {
    let all = apply(&Index::default(), &(0..3000).map(put).collect());
    let more = apply(&all.written.blocks, &[put(9000)].into());
    assert_eq!((more.added.len(), more.removed.len()), (1, 0));
    let blocks = |index: &Index| {
        let members = crate::archive::compress::member::members(index.bytes()).expect("ours");
        members.into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>()
    };
    let (before, after) = (blocks(&all.written.blocks), blocks(&more.written.blocks));
    assert!(before.len() > 10, "{}", before.len());
    assert!(after.iter().filter(|block| !before.contains(block)).count() <= 2);
    let none = apply(&more.written.blocks, &(0..10_000).map(|number| (key(number), Change::Drop)).collect());
    assert_eq!(none.written.blocks, apply(&Index::default(), &Changes::new()).written.blocks);
    assert_eq!(none.written.entry.plain, (Sha256::of(b""), 0));
}

#[test]
fn an_index_of_another_program_is_read_and_written_as_ours() {
    let text: String = (0..500)
        .map(|number| match put(number).1 {
            Change::Put(stanza) => format!("{}\n", stanza.as_str()),
            Change::Drop => String::new(),
        })
        .collect();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, text.as_bytes()).expect("memory");
    let foreign = Index::of_bytes(encoder.finish().expect("memory"));
    let ours = apply(&Index::default(), &(0..501).map(put).collect());
    assert_eq!(apply(&foreign, &[put(500)].into()).written.blocks, ours.written.blocks);
}
