//! What lies in the tree: names, kinds, modes.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use super::Edit;
use super::Verdict;
use super::act;
use super::bad;
use super::both;
use super::case;
use super::directory;
use super::fifo;
use super::file;
use super::good;
use super::hardlink;
use super::judge;
use super::late;
use super::mode;
use super::run;
use super::superuser;
use super::symlink;

/// A socket that nobody listens on. Its path may be longer than one of a socket.
pub fn socket(path: &Path) -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let short = directory.path().join("s");
    drop(UnixListener::bind(&short)?);
    run(Command::new("mv").arg(&short).arg(path)).ok("mv");
    Ok(())
}

/// A device node, by mknod(1).
pub fn device(path: &str, kind: &'static str) -> Edit {
    let path = path.to_owned();
    act(move |tree| {
        run(Command::new("mknod").arg(tree.join(&path)).args([kind, "1", "3"])).ok("mknod");
        Ok(())
    })
}

#[test]
fn no_path_has_a_newline() {
    let cases = || {
        vec![
            ("a file", file("usr/a\nb", "", 0o644)),
            ("a directory", directory("usr/a\nb", 0o755)),
            ("a file below", file("usr/a\nb/c", "", 0o644)),
            ("a link", symlink("x", "a\nb")),
            ("a pipe", fifo("a\nb")),
        ]
    };
    judge(cases().into_iter().map(|(name, edit)| bad(name, edit, "line feed")).collect::<Vec<_>>());
    judge(vec![good("a newline in a target", symlink("x\ny", "l"))]);
}

#[test]
fn names_leave_room_for_what_dpkg_appends() {
    let mut cases = Vec::new();
    for length in [245, 246, 247, 248, 250, 251, 255] {
        let path = format!("usr/{}", "n".repeat(length));
        let kinds = || {
            [
                ("file", file(&path, "", 0o644)),
                ("directory", directory(&path, 0o755)),
                ("pipe", both(directory("usr", 0o755), fifo(&path))),
                ("link", both(directory("usr", 0o755), symlink("x", &path))),
            ]
        };
        for (kind, edit) in kinds() {
            let name = format!("a {kind} of {length} bytes");
            cases.push(if length <= 246 { good(name, edit) } else { late(name, edit, "246") });
        }
    }
    judge(cases);
}

#[test]
fn names_may_be_odd() {
    let mut cases = Vec::new();
    for name in [
        " a",
        "a ",
        "-rf",
        "a\\b",
        "a\\nb",
        "a'b",
        "a\"b",
        "$(x)",
        "*",
        "a\tb",
        "a\rb",
        "é",
        "~",
        "a.dpkg-old",
        "a:b",
        "#a#",
    ] {
        cases.push(good(name, file(&format!("usr/{name}"), "", 0o644)));
    }
    cases.push(good(
        "beside what dpkg appends",
        both(file("usr/a", "1", 0o644), file("usr/a.dpkg-new", "2", 0o644)),
    ));
    cases.push(good("beside a backup", both(file("usr/a", "1", 0o644), file("usr/a.dpkg-tmp", "2", 0o644))));
    for bytes in [&b"\xe9"[..], b"\xff\xfe", b"\x80", b"a\xc3"] {
        let name = format!("{bytes:?}");
        cases.push(good(name, act(move |tree| fs::write(tree.join(OsStr::from_bytes(bytes)), ""))));
    }
    judge(cases);
}

#[test]
fn a_name_that_begins_with_debian_is_a_name() {
    // dpkg-deb leaves out what begins so in the top directory: mkdeb has to do the same.
    judge(vec![
        good("below", file("usr/DEBIAN/control", "x", 0o644)),
        good("a directory", file("DEBIANx/y", "x", 0o644)),
        good("a file", file("DEBIAN.txt", "x", 0o644)),
        good("another case", file("debian/control", "x", 0o644)),
    ]);
}

#[test]
fn kinds_of_files_that_a_package_may_hold() {
    judge(vec![
        good("a pipe", fifo("pipe")),
        good("a pipe of two names", both(fifo("pipe"), hardlink("pipe", "pipe2"))),
        good("a socket, which is left out", act(|tree| socket(&tree.join("socket")))),
        good("a file of two names", hardlink("etc/tiny.conf", "z")),
        good(
            "a file of three names in three directories",
            both(
                both(directory("a", 0o755), directory("z", 0o755)),
                both(hardlink("etc/tiny.conf", "a/1"), hardlink("etc/tiny.conf", "z/2")),
            ),
        ),
        case("a link of two names", both(symlink("x", "l"), hardlink("l", "m")), Verdict::Mended, ""),
        good("a hole", act(|tree| fs::File::create(tree.join("hole"))?.set_len(1 << 20))),
        good(
            "a hole and an end",
            act(|tree| {
                fs::File::create(tree.join("hole"))?.set_len(1 << 20)?;
                io::Write::write_all(&mut fs::File::options().append(true).open(tree.join("hole"))?, b"end")
            }),
        ),
        good("no file at all", act(|tree| fs::remove_dir_all(tree.join("etc")))),
        good("an empty directory", directory("empty", 0o755)),
        good("an absolute link", symlink("/x", "l")),
        good("a link to itself", symlink("l", "l")),
        good("a link to a directory beside", both(file("lib/x", "", 0o644), symlink("lib", "lib64"))),
        good("a link of 4000 bytes", symlink(&"t".repeat(4000), "l")),
        good("deep", file("d/".repeat(300).trim_end_matches('/'), "", 0o644)),
    ]);
}

#[test]
fn devices_are_packed() {
    if !superuser() {
        crate::bed::missing::<()>("the superuser");
        return;
    }
    judge(vec![
        good("a character device", device("c", "c")),
        good("a block device", device("b", "b")),
        good("a device of two names", both(device("c", "c"), hardlink("c", "c2"))),
    ]);
}

#[test]
fn all_modes_are_kept() {
    let mut cases = Vec::new();
    for bits in [0o600, 0o444, 0o777, 0o4755, 0o2755, 0o6755, 0o1644, 0o7777, 0o4644] {
        cases.push(good(format!("a file of {bits:o}"), file("usr/x", "x", bits)));
        cases.push(good(format!("a pipe of {bits:o}"), both(fifo("pipe"), mode("pipe", bits))));
    }
    for bits in [0o700, 0o555, 0o777, 0o1777, 0o2755, 0o4755, 0o7777] {
        cases.push(good(format!("a directory of {bits:o}"), directory("d", bits)));
        cases.push(good(format!("a root of {bits:o}"), mode("", bits)));
    }
    judge(cases);
}

#[test]
fn what_cannot_be_read_cannot_be_packed() {
    // The superuser reads everything, so somebody else has to try.
    let paths = ["DEBIAN/control", "DEBIAN/extra", "DEBIAN/conffiles", "etc/tiny.conf", "etc"];
    for path in paths {
        let directory = tempfile::tempdir().expect("a directory");
        let tree = super::tree(directory.path(), &file("DEBIAN/extra", "", 0o644));
        fs::write(tree.join("DEBIAN/conffiles"), "/etc/tiny.conf\n").expect("ours");
        mode(path, 0o000)(&tree);
        mode("..", 0o777)(&tree);
        for (program, words) in [("dpkg-deb", "-b"), (env!("CARGO_BIN_EXE_mkdeb"), "pack")] {
            let mut command = Command::new(if superuser() { "setpriv" } else { program });
            if superuser() {
                command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
            }
            let deb = directory.path().join(format!("{words}.deb"));
            let output = run(command.arg(words).args(["-Znone", "--root-owner-group"]).arg(&tree).arg(&deb));
            assert!(!output.success(), "{program} {path}");
            if words == "pack" {
                assert!(output.text().contains(path) && !deb.exists(), "{path}: {}", output.text());
            }
        }
        mode(path, 0o755)(&tree);
    }
}
