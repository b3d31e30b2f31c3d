//! The layout `split` on a host: releases side by side, switched by dpkg, kept and let go by apt.

use std::fs;
use std::path::{Path, PathBuf};

use super::fleet_kit::{LISTING, build, dpkg, installed, project, stands, status};
use crate::bed::{Output, Root, Suite, need};
use crate::project::{Project, field};

#[test]
fn releases_stand_side_by_side_and_dpkg_switches_between_them() {
    let root = need!(Root::new(Suite::Bookworm));
    let before = root.sh(LISTING);
    let project = project();
    let one = build(&project, &root, "1.0");
    // What is not there yet cannot be switched to: nothing is touched.
    let alone = dpkg(&root, &[&one.orders]);
    assert!(!alone.success() && alone.text().contains("pre-dependency"), "{}", alone.text());
    assert_eq!(status(&root, "orders"), "in", "wanted, and not there");
    dpkg(&root, &[&one.venv, &one.release]).ok("virtualenv and release");
    dpkg(&root, &[&one.orders]).ok("the switch");
    stands(&root, "1.0");

    let two = build(&project, &root, "1.1~rc1");
    assert_eq!(two.venv, one.venv, "the same requirements are the same virtualenv");
    dpkg(&root, &[&two.release]).ok("the second release");
    stands(&root, "1.0");
    dpkg(&root, &[&two.orders]).ok("the second switch");
    stands(&root, "1.1~rc1");
    assert_eq!(installed(&root, "release").len(), 2);
    assert_eq!(installed(&root, "venv").len(), 1);

    // Back, by the copy that lies in the release: it is the package that was installed first, byte by byte.
    let copy = root.sh("echo /opt/orders/releases/1.0-*/.mkdeb/orders_1.0_*.deb");
    assert_eq!(fs::read(root.path().join(&copy.trim()[1..])).unwrap(), fs::read(&one.deb).unwrap());
    dpkg(&root, &[copy.trim()]).ok("back");
    stands(&root, "1.0");
    let history = root.sh("cut -d' ' -f3- /var/lib/mkdeb/orders/history");
    assert_eq!(history, "1.0 install\n1.1~rc1 upgrade\n1.0 downgrade\n");

    root.ok(&["dpkg", "-r", "orders"]);
    assert_eq!(installed(&root, "release").len(), 2, "releases are not the switch's to remove");
    assert!(!root.path().join("opt/orders/current").exists());
    root.sh("dpkg -P $(dpkg-query -W -f '${Package} ' 'orders*')");
    assert_eq!(root.sh(LISTING), before);
}

#[test]
fn a_release_that_cannot_run_is_never_switched_to_and_stays_for_a_look() {
    let root = need!(Root::new(Suite::Bookworm));
    let project = project();
    let one = build(&project, &root, "1.0");
    dpkg(&root, &[&one.venv, &one.release]).ok("virtualenv and release");
    dpkg(&root, &[&one.orders]).ok("the switch");
    project.write("app/orders/__init__.py", "");
    let ran = project.build(&["--set", "package.version=1.1"]);
    let debs: Vec<&str> = ran.out.lines().collect();
    for deb in &debs {
        root.copy_in(
            Path::new(deb),
            &format!("/srv/broken/{}", Path::new(deb).file_name().unwrap().to_str().unwrap()),
        );
    }
    root.sh("dpkg --force-unsafe-io -i /srv/broken/orders-*.deb");
    let failed = root.run(&["/bin/sh", "-c", "dpkg --force-unsafe-io -i /srv/broken/orders_*.deb"]);
    assert!(!failed.success() && failed.text().contains("preflight failed"), "{}", failed.text());
    stands(&root, "1.0");
    assert_eq!(installed(&root, "release").len(), 2);
}

#[test]
fn apt_keeps_the_releases_that_can_be_gone_back_to_and_removes_the_others() {
    let root = need!(Root::new(Suite::Bookworm));
    let project = project();
    for version in ["1.0", "1.1", "1.2"] {
        if version == "1.2" {
            let site = "build/venv/lib/python3.11/site-packages";
            project.write(&format!("{site}/idna-3.7.dist-info/RECORD"), "idna.py,,\n");
            project.write(&format!("{site}/idna.py"), "");
        }
        let built = build(&project, &root, version);
        let words = ["apt-get", "-y", "-o", "Dpkg::Options::=--force-unsafe-io", "install"];
        root.ok(&[&words[..], &[&built.venv, &built.release, &built.orders]].concat());
        stands(&root, version);
        // As it is where they came from a repository.
        root.sh("apt-mark auto $(dpkg-query -W -f '${Package} ' 'orders-*') >/dev/null");
    }
    let list = root.read("/etc/apt/apt.conf.d/90mkdeb-orders");
    assert!(list.contains("\"^orders-release-1\\.2-") && list.contains("\"^orders-release-1\\.1-"), "{list}");
    assert!(!list.contains("1\\.0-"), "{list}");
    assert_eq!((installed(&root, "release").len(), installed(&root, "venv").len()), (3, 2));
    root.ok(&["apt-get", "-y", "autoremove"]);
    let left = installed(&root, "release");
    assert_eq!(left.iter().map(|name| &name[..3]).collect::<Vec<_>>(), ["1.1", "1.2"]);
    assert_eq!(installed(&root, "venv").len(), 2, "the release before needs its own");
    stands(&root, "1.2");
    root.ok(&["apt-get", "-y", "purge", "orders"]);
    root.ok(&["apt-get", "-y", "autoremove", "--purge"]);
    assert_eq!((installed(&root, "release").len(), installed(&root, "venv").len()), (0, 0));
    assert!(!root.path().join("etc/apt/apt.conf.d/90mkdeb-orders").exists());
    assert!(!root.path().join("opt/orders").exists() && root.path().join("opt").exists());
}

#[test]
fn a_virtualenv_is_the_same_package_whenever_and_wherever_it_is_made() {
    let bytes = |project: &Project, epoch: &str| {
        let mut command = project.command(&["build", "--fast", "--set", "package.version=2.0"]);
        let ran = crate::project::ran(command.env("SOURCE_DATE_EPOCH", epoch));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let deb = PathBuf::from(ran.out.lines().next().unwrap());
        assert_eq!(field(&deb, "Version"), "1");
        (deb.file_name().unwrap().to_owned(), fs::read(deb).unwrap())
    };
    assert!(bytes(&project(), "1600000000") == bytes(&project(), "1700000000"));
}

/// Three versions, installed one after the other.
fn with_three(root: &Root) {
    let project = project();
    for version in ["1.0", "1.1", "1.2"] {
        let built = build(&project, root, version);
        dpkg(root, &[&built.venv, &built.release]).ok("virtualenv and release");
        dpkg(root, &[&built.orders]).ok("the switch");
    }
    stands(root, "1.2");
}

fn rollback(root: &Root, words: &[&str]) -> Output {
    root.run(&[&["orders-rollback"][..], words].concat())
}

fn selection(root: &Root) -> String {
    root.sh("dpkg --get-selections orders | cut -f2- | tr -d '\\t\\n'")
}

#[test]
fn rollback_goes_back_offline_asks_nothing_and_holds_the_package() {
    let root = need!(Root::new(Suite::Bookworm));
    with_three(&root);
    root.sh("echo 'port = 9000' >/etc/orders/orders.conf");
    let listed = rollback(&root, &["--list"]).ok("list");
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines.len() == 3 && lines[2].starts_with("* 1.2 "), "{listed}");
    assert!(
        lines.iter().all(|line| line.contains("activated 20") && line.contains("virtualenv ")),
        "{listed}"
    );

    let said = rollback(&root, &[]);
    assert!(said.success() && said.stderr.contains("(version 1.1)"), "{}", said.text());
    stands_edited(&root, "1.1");
    assert_eq!(selection(&root), "hold");
    rollback(&root, &[]).ok("back is where it came from");
    stands_edited(&root, "1.2");
    rollback(&root, &["1.0"]).ok("two steps");
    stands_edited(&root, "1.0");
    assert_eq!(root.read("/etc/orders/orders.conf"), "port = 9000\n");
    let held = root.run(&["apt-get", "-y", "--fix-policy", "upgrade"]);
    assert!(held.success(), "{}", held.text());

    let unknown = rollback(&root, &["0.9"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        unknown.stderr.contains("no release of version 0.9") && unknown.stderr.contains("1.1 "),
        "{}",
        unknown.text()
    );
    let same = rollback(&root, &["1.0"]);
    assert!(same.status.code() == Some(2) && same.stderr.contains("is current"), "{}", same.text());
    rollback(&root, &["--release"]).ok("release");
    assert_eq!(selection(&root), "install");
    let none = rollback(&root, &["--release"]);
    assert!(
        none.status.code() == Some(2) && none.stderr.contains("there was no rollback"),
        "{}",
        none.text()
    );

    // A hold of the administrator's own is there again afterwards.
    root.sh("echo 'orders hold' | dpkg --set-selections");
    rollback(&root, &["1.1"]).ok("from under a hold");
    rollback(&root, &["--release"]).ok("release");
    assert_eq!(selection(&root), "hold");
}

/// The same as `stands`, where the administrator changed a conffile.
#[track_caller]
fn stands_edited(root: &Root, version: &str) {
    assert_eq!(status(root, "orders").split(' ').nth(1), Some(version));
    assert_eq!(root.ok(&["orders"]).trim(), version);
    assert_eq!(root.ok(&["dpkg", "--audit"]), "");
}

#[test]
fn a_rollback_that_fails_or_is_tampered_with_leaves_what_is_current() {
    let root = need!(Root::new(Suite::Bookworm));
    with_three(&root);
    let module = root.sh("echo /opt/orders/releases/1.1-*/orders/__init__.py");
    root.sh(&format!("echo 'import nowhere' >{}", module.trim()));
    let failed = rollback(&root, &[]);
    assert!(!failed.success() && failed.stderr.contains("the rollback failed"), "{}", failed.text());
    stands_edited(&root, "1.2");
    assert_eq!(selection(&root), "hold");
    let again = rollback(&root, &["1.1"]);
    assert!(again.text().contains("failed on this host before"), "{}", again.text());
    root.sh(&format!("echo 'def main(): print(\"1.1\")' >{}", module.trim()));
    rollback(&root, &["--retry", "1.1"]).ok("mended");
    stands_edited(&root, "1.1");

    let copy = root.sh("echo /opt/orders/releases/1.0-*/.mkdeb/orders_1.0_*.deb");
    root.sh(&format!("echo more >>{}", copy.trim()));
    let tampered = rollback(&root, &["1.0"]);
    assert_eq!(tampered.status.code(), Some(2), "{}", tampered.text());
    assert!(tampered.stderr.contains("is not the file that dpkg unpacked"), "{}", tampered.text());
    stands_edited(&root, "1.1");
    let nobody = root.run(&["setpriv", "--reuid", "65534", "--clear-groups", "orders-rollback"]);
    assert!(nobody.status.code() == Some(2) && nobody.stderr.contains("only root"), "{}", nobody.text());
}

#[test]
fn a_package_changes_its_layout_and_back() {
    let root = need!(Root::new(Suite::Bookworm));
    let before = root.sh(LISTING);
    let project = project();
    let single = |version: &str| {
        project.write("app/orders/__init__.py", format!("def main():\n    print('{version}')\n"));
        let text = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
        project.write("single.toml", text.replace("kind = \"split\"\nkeep = 1\n", ""));
        let ran = project.build(&["-f", "single.toml", "--set", &format!("package.version={version}")]);
        let to = format!("/srv/debs/orders_{version}_single.deb");
        root.copy_in(Path::new(ran.out.trim_end()), &to);
        to
    };
    dpkg(&root, &[&single("1.0")]).ok("single");
    stands(&root, "1.0");
    let split = build(&project, &root, "1.1");
    dpkg(&root, &[&split.venv, &split.release]).ok("virtualenv and release beside the single one");
    stands(&root, "1.0");
    dpkg(&root, &[&split.orders]).ok("to split");
    stands(&root, "1.1");
    assert_eq!(
        root.sh("ls /opt/orders/releases | wc -l").trim(),
        "1",
        "the single release went with its package"
    );
    dpkg(&root, &[&single("1.2")]).ok("back to single");
    stands(&root, "1.2");
    assert_eq!(installed(&root, "release").len(), 1, "it is still a package of its own");
    assert!(!root.path().join("etc/apt/apt.conf.d/90mkdeb-orders").exists());
    root.sh("dpkg -P $(dpkg-query -W -f '${Package} ' 'orders*')");
    assert_eq!(root.sh(LISTING), before);
}
