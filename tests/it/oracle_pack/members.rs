//! What else lies in DEBIAN.

use super::Verdict;
use super::act;
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

#[test]
fn control_files_are_files() {
    judge(vec![
        late("a directory", directory("DEBIAN/sub", 0o755), "sub"),
        late("a directory with a file", file("DEBIAN/sub/x", "", 0o644), "sub"),
        late("a directory with a dot", directory("DEBIAN/s.d", 0o755), "s.d"),
        late("md5sums, a directory", directory("DEBIAN/md5sums", 0o755), "md5sums"),
        late("a link to a directory", symlink("/etc", "DEBIAN/zz"), "zz"),
        late("a dangling link", symlink("none", "DEBIAN/zz"), "zz"),
        good("a link", symlink("control", "DEBIAN/zz")),
        good("two names", both(file("DEBIAN/x1", "a", 0o644), hardlink("DEBIAN/x1", "DEBIAN/x2"))),
        case("a pipe", fifo("DEBIAN/pipe"), Verdict::Hangs, "pipe"),
        good("a socket", act(|tree| super::data::socket(&tree.join("DEBIAN/socket")))),
    ]);
}

#[test]
fn control_files_have_names_of_100_bytes() {
    judge(vec![
        good("100 bytes", file(&format!("DEBIAN/{}", "n".repeat(100)), "", 0o644)),
        late("101 bytes", file(&format!("DEBIAN/{}", "n".repeat(101)), "", 0o644), "100"),
        late("240 bytes", file(&format!("DEBIAN/{}", "n".repeat(240)), "", 0o644), "100"),
        // dpkg does not look at names with a dot.
        good("101 bytes with a dot", file(&format!("DEBIAN/{}.", "n".repeat(100)), "", 0o644)),
        good("a blank", file("DEBIAN/a b", "", 0o644)),
        good("beyond ASCII", file("DEBIAN/é", "", 0o644)),
        good("a newline", file("DEBIAN/a\nb", "", 0o644)),
    ]);
}

#[test]
fn control_files_that_dpkg_does_not_read_say_anything() {
    let junk = Verdict::Strict("`dpkg --verify` ends at such a line");
    judge(vec![
        good("one's own", file("DEBIAN/extra", "x", 0o600)),
        good("with a dot", file("DEBIAN/a.b", "x", 0o644)),
        good("hidden", file("DEBIAN/.x", "x", 0o644)),
        good("a backup", file("DEBIAN/control~", "x", 0o644)),
        good("list, which dpkg leaves out with a warning", file("DEBIAN/list", "/x\n", 0o644)),
        good("status", file("DEBIAN/status", "x", 0o644)),
        good("shlibs", file("DEBIAN/shlibs", "junk", 0o644)),
        good("symbols", file("DEBIAN/symbols", "junk", 0o644)),
        case("junk for digests", file("DEBIAN/md5sums", "junk\n", 0o644), junk, "md5sums"),
        good(
            "a wrong digest",
            file("DEBIAN/md5sums", "d41d8cd98f00b204e9800998ecf8427e  etc/tiny.conf\n", 0o644),
        ),
    ]);
}

#[test]
fn devices_are_no_control_files() {
    if !super::superuser() {
        crate::bed::missing::<()>("the superuser");
        return;
    }
    judge(vec![late("a device", super::data::device("DEBIAN/null", "c"), "null")]);
}
