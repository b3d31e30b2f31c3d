//! Debian's own packages, taken apart by dpkg-deb: packed again, and unpacked on a system.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use crate::bed::Output;
use crate::bed::Root;
use crate::bed::Suite;
use crate::bed::cache;
use crate::bed::missing;
use crate::bed::need;
use crate::oracle_pack::equality;

/// All packages that the set-up fetched; `None` where it did not or the superuser is missing, who alone
/// can give files away.
#[track_caller]
fn packages() -> Option<Vec<PathBuf>> {
    need_superuser()?;
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(cache().join("debs")).sort_by_file_name() {
        let Ok(entry) = entry else { break };
        found.extend(
            entry.path().extension().is_some_and(|kind| kind == "deb").then(|| entry.path().to_owned()),
        );
    }
    if found.is_empty() { missing("packages of Debian") } else { Some(found) }
}

#[track_caller]
fn need_superuser() -> Option<()> {
    use std::os::unix::fs::MetadataExt;
    if fs::metadata("/proc/self").unwrap().uid() == 0 { Some(()) } else { missing("the superuser") }
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap().into()
}

/// A package taken apart, and packed by mkdeb and by dpkg-deb.
fn packed(deb: &Path, directory: &Path) -> (PathBuf, PathBuf) {
    let tree = directory.join("tree");
    run(Command::new("dpkg-deb").arg("-R").arg(deb).arg(&tree)).ok("dpkg-deb -R");
    let built = |program: &str| equality::built(&tree, program, &["-Znone"]);
    (built("mkdeb"), built("dpkg-deb"))
}

/// The control files of a package, each with its name.
fn control(deb: &Path, directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let _ = fs::remove_dir_all(directory);
    run(Command::new("dpkg-deb").arg("-e").arg(deb).arg(directory)).ok("dpkg-deb -e");
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.file_name().unwrap().into(), fs::read(&path).unwrap())).collect()
}

/// What differs between what mkdeb made of a package, and dpkg-deb.
fn repacked(deb: &Path) -> Result<(), String> {
    let directory = tempfile::tempdir().unwrap();
    let (ours, theirs) = packed(deb, directory.path());
    equality::same(&ours, &theirs)?;
    let files = directory.path().join("control");
    if control(&ours, &files) == control(deb, &files) {
        Ok(())
    } else {
        Err("other control files".to_owned())
    }
}

#[test]
fn every_package_of_debian_is_packed_as_dpkg_deb_packs_it() {
    let packages = need!(packages());
    assert!(packages.len() >= 50, "{}", packages.len());
    let (queue, faults) = (Mutex::new(packages.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(deb) = queue.lock().unwrap().next() else { break };
                    if let Err(fault) = repacked(deb) {
                        faults.lock().unwrap().push(format!("{}: {fault}", deb.display()));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} of {}\n{}", faults.len(), packages.len(), faults.join("\n"));
}

/// Links of both kinds, owners, modes, conffiles and directories without end.
const UNPACKED: [&str; 13] = [
    "apache2",
    "bsdgames",
    "git",
    "hicolor-icon-theme",
    "locales",
    "login",
    "man-db",
    "openssh-client",
    "postfix",
    "screen",
    "sudo",
    "ufw",
    "xterm",
];

/// Everything but what tells when it was unpacked: /var for its logs, the times of directories, and
/// those of files that were made on the way, which are newer than an hour.
const LISTING: &str = r"cd /
    find . -xdev -regextype posix-extended \
        -regex '\./(proc|sys|dev|srv|tmp|run|var)' -prune -o -type d -printf '%p %M %U %G\n' \
        -o -newer srv/list -printf '%p %M %U %G %s %n %l\n' -o -printf '%p %M %U %G %s %n %l %T@\n' | sort
    find etc usr opt var/lib/dpkg/info -xdev -type f -exec sha256sum {} + | sort";

#[test]
fn what_is_unpacked_is_the_same() {
    let packages = need!(packages());
    let directory = tempfile::tempdir().unwrap();
    let roots = [need!(Root::new(Suite::Bookworm)), need!(Root::new(Suite::Bookworm))];
    for root in &roots {
        root.sh("touch -d -1hour /srv/list");
    }
    let before = roots[0].sh(LISTING);
    for name in UNPACKED {
        let is_named = |path: &&PathBuf| {
            path.parent().is_some_and(|suite| suite.ends_with("bookworm"))
                && path
                    .file_name()
                    .is_some_and(|file| file.to_string_lossy().starts_with(&format!("{name}_")))
        };
        let deb = packages.iter().find(is_named).expect(name);
        let place = directory.path().join(name);
        fs::create_dir(&place).unwrap();
        let (ours, theirs) = packed(deb, &place);
        for (root, deb) in roots.iter().zip([ours, theirs]) {
            root.copy_in(&deb, &format!("/srv/{name}.deb"));
        }
        fs::remove_dir_all(place).unwrap();
    }
    let listings = roots.each_ref().map(|root| {
        root.sh("dpkg --force-all --unpack /srv/*.deb");
        root.sh(LISTING)
    });
    let lines = |listing: &str| listing.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    let [ours, theirs] = listings.each_ref().map(|listing| lines(listing));
    let apart: Vec<_> = ours.symmetric_difference(&theirs).collect();
    assert!(apart.is_empty(), "{apart:#?}");
    // It is all there: the packages have some thousand files.
    assert!(ours.difference(&lines(&before)).count() > 3000, "{}", ours.difference(&lines(&before)).count());
}
