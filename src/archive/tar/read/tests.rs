//! Hostile and unusual archives.

use super::*;
use crate::archive::tar::header;

/// A header like those of old archives: only what is given, and a right checksum.
fn block(name: &[u8], kind: u8, size: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[..name.len()].copy_from_slice(name);
    block[100..107].copy_from_slice(b"0000644");
    block[124..124 + size.len()].copy_from_slice(size);
    block[156] = kind;
    sealed(block)
}

fn sealed(mut block: [u8; BLOCK]) -> [u8; BLOCK] {
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block
}

fn record(kind: u8, text: &[u8]) -> Vec<u8> {
    let size = format!("{:011o}", text.len());
    let mut bytes = block(b"././@x", kind, size.as_bytes()).to_vec();
    bytes.extend_from_slice(text);
    bytes.extend_from_slice(header::padding(text.len() as u64));
    bytes
}

fn walk(bytes: &[u8]) -> Result<Vec<(Member, Vec<u8>)>, Error> {
    let mut reader = Reader::new(bytes);
    let mut members = Vec::new();
    while let Some(member) = reader.next_member()? {
        let mut body = Vec::new();
        let read = reader.read_to_end(&mut body);
        read.map_err(|error| error.downcast().unwrap_or_else(Error::Io))?;
        members.push((member, body));
    }
    Ok(members)
}

fn sample() -> Vec<u8> {
    let long = [b'n'; 150];
    let mut bytes = Vec::new();
    for (path, kind, body) in [
        (&b""[..], header::Kind::Directory, &b""[..]),
        (b"a \xff", header::Kind::File(3), b"abc"),
        (&long, header::Kind::File(0), b""),
        (b"hard", header::Kind::Hardlink(&long), b""),
        (b"soft", header::Kind::Symlink(b"../x/./y//z/"), b""),
    ] {
        header::encode(
            &header::Entry { path, mode: 0o4755, mtime: 7, owner: &Owner::root(), kind },
            &mut bytes,
        );
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(header::padding(body.len() as u64));
    }
    bytes.extend_from_slice(&header::END);
    bytes
}

#[test]
fn what_was_written_is_read_back() {
    let sample = sample();
    let members = walk(&sample).expect("valid");
    let long = [&b"./"[..], &[b'n'; 150]].concat();
    let expected = [
        (&b"./"[..], Kind::Directory),
        (b"./a \xff", Kind::File),
        (&long, Kind::File),
        (b"./hard", Kind::Hardlink(long.clone())),
        (b"./soft", Kind::Symlink(b"../x/./y//z/".to_vec())),
    ];
    assert_eq!(members.len(), expected.len());
    for ((member, body), (path, kind)) in members.iter().zip(expected) {
        assert_eq!((&member.path[..], &member.kind), (path, &kind));
        assert_eq!((member.mode, member.mtime, member.size), (0o4755, 7, body.len() as u64));
        assert_eq!(member.owner.user, b"root");
        let start = usize::try_from(member.offset).expect("small");
        assert_eq!(&sample[start..start + body.len()], body);
    }
}

#[test]
fn other_dialects_are_read() {
    let mut ustar = block(b"name", b'0', b"00000000000");
    ustar[257..265].copy_from_slice(b"ustar\x0000");
    ustar[345..351].copy_from_slice(b"prefix");
    let pax = record(b'x', b"12 path=p\xc3\xa4\n13 mtime=9.5\n9 size=1\n");
    let sized = [&pax[..], &block(b"short", b'0', b"00000000007"), b"x", &[0; 511]].concat();
    for (bytes, path, kind) in [
        (sealed(ustar).to_vec(), &b"prefix/name"[..], Kind::File),
        (block(b"v7", 0, b"0").to_vec(), b"v7", Kind::File),
        (block(b"v7/", 0, b"0").to_vec(), b"v7/", Kind::Directory),
        (block(b"fifo", b'6', b"0").to_vec(), b"fifo", Kind::Fifo),
        ([record(b'L', b"long\0junk"), block(b"cut", b'0', b"0").to_vec()].concat(), b"long", Kind::File),
        (block(b"file/", b'0', b"0").to_vec(), b"file/", Kind::Directory),
        ([record(b'g', b"17 comment=01234\n"), block(b"g", b'0', b"0").to_vec()].concat(), b"g", Kind::File),
        (sized, b"p\xc3\xa4", Kind::File),
    ] {
        let members = walk(&bytes).expect("valid");
        assert_eq!((&members[0].0.path[..], &members[0].0.kind), (path, &kind));
    }
}

#[test]
fn a_global_time_is_that_of_entries_without_one() {
    let own = [record(b'x', b"13 mtime=3.5\n"), block(b"own", b'0', b"0").to_vec()].concat();
    let bytes = [record(b'g', b"14 mtime=1234\n"), block(b"a", b'0', b"0").to_vec(), own].concat();
    let times: Vec<u64> = walk(&bytes).expect("valid").iter().map(|(member, _)| member.mtime).collect();
    assert_eq!(times, [1234, 3]);
}

#[test]
fn a_commit_is_one_for_all_entries() {
    let comment = |text: &str| record(b'g', format!("{} comment={text}\n", text.len() + 12).as_bytes());
    let named = |letter: &str| comment(&letter.repeat(40));
    let entry = || block(b"a", b'0', b"0").to_vec();
    let (a, b) = (&"a".repeat(40)[..], &"b".repeat(40)[..]);
    let both = format!("52 comment={a}\n52 comment={b}\n");
    for (parts, commit) in [
        (vec![named("a"), entry()], Some(a)),
        (vec![named("a"), entry(), named("a"), entry()], Some(a)),
        (vec![named("a"), entry(), named("b"), entry()], None),
        (vec![named("a"), named("b"), entry()], None),
        (vec![named("a"), entry(), named("b"), entry(), named("a"), entry()], None),
        (vec![record(b'g', both.as_bytes()), entry()], None),
        (vec![named("a"), comment(&"x".repeat(40)), entry()], None),
        (vec![entry(), named("a"), entry()], None),
        (vec![comment(&"A".repeat(40)), entry()], None),
        (vec![entry()], None),
    ] {
        let bytes = parts.concat();
        let mut reader = Reader::new(&bytes[..]);
        while reader.next_member().expect("valid").is_some() {}
        assert_eq!(reader.commit(), commit, "{}", bytes.escape_ascii());
    }
}

#[test]
fn an_entry_begins_behind_what_is_for_all() {
    let global = record(b'g', b"14 mtime=1234\n");
    let own = [record(b'x', b"13 mtime=3.5\n"), block(b"own", b'0', b"0").to_vec()].concat();
    let bytes = [&global[..], &own, &block(b"a", b'0', b"0"), &[0; 1024]].concat();
    let mut reader = Reader::new(&bytes[..]);
    let mut begins = Vec::new();
    while reader.next_member().expect("valid").is_some() {
        begins.push(reader.begins());
    }
    begins.push(reader.begins());
    assert_eq!(begins, [1024, 2560, 3072]);
}

#[test]
fn what_only_some_ask_for_is_kept_apart() {
    let mut device = block(b"null", b'3', b"0");
    device[136..148].copy_from_slice(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    device[329..333].copy_from_slice(b"0001");
    device[337..341].copy_from_slice(b"0003");
    let linked = block(b"link", b'1', b"00000000007");
    let bytes = [&sealed(device)[..], &linked, &record(b'g', b""), &linked].concat();
    let mut reader = Reader::new(&bytes[..]);
    let mut seen = Vec::new();
    while let Some(member) = reader.next_member().expect("valid") {
        seen.push((member.size, reader.details()));
    }
    let plain = Details::default();
    let device = Details { mtime: -1, device: Some((1, 3)), pax: false };
    assert_eq!(seen, [(0, device), (0, plain), (0, Details { pax: true, ..plain })], "a link has no body");
}

#[test]
fn a_missing_end_is_noticed_and_not_refused() {
    let mut reader = Reader::new(&[][..]);
    assert!(reader.next_member().expect("empty").is_none() && !reader.has_end());
    let end = [&header::END[..], b"junk behind"].concat();
    let mut reader = Reader::new(&end[..]);
    assert!(reader.next_member().expect("ended").is_none() && reader.has_end());
}

#[test]
fn broken_archives_give_one_clear_error() {
    let mut unsealed = block(b"a", b'0', b"0");
    unsealed[0] = b'b';
    let mut huge = block(b"a", b'0', b"");
    huge[124..136].copy_from_slice(b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff");
    for (bytes, words) in [
        (block(b"a", b'0', b"0")[..511].to_vec(), "ends at byte 511"),
        (block(b"a", b'0', b"00000000001").to_vec(), "ends at byte 512"),
        ([&block(b"a", b'0', b"00000001000")[..], &[1; 511]].concat(), "ends at byte 1023"),
        (unsealed.to_vec(), "checksum is wrong"),
        (block(b"a", b'S', b"0").to_vec(), "sparse"),
        ([record(b'x', b"22 GNU.sparse.major=1\n"), block(b"a", b'0', b"0").to_vec()].concat(), "sparse"),
        (block(b"", b'0', b"0").to_vec(), "name is empty"),
        (block(b"a", b'0', b"9").to_vec(), "size is not a number"),
        (block(b"a", b'0', b"-1").to_vec(), "size is not a number"),
        (sealed(huge).to_vec(), "beyond any file"),
        (block(b"a", b'5', b"1").to_vec(), "has a body"),
        (block(b"a", b'L', b"00000300000").to_vec(), "more than anything needs"),
        (block(b"a", b'K', b"77777777777").to_vec(), "more than anything needs"),
        (block(b"a", b'x', b"00010000000").to_vec(), "more than anything needs"),
        (block(b"a", b'L', b"00000000100").to_vec(), "ends at byte"),
        (block(b"a/", b'0', b"1").to_vec(), "has a body"),
        (record(b'x', b"9 path=ab\n"), "malformed"),
        (record(b'L', b"nobody"), "ends at byte 1024"),
        ([record(b'x', b"9 path=a\n"), header::END.to_vec()].concat(), "ends at byte 1024"),
        (record(b'x', b"99 path=a\n"), "malformed"),
        (record(b'g', b"not even a record"), "malformed"),
        (record(b'g', b"9 path=a\n9 size=1\n"), "name or measure every entry"),
        (record(b'g', b"22 GNU.sparse.major=1\n"), "name or measure every entry"),
    ] {
        let error = walk(&bytes).expect_err(words).to_string();
        assert!(error.contains(words), "{error} should say {words}");
    }
}

#[test]
fn every_prefix_and_every_flipped_byte_is_survived() {
    let sample = sample();
    for at in 0..sample.len() {
        let _ = walk(&sample[..at]);
        let mut flipped = sample.clone();
        flipped[at] ^= 1 << (at % 8);
        let _ = walk(&flipped);
        let start = at / BLOCK * BLOCK;
        let sealed = sealed(flipped[start..start + BLOCK].try_into().expect("a block"));
        flipped[start..start + BLOCK].copy_from_slice(&sealed);
        let _ = walk(&flipped);
    }
}
