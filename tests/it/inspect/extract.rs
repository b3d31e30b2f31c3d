//! Unpacking never leaves its directory, whatever the package or the directory holds.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use mkdeb::archive::tar::header::Kind;

use super::{edited, mkdeb, package, package_of, run, tar, written};
use crate::trial::state;

/// A directory to unpack into, and one beside it that must stay as it is.
struct Place {
    dir: tempfile::TempDir,
    before: std::collections::BTreeMap<PathBuf, String>,
}

impl Place {
    fn new() -> Place {
        let dir = tempfile::tempdir().unwrap();
        for name in ["outside", "outside/sub", "out"] {
            fs::create_dir(dir.path().join(name)).unwrap();
        }
        fs::write(dir.path().join("outside/file"), "precious\n").unwrap();
        let before = state(&dir.path().join("outside"));
        Place { dir, before }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Unpacks, and checks that nothing beside changed.
    #[track_caller]
    fn extract(&self, deb: &[u8]) -> Output {
        let deb = written(self.dir.path(), "a.deb", deb);
        let out = self.path("out");
        let output = mkdeb(&["inspect", deb.to_str().unwrap(), "--extract", out.to_str().unwrap()], b"");
        assert_eq!(state(&self.path("outside")), self.before, "{output:?}");
        let mut names: Vec<_> =
            fs::read_dir(self.dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["a.deb", "out", "outside"]);
        output
    }

    #[track_caller]
    fn refuses(&self, deb: &[u8], words: &str) {
        let output = self.extract(deb);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(words), "no {words:?} in {said}");
        assert!(said.contains("out` is left with "), "what is left is told: {said}");
    }

    #[track_caller]
    fn takes(&self, deb: &[u8]) {
        let output = self.extract(deb);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

const FILE: Kind<'static> = Kind::File(5);
const BODY: &[u8] = b"evil\n";

#[test]
fn no_package_writes_outside() {
    let outside = |name: &str, place: &Place| place.path(name).to_str().unwrap().as_bytes().to_vec();
    let attack = |make: &dyn Fn(&Place) -> Vec<u8>, words: &str| {
        let place = Place::new();
        let deb = make(&place);
        place.refuses(&deb, words);
    };
    attack(&|_| package_of(&[(b"../outside/file", FILE, BODY)]), "leaves the tree with `..`");
    attack(&|_| package_of(&[(b"a/../../outside/file", FILE, BODY)]), "leaves the tree with `..`");
    attack(&|_| package_of(&[(b"..", Kind::Directory, b"")]), "leaves the tree with `..`");
    for target in ["../outside", ""] {
        attack(
            &|place| {
                let absolute = outside("outside", place);
                let target = if target.is_empty() { &absolute[..] } else { target.as_bytes() };
                package_of(&[(b"a", Kind::Symlink(target), b""), (b"a/file", FILE, BODY)])
            },
            "`a/file` would be written through `a`, which is a symbolic link",
        );
    }
    attack(
        &|_| package_of(&[(b"a", Kind::Symlink(b"../outside"), b""), (b"a/new", Kind::Directory, b"")]),
        "`a/new` would be written through `a`",
    );
    attack(
        &|_| {
            package_of(&[
                (b"a", Kind::Symlink(b".."), b""),
                (b"b/c", Kind::Symlink(b"../a"), b""),
                (b"b/c/outside/x", FILE, BODY),
            ])
        },
        "through `b/c`",
    );
    attack(
        &|_| package_of(&[(b"a", Kind::Symlink(b"../outside/file"), b""), (b"b", Kind::Hardlink(b"a"), b"")]),
        "the hard link `b` leads to `a`, which is not a file",
    );
    attack(
        &|_| package_of(&[(b"a", Kind::Symlink(b"../outside"), b""), (b"b", Kind::Hardlink(b"a/file"), b"")]),
        "`a/file` would be written through `a`",
    );
    attack(&|_| package_of(&[(b"b", Kind::Hardlink(b"../outside/file"), b"")]), "leaves the tree with `..`");
    attack(
        &|_| package_of(&[(b"b", Kind::Hardlink(b"later"), b""), (b"later", FILE, BODY)]),
        "the hard link `b` leads to",
    );
    attack(&|_| package_of(&[(b"null", Kind::Character(1, 3), b"")]), "`null` is a device");
    attack(&|_| package_of(&[(b"disk", Kind::Block(8, 0), b"")]), "`disk` is a device");
    attack(
        &|_| package_of(&[(b"a", FILE, BODY), (b"a/b", FILE, BODY)]),
        "`a/b` cannot lie below `a`, which is not a directory",
    );
    attack(&|_| package_of(&[(b"a/b", FILE, BODY), (b"a", FILE, BODY)]), "`a` is a directory already");
    attack(&|_| package_of(&[(b"", FILE, BODY)]), "a directory has a body");
}

#[test]
fn absolute_paths_and_links_outside_stay_inside() {
    let place = Place::new();
    let absolute = place.path("outside/file").to_str().unwrap().to_owned();
    let name = format!("{}\0", absolute);
    let data = edited(tar(&[(&[b'x'; 90], FILE, BODY)]), 0, name.as_bytes());
    place.takes(&package(&super::control(), &data));
    assert_eq!(fs::read(place.path("out").join(absolute.trim_start_matches('/'))).unwrap(), BODY);
    // A link is made as it is. What comes by its name replaces it.
    place.takes(&package_of(&[
        (b"a", Kind::Symlink(b"../outside/file"), b""),
        (b"a", FILE, BODY),
        (b"b", Kind::Symlink(b"../outside"), b""),
        (b"b", Kind::Directory, b""),
        (b"b/file", FILE, BODY),
        (b"c", Kind::Symlink(b"/etc/passwd"), b""),
        (b"d", Kind::Fifo, b""),
    ]));
    assert_eq!(fs::read(place.path("out/a")).unwrap(), BODY);
    assert!(fs::symlink_metadata(place.path("out/b")).unwrap().is_dir());
    assert_eq!(fs::read_link(place.path("out/c")).unwrap(), Path::new("/etc/passwd"));
}

#[test]
fn links_that_lie_in_the_directory_are_not_followed() {
    let place = Place::new();
    for (name, target) in [
        ("file", "../outside/file"),
        ("dir", "../outside"),
        ("new", "../outside/new"),
        ("sub", "../outside/sub"),
    ] {
        symlink(target, place.path("out").join(name)).unwrap();
    }
    fs::hard_link(place.path("outside/file"), place.path("out/hard")).unwrap();
    // The count of links is part of what must not change from here on.
    let place = Place { before: state(&place.path("outside")), ..place };
    place.refuses(&package_of(&[(b"dir/file", FILE, BODY)]), "`dir/file` would be written through `dir`");
    fs::remove_file(place.path("out/hard")).unwrap();
    let place = Place { before: state(&place.path("outside")), ..place };
    let directories = [(&b"sub"[..], Kind::Directory, &b""[..]), (b"sub/x", FILE, BODY)];
    place.takes(&package_of(
        &[&[(&b"file"[..], FILE, BODY), (b"new", FILE, BODY)][..], &directories].concat(),
    ));
    assert_eq!(fs::read(place.path("out/file")).unwrap(), BODY);
    assert!(fs::symlink_metadata(place.path("out/sub")).unwrap().is_dir(), "a link gives way to a directory");
}

#[test]
fn a_file_with_another_name_outside_is_replaced_and_not_written_to() {
    let place = Place::new();
    fs::hard_link(place.path("outside/file"), place.path("out/file")).unwrap();
    let deb = written(place.dir.path(), "a.deb", &package_of(&[(b"file", FILE, BODY)]));
    let out = place.path("out");
    let output = mkdeb(&["inspect", deb.to_str().unwrap(), "--extract", out.to_str().unwrap()], b"");
    assert!(output.status.success());
    assert_eq!(fs::read(place.path("outside/file")).unwrap(), b"precious\n");
    assert_eq!(fs::read(place.path("out/file")).unwrap(), BODY);
}

/// A program that ends with the test, whatever becomes of that.
struct Beside(Child);

impl Drop for Beside {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An attacker who may write to the directory swaps a directory for a link, over and over.
#[test]
fn a_directory_that_turns_into_a_link_meanwhile_leads_nowhere() {
    let place = Place::new();
    let names: Vec<Vec<u8>> = (0..3000).map(|number| format!("a/b/{number}").into_bytes()).collect();
    let entries: Vec<(&[u8], Kind<'_>, &[u8])> = names.iter().map(|name| (&name[..], FILE, BODY)).collect();
    let deb = package_of(&entries);
    let script = "count=0; while [ $count -lt 100000 ]; do count=$((count + 1))
        mv a/b a/c && ln -s ../../outside a/b; rm -f a/b; mv a/c a/b; done 2>/dev/null";
    fs::create_dir_all(place.path("out/a/b")).unwrap();
    let mut swapper = Command::new("sh");
    let swapper = swapper.args(["-c", script]).current_dir(place.path("out")).stdin(Stdio::null());
    let _swapper = Beside(swapper.spawn().unwrap());
    for _ in 0..5 {
        // Refused or not: what matters is what lies outside, which `extract` looks at.
        let _ = place.extract(&deb);
    }
}

#[test]
fn modes_and_times_are_those_of_the_package() {
    let place = Place::new();
    let data = tar(&[(b"d", Kind::Directory, b""), (b"d/tool", FILE, BODY), (b"d/deep/x", FILE, BODY)]);
    let data = edited(data, 100, b"0000555\0");
    let data = edited(data, 512 + 100, b"0006755\0");
    place.takes(&package(&super::control(), &data));
    let about = |name: &str| fs::metadata(place.path(name)).unwrap();
    let mode = |name: &str| about(name).permissions().mode() & 0o7777;
    assert_eq!((mode("out/d"), mode("out/d/tool"), mode("out/d/deep")), (0o555, 0o6755, 0o755));
    assert_eq!((about("out/d").mtime(), about("out/d/tool").mtime()), (1_700_000_000, 1_700_000_000));
}

#[test]
fn whoever_unpacks_without_being_root_owns_the_files() {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let entries = [
        (&b"usr"[..], Kind::Directory, &b""[..]),
        (b"usr/tool", FILE, BODY),
        (b"link", Kind::Symlink(b"x"), b""),
    ];
    let deb = written(directory.path(), "a.deb", &package_of(&entries));
    // The program itself may lie where only root looks.
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    fs::copy(env!("CARGO_BIN_EXE_mkdeb"), path("mkdeb")).unwrap();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let (program, out) = (path("mkdeb"), path("out"));
    let file = deb.to_str().unwrap();
    let words = [if is_root { &user[..] } else { &["env"] }, &[&program, "inspect", file, "--extract", &out]]
        .concat();
    run(words[0], &words[1..]);
    let owner = fs::metadata(&out).unwrap().uid();
    for name in ["out/usr", "out/usr/tool", "out/link"] {
        assert_eq!(fs::symlink_metadata(path(name)).unwrap().uid(), owner);
    }
    assert!(!is_root || owner == 65534);
}

#[test]
fn half_a_file_is_not_left() {
    let place = Place::new();
    let data = tar(&[(b"whole", FILE, BODY), (b"half", Kind::File(2000), &[b'x'; 2000])]);
    let deb = container_cut(&data[..512 + 512 + 512 + 700]);
    place.refuses(&deb, "`half` cannot be read");
    assert!(place.path("out/whole").exists() && !place.path("out/half").exists());
}

/// A few kilobytes may stand for more directories than a disk has room for.
#[test]
fn directories_without_entries_are_made_up_to_a_limit() {
    let place = Place::new();
    let deep = "d/".repeat(99);
    // Four million directories in forty thousand entries.
    let names: Vec<Vec<u8>> = (0..40_000).map(|number| format!("{number}/{deep}f").into_bytes()).collect();
    let entries: Vec<(&[u8], Kind<'_>, &[u8])> = names.iter().map(|name| (&name[..], FILE, BODY)).collect();
    let words = format!(
        "`100/{deep}f` needs more directories than the 10000 that are made without an entry of their own"
    );
    place.refuses(&package_of(&entries), &words);
    assert!(place.path("out").join(format!("99/{deep}f")).exists());
    assert!(!place.path("out/100").exists());
    // Those that are there already do not count.
    place.takes(&package_of(&entries[..100]));
}

/// A container whose data.tar really ends there.
fn container_cut(data: &[u8]) -> Vec<u8> {
    super::container(&[("debian-binary", b"2.0\n"), ("control.tar", &super::control()), ("data.tar", data)])
}
