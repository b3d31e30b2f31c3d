//! The same bytes as dpkg-deb and its tar write, which is more than the same listing.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use super::Edit;
use super::act;
use super::both;
use super::data;
use super::directory;
use super::fifo;
use super::file;
use super::hardlink;
use super::mkdeb;
use super::mode;
use super::run;
use super::superuser;
use super::symlink;
use super::tree;

/// The uncompressed tar of a package that an option of dpkg-deb names, without the zeros at its end.
fn tar(deb: &Path, option: &str) -> Vec<u8> {
    let output = Command::new("dpkg-deb").arg(option).arg(deb).output().expect("dpkg-deb");
    assert!(output.status.success(), "dpkg-deb {option}: {}", String::from_utf8_lossy(&output.stderr));
    let mut tar = output.stdout;
    assert_eq!(tar.len() % 512, 0, "whole blocks");
    while tar.len() >= 512 && tar[tar.len() - 512..].iter().all(|byte| *byte == 0) {
        tar.truncate(tar.len() - 512);
    }
    tar
}

/// The header that holds a byte, as text.
fn header(tar: &[u8], at: usize) -> String {
    let block = at / 512 * 512;
    let text = tar.get(block..(block + 512).min(tar.len())).unwrap_or_default();
    text.escape_ascii().to_string().replace("\\x00", "_")
}

/// Whether two packages hold the same: both tars, byte for byte, and the same members.
pub fn same(ours: &Path, theirs: &Path) -> Result<(), String> {
    let listed = |deb: &Path| run(Command::new("ar").arg("t").arg(deb)).ok("ar");
    if listed(ours) != listed(theirs) {
        return Err(format!("members {} and {}", listed(ours), listed(theirs)));
    }
    for option in ["--ctrl-tarfile", "--fsys-tarfile"] {
        let (left, right) = (tar(ours, option), tar(theirs, option));
        let length = left.len().min(right.len());
        let differs = left.iter().zip(&right).position(|(left, right)| left != right);
        let differs = differs.or((left.len() != right.len()).then_some(length));
        if let Some(at) = differs {
            let (left, right) = (header(&left, at), header(&right, at));
            return Err(format!("{option} differs at {at}\n  mkdeb    {left}\n  dpkg-deb {right}"));
        }
    }
    // The date of the first member is that of all.
    let date = |deb: &Path| fs::read(deb).expect("written")[..72].to_vec();
    if date(ours) != date(theirs) {
        return Err(format!("other dates: {}", date(ours).escape_ascii()));
    }
    let listed = |deb: &Path| run(Command::new("dpkg-deb").arg("-c").arg(deb)).ok("dpkg-deb -c");
    if listed(ours) == listed(theirs) { Ok(()) } else { Err("other listings".to_owned()) }
}

/// Packs a tree with a program; it has to succeed.
#[track_caller]
pub fn built(tree: &Path, program: &str, options: &[&str]) -> PathBuf {
    let deb = tree.with_file_name(format!("{program}.deb"));
    let mut command = if program == "mkdeb" { mkdeb() } else { Command::new(program) };
    command.args(options).args((program != "mkdeb").then_some("-b")).arg(tree).arg(&deb);
    run(&mut command).ok(&format!("{program} {options:?}"));
    deb
}

/// Packs a tree with both; the same has to come out.
#[track_caller]
pub fn packed_alike(tree: &Path, options: &[&str]) {
    let (ours, theirs) = (built(tree, "mkdeb", options), built(tree, "dpkg-deb", options));
    if let Err(difference) = same(&ours, &theirs) {
        panic!("{options:?}: {difference}");
    }
    fs::remove_file(ours).expect("written");
}

/// All edits, one after the other.
fn all(edits: Vec<Edit>) -> Edit {
    edits.into_iter().reduce(both).expect("some")
}

/// When a file was changed last, as touch(1) writes it.
fn touched(path: &str, date: &'static str) -> Edit {
    let path = path.to_owned();
    act(move |tree| {
        run(Command::new("touch").args(["-h", "-d", date]).arg(tree.join(&path))).ok("touch");
        Ok(())
    })
}

/// Gives a file away, as chown(1) names owners.
fn owned(path: &str, owner: &'static str) -> Edit {
    let path = path.to_owned();
    act(move |tree| {
        run(Command::new("chown").args(["-h", owner]).arg(tree.join(&path))).ok("chown");
        Ok(())
    })
}

/// Names in every order, of every length around a limit of the format.
fn names() -> Edit {
    let mut edits = Vec::new();
    for path in [
        "a/x",
        "a-b",
        "a.b",
        "a0",
        "A/z",
        "a/-",
        "b/a/c",
        "b/a-",
        "b/a.",
        "~",
        "\u{1}",
        "Z",
        "é",
        "usr/DEBIAN/x",
    ] {
        edits.push(file(path, path, 0o644));
    }
    for length in 94..=104 {
        edits.push(file(&format!("n/{}", "n".repeat(length - 4)), "", 0o644));
        edits.push(directory(&format!("d/{}", "d".repeat(length - 4)), 0o755));
        edits.push(symlink(&"t".repeat(length), &format!("t{length}")));
        edits.push(symlink("x", &"l".repeat(length - 2)));
    }
    for length in [150, 200, 246] {
        edits.push(file(&format!("deep/{0}/{0}/{0}", "p".repeat(length)), "", 0o644));
    }
    all(edits)
}

/// Links before and behind what they are to, in the order of names and in that of making.
fn links() -> Edit {
    let long = "z".repeat(120);
    all(vec![
        file("m/file", "body", 0o640),
        hardlink("m/file", "m/a-first"),
        hardlink("m/file", "m/z-last"),
        directory("a", 0o755),
        directory("z", 0o755),
        hardlink("m/file", "a/third"),
        hardlink("m/file", "z/fourth"),
        file("empty1", "", 0o600),
        hardlink("empty1", "empty0"),
        file(&long, "long", 0o644),
        hardlink(&long, "zz-short"),
        hardlink(&long, &format!("{long}x")),
        hardlink("DEBIAN/control", "control"),
        act(|tree| fs::hard_link(tree.join("m/file"), tree.join("../outside"))),
        file("one-name-inside", "x", 0o644),
        act(|tree| fs::hard_link(tree.join("one-name-inside"), tree.join("../elsewhere"))),
        fifo("pipe1"),
        hardlink("pipe1", "pipe2"),
        symlink("m/file", "0-link"),
        symlink("../none", "m/0-link"),
        symlink(&"t".repeat(4000), "m/1-link"),
    ])
}

/// Times before and behind the date of the package, and of each kind of file.
fn times() -> Edit {
    let mut edits = vec![symlink("x", "link"), fifo("pipe"), directory("dir", 0o755), file("one", "", 0o644)];
    edits.push(hardlink("one", "two"));
    edits
        .extend(["link", "pipe", "dir", "one", "DEBIAN/control"].map(|path| touched(path, "@1600000000.75")));
    let dates = [
        "@0",
        "@1",
        "@-1",
        "@-1.5",
        "@-5000000000",
        "@1600000000.999999999",
        "@1699999999.5",
        "@1700000000",
        "@1700000000.000000001",
        "@1700000000.5",
        "@1700000001",
        "@4294967296",
        "@8589934591",
        "@8589934592",
    ];
    for date in dates {
        edits.extend([file(date, "", 0o644), touched(date, date)]);
    }
    edits.push(touched("", "@1500000000.1"));
    all(edits)
}

/// Control files of all modes, with links, and one that is long.
fn control() -> Edit {
    let mut edits = Vec::new();
    for bits in (0..0o10000).step_by(0o37) {
        // Whoever packs it has to be able to read it.
        edits.push(file(&format!("DEBIAN/m{bits:04o}"), "", bits | 0o400));
    }
    edits.push(file("DEBIAN/conffiles", "/etc/tiny.conf\nremove-on-upgrade /etc/none\n", 0o600));
    edits.push(file("DEBIAN/triggers", "interest-noawait /usr/lib\nactivate x\n", 0o644));
    edits.push(file("DEBIAN/postinst", "#!/bin/sh\n", 0o555));
    edits.push(file("DEBIAN/md5sums", "x".repeat(32).replace('x', "0") + "  etc/x\n", 0o444));
    edits.push(file(&format!("DEBIAN/{}", "n".repeat(100)), "", 0o644));
    edits.push(file("DEBIAN/.hidden", "", 0o644));
    edits.push(hardlink("DEBIAN/md5sums", "DEBIAN/0first"));
    edits.push(symlink("control", "DEBIAN/a-link"));
    edits.push(file("DEBIAN/templates", vec![b'x'; 100_000], 0o644));
    all(edits)
}

/// Files of other people, known here and unknown, and with numbers that leave octal.
fn owners() -> Edit {
    let mut edits = Vec::new();
    let owners = [
        "daemon:mail",
        "0:8",
        "12345:54321",
        "2097151:2097151",
        "2097152:3000000",
        "4294967294:0",
        "nobody:0",
    ];
    for owner in owners {
        edits.extend([file(owner, "", 0o644), owned(owner, owner), mode(owner, 0o6755)]);
    }
    edits.extend([
        directory("dir", 0o755),
        owned("dir", "daemon:777777"),
        symlink("x", "link"),
        owned("link", "1:2"),
    ]);
    edits.extend([owned("DEBIAN/control", "daemon:mail"), owned("", "daemon:mail")]);
    edits.extend([hardlink("0:8", "linked"), data::device("char", "c"), data::device("block", "b")]);
    edits.push(owned("char", "daemon:mail"));
    all(edits)
}

/// Packs a tree in each way.
#[track_caller]
fn alike(edit: &Edit, options: &[&[&str]]) {
    let directory = tempfile::tempdir().expect("a directory");
    let tree = tree(directory.path(), edit);
    for options in options {
        packed_alike(&tree, options);
    }
}

#[test]
fn names_are_packed_alike() {
    alike(&names(), &[&["-Znone"], &["-Znone", "--root-owner-group"]]);
}

#[test]
fn links_are_packed_alike() {
    alike(&links(), &[&["-Znone"], &["-Znone", "--root-owner-group"]]);
}

#[test]
fn times_are_packed_alike() {
    alike(&times(), &[&["-Znone"], &["-Znone", "--root-owner-group"]]);
}

#[test]
fn control_files_are_packed_alike() {
    alike(&control(), &[&["-Znone"], &["-Znone", "--root-owner-group"]]);
}

#[test]
fn owners_are_packed_alike() {
    if !superuser() {
        crate::bed::missing::<()>("the superuser");
        return;
    }
    alike(&owners(), &[&["-Znone"], &["-Znone", "--root-owner-group"]]);
}

#[test]
fn every_compression_holds_the_same() {
    let body = file(
        "usr/large",
        (0..300_000u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect::<Vec<u8>>(),
        0o644,
    );
    let each = ["-Zgzip", "-Zxz", "-Zzstd", "-Znone"];
    let options: Vec<_> = each
        .iter()
        .flat_map(|kind| [[*kind, "--uniform-compression"], [*kind, "--no-uniform-compression"]])
        .collect();
    let mut options: Vec<&[&str]> = options.iter().map(|words| &words[..]).collect();
    options.extend([
        &["-Zgzip", "-z0"][..],
        &["-Zgzip", "-z9"],
        &["-Zxz", "-z0"],
        &["-Zzstd", "-z19"],
        &["-Znone", "-z3"],
    ]);
    alike(&both(links(), body), &options);
}

#[test]
fn without_checks_what_dpkg_deb_packs_is_packed_alike() {
    let edits = [
        file("DEBIAN/control", "junk", 0o644),
        file("DEBIAN/control", "", 0o644),
        act(|tree| fs::remove_file(tree.join("DEBIAN/control"))),
        mode("DEBIAN", 0o700),
        mode("DEBIAN", 0o2777),
        file("DEBIAN/postinst", "x", 0o644),
        file("DEBIAN/conffiles", "relative", 0o644),
        file("DEBIAN/triggers", "junk", 0o644),
        file("DEBIAN/sub/x", "", 0o600),
        file("DEBIAN/a\nb", "", 0o644),
        file("usr/a\nb", "", 0o644),
        file(&format!("usr/{}", "n".repeat(255)), "", 0o644),
        symlink("none", "DEBIAN/postinst"),
        fifo("DEBIAN/pipe"),
    ];
    for edit in edits {
        alike(&edit, &[&["-Znone", "--nocheck", "--root-owner-group"]]);
    }
}

#[test]
fn without_checks_what_cannot_be_packed_is_refused() {
    let removed = |tree: &Path| fs::remove_dir_all(tree.join("DEBIAN"));
    let edits = [
        act(removed),
        both(act(removed), file("DEBIAN", "", 0o644)),
        act(|tree| {
            fs::rename(tree.join("DEBIAN"), tree.join("real"))?;
            std::os::unix::fs::symlink("real", tree.join("DEBIAN"))
        }),
    ];
    let bad = |edit| super::bad("no control files", edit, "DEBIAN");
    let cases: Vec<_> = edits.into_iter().map(bad).collect();
    super::judge_with(&cases, &["--nocheck"]);
}
