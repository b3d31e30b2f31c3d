//! Judges a tree: what dpkg-deb refuses, and what dpkg would fail on later.

use std::collections::HashMap;
use std::collections::HashSet;

use crate::control::conffiles;
use crate::control::given;
use crate::control::given::Given;
use crate::control::triggers;
use crate::deb::pack::fault::Fault;
use crate::deb::pack::tree::Found;
use crate::deb::pack::tree::FoundKind;
use crate::deb::pack::tree::GivenTree;
use crate::package::scripts::Scripts;
use crate::types::path::ArchivePath;

/// `MAXCONTROLFILENAME` of dpkg.
const LONGEST_NAME: usize = 100;

/// What the control file says, where nothing is wrong with the tree.
pub(super) fn check(tree: &GivenTree, remarks: &mut Vec<String>) -> Result<Given, Fault> {
    let text = tree.texts.get(&b"control"[..]).ok_or(Fault::NoControl)?;
    let given = given::check(text).map_err(Fault::Control)?;
    remarks.extend(given.remarks.iter().cloned());
    modes(tree)?;
    names(tree, remarks)?;
    check_conffiles(tree, remarks)?;
    if let Some(text) = tree.texts.get(&b"triggers"[..]) {
        triggers::check(text).map_err(Fault::Triggers)?;
    }
    if let Some(text) = tree.texts.get(&b"md5sums"[..]) {
        md5sums(text)?;
    }
    for found in &tree.data {
        found.path.check_unpackable().map_err(Fault::Path)?;
    }
    Ok(given)
}

fn modes(tree: &GivenTree) -> Result<(), Fault> {
    if let Some(root) = tree.control.first().filter(|root| root.mode & 0o7757 != 0o755) {
        return Err(Fault::DirectoryMode(root.mode));
    }
    for name in Scripts::NAMES {
        let Some(found) = tree.control_file(name.as_bytes()) else { continue };
        match found.kind {
            FoundKind::Symlink(_) => {}
            FoundKind::File { .. } if found.mode & 0o7557 != 0o555 => {
                return Err(Fault::ScriptMode { name, mode: found.mode });
            }
            FoundKind::File { .. } => {}
            _ => return Err(Fault::NotAFile { path: found.path.clone() }),
        }
        let text = tree.texts.get(name.as_bytes()).map_or(&[][..], Vec::as_slice);
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if line.starts_with(b"#!") && line.ends_with(b"\r") {
            return Err(Fault::ScriptLine(name));
        }
    }
    Ok(())
}

/// What dpkg says of the names in control.tar. The length of those with a `.` it does not look at.
fn names(tree: &GivenTree, remarks: &mut Vec<String>) -> Result<(), Fault> {
    for found in tree.control.iter().skip(1) {
        let (name, path) = (found.path.as_bytes(), || found.path.clone());
        match &found.kind {
            FoundKind::Directory => return Err(Fault::Subdirectory(path())),
            // A link is extracted with the others, and read there: it has to lead to one of them.
            FoundKind::Symlink(_) if !tree.texts.contains_key(name) => {
                return Err(Fault::Link(path()));
            }
            FoundKind::File { .. } | FoundKind::Symlink(_) | FoundKind::Socket => {}
            _ => return Err(Fault::NotAFile { path: path() }),
        }
        if name.len() > LONGEST_NAME && !name.contains(&b'.') {
            return Err(Fault::LongName(path()));
        }
        if name == b"list" {
            remarks.push("`DEBIAN/list` is ignored by dpkg, which keeps its own".to_owned());
        }
    }
    Ok(())
}

fn check_conffiles(tree: &GivenTree, remarks: &mut Vec<String>) -> Result<(), Fault> {
    let Some(text) = tree.texts.get(&b"conffiles"[..]) else { return Ok(()) };
    let conffiles = conffiles::parse(text).map_err(Fault::Conffiles)?;
    let data: HashMap<&[u8], &Found> = tree.data.iter().map(|found| (found.path.as_bytes(), found)).collect();
    let mut seen = HashSet::new();
    for conffile in conffiles {
        let shown = conffile.path.escape_ascii().to_string();
        let relative = ArchivePath::new(&conffile.path[1..]).ok();
        // dpkg compares names byte by byte: under another spelling it would take the file for a new one, and
        // overwrite what the admin wrote.
        let is_spelled = |path: &ArchivePath| path.as_bytes() == &conffile.path[1..];
        if relative.as_ref().is_some_and(|path| data.contains_key(path.as_bytes()) && !is_spelled(path)) {
            return Err(Fault::ConffileSpelled(conffile.path));
        }
        let found = relative.as_ref().and_then(|path| data.get(path.as_bytes()));
        match found.map(|found| (&found.kind, found.path.is_root())) {
            None if !conffile.remove_on_upgrade => return Err(Fault::ConffileMissing(conffile.path)),
            Some(_) if conffile.remove_on_upgrade => return Err(Fault::ConffilePresent(conffile.path)),
            None | Some((FoundKind::File { .. }, _)) => {}
            Some((FoundKind::Symlink(_), _) | (_, true)) => {
                remarks.push(format!("the conffile `{shown}` is not a regular file"));
            }
            // dpkg fails on a directory other than the root, and waits for a fifo.
            Some(_) => return Err(Fault::ConffileNotAFile(conffile.path)),
        }
        if !seen.insert(conffile.path) {
            remarks.push(format!("the conffile `{shown}` is listed twice"));
        }
    }
    Ok(())
}

/// `dpkg --verify` gives up on a line that it cannot read.
fn md5sums(text: &[u8]) -> Result<(), Fault> {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate().filter(|_| !text.is_empty()) {
        let digest = line.get(..32).filter(|digest| digest.iter().all(u8::is_ascii_hexdigit));
        if digest.is_none() || line.get(32..34) != Some(b"  ") || line.len() == 34 {
            return Err(Fault::Md5sums(index + 1));
        }
    }
    Ok(())
}
