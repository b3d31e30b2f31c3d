//! Inputs of very many files.

use std::fs;
use std::process::Command;

use crate::hostile_tarballs::FORMATS;
use crate::project::{Project, ran};
use crate::tarball::{Tarball, through};

/// The memory that 100,000 files have to do with, in bytes: five times what they need.
const MEMORY: u64 = 1 << 30;

#[test]
fn a_hundred_thousand_files_are_packed_in_little_memory() {
    let project = Project::new("");
    for number in 0..100_000 {
        project.write(&format!("app/d{}/f{number}", number / 100), format!("{number}\n"));
    }
    let tar = Command::new("tar").args(["-czf", "app.tar.gz", "app"]).current_dir(project.dir()).status();
    assert!(tar.unwrap().success());
    let mut packages = Vec::new();
    for input in ["app", "app.tar.gz"] {
        let mut command = Command::new("prlimit");
        command.arg(format!("--as={MEMORY}")).args(["--", env!("CARGO_BIN_EXE_mkdeb"), "build", "--fast"]);
        command.args(["--threads", "2", "--set", &format!("app.tarball={input}")]);
        let ran = ran(command.current_dir(project.dir()).env("SOURCE_DATE_EPOCH", "1700000000"));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let deb = ran.out.trim_end();
        let list = Command::new("dpkg-deb").args(["-c", deb]).output().unwrap().stdout;
        assert!(list.iter().filter(|byte| **byte == b'\n').count() > 101_000);
        packages.push(fs::read(deb).unwrap());
    }
    assert!(packages[0] == packages[1]);
}

#[test]
fn more_entries_than_four_million_are_too_many() {
    let project = Project::new("");
    let start = Tarball::default().file(b"orders/__init__.py", b"").0;
    let same = Tarball::default().special(b'5', b"d/", b"").0.repeat(1 << 16);
    let bytes = [through(FORMATS[2], &start), through(FORMATS[2], &same).repeat(62)].concat();
    project.write("x.tar.zst", bytes);
    let words =
        ["`x.tar.zst` goes beyond the 4000000 paths that the inputs may have", "hint: leave out what"];
    project.refused(&["--set", "app.tarball=x.tar.zst"], &words);
}
