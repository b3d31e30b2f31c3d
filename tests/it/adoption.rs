//! A virtualenv whose package is there already, in the output directory or in a repository, is not made again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::bed::Server;
use crate::project::{Project, ran};

/// A project with a lock, and a virtualenv that is what the lock says.
fn project() -> Project {
    let project = Project::new(
        "requirements = \"requirements.txt\"\npython = \"/usr/bin/python3.11\"\n[layout]\nkind = \"split\"\n\
         [[service]]\nname = \"orders\"\nuser = \"root\"\nexec = \"venv/bin/serve --port 8000\"\n\
         [[command]]\nname = \"idna-of\"\nentry-point = \"idna:main\"\n",
    );
    project.write("requirements.txt", "idna==3.7\n");
    let site = "build/venv/lib/python3.11/site-packages";
    project.write(&format!("{site}/idna.py"), "def main():\n    print(1)\n");
    project.write(&format!("{site}/idna-3.7.dist-info/METADATA"), "Name: idna\nVersion: 3.7\n");
    project.write(&format!("{site}/idna-3.7.dist-info/RECORD"), "idna.py,,\nidna-3.7.dist-info/RECORD,,\n");
    project
}

fn debs(out: &str) -> Vec<PathBuf> {
    out.lines().map(PathBuf::from).collect()
}

/// A directory with what was built; nothing of the virtualenv is left where it was made.
fn published(project: &Project) -> Vec<PathBuf> {
    let built = debs(&project.build(&["--output", "."]).out);
    fs::create_dir_all(project.path("repo")).unwrap();
    let moved = built.iter().map(|deb| {
        let to = project.path("repo").join(deb.file_name().unwrap());
        fs::rename(deb, &to).unwrap();
        to
    });
    let moved = moved.collect();
    fs::remove_dir_all(project.path("build")).unwrap();
    moved
}

fn sh(directory: &Path, script: &str) {
    let output = ran(Command::new("/bin/sh").args(["-euc", script]).current_dir(directory));
    assert_eq!(output.code, Some(0), "{script}: {}", output.err);
}

/// The same bytes as those that were published, but for the virtualenv, which is told and not made.
#[track_caller]
fn adopts(project: &Project, repo: &str, published: &[PathBuf]) {
    let _ = fs::remove_dir_all(project.path("dist"));
    let ran = project.build(&["--repo", repo]);
    let built = debs(&ran.out);
    assert!(ran.err.contains("took orders-venv-"), "{}", ran.err);
    for deb in built.iter().filter(|deb| deb.starts_with(project.path("dist"))) {
        let other = published.iter().find(|other| other.file_name() == deb.file_name());
        assert_eq!(fs::read(deb).unwrap(), fs::read(other.expect("the same name")).unwrap(), "{deb:?}");
    }
    let count = fs::read_dir(project.path("dist")).unwrap().count();
    assert_eq!(count, 2, "{}", ran.out);
}

#[test]
fn what_was_built_before_is_not_read_again_and_the_release_is_the_same() {
    let project = project();
    let first = project.build(&[]);
    let before: Vec<_> = debs(&first.out).iter().map(|deb| fs::read(deb).unwrap()).collect();
    fs::remove_dir_all(project.path("build")).unwrap();
    let second = project.build(&[]);
    assert_eq!(second.out, first.out, "the packages to install are the same three");
    let after: Vec<_> = debs(&second.out).iter().map(|deb| fs::read(deb).unwrap()).collect();
    assert!(after == before);
    assert!(second.err.contains("took orders-venv-"), "{}", second.err);
    let document: Value = serde_json::from_str(&project.build(&["--json"]).out).unwrap();
    assert_eq!(document["packages"].as_array().unwrap().len(), 2);
    assert_eq!(document["adopted"]["path"].as_str(), first.out.lines().next());
    // What the release starts is looked for in the package.
    project.refused(
        &["--set", "service.0.exec=\"venv/bin/server\""],
        &["venv/bin/server", "is not in the release"],
    );
    // A release that is packed by itself asks for its virtualenv.
    fs::remove_dir_all(project.path("dist")).unwrap();
    project.refused(&[], &["build/venv"]);
}

#[test]
fn without_a_lock_the_virtualenv_is_read_and_its_package_not_written_again() {
    let project = project();
    let more = ["--set", "venv.requirements=\"\""];
    let manifest = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    project.write("mkdeb.toml", manifest.replace("requirements = \"requirements.txt\"\n", ""));
    let first = debs(&project.build(&[]).out);
    let time = fs::metadata(&first[0]).unwrap().modified().unwrap();
    let second = project.build(&[]);
    assert_eq!(debs(&second.out), first, "{more:?}");
    assert!(second.err.contains("took orders-venv-"), "{}", second.err);
    assert_eq!(fs::metadata(&first[0]).unwrap().modified().unwrap(), time);
}

#[test]
fn a_repository_is_a_directory_of_packages_a_flat_one_or_a_suite() {
    let project = project();
    let built = published(&project);
    adopts(&project, "repo", &built);
    let missing = "nothing-there";
    project.refused(&["--repo", missing], &["failed to read", missing]);

    let flat = project.path("flat");
    fs::create_dir_all(flat.join("a+b")).unwrap();
    sh(&flat, "cp ../repo/*.deb a+b; dpkg-scanpackages -m . >Packages; gzip Packages");
    adopts(&project, "flat", &built);
    adopts(&project, "file:flat ./", &built);
    let server = Server::new(&flat);
    adopts(&project, &server.url(), &built);
    adopts(&project, &format!("{}/ ./", server.url()), &built);
    let asked = server.requests();
    assert!(asked.iter().any(|path| path.starts_with("/a%2Bb/orders-venv-")), "{asked:?}");
    assert!(!asked.iter().any(|path| path.contains("release")), "{asked:?}");
}

#[test]
fn a_suite_is_read_by_its_release_and_what_does_not_agree_is_an_error() {
    let project = project();
    let built = published(&project);
    let root = project.path("apt");
    fs::create_dir_all(root.join("dists/bookworm/main/binary-all")).unwrap();
    let release = "dists/bookworm/Release";
    let index = "
        mkdir -p pool; cp ../repo/*.deb pool
        cd dists/bookworm
        (cd ../..; dpkg-scanpackages -m pool) >main/binary-all/Packages
        sum=$(sha256sum main/binary-all/Packages | cut -d' ' -f1)
        size=$(wc -c <main/binary-all/Packages)
        printf 'Suite: bookworm\\nComponents: main\\nSHA256:\\n %s %s main/binary-all/Packages\\n' $sum $size >Release";
    sh(&root, index);
    let server = Server::new(&root);
    let url = server.url();
    for source in ["apt".to_owned(), "apt bookworm".to_owned(), format!("{url} bookworm main")] {
        adopts(&project, &source, &built);
    }
    project.refused(
        &["--repo", &format!("{url} trixie")],
        &["dists/trixie", "has no suite", "hint: name a suite"],
    );
    project.refused(&["--repo", &url], &["has no index `Packages`", "hint: name the suite"]);
    // Another component does not have it: then there is a virtualenv to make, and it is not here.
    project.refused(&["--repo", "apt bookworm contrib"], &["build/venv"]);

    // By its digest an index is found though a later one is in its place.
    sh(
        &root,
        "cd dists/bookworm/main/binary-all; mkdir -p by-hash/SHA256
        cp Packages by-hash/SHA256/$(sha256sum Packages | cut -d' ' -f1); echo >Packages
        sed -i '1i Acquire-By-Hash: yes' ../../Release",
    );
    adopts(&project, &format!("{url} bookworm"), &built);
    sh(&root, "rm -r dists/bookworm/main/binary-all/by-hash");
    project.refused(
        &["--repo", &format!("{url} bookworm")],
        &["does not match its digest in `Release`", "hint: try again"],
    );
    fs::remove_file(root.join("dists/bookworm/main/binary-all/Packages")).unwrap();
    project.refused(&["--repo", "apt bookworm"], &["is listed in the index of the repository, but missing"]);
    fs::write(root.join(release), "no fields\n").unwrap();
    project.refused(&["--repo", "apt bookworm"], &["dists/bookworm/Release", "no paragraph of fields"]);
}

#[test]
fn a_server_that_refuses_is_an_error_without_a_password_in_it() {
    let project = project();
    let built = published(&project);
    let root = project.path("web");
    fs::create_dir_all(root.join("secret")).unwrap();
    sh(&root.join("secret"), "cp ../../repo/*.deb .; dpkg-scanpackages -m . >Packages");
    let server = Server::new(&root);
    let with = server.url().replace("http://", "http://ci:word@");
    adopts(&project, &format!("{with}/secret"), &built);
    let url = format!("{}/secret", server.url());
    project.refused(&["--repo", &url], &["failed to fetch", "401", "hint: give name and password"]);
    let gone = with.clone();
    drop(server);
    let ran = project.run(&["build", "--repo", &gone]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("failed to fetch `http://127.0.0.1:") && !ran.err.contains("word"),
        "{}",
        ran.err
    );
    for (source, words) in [
        ("s3://bucket/x", "packages are not read from `s3:`"),
        ("", "it is empty: a repository to read is a directory"),
        ("repo ../../x", "`../../x` cannot be a suite"),
    ] {
        let ran = project.run(&["build", "--repo", source]);
        assert!(ran.code == Some(2) && ran.err.contains(words), "{source}: {}", ran.err);
    }
}

#[test]
fn a_package_of_the_key_that_is_something_else_is_an_error_that_names_it() {
    let project = project();
    let built = published(&project);
    let name = built[0].file_name().unwrap().to_str().unwrap().to_owned();
    let deb = project.path("repo").join(&name);
    let whole = fs::read(&deb).unwrap();

    fs::write(&deb, &whole[..whole.len() - 10]).unwrap();
    project.refused(&["--repo", "repo"], &[&name, "its members", "hint: remove it there"]);
    fs::write(&deb, &whole[..100]).unwrap();
    project.refused(&["--repo", "repo"], &["failed to read the package", &name]);
    fs::copy(&built[1], &deb).unwrap();
    project.refused(
        &["--repo", "repo"],
        &["is not the virtualenv that its name says", "it is the package `orders-release-"],
    );

    fs::write(&deb, &whole).unwrap();
    let edit = |script: &str| {
        sh(
            &project.path("repo"),
            &format!(
                "dpkg-deb -R {name} tree; {script}; dpkg-deb --root-owner-group -b tree {name}; rm -r tree"
            ),
        );
    };
    edit(
        "sed -i 's/idna-3.7/idna-3.8/; /idna-3.8.dist-info.METADATA/p; s/idna-3.8/extra-1.0/' tree/DEBIAN/md5sums",
    );
    project.refused(
        &["--repo", "repo"],
        &[
            "is published already, and is not what `requirements.txt` says",
            "idna is 3.8",
            "extra 1.0 is installed",
            &name,
        ],
    );
    edit("rm tree/DEBIAN/md5sums");
    project.refused(&["--repo", "repo"], &[&name, "its `md5sums` is missing"]);
}
