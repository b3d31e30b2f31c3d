//! The conffiles control file, deb-conffiles(5).

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
use super::symlink;

/// A list of conffiles of this text.
fn list(text: impl AsRef<[u8]>) -> Edit {
    file("DEBIAN/conffiles", text, 0o644)
}

/// The same, and what makes the tree fit.
fn with(text: &str, edit: Edit) -> Edit {
    both(list(text), edit)
}

/// A path of so many bytes, in parts that a file system takes.
fn long(length: usize) -> String {
    let mut path = "/etc".to_owned();
    while path.len() < length {
        let mut part = (length - path.len() - 1).min(200);
        part -= usize::from(length - path.len() - 1 - part == 1);
        path += "/";
        path += &"c".repeat(part);
    }
    assert_eq!(path.len(), length);
    path
}

#[test]
fn each_line_is_the_absolute_path_of_a_file() {
    let slash =
        Verdict::Strict("dpkg keeps the name as it is written, and overwrites what the admin changed");
    judge(vec![
        good("one", list("/etc/tiny.conf\n")),
        good("none", list("")),
        good("outside /etc", with("/usr/x\n", file("usr/x", "", 0o644))),
        good("a blank inside", with("/etc/a b\n", file("etc/a b", "", 0o644))),
        good("a blank at the end of the name", with("/etc/a \n", file("etc/a ", "", 0o644))),
        bad("relative", list("etc/tiny.conf\n"), "etc/tiny.conf"),
        bad("with a dot", list("./etc/tiny.conf\n"), "./etc/tiny.conf"),
        bad("no final newline", list("/etc/tiny.conf"), "line feed"),
        bad("a blank line first", list("\n/etc/tiny.conf\n"), "line 1"),
        bad("a blank line last", list("/etc/tiny.conf\n\n"), "line 2"),
        bad("a line of white space", list("  \n"), "line 1"),
        bad("white space before", list(" /etc/tiny.conf\n"), "line 1"),
        bad("a tab before", list("\t/etc/tiny.conf\n"), "line 1"),
        bad("a vertical tab before", list("\x0b/etc/tiny.conf\n"), "line 1"),
        bad("a blank behind", list("/etc/tiny.conf \n"), "/etc/tiny.conf "),
        bad("a tab behind", list("/etc/tiny.conf\t\n"), "/etc/tiny.conf"),
        bad("CR", list("/etc/tiny.conf\r\n"), "/etc/tiny.conf"),
        bad("a comment", list("# c\n/etc/tiny.conf\n"), "line 1"),
        bad("another case", list("/etc/Tiny.conf\n"), "/etc/Tiny.conf"),
        bad("not in the package", list("/etc/none\n"), "/etc/none"),
        bad("below a file", list("/etc/tiny.conf/x\n"), "/etc/tiny.conf/x"),
        bad("a slash behind", list("/etc/tiny.conf/\n"), "/etc/tiny.conf/"),
        bad("NUL", list("/etc/tiny.conf\0\n"), "conffiles"),
        bad("NUL first", list("\0\n"), "conffiles"),
        good("twice", list("/etc/tiny.conf\n/etc/tiny.conf\n")),
        case("two slashes inside", list("/etc//tiny.conf\n"), slash, "/etc//tiny.conf"),
        case("a dot inside", list("/etc/./tiny.conf\n"), slash, "/etc/./tiny.conf"),
        case("two slashes", list("//etc//tiny.conf\n"), slash, "//etc//tiny.conf"),
        case("a way around", list("/etc/../etc/tiny.conf\n"), slash, "/etc/../etc/tiny.conf"),
        case("a path below DEBIAN", list("/DEBIAN/control\n"), slash, "/DEBIAN/control"),
    ]);
}

#[test]
fn a_conffile_is_a_file() {
    let odd = Verdict::Strict("dpkg looks for the name that is in data.tar");
    judge(vec![
        late("a directory", list("/etc\n"), "/etc"),
        good("the root", list("/\n")),
        good("a link", with("/etc/l\n", symlink("tiny.conf", "etc/l"))),
        good("a dangling link", with("/etc/l\n", symlink("none", "etc/l"))),
        case("a pipe", with("/etc/l\n", fifo("etc/l")), Verdict::Hangs, "/etc/l"),
        case("through a link", with("/e/tiny.conf\n", symlink("etc", "e")), odd, "/e/tiny.conf"),
        good("two names", with("/etc/l\n", hardlink("etc/tiny.conf", "etc/l"))),
        good(
            "two names, two conffiles",
            with("/etc/l\n/etc/tiny.conf\n", hardlink("etc/tiny.conf", "etc/l")),
        ),
    ]);
}

#[test]
fn a_flag_stands_before_the_path() {
    judge(vec![
        good("a file that is gone", list("remove-on-upgrade /etc/none\n")),
        good("twice", list("remove-on-upgrade /etc/none\nremove-on-upgrade /etc/none\n")),
        good("a blank behind", list("remove-on-upgrade /etc/none \n")),
        bad("a file that is there", list("remove-on-upgrade /etc/tiny.conf\n"), "/etc/tiny.conf"),
        bad("the root", list("remove-on-upgrade /\n"), "`/`"),
        bad("a directory that is there", list("remove-on-upgrade /etc\n"), "/etc"),
        bad("two blanks", list("remove-on-upgrade  /etc/none\n"), "line 1"),
        bad("a tab", list("remove-on-upgrade\t/etc/none\n"), "line 1"),
        bad("relative", list("remove-on-upgrade etc/none\n"), "etc/none"),
        bad("no newline", list("remove-on-upgrade /etc/none"), "line feed"),
        bad("no path", list("remove-on-upgrade\n"), "remove-on-upgrade"),
        bad("a blank for a path", list("remove-on-upgrade \n"), "remove-on-upgrade"),
        bad("twice the flag", list("remove-on-upgrade remove-on-upgrade /etc/none\n"), "line 1"),
        bad("an unknown flag", list("keep /etc/tiny.conf\n"), "keep"),
        bad("a flag of the database", list("obsolete /etc/tiny.conf\n"), "obsolete"),
        bad("upper case", list("Remove-on-upgrade /etc/none\n"), "Remove-on-upgrade"),
    ]);
}

#[test]
fn a_line_fits_into_the_buffers_of_dpkg() {
    let mut cases = Vec::new();
    for length in [994, 995, 996, 997, 998, 999, 1000, 1001, 1500] {
        let path = long(length);
        let edit = with(&format!("{path}\n"), file(&path[1..], "", 0o644));
        let gone = list(format!("remove-on-upgrade {}\n", long(length - 18)));
        let verdict = match length {
            ..=996 => Verdict::Installs,
            997..=999 => Verdict::Fails,
            _ => Verdict::Refused,
        };
        cases.push(case(format!("{length} bytes"), edit, verdict, "long"));
        cases.push(case(format!("{length} bytes with a flag"), gone, verdict, "long"));
    }
    judge(cases);
}

#[test]
fn the_list_is_a_file() {
    judge(vec![
        bad("a directory", directory("DEBIAN/conffiles", 0o755), "conffiles"),
        good(
            "a link",
            both(file("DEBIAN/real", "/etc/tiny.conf\n", 0o644), symlink("real", "DEBIAN/conffiles")),
        ),
        late("a dangling link", symlink("none", "DEBIAN/conffiles"), "conffiles"),
        good(
            "a name that is not UTF-8",
            act(|tree| {
                use std::os::unix::ffi::OsStrExt;
                std::fs::write(tree.join("DEBIAN/conffiles"), b"/etc/\xe9\n")?;
                std::fs::write(tree.join(std::ffi::OsStr::from_bytes(b"etc/\xe9")), "")
            }),
        ),
    ]);
}
