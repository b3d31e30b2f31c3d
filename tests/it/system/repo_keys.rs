//! Keys that gpg made, and gpg itself as the one who signs.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::repo_kit::{Publisher, apt, prepare, text, version};
use crate::bed::{Root, Suite, missing, need};
use crate::project::{Ran, ran};

/// gpg with a home of its own.
struct Gpg(tempfile::TempDir);

impl Gpg {
    fn new() -> Option<Gpg> {
        let there = Command::new("gpg").arg("--version").output().is_ok_and(|output| output.status.success());
        if there { Some(Gpg(tempfile::tempdir().unwrap())) } else { missing("gpg") }
    }

    fn run(&self, words: &[&str]) -> Ran {
        let mut command = Command::new("gpg");
        command.args([
            "--homedir",
            self.0.path().to_str().unwrap(),
            "--batch",
            "--yes",
            "--pinentry-mode",
            "loopback",
        ]);
        ran(command.args(words))
    }

    #[track_caller]
    fn ok(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!(ran.code, Some(0), "{words:?}: {}", ran.err);
        ran.out
    }

    /// A key without a passphrase, or behind this one.
    fn make(&self, name: &str, (kind, expiry, passphrase): (&str, &str, &str)) {
        self.ok(&["--passphrase", passphrase, "--quick-generate-key", name, kind, "sign", expiry]);
    }

    fn export(&self, words: &[&str], to: &Path) {
        self.ok(&[&["--output", to.to_str().unwrap()], words].concat());
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        let mut command = Command::new("gpgconf");
        command.args(["--homedir", self.0.path().to_str().unwrap(), "--kill", "all"]);
        let _ = command.output();
    }
}

fn init(publisher: &Publisher, words: &[&str]) -> Ran {
    let first = ["repo", "init", &publisher.place, "--suite", "s", "--origin", "A", "--label", "A"];
    publisher.run(&[&first[..], words].concat())
}

#[test]
fn what_gpg_exports_signs_what_gpgv_takes() {
    let gpg = need!(Gpg::new());
    gpg.make("Ed <ed@x>", ("ed25519", "never", ""));
    gpg.make("Rsa <rsa@x>", ("rsa3072", "never", "pass word"));
    gpg.ok(&["--passphrase", "", "--quick-generate-key", "Sub <sub@x>", "ed25519", "cert", "never"]);
    let listed = gpg.ok(&["--list-keys", "--with-colons", "Sub"]);
    let print = listed
        .lines()
        .find_map(|line| line.strip_prefix("fpr:::::::::"))
        .unwrap()
        .trim_end_matches(':')
        .to_owned();
    gpg.ok(&["--passphrase", "", "--quick-add-key", &print, "ed25519", "sign", "never"]);
    let cases: [(&str, &[&str]); 5] = [
        ("armored", &["--armor", "--export-secret-keys", "Ed"]),
        ("binary", &["--export-secret-keys", "Ed"]),
        ("locked", &["--armor", "--passphrase", "pass word", "--export-secret-keys", "Rsa"]),
        ("subkey", &["--armor", "--export-secret-keys", "Sub"]),
        ("stub", &["--armor", "--export-secret-subkeys", "Sub"]),
    ];
    for (name, export) in cases {
        let publisher = Publisher::of_directory(None);
        fs::write(publisher.path("pass"), "pass word\n").unwrap();
        let file = publisher.path(name);
        gpg.export(export, &file);
        let file = file.to_str().unwrap();
        let made = init(&publisher, &["--key", file, "--passphrase-file", "pass"]);
        assert_eq!(made.code, Some(0), "{name}: {}", made.err);
        let head = Path::new(&publisher.place).join("dists/s");
        let ring = publisher.path("ring.gpg");
        let shown = ran(Command::new("gpg")
            .args(["--batch", "--yes", "--dearmor", "--output"])
            .arg(&ring)
            .arg(Path::new(&publisher.place).join("archive-key.asc")));
        assert_eq!(shown.code, Some(0), "{}", shown.err);
        for words in [vec![head.join("InRelease")], vec![head.join("Release.gpg"), head.join("Release")]] {
            let checked = ran(Command::new("gpgv").arg("--keyring").arg(&ring).args(&words));
            assert_eq!(checked.code, Some(0), "{name}: {}", checked.err);
            assert!(checked.err.contains("Good signature"), "{name}: {}", checked.err);
        }
        let import = ["repo", "key", "import", file, "copy.key", "--passphrase-file", "pass"];
        publisher.ok(&import);
        let key = ["--key", "copy.key", "--passphrase-file", "pass"];
        publisher.ok(&[&["publish", &publisher.place, &publisher.deb("hello", "1")], &key[..]].concat());
        publisher.verified();
    }
}

#[test]
fn what_some_apt_refuses_signs_nothing_and_is_told() {
    let gpg = need!(Gpg::new());
    let publisher = Publisher::of_directory(None);
    for (name, kind, expiry, said) in [
        ("short", "rsa1024", "never", "less than 2048 bits"),
        ("soon", "ed25519", "20d", "in less than 30 days"),
        ("dsa", "dsa2048", "never", "refuses DSA"),
    ] {
        let made = gpg.run(&["--passphrase", "", "--quick-generate-key", name, kind, "sign", expiry]);
        assert_eq!(made.code, Some(0), "{name}: {}", made.err);
        let file = publisher.path(name);
        gpg.export(&["--armor", "--export-secret-keys", name], &file);
        let file = file.to_str().unwrap();
        let refused = init(&publisher, &["--key", file]);
        assert!(refused.code == Some(2) && refused.err.contains(said), "{name}: {}", refused.err);
        assert!(refused.err.contains("mkdeb repo key generate"), "{name}: {}", refused.err);
        let checked = publisher.run(&["repo", "key", "check", file]);
        assert!(
            checked.code == Some(1) && checked.out.contains("today: refused: "),
            "{name}: {}",
            checked.out
        );
    }
    // A primary key without an end whose only part that signs has one.
    gpg.ok(&["--passphrase", "", "--quick-generate-key", "part", "ed25519", "cert", "never"]);
    let listed = gpg.ok(&["--list-keys", "--with-colons", "part"]);
    let print =
        listed.lines().find_map(|line| line.strip_prefix("fpr:::::::::")).unwrap().trim_end_matches(':');
    gpg.ok(&["--passphrase", "", "--quick-add-key", print, "ed25519", "sign", "20d"]);
    gpg.export(&["--armor", "--export-secret-keys", "part"], &publisher.path("part"));
    let refused = init(&publisher, &["--key", "part"]);
    assert!(refused.code == Some(2) && refused.err.contains("in less than 30 days"), "{}", refused.err);
    // A curve that sqv refuses cannot even be read.
    gpg.make("brain", ("brainpoolP256r1", "never", ""));
    gpg.export(&["--armor", "--export-secret-keys", "brain"], &publisher.path("brain"));
    let refused = init(&publisher, &["--key", "brain"]);
    assert!(refused.code == Some(2) && refused.err.contains("BrainpoolP256r1"), "{}", refused.err);
    for (name, kind, expiry, said) in [
        ("later", "ed25519", "100d", "today: warning: it expires on"),
        ("middle", "rsa2048", "never", "today: warning: RSA of 2048 bits"),
        ("year", "ed25519", "300d", "in a year: refused: it expired on"),
        ("nist", "nistp256", "never", "Ubuntu 24.04 warns"),
    ] {
        gpg.make(name, (kind, expiry, ""));
        let file = publisher.path(name);
        gpg.export(&["--armor", "--export", name], &file);
        let checked = publisher.run(&["repo", "key", "check", file.to_str().unwrap()]);
        assert!(checked.code == Some(0) && checked.out.contains(said), "{name}: {}", checked.out);
    }
}

#[test]
fn a_key_that_is_expired_or_weak_is_found_in_a_repository() {
    let gpg = need!(Gpg::new());
    let publisher = Publisher::of_directory(None);
    publisher.init("stable", &[]);
    publisher.publish(&[&publisher.deb("hello", "1")]);
    gpg.run(&[
        "--faked-system-time",
        "20240101T000000",
        "--passphrase",
        "",
        "--quick-generate-key",
        "Old",
        "ed25519",
        "sign",
        "30d",
    ]);
    gpg.make("Weak", ("rsa1024", "never", ""));
    for (name, code) in [("Old", "expired-key"), ("Weak", "weak-key")] {
        let more = gpg.ok(&["--armor", "--export", name]);
        let shown = Path::new(&publisher.place).join("archive-key.asc");
        let before = fs::read_to_string(&shown).unwrap();
        fs::write(&shown, format!("{before}{more}")).unwrap();
        let verified = publisher.run(&["repo", "verify", &publisher.place]);
        assert!(
            verified.code == Some(1) && verified.out.contains(code),
            "{name}: {}{}",
            verified.out,
            verified.err
        );
        fs::write(&shown, before).unwrap();
    }
    publisher.verified();
}

/// gpg's agent signs; the key never comes to us.
#[test]
fn a_command_signs_what_hosts_take() {
    let (gpg, root) = (need!(Gpg::new()), need!(Root::new(Suite::Trixie)));
    gpg.make("Agent <agent@x>", ("ed25519", "never", ""));
    let directory = root.path().join("srv/apt");
    let publisher = Publisher::of_directory(Some(directory.clone()));
    gpg.export(&["--armor", "--export", "Agent"], &publisher.path("public.asc"));
    let sign =
        format!("gpg --homedir {} --batch --yes --local-user agent@x $MKDEB_SIGN", gpg.0.path().display());
    let refused = init(&publisher, &["--sign-command", &sign]);
    assert!(refused.code == Some(2) && refused.err.contains("--public-key"), "{}", refused.err);
    let made =
        init(&publisher, &["--sign-command", &sign, "--public-key", "public.asc", "--url", "file:/srv/apt"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let publish = |command: &str| {
        let deb = publisher.deb("hello", "1");
        let words = ["publish", &publisher.place, &deb, "--sign-command", command];
        publisher.run(&[&words[..], &["--public-key", "public.asc"]].concat())
    };
    for (command, said) in [
        ("exit 3", "`/bin/sh` failed"),
        ("cat", "it is not a clear-signed text"),
        ("echo no key >&2; exit 1", "no key"),
    ] {
        let failed = publish(command);
        assert!(failed.code == Some(2) && failed.err.contains(said), "{command}: {}", failed.err);
    }
    let done = publish(&sign);
    assert_eq!(done.code, Some(0), "{}", done.err);
    prepare(&root, &text(&directory, "a-s.sources"));
    apt(&root, &["update"]);
    apt(&root, &["install", "hello"]);
    assert_eq!(version(&root, "hello"), "1");
    publisher.verified();
}
