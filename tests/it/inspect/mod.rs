//! `mkdeb inspect` beside dpkg-deb, on broken packages, and on hostile ones.

mod broken;
mod cat;
mod dialects;
mod extract;
mod hidden;
pub mod page;
mod told;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use mkdeb::archive::ar;
use mkdeb::archive::tar::header::{END, Entry, Kind, encode, padding};
use mkdeb::archive::tar::owner::Owner;

/// A control file that dpkg takes.
const CONTROL: &str = "Package: sample\nVersion: 1.0\nArchitecture: all\nMaintainer: Jörg <j@example.org>\n\
    Description: short\n long\n";

/// Runs mkdeb with nothing of the caller's environment, and these bytes on standard input.
fn mkdeb(words: &[&str], stdin: &[u8]) -> Output {
    // What takes too long ends before the test that waits for it does, and so does not outlive it.
    let mut command = Command::new("/usr/bin/timeout");
    command.args(["--kill-after=5", "50", env!("CARGO_BIN_EXE_mkdeb")]);
    command.args(words).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A program that stops early closes the pipe.
        scope.spawn(move || pipe.write_all(stdin));
        child.wait_with_output().unwrap()
    })
}

/// Runs a program that must succeed; its standard output.
#[track_caller]
fn run(program: &str, words: &[&str]) -> Vec<u8> {
    let output =
        Command::new(program).args(words).env("LC_ALL", "C.UTF-8").env("TZ", "UTC").output().unwrap();
    assert!(output.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// What `mkdeb inspect` prints of a package that it must read.
#[track_caller]
fn inspected(words: &[&str], deb: &Path) -> Vec<u8> {
    let words: Vec<&str> = ["inspect"].iter().chain(words).copied().chain([deb.to_str().unwrap()]).collect();
    let output = mkdeb(&words, b"");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr).lines().filter(|line| !line.starts_with("unpacked")).count(),
        0
    );
    output.stdout
}

#[track_caller]
fn document(deb: &Path) -> serde_json::Value {
    serde_json::from_slice(&inspected(&["--json"], deb)).unwrap()
}

/// What `mkdeb inspect` has against a package: one error, no panic, nothing printed.
#[track_caller]
fn refused(words: &[&str], deb: &[u8]) -> String {
    let words: Vec<&str> = ["inspect", "-"].iter().chain(words).copied().collect();
    let output = mkdeb(&words, deb);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{said}");
    assert!(said.starts_with("error: ") && !said.contains("panicked"), "{said}");
    said
}

/// A container with these members.
fn container(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ar::Writer::new(Vec::new());
    for (name, bytes) in members {
        writer.append(name, 1_700_000_000, bytes.len() as u64, &mut &bytes[..]).unwrap();
    }
    writer.finish().unwrap()
}

/// A package of two tars that are not compressed.
fn package(control: &[u8], data: &[u8]) -> Vec<u8> {
    container(&[("debian-binary", b"2.0\n"), ("control.tar", control), ("data.tar", data)])
}

/// A package with these files.
fn package_of(entries: &[(&[u8], Kind<'_>, &[u8])]) -> Vec<u8> {
    package(&control(), &tar(entries))
}

/// A control.tar with nothing but a control file.
fn control() -> Vec<u8> {
    tar(&[(b"control", Kind::File(CONTROL.len() as u64), CONTROL.as_bytes())])
}

/// A tar of these entries.
fn tar(entries: &[(&[u8], Kind<'_>, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (path, kind, body) in entries {
        let mode = if matches!(kind, Kind::Directory) { 0o755 } else { 0o644 };
        encode(&Entry { path, mode, mtime: 1_700_000_000, owner: &Owner::root(), kind: *kind }, &mut bytes);
        bytes.extend_from_slice(body);
        bytes.extend_from_slice(padding(body.len() as u64));
    }
    bytes.extend_from_slice(&END);
    bytes
}

/// One block of a tar with a field changed and the checksum set anew.
fn edited(mut tar: Vec<u8>, at: usize, bytes: &[u8]) -> Vec<u8> {
    tar[at..at + bytes.len()].copy_from_slice(bytes);
    let start = at / 512 * 512;
    tar[start + 148..start + 156].copy_from_slice(b"        ");
    let sum: u32 = tar[start..start + 512].iter().map(|byte| u32::from(*byte)).sum();
    tar[start + 148..start + 156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    tar
}

fn written(directory: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = directory.join(name);
    fs::write(&path, bytes).unwrap();
    path
}
