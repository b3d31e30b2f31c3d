//! What each suite's dpkg, apt and tar make of mkdeb's compressed members, blocks and frames.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::bed::Root;
use crate::bed::Suite;
use crate::bed::need;

/// A tree with a file of several blocks that hardly compresses, packed.
fn packed(directory: &Path, compression: &str) -> std::path::PathBuf {
    let tree = directory.join("tree");
    fs::create_dir_all(tree.join("DEBIAN")).unwrap();
    fs::create_dir_all(tree.join("opt")).unwrap();
    let control = "Package: blocks\nVersion: 1\nArchitecture: all\nMaintainer: A <a@b.c>\nDescription: it\n";
    fs::write(tree.join("DEBIAN/control"), control).unwrap();
    for path in ["DEBIAN", "opt", ""] {
        fs::set_permissions(tree.join(path), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    fs::write(tree.join("opt/blocks"), (0..3_500_000).map(|_| next()).collect::<Vec<u8>>()).unwrap();
    let deb = directory.join("blocks.deb");
    let mut command = Command::new(env!("CARGO_BIN_EXE_mkdeb"));
    let status = command.args(["pack", "-q", "-Z", compression]).arg(&tree).arg(&deb).status().unwrap();
    assert!(status.success());
    deb
}

#[test]
fn every_suite_installs_a_package_of_many_blocks() {
    for suite in Suite::ALL {
        let root = need!(Root::new(suite));
        for compression in ["gzip:6", "xz:0", "zstd:3"] {
            // dpkg reads zstd from 1.21.18 on.
            if suite == Suite::Bullseye && compression.starts_with("zstd") {
                continue;
            }
            let directory = tempfile::tempdir().unwrap();
            let deb = packed(directory.path(), compression);
            root.copy_in(&deb, "tmp/blocks.deb");
            root.ok(&["apt-get", "install", "--yes", "/tmp/blocks.deb"]);
            root.ok(&["dpkg", "--verify", "blocks"]);
            let installed = fs::read(root.path().join("opt/blocks")).unwrap();
            assert!(
                installed == fs::read(directory.path().join("tree/opt/blocks")).unwrap(),
                "{compression}"
            );
            root.ok(&["dpkg", "--purge", "blocks"]);
        }
    }
}
