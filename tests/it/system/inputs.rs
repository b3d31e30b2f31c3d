//! Inputs of every kind give the same package, which is what was planned, and are never touched.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::bed::{Output, need, venv};
use crate::trial::{MTIME, Project, state};

/// Of all sizes, with bytecode and machine code.
const VENV: &str = "3.11-venv-plain";

/// Runs a shell script of the test in a directory.
#[track_caller]
fn sh(directory: &Path, script: &str) -> String {
    let mut command = Command::new("sh");
    command.args(["-euc", script]).current_dir(directory);
    for person in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{person}_NAME"), "Nobody");
        command.env(format!("GIT_{person}_EMAIL"), "nobody@example.org");
        command.env(format!("GIT_{person}_DATE"), format!("@{MTIME} +0000"));
    }
    Output::from(command.output().unwrap()).ok(script)
}

fn set(key: &str, value: &str) -> [String; 2] {
    ["--set".to_owned(), format!("{key}={value}")]
}

/// A project with the virtualenv unpacked beside it, and a hard link to one of its files as uv's cache has.
fn unpacked() -> Option<Project> {
    let venv = venv(VENV)?;
    let project = Project::new("shop", Path::new("venv"));
    sh(project.path(), &format!("tar -xf '{}'; ln venv/bin/flask cached", venv.tar.display()));
    Some(project)
}

#[test]
fn an_application_of_any_kind_gives_the_same_package() {
    let project = Project::new("shop", &need!(venv(VENV)).tar);
    let script = "
        git -c init.defaultBranch=main init --quiet repository
        cp -r --preserve=timestamps app/. repository
        git -C repository add .
        git -C repository commit --quiet --message First
        git -C repository archive --prefix=shop-1.0/ --output=../git-prefix.tar.gz HEAD
        git -C repository archive --output=../git.tar HEAD
        find app -exec touch --date=@MTIME {} +
        cp --archive app shop-1.0
        tar -cf prefix.tar shop-1.0
        tar -cf flat.tar --directory=app shop stock.txt
        tar -cf dot.tar --directory=app .
        tar -cf pax.tar --format=posix shop-1.0
        for name in prefix flat; do
            gzip --keep $name.tar
            xz --keep $name.tar
            zstd --quiet $name.tar
        done";
    sh(project.path(), &script.replace("MTIME", &MTIME.to_string()));
    let packed = |kind: &str| {
        let [option, value] = set("app.tarball", kind);
        project.package(&["--fast", &option, &value])
    };
    let first = fs::read(project.package(&["--fast"])).unwrap();
    fs::write(project.path().join("first.deb"), &first).unwrap();
    for kind in [
        "prefix.tar",
        "prefix.tar.gz",
        "prefix.tar.xz",
        "prefix.tar.zst",
        "flat.tar",
        "flat.tar.gz",
        "flat.tar.xz",
        "flat.tar.zst",
        "dot.tar",
        "pax.tar",
    ] {
        assert!(fs::read(packed(kind)).unwrap() == first, "{kind} gives another package");
    }
    // Those of git name the commit; all else is the same.
    let of_git = fs::read(packed("git.tar")).unwrap();
    let deb = packed("git-prefix.tar.gz");
    assert!(fs::read(&deb).unwrap() == of_git, "git-prefix.tar.gz gives another package");
    let script = "
        commit=$(git -C repository rev-parse HEAD)
        [ \"$(dpkg-deb -f DEB X-Mkdeb-Commit)\" = \"$commit\" ]
        dpkg-deb --fsys-tarfile DEB | cmp - first.tar
        dpkg-deb -f DEB | grep -v ^X-Mkdeb-Commit: | cmp - first.control";
    sh(project.path(), "dpkg-deb --fsys-tarfile first.deb >first.tar; dpkg-deb -f first.deb >first.control");
    sh(project.path(), &script.replace("DEB", deb.to_str().unwrap()));
}

#[test]
fn a_virtualenv_of_any_kind_gives_the_same_package() {
    let project = need!(unpacked());
    let script = "
        tar -cf prefix.tar venv
        tar -cf flat.tar --directory=venv .
        gzip --fast --keep prefix.tar
        zstd --quiet -1 flat.tar";
    sh(project.path(), script);
    let first = fs::read(project.package(&["--fast"])).unwrap();
    for kind in ["prefix.tar", "prefix.tar.gz", "flat.tar", "flat.tar.zst"] {
        let [option, value] = set("venv.path", kind);
        let deb = project.package(&["--fast", &option, &value]);
        assert!(fs::read(deb).unwrap() == first, "{kind} gives another package");
    }
}

#[test]
fn two_builds_in_two_places_with_any_number_of_threads_give_the_same_bytes() {
    let first = need!(unpacked());
    let second = Project::new("shop", Path::new("venv"));
    // Without a date the newest input tells it: a copy that keeps the times of directories too.
    sh(second.path(), &format!("rm -r app; cp --archive '{0}/app' '{0}/venv' .", first.path().display()));
    let projects = [first, second];
    for format in ["zstd", "xz:1"] {
        for date in [None, Some(MTIME - 1000)] {
            let mut bodies = Vec::new();
            for (project, threads) in projects.iter().zip(["1", "4"]) {
                let said = project.build_at(date, &["--compression", format, "--threads", threads]);
                let deb = project.path().join(said.ok("mkdeb build").trim_end());
                bodies.push(fs::read(deb).unwrap());
            }
            assert!(bodies[0] == bodies[1], "{format} at {date:?}");
        }
    }
}

#[test]
fn no_input_is_touched() {
    let project = need!(unpacked());
    let before = state(project.path());
    let outside = tempfile::tempdir().unwrap();
    let output = outside.path().to_str().unwrap();
    for words in [&["--dry-run"][..], &["--fast", "--output", output]] {
        project.build(words).ok("mkdeb build");
        assert!(state(project.path()) == before, "{words:?}");
    }
}

/// Path, kind and mode, then the size of a file or the target of a link, as `dpkg-deb --contents` has them.
fn planned(tree: &serde_json::Value) -> BTreeSet<String> {
    let line = |node: &serde_json::Value| {
        let text = |key: &str| node[key].as_str().unwrap_or_default().to_owned();
        let mode = u32::from_str_radix(&text("mode"), 8).unwrap_or(0o777);
        let (kind, rest) = match text("type").as_str() {
            "directory" => ('d', String::new()),
            "symlink" => ('l', text("target")),
            _ => ('-', String::new()),
        };
        format!("{kind}{mode:o} {} {rest}", text("path"))
    };
    tree.as_array().unwrap().iter().map(line).collect()
}

/// The same of a line such as `drwxr-xr-x root/root 0 2026-01-01 00:00 ./opt/shop/`.
fn shipped(listing: &str) -> BTreeSet<String> {
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[1], "root/root", "{line}");
        let bits = words[0].bytes().skip(1).fold(0, |bits, byte| bits << 1 | u32::from(byte != b'-'));
        let name = words[5..].join(" ");
        let (path, target) = name.split_once(" -> ").unwrap_or((&name, ""));
        let path = path.strip_prefix('.').unwrap();
        let path = if path == "/" { path } else { path.trim_end_matches('/') };
        format!("{}{bits:o} {path} {target}", &words[0][..1])
    };
    listing.lines().map(line).collect()
}

#[test]
fn what_dpkg_reads_back_is_what_was_planned() {
    let project = need!(unpacked());
    let plan = project.build(&["--dry-run", "--json"]).ok("mkdeb build --dry-run");
    assert!(!project.path().join("dist").exists());
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    let package = &plan["packages"][0];
    let deb = project.package(&["--fast"]);
    assert_eq!(deb.file_name().unwrap().to_str(), package["file"].as_str());
    let deb = deb.to_str().unwrap();
    let listing = sh(project.path(), &format!("TZ=UTC dpkg-deb --contents '{deb}'"));
    let (planned, shipped) = (planned(&package["tree"]), shipped(&listing));
    assert!(shipped.len() > 1000);
    assert_eq!(planned.symmetric_difference(&shipped).collect::<Vec<_>>(), Vec::<&String>::new());
    for (name, value) in package["control"].as_object().unwrap() {
        let field = sh(project.path(), &format!("dpkg-deb --field '{deb}' {name}"));
        let written = value.as_str().unwrap().replace('\n', "\n ");
        assert_eq!(field.trim_end(), written, "{name}");
    }
    sh(project.path(), &format!("dpkg-deb --control '{deb}' control"));
    for (name, text) in package["scripts"].as_object().unwrap() {
        let path = project.path().join("control").join(name);
        assert_eq!(fs::read_to_string(path).unwrap(), text.as_str().unwrap(), "{name}");
    }
}
