//! dpkg, dpkg-deb and python3-debian judge what was written.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::process::Output;

use mkdeb::deb::image::EntryKind;
use mkdeb::package::Package;
use mkdeb::package::blob::Blob;

use crate::reading::whole;
use crate::sample;
use crate::sample::Bodies;

const COMPRESSIONS: [&str; 4] = ["zstd:9", "xz:1", "gzip:9", "none"];

/// Runs a program in the C locale; it has to succeed.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = attempt(program, arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}\n{out}{err}");
    out.into_owned()
}

fn attempt(program: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .env("SOURCE_DATE_EPOCH", sample::DATE.to_string());
    command.output().expect(program)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// Writes the package to a file in `directory`.
fn built(directory: &Path, package: &Package, bodies: &Bodies, compression: &str) -> String {
    let (bytes, _) = sample::build(package, bodies, &sample::options(compression, 2));
    let path = directory.join(format!("{}.deb", compression.replace(':', "-")));
    fs::write(&path, bytes).expect("writable");
    text(&path).to_owned()
}

/// The package as a tree that `dpkg-deb --build` takes.
fn laid_out(root: &Path, package: &Package, bodies: &Bodies) {
    let image = sample::image(package);
    for entry in &image.entries {
        let path = root.join(std::ffi::OsStr::from_bytes(entry.path.as_bytes()));
        match &entry.kind {
            EntryKind::Directory => fs::create_dir_all(&path).expect("a new directory"),
            EntryKind::Symlink(target) => {
                symlink(std::ffi::OsStr::from_bytes(target), &path).expect("a new link")
            }
            EntryKind::File { blob, .. } => {
                let body = match blob {
                    Blob::Inline(bytes) => bytes.to_vec(),
                    Blob::Deb(package) => panic!("`{}` lies in it", package.control.package),
                    Blob::Source { id, .. } | Blob::Rewritten { id, .. } => bodies.0[id].clone(),
                };
                fs::write(&path, body).expect("a new file");
            }
            other => panic!("mkdeb build makes no {other:?}"),
        }
        if !matches!(entry.kind, EntryKind::Symlink(_)) {
            fs::set_permissions(&path, fs::Permissions::from_mode(entry.mode)).expect("ours");
        }
        run("touch", &["-h", "-d", &format!("@{}", entry.mtime), text(&path)]);
    }
    let control = root.join("DEBIAN");
    fs::create_dir(&control).expect("a new directory");
    let (bytes, _) = sample::build(package, bodies, &sample::options("none", 1));
    let deb = whole(&bytes).expect("valid").deb;
    for file in &deb.control_files {
        let path = control.join(std::ffi::OsStr::from_bytes(&file.header.path));
        fs::write(&path, &file.bytes).expect("a new file");
        fs::set_permissions(&path, fs::Permissions::from_mode(file.header.mode)).expect("ours");
    }
}

#[test]
fn dpkg_deb_lists_and_extracts_what_was_planned() {
    let (package, bodies) = sample::nasty();
    let image = sample::image(&package);
    for compression in COMPRESSIONS {
        let directory = tempfile::tempdir().expect("a directory");
        let deb = built(directory.path(), &package, &bodies, compression);
        assert!(run("dpkg-deb", &["-I", &deb]).contains("Maintainer: Jörg Tester"), "{compression}");
        assert_eq!(
            run("dpkg-deb", &["-f", &deb, "Package", "Version"]),
            "Package: nasty-sample\nVersion: 1.0-1\n"
        );
        assert_eq!(run("dpkg-deb", &["-c", &deb]).lines().count(), image.entries.len());
        let tree = directory.path().join("tree");
        run("dpkg-deb", &["-x", &deb, text(&tree)]);
        for entry in &image.entries {
            let path = tree.join(std::ffi::OsStr::from_bytes(entry.path.as_bytes()));
            let metadata = fs::symlink_metadata(&path).expect("extracted");
            match &entry.kind {
                EntryKind::Directory => assert!(metadata.is_dir()),
                EntryKind::Symlink(target) => {
                    assert_eq!(fs::read_link(&path).expect("a link").as_os_str().as_bytes(), target);
                    continue;
                }
                EntryKind::File { blob: Blob::Inline(bytes), .. } => {
                    assert_eq!(fs::read(&path).expect("a file"), &bytes[..])
                }
                EntryKind::File { blob: Blob::Source { id, .. } | Blob::Rewritten { id, .. }, .. } => {
                    assert!(fs::read(&path).expect("a file") == bodies.0[id], "{}", entry.path);
                }
                other => panic!("mkdeb build makes no {other:?}"),
            }
            assert_eq!(metadata.permissions().mode() & 0o7777, entry.mode, "{}", entry.path);
        }
    }
}

#[test]
fn dpkg_installs_verifies_and_purges_it() {
    let (package, bodies) = sample::nasty();
    for compression in COMPRESSIONS {
        let directory = tempfile::tempdir().expect("a directory");
        let deb = built(directory.path(), &package, &bodies, compression);
        let root = directory.path().join("root");
        let admin = root.join("var/lib/dpkg");
        for new in ["info", "updates", "triggers"] {
            fs::create_dir_all(admin.join(new)).expect("a directory");
        }
        fs::write(admin.join("status"), "").expect("a file");
        let dpkg = |arguments: &[&str]| {
            let root = [
                format!("--root={}", text(&root)),
                format!("--admindir={}", text(&admin)),
                format!("--instdir={}", text(&root)),
                format!("--log={}", text(&directory.path().join("log"))),
            ];
            let fixed =
                ["--force-not-root", "--force-script-chrootless", "--force-unsafe-io", "--force-bad-path"];
            let options = root.iter().map(String::as_str).chain(fixed);
            run("dpkg", &options.chain(arguments.iter().copied()).collect::<Vec<_>>())
        };
        dpkg(&["-i", &deb]);
        assert_eq!(dpkg(&["-V", "nasty-sample"]), "", "{compression}");
        assert_eq!(dpkg(&["-s", "nasty-sample"]).lines().nth(1), Some("Status: install ok installed"));
        let listed = dpkg(&["-L", "nasty-sample"]);
        assert_eq!(listed.lines().count(), sample::image(&package).entries.len(), "{compression}");
        let inside = root.join("opt/nasty/inline");
        fs::write(&inside, "changed").expect("ours");
        assert!(
            dpkg(&["-V", "nasty-sample"]).contains("/opt/nasty/inline"),
            "digests are there to be checked"
        );
        dpkg(&["-P", "nasty-sample"]);
        assert!(!root.join("opt/nasty").exists() && !root.join("etc/nasty-sample").exists());
    }
}

#[test]
fn order_and_listing_are_those_of_dpkg_deb() {
    let (package, bodies) = sample::nasty();
    let directory = tempfile::tempdir().expect("a directory");
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).expect("a directory");
    laid_out(&tree, &package, &bodies);
    for compression in COMPRESSIONS {
        let ours = built(directory.path(), &package, &bodies, compression);
        let theirs = text(&directory.path().join("theirs.deb")).to_owned();
        let kind = format!("-Z{}", compression.split(':').next().expect("a name"));
        let fixed = ["--root-owner-group", "--uniform-compression", &kind, "--build"];
        run("dpkg-deb", &[&fixed[..], &[text(&tree), &theirs]].concat());
        assert_eq!(
            times_apart(&run("dpkg-deb", &["-c", &ours])),
            times_apart(&run("dpkg-deb", &["-c", &theirs]))
        );
        let control = |deb: &str| {
            let tar =
                Command::new("dpkg-deb").args(["--ctrl-tarfile", deb]).output().expect("dpkg-deb").stdout;
            let path = directory.path().join("control.tar");
            fs::write(&path, tar).expect("a file");
            run("tar", &["--full-time", "-tvf", text(&path)])
        };
        assert_eq!(times_apart(&control(&ours)), times_apart(&control(&theirs)), "{compression}");
        assert_eq!(run("ar", &["t", &ours]), run("ar", &["t", &theirs]), "{compression}");
    }
}

/// A listing without the time of the root, which dpkg-deb takes from where it was built.
fn times_apart(listing: &str) -> Vec<String> {
    listing.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn data_tar_is_byte_for_byte_that_of_gnu_tar() {
    let (package, bodies) = sample::nasty();
    let directory = tempfile::tempdir().expect("a directory");
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).expect("a directory");
    laid_out(&tree, &package, &bodies);
    fs::remove_dir_all(tree.join("DEBIAN")).expect("ours");
    run("touch", &["-d", &format!("@{}", sample::DATE), text(&tree)]);
    let image = sample::image(&package);
    let names: Vec<u8> =
        image.entries.iter().flat_map(|entry| [b"./", entry.path.as_bytes(), b"\0"].concat()).collect();
    let (list, theirs) = (directory.path().join("names"), directory.path().join("theirs.tar"));
    fs::write(&list, names).expect("a file");
    // The modes of directories above are those of the image already; dates too.
    for entry in image.entries.iter().rev().filter(|entry| entry.kind == EntryKind::Directory) {
        let path = tree.join(std::ffi::OsStr::from_bytes(entry.path.as_bytes()));
        run("touch", &["-d", &format!("@{}", entry.mtime), text(&path)]);
    }
    let fixed = [
        "--format=gnu",
        "--owner=root:0",
        "--group=root:0",
        "--no-recursion",
        "--null",
        "--blocking-factor=2",
    ];
    let from = ["-C", text(&tree), "-T", text(&list), "-cf", text(&theirs), "--verbatim-files-from"];
    run("tar", &[&fixed[..], &["--verbatim-files-from"], &from[..6]].concat());
    let deb = built(directory.path(), &package, &bodies, "none");
    let ours = Command::new("dpkg-deb").args(["--fsys-tarfile", &deb]).output().expect("dpkg-deb").stdout;
    let theirs = fs::read(&theirs).expect("a file");
    let parted = ours.iter().zip(&theirs).position(|(left, right)| left != right);
    // GNU tar fills its last record with zeros.
    assert_eq!(parted, None, "of {} and {} bytes", ours.len(), theirs.len());
    assert!(theirs.len() >= ours.len() && theirs[ours.len()..].iter().all(|byte| *byte == 0));
}

#[test]
fn installed_size_is_that_of_dpkg_gencontrol() {
    if attempt("sh", &["-c", "command -v dpkg-gencontrol"]).stdout.is_empty() {
        crate::bed::missing::<()>("dpkg-gencontrol");
        return;
    }
    let (package, bodies) = sample::nasty();
    let directory = tempfile::tempdir().expect("a directory");
    let tree = directory.path().join("debian/nasty-sample");
    fs::create_dir_all(&tree).expect("a directory");
    laid_out(&tree, &package, &bodies);
    // It counts that directory too where it is there; debhelper runs it before there is much in it.
    fs::remove_dir_all(tree.join("DEBIAN")).expect("ours");
    let source = "Source: nasty-sample\nMaintainer: M <m@example.org>\n\nPackage: nasty-sample\nArchitecture: all\nDescription: x\n";
    fs::write(directory.path().join("debian/control"), source).expect("a file");
    let changelog = "nasty-sample (1.0-1) unstable; urgency=low\n\n  * x\n\n -- M <m@example.org>  Mon, 23 Nov 2026 10:00:00 +0000\n";
    fs::write(directory.path().join("debian/changelog"), changelog).expect("a file");
    let command = format!("cd {} && dpkg-gencontrol -O -Pdebian/nasty-sample", text(directory.path()));
    let theirs = run("sh", &["-c", &command]);
    let (_, summary) = sample::build(&package, &bodies, &sample::options("none", 1));
    assert!(theirs.contains(&format!("\nInstalled-Size: {}\n", summary.installed_kib)), "{theirs}");
}

#[test]
fn python3_debian_reads_it() {
    if !attempt("/usr/bin/python3", &["-c", "import debian.debfile"]).status.success() {
        crate::bed::missing::<()>("python3-debian");
        return;
    }
    let (package, bodies) = sample::nasty();
    let directory = tempfile::tempdir().expect("a directory");
    for compression in ["xz:1", "gzip:9", "none"] {
        let deb = built(directory.path(), &package, &bodies, compression);
        let script = "import sys, debian.debfile\n\
            deb = debian.debfile.DebFile(sys.argv[1])\n\
            print(deb.debcontrol()['Package'], len(list(deb.data)), len(deb.md5sums(encoding='utf-8')))";
        let image = sample::image(&package);
        let files = image
            .entries
            .iter()
            .filter(|entry| matches!(entry.kind, EntryKind::File { conffile: false, .. }));
        let expected = format!("nasty-sample {} {}\n", image.entries.len(), files.count());
        assert_eq!(run("/usr/bin/python3", &["-c", script, &deb]), expected, "{compression}");
    }
}
