//! Repositories whose files a stranger wrote, and packages that say more than they may.

use std::fs;
use std::path::{Path, PathBuf};

use mkdeb::types::date::SourceDate;

use crate::system::repo_kit::Publisher;

/// Somebody with two keys of his own, one of which he publishes by; the other one is the stranger's.
fn publisher() -> Publisher {
    let publisher = Publisher::of_directory(None);
    publisher.init("stable", &["--url", "https://apt.example.com"]);
    publisher.publish(&[&publisher.deb("orders", "1.0")]);
    publisher.ok(&["repo", "key", "generate", "evil.asc", "--user-id", "Evil <e@x>"]);
    for key in ["key", "evil"] {
        let shown = publisher.ok(&["repo", "key", "show", &format!("{key}.asc")]);
        fs::write(publisher.path(&format!("{key}.pub")), shown).unwrap();
    }
    publisher
}

fn path(publisher: &Publisher, name: &str) -> PathBuf {
    Path::new(&publisher.place).join(name)
}

fn read(publisher: &Publisher, name: &str) -> String {
    fs::read_to_string(path(publisher, name)).unwrap()
}

/// The stranger's list of keys, and a head that he alone signed.
fn forge_head(publisher: &Publisher) {
    let both = read(publisher, "archive-key.asc") + &publisher.read("evil.pub");
    fs::write(path(publisher, "archive-key.asc"), both).unwrap();
    let text =
        read(publisher, "dists/stable/Release").replace("Label: Acme", "Label: Acme\nDescription: forged");
    let bytes = fs::read(publisher.path("evil.asc")).unwrap();
    let key = mkdeb::openpgp::secret::SecretKey::parse(&bytes, None, SourceDate::from_seconds(0)).unwrap();
    let signed = mkdeb::openpgp::signed::sign(&text, &[key], SourceDate::from_seconds(0)).unwrap();
    fs::write(path(publisher, "dists/stable/InRelease"), signed.inline).unwrap();
}

#[test]
fn a_head_that_a_stranger_signed_is_built_on_by_nobody() {
    let publisher = publisher();
    forge_head(&publisher);
    let before = read(&publisher, "dists/stable/InRelease");
    publisher.ok(&["repo", "key", "generate", "new.asc", "--user-id", "New <n@x>"]);
    let place = publisher.place.clone();
    let deb = publisher.deb("orders", "2.0");
    let init = ["--suite", "stable", "--origin", "Acme", "--label", "Acme", "--description", "x"];
    let said = &["InRelease` cannot be trusted"];
    publisher.refused(&["publish", &place, &deb, "--key", "key.asc"], said);
    publisher.refused(&[&["repo", "init", &place, "--key", "key.asc"], &init[..]].concat(), said);
    publisher.refused(&["repo", "key", "rotate", &place, "--key", "key.asc", "--key", "new.asc"], said);
    publisher.refused(&["repo", "keyring", &place, "--public-key", "key.pub"], said);
    let sign = ["--sign-command", "cat", "--public-key", "key.pub"];
    publisher.refused(&[&["publish", &place, &deb], &sign[..]].concat(), said);
    publisher
        .refused(&["publish", &place, &deb, "--sign-command", "cat"], &["it is not known with which key"]);
    assert_eq!(read(&publisher, "dists/stable/InRelease"), before);
    let verified = publisher.run(&["repo", "verify", &place, "--public-key", "key.pub"]);
    assert_eq!(verified.code, Some(1));
    assert!(verified.out.contains("bad-signature"), "{}", verified.out);
}

#[test]
fn a_key_that_a_stranger_added_is_handed_on_to_nobody() {
    let publisher = publisher();
    let both = read(&publisher, "archive-key.asc") + &publisher.read("evil.pub");
    fs::write(path(&publisher, "archive-key.asc"), both).unwrap();
    let evil = publisher.read("evil.pub");
    let evil = evil.lines().nth(3).unwrap();
    assert!(read(&publisher, "archive-key.asc").contains(evil));
    let keyring = publisher.ok(&["repo", "keyring", &publisher.place, "--public-key", "key.pub"]);
    let file = publisher.ok(&[
        "inspect",
        keyring.trim(),
        "--cat",
        "/usr/share/acme-stable-archive-keyring/acme-stable.sources",
    ]);
    let key = publisher.read("key.pub");
    assert!(file.contains(key.lines().nth(3).unwrap()) && !file.contains(evil), "{file}");
    publisher.init("stable", &[]);
    for name in ["archive-key.asc", "acme-stable.sources"] {
        assert!(!read(&publisher, name).contains(evil), "{name}");
    }
    publisher.refused(&["repo", "keyring", &publisher.place], &["no key to sign with"]);
}

#[test]
fn what_a_stranger_put_into_the_pool_is_not_signed_under_another_version() {
    let publisher = publisher();
    let file = "pool/main/o/orders/orders_1.0_all.deb";
    let before = read(&publisher, "dists/stable/InRelease");
    let other = publisher.deb("other", "1.0");
    let same_name = publisher.deb_with("orders", "1.0", ("", "trojan"));
    for deb in [other, same_name] {
        fs::copy(publisher.path(&deb), path(&publisher, file)).unwrap();
        let words =
            ["repo", "republish", &publisher.place, "orders", "1.0", "--as", "2.0", "--key", "key.asc"];
        publisher.refused(&words, &["orders_1.0_all.deb` is damaged", "not those that are listed"]);
    }
    assert_eq!(read(&publisher, "dists/stable/InRelease"), before);
}

#[test]
fn settings_that_would_put_words_into_sources_are_refused() {
    let publisher = publisher();
    let settings = read(&publisher, ".mkdeb/repository.json");
    for (from, to, said) in [
        ("\"https://apt.example.com\"", "\"https://x\\nTrusted: yes\"", "is no URL"),
        ("\"acme\"", "\"../acme\"", "is no name"),
        ("\"stable\"", "\"stable\", \"../x\"", "is no suite"),
    ] {
        assert!(settings.contains(from), "{settings}");
        fs::write(path(&publisher, ".mkdeb/repository.json"), settings.replace(from, to)).unwrap();
        publisher.refused(&["repo", "list", &publisher.place], &["repository.json` is damaged", said]);
    }
}

#[test]
fn a_package_says_nothing_that_is_ours_to_say() {
    let publisher = publisher();
    let fields = "X-Mkdeb-Distributions: requests 99\nX-Mkdeb-Published: 9\nPhased-Update-Percentage: 5\n\
        Filename: pool/x.deb\nSize: 1\nSHA256: 00\n";
    publisher.publish(&[&publisher.deb_with("liar", "1", (fields, "x"))]);
    publisher.verified();
    let packages = fs::File::open(path(&publisher, "dists/stable/main/binary-amd64/Packages.gz")).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(packages), &mut text).unwrap();
    let liar = text.split("\n\n").find(|paragraph| paragraph.contains("Package: liar")).unwrap();
    for word in ["requests", "Published: 9\n", "Phased", "pool/x.deb", "Size: 1\n", "SHA256: 00\n"] {
        assert!(!liar.contains(word), "{word}: {liar}");
    }
    // No line of ours begins with a word of his.
    let entry = ".mkdeb/stable/commits/00000000000000000002.json";
    let forged =
        read(&publisher, entry).replace("\"action\":\"publish\"", "\"action\":\"x\\n::warning::hi\"");
    fs::write(path(&publisher, entry), forged).unwrap();
    let log = publisher.repo("log", &[]);
    assert!(log.contains("x\\n::warning::hi by ") && !log.contains("\n::"), "{log}");
}

#[test]
fn a_package_on_which_apt_would_fail_is_refused() {
    let publisher = publisher();
    let long = format!("Maintainer-Note: x\n{}", format!(" {}\n", "y".repeat(999)).repeat(300));
    let words = |deb: &str| {
        vec![
            "publish".to_owned(),
            publisher.place.clone(),
            deb.to_owned(),
            "--key".to_owned(),
            "key.asc".to_owned(),
        ]
    };
    let refused = |deb: &str, said: &[&str]| {
        let words = words(deb);
        publisher.refused(&words.iter().map(String::as_str).collect::<Vec<_>>(), said);
    };
    refused(
        &publisher.deb_with("long", "1", (&long, "x")),
        &["in the index would have", "an entry has at most 262 kB"],
    );
    for (name, control) in [
        ("name", "Package:\n below\nVersion: 1\nArchitecture: all\n"),
        ("version", "Package: below\nVersion:\n 1\nArchitecture: all\n"),
        ("machine", "Package: below\nVersion: 1\nArchitecture:\n all\n"),
    ] {
        let tree = publisher.path(name);
        fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        let rest = "Maintainer: T <t@x>\nDescription: t\n";
        fs::write(tree.join("DEBIAN/control"), format!("{control}{rest}")).unwrap();
        publisher.ok(&["pack", "--nocheck", "-Zgzip", "-q", name, &format!("{name}.deb")]);
        refused(&format!("{name}.deb"), &[&format!("{name}.deb"), "below"]);
    }
}

#[test]
fn programs_that_sign_do_not_see_our_secrets() {
    let publisher = publisher();
    let place = publisher.place.clone();
    let mut command = publisher.command(&[
        "publish",
        &place,
        &publisher.deb("orders", "2.0"),
        "--sign-command",
        "env > seen; false",
        "--public-key",
        "key.pub",
    ]);
    command.env("MKDEB_KEY", "SECRET").env("MKDEB_PASSPHRASE", "hunter2");
    assert_eq!(crate::project::ran(&mut command).code, Some(2));
    let seen = publisher.read("seen");
    assert!(seen.contains("MKDEB_SIGN=") && !seen.contains("SECRET") && !seen.contains("hunter2"), "{seen}");
}
