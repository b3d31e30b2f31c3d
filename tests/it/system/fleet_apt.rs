//! The layout `split` from an apt repository: what is downloaded, kept back, held, kept and removed.

use std::fs;
use std::process::Command;

use super::fleet_kit::{LISTING, installed, project_for, stands, status};
use crate::bed::{Output, Root, Server, Suite, cache, missing, need};
use crate::project::{Project, ran};

/// A host, and a repository that it asks over HTTP.
struct Fleet {
    root: Root,
    project: Project,
    shelf: tempfile::TempDir,
    server: Option<Server>,
    minor: u8,
}

impl Fleet {
    fn new(suite: Suite) -> Option<Fleet> {
        let root = Root::new(suite)?;
        let (project, shelf) = (project_for(suite), tempfile::tempdir().unwrap());
        let server = Server::new(shelf.path());
        let source = format!("deb [trusted=yes] {} ./", server.url());
        // Only this one: the others need a network.
        root.sh(&format!(
            "rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*; echo '{source}' >/etc/apt/sources.list"
        ));
        root.sh("echo 'Acquire::http::Proxy \"DIRECT\"; Acquire::Languages \"none\";' >/etc/apt/apt.conf.d/50test");
        let minor = if suite == Suite::Trixie { 13 } else { 11 };
        Some(Fleet { root, project, shelf, server: Some(server), minor })
    }

    /// Publishes a version, and makes the host know of it.
    fn publish(&self, version: &str) {
        self.project.write("app/orders/__init__.py", format!("def main():\n    print('{version}')\n"));
        self.project.build(&[
            "--set",
            &format!("package.version={version}"),
            "-o",
            self.shelf.path().to_str().unwrap(),
        ]);
        self.index();
        self.root.ok(&["apt-get", "-q", "update"]);
        self.downloads();
    }

    /// The same, with a `Release` that says whose it is.
    fn publish_of(&self, origin: &str, version: &str) {
        self.publish(version);
        let release = format!(
            "printf 'Origin: {origin}\\nSuite: stable\\nSHA256:\\n %s %s Packages\\n' \
             $(sha256sum Packages | cut -d' ' -f1) $(wc -c <Packages) >Release"
        );
        let made = ran(Command::new("/bin/sh").args(["-euc", &release]).current_dir(self.shelf.path()));
        assert_eq!(made.code, Some(0), "{}", made.err);
        self.root.ok(&["apt-get", "-q", "update"]);
        self.downloads();
    }

    fn index(&self) {
        let script =
            "rm -f Release; dpkg-scanpackages -m . >Packages.new 2>/dev/null; mv Packages.new Packages";
        let indexed = ran(Command::new("/bin/sh").args(["-euc", script]).current_dir(self.shelf.path()));
        assert_eq!(indexed.code, Some(0), "{}", indexed.err);
    }

    /// Another distribution in the virtualenv, and so another virtualenv.
    fn change_virtualenv(&self, version: &str) {
        let site = format!("build/venv/lib/python3.{}/site-packages", self.minor);
        let _ = fs::remove_dir_all(self.project.path(&site));
        self.project.write(&format!("{site}/idna.py"), "");
        self.project.write(&format!("{site}/idna-{version}.dist-info/RECORD"), "idna.py,,\n");
    }

    fn apt(&self, words: &[&str]) -> Output {
        let first = ["env", "DEBIAN_FRONTEND=noninteractive"];
        let options = ["-y", "-o", "Dpkg::Options::=--force-unsafe-io"];
        self.root.run(&[&first[..], &words[..1], &options, &words[1..]].concat())
    }

    /// The kinds of packages that were downloaded since the last call, sorted: `venv`, `release`, `orders`.
    fn downloads(&self) -> Vec<String> {
        let asked = self.server.as_ref().map(Server::requests).unwrap_or_default();
        let debs = asked.iter().filter(|path| path.ends_with(".deb"));
        let kind = |path: &String| {
            let name = path.rsplit('/').next().unwrap();
            ["venv", "release"]
                .into_iter()
                .find(|kind| name.starts_with(&format!("orders-{kind}-")))
                .unwrap_or("orders")
                .to_owned()
        };
        let mut kinds: Vec<String> = debs.map(kind).collect();
        kinds.sort();
        kinds
    }

    /// The versions whose releases are installed, sorted.
    fn releases(&self) -> Vec<String> {
        let all = installed(&self.root, "release");
        all.iter().map(|name| name.rsplit_once('-').unwrap().0.to_owned()).collect()
    }
}

fn moves_what_changed(suite: Suite) {
    let fleet = need!(Fleet::new(suite));
    let root = &fleet.root;
    fleet.publish("1.0");
    fleet.apt(&["apt-get", "install", "orders"]).ok("the first");
    assert_eq!(fleet.downloads(), ["orders", "release", "venv"]);
    stands(root, "1.0");

    // A new package name: `apt-get upgrade` by itself waits.
    fleet.publish("1.1");
    let kept = fleet.apt(&["apt-get", "upgrade"]).ok("kept back");
    assert!(kept.contains("kept back") && fleet.downloads().is_empty(), "{kept}");
    stands(root, "1.0");
    let upgraded = fleet.apt(&["apt-get", "--with-new-pkgs", "upgrade"]).ok("with new packages");
    assert_eq!(fleet.downloads(), ["orders", "release"], "the virtualenv is there: {upgraded}");
    stands(root, "1.1");

    fleet.change_virtualenv("3.7");
    fleet.publish("1.2");
    fleet.apt(&["apt", "upgrade"]).ok("apt upgrade");
    assert_eq!(fleet.downloads(), ["orders", "release", "venv"]);
    stands(root, "1.2");
    assert_eq!(installed(root, "venv").len(), 2);

    // A host that was away skips a version.
    fleet.publish("1.3");
    fleet.publish("1.4");
    fleet.apt(&["apt-get", "dist-upgrade"]).ok("dist-upgrade");
    assert_eq!(fleet.downloads(), ["orders", "release"]);
    stands(root, "1.4");
    fleet.publish("1.5");
    fleet.apt(&["apt-get", "install", "orders"]).ok("by its name");
    stands(root, "1.5");
}

#[test]
fn a_repository_moves_what_changed_to_bookworm() {
    moves_what_changed(Suite::Bookworm);
}

#[test]
fn a_repository_moves_what_changed_to_trixie() {
    moves_what_changed(Suite::Trixie);
}

fn goes_back_offline(suite: Suite) {
    let mut fleet = need!(Fleet::new(suite));
    for version in ["1.0", "1.1", "1.2"] {
        fleet.publish(version);
        fleet.apt(&["apt-get", "install", "orders"]).ok(version);
    }
    let url = fleet.server.as_ref().unwrap().url();
    // Without archives, as `apt` leaves them, and without a server.
    fleet.root.ok(&["apt-get", "clean"]);
    fleet.server = None;
    fleet.root.ok(&["orders-rollback"]);
    stands_held(&fleet.root, "1.1");
    fleet.root.ok(&["orders-rollback", "1.0"]);
    stands_held(&fleet.root, "1.0");
    fleet.root.ok(&["orders-rollback", "1.2"]);
    stands_held(&fleet.root, "1.2");
    fleet.root.ok(&["orders-rollback", "1.1"]);
    stands_held(&fleet.root, "1.1");

    let server = Server::new(fleet.shelf.path());
    fleet.root.sh(&format!("sed -i 's,{url},{},' /etc/apt/sources.list", server.url()));
    fleet.server = Some(server);
    fleet.publish("1.3");
    for verb in ["upgrade", "dist-upgrade"] {
        let held = fleet.apt(&["apt-get", verb]).ok(verb);
        assert!(held.contains("kept back"), "{held}");
        stands_held(&fleet.root, "1.1");
    }
    fleet.root.ok(&["orders-rollback", "--release"]);
    fleet.apt(&["apt-get", "dist-upgrade"]).ok("let through");
    stands(&fleet.root, "1.3");
}

/// As `stands`, with a hold.
#[track_caller]
fn stands_held(root: &Root, version: &str) {
    assert_eq!(status(root, "orders"), format!("hi {version}"));
    assert_eq!(root.ok(&["orders"]).trim(), version);
}

#[test]
fn bookworm_goes_back_without_archives_or_a_network_and_the_hold_holds() {
    goes_back_offline(Suite::Bookworm);
}

#[test]
fn trixie_goes_back_without_archives_or_a_network_and_the_hold_holds() {
    goes_back_offline(Suite::Trixie);
}

fn keeps_the_last(suite: Suite) {
    let fleet = need!(Fleet::new(suite));
    let before = fleet.root.sh(LISTING);
    for version in ["1.0", "1.1", "1.2"] {
        if version == "1.2" {
            fleet.change_virtualenv("3.7");
        }
        fleet.publish(version);
        fleet.apt(&["apt-get", "install", "orders"]).ok(version);
    }
    assert_eq!(fleet.releases(), ["1.0", "1.1", "1.2"]);
    fleet.apt(&["apt-get", "autoremove"]).ok("later");
    assert_eq!(fleet.releases(), ["1.1", "1.2"], "the current one and `keep = 1`");
    assert_eq!(installed(&fleet.root, "venv").len(), 2, "each with its virtualenv");
    fleet.publish("1.3");
    fleet.apt(&["apt-get", "--autoremove", "dist-upgrade"]).ok("in the same run");
    stands(&fleet.root, "1.3");
    // What apt was told when it began is that of the switch before.
    assert_eq!(fleet.releases(), ["1.1", "1.2", "1.3"]);
    fleet.apt(&["apt-get", "autoremove"]).ok("the next run");
    assert_eq!(fleet.releases(), ["1.2", "1.3"]);
    assert_eq!(installed(&fleet.root, "venv").len(), 1);
    fleet.root.ok(&["orders-rollback"]);
    stands_held(&fleet.root, "1.2");

    fleet.apt(&["apt-get", "--allow-change-held-packages", "purge", "orders"]).ok("purge");
    fleet.apt(&["apt-get", "autoremove", "--purge"]).ok("the rest");
    assert_eq!(fleet.root.sh(LISTING), before);
    fleet.apt(&["apt-get", "install", "orders"]).ok("again");
    stands(&fleet.root, "1.3");
}

#[test]
fn bookworm_keeps_the_last_releases_from_a_repository() {
    keeps_the_last(Suite::Bookworm);
}

#[test]
fn trixie_keeps_the_last_releases_from_a_repository() {
    keeps_the_last(Suite::Trixie);
}

#[test]
fn applications_of_a_namespace_share_one_virtualenv() {
    let fleet = need!(Fleet::new(Suite::Bookworm));
    let text = fs::read_to_string(fleet.project.path("mkdeb.toml")).unwrap();
    let text = text.replace("[layout]", "namespace = \"acme\"\n[layout]");
    fleet.project.write("mkdeb.toml", &text);
    fleet.publish("1.0");
    let other = text
        .replace("\"orders\"", "\"bills\"")
        .replace("/etc/orders", "/etc/bills")
        .replace("orders:main", "bills:main");
    fleet.project.write("app/bills/__init__.py", "def main():\n    print('bills')\n");
    fleet.project.write("bills.toml", other);
    // The same virtualenv, which is in the repository already.
    let built = fleet.project.build(&["-f", "bills.toml", "-o", fleet.shelf.path().to_str().unwrap()]);
    assert!(built.err.contains("took acme-venv-"), "{}", built.err);
    fleet.index();
    fleet.root.ok(&["apt-get", "-q", "update"]);
    fleet.apt(&["apt-get", "install", "orders", "bills"]).ok("both");
    let asked = fleet.server.as_ref().unwrap().requests();
    assert_eq!(asked.iter().filter(|path| path.contains("acme-venv-")).count(), 1, "{asked:?}");
    assert_eq!(fleet.root.ok(&["bills"]), "bills\n");
    assert_eq!(fleet.root.ok(&["orders"]), "1.0\n");
    let venvs = || fleet.root.sh("ls /opt/acme/venvs 2>/dev/null | wc -l").trim().to_owned();
    fleet.apt(&["apt-get", "--autoremove", "purge", "orders"]).ok("one goes");
    fleet.apt(&["apt-get", "--purge", "autoremove"]).ok("with its release");
    assert_eq!((fleet.root.ok(&["bills"]).trim(), &*venvs()), ("bills", "1"));
    fleet.apt(&["apt-get", "--autoremove", "purge", "bills"]).ok("the other");
    fleet.apt(&["apt-get", "--purge", "autoremove"]).ok("with its release");
    assert!(!fleet.root.path().join("opt/acme").exists() && fleet.root.path().join("opt").is_dir());
}

#[test]
fn each_architecture_takes_its_own_virtualenv() {
    let fleet = need!(Fleet::new(Suite::Bookworm));
    let site = "build/venv/lib/python3.11/site-packages";
    let tools = [("amd64", 62u8), ("arm64", 183)];
    for (architecture, machine) in tools {
        // As much of a shared object as says whom it is for.
        let mut elf = vec![0; 64];
        elf[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        (elf[16], elf[18]) = (3, machine);
        fleet.project.write(&format!("{site}/_speed.abi3.so"), &elf);
        fleet
            .project
            .write(&format!("{site}/speed-1.dist-info/RECORD"), format!("_speed.abi3.so,{architecture},\n"));
        let set = format!("package.architecture={architecture}");
        fleet.project.build(&["--set", &set, "-o", fleet.shelf.path().to_str().unwrap()]);
    }
    fleet.index();
    fleet.root.ok(&["apt-get", "-q", "update"]);
    let uris = fleet.root.ok(&["apt-get", "install", "--print-uris", "-y", "orders"]);
    assert!(
        uris.lines().filter(|line| line.contains("_amd64.deb'")).count() == 3 && !uris.contains("_arm64.deb"),
        "{uris}"
    );
    let debs: Vec<String> = fs::read_dir(fleet.shelf.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let keys: Vec<&str> =
        debs.iter().filter_map(|name| name.strip_prefix("orders-venv-")?.split('_').next()).collect();
    assert!(keys.len() == 2 && keys[0] != keys[1], "{keys:?}");
    fleet.root.ok(&["dpkg", "--add-architecture", "arm64"]);
    fleet.root.ok(&["apt-get", "-q", "update"]);
    // The Python of the other architecture is not here to install it with; each part still leads to the next.
    let needs = |package: &str, field: &str| {
        let shown = fleet.root.ok(&["apt-cache", "show", &format!("{package}:arm64")]);
        let line = shown.lines().find_map(|line| line.strip_prefix(&format!("{field}: ")));
        let names = line.unwrap_or_default().split([' ', ',']).find(|name| name.starts_with("orders-"));
        names.unwrap_or_else(|| panic!("no {field} in {shown}")).to_owned()
    };
    let virtualenv = needs(&needs("orders", "Pre-Depends"), "Depends");
    assert!(debs.contains(&format!("{virtualenv}_1_arm64.deb")), "{virtualenv}: {debs:?}");
}

#[test]
fn unattended_upgrades_takes_the_new_release_and_removes_none_that_is_kept() {
    let fleet = need!(Fleet::new(Suite::Bookworm));
    let packages = cache().join("unattended");
    if !packages.is_dir() {
        return missing("unattended-upgrades").unwrap_or_default();
    }
    fleet.root.copy_in(&packages, "/srv/unattended");
    fleet.root.sh("DEBIAN_FRONTEND=noninteractive dpkg --force-unsafe-io -i /srv/unattended/*.deb");
    fleet
        .root
        .sh("echo 'Unattended-Upgrade::Origins-Pattern { \"origin=acme\"; };' >/etc/apt/apt.conf.d/52acme
        echo 'Dpkg::Options { \"--force-unsafe-io\"; };' >>/etc/apt/apt.conf.d/52acme");
    for version in ["1.0", "1.1", "1.2"] {
        fleet.publish_of("acme", version);
        if version == "1.0" {
            fleet.apt(&["apt-get", "install", "orders"]).ok("the first");
            continue;
        }
        let ran = fleet.root.run(&["unattended-upgrade", "--verbose"]);
        assert!(ran.success(), "{}", ran.text());
        stands(&fleet.root, version);
    }
    // Whatever is unused and new since goes, as is its default; what is kept is not unused.
    assert_eq!(fleet.releases()[1..], ["1.1", "1.2"]);
}
