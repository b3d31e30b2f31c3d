//! Every package that dpkg-deb reads is read the same.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use mkdeb::archive::tar::header::Kind;

use super::{
    CONTROL, container, control, document, edited, inspected, package, package_of, run, tar, written,
};

/// A tree with what tars have trouble with, and its tar in a dialect.
fn tree(directory: &Path) -> PathBuf {
    let tree = directory.join("tree");
    let long = format!("{}/{}", "d".repeat(90), "e".repeat(60));
    fs::create_dir_all(tree.join("usr").join(&long)).unwrap();
    fs::write(tree.join("usr/a b"), "body\n").unwrap();
    fs::write(tree.join("usr/back\\slash"), vec![b'x'; 1000]).unwrap();
    fs::write(tree.join("usr").join(&long).join("deep"), "deep\n").unwrap();
    fs::write(tree.join("usr/ümläut"), "").unwrap();
    symlink("a b", tree.join("usr/soft")).unwrap();
    fs::hard_link(tree.join("usr/a b"), tree.join("usr/hard")).unwrap();
    fs::set_permissions(tree.join("usr/a b"), fs::Permissions::from_mode(0o4755)).unwrap();
    tree
}

/// The tree as `tar` packs it with further words.
fn packed(tree: &Path, words: &[&str]) -> Vec<u8> {
    let words: Vec<&str> =
        ["-C", tree.to_str().unwrap(), "--sort=name"].iter().chain(words).copied().collect();
    run("tar", &[&words[..], &["-cf", "-", "."]].concat())
}

fn compressed(program: &str, bytes: &[u8]) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let path = written(directory.path(), "plain", bytes);
    run("sh", &["-euc", &format!("{program} <\"$1\""), "sh", path.to_str().unwrap()])
}

/// dpkg-deb and mkdeb say the same of a package.
#[track_caller]
fn agrees(what: &str, deb: &Path) {
    let file = deb.to_str().unwrap();
    let lines = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    assert_eq!(lines(inspected(&["--files"], deb)), lines(run("dpkg-deb", &["-c", file])), "{what}");
    assert_eq!(inspected(&["--control"], deb), run("dpkg-deb", &["-I", file, "control"]), "{what}");
    let fields = &document(deb)["control"];
    for name in ["Package", "Version", "Architecture"] {
        let field = lines(run("dpkg-deb", &["-f", file, name]));
        assert_eq!(fields[name].as_str(), Some(field.trim_end()), "{what}");
    }
    let directory = tempfile::tempdir().unwrap();
    let [ours, theirs] =
        ["ours", "theirs"].map(|name| directory.path().join(name).to_str().unwrap().to_owned());
    inspected(&["--extract", &ours], deb);
    run("dpkg-deb", &["-x", file, &theirs]);
    run("diff", &["-r", "--no-dereference", &ours, &theirs]);
    assert_eq!(lines(found(&ours)), lines(found(&theirs)), "{what}");
    // Each body by itself, too.
    for entry in document(deb)["entries"].as_array().unwrap() {
        let path = entry["path"].as_str().unwrap();
        if entry["type"] == "file" && entry.get("path_hex").is_none() {
            let body = fs::read(Path::new(&theirs).join(path.trim_start_matches('/'))).unwrap();
            assert_eq!(inspected(&["--cat", path], deb), body, "{what}: {path}");
        }
    }
}

/// Mode, owner, links, time and target of everything but the times of directories, which tar changes again when it
/// puts links in them.
fn found(directory: &str) -> Vec<u8> {
    let words = [directory, "-mindepth", "1"];
    let other =
        ["(", "-type", "d", "-printf", "%P %m %u %g\\n", ")", "-o", "-printf", "%P %m %u %g %n %Ts %l\\n"];
    let listing = run("find", &[&words[..], &other].concat());
    let mut lines: Vec<&str> = std::str::from_utf8(&listing).unwrap().lines().collect();
    lines.sort_unstable();
    lines.join("\n").into_bytes()
}

#[test]
fn packages_of_dpkg_deb_in_each_compression_are_read_as_it_reads_them() {
    let directory = tempfile::tempdir().unwrap();
    let tree = tree(directory.path());
    fs::create_dir(tree.join("DEBIAN")).unwrap();
    fs::write(tree.join("DEBIAN/control"), CONTROL).unwrap();
    fs::write(tree.join("DEBIAN/postinst"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(tree.join("DEBIAN/postinst"), fs::Permissions::from_mode(0o755)).unwrap();
    for compression in ["gzip", "xz", "zstd", "none"] {
        for more in ["--uniform-compression", "--no-uniform-compression"] {
            let deb = directory.path().join("built.deb");
            let word = format!("-Z{compression}");
            run("dpkg-deb", &[&word, more, "-b", tree.to_str().unwrap(), deb.to_str().unwrap()]);
            agrees(&format!("{compression} {more}"), &deb);
            let found = document(&deb);
            assert_eq!(found["members"][2]["compression"], *compression);
            assert_eq!(found["scripts"]["postinst"], "#!/bin/sh\n");
            assert_eq!(found["problems"].as_array().map(Vec::len), Some(0), "{found}");
        }
    }
}

#[test]
fn tars_in_each_dialect_and_compression_are_read_as_dpkg_deb_reads_them() {
    let directory = tempfile::tempdir().unwrap();
    let tree = tree(directory.path());
    let gnu = packed(&tree, &["--format=gnu"]);
    for format in ["v7", "ustar", "oldgnu", "gnu"] {
        // Version 7 has no names beyond 100 bytes.
        let left_out: &[&str] = if format == "v7" { &["--exclude=ddd*"] } else { &[] };
        let format = format!("--format={format}");
        let data = packed(&tree, &[&[format.as_str()][..], left_out].concat());
        agrees(&format, &written(directory.path(), "dialect.deb", &package(&control(), &data)));
    }
    let pax = packed(&tree, &["--format=pax"]);
    let deb = written(directory.path(), "pax.deb", &package(&control(), &pax));
    agrees("pax", &deb);
    let problems = document(&deb)["problems"].to_string();
    assert!(problems.contains("has PAX records, which dpkg refuses"), "{problems}");
    for (program, suffix) in
        [("gzip -9n", "gz"), ("xz", "xz"), ("zstd -q", "zst"), ("bzip2", "bz2"), ("xz --format=lzma", "lzma")]
    {
        let data = (format!("data.tar.{suffix}"), compressed(program, &gnu));
        let members =
            [("debian-binary", &b"2.0\n"[..]), ("control.tar", &control()), (data.0.as_str(), &data.1)];
        agrees(program, &written(directory.path(), "compressed.deb", &container(&members)));
    }
    // Several members of gzip are one stream for zlib, and so for dpkg.
    let (start, end) = gnu.split_at(700);
    let twice = [compressed("gzip -n", start), compressed("gzip -n", end)].concat();
    let members = [("debian-binary", &b"2.0\n"[..]), ("control.tar", &control()), ("data.tar.gz", &twice)];
    agrees("two members", &written(directory.path(), "twice.deb", &container(&members)));
}

#[test]
fn several_frames_or_streams_are_read_and_told() {
    let directory = tempfile::tempdir().unwrap();
    let tree = tree(directory.path());
    let gnu = packed(&tree, &["--format=gnu"]);
    let plain = inspected(&["--files"], &written(directory.path(), "plain.deb", &package(&control(), &gnu)));
    let (start, end) = gnu.split_at(700);
    for (program, suffix) in [("zstd -q", "zst"), ("xz", "xz"), ("bzip2", "bz2")] {
        let name = format!("data.tar.{suffix}");
        let data = [compressed(program, start), compressed(program, end)].concat();
        let members = [("debian-binary", &b"2.0\n"[..]), ("control.tar", &control()), (&name, &data)];
        let deb = written(directory.path(), "twice.deb", &container(&members));
        assert_eq!(inspected(&["--files"], &deb), plain, "{suffix}");
        let words =
            format!("the member `{name}` is compressed in 2 pieces, of which dpkg reads only the first");
        assert_eq!(document(&deb)["problems"], serde_json::json!([words]));
        let theirs = std::process::Command::new("dpkg-deb").arg("--fsys-tarfile").arg(&deb).output().unwrap();
        assert!(theirs.stdout == start, "dpkg-deb reads {} bytes of {suffix}", theirs.stdout.len());
    }
}

#[test]
fn headers_at_their_limits_are_read_as_dpkg_deb_reads_them() {
    let directory = tempfile::tempdir().unwrap();
    let tree = tree(directory.path());
    let gnu = |words: &[&str]| packed(&tree, &[&["--format=gnu"], words].concat());
    let plain = gnu(&[]);
    let end = plain.iter().rposition(|byte| *byte != 0).unwrap() / 512 * 512 + 512;
    let file = |name: &[u8]| tar(&[(b"", Kind::Directory, b""), (name, Kind::File(2), b"x\n")]);
    let linked = edited(
        tar(&[(b"a", Kind::File(2), b"x\n"), (b"b", Kind::Hardlink(b"a"), b"")]),
        1024 + 124,
        b"00000000002",
    );
    for (what, data) in [
        ("a time before 1970", gnu(&["--mtime=@-5000000000"])),
        ("large numbers", gnu(&["--owner=:3000000", "--group=:4000000"])),
        ("an unknown owner", gnu(&["--owner=nobody-here:4242", "--group=users:77"])),
        ("no end", plain[..end].to_vec()),
        ("one block at the end", [&plain[..end], &[0; 512]].concat()),
        ("junk behind the end", [&plain[..], &[7; 5000]].concat()),
        ("a size of a hard link", linked),
        ("no dot", edited(file(b"aa"), 512, b"aa\0\0")),
        ("a slash", edited(file(b"aa"), 512, b"/aa\0")),
        ("two slashes", edited(file(b"aa"), 512, b".//a")),
    ] {
        agrees(what, &written(directory.path(), "limit.deb", &package(&control(), &data)));
    }
    // tar refuses to list nothing; dpkg installs it.
    let nothing = written(directory.path(), "nothing.deb", &package(&control(), b""));
    assert_eq!(inspected(&["--files"], &nothing), b"");
    let problems = document(&nothing)["problems"].to_string();
    assert!(
        problems.contains("the member `data.tar` is empty, which dpkg refuses since 1.23.6"),
        "{problems}"
    );
}

#[test]
fn containers_that_dpkg_reads_are_read_and_what_others_refuse_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let (control, data) = (control(), tar(&[(b"a", Kind::File(2), b"x\n")]));
    let version = ("debian-binary", &b"2.0\n"[..]);
    let whole = container(&[version, ("control.tar", &control), ("data.tar", &data)]);
    let odd = container(&[version, ("control.tar", &control), ("data.tar", &data[..data.len() - 1])]);
    let at = |offset: usize, bytes: &[u8]| {
        let mut whole = whole.clone();
        whole[offset..offset + bytes.len()].copy_from_slice(bytes);
        whole
    };
    let (control_at, data_at) = (72, 132 + control.len());
    for (what, bytes, problem) in [
        (
            "a later minor version",
            container(&[("debian-binary", b"2.17\nmore\n"), ("control.tar", &control), ("data.tar", &data)]),
            "",
        ),
        (
            "private members",
            container(&[version, ("_a", b"x"), ("control.tar", &control), ("_b", b""), ("data.tar", &data)]),
            "",
        ),
        (
            "members behind",
            container(&[version, ("control.tar", &control), ("data.tar", &data), ("more", b"x")]),
            "",
        ),
        ("a slash behind a name", at(control_at, b"control.tar/"), ""),
        ("junk behind", [&whole[..], b"junk"].concat(), "something follows the last member"),
        ("no last pad", odd[..odd.len() - 1].to_vec(), "no line feed after it"),
        ("another last pad", [&odd[..odd.len() - 1], b"x"].concat(), "is not a line feed"),
        ("no date", at(data_at + 16, b"soon        "), "the date of the member `data.tar` is not a number"),
        ("no owner", at(data_at + 28, b"me    "), "the user of the member `data.tar` is not a number"),
        ("no mode", at(data_at + 40, b"rw-r--r-"), "the mode of the member `data.tar` is not octal"),
    ] {
        let deb = written(directory.path(), "container.deb", &bytes);
        agrees(what, &deb);
        let problems = document(&deb)["problems"].to_string();
        assert!(problems.contains(problem) && (problems == "[]") == problem.is_empty(), "{what}: {problems}");
    }
}

#[test]
fn what_dpkg_reads_of_control_is_read_and_what_it_refuses_later_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let data = tar(&[]);
    let file = |name: &'static [u8], text: &'static [u8]| (name, Kind::File(text.len() as u64), text);
    let good = file(b"control", CONTROL.as_bytes());
    let latin = file(b"control", b"Package: a\nVersion: 1\nArchitecture: all\nMaintainer: J\xf6rg\n");
    for (what, files, problem) in [
        ("a directory", vec![(&b""[..], Kind::Directory, &b""[..]), good], ""),
        ("Latin 1", vec![latin], "not UTF-8"),
        (
            "a directory within",
            vec![good, (b"sub", Kind::Directory, b"")],
            "`sub/` in control.tar is not a file",
        ),
        ("a file twice", vec![file(b"control", b"Package: old\n"), good], "in control.tar twice"),
        (
            "a link",
            vec![good, (b"link", Kind::Symlink(b"/etc/passwd"), b"")],
            "`link` in control.tar is a link to `/etc/passwd`",
        ),
    ] {
        let deb = written(directory.path(), "control.deb", &package(&tar(&files), &data));
        assert_eq!(
            inspected(&["--control"], &deb),
            run("dpkg-deb", &["-I", deb.to_str().unwrap(), "control"]),
            "{what}"
        );
        let problems = document(&deb)["problems"].to_string();
        assert!(problems.contains(problem) && (problems == "[]") == problem.is_empty(), "{what}: {problems}");
    }
    let broken = file(b"control", b"Package: x\nrubbish\nVersion: 7\n");
    let deb = written(directory.path(), "rubbish.deb", &package(&tar(&[broken]), &data));
    let found = document(&deb);
    assert!(found["problems"][0].as_str().unwrap().contains("line 2 is not a field"), "{found}");
    assert_eq!(found["control"]["Version"], "7", "what can be read is shown");
    let deb =
        written(directory.path(), "short.deb", &package(&tar(&[file(b"control", b"Package: x\n")]), &data));
    assert_eq!(document(&deb)["problems"].as_array().map(Vec::len), Some(1), "no version");
}

#[test]
fn entries_that_only_some_read_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let deb = package_of(&[
        (b"dev/null", Kind::Character(1, 3), b""),
        (b"dev/disk", Kind::Block(8, 17), b""),
        (b"run/pipe", Kind::Fifo, b""),
        (b"a\nb", Kind::File(0), b""),
        (b"x/../y", Kind::File(0), b""),
        (b"\xff\xfe", Kind::Symlink(b"\x80"), b""),
    ]);
    let deb = written(directory.path(), "odd.deb", &deb);
    assert_eq!(
        String::from_utf8(inspected(&["--files"], &deb)).unwrap(),
        String::from_utf8(run("dpkg-deb", &["-c", deb.to_str().unwrap()])).unwrap()
    );
    let found = document(&deb);
    assert_eq!(found["entries"][0]["device"], serde_json::json!([1, 3]));
    assert_eq!(found["entries"][5]["path_hex"], "2e2ffffe", "bytes that are no text survive");
    assert_eq!(found["entries"][5]["target_hex"], "80");
    let problems = found["problems"].to_string();
    for words in ["line feed in its name", "leaves its directory with `..`"] {
        assert!(problems.contains(words), "{problems}");
    }
    let contiguous = edited(tar(&[(b"a", Kind::File(2), b"x\n")]), 156, b"7");
    let deb = written(directory.path(), "kind.deb", &package(&control(), &contiguous));
    let problems = document(&deb)["problems"].to_string();
    assert!(problems.contains("entry of the type `7`, which dpkg refuses"), "{problems}");
}
