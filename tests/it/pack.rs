//! `mkdeb pack` as a command: where the package goes, what it says, what it leaves alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::process::Output;

const CONTROL: &str =
    "Package: tiny\nVersion: 2:1.0-1\nArchitecture: all\nMaintainer: A <a@example.com>\nDescription: it\n";

fn tree(directory: &Path) {
    fs::create_dir_all(directory.join("tree/DEBIAN")).expect("a new directory");
    fs::create_dir_all(directory.join("tree/usr/share/tiny")).expect("a new directory");
    fs::set_permissions(directory.join("tree/DEBIAN"), fs::Permissions::from_mode(0o755)).expect("ours");
    fs::write(directory.join("tree/DEBIAN/control"), CONTROL).expect("writable");
    fs::write(directory.join("tree/usr/share/tiny/file"), "text").expect("writable");
}

fn pack(directory: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mkdeb"));
    command.current_dir(directory).env_remove("SOURCE_DATE_EPOCH").arg("pack").args(words);
    command.output().expect("it starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn the_package_goes_where_dpkg_deb_puts_it() {
    for (words, expected) in [
        (&["tree"][..], "tree.deb"),
        (&["./tree//"], "tree.deb"),
        (&["tree/."], "tree.deb"),
        (&["tree", "."], "tiny_1.0-1_all.deb"),
        (&["tree", "other.package"], "other.package"),
        (&["-Zgzip", "-z1", "--root-owner-group", "tree", "out/"], "out/tiny_1.0-1_all.deb"),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        tree(directory.path());
        fs::create_dir(directory.path().join("out")).expect("a new directory");
        let output = pack(directory.path(), words);
        assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
        let path = directory.path().join(expected);
        assert!(path.is_file(), "{words:?}: {:?}", names(directory.path()));
        let printed = text(&output.stdout);
        assert!(fs::canonicalize(printed.trim_end()).expect("it is there").ends_with(expected), "{printed}");
        assert_eq!(fs::metadata(path).expect("there").permissions().mode() & 0o111, 0);
    }
}

#[test]
fn a_tree_is_packed_as_its_document_says() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    fs::create_dir(directory.path().join("dist")).expect("a new directory");
    let document = include_str!("../../docs/pack.md");
    let words = document.lines().find_map(|line| line.strip_prefix("mkdeb pack ")).expect("a command");
    let output = pack(directory.path(), &words.split(' ').collect::<Vec<_>>());
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(names(&directory.path().join("dist")), ["tiny_1.0-1_all.deb"]);
}

#[test]
fn where_it_cannot_go_is_said_and_nothing_is_touched() {
    for (words, message) in [
        (&["-C", "tree", "."][..], "gives no name"),
        (&["tree", "tree/usr/share/tiny/file/x.deb"], "file` is not a directory"),
        (&["tree", "tree/usr/share/tiny/file/a/b/"], "file` is not a directory"),
        (&["tree", "/dev/full"], "not a regular file"),
        (&["tree", "fifo"], "not a regular file"),
        (&["--nocheck", "tree", "missing/"], "no file name is made from the control file"),
        (&["--nocheck", "tree", "."], "no file name is made from the control file"),
        (&["missing"], "failed to read"),
        (&["tree/usr"], "no directory `DEBIAN`"),
        (&["tree/DEBIAN/control"], "is not a directory"),
        (&["-Zbzip2", "tree"], "is not a compression"),
        (&["-z23", "tree"], "not a level of zstd"),
        (&["-zx", "tree"], "invalid value 'x' for '-z <LEVEL>': a level is a number, for example 9"),
        (&["-Zxz", "-z10", "tree"], "not a level of xz"),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        tree(directory.path());
        let made = Command::new("mkfifo").arg(directory.path().join("fifo")).status();
        assert!(made.expect("mkfifo").success());
        let before = names(directory.path());
        let output = pack(directory.path(), words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(text(&output.stderr).contains(message), "{words:?}: {}", text(&output.stderr));
        assert_eq!(output.stdout, b"");
        assert_eq!(names(directory.path()), before, "{words:?}");
    }
}

#[test]
fn directories_that_are_missing_are_made() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    for (destination, expected) in [("a/b/", "a/b/tiny_1.0-1_all.deb"), ("c/d/x.deb", "c/d/x.deb")] {
        let output = pack(directory.path(), &["tree", destination]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(directory.path().join(expected).is_file(), "{destination}");
    }
}

#[test]
fn the_same_tree_gives_the_same_bytes_and_replaces_the_old_file() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    fs::write(directory.path().join("a.deb"), "old").expect("writable");
    std::os::unix::fs::symlink("a.deb", directory.path().join("link.deb")).expect("a new link");
    let output = pack(directory.path(), &["tree", "link.deb", "--threads", "1"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let output = pack(directory.path(), &["tree", "b.deb", "--threads", "7", "--json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&document["name"], &document["version"]), (&"tiny".into(), &"2:1.0-1".into()));
    // The link is replaced: following it would let whoever made it choose what is overwritten.
    assert_eq!(fs::read(directory.path().join("a.deb")).expect("there"), b"old");
    let [a, b] = ["link.deb", "b.deb"].map(|name| fs::read(directory.path().join(name)).expect("there"));
    assert!(a == b && a.len() as u64 == document["size"]);
}

#[test]
fn control_tar_is_compressed_like_the_data_or_with_gzip() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    for (words, members) in [
        (&["-Zxz"][..], ["control.tar.xz", "data.tar.xz"]),
        (&["-Zzstd", "-z3", "--no-uniform-compression"], ["control.tar.gz", "data.tar.zst"]),
        (&["-Zxz", "--no-uniform-compression", "--uniform-compression"], ["control.tar.xz", "data.tar.xz"]),
        (&["-Zgzip", "-z0"], ["control.tar", "data.tar"]),
        (&["-Znone", "-z5"], ["control.tar", "data.tar"]),
        (&["-Zxz", "-Zgzip"], ["control.tar.gz", "data.tar.gz"]),
    ] {
        let output = pack(directory.path(), &[words, &["tree", "x.deb"]].concat());
        assert!(output.status.success(), "{words:?}: {}", text(&output.stderr));
        let listed = Command::new("ar").arg("t").arg(directory.path().join("x.deb")).output().expect("ar");
        let listed = text(&listed.stdout);
        assert_eq!(listed.lines().skip(1).collect::<Vec<_>>(), members, "{words:?}");
    }
}

#[test]
fn without_a_check_anything_is_packed() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    fs::write(directory.path().join("tree/DEBIAN/control"), "nonsense").expect("writable");
    let output = pack(directory.path(), &["tree"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("DEBIAN/control"), "{}", text(&output.stderr));
    assert!(!directory.path().join("tree.deb").exists());
    let output = pack(directory.path(), &["--nocheck", "tree"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(directory.path().join("tree.deb").is_file());
}

#[test]
fn what_cannot_fit_is_refused_before_it_is_read() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    // Ten digits hold 9999999999 bytes. The file is all hole, so that it takes no room here.
    let path = directory.path().join("tree/usr/share/tiny/huge");
    fs::File::create(path).and_then(|file| file.set_len(10_000_000_000)).expect("a file with a hole");
    let output = pack(directory.path(), &["-Znone", "tree"]);
    assert_eq!(output.status.code(), Some(2));
    let message = text(&output.stderr);
    assert!(message.contains("more than 9999999999 bytes"), "{message}");
    assert!(message.contains("`/usr/share/tiny/huge` with 10000000000"), "{message}");
    assert!(message.contains("hint: compress it"), "{message}");
    assert_eq!(names(directory.path()), ["tree"]);
}

#[test]
fn what_is_packed_is_listed_where_that_is_asked_for() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    std::os::unix::fs::symlink("share/\u{1b}", directory.path().join("tree/usr/\u{1b}")).expect("a new link");
    let output = pack(directory.path(), &["-v", "tree"]);
    let said = text(&output.stderr);
    let (list, summary) = said.split_once("packed tiny").expect("a summary");
    assert_eq!(list, "./\n./usr/\n./usr/share/\n./usr/share/tiny/\n./usr/share/tiny/file\n./usr/\\033\n");
    assert!(summary.contains("6 entries"), "{summary}");
    assert_eq!(text(&pack(directory.path(), &["-q", "tree"]).stderr), "");
    assert_eq!(pack(directory.path(), &["-q", "-v", "tree"]).status.code(), Some(2));
}

#[test]
fn the_json_document_has_the_keys_that_are_documented() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    let reference = include_str!("../../docs/pack.md");
    let (_, section) = reference.split_once("## The JSON document\n").expect("a section");
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let mut documented: Vec<&str> =
        cells.flat_map(|cell| cell.split(", ")).map(|key| key.trim_matches('`')).collect();
    documented.sort_unstable();
    for words in [&["tree", "x.deb", "--json"][..], &["tree", "x.deb", "--json", "--nocheck"]] {
        let output = pack(directory.path(), words);
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let keys: Vec<&String> = document.as_object().expect("an object").keys().collect();
        assert_eq!(keys, documented, "{words:?}");
        let is_judged = !words.contains(&"--nocheck");
        for key in ["name", "version", "architecture"] {
            assert_eq!(document[key].is_string(), is_judged, "{words:?}: {document}");
        }
        assert_eq!((&document["entries"], &document["warnings"]), (&5.into(), &serde_json::json!([])));
    }
}

#[test]
fn an_older_package_in_the_tree_is_left_out_of_the_new_one() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    let first = pack(directory.path(), &["tree", "tree/usr"]);
    assert!(first.status.success(), "{}", text(&first.stderr));
    let deb = directory.path().join("tree/usr/tiny_1.0-1_all.deb");
    let bytes = fs::read(&deb).expect("packed");
    let second = pack(directory.path(), &["tree", "tree/usr"]);
    assert!(text(&second.stderr).contains("is left out: the package will replace it"));
    let listed = Command::new("dpkg-deb").arg("-c").arg(&deb).output().expect("dpkg-deb");
    assert!(!text(&listed.stdout).contains("tiny_1.0-1_all.deb"), "{}", text(&listed.stdout));
    assert!(!bytes.is_empty());
}

#[test]
fn every_relation_that_dpkg_warns_of_is_told_with_its_field() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    let control = CONTROL.to_owned() + "Depends: foo (> 1), bar (< 2), baz (3)\n";
    fs::write(directory.path().join("tree/DEBIAN/control"), control).expect("writable");
    let said = text(&pack(directory.path(), &["tree"]).stderr);
    assert_eq!(said.matches("warning: the field `Depends`").count(), 3, "{said}");
    for name in ["`foo`", "`bar`", "`baz`"] {
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn a_link_out_of_the_tree_is_not_read() {
    let directory = tempfile::tempdir().expect("a directory");
    tree(directory.path());
    fs::write(directory.path().join("secret"), "Package: top-secret\nrubbish\n").expect("writable");
    for name in ["control", "triggers", "conffiles", "md5sums", "postinst", "notes"] {
        let path = directory.path().join("tree/DEBIAN").join(name);
        let kept = fs::read(&path).ok();
        let _ = fs::remove_file(&path);
        std::os::unix::fs::symlink("../../secret", &path).expect("a new link");
        let output = pack(directory.path(), &["tree"]);
        assert_eq!(output.status.code(), Some(2), "{name}");
        let said = text(&output.stderr);
        assert!(!said.contains("secret") && !said.contains("rubbish"), "{name}: {said}");
        fs::remove_file(&path).expect("ours");
        if let Some(bytes) = kept {
            fs::write(&path, bytes).expect("writable");
        }
    }
}
