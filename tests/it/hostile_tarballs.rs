//! Tarballs from anywhere, as application and as virtualenv: each is taken, or refused with its entry and a way out.

use std::fs;

use crate::bed::missing;
use crate::project::Project;
use crate::tarball::{FILE, Header, Tarball, record, through};

/// What is said of a tarball; nothing when it is taken.
type Words = &'static [&'static str];

/// Entries that follow those of a good archive, and what is said of them in an application and in a virtualenv.
struct Case {
    what: &'static str,
    entries: Tarball,
    app: Words,
    venv: Words,
}

fn both(what: &'static str, entries: Tarball, words: Words) -> Case {
    Case { what, entries, app: words, venv: words }
}

fn each(what: &'static str, entries: Tarball, app: Words, venv: Words) -> Case {
    Case { what, entries, app, venv }
}

fn new() -> Tarball {
    Tarball::default()
}

/// The least that is an application.
fn app() -> Tarball {
    new().file(b"orders/__init__.py", b"pass\n")
}

/// The least that is a virtualenv.
fn venv() -> Tarball {
    new()
        .file(b"pyvenv.cfg", b"home = /usr/bin\nversion = 3.11.2\n")
        .file(b"lib/python3.11/site-packages/m.py", b"pass\n")
        .special(b'2', b"bin/python", b"/usr/bin/python3.11")
}

const ANEW: &str = "hint: make the archive again, for example with `git archive`";
const BROKEN: &str = "hint: fetch the archive again, or make it again";

fn paths() -> Vec<Case> {
    vec![
        both("nothing more", new(), &[]),
        both("..", new().file(b"../up", b""), &["an entry that cannot be installed: `../up` leaves", ANEW]),
        both(".. inside", new().file(b"a/../../up", b""), &["`a/../../up` leaves the tree with `..`", ANEW]),
        both("absolute", new().file(b"/etc/passwd", b""), &["`/etc/passwd` is an absolute path", ANEW]),
        both("./", new().special(b'5', b"./", b"").file(b"./x", b"1").file(b".//y/./z", b"2"), &[]),
        both("the root again", new().special(b'5', b".", b"").special(b'5', b"./", b""), &[]),
        both("a directory again", new().special(b'5', b"d", b"").special(b'5', b"d/", b""), &[]),
        both("a file twice", new().file(b"x", b"1").file(b"./x", b"2"), &["has the entry `x` twice", ANEW]),
        both(
            "a file, then a directory",
            new().file(b"x", b"1").special(b'5', b"x/", b""),
            &["has the entry `x` twice", ANEW],
        ),
        both(
            "a directory, then a link",
            new().special(b'5', b"x", b"").special(b'2', b"x", b"."),
            &["has the entry `x` twice", ANEW],
        ),
        both(
            "below a file",
            new().file(b"d", b"").file(b"d/x", b""),
            &["the entry `d/x` below something that is not a directory", ANEW],
        ),
        both(
            "below a file that comes later",
            new().file(b"d/x/y", b"").file(b"d", b""),
            &["the entry `d/x/y` below something that is not a directory", ANEW],
        ),
        both(
            "through a link",
            new().special(b'5', b"d", b"").special(b'2', b"l", b"d").file(b"l/x", b""),
            &["the entry `l/x` below something that is not a directory", ANEW],
        ),
    ]
}

fn names() -> Vec<Case> {
    let long = |length: usize| record("path", &vec![b'n'; length]);
    let named = |length: usize| new().pax(b'x', &long(length)).file(b"short", b"");
    vec![
        both("a name of 246 bytes", named(246), &[]),
        both(
            "a name of 247 bytes",
            named(247),
            &["a name is longer than the 246 bytes that dpkg can unpack"],
        ),
        both(
            "a path of 4095 bytes",
            new().pax(b'x', &record("path", "nn/".repeat(1365).as_bytes())).special(b'5', b"short", b""),
            &["it is longer than the 4086 bytes that dpkg can unpack"],
        ),
        both(
            "a path of 5 KiB",
            named(5 << 10),
            &["with a name longer than 4095 bytes, which no host can open", ANEW],
        ),
        both("a line feed", new().file(b"a\nb", b""), &["a\\nb`", "holds a control character"]),
        both("a name that does things to a terminal", new().file(b"a\x1b[31m", b""), &["a\\u{1b}[31m`"]),
        each(
            "not UTF-8",
            new().file(b"a\xff", b""),
            &["has `a\u{fffd}`, whose name is not UTF-8", "rename it, or leave it out with `exclude`"],
            &["the path or link `a\u{fffd}` is not UTF-8", "hint: rename or remove it"],
        ),
        both("a file with a slash", new().file(b"d/", b"").file(b"d/x", b""), &[]),
        both("a file with a slash and a body", new().file(b"d/", b"x"), &["has a body", BROKEN]),
    ]
}

fn links() -> Vec<Case> {
    let target = |length: usize| new().pax(b'x', &record("linkpath", &vec![b't'; length]));
    vec![
        each(
            "a link out of the tree",
            new().special(b'2', b"l", b"../../etc"),
            &["has a link `l` to `../../etc`, which leaves the tree", "leave it out with `exclude`"],
            &["the link `l` points to `../../etc`, outside the virtualenv", "put a copy in place of `l`"],
        ),
        each(
            "an absolute link",
            new().special(b'2', b"l", b"/etc/shadow"),
            &["has a link `l` to `/etc/shadow`, which leaves the tree"],
            &["the link `l` points to `/etc/shadow`, outside the virtualenv"],
        ),
        each(
            "a link to itself",
            new().special(b'2', b"l", b"l"),
            &["`x.tar` has a link `l` to `l`, which leads nowhere", "leave it out with `exclude`"],
            &["the link `l` points to `l`, which does not exist in the virtualenv"],
        ),
        each(
            "two links in a circle",
            new().special(b'2', b"l", b"d/m").special(b'2', b"d/m", b"../l"),
            &["which leads nowhere"],
            &["which does not exist in the virtualenv"],
        ),
        each(
            "up from behind another link",
            new().special(b'2', b"here", b".").special(b'2', b"l", b"here/../x"),
            &["has a link `l` to `here/../x`, which leaves the tree"],
            &["the link `l` points to `here/../x`, which does not exist"],
        ),
        each(
            "a target that does things to a terminal",
            new().special(b'2', b"l", b"a\x1b[31m"),
            &["has a link `l` to `a\\u{1b}[31m`"],
            &["the link `l` points to `a\\u{1b}[31m`"],
        ),
        each("a link to nothing", new().special(b'2', b"l", b"none"), &[], &["`none`, which does not exist"]),
        both(
            "a link with a long target",
            target(4096).special(b'2', b"l", b"x"),
            &["has the entry `l` with a name longer than 4095 bytes", ANEW],
        ),
    ]
}

fn hard_links() -> Vec<Case> {
    const LOST: Words = &["the entry `h` as a hard link to a file that is not there", ANEW];
    vec![
        both("a hard link", new().file(b"x", b"1").special(b'1', b"h", b"./x"), &[]),
        both("a hard link to nothing", new().special(b'1', b"h", b"none"), LOST),
        both("a hard link to what comes later", new().special(b'1', b"h", b"x").file(b"x", b""), LOST),
        both("a hard link to a link", new().special(b'2', b"x", b".").special(b'1', b"h", b"x"), LOST),
        both("a hard link to a directory", new().special(b'5', b"x", b"").special(b'1', b"h", b"x"), LOST),
        both(
            "a hard link out of the tree",
            new().special(b'1', b"h", b"../x"),
            &["`../x` leaves the tree with `..`"],
        ),
        both(
            "an absolute hard link",
            new().special(b'1', b"h", b"/etc/shadow"),
            &["is an absolute path", ANEW],
        ),
    ]
}

fn kinds() -> Vec<Case> {
    let case = |what, kind, words| both(what, new().special(kind, b"odd", b""), words);
    vec![
        case(
            "a character device",
            b'3',
            &["has a device at `odd`, which a package cannot ship", "hint: remove it"],
        ),
        case("a block device", b'4', &["has a device at `odd`"]),
        case("a fifo", b'6', &["has a fifo at `odd`"]),
        case("a contiguous file", b'7', &["has an entry of an unknown kind at `odd`"]),
        case("a volume's name", b'V', &["has an entry of an unknown kind at `odd`"]),
        case("the rest of another volume", b'M', &["has an entry of an unknown kind at `odd`"]),
        case("Solaris's records", b'X', &["has an entry of an unknown kind at `odd`"]),
        case(
            "a sparse file",
            b'S',
            &[
                "`odd` is stored as a sparse file, which is not supported",
                "hint: make the archive without `--sparse`",
            ],
        ),
        both(
            "a sparse file of PAX",
            new().pax(b'x', &record("GNU.sparse.major", b"1")).file(b"odd", b""),
            &["`odd` is stored as a sparse file"],
        ),
    ]
}

fn numbers() -> Vec<Case> {
    const SIZE: Words = &["its size is not a number", BROKEN];
    let sized = |size: &[u8]| new().header(&Header { size, ..FILE });
    let large = b"\x80\0\0\0\0\0\0\x02\x40\0\0\0";
    vec![
        both(
            "9 GiB announced, in base 256",
            sized(large),
            &["ends at byte", "in the middle of an entry", BROKEN],
        ),
        both(
            "9 GiB announced, in PAX",
            new().pax(b'x', &record("size", b"9663676416")).header(&FILE),
            &["ends at byte", "in the middle of an entry", BROKEN],
        ),
        both(
            "more than any file",
            sized(b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"),
            &["beyond any file", BROKEN],
        ),
        both("a negative size", sized(b"-1"), SIZE),
        both(
            "a negative size, in base 256",
            sized(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"),
            SIZE,
        ),
        both(
            "a negative size, in PAX",
            new().pax(b'x', &record("size", b"-1")).header(&FILE),
            &["not a number"],
        ),
        both("no number", sized(b"0000000009x"), SIZE),
        both(
            "a mode that is none",
            new().header(&Header { mode: b"rw-r--r", ..FILE }),
            &["its mode is not a number"],
        ),
        both(
            "a negative time",
            new().header(&Header { mtime: b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe", ..FILE }),
            &[],
        ),
        both(
            "a size that PAX corrects",
            new().pax(b'x', &record("size", b"1")).header(&FILE).body(b"x"),
            &[],
        ),
    ]
}

fn records() -> Vec<Case> {
    let pax = |records: &[u8]| new().pax(b'x', records).file(b"x", b"");
    let all = |records: &[u8]| new().pax(b'g', records).file(b"x", b"");
    let name = |kind: u8, size: &[u8]| new().header(&Header { kind, name: b"././@LongLink", size, ..FILE });
    vec![
        both("a path", pax(&record("path", "d/\u{e4}".as_bytes())), &[]),
        both(
            "a target",
            new().file(b"d", b"").pax(b'x', &record("linkpath", b"d")).special(b'2', b"l", b"cut"),
            &[],
        ),
        both("a fraction of a second", pax(&record("mtime", b"1700000000.123456789")), &[]),
        both("before 1970", pax(&record("mtime", b"-1.5")), &[]),
        both("a time that is none", pax(&record("mtime", b"now")), &["a PAX time is not a number", BROKEN]),
        both("what nobody knows", pax(&record("SCHILY.xattr.user.x", b"a=b\n\0\xff")), &[]),
        both("git's comment", all(&record("comment", b"0123456789abcdef0123456789abcdef01234567")), &[]),
        both("a time for all", all(&record("mtime", b"1700000000")), &[]),
        both(
            "a name for all",
            all(&record("path", b"y")),
            &["global PAX records name or measure every entry", BROKEN],
        ),
        both("a length that is too long", pax(b"99 path=a\n"), &["its PAX records are malformed", BROKEN]),
        both("a length that is too short", pax(b"5 path=a\n"), &["its PAX records are malformed"]),
        both(
            "a huge length",
            pax(b"99999999999999999999999999 path=a\n"),
            &["its PAX records are malformed"],
        ),
        both("no line feed", pax(b"9 path=ab"), &["its PAX records are malformed"]),
        both("no equals sign", pax(b"8 path a\n"), &["its PAX records are malformed"]),
        both("a NUL in a name", pax(&record("path", b"a\0b")), &["a PAX name holds a NUL byte"]),
        both("malformed for all", all(b"not even a record"), &["its PAX records are malformed"]),
        both("no name at all", pax(&record("path", b"")), &["its name is empty", BROKEN]),
        both(
            "more records than anyone needs",
            name(b'x', b"00010000000"),
            &["2097152 bytes of names or records"],
        ),
        both(
            "a long name of 8 GiB",
            name(b'L', b"77777777777"),
            &["8589934591 bytes of names or records", BROKEN],
        ),
        both(
            "a long target of 1 MiB",
            name(b'K', b"00004000000"),
            &["1048576 bytes of names or records", BROKEN],
        ),
        both("a long name that is cut off", name(b'L', b"00000002000"), &["ends at byte", BROKEN]),
    ]
}

/// Builds with each case behind `base`, given by a key of the manifest.
fn try_each(key: &str, base: &Tarball, words: fn(&Case) -> Words) {
    let project = Project::new("");
    let set = format!("{key}=x.tar");
    for case in [paths(), names(), links(), hard_links(), kinds(), numbers(), records()].into_iter().flatten()
    {
        eprintln!("{}", case.what);
        let words = words(&case);
        let whole = Tarball([base.0.clone(), case.entries.0].concat());
        // Behind what is cut off an end mark would be taken for the body.
        let cut = words.iter().any(|words| words.contains("ends at byte"));
        project.write("x.tar", if cut { whole.0 } else { whole.end() });
        if words.is_empty() {
            project.build(&["--dry-run", "--set", &set]);
        } else {
            project.refused(&["--set", &set], &[words, &["hint: "]].concat());
        }
    }
}

#[test]
fn entries_that_become_one_are_refused() {
    let project = Project::new("");
    let two = new().file(b"a/orders/x", b"1").file(b"b/orders/y", b"2");
    project.write("x.tar", two.clone().end());
    let words = ["--set", "app.tarball=x.tar", "--set", "app.strip-components=1"];
    project.build(&words);
    project.write("x.tar", two.file(b"b/orders/x", b"3").end());
    project.refused(
        &words,
        &["`x.tar` has the entry `orders/x` twice, once `strip-components` is done", "hint: "],
    );
}

#[test]
fn each_is_taken_as_an_application_or_refused_by_its_entry() {
    try_each("app.tarball", &app(), |case| case.app);
}

#[test]
fn each_is_taken_as_a_virtualenv_or_refused_by_its_entry() {
    try_each("venv.path", &venv(), |case| case.venv);
}

#[test]
fn a_wrong_checksum_and_what_is_no_tar_are_refused() {
    let project = Project::new("");
    let good = app().end();
    let anything = "is neither a directory nor a tar archive";
    let spoilt = |at: usize| {
        let mut bytes = app().file(b"x", b"1").end();
        bytes[at] ^= 1;
        bytes
    };
    let zipped = {
        fs::write(project.path("x"), "x").unwrap();
        let zip =
            std::process::Command::new("zip").args(["-q", "-", "x"]).current_dir(project.dir()).output();
        zip.map_or_else(|_| b"PK\x03\x04".to_vec(), |output| output.stdout)
    };
    let random: Vec<u8> = (0..4096u32).map(|n| (n.wrapping_mul(n ^ 0x9e37_79b9) >> 13) as u8).collect();
    let long = app().file(b"long", &[b'x'; 3000]).0;
    let for_all = new().pax(b'g', &record("path", b"y")).file(b"x", b"1").end();
    let cases: [(Vec<u8>, &str); 15] = [
        (for_all, "the header at byte 0 is broken: its global PAX records name or measure every entry"),
        (
            long[..2000].to_vec(),
            "failed to read `x.tar`: the archive ends at byte 2000, in the middle of an entry",
        ),
        (good[..300].to_vec(), anything),
        (spoilt(1024), "the header at byte 1024 is broken: its checksum is wrong"),
        (spoilt(3), anything),
        (Vec::new(), anything),
        (vec![0; 1024], anything),
        (vec![0; 10], anything),
        (random, anything),
        (b"#!/bin/sh\n".repeat(100), anything),
        (through(&["bzip2", "-c"], &good), "`x.tar` is packed with bzip2, which is not supported"),
        (through(&["lzma", "-c"], &good), "`x.tar` is packed with lzma, which is not supported"),
        (zipped, "`x.tar` is packed with zip, which is not supported"),
        (b"7z\xbc\xaf\x27\x1c\0\x04".repeat(80), "`x.tar` is packed with 7z, which is not supported"),
        (good[..good.len() - 1024].to_vec(), "`x.tar` has no end: it was cut off"),
    ];
    for (bytes, words) in cases {
        for key in ["app.tarball", "venv.path"] {
            project.write("x.tar", &bytes);
            project.refused(&["--set", &format!("{key}=x.tar")], &[words, "hint: "]);
        }
    }
}

/// The formats, each with the words that compress.
pub const FORMATS: [&[&str]; 3] = [&["gzip", "-9c"], &["xz", "-0c"], &["zstd", "-qc"]];

#[test]
fn what_is_cut_off_or_spoilt_after_compression_is_refused() {
    let project = Project::new("");
    // Text enough for several blocks, so that damage lies in the middle.
    let text: String = (0..9000u32).map(|n| format!("{}\n", n.wrapping_mul(2_654_435_761))).collect();
    let tar = app().file(b"text", text.as_bytes()).end();
    for words in FORMATS {
        let good = through(words, &tar);
        let last = good.len() - 1;
        let mut cases = vec![
            ("cut in the middle", good[..last / 2].to_vec()),
            ("without its last byte", good[..last].to_vec()),
            ("cut in its header", good[..5].to_vec()),
            ("with junk behind", [&good[..], b"junk behind it"].concat()),
        ];
        // gzip: CRC-32 before the length; xz: CRC64 before the index; zstd: the last four bytes.
        let sum = if words[0] == "gzip" { last - 6 } else { last };
        for (what, at) in [("with another sum", sum), ("with another body", last / 2)] {
            let mut spoilt = good.clone();
            spoilt[at] ^= 0x10;
            cases.push((what, spoilt));
        }
        for (what, bytes) in cases {
            println!("{} {what}", words[0]);
            project.write("x.tar", bytes);
            project.refused(&["--set", "app.tarball=x.tar"], &["`x.tar`", "hint: "]);
        }
    }
}

#[test]
fn what_parallel_compressors_write_is_read_to_its_end() {
    let project = Project::new("");
    let first = app().file(b"one", &[b'1'; 70_000]).0;
    let second = new().file(b"two", &[b'2'; 70_000]).end();
    let whole = [&first[..], &second].concat();
    let mut cases: Vec<(&str, Vec<u8>)> = Vec::new();
    for words in FORMATS {
        // Several members, streams or frames, of which the second begins within the archive.
        cases.push((words[0], [through(words, &first), through(words, &second)].concat()));
    }
    cases.push(("xz -T2", through(&["xz", "-c", "-T2", "--block-size=16KiB"], &whole)));
    cases.push(("xz with padding", [through(&["xz", "-c"], &whole), vec![0; 8]].concat()));
    let skippable = [&b"\x53\x2a\x4d\x18\x04\0\0\0skip"[..], &through(&["zstd", "-qc"], &whole)].concat();
    cases.push(("zstd behind a skippable frame", skippable));
    let large = app().file(b"noise", &(0..3_000_000u32).map(|n| (n ^ n >> 9) as u8).collect::<Vec<_>>());
    for words in [&["pigz", "-c"][..], &["pzstd", "-q", "-c", "-p", "2"]] {
        if std::path::Path::new("/usr/bin").join(words[0]).exists() {
            cases.push((words[0], through(words, &large.clone().file(b"two", b"2").end())));
        } else if words[0] == "pzstd" {
            let _: Option<()> = missing("`pzstd`");
        }
    }
    for (what, bytes) in cases {
        println!("{what}");
        project.write("x.tar", bytes);
        let said = project.build(&["--dry-run", "--set", "app.tarball=x.tar"]);
        assert!(said.out.contains("/two\n"), "{what}: {}", said.out);
    }
}

#[test]
fn a_bomb_is_stopped_at_the_limit() {
    let project = Project::new("");
    // 10 GiB of zeros, as members of 64 MiB each.
    let large = b"\x80\0\0\0\0\0\0\x02\x80\0\0\0";
    let start = app().header(&Header { name: b"zeros", size: large, ..FILE }).0;
    let zeros = vec![0; 64 << 20];
    for (name, words) in [("x.tar.gz", FORMATS[0]), ("x.tar.xz", FORMATS[1]), ("x.tar.zst", FORMATS[2])] {
        project.write(name, [through(words, &start), through(words, &zeros).repeat(160)].concat());
    }
    let limit = ["--max-unpacked", "50M"];
    for name in ["x.tar.gz", "x.tar.xz", "x.tar.zst"] {
        let set = ["--set", &format!("app.tarball={name}")];
        let words = [
            &format!("error: `{name}` goes beyond the 50M that the inputs may unpack to"),
            "hint: if it is meant to be that large, allow it, for example with `--max-unpacked 100M`",
        ];
        project.refused(&[&limit[..], &set].concat(), &words);
        // Whoever wrote on would meet this before the limit of mkdeb: 1 GiB of memory, files of 100 MB.
        let mut command = std::process::Command::new("prlimit");
        command.args(["--as=1073741824", "--fsize=100000000", "--", env!("CARGO_BIN_EXE_mkdeb"), "build"]);
        let ran = crate::project::ran(command.args(limit).args(set).current_dir(project.dir()));
        assert!(ran.err.contains("goes beyond the 50M"), "{}", ran.err);
    }
    // A size alone takes no memory either.
    project.write("x.tar", &start);
    let mut command = std::process::Command::new("prlimit");
    command.args([
        "--as=1073741824",
        "--",
        env!("CARGO_BIN_EXE_mkdeb"),
        "build",
        "--set",
        "app.tarball=x.tar",
    ]);
    let ran = crate::project::ran(command.current_dir(project.dir()));
    assert!(ran.err.contains("ends at byte") && ran.code == Some(2), "{}", ran.err);
    let sparse = fs::File::create(project.path("app/zeros")).unwrap();
    sparse.set_len(2 << 30).unwrap();
    project.refused(&limit, &["error: `app` goes beyond the 50M that the inputs may unpack to"]);
    fs::rename(project.path("app/zeros"), project.path("zeros")).unwrap();
    project.append("[[file]]\nsource = \"zeros\"\npath = \"/usr/share/zeros\"\n");
    project.refused(&limit, &["error: `zeros` goes beyond the 50M that the inputs may unpack to"]);
}

#[test]
fn a_limit_is_for_all_inputs_together() {
    let project = Project::new("[[tree]]\nsource = \"more\"\npath = \"more\"\n");
    let half = vec![b'x'; 600 << 10];
    project.write("app/half", &half);
    project.write("more/half", &half);
    project.refused(&["--max-unpacked", "1M"], &["`more` goes beyond the 1M that the inputs may unpack to"]);
    project.refused(&["--max-unpacked", "1"], &["goes beyond the 1 byte that the inputs may unpack to"]);
    project.build(&["--max-unpacked", "1300k", "--dry-run"]);
    // Bytecode that is made counts as what it is made of.
    let module = format!("x = b'{}'\n", "x".repeat(400 << 10));
    let packages = fs::read_dir(project.path("build/venv/lib")).unwrap().next().unwrap().unwrap().path();
    fs::write(packages.join("site-packages/large.py"), module).unwrap();
    let limit = ["--max-unpacked", "1200k", "--set", "venv.bytecode=compile"];
    project.refused(&limit, &["`build/venv` goes beyond the 1200K that the inputs may unpack to"]);
    project.build(&["--dry-run", "--max-unpacked", "2300k", "--set", "venv.bytecode=compile"]);
    for bad in ["0", "1.5G", "lots", ""] {
        let ran = project.run(&["build", "--max-unpacked", bad]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.err.contains("is not a size"), "{}", ran.err);
    }
}

#[test]
fn a_text_counts_by_each_of_its_names() {
    let project = Project::new("");
    // Relocation may make another text of each; 16 MiB is the most that one may have.
    let script = [&b"#!/bin/sh\n"[..], &vec![b'#'; (16 << 20) - 10]].concat();
    let mut tarball = venv().file(b"bin/x", &script);
    for number in 1..17 {
        tarball = tarball.special(b'1', format!("bin/x{number}").as_bytes(), b"bin/x");
        if number < 15 {
            continue;
        }
        project.write("x.tar", tarball.clone().end());
        let set = ["--set", "venv.path=x.tar"];
        if number == 15 {
            // `pyvenv.cfg` is kept too, which the sixteenth leaves no room for.
            project.write("x.tar", Tarball(tarball.0[1024..].to_vec()).end());
            project.refused(&set, &["`x.tar` is not a virtualenv: it has no `pyvenv.cfg`"]);
        } else {
            let words = "`x.tar` goes beyond the 256M of scripts and metadata that are kept in memory";
            project.refused(&set, &[words, "hint: leave out what a host does not need"]);
        }
    }
}
