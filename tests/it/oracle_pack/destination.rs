//! Where the tree is and where the package goes.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::act;
use super::control;
use super::equality;
use super::mkdeb;
use super::run;

/// A directory with a good tree, packed from there with some words; whether that went well, and all files that are there now.
fn packed(words: &[&str], ours: bool, prepare: &dyn Fn(&Path)) -> (bool, Vec<String>) {
    let directory = tempfile::tempdir().expect("a directory");
    super::tree(directory.path(), &control::text(super::CONTROL.replace("n: 1", "n: 3:1.0-2")));
    prepare(directory.path());
    let mut command = if ours { mkdeb() } else { Command::new("dpkg-deb") };
    command.args(["-Znone", "--root-owner-group"]).args((!ours).then_some("-b")).args(words);
    let output = run(command.current_dir(directory.path()));
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(directory.path()).sort_by_file_name() {
        let entry = entry.expect("readable");
        let is_package =
            entry.file_type().is_file() && fs::read(entry.path()).expect("ours").starts_with(b"!<arch>");
        let name = entry.path().strip_prefix(directory.path()).expect("inside").display().to_string();
        found.extend(is_package.then_some(name));
    }
    (output.success(), found)
}

/// The package that both programs write for these words, or none.
#[track_caller]
fn alike(words: &[&str], expected: Option<&str>, prepare: &dyn Fn(&Path)) {
    let expected: Vec<_> = expected.into_iter().map(str::to_owned).collect();
    let (is_packed, files) = packed(words, false, prepare);
    assert_eq!(is_packed, !expected.is_empty(), "dpkg-deb -b {words:?}");
    if is_packed {
        assert_eq!(files, expected, "dpkg-deb -b {words:?}");
    }
    // Where dpkg-deb fails, it may leave half a package; mkdeb must not.
    assert_eq!(packed(words, true, prepare), (is_packed, expected), "mkdeb pack {words:?}");
}

#[test]
fn the_package_lands_where_dpkg_deb_puts_it() {
    let nothing = |_: &Path| ();
    let in_directory = Some("out/tiny_1.0-2_all.deb");
    let made = |directory: &Path| fs::create_dir(directory.join("out")).expect("new");
    alike(&["tree"], Some("tree.deb"), &nothing);
    alike(&["tree/"], Some("tree.deb"), &nothing);
    alike(&["tree/."], Some("tree.deb"), &nothing);
    alike(&["./tree//"], Some("tree.deb"), &nothing);
    alike(&["tree", "x.deb"], Some("x.deb"), &nothing);
    alike(&["tree", "odd name"], Some("odd name"), &nothing);
    alike(&["tree", "-"], Some("-"), &nothing);
    alike(&["tree", "."], Some("tiny_1.0-2_all.deb"), &nothing);
    alike(&["tree", "out"], in_directory, &made);
    alike(&["tree", "out/"], in_directory, &made);
    alike(&["tree", "out/x.deb"], Some("out/x.deb"), &made);
    let linked = |directory: &Path| {
        made(directory);
        std::os::unix::fs::symlink("out", directory.join("link")).expect("new");
    };
    alike(&["tree", "link"], in_directory, &linked);
    let there = |directory: &Path| fs::write(directory.join("x.deb"), "old").expect("new");
    alike(&["tree", "x.deb"], Some("x.deb"), &there);
    let to_tree = |directory: &Path| std::os::unix::fs::symlink("tree", directory.join("link")).expect("new");
    alike(&["link/"], Some("link.deb"), &to_tree);
}

#[test]
fn what_is_no_tree_and_no_place_is_refused() {
    let file = |directory: &Path| fs::write(directory.join("file"), "").expect("new");
    for words in [
        &["none"][..],
        &["file"],
        &["tree/none"],
        &["tree", "file/x.deb"],
        &["tree", "a", "b"],
        &[],
        &["", "x.deb"],
    ] {
        alike(words, None, &file);
    }
    let made = |directory: &Path| fs::create_dir(directory.join("out")).expect("new");
    alike(&["--nocheck", "tree", "out"], None, &made);
}

#[test]
fn a_directory_that_is_missing_is_made() {
    // dpkg-deb refuses; each verb of mkdeb makes the directory of what it writes.
    let nothing = |_: &Path| ();
    for (place, expected) in [("none/x.deb", "none/x.deb"), ("none/", "none/tiny_1.0-2_all.deb")] {
        assert!(!packed(&["tree", place], false, &nothing).0);
        assert_eq!(packed(&["tree", place], true, &nothing), (true, vec![expected.to_owned()]));
    }
}

#[test]
fn a_tree_may_be_named_by_a_link() {
    // dpkg-deb refuses it when it has begun to write, and takes `link/`.
    let to_tree = |directory: &Path| std::os::unix::fs::symlink("tree", directory.join("link")).expect("new");
    assert!(!packed(&["link"], false, &to_tree).0);
    assert_eq!(packed(&["link"], true, &to_tree), (true, vec!["link.deb".to_owned()]));
}

#[test]
fn a_place_that_cannot_be_written_is_refused() {
    // Not even the superuser writes there.
    for words in [["tree", "/proc/none.deb"], ["tree", "/sys/x.deb"]] {
        alike(&words, None, &|_: &Path| ());
    }
}

#[test]
fn a_tree_without_a_name_gives_none_to_its_package() {
    // dpkg-deb writes `..deb` into the tree.
    for ours in [false, true] {
        let directory = tempfile::tempdir().expect("a directory");
        let tree = super::tree(directory.path(), &act(|_| Ok(())));
        let mut command = if ours { mkdeb() } else { Command::new("dpkg-deb") };
        command.args((!ours).then_some("-b")).arg(".");
        let output = run(command.current_dir(&tree));
        assert_eq!((output.success(), tree.join("..deb").exists()), (!ours, !ours), "{}", output.text());
    }
}

#[test]
fn a_package_inside_its_own_tree_does_not_hold_itself() {
    // dpkg-deb packs the half of it that is there already.
    for ours in [false, true] {
        let directory = tempfile::tempdir().expect("a directory");
        let tree = super::tree(directory.path(), &act(|_| Ok(())));
        let mut command = if ours { mkdeb() } else { Command::new("dpkg-deb") };
        command.arg("-Znone").args((!ours).then_some("-b")).args([".", "etc/x.deb"]);
        let output = run(command.current_dir(&tree));
        let deb = tree.join("etc/x.deb");
        let holds_itself = output.success()
            && run(Command::new("dpkg-deb").arg("-c").arg(&deb)).ok("dpkg-deb").contains("./etc/x.deb");
        assert_eq!(holds_itself, !ours, "{}", output.text());
    }
}

#[test]
fn dates_are_those_that_dpkg_deb_takes() {
    let directory = tempfile::tempdir().expect("a directory");
    let tree = super::tree(directory.path(), &act(|_| Ok(())));
    let dated = |date: &str, ours: bool| {
        let deb = directory.path().join(if ours { "ours.deb" } else { "theirs.deb" });
        let mut command = if ours { mkdeb() } else { Command::new("dpkg-deb") };
        command.args(["-Znone", "--root-owner-group"]).args((!ours).then_some("-b")).arg(&tree).arg(&deb);
        let output = command.env("SOURCE_DATE_EPOCH", date).env("LC_ALL", "C").output().expect("it starts");
        output.status.success().then_some(deb)
    };
    for date in ["0", "1", "1700000000", "99999999999", "999999999999"] {
        let (ours, theirs) = (dated(date, true).expect(date), dated(date, false).expect(date));
        equality::same(&ours, &theirs).expect(date);
    }
    for date in ["", "x", "5x", "5 ", "0x10", "1e3", "99999999999999999999", "1000000000000"] {
        assert_eq!((dated(date, false), dated(date, true)), (None, None), "{date}");
    }
    // dpkg-deb writes these; no ar member has such a date.
    for date in ["-5", " 5", "+5"] {
        assert!(dated(date, false).is_some() && dated(date, true).is_none(), "{date}");
    }
}
