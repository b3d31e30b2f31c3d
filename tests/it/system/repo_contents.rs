//! Which package has a file: `apt-file` on what `Contents` says.

use std::fs;
use std::process::Command;

use super::repo_kit::{Publisher, text};
use crate::bed::missing;
use crate::project::ran;

/// A program of apt's, on lists of its own beside the publisher.
fn apt_of(publisher: &Publisher, words: &[&str]) -> String {
    let directory = publisher.shelf.path().display().to_string();
    for name in ["state/lists/partial", "cache/archives/partial", "parts"] {
        fs::create_dir_all(publisher.path(name)).unwrap();
    }
    let options = format!(
        "Dir::State \"{directory}/state\";\nDir::Cache \"{directory}/cache\";\n\
         Dir::Etc::sourcelist \"/dev/null\";\nDir::Etc::sourceparts \"{directory}/parts\";\n\
         APT::Sandbox::User \"root\";\nAcquire::Languages \"none\";\n"
    );
    fs::write(publisher.path("apt.conf"), options).unwrap();
    let ran = ran(Command::new(words[0]).args(&words[1..]).env("APT_CONFIG", publisher.path("apt.conf")));
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{words:?}: {}", ran.out);
    ran.out
}

#[test]
fn apt_file_finds_the_files_of_all_versions() {
    if !std::path::Path::new("/usr/bin/apt-file").exists() {
        return missing("apt-file").unwrap_or_default();
    }
    let publisher = Publisher::of_directory(None);
    let directory = publisher.place.clone();
    let url = format!("file:{directory}");
    publisher.init("stable", &["--url", &url, "--contents"]);
    publisher.publish(&[&publisher.deb("hello", "1"), &publisher.deb("other", "1")]);
    publisher.publish(&[&publisher.deb("hello", "2")]);
    let sources = text(directory.as_ref(), "acme-stable.sources");
    apt_of(&publisher, &["true"]);
    fs::write(publisher.path("parts/acme.sources"), sources).unwrap();
    apt_of(&publisher, &["apt-get", "update"]);
    let found = apt_of(&publisher, &["apt-file", "search", "/usr/share/hello"]);
    assert_eq!(found, "hello: /usr/share/hello/text\n");
    assert_eq!(apt_of(&publisher, &["apt-file", "list", "other"]), "other: /usr/share/other/text\n");
    publisher.verified();

    // A file goes with the last package that had it, and its list with the package.
    publisher.repo("remove", &["other"]);
    apt_of(&publisher, &["apt-get", "update"]);
    let found = apt_of(&publisher, &["apt-file", "search", "--regexp", "share"]);
    assert_eq!(found, "hello: /usr/share/hello/text\n");
    let lists = || fs::read_dir(publisher.path("apt/.mkdeb/files")).unwrap().count();
    assert_eq!(lists(), 3);
    for _ in 0..2 {
        publisher.repo("gc", &["--grace", "0s"]);
    }
    assert_eq!(lists(), 2);

    // What was asked for once stays, and can be taken back.
    publisher.init("stable", &["--url", &url]);
    assert!(text(directory.as_ref(), "dists/stable/InRelease").contains("main/Contents-amd64"));
    publisher.init("stable", &["--url", &url, "--no-contents"]);
    assert!(!text(directory.as_ref(), "dists/stable/InRelease").contains("main/Contents-amd64"));
    publisher.verified();
}

#[test]
fn a_package_whose_files_cannot_be_told_is_refused_before_it_is_uploaded() {
    let publisher = Publisher::of_directory(None);
    publisher.init("stable", &["--contents"]);
    let file = publisher.deb("hello", "1");
    let mut bytes = fs::read(publisher.path(&file)).unwrap();
    let last = bytes.len() - 30;
    bytes[last] ^= 0xff;
    fs::write(publisher.path(&file), bytes).unwrap();
    let words = ["publish", &publisher.place, "--key", "key.asc", &file];
    publisher.refused(&words, &["failed to read `", "hello_1.deb`: the member `data.tar.gz` cannot be read"]);
    assert!(!publisher.path("apt/pool").exists());
}
