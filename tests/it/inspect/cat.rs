//! One file of a package.

use mkdeb::archive::tar::header::Kind;

use super::{inspected, mkdeb, package_of, refused, written};

fn sample() -> Vec<u8> {
    package_of(&[
        (b"usr/bin", Kind::Directory, b""),
        (b"usr/bin/tool", Kind::File(4), b"old\n"),
        (b"usr/bin/tool", Kind::File(4), b"\xff\x1b\n\0"),
        (b"usr/bin/hard", Kind::Hardlink(b"usr/bin/tool"), b""),
        (b"usr/bin/soft", Kind::Symlink(b"tool"), b""),
        (b"run/pipe", Kind::Fifo, b""),
    ])
}

#[test]
fn a_file_is_found_by_each_spelling_and_the_last_of_a_name_counts() {
    let directory = tempfile::tempdir().unwrap();
    let deb = written(directory.path(), "sample.deb", &sample());
    for path in ["/usr/bin/tool", "usr/bin/tool", "./usr/bin/tool", "usr//bin/./tool", "/usr/bin/hard"] {
        assert_eq!(inspected(&["--cat", path], &deb), b"\xff\x1b\n\0", "{path}");
    }
    for path in ["DEBIAN/control", "/DEBIAN/control", "./DEBIAN/control"] {
        assert_eq!(inspected(&["--cat", path], &deb), super::CONTROL.as_bytes(), "{path}");
    }
    assert_eq!(mkdeb(&["inspect", "-", "--cat", "usr/bin/tool"], &sample()).stdout, b"\xff\x1b\n\0");
}

#[test]
fn what_has_no_body_is_an_error_that_says_what_it_is() {
    for (path, words) in [
        ("/usr/bin/soft", "`/usr/bin/soft` is a symbolic link to `tool`"),
        ("/usr/bin", "`/usr/bin` is a directory"),
        ("/run/pipe", "`/run/pipe` is a device or a pipe"),
        ("/usr/bin/hard", "`/usr/bin/hard` is a hard link to `./usr/bin/tool`, which a pipe has passed"),
        ("/usr/bin/toll", "there is no `/usr/bin/toll` in the package\nhint: did you mean `/usr/bin/tool`?"),
        ("/sbin/tool", "hint: did you mean `/usr/bin/tool`?"),
        ("/nothing/like/it", "hint: `--files` lists what is there"),
        ("DEBIAN/contorl", "hint: did you mean `DEBIAN/control`?"),
        (
            "DEBIAN/postinst",
            "there is no `DEBIAN/postinst` in the package\nhint: `--json` lists the control files",
        ),
        ("../etc/passwd", "there can be no such file in a package: `../etc/passwd` leaves the tree"),
    ] {
        let said = refused(&["--cat", path], &sample());
        assert!(said.contains(words), "{path}: {said}");
    }
}
