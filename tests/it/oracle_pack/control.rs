//! The control file: where it is, its syntax, and the fields that dpkg reads.

use std::fs;

use super::CONTROL;
use super::Case;
use super::Edit;
use super::Verdict;
use super::act;
use super::bad;
use super::both;
use super::case;
use super::directory;
use super::file;
use super::good;
use super::hardlink;
use super::judge;
use super::late;
use super::mode;
use super::symlink;

/// A control file of this text.
pub fn text(text: impl AsRef<[u8]>) -> Edit {
    file("DEBIAN/control", text, 0o644)
}

/// A field behind all others.
fn added(field: &str) -> Edit {
    text(format!("{CONTROL}{field}\n"))
}

/// A field before all others.
fn first(field: &str) -> Edit {
    text(format!("{field}\n{CONTROL}"))
}

/// One text in the place of another.
fn replaced(old: &str, new: &str) -> Edit {
    assert!(CONTROL.contains(old), "{old}");
    text(CONTROL.replace(old, new))
}

/// The same with bytes that are no text.
fn bytes(old: &str, new: &[u8]) -> Edit {
    let (before, after) = CONTROL.split_once(old).expect("it is there");
    text([before.as_bytes(), new, after.as_bytes()].concat())
}

/// Renames the control file.
fn renamed(new: &'static str) -> Edit {
    act(move |tree| fs::rename(tree.join("DEBIAN/control"), tree.join(new)))
}

fn removed(path: &'static str) -> Edit {
    act(move |tree| match fs::remove_dir_all(tree.join(path)) {
        Err(_) => fs::remove_file(tree.join(path)),
        done => done,
    })
}

#[test]
fn the_control_file_and_its_directory_are_there() {
    let mut cases = vec![
        bad("no DEBIAN", removed("DEBIAN"), "DEBIAN"),
        bad("a file", both(removed("DEBIAN"), file("DEBIAN", "", 0o644)), "DEBIAN"),
        bad("a dangling link", both(removed("DEBIAN"), symlink("none", "DEBIAN")), "DEBIAN"),
        bad(
            "a link to a directory",
            act(|tree| {
                fs::rename(tree.join("DEBIAN"), tree.join("real"))?;
                std::os::unix::fs::symlink("real", tree.join("DEBIAN"))
            }),
            "DEBIAN",
        ),
        bad("no control file", removed("DEBIAN/control"), "DEBIAN/control"),
        bad("another case", renamed("DEBIAN/Control"), "DEBIAN/control"),
        bad("a directory", both(removed("DEBIAN/control"), directory("DEBIAN/control", 0o755)), "control"),
        bad("a dangling link", both(removed("DEBIAN/control"), symlink("none", "DEBIAN/control")), "control"),
        good("a link", both(renamed("DEBIAN/real"), symlink("real", "DEBIAN/control"))),
        late(
            "a link to outside",
            both(renamed("etc/real"), symlink("../etc/real", "DEBIAN/control")),
            "control",
        ),
        good("two names", hardlink("DEBIAN/control", "DEBIAN/other")),
        good("a name among the data", hardlink("DEBIAN/control", "etc/other")),
        good("an odd mode", mode("DEBIAN/control", 0o4777)),
        good("a mode of one's own", mode("DEBIAN/control", 0o600)),
    ];
    for bits in [0o755, 0o775] {
        cases.push(good(format!("DEBIAN of {bits:o}"), mode("DEBIAN", bits)));
    }
    for bits in [0o700, 0o750, 0o751, 0o754, 0o757, 0o777, 0o2755, 0o1755, 0o4755, 0o765, 0o2775] {
        cases.push(bad(format!("DEBIAN of {bits:o}"), mode("DEBIAN", bits), "0755"));
    }
    judge(cases);
}

#[test]
fn a_control_file_is_one_stanza_in_which_each_line_counts() {
    let nul = Verdict::Strict("dpkg reads what stands before the NUL, other programs all of it");
    let hash = Verdict::Strict("deb822(5): no field name starts with `#`");
    let latin = Verdict::Strict("deb822(5): control files are UTF-8");
    judge(vec![
        good("nothing odd", text(CONTROL)),
        bad("nothing", text(""), "no fields"),
        bad("only blank lines", text("\n\n"), "no fields"),
        bad("no final newline", text(CONTROL.trim_end()), "line feed"),
        bad("no final newline in a further line", text(format!("{CONTROL} more")), "line feed"),
        bad("two stanzas", text(format!("{CONTROL}\n{CONTROL}")), "one"),
        good("blank lines behind", text(format!("{CONTROL}\n\n"))),
        good("blank lines before", text(format!("\n\n{CONTROL}"))),
        bad("white space behind", text(format!("{CONTROL}\n  \n")), "paragraph"),
        bad("white space before", text(format!(" \n{CONTROL}")), "line 1"),
        bad("a blank before a field", text(format!(" {CONTROL}")), "line 1"),
        bad("a byte order mark", text(format!("\u{feff}{CONTROL}")), "byte order mark"),
        bad("a comment before", text(format!("# c\n{CONTROL}")), "line 1"),
        bad("a comment like a field", added("# c: d"), "line 6"),
        case("a field with a hash", added("#X-A: 1"), hash, "comments"),
        bad("a blank line in a value", added("X-A: 1\n \n 2"), "blank line"),
        bad("a blank line in a description", added(" \n more"), "blank line"),
        bad("a blank line at the end of a value", added("   "), "blank line"),
        good("a dot for a blank line", added(" one\n .\n two")),
        good("a tab before a further line", added("X-A: 1\n\ttwo")),
        case("NUL in a value", bytes(" M <", b" M\0 <"), nul, "NUL"),
        case("NUL in a name", bytes("tiny", b"ti\0ny"), nul, "NUL"),
        case("NUL in a version", bytes(" 1\n", b" 1\x002\n"), nul, "NUL"),
        case("NUL in a field name", added("X\0A: 1"), nul, "NUL"),
        good("CR before each newline", text(CONTROL.replace('\n', "\r\n"))),
        bad("CR in a blank line", text(format!("{CONTROL}\n").replace('\n', "\r\n")), "blank line"),
        bad("CR for newline", text(CONTROL.replace('\n', "\r")), "line feed"),
        good("CR in a value", added("X-A: a\rb")),
        good("other white space in a value", added("X-A: a\x0b\x0c b")),
        case("Latin-1", bytes(" M <", b" \xff\xe9 <"), latin, "UTF-8"),
        bad("a field twice", added("Package: tiny"), "Package"),
        bad("a field twice in another case", added("pACKAGE: tiny"), "twice"),
        bad("one's own field twice", added("X-A: 1\nx-a: 2"), "twice"),
        bad("a short name", added("X: 1"), "single character"),
        bad("a name with a hyphen first", added("-X: 1"), "`-`"),
        bad("no name", added(": 1"), "line 6"),
        good("a blank before the colon", added("X-A : 1")),
        bad("no colon", added("X-A 1"), "line 6"),
        bad("a name alone", added("X-A"), "line 6"),
        bad("a name at the end", text(format!("{CONTROL}X-A")), "line 6"),
        bad("a colon at the end", text(format!("{CONTROL}X-A:")), "X-A"),
        bad("two names", added("X A: 1"), "line 6"),
        good("a name beyond ASCII", added("Ä-b: 1")),
        good("a colon in a value", added("X-A:B: 1")),
        good("a long name", added(&format!("{}: 1", "X".repeat(5000)))),
        good("names in another case", replaced("Package", "pAcKAGE")),
        good("an empty value before others", first("X-A:")),
        bad("an empty value behind all others", added("X-A:"), "X-A"),
        bad("blanks behind all others", added("X-A:   "), "X-A"),
    ]);
}

#[test]
fn an_end_of_file_character_ends_a_value() {
    let reason = Verdict::Strict("only dpkg takes ^Z for the end");
    judge(vec![
        case("^Z at the end", text(format!("{CONTROL}\x1a")), reason, "line 6"),
        case("^Z for the last newline", text(format!("{}\x1a", CONTROL.trim_end())), reason, "line 5"),
        bad("^Z before a field", added("\x1aX-E: 1"), "line 6"),
        case("^Z in a value", replaced("M <", "M \x1a <"), reason, "line 4"),
        bad("^Z for a value", added("X-A:\x1a"), "line 6"),
        bad("^Z in a name", added("X-\x1aA: 1"), "line 6"),
    ]);
}

#[test]
fn a_package_has_a_name() {
    let upper = Verdict::Strict("dpkg makes it lower case, apt does not; Policy 5.6.1 has no upper case");
    let mut cases = vec![
        bad("no field", replaced("Package: tiny\n", ""), "Package"),
        bad("no value", replaced(" tiny", ""), "Package"),
        case("upper case", replaced("tiny", "Tiny"), upper, "Tiny"),
        good("one character", replaced("tiny", "t")),
        good("243 characters", replaced("tiny", &"t".repeat(243))),
        late("244 characters", replaced("tiny", &"t".repeat(244)), "Package"),
        good("all that may follow", replaced("tiny", "t+.-9")),
        good("a digit first", replaced("tiny", "0tiny")),
        bad("two lines", replaced("tiny", "tiny\n b"), "Package"),
    ];
    for name in ["ti_ny", "-tiny", ".tiny", "+tiny", "ti ny", "ti/ny", "tïny", "ti:ny", "ti~ny", "$tiny"] {
        cases.push(bad(name, replaced("tiny", name), "Package"));
    }
    judge(cases);
}

#[test]
fn a_package_has_a_version() {
    let signed = Verdict::Strict("an epoch is a number (deb-version(7)), and apt reads no sign");
    let mut cases = vec![
        bad("no field", replaced("Version: 1\n", ""), "Version"),
        bad("no value", replaced("n: 1", "n:"), "Version"),
        bad("two lines", replaced("n: 1", "n: 1\n 2"), "Version"),
        good("blanks around", replaced("n: 1", "n: \t1 \t")),
        good("300 digits", replaced("n: 1", &format!("n: {}", "1".repeat(300)))),
        case("a sign", replaced("n: 1", "n: +1:1"), signed, "Version"),
    ];
    for version in ["1.0-1", "0:1", "01:1", "1:1:1", "2147483647:1~rc1+b.2-3", "1--1", "1~", "1.-~"] {
        cases.push(good(version, replaced("n: 1", &format!("n: {version}"))));
    }
    for version in [
        "v1",
        "1-",
        "-1",
        "1_0",
        "1 2",
        ":1",
        "1:",
        "a:1",
        "-1:1",
        "2147483648:1",
        "1 :1",
        "1/2",
        "1é",
        "1-a_b",
        "~1",
        "1:-1",
        "1:a",
        "99999999999999999999:1",
        "1-a:b",
    ] {
        cases.push(bad(version, replaced("n: 1", &format!("n: {version}")), "Version"));
    }
    judge(cases);
}

#[test]
fn a_package_has_an_architecture_that_dpkg_installs() {
    let host = super::run(std::process::Command::new("dpkg").arg("--print-architecture")).ok("dpkg");
    let foreign = Verdict::Fails;
    let mut cases = vec![
        bad("no field", replaced("Architecture: all\n", ""), "Architecture"),
        bad("no value", replaced(" all", ""), "Architecture"),
        good("that of the host", replaced(" all", &format!(" {}", host.trim()))),
        bad("same for all", added("Multi-Arch: same"), "Multi-Arch"),
        bad(
            "same for none",
            text(format!("{CONTROL}Multi-Arch: same\n").replace("Architecture: all\n", "")),
            "Arch",
        ),
        good(
            "same",
            text(format!("{CONTROL}Multi-Arch: same\n").replace(" all", &format!(" {}", host.trim()))),
        ),
    ];
    // A name that no host can have; what another host has is for that host to judge.
    for name in ["any", "source", "linux-any", "amd64 i386", "am_d64", "-amd", "a/b", "ALL"] {
        cases.push(case(name, replaced(" all", &format!(" {name}")), foreign, "Architecture"));
    }
    judge(cases);
}

#[test]
fn a_package_for_another_architecture_is_packed() {
    // dpkg of this host refuses it, and that of the other one installs it.
    let other = if cfg!(target_arch = "aarch64") { "riscv64" } else { "arm64" };
    let directory = tempfile::tempdir().expect("a directory");
    let tree = super::tree(directory.path(), &replaced(" all", &format!(" {other}")));
    super::equality::packed_alike(&tree, &["-Znone"]);
}

/// Fields with a closed set of values, with those that dpkg takes and those that it does not.
fn enumerated() -> Vec<Case> {
    let mut cases = Vec::new();
    for field in ["Essential", "Protected"] {
        for value in ["yes", "no", "Yes", "yes  "] {
            cases.push(good(format!("{field} {value}"), added(&format!("{field}: {value}"))));
        }
        for value in ["maybe", "yes no", "true", "1", "y", "yes,"] {
            cases.push(bad(format!("{field} {value}"), added(&format!("{field}: {value}")), field));
        }
    }
    for value in ["no", "foreign", "allowed", "Foreign"] {
        cases.push(good(format!("Multi-Arch {value}"), added(&format!("Multi-Arch: {value}"))));
    }
    for value in ["yes", "bogus", "foreign same", "foreign,"] {
        cases.push(bad(format!("Multi-Arch {value}"), added(&format!("Multi-Arch: {value}")), "Multi-Arch"));
    }
    for value in ["required", "important", "standard", "optional", "extra", "Optional", "bogus", "unknown"] {
        cases.push(good(format!("Priority {value}"), added(&format!("Priority: {value}"))));
    }
    cases.push(bad("Priority optional junk", added("Priority: optional junk"), "Priority"));
    cases
}

#[test]
fn fields_with_a_set_of_values_have_one_of_them() {
    judge(enumerated());
}

#[test]
fn fields_of_the_database_have_no_place_in_a_package() {
    let mut cases = Vec::new();
    for field in ["Status", "Config-Version", "Triggers-Pending", "Triggers-Awaited"] {
        cases.push(bad(format!("empty {field}"), first(&format!("{field}:")), field));
        cases.push(bad(field, added(&format!("{field}: install ok installed")), field));
    }
    for field in ["Filename", "Size", "MD5sum", "MSDOS-Filename"] {
        cases.push(bad(format!("empty {field}"), first(&format!("{field}:")), field));
        cases.push(good(field, added(&format!("{field}: x"))));
    }
    cases.push(good("archives", added("Filename: a b\nSize: 1 2")));
    cases.push(bad("fewer sizes", added("Filename: a b\nSize: 1"), "Size"));
    cases.push(bad("more sizes", added("Filename: a\nSize: 1 2"), "Size"));
    for value in ["/etc/x abc", "\n etc", "\n / abc", "\n  /etc/x", "\n\t/etc/x abc"] {
        cases.push(bad(format!("Conffiles {value}"), added(&format!("Conffiles: {value}")), "Conffiles"));
    }
    let reason = Verdict::Strict("dpkg keeps it about what is installed");
    let conffiles = added("Conffiles:\n /etc/x d41d8cd98f00b204e9800998ecf8427e");
    cases.push(case("Conffiles", conffiles, reason, "Conffiles"));
    judge(cases);
}

#[test]
fn fields_that_dpkg_only_keeps_may_say_anything() {
    let mut cases = Vec::new();
    let values: [(&str, &[&str]); 16] = [
        ("Section", &["misc", "non-free/python", "Mi Sc", "a/b/c", "_%", "a\n b"]),
        ("Installed-Size", &["12", "x", "-1", "1.5", "12 kB", "99999999999999999999"]),
        ("Source", &["src", "src (1.0)", "src (v 1", "Src_X", "a b"]),
        ("Bugs", &["mailto:x@example.org", "junk"]),
        ("Origin", &["Debian", "a b"]),
        ("Package-Type", &["deb", "udeb", "bogus"]),
        ("Homepage", &["junk"]),
        ("Build-Essential", &["maybe"]),
        ("Built-Using", &["junk ("]),
        ("Description-md5", &["x"]),
        ("Tag", &["a"]),
        ("Task", &["a"]),
        // Names of long ago, with a warning.
        ("Class", &["optional", "bogus"]),
        ("Optional", &["a1"]),
        ("Recommended", &["a1 | b2"]),
        ("Kernel-Version", &["1"]),
    ];
    for (field, values) in values {
        for value in values {
            cases.push(good(format!("{field} {value}"), added(&format!("{field}: {value}"))));
        }
        cases.push(good(format!("empty {field}"), first(&format!("{field}:"))));
    }
    cases.push(bad("Recommended", added("Recommended: a1,"), "Recommended"));
    let revision = Verdict::Strict("dpkg makes another version of it, other programs do not");
    for field in ["Revision", "Package-Revision", "Package_Revision"] {
        cases.push(case(field, added(&format!("{field}: 2")), revision, field));
        cases.push(case(format!("empty {field}"), first(&format!("{field}:")), revision, field));
    }
    cases.push(good("no Maintainer", replaced("Maintainer: M <m@example.org>\n", "")));
    cases.push(good("an empty Maintainer", replaced(" M <m@example.org>", "")));
    cases.push(good("a Maintainer without address", replaced(" M <m@example.org>", " junk")));
    cases.push(good("a Maintainer of two lines", replaced("org>\n", "org>\n and\n")));
    cases.push(good("no Description", replaced("Description: x\n", "")));
    cases.push(good("a Description without a synopsis", text(CONTROL.replace(": x", ":\n long"))));
    judge(cases);
}
