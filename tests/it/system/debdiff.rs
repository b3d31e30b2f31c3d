//! What `mkdeb diff` tells of packages, beside what debdiff tells of the same.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::bed::{missing, need};
use crate::project::{Project, ran};

const SHARE: &str = "usr/share/tally";

/// A package of these fields and files, packed by dpkg-deb.
fn packed(project: &Project, name: &str, depends: &str, files: &[(&str, &str)]) -> PathBuf {
    let control = format!(
        "Package: tally\nVersion: {name}\nArchitecture: all\nMaintainer: A <a@example.com>\nDepends: {depends}\n\
         Section: misc\nDescription: counts\n"
    );
    project.write(&format!("{name}/DEBIAN/control"), control);
    project.write(&format!("{name}/etc/tally.conf"), "a = 1\n");
    project.write(&format!("{name}/DEBIAN/conffiles"), "/etc/tally.conf\n");
    for (file, text) in files {
        project.write(&format!("{name}/{SHARE}/{file}"), text);
    }
    let mode = if name == "2" { 0o755 } else { 0o644 };
    fs::set_permissions(project.path(&format!("{name}/{SHARE}/mode")), fs::Permissions::from_mode(mode))
        .unwrap();
    let target = if name == "2" { "same" } else { "mode" };
    symlink(target, project.path(&format!("{name}/{SHARE}/link"))).unwrap();
    let deb = project.path(&format!("{name}.deb"));
    let mut command = Command::new("dpkg-deb");
    command.args(["--root-owner-group", "-Zgzip", "-b"]).arg(project.path(name)).arg(&deb);
    assert_eq!(ran(&mut command).code, Some(0));
    deb
}

/// The paths and the fields that debdiff tells; none where it is not installed.
fn told_by_debdiff(old: &Path, new: &Path) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    if !Path::new("/usr/bin/debdiff").exists() {
        return missing("debdiff of devscripts");
    }
    let ran = ran(Command::new("debdiff").arg(old).arg(new));
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    let (files, fields) = ran.out.split_once("Control files").unwrap();
    let paths = files
        .lines()
        .filter_map(|line| line.split_once("root/root")?.1.trim().split(' ').next().map(str::to_owned));
    let names = fields.lines().skip(2).filter_map(|line| Some(line.split_once(": ")?.0.to_owned()));
    Some((paths.collect(), names.collect()))
}

fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_told_is_what_debdiff_tells_and_what_changed_inside() {
    let project = Project::new("");
    let old =
        packed(&project, "1", "libc6", &[("same", "x"), ("mode", "m"), ("changed", "1"), ("gone/deep", "g")]);
    let files = [("same", "x"), ("mode", "m"), ("changed", "2"), ("new", "n"), ("a b", "blank")];
    let new = packed(&project, "2", "libc6, adduser", &files);
    let (paths, fields) = need!(told_by_debdiff(&old, &new));
    let diff = project.run(&["diff", old.to_str().unwrap(), new.to_str().unwrap(), "--json"]);
    let found: Value = serde_json::from_str(&diff.out).unwrap();

    let ours: BTreeSet<String> = names(&found["files"]).union(&names(&found["modes"])).cloned().collect();
    let only_ours: Vec<&String> = ours.difference(&paths).collect();
    // debdiff does not look into files; of its lines, paths are taken up to their first blank.
    let share = |name: &str| format!("/{SHARE}/{name}");
    assert_eq!(only_ours, [&share("a b"), &share("changed")], "{}", diff.out);
    let only_theirs: Vec<&String> = paths.difference(&ours).collect();
    assert_eq!(only_theirs, [&share("a")], "{}", diff.out);
    // The version heads the report.
    let mut ours = names(&found["fields"]);
    ours.insert("Version".to_owned());
    assert_eq!(ours, fields, "{}", diff.out);
}
