//! The layout `split` where the world fails: dpkg is killed, disks are full or read-only, others were there before.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::fleet_kit::{Built, build, dpkg, project, stands, status};
use crate::bed::{Root, Suite, need};
use crate::failing_world::seed;
use crate::project::Project;

/// A root with version 1.0, and the packages of 1.1, whose virtualenv is another one of many files.
fn upgrading() -> Option<(Root, Built)> {
    let root = Root::new(Suite::Bookworm)?;
    let project = project();
    let one = build(&project, &root, "1.0");
    dpkg(&root, &[&one.venv, &one.release]).ok("virtualenv and release");
    dpkg(&root, &[&one.orders]).ok("the switch");
    let site = "build/venv/lib/python3.11/site-packages";
    project.write(&format!("{site}/many-1.dist-info/RECORD"), "many/__init__.py,,\n");
    for number in 0..400 {
        project.write(&format!("{site}/many/m{number}.py"), format!("N = {number}\n").repeat(200));
    }
    let two = build(&project, &root, "1.1");
    Some((root, two))
}

/// The upgrade as a process group of its own, killed after so long; whether it was.
fn killed_after(root: &Root, two: &Built, delay: Duration) -> bool {
    let Built { venv, release, orders, .. } = two;
    let upgrade = format!("dpkg -i {venv} {release} && dpkg --force-confdef -i {orders}");
    let script = format!(
        "setsid sh -c '{upgrade}' >/dev/null 2>&1 & sleep {}; kill -KILL -$! 2>/dev/null && echo killed; wait",
        delay.as_secs_f64()
    );
    root.sh(&script).contains("killed")
}

/// dpkg is killed at `count` moments of an upgrade. Whatever is current then is whole and runs, and what the documents
/// say repairs it.
pub fn kill_dpkg_at_moments(seed: u64, count: u32) {
    let whole = {
        let (root, two) = need!(upgrading());
        let begun = Instant::now();
        dpkg(&root, &[&two.venv, &two.release]).ok("virtualenv and release");
        dpkg(&root, &[&two.orders]).ok("the switch");
        begun.elapsed()
    };
    let (mut state, mut kills) = (seed, 0);
    for number in 0..count {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let jitter = f64::from((state >> 40) as u32) / f64::from(1u32 << 24);
        let delay = whole.mul_f64((f64::from(number) + jitter) / f64::from(count));
        let (root, two) = need!(upgrading());
        let killed = killed_after(&root, &two, delay);
        kills += u32::from(killed);
        let said = format!("killed: {killed}, after {delay:?} of {whole:?}, seed {seed}");
        let answer = root.run(&["orders"]).stdout;
        assert!(["1.0\n", "1.1\n"].contains(&&*answer), "{answer:?}, {said}");
        let current = root.ok(&["readlink", "-e", "/opt/orders/current"]);
        assert!(root.path().join(&current.trim()[1..]).join(".mkdeb/activate").exists(), "{said}");
        // What was unpacked is completed; what was not is unpacked again.
        let _ = root.run(&["dpkg", "--force-confdef", "--configure", "-a"]);
        let _ = dpkg(&root, &[&two.venv, &two.release]);
        dpkg(&root, &[&two.venv, &two.release]).ok(&said);
        dpkg(&root, &[&two.orders]).ok(&said);
        stands(&root, "1.1");
        assert_eq!(root.sh("find /opt /etc/orders -name '*.dpkg-*'"), "", "{said}");
    }
    eprintln!("{kills} of {count} were killed within {whole:?}");
    assert!(kills > 0, "none was killed within {whole:?}");
}

#[test]
fn dpkg_killed_at_some_moments_of_an_upgrade_leaves_a_release_that_runs() {
    kill_dpkg_at_moments(seed(), 3);
}

#[test]
fn a_read_only_directory_of_apt_is_said_and_keeps_nobody_from_upgrading() {
    let (root, two) = need!(upgrading());
    root.sh(
        "mount --bind /etc/apt/apt.conf.d /etc/apt/apt.conf.d; mount -o remount,ro,bind /etc/apt/apt.conf.d",
    );
    dpkg(&root, &[&two.venv, &two.release]).ok("virtualenv and release");
    let upgraded = dpkg(&root, &[&two.orders]);
    assert!(
        upgraded.success() && upgraded.text().contains("90mkdeb-orders cannot be written"),
        "{}",
        upgraded.text()
    );
    stands(&root, "1.1");
}

#[test]
fn a_full_disk_while_activating_leaves_the_release_before() {
    let (root, two) = need!(upgrading());
    dpkg(&root, &[&two.venv, &two.release]).ok("virtualenv and release");
    root.sh("cp -a /var/lib/mkdeb /srv/state; mount -t tmpfs -o size=64k state /var/lib/mkdeb
        cp -a /srv/state/. /var/lib/mkdeb; cat /dev/zero >/var/lib/mkdeb/full 2>/dev/null || true");
    let failed = dpkg(&root, &[&two.orders]);
    assert!(
        !failed.success() && failed.text().contains("no room in /var/lib/mkdeb/orders"),
        "{}",
        failed.text()
    );
    assert_eq!((status(&root, "orders"), root.ok(&["orders"])), ("ii 1.0".to_owned(), "1.0\n".to_owned()));
    assert_eq!(root.ok(&["dpkg", "--audit"]), "");
    root.sh("rm /var/lib/mkdeb/full");
    dpkg(&root, &[&two.orders]).ok("once there is room");
    stands(&root, "1.1");
}

#[test]
fn two_applications_cannot_have_one_prefix() {
    let root = need!(Root::new(Suite::Bookworm));
    let project = project();
    let one = build(&project, &root, "1.0");
    dpkg(&root, &[&one.venv, &one.release]).ok("virtualenv and release");
    dpkg(&root, &[&one.orders]).ok("the switch");
    // Of the second split one the virtualenv finds its place taken already.
    for (kind, words) in [
        ("single", "/opt/orders belongs to the package orders"),
        ("split", "which is also in package orders-venv-"),
    ] {
        let text = std::fs::read_to_string(project.path("mkdeb.toml")).unwrap();
        let text = text.replace("name = \"orders\"", "name = \"bills\"").replace("/etc/orders", "/etc/bills");
        let layout = format!("kind = \"{kind}\"\nprefix = \"/opt/orders\"");
        project.write("bills.toml", text.replace("kind = \"split\"\nkeep = 1", &layout));
        let built = project.build(&["-f", "bills.toml", "-o", "."]).out;
        for deb in built.lines() {
            let name = Path::new(deb).file_name().unwrap().to_str().unwrap();
            root.copy_in(Path::new(deb), &format!("/srv/{kind}/{name}"));
        }
        let install = format!("cd /srv/{kind}; for deb in bills-*.deb bills_*.deb; do");
        let script = format!("{install} [ ! -e $deb ] || dpkg --force-unsafe-io -i $deb; done 2>&1");
        let said = root.run(&["/bin/sh", "-c", &script]).text();
        assert!(said.contains(words), "{kind}: {said}");
        assert_ne!(status(&root, "bills").split(' ').next(), Some("ii"), "{kind}: {said}");
        stands_still(&root);
    }
}

/// Version 1.0 is installed and answers, whatever else lies around.
#[track_caller]
fn stands_still(root: &Root) {
    assert_eq!((status(root, "orders"), root.ok(&["orders"])), ("ii 1.0".to_owned(), "1.0\n".to_owned()));
}

/// A package as dh-virtualenv makes one: a tree below `/opt/venvs`, a link, a unit.
fn of_dh_virtualenv(project: &Project, root: &Root) {
    project.write(
        "old/DEBIAN/control",
        "Package: orders\nVersion: 0.9\nArchitecture: all\nMaintainer: Ops <ops@example.com>\nDescription: x\n",
    );
    project.program("old/opt/venvs/orders/bin/orders", "#!/bin/sh\necho 0.9\n");
    std::fs::create_dir_all(project.path("old/usr/bin")).unwrap();
    std::os::unix::fs::symlink("/opt/venvs/orders/bin/orders", project.path("old/usr/bin/orders")).unwrap();
    let packed = Command::new("dpkg-deb")
        .args(["--root-owner-group", "-b", "old", "old.deb"])
        .current_dir(project.dir())
        .output();
    assert!(packed.unwrap().status.success());
    root.copy_in(&project.path("old.deb"), "/srv/old.deb");
    dpkg(root, &["/srv/old.deb"]).ok("the package of dh-virtualenv");
    assert_eq!(root.ok(&["orders"]), "0.9\n");
}

#[test]
fn a_package_of_dh_virtualenv_is_upgraded_and_nothing_of_it_stays() {
    let root = need!(Root::new(Suite::Bookworm));
    let project = project();
    of_dh_virtualenv(&project, &root);
    let one = build(&project, &root, "1.0");
    dpkg(&root, &[&one.venv, &one.release]).ok("virtualenv and release");
    assert_eq!(root.ok(&["orders"]), "0.9\n");
    dpkg(&root, &[&one.orders]).ok("the switch");
    stands(&root, "1.0");
    assert!(!root.path().join("opt/venvs").exists());
}

#[test]
fn lintian_finds_no_error_in_the_packages_of_a_release() {
    let _root = need!(Root::new(Suite::Bookworm));
    let project = project();
    // The lintian of bookworm does not read zstd.
    let built = project.run(&["build", "-Zxz"]);
    assert_eq!(built.code, Some(0), "{}", built.err);
    let debs: Vec<&str> = built.out.lines().collect();
    let checked =
        Command::new("lintian").args(["--fail-on", "error", "--allow-root"]).args(&debs).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(
        debs.len() == 3 && checked.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&checked.stderr)
    );
}

#[test]
fn piuparts_finds_nothing_that_a_release_leaves_behind() {
    let _root = need!(Root::new(Suite::Bookworm));
    let (project, bed) = (project(), tempfile::tempdir().unwrap());
    let (shelf, root) = (bed.path().join("shelf"), bed.path().join("root"));
    std::fs::create_dir(&shelf).unwrap();
    project.build(&["-o", shelf.to_str().unwrap()]);
    // A root whose only repository is that one: nothing is asked for elsewhere.
    let source = format!("deb [trusted=yes] copy:{} ./", shelf.display());
    let prepare = format!(
        "cp -a {} root; echo '{source}' >root/etc/apt/sources.list; cd shelf; dpkg-scanpackages -m . >Packages 2>/dev/null",
        Suite::Bookworm.dir().display()
    );
    let prepared = Command::new("/bin/sh").args(["-euc", &prepare]).current_dir(bed.path()).output().unwrap();
    assert!(prepared.status.success(), "{}", String::from_utf8_lossy(&prepared.stderr));
    let options =
        ["--distribution", "bookworm", "--no-eatmydata", "--skip-minimize", "--keep-sources-list", "--apt"];
    let mut piuparts = Command::new("piuparts");
    piuparts.arg("--existing-chroot").arg(&root).args(options);
    // The root has no documents, which debsums misses.
    piuparts.arg("--warn-on-debsums-errors").arg(format!("--bindmount={}", shelf.display())).arg("orders");
    let checked = piuparts.env("TMPDIR", bed.path()).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stdout);
    assert!(checked.status.success() && said.contains("PASS: All tests."), "{:.4000}", said);
}
