//! What dpkg installs or runs is what a reviewer sees.

use mkdeb::archive::tar::header::Kind;

use super::CONTROL;
use super::control;
use super::document;
use super::edited;
use super::inspected;
use super::package;
use super::package_of;
use super::refused;
use super::tar;
use super::written;

fn file(name: &'static [u8], text: &'static [u8]) -> (&'static [u8], Kind<'static>, &'static [u8]) {
    (name, Kind::File(text.len() as u64), text)
}

#[test]
fn a_pipe_or_device_with_a_body_hides_nothing() {
    // dpkg reads no body here, and takes what stands in its place for headers.
    for kind in [b"3", b"4", b"6"] {
        let hidden = tar(&[(b"etc/pipe", Kind::File(1024), &[b'x'; 1024])]);
        // The type byte and the checksum of the header.
        let hidden = edited(hidden, 156, kind);
        let said = refused(&[], &package(&control(), &hidden));
        assert!(said.contains("a device or pipe has a body"), "{said}");
    }
}

#[test]
fn each_script_is_told_however_it_got_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let good = file(b"control", CONTROL.as_bytes());
    let cases: [(&str, Vec<_>, &str); 5] = [
        ("a link", vec![good, file(b"aa", b"EVIL"), (b"preinst", Kind::Symlink(b"././aa"), b"")], "EVIL"),
        ("a hard link", vec![good, file(b"aa", b"EVIL"), (b"preinst", Kind::Hardlink(b"/aa"), b"")], "EVIL"),
        (
            "a hard link to what changes",
            vec![good, file(b"aa", b"EVIL"), (b"preinst", Kind::Hardlink(b"aa"), b""), file(b"aa", b"GOOD")],
            "EVIL",
        ),
        ("a link out", vec![good, (b"preinst", Kind::Symlink(b"/usr/bin/x"), b"")], "a link to `/usr/bin/x`"),
        ("a pipe", vec![good, (b"preinst", Kind::Fifo, b"")], "not in the package"),
    ];
    for (what, files, text) in cases {
        let deb = written(directory.path(), "scripts.deb", &package(&tar(&files), &tar(&[])));
        let told = String::from_utf8(inspected(&["--scripts"], &deb)).unwrap();
        assert!(told.starts_with("==> preinst <==\n") && told.contains(text), "{what}: {told}");
        let summary = String::from_utf8(inspected(&[], &deb)).unwrap();
        assert!(summary.contains("Scripts:      preinst"), "{what}: {summary}");
        assert!(document(&deb)["scripts"].as_object().unwrap().contains_key("preinst"), "{what}");
    }
}

#[test]
fn a_script_of_a_kind_that_tar_takes_for_a_file_is_one() {
    let directory = tempfile::tempdir().unwrap();
    for kind in [b"7", b"Z"] {
        let script = edited(tar(&[file(b"postinst", b"EVIL")]), 156, kind);
        let files = [&script[..1024], &control()].concat();
        let deb = written(directory.path(), "kind.deb", &package(&files, &tar(&[])));
        assert_eq!(inspected(&["--scripts"], &deb), b"==> postinst <==\nEVIL\n", "{kind:?}");
    }
}

#[test]
fn a_hard_link_has_the_body_that_its_target_had_then() {
    let directory = tempfile::tempdir().unwrap();
    let deb = package_of(&[file(b"a", b"EVIL"), (b"b", Kind::Hardlink(b"a"), b""), file(b"a", b"GOOD")]);
    let deb = written(directory.path(), "link.deb", &deb);
    assert_eq!(inspected(&["--cat", "/b"], &deb), b"EVIL");
    assert_eq!(inspected(&["--cat", "/a"], &deb), b"GOOD");
}

#[test]
fn a_path_that_nobody_can_open_is_not_unpacked() {
    let directory = tempfile::tempdir().unwrap();
    let long = "a/".repeat(3000) + "x";
    let deb = written(directory.path(), "long.deb", &package_of(&[(long.as_bytes(), Kind::File(0), b"")]));
    let out = directory.path().join("out");
    let words = ["inspect", deb.to_str().unwrap(), "--extract", out.to_str().unwrap()];
    let output = super::mkdeb(&words, b"");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("longer than the 4096"));
    assert!(!out.join("a").exists());
}

#[test]
fn owners_do_not_fill_the_memory() {
    let name = "u".repeat(300);
    let record = format!("{} uname={name}\n", 300 + 11);
    assert_eq!(record.len(), 311);
    let header = edited(tar(&[(b"x", Kind::File(311), record.as_bytes())]), 156, b"x");
    let data = [&header[..1024], &tar(&[file(b"y", b"")])].concat();
    let said = refused(&[], &package(&control(), &data));
    assert!(said.contains("too long a name"), "{said}");
}
