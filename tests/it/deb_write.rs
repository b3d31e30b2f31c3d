//! Writing, reading back and verifying, without any other program.

use std::io;
use std::io::Cursor;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::sync::mpsc::channel;
use std::time::Duration;

use mkdeb::archive::ar;
use mkdeb::deb::image::ControlArchive;
use mkdeb::deb::image::Entry;
use mkdeb::deb::image::EntryKind;
use mkdeb::deb::image::Image;
use mkdeb::deb::read;
use mkdeb::deb::verify;
use mkdeb::deb::verify::Mismatch;
use mkdeb::deb::write;
use mkdeb::deb::write::Error;
use mkdeb::deb::write::Options;
use mkdeb::package::Package;
use mkdeb::package::blob::Blob;
use mkdeb::package::blob::Contents;
use mkdeb::package::blob::Rewrite;
use mkdeb::types::digest::Md5;
use mkdeb::types::mode::Mode;
use mkdeb::types::path::ArchivePath;
use mkdeb::types::source_id::SourceId;

use crate::reading::Whole;
use crate::reading::whole;
use crate::sample;

const COMPRESSIONS: [&str; 5] = ["zstd:3", "xz:0", "gzip:6", "gzip:9", "none"];

/// A package of one large file that does not compress.
fn large(size: usize) -> (Package, sample::Bodies) {
    let mut package = sample::package("large");
    let mut bodies = sample::Bodies::default();
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let bytes: Vec<u8> = (0..size).map(|_| next()).collect();
    let blob = bodies.add(bytes);
    sample::insert(&mut package, "/opt/large/file", sample::file(blob, "0644"));
    (package, bodies)
}

/// Runs in time, or the test fails: what hangs shall not hang the tests.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(60)).expect("it hangs, or it panicked")
}

#[test]
fn building_twice_gives_the_same_bytes_on_any_number_of_threads() {
    let (package, bodies) = sample::nasty();
    for compression in COMPRESSIONS {
        let (expected, summary) = sample::build(&package, &bodies, &sample::options(compression, 1));
        for threads in [1, 2, 4, 9] {
            let (found, again) = sample::build(&package, &bodies, &sample::options(compression, threads));
            assert!(found == expected, "{compression} on {threads} threads");
            assert_eq!(again, summary);
        }
    }
}

#[test]
fn what_was_written_is_read_back_and_verified() {
    let (package, bodies) = sample::nasty();
    let image = sample::image(&package);
    for compression in COMPRESSIONS {
        let (bytes, summary) = sample::build(&package, &bodies, &sample::options(compression, 2));
        verify::verify(&mut &bytes[..], &image, &summary).expect(compression);
        let Whole { deb, entries } = whole(&bytes).expect(compression);
        assert_eq!(deb.control, summary.control);
        let paragraph = deb.paragraph().expect("valid");
        assert_eq!(paragraph.get("Installed-Size"), Some(&summary.installed_kib.to_string()[..]));
        for ((_, found), planned) in entries.iter().zip(&image.entries) {
            let expected = match &planned.kind {
                EntryKind::File { blob: Blob::Inline(bytes), .. } => Some(Md5::of(bytes)),
                EntryKind::File { blob: Blob::Source { id, .. }, .. } => Some(Md5::of(&bodies.0[id])),
                _ => None,
            };
            assert_eq!(*found, expected, "{}", planned.path);
        }
        let names: Vec<String> = deb
            .control_files
            .iter()
            .map(|file| String::from_utf8_lossy(&file.header.path).into_owned())
            .collect();
        assert_eq!(names, ["conffiles", "control", "md5sums", "postinst", "postrm", "preinst", "prerm"]);
        let conffiles = &deb.control_file("conffiles").expect("there").bytes;
        assert_eq!(
            conffiles,
            b"/etc/nasty-sample/settings.conf\nremove-on-upgrade /etc/nasty-sample/old.conf\n"
        );
    }
}

#[test]
fn every_truncation_and_every_flipped_byte_is_noticed_or_harmless() {
    let (package, bodies) = large(600);
    let image = sample::image(&package);
    for (compression, step) in [("zstd:3", 1), ("xz:0", 1), ("gzip:6", 1), ("none", 7)] {
        let (bytes, summary) = sample::build(&package, &bodies, &sample::options(compression, 1));
        let digest = Md5::of(&bodies.0[&SourceId { input: 0, file: 0 }]);
        for at in (0..bytes.len()).step_by(step) {
            assert!(
                verify::verify(&mut &bytes[..at], &image, &summary).is_err(),
                "{compression} cut at {at}"
            );
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x11;
            if verify::verify(&mut &flipped[..], &image, &summary).is_ok() {
                let entries = whole(&flipped).expect("verified").entries;
                assert_eq!(entries.last().and_then(|(_, md5)| *md5), Some(digest), "byte {at}");
            }
        }
    }
}

#[test]
fn verifying_names_what_differs() {
    let (package, bodies) = sample::nasty();
    let image = sample::image(&package);
    let (bytes, summary) = sample::build(&package, &bodies, &sample::options("none", 1));
    let check = |image: &Image, summary: &write::Summary| {
        verify::verify(&mut &bytes[..], image, summary).expect_err("differs").to_string()
    };
    let mut other = image.clone();
    let ControlArchive::Generated { files, .. } = &mut other.control else { panic!("generated") };
    let postinst = files.iter_mut().find(|file| file.path.as_bytes() == b"postinst").expect("there");
    let EntryKind::File { blob: Blob::Inline(text), .. } = &mut postinst.kind else { panic!("text") };
    *text = [&text[..], b"\n"].concat().into();
    assert!(check(&other, &summary).contains("`postinst`"));
    let mut told = summary.clone();
    told.md5sums[0] ^= 1;
    assert!(check(&image, &told).contains("`md5sums`"));
    told = summary.clone();
    told.control.push('x');
    assert!(check(&image, &told).contains("`control`"));
    told = summary.clone();
    told.size += 1;
    assert!(check(&image, &told).contains("other members"));
    let mut damaged = bytes.clone();
    let body = damaged.windows(9).rposition(|window| window == b"generated").expect("there");
    damaged[body] ^= 1;
    let found = verify::verify(&mut &damaged[..], &image, &summary);
    assert!(matches!(found, Err(Mismatch::Bodies)));
}

#[test]
fn the_data_is_compared_entry_by_entry() {
    let (package, bodies) = sample::nasty();
    let image = sample::image(&package);
    let (bytes, _) = sample::build(&package, &bodies, &sample::options("none", 1));
    let mut container = ar::Reader::new(&bytes[..]).expect("a container");
    while container.next_member().expect("whole").expect("data.tar comes last").name != "data.tar" {}
    let mut data = Vec::new();
    container.read_to_end(&mut data).expect("memory");
    let check = |data: &[u8], image: &Image| verify::data(&mut &data[..], image, &mut |_, _| Ok(()));
    let sizes = check(&data, &image).expect("the same").sizes;
    assert_eq!(sizes.len(), image.entries.len());
    assert!(sizes.contains(&700_000), "{sizes:?}");
    let mut other = image.clone();
    other.entries[3].mode ^= 1;
    let found = check(&data, &other).expect_err("another mode").to_string();
    assert!(found.contains("the entry `./"), "{found}");
    other = image.clone();
    other.entries.pop();
    let found = check(&data, &other).expect_err("one too many").to_string();
    assert!(found.contains("the entry `./opt/nasty/links/unnormalised`"), "{found}");
    other = image.clone();
    other.entries.push(image.entries[0].clone());
    assert!(check(&data, &other).is_err(), "one is missing");
    assert!(check(&data[..data.len() / 2], &image).is_err(), "cut");
    let mut seen = Vec::new();
    let mut witness = |entry: read::Entry, body: &mut dyn Read| {
        seen.push((entry.header.path, entry.header.size, io::copy(body, &mut io::sink())?));
        Ok(())
    };
    verify::data(&mut &data[..], &image, &mut witness).expect("the same");
    assert!(seen.iter().map(|(_, size, _)| size).eq(&sizes), "the witness sees each entry with its size");
    assert!(seen.iter().all(|(_, size, read)| size == read), "and its body");
    let failed = verify::data(&mut &data[..], &image, &mut |_, _| Err(io::ErrorKind::Other.into()));
    assert!(matches!(failed, Err(Mismatch::Unreadable(_))), "{failed:?}");
}

#[test]
fn needles_are_found_once_per_file_wherever_chunks_part() {
    let mut package = sample::package("leaky");
    let mut bodies = sample::Bodies::default();
    for before in [0, (256 << 10) - 1536 - 3, 300_000] {
        let mut bytes = vec![b'.'; before];
        bytes.extend_from_slice(b"/build/venv/bin /build/venv/lib");
        bytes.resize(600_000, b'.');
        let blob = bodies.add(bytes);
        sample::insert(&mut package, &format!("/leaky/{before}"), sample::file(blob, "0644"));
    }
    sample::insert(
        &mut package,
        "/leaky/clean",
        sample::file(Blob::Inline(b"/build/ven"[..].into()), "0644"),
    );
    sample::insert(
        &mut package,
        "/leaky/inline",
        sample::file(Blob::Inline(b"x/home/me"[..].into()), "0644"),
    );
    let mut options = sample::options("zstd:1", 2);
    options.needles = vec![b"/build/venv".to_vec(), b"/home/me".to_vec()];
    let (_, summary) = sample::build(&package, &bodies, &options);
    let leaks: Vec<(String, usize)> =
        summary.leaks.iter().map(|leak| (leak.path.to_string(), leak.needle)).collect();
    let expected = [("leaky/0", 0), ("leaky/260605", 0), ("leaky/300000", 0), ("leaky/inline", 1)];
    assert_eq!(leaks, expected.map(|(path, needle)| (path.to_owned(), needle)));
}

#[test]
fn a_rewritten_body_is_what_is_hashed_and_written() {
    let mut package = sample::package("rewritten");
    let mut bodies = sample::Bodies::default();
    let bytecode = [&[0xa7, 0x0d, 0x0d, 0x0a][..], &[0; 4], &[1; 8], b"code"].concat();
    let Blob::Source { id, size } = bodies.add(bytecode.clone()) else { unreachable!() };
    let rewrite = Rewrite::Bytecode { source_mtime: 7, prefixes: [].into(), source: "x.py".into() };
    let blob = Blob::Rewritten { id, size, rewrite };
    sample::insert(&mut package, "/rewritten/x.pyc", sample::file(blob, "0644"));
    let (bytes, summary) = sample::build(&package, &bodies, &sample::options("zstd", 1));
    verify::verify(&mut &bytes[..], &sample::image(&package), &summary).expect("valid");
    let mut expected = bytecode;
    expected[8..12].copy_from_slice(&[7, 0, 0, 0]);
    let line = format!("{}  rewritten/x.pyc\n", Md5::of(&expected));
    assert_eq!(String::from_utf8_lossy(&summary.md5sums), line);
}

/// Gives fewer or more bytes than were planned, or fails on the way.
struct Lying {
    length: u64,
    then: Option<io::ErrorKind>,
}

struct Failing(io::ErrorKind);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
}

impl Contents for Lying {
    fn open(&self, _: SourceId) -> io::Result<Box<dyn Read + '_>> {
        let bytes = io::repeat(b'x').take(self.length);
        Ok(match self.then {
            None => Box::new(bytes),
            Some(kind) => Box::new(bytes.chain(Failing(kind))),
        })
    }

    fn name(&self, _: SourceId) -> String {
        "build/venv/lib/big.so".to_owned()
    }
}

#[test]
fn a_body_that_changes_or_fails_is_named_and_nothing_hangs() {
    for (length, then, words) in [
        (0, None, "`build/venv/lib/big.so` changed while it was being read"),
        (19_999_999, None, "`build/venv/lib/big.so` changed while it was being read"),
        (20_000_001, None, "`build/venv/lib/big.so` changed while it was being read"),
        (
            3,
            Some(io::ErrorKind::PermissionDenied),
            "failed to read `build/venv/lib/big.so` for `/opt/large/file`",
        ),
        (
            20_000_000,
            Some(io::ErrorKind::Other),
            "failed to read `build/venv/lib/big.so` for `/opt/large/file`",
        ),
    ] {
        for compression in ["zstd:1", "xz:0", "gzip:1", "none"] {
            let mut package = sample::package("large");
            let blob = Blob::Source { id: SourceId { input: 0, file: 0 }, size: 20_000_000 };
            sample::insert(&mut package, "/opt/large/file", sample::file(blob, "0644"));
            let options = sample::options(compression, 2);
            let failed = in_time(move || {
                let lying = Lying { length, then };
                let image = sample::image(&package);
                write::write(&image, &lying, &options, &mut Cursor::new(Vec::new()), &mut io::sink())
            });
            let error = failed.expect_err(words).to_string();
            assert!(error.starts_with(words), "{error}");
        }
    }
}

#[test]
fn a_body_to_be_rewritten_has_to_fit_and_to_stay() {
    let attempt = |size: u64, length: u64| {
        let mut package = sample::package("rewritten");
        let rewrite = Rewrite::Bytecode { source_mtime: 0, prefixes: [].into(), source: "x.py".into() };
        let blob = Blob::Rewritten { id: SourceId { input: 0, file: 0 }, size, rewrite };
        sample::insert(&mut package, "/rewritten/x.pyc", sample::file(blob, "0644"));
        let (image, options) = (sample::image(&package), sample::options("none", 1));
        let lying = Lying { length, then: None };
        write::write(&image, &lying, &options, &mut Cursor::new(Vec::new()), &mut io::sink())
    };
    let error = attempt((256 << 20) + 1, 1).expect_err("too large");
    assert!(error.to_string().ends_with("268435457 bytes, too many to be rewritten: 268435456 are allowed"));
    assert!(matches!(attempt(100, 99), Err(Error::Changed { .. })));
    assert!(matches!(attempt(100, 101), Err(Error::Changed { .. })));
    assert!(attempt(100, 100).is_ok());
}

/// Control files lie in memory when mkdeb makes an image, but an image may have them read from the inputs.
#[test]
fn a_control_file_may_be_streamed_and_has_to_stay() {
    let attempt = |length: u64, then: Option<io::ErrorKind>| {
        let mut image = sample::image(&sample::package("streamed"));
        let ControlArchive::Generated { files, .. } = &mut image.control else { panic!("generated") };
        let name = ArchivePath::new(b"templates").expect("a path");
        let blob = Blob::Source { id: SourceId { input: 0, file: 0 }, size: 100 };
        let kind = EntryKind::File { blob, conffile: false };
        files.push(Entry { kind, ..Entry::control_file(name, Mode::PLAIN, Vec::new(), 0) });
        let (options, mut bytes) = (sample::options("none", 1), Vec::new());
        let lying = Lying { length, then };
        let written = write::write(&image, &lying, &options, &mut Cursor::new(Vec::new()), &mut bytes);
        written.map(|summary| (image, bytes, summary)).map_err(|error| error.to_string())
    };
    let (image, bytes, summary) = attempt(100, None).expect("written");
    verify::verify(&mut &bytes[..], &image, &summary).expect("valid");
    let deb = whole(&bytes).expect("readable").deb;
    assert_eq!(deb.control_file("templates").map(|file| &file.bytes[..]), Some(&[b'x'; 100][..]));
    for length in [99, 101] {
        let said = attempt(length, None).expect_err("changed");
        assert!(said.starts_with("`build/venv/lib/big.so` changed while it was being read"), "{said}");
    }
    let said = attempt(3, Some(io::ErrorKind::PermissionDenied)).expect_err("failed");
    assert_eq!(said, "failed to read `build/venv/lib/big.so` for `/templates`");
}

/// A spool or an output that is full after some bytes.
struct Full {
    left: usize,
    at: u64,
}

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.left);
        self.left -= taken;
        self.at += taken as u64;
        if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Full {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(0);
        Ok(buffer.len())
    }
}

impl Seek for Full {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(self.at)
    }
}

#[test]
fn a_full_disk_is_an_error_and_nothing_hangs() {
    let (package, bodies) = large(12_000_000);
    for compression in ["zstd:1", "xz:0", "gzip:1", "none"] {
        for left in [0, 1, 3_000_000] {
            let (package, bodies) = (package.clone(), bodies.clone());
            let failed = in_time(move || {
                let options: Options = sample::options(compression, 2);
                let mut spool = Full { left, at: 0 };
                write::write(&sample::image(&package), &bodies, &options, &mut spool, &mut io::sink())
            });
            assert!(matches!(failed, Err(Error::Compress(_))), "{compression} {left}: {failed:?}");
        }
    }
    let (package, bodies) = large(100_000);
    let (mut spool, mut out) = (Cursor::new(Vec::new()), Full { left: 200, at: 0 });
    let options = sample::options("none", 1);
    let failed = write::write(&sample::image(&package), &bodies, &options, &mut spool, &mut out);
    assert!(matches!(failed, Err(Error::Container(_))), "{failed:?}");
}

#[test]
fn foreign_containers_are_refused_with_one_clear_error() {
    let ar = |members: &[(&str, &[u8])]| {
        let mut writer = mkdeb::archive::ar::Writer::new(Vec::new());
        for (name, bytes) in members {
            writer.append(name, 0, bytes.len() as u64, &mut &bytes[..]).expect("memory");
        }
        writer.finish().expect("memory")
    };
    let version = ("debian-binary", &b"2.0\n"[..]);
    for (bytes, words) in [
        (Vec::new(), "not a Debian package"),
        (ar(&[("control.tar", b"")]), "`control.tar` is where the member `debian-binary`"),
        (ar(&[("debian-binary", b"3.0\n")]), "format version"),
        (ar(&[("debian-binary", b"2.0")]), "format version"),
        (ar(&[("debian-binary", b"2.0\r\n")]), "format version"),
        (ar(&[version]), "the file ends where the member `control.tar`"),
        (ar(&[version, ("data.tar", b"")]), "`data.tar` is where the member `control.tar`"),
        (ar(&[version, ("control.tar.bz2", b"")]), "a compression that mkdeb does not read"),
        (ar(&[version, ("control.tar.gz", b"junk")]), "cannot be read"),
        (ar(&[version, ("control.tar.zst", b"")]), "cannot be read"),
        (ar(&[version, ("control.tar", b""), ("other", b"")]), "`other` is where the member `data.tar`"),
        (ar(&[version, ("control.tar", b""), ("_x", b""), ("data.tar", b"")]), "no file `control`"),
    ] {
        let error = whole(&bytes).expect_err(words).to_string();
        assert!(error.contains(words), "{error} should say {words}");
    }
    let (package, bodies) = large(10);
    let (mut bytes, _) = sample::build(&package, &bodies, &sample::options("none", 1));
    bytes.extend_from_slice(b"trailing junk");
    assert!(whole(&bytes).is_err(), "apt refuses trailing junk");
}

/// A writer that remembers whether anything came.
struct Untouched<W>(W, bool);

impl<W: std::io::Write> std::io::Write for Untouched<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.1 = true;
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[test]
fn a_member_beyond_what_a_header_can_say_is_stopped() {
    let (package, bodies) = large(600_000);
    for compression in COMPRESSIONS {
        let mut options = sample::options(compression, 2);
        options.largest_member = 100_000;
        let mut out = Untouched(Vec::new(), false);
        let mut spool = std::io::Cursor::new(Vec::new());
        let written = write::write(&sample::image(&package), &bodies, &options, &mut spool, &mut out);
        let message = written.expect_err("too large").to_string();
        assert!(message.contains("more than 100000 bytes"), "{compression}: {message}");
        assert!(message.contains("with 600000"), "the largest file is named: {message}");
        assert!(!out.1, "{compression}: nothing reaches the output");
        assert!(spool.get_ref().len() <= 100_000, "{compression}: the spool stays within the limit");
        if compression == "none" {
            assert!(spool.get_ref().is_empty(), "without compression it is known before");
        }
    }
}
