//! The options of dpkg-deb that `pack` takes.

use std::process::Command;

use super::act;
use super::mkdeb;
use super::run;
use super::tree;

/// What dpkg-deb makes of options: whether it packs, and the members of what it wrote.
fn outcome(words: &[&str], ours: bool) -> Option<Vec<String>> {
    let directory = tempfile::tempdir().expect("a directory");
    let tree = tree(directory.path(), &act(|_| Ok(())));
    let deb = directory.path().join("x.deb");
    let mut command = if ours { mkdeb() } else { Command::new("dpkg-deb") };
    command.args(words).args((!ours).then_some("-b")).arg(&tree).arg(&deb);
    let output = run(&mut command);
    assert!(output.success() || output.status.code().is_some(), "{words:?}\n{}", output.text());
    output.success().then(|| {
        let listed = run(Command::new("ar").arg("t").arg(&deb)).ok("ar");
        listed.lines().map(str::to_owned).collect()
    })
}

#[track_caller]
fn alike(words: &[&str], expected: Option<&str>) {
    let theirs = outcome(words, false).map(|members| members.join(" "));
    let expected = expected.map(|members| format!("debian-binary {members}"));
    assert_eq!(theirs, expected, "dpkg-deb {words:?}");
    let ours = outcome(words, true).map(|members| members.join(" "));
    assert_eq!(ours, expected, "mkdeb pack {words:?}");
}

#[test]
fn compressions_are_those_of_dpkg_deb() {
    let (gz, xz) = ("control.tar.gz data.tar.gz", "control.tar.xz data.tar.xz");
    let (zst, none) = ("control.tar.zst data.tar.zst", "control.tar data.tar");
    alike(&["-Zgzip"], Some(gz));
    alike(&["-Z", "gzip"], Some(gz));
    alike(&["-Zxz"], Some(xz));
    alike(&["-Zzstd"], Some(zst));
    alike(&["-Znone"], Some(none));
    alike(&["-Zgzip", "-Zxz"], Some(xz));
    alike(&["-Zgzip", "-z1"], Some(gz));
    alike(&["-Zgzip", "-z", "9"], Some(gz));
    // dpkg-deb takes gzip without compression for none.
    alike(&["-Zgzip", "-z0"], Some(none));
    alike(&["-Zxz", "-z0"], Some(xz));
    alike(&["-Zxz", "-z9"], Some(xz));
    alike(&["-Zzstd", "-z1"], Some(zst));
    alike(&["-Zzstd", "-z22"], Some(zst));
    alike(&["-Znone", "-z5"], Some(none));
    alike(&["--uniform-compression", "-Zxz"], Some(xz));
    alike(&["--no-uniform-compression", "-Zxz"], Some("control.tar.gz data.tar.xz"));
    alike(&["--no-uniform-compression", "-Znone"], Some("control.tar.gz data.tar"));
    alike(&["--no-uniform-compression", "--uniform-compression", "-Zxz"], Some(xz));
    alike(&["--nocheck", "-Zgzip"], Some(gz));
    alike(&["--root-owner-group", "-Zgzip"], Some(gz));
}

#[test]
fn what_is_no_compression_is_refused() {
    for words in [
        &["-Zbzip2"][..],
        &["-Zlzma"],
        &["-Zfoo"],
        &["-Z", ""],
        &["-ZGZIP"],
        &["-zx"],
        &["-z-1"],
        &["-Zgzip", "-z10"],
        &["-Zxz", "-z10"],
        &["-Zzstd", "-z23"],
        &["-Zxz", "-z9e"],
        &["--no-uniform-compression", "-Zbzip2"],
        &["--root-owner-group=1"],
        &["--nosuch"],
    ] {
        alike(words, None);
    }
}
