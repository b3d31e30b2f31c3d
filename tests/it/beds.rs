//! The beds themselves: that they hold a system, keep to themselves, and leave nothing behind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bed::{Chrootless, need};

/// A package with one file, made by dpkg's own tool.
fn trivial_deb(dir: &Path) -> PathBuf {
    let tree = dir.join("trivial");
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(tree.join("opt/trivial")).unwrap();
    fs::write(tree.join("opt/trivial/file"), "text\n").unwrap();
    let control = "Package: trivial\nVersion: 1.0\nArchitecture: all\n\
                   Maintainer: Nobody <nobody@example.org>\nDescription: nothing much\n";
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    let deb = dir.join("trivial.deb");
    let mut command = Command::new("dpkg-deb");
    // xz, since dpkg of bullseye knows no zstd.
    let status = command.args(["-Zxz", "--root-owner-group", "--build"]).arg(&tree).arg(&deb).status();
    assert!(status.unwrap().success());
    deb
}

#[test]
fn dpkg_installs_into_a_directory_without_the_superuser() {
    let bed = need!(Chrootless::new());
    let dir = tempfile::tempdir().unwrap();
    bed.install(&trivial_deb(dir.path()));
    assert_eq!(fs::read_to_string(bed.path().join("opt/trivial/file")).unwrap(), "text\n");
    assert!(!bed.dpkg(&["--remove", "absent"]).text().is_empty());
}

mod system {
    use std::fs;

    use super::trivial_deb;
    use crate::bed::{Booted, Root, Suite, cache, ended, need, venv};

    #[test]
    fn every_suite_installs_a_package_and_keeps_it_to_itself() {
        let dir = tempfile::tempdir().unwrap();
        let deb = trivial_deb(dir.path());
        for suite in Suite::ALL {
            let root = need!(Root::new(suite));
            root.copy_in(&deb, "/srv/trivial.deb");
            root.ok(&["dpkg", "--install", "/srv/trivial.deb"]);
            assert_eq!(root.read("/opt/trivial/file"), "text\n");
            assert!(root.path().join("opt/trivial/file").is_file());
            assert!(!suite.dir().join("opt/trivial").exists());
        }
    }

    #[test]
    fn a_root_is_gone_with_its_processes_and_mounts() {
        let root = need!(Root::new(Suite::Bookworm));
        root.sh("sleep 1000 >/dev/null 2>&1 & echo left behind >/srv/file");
        let (init, path) = (root.init(), root.path());
        drop(root);
        assert!(!path.exists());
        assert!(ended(init));
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        assert!(!mounts.contains(cache().join("mnt").to_str().unwrap()));
        assert!(!Suite::Bookworm.dir().join("srv/file").exists());
    }

    #[test]
    fn a_failed_command_is_reported_with_all_it_said() {
        let root = need!(Root::new(Suite::Trixie));
        let output = root.run(&["sh", "-c", "echo out; echo err >&2; exit 3"]);
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(output.text(), "out\nerr\n");
    }

    #[test]
    fn a_virtualenv_runs_where_it_was_made() {
        for (name, suite) in [
            ("3.9-virtualenv16-plain", Suite::Bullseye),
            ("3.11-venv-space", Suite::Bookworm),
            ("3.11-virtualenv20-long", Suite::Bookworm),
            ("3.13-uv-plain", Suite::Trixie),
            ("3.15-virtualenv21-plain", Suite::Forky),
        ] {
            let venv = need!(venv(name));
            let root = need!(Root::new(suite));
            root.unpack(&venv);
            let script = venv.origin.join("bin/flask");
            let said = root.ok(&[script.to_str().unwrap(), "--version"]);
            assert!(said.contains("Flask 3.1.3"), "{name}: {said}");
        }
    }

    #[test]
    fn a_booted_system_starts_services_and_reboots() {
        let mut system = need!(Booted::new());
        let dir = tempfile::tempdir().unwrap();
        system.copy_in(&trivial_deb(dir.path()), "/srv/trivial.deb");
        system.ok(&["dpkg", "--install", "/srv/trivial.deb"]);
        let unit = "[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n";
        fs::write(dir.path().join("unit"), unit).unwrap();
        system.copy_in(&dir.path().join("unit"), "/etc/systemd/system/sleeper.service");
        system.sh("systemctl daemon-reload; systemctl enable --now sleeper");
        let before = system.read("/proc/sys/kernel/random/boot_id");
        let first = system.init();
        system.reboot();
        assert_ne!(first, system.init());
        assert_ne!(before, system.read("/proc/sys/kernel/random/boot_id"));
        assert_eq!(system.ok(&["systemctl", "is-active", "sleeper"]), "active\n");
        assert_eq!(system.read("/opt/trivial/file"), "text\n");
        assert!(system.read("/proc/net/dev").contains("lo:"));
        let last = system.init();
        let group = fs::read_to_string(format!("/proc/{last}/cgroup")).unwrap();
        assert!(group.contains("/mkdeb-bed-"), "{group}");
        drop(system);
        assert!(ended(last));
    }

    #[test]
    fn two_booted_systems_do_not_meet() {
        let one = need!(Booted::new());
        let other = need!(Booted::new());
        for system in [&one, &other] {
            system.sh("systemd-run --unit=same-name sleep 1000");
        }
        one.sh("systemctl stop same-name");
        assert_eq!(one.ok(&["systemctl", "is-system-running"]), "running\n");
        assert_eq!(other.ok(&["systemctl", "is-active", "same-name"]), "active\n");
    }
}
