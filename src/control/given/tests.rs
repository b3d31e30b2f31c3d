//! The verdicts are those of dpkg 1.21; `tests/it/oracle_pack` asks the real one.

use super::*;

const GOOD: &str = "Package: ab\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b>\nDescription: it\n";

fn with(line: &str) -> Result<Given, Fault> {
    check(format!("{line}\n{GOOD}").as_bytes())
}

#[test]
fn a_control_file_names_its_package() {
    let given = check(b"\n\nPackage: ab\nVersion: 2:1.0-3\nArchitecture: amd64\n long: no\n").map(|_| ());
    assert!(given.is_err(), "a continued architecture is none");
    let given = check(GOOD.replace(": 1\n", ": 2:1.0-3\n").as_bytes()).expect("valid");
    assert_eq!(given.file_name(), "ab_1.0-3_all.deb");
    assert_eq!(given.remarks, [""; 0]);
}

#[test]
fn faults_name_the_line_or_the_field() {
    for (line, word) in [
        ("nothing", "no `:`"),
        (": x", "name is empty"),
        ("-A: x", "starts with `-`"),
        ("# note: x", "blank"),
        ("#note: x", "comments"),
        ("X: y", "single"),
        ("package: x", "twice"),
        ("X-Y: a\n \n b", "blank line"),
        ("X-Y: a\n\nPackage: b", "more than one"),
        ("Status: x", "installed"),
        ("Revision: 1", "into `Version`"),
        ("Filename:", "repository"),
        ("Essential: maybe", "yes"),
        ("Multi-Arch: same", "all architectures"),
        ("Multi-Arch: both", "foreign"),
        ("Priority: optional-ish", "more after the name"),
        ("X-Y: a\0b", "NUL"),
    ] {
        let message = with(line).expect_err(line).to_string();
        assert!(message.contains(word), "{line:?}: {message}");
    }
    let unfinished = check(GOOD.trim_end().as_bytes()).expect_err("unfinished");
    assert_eq!(unfinished, Fault::Unfinished("Description".to_owned()));
    let cut = check(format!("{GOOD}X-Y: \n").as_bytes());
    assert_eq!(cut, Err(Fault::EmptyAtEnd("X-Y".to_owned())));
    assert_eq!(check(b"\n"), Err(Fault::Empty));
    assert_eq!(check(b"Package: \xff\n"), Err(Fault::NotUtf8));
    assert!(check("\u{feff}Package: ab\n".as_bytes()).is_err());
}

#[test]
fn relations_are_as_wide_as_dpkgs() {
    for good in ["", "a", "A_b", "a (>= 1) | b:any", "a(<<1:2-3) , b", "a (= 1:2:3)"] {
        assert_eq!(with(&format!("Depends: {good}")).map(|given| given.remarks), Ok(Vec::new()), "{good}");
    }
    for odd in ["a (< 1)", "a (1)"] {
        assert_eq!(with(&format!("Depends: {odd}")).map(|given| given.remarks.len()), Ok(1), "{odd}");
    }
    for bad in [
        "a,",
        ",a",
        "a || b",
        "a b",
        "a (>= 1",
        "a (>= 1) b",
        "a (=> 1)",
        "a (>= v1)",
        "a (>= )",
        "a:",
        "-a",
        "a [i386]",
    ] {
        assert!(with(&format!("Depends: {bad}")).is_err(), "{bad}");
    }
    assert!(with("Conflicts: a | b").is_err());
    assert_eq!(with("Provides: a (>= 1)").map(|given| given.remarks.len()), Ok(1));
}
