//! Broken and hostile packages: one clear error each, in bounded time and memory.

use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::Command;

use mkdeb::archive::tar::header::{Kind, encode};
use mkdeb::archive::tar::owner::Owner;
use mkdeb::command::inspect::virtualenv::Collector;
use mkdeb::deb::read::{Error, Limits, Reader};

use super::{CONTROL, container, control, edited, mkdeb, package, refused, run, tar, written};

const VERSION: (&str, &[u8]) = ("debian-binary", b"2.0\n");

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// The header of a tar that promises a body of so many bytes.
fn promise(path: &[u8], size: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let kind = Kind::File(size);
    encode(
        &mkdeb::archive::tar::header::Entry { path, mode: 0o644, mtime: 0, owner: &Owner::root(), kind },
        &mut bytes,
    );
    bytes
}

/// A start and a piece that is repeated, compressed.
fn repeated(start: &[u8], piece: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
    encoder.write_all(start).unwrap();
    for _ in 0..times {
        encoder.write_all(piece).unwrap();
    }
    encoder.finish().unwrap()
}

/// Each gets one error, which says these words after the package's name.
#[track_caller]
fn told(what: &str, bytes: &[u8], words: &str) {
    let said = refused(&[], bytes);
    assert!(said.contains(words), "{what}: {said}");
    assert!(said.starts_with("error: failed to read the package `standard input`: "), "{what}: {said}");
    assert_eq!(said.lines().filter(|line| !line.starts_with("hint: ")).count(), 1, "{what}: {said}");
}

fn a_tar() -> Vec<u8> {
    tar(&[(b"a", Kind::File(2), b"x\n")])
}

#[test]
fn each_broken_container_gets_one_clear_error() {
    let (control, data) = (control(), a_tar());
    let whole = package(&control, &data);
    let at = |offset: usize, bytes: &[u8]| {
        let mut whole = whole.clone();
        whole[offset..offset + bytes.len()].copy_from_slice(bytes);
        whole
    };
    let (control_at, data_at) = (72, 132 + control.len());
    for (what, bytes, words) in [
        ("nothing", Vec::new(), "it is not a Debian package: it does not start with `!<arch>`"),
        ("bad magic", at(0, b"!<arcx>\n"), "it does not start with `!<arch>`"),
        ("the magic alone", whole[..8].to_vec(), "the file ends where the member `debian-binary`"),
        ("half a header", whole[..40].to_vec(), "the file ends at byte 40, within a header"),
        ("half a control.tar", whole[..300].to_vec(), "within the member `control.tar`"),
        ("no data.tar", whole[..data_at].to_vec(), "the file ends where the member `data.tar` should be"),
        ("half a data.tar", whole[..data_at + 400].to_vec(), "within the member `data.tar`"),
        ("a cut body", whole[..data_at + 60 + 513].to_vec(), "within the member `data.tar`"),
        ("a size that is none", at(data_at + 48, b"12x       "), "its size is not a number"),
        ("a size beyond the file", at(data_at + 48, b"9999999999"), "within the member `data.tar`"),
        ("a size that is too small", at(control_at + 48, b"100       "), "the archive ends at byte 100"),
        ("a bad backquote", at(data_at + 58, b"x"), "does not end in a backquote"),
        ("a long name", at(data_at, b"#1/20"), "long names are not supported"),
        ("another version", at(68, b"3.0\n"), "the format version in `debian-binary` is not 2"),
    ] {
        told(what, &bytes, words);
    }
    let (control, data) = (("control.tar", &control[..]), ("data.tar", &data[..]));
    for (what, members, words) in [
        ("wrong order", vec![VERSION, data, control], "`data.tar` is where the member `control.tar`"),
        (
            "control twice",
            vec![VERSION, control, control, data],
            "`control.tar` is where the member `data.tar`",
        ),
        ("something between", vec![VERSION, control, ("x", b""), data], "`x` is where the member `data.tar`"),
        ("no version", vec![control, data], "`control.tar` is where the member `debian-binary`"),
        (
            "control as bzip2",
            vec![VERSION, ("control.tar.bz2", b"x"), data],
            "`control.tar.bz2` has a compression",
        ),
        (
            "an unknown compression",
            vec![VERSION, control, ("data.tar.br", b"x")],
            "a compression that mkdeb does not read",
        ),
    ] {
        told(what, &container(&members), words);
    }
    for end in [8, 40, 300, data_at, whole.len() - 4] {
        let said = refused(&[], &whole[..end]);
        assert!(said.contains("hint: the file was cut off"), "{end}: {said}");
    }
    for (bytes, hint) in [
        (&b"nonsense"[..], "hint: name a `.deb`"),
        (&container(&[VERSION, ("control.tar.bz2", b"x"), data]), "`mkdeb pack TREE`"),
    ] {
        let said = refused(&[], bytes);
        assert!(said.contains(hint), "{said}");
    }
}

#[test]
fn each_broken_compression_gets_one_clear_error() {
    let control = control();
    let zstd = zstd(&a_tar());
    for (suffix, bytes, words) in [
        ("gz", &b""[..], "there is nothing to unpack"),
        ("gz", b"not gzip at all", "invalid gzip header"),
        ("xz", b"not xz at all at all", "not recognized"),
        ("zst", b"not zstd", "Unknown frame descriptor"),
        ("bz2", b"not bzip2 either", "bz2 header missing"),
        ("lzma", b"\xffnot lzma either", "not recognized"),
        ("zst", &zstd[..30], "incomplete frame"),
    ] {
        let name = format!("data.tar.{suffix}");
        let bytes = container(&[VERSION, ("control.tar", &control), (&name, bytes)]);
        told(suffix, &bytes, &format!("the member `{name}` cannot be read"));
        told(suffix, &bytes, words);
    }
}

#[test]
fn each_broken_tar_gets_one_clear_error() {
    let (control, data) = (control(), a_tar());
    let file = |name: &'static [u8], text: &'static [u8]| (name, Kind::File(text.len() as u64), text);
    let record = |kind: u8, size: &[u8]| edited(edited(tar(&[file(b"a", b"")]), 156, &[kind]), 124, size);
    let negative = [0xff; 12];
    let mut unsealed = data.clone();
    unsealed[0] = b'z';
    for (what, data, words) in [
        ("no tar", vec![b'x'; 1024], "the header at byte 0 is broken: its checksum is wrong"),
        ("a wrong checksum", unsealed, "its checksum is wrong"),
        ("a huge long name", record(b'L', b"77777777777"), "8589934591 bytes of names or records"),
        ("a huge long target", record(b'K', b"77777777777"), "8589934591 bytes of names or records"),
        ("a huge PAX record", record(b'x', b"77777777777"), "8589934591 bytes of names or records"),
        ("a sparse file", record(b'S', b"00000000000"), "sparse file"),
        ("a negative size", record(b'0', &negative), "its size is not a number"),
        ("a body without an end", promise(b"a", 1 << 62), "ends at byte 512, in the middle of an entry"),
    ] {
        told(what, &package(&control, &data), words);
    }
    let long_line = format!("Package: x\nX: {}\n", "y".repeat(20 << 20)).into_bytes();
    for (what, control, words) in [
        ("no tar", vec![b'x'; 512], "the member `control.tar` cannot be read"),
        (
            "no control",
            tar(&[file(b"md5sums", b"")]),
            "there is no file `control` in the member `control.tar`",
        ),
        ("a directory", tar(&[(b"control", Kind::Directory, b"")]), "there is no file `control`"),
        (
            "a long line",
            tar(&[(b"control", Kind::File(long_line.len() as u64), &long_line)]),
            "more bytes in its control file",
        ),
    ] {
        told(what, &package(&control, &data), words);
    }
}

/// Runs with little memory: what would need more is killed, not refused.
fn refused_within(megabytes: u32, words: &[&str], deb: &[u8]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let deb = written(directory.path(), "bomb.deb", deb);
    let script = format!("ulimit -v {}; exec \"$@\"", megabytes << 10);
    let mut command = Command::new("sh");
    command.args(["-euc", &script, "sh", env!("CARGO_BIN_EXE_mkdeb"), "inspect"]).args(words).arg(deb);
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("error: ") && output.stdout.is_empty(), "{said}");
    said
}

#[test]
fn bombs_end_at_a_limit_and_in_little_memory() {
    let (data, zeros) = (tar(&[]), vec![0; 1 << 20]);
    let control_bomb = repeated(&promise(b"md5sums", 1 << 40), &zeros, 70);
    let bomb = container(&[VERSION, ("control.tar.zst", &control_bomb), ("data.tar", &data)]);
    let said = refused_within(300, &[], &bomb);
    assert!(said.contains("the member `control.tar.zst` unpacks to more than 64M"), "{said}");
    for start in [promise(b"a", 1 << 40), Vec::new()] {
        // As one file, and as nothing behind the end.
        let data_bomb = repeated(&start, &zeros, 600);
        let bomb = container(&[VERSION, ("control.tar", &control()), ("data.tar.zst", &data_bomb)]);
        let said = refused_within(300, &["--max-unpacked", "512M"], &bomb);
        assert!(
            said.contains("the member `data.tar.zst` unpacks to more than 512M, which is the limit"),
            "{said}"
        );
        let hint = "hint: if it is meant to be that large, allow it, for example with `--max-unpacked 1G`";
        assert!(said.contains(hint), "{said}");
    }
    let members: Vec<(&str, &[u8])> = std::iter::repeat_n(("_x", &b""[..]), 2000).collect();
    let said = refused(&[], &container(&[&[VERSION][..], &members].concat()));
    assert!(said.contains("more members than any package needs"), "{said}");
}

#[test]
fn windows_that_need_too_much_memory_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let data = written(directory.path(), "data.tar", &tar(&[(b"a", Kind::File(2), b"x\n")]));
    // Without a known size the whole window is announced.
    for (program, suffix, words) in [
        ("zstd -q --ultra --long=31", "zst", "requires too much memory"),
        ("xz --lzma2=dict=1GiB", "xz", "needs more than 512 MiB of memory"),
        ("xz --format=lzma --lzma1=dict=1GiB", "lzma", "needs more than 512 MiB of memory"),
    ] {
        let script = format!("cat \"$1\" | {program}");
        let bytes = run("sh", &["-euc", &script, "sh", data.to_str().unwrap()]);
        let deb = container(&[VERSION, ("control.tar", &control()), (&format!("data.tar.{suffix}"), &bytes)]);
        let said = refused_within(400, &[], &deb);
        assert!(said.contains(words), "{program}: {said}");
    }
}

#[test]
fn a_control_file_of_many_fields_takes_no_time() {
    let text: String =
        CONTROL.to_owned() + &(0..1_000_000).map(|number| format!("X{number}: y\n")).collect::<String>();
    let files = tar(&[(b"control", Kind::File(text.len() as u64), text.as_bytes())]);
    let output = mkdeb(&["inspect", "-"], &package(&files, &tar(&[])));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("Package:      sample") && said.contains("there are more than 1000 fields"),
        "{said}"
    );
}

#[test]
fn what_is_no_file_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    written(directory.path(), "empty", b"");
    run("mkfifo", &[&path("pipe")]);
    symlink("nowhere", path("link")).unwrap();
    for (name, words) in [
        ("empty", "it is not a Debian package"),
        ("", "Is a directory"),
        ("pipe", "it is a named pipe"),
        ("link", "No such file"),
        ("missing", "No such file"),
    ] {
        let output = mkdeb(&["inspect", &path(name)], b"");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "{name}: {said}");
    }
    let output = mkdeb(&["inspect", "/dev/zero"], b"");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn entries_are_counted_and_their_names_too() {
    let name = [b'n'; 1000];
    let deb = package(&control(), &tar(&[(&name, Kind::File(0), b""), (b"a", Kind::Symlink(&name), b"")]));
    let limits = Limits::of_stranger("1M".parse().unwrap());
    for (entries, names, fits) in [(2, 2026, true), (1, 2026, false), (2, 1500, false)] {
        let read = read_within(&deb, &Limits { entries, names, ..limits });
        let is_refused = matches!(read, Err(Error::TooMuch("entries")));
        assert!(is_refused != fits && read.is_ok() == fits, "{entries} {names}: {read:?}");
    }
}

/// Reads to the end, as the summary does.
fn read(bytes: &[u8]) -> Result<usize, Error> {
    read_within(bytes, &Limits::of_stranger("16M".parse().unwrap()))
}

fn read_within(mut bytes: &[u8], limits: &Limits) -> Result<usize, Error> {
    let mut collector = Collector::default();
    let deb = Reader::open(&mut bytes, limits)?.walk::<Error>(&mut |entry, body| {
        collector.see(&entry.header, body).map_err(|source| Error::body(&entry.header.path, source))
    })?;
    Ok(deb.members.len() + collector.finish().len())
}

/// A small package in each compression that we can write, with what `inspect` looks at.
fn small() -> Vec<Vec<u8>> {
    let metadata = &b"Name: a\nVersion: 1\n\n"[..];
    let file = |name: &'static [u8], text: &'static [u8]| (name, Kind::File(text.len() as u64), text);
    let data = tar(&[
        (b"", Kind::Directory, b""),
        file(b"opt/v/lib/python3.11/site-packages/a-1.dist-info/METADATA", metadata),
        file(b"opt/v/pyvenv.cfg", b"home = /usr/bin\nversion = 3.11.2\n"),
        (b"opt/v/bin/python", Kind::Symlink(b"/usr/bin/python3.11"), b""),
        (b"opt/v/hard", Kind::Hardlink(b"opt/v/pyvenv.cfg"), b""),
        file(&[b'n'; 120], b"long"),
        file(b"usr/share/doc/a/virtualenv.json", b"{}"),
    ]);
    let plain = package(&control(), &data);
    let zstd = container(&[VERSION, ("control.tar.zst", &zstd(&control())), ("data.tar.zst", &zstd(&data))]);
    let piped = |program: &str| {
        let directory = tempfile::tempdir().unwrap();
        let path = written(directory.path(), "data", &data);
        run("sh", &["-euc", &format!("{program} <\"$1\""), "sh", path.to_str().unwrap()])
    };
    let other = |program: &str, suffix: &str| {
        container(&[VERSION, ("control.tar", &control()), (&format!("data.tar.{suffix}"), &piped(program))])
    };
    vec![
        plain,
        zstd,
        other("gzip", "gz"),
        other("xz", "xz"),
        other("bzip2", "bz2"),
        other("xz --format=lzma", "lzma"),
    ]
}

#[test]
fn prefixes_are_errors_and_flipped_bytes_are_survived() {
    for whole in small() {
        let members = read(&whole).expect("whole");
        let last = whole.len() - usize::from(whole.ends_with(b"\n"));
        let step = whole.len() / 2000 + 1;
        for end in (0..whole.len()).step_by(step).chain(whole.len().saturating_sub(1300)..whole.len()) {
            match read(&whole[..end]) {
                Err(error) => assert!(!error.to_string().is_empty()),
                // dpkg does without the last pad, too; and lists no member behind data.tar.
                Ok(found) => assert!(end >= last && found == members, "cut at {end} of {}", whole.len()),
            }
        }
        // Not each, for there are blocks and blocks of zeros.
        for at in (0..whole.len()).step_by(whole.len() / 1000 + 1) {
            for mask in [0x01, 0x20, 0x80] {
                let mut flipped = whole.clone();
                flipped[at] ^= mask;
                let _ = read(&flipped);
            }
        }
    }
}
