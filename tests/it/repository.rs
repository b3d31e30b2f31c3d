//! Repositories in directories: what is refused, and that nothing is half done.

use std::fs;
use std::path::{Path, PathBuf};

use crate::system::repo_kit::Publisher;

fn publisher() -> Publisher {
    let publisher = Publisher::of_directory(None);
    publisher.init("stable", &[]);
    publisher
}

/// Every file of the repository, with its bytes.
fn files(publisher: &Publisher) -> Vec<(PathBuf, Vec<u8>)> {
    let walk = walkdir::WalkDir::new(&publisher.place).sort_by_file_name().into_iter();
    let files = walk.map(Result::unwrap).filter(|entry| entry.file_type().is_file());
    files.map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn the_same_bytes_change_nothing_and_others_are_named() {
    let publisher = publisher();
    let deb = publisher.deb("hello", "1.0");
    assert_eq!(publisher.publish(&[&deb]), "hello 1.0 all\n");
    let before = files(&publisher);
    assert_eq!(publisher.publish(&[&deb]), "");
    assert_eq!(files(&publisher), before, "nothing is written");
    let digest = |path: &Path| mkdeb::types::digest::Sha256::of(&fs::read(path).unwrap()).to_string();
    let old = digest(&publisher.path(&deb));
    publisher.deb_with("hello", "1.0", ("", "other"));
    let new = digest(&publisher.path(&deb));
    let place = publisher.place.as_str();
    publisher
        .refused(&["publish", place, "--key", "key.asc", &deb], &["hello 1.0 all", &old, &new, "--replace"]);
    assert_eq!(files(&publisher), before, "nothing is written");
    assert_eq!(publisher.publish(&["--replace", &deb]), "hello 1.0 all\n");
    // Hosts with the old list still find the old file.
    assert_eq!(
        walkdir::WalkDir::new(Path::new(place).join("pool"))
            .into_iter()
            .filter(|e| e.as_ref().unwrap().file_type().is_file())
            .count(),
        2
    );
    publisher.verified();
}

#[test]
fn a_dry_run_tells_and_writes_nothing() {
    let publisher = publisher();
    let deb = publisher.deb("hello", "1.0");
    let before = files(&publisher);
    assert_eq!(publisher.publish(&["--dry-run", &deb]), "hello 1.0 all\n");
    let json = publisher.publish(&["-n", "--json", &deb]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["added"][0]["name"], "hello");
    assert_eq!((&json["dry_run"], &json["generation"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(files(&publisher), before);
    publisher.publish(&[&deb]);
    let before = files(&publisher);
    for words in [&["remove", "hello"][..], &["prune", "--keep", "1"], &["rollout", "hello", "5"]] {
        publisher.repo(words[0], &[&words[1..], &["--dry-run"]].concat());
    }
    publisher.repo("gc", &["--grace", "0", "--dry-run"]);
    assert_eq!(files(&publisher), before);
}

#[test]
fn what_is_no_package_is_refused_before_anything_is_written() {
    let publisher = publisher();
    let good = publisher.deb("hello", "1.0");
    let whole = fs::read(publisher.path(&good)).unwrap();
    let before = files(&publisher);
    let refused = |name: &str, bytes: &[u8], said: &[&str]| {
        fs::write(publisher.path(name), bytes).unwrap();
        publisher.refused(&["publish", &publisher.place, "--key", "key.asc", &good, name], said);
        assert_eq!(files(&publisher), before, "{name}");
    };
    refused("text.deb", b"no package", &["text.deb"]);
    refused("empty.deb", b"", &["empty.deb"]);
    refused("short.deb", &whole[..whole.len() - 20], &["short.deb", "is cut off", "build it again"]);
    refused("head.deb", &whole[..100], &["head.deb"]);
    publisher.refused(
        &["publish", &publisher.place, "--key", "key.asc", "absent.deb"],
        &["absent.deb", "No such file"],
    );
    // What `pack` itself would refuse.
    let odd = |name: &str, control: &str| {
        let tree = publisher.path("odd");
        fs::create_dir_all(tree.join("DEBIAN")).unwrap();
        fs::write(tree.join("DEBIAN/control"), control).unwrap();
        publisher.ok(&["pack", "--nocheck", "-Zgzip", "-q", "odd", name]);
    };
    let common = "Architecture: all\nMaintainer: T <t@x>\nDescription: t\n";
    for (name, control, said) in [
        (
            "two.deb",
            format!("Package: ab\nVersion: 1\n{common}\nPackage: cd\nVersion: 1\n{common}"),
            "more than one paragraph",
        ),
        ("version.deb", format!("Package: ab\nVersion: 1_0\n{common}"), "Version: 1_0"),
        ("name.deb", format!("Package: A_B\nVersion: 1\n{common}"), "Package: A_B"),
        ("relation.deb", format!("Package: ab\nVersion: 1\nDepends: a b\n{common}"), "Depends: a b"),
        ("missing.deb", format!("Package: ab\n{common}"), "`Version` is missing"),
        (
            "machine.deb",
            "Package: ab\nVersion: 1\nArchitecture: vax\nMaintainer: T <t@x>\nDescription: t\n".to_owned(),
            "vax",
        ),
    ] {
        odd(name, &control);
        publisher.refused(&["publish", &publisher.place, "--key", "key.asc", &good, name], &[name, said]);
        assert_eq!(files(&publisher), before, "{name}");
    }
    fs::copy(publisher.path(&good), publisher.path("same.deb")).unwrap();
    assert_eq!(publisher.publish(&["-n", &good, "same.deb"]), "hello 1.0 all\n", "one package twice is one");
    publisher.deb_with("hello", "1.0", ("", "other"));
    publisher.refused(
        &["publish", &publisher.place, "--key", "key.asc", &good, "same.deb"],
        &["are both hello 1.0 all"],
    );
}

#[test]
fn what_a_suite_does_not_have_is_named_with_what_it_has() {
    let publisher = publisher();
    let deb = publisher.deb("hello", "1.0");
    let place = publisher.place.clone();
    let refused = |words: &[&str], said: &[&str]| {
        publisher.refused(&[words, &["--key", "key.asc"]].concat(), said);
    };
    refused(
        &["publish", &place, "--suite", "stabel", &deb],
        &["no suite `stabel`, only stable", "did you mean `stable`?"],
    );
    refused(&["publish", &place, "--component", "extra", &deb], &["no component `extra`; it has main"]);
    publisher.publish(&[&deb]);
    refused(
        &["repo", "remove", &place, "helo"],
        &["no `helo` in the suite `stable`", "did you mean `hello`?"],
    );
    refused(
        &["repo", "remove", &place, "stable", "hello"],
        &["no `stable` in the suite `stable`", "the suite, which is named by `--suite`"],
    );
    refused(&["repo", "remove", &place, "hello=2"], &["did you mean `hello=1.0`?"]);
    refused(&["repo", "restore", &place, "x"], &["a whole number is needed"]);
    let (none, other) = ("0".repeat(40), "its keys are ");
    refused(&["repo", "key", "rotate", &place, "--retire", &none], &["has no key 0000", other]);
    refused(&["repo", "key", "rotate", &place, "--retire", "x"], &["is not a fingerprint", other]);
    refused(&["repo", "restore", &place, "99"], &["no generation 99", "mkdeb repo log"]);
    refused(&["repo", "promote", &place, "stable", "beta", "hello"], &["no suite `beta`"]);
    let absent = publisher.path("absent").display().to_string();
    refused(
        &["publish", &absent, &deb],
        &["is not a repository", "mkdeb repo init", "--suite SUITE --origin TEXT"],
    );
    publisher.init("beta", &["--not-automatic"]);
    refused(&["publish", &place, &deb], &["several suites: stable, beta", "--suite"]);
    // Not to say it again is to leave it, and to say it of another suite is a change that hosts compare.
    publisher.init("beta", &["--url", "https://apt.example.org"]);
    let release = fs::read_to_string(Path::new(&place).join("dists/beta/Release")).unwrap();
    assert!(release.contains("NotAutomatic: yes\nButAutomaticUpgrades: yes\n"), "{release}");
    let words = ["--suite", "stable", "--origin", "Acme", "--label", "Acme", "--not-automatic"];
    refused(
        &[&["repo", "init", &place], &words[..]].concat(),
        &["`NotAutomatic` of the suite `stable` is `no`"],
    );
}

#[test]
fn what_hosts_compare_is_frozen() {
    let publisher = publisher();
    let place = publisher.place.clone();
    let init = |origin: &str, more: &[&'static str]| {
        let words = [
            "repo", "init", &place, "--suite", "stable", "--origin", origin, "--label", "Acme", "--key",
            "key.asc",
        ];
        publisher.run(&[&words[..], more].concat())
    };
    let changed = init("Other", &[]);
    assert_eq!(changed.code, Some(2));
    for text in
        ["`Origin` of the suite `stable` is `Acme`, and `Other` was given", "--allow-release-info-change"]
    {
        assert!(changed.err.contains(text), "{}", changed.err);
    }
    let before = files(&publisher);
    assert_eq!(init("Acme", &[]).code, Some(0), "the same again");
    let heads = |files: &[(PathBuf, Vec<u8>)]| {
        files.iter().filter(|(path, _)| path.ends_with("InRelease")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(heads(&files(&publisher)), heads(&before));
    assert_eq!(init("Acme", &["--component", "main", "--component", "extra"]).code, Some(2));
    assert_eq!(
        init("Other", &["--allow-release-info-change", "--component", "main", "--component", "extra"]).code,
        Some(0)
    );
    let release = fs::read_to_string(Path::new(&place).join("dists/stable/Release")).unwrap();
    assert!(release.contains("Origin: Other\n") && release.contains("Components: main extra\n"), "{release}");
    publisher.publish(&["--component", "extra", &publisher.deb("hello", "1")]);
    publisher.verified();
    for (words, said) in [
        (["--suite", "../x", "--origin", "A"], "cannot be a suite"),
        (["--suite", "x", "--origin", "a\nb"], "cannot be an origin"),
        (["--suite", "", "--origin", "A"], "cannot be a suite"),
    ] {
        publisher.refused(
            &[&["repo", "init", &place, "--label", "A", "--key", "key.asc"], &words[..]].concat(),
            &[said],
        );
    }
}

#[test]
fn keys_that_cannot_be_used_are_refused_with_a_reason() {
    let publisher = publisher();
    let deb = publisher.deb("hello", "1.0");
    let before = files(&publisher);
    let place = publisher.place.clone();
    let with = |words: &[&str], said: &[&str]| {
        publisher.refused(&[&["publish", &place, &deb], words].concat(), said);
        assert_eq!(files(&publisher), before);
    };
    with(&[], &["no key to sign with", "--key", "MKDEB_KEY", "--sign-command"]);
    with(&["--key", "absent.asc"], &["absent.asc", "No such file"]);
    fs::write(publisher.path("text.asc"), "no key").unwrap();
    with(&["--key", "text.asc"], &["text.asc", "no OpenPGP key"]);
    fs::write(publisher.path("public.asc"), publisher.ok(&["repo", "key", "show", "key.asc"])).unwrap();
    with(&["--key", "public.asc"], &["public.asc", "only the public part", "--export-secret-keys"]);
    publisher.ok(&["repo", "key", "generate", "other.asc", "--user-id", "Other"]);
    with(&["--key", "other.asc"], &["InRelease` cannot be trusted", "repo key rotate"]);
    // Behind a passphrase.
    fs::write(publisher.path("pass"), "pässword\n").unwrap();
    publisher.ok(&[
        "repo",
        "key",
        "generate",
        "locked.asc",
        "--user-id",
        "Locked",
        "--passphrase-file",
        "pass",
    ]);
    with(&["--key", "locked.asc"], &["protected by a passphrase", "MKDEB_PASSPHRASE"]);
    fs::write(publisher.path("wrong"), "guess\n").unwrap();
    with(&["--key", "locked.asc", "--passphrase-file", "wrong"], &["does not open the key"]);
    with(&["--key", "locked.asc", "--passphrase-file", "pass"], &["InRelease` cannot be trusted"]);
    publisher.refused(&["repo", "key", "generate", "key.asc", "--user-id", "Again"], &["never overwritten"]);
    // The key itself and its passphrase in the environment, as a CI has them.
    let open = |key: &str, words: &[&str]| {
        let mut command = publisher.command(&[&["publish", &place, &deb, "-n"], words].concat());
        let text = fs::read_to_string(publisher.path(key)).unwrap();
        crate::project::ran(command.env("MKDEB_KEY", text).env("MKDEB_PASSPHRASE", "pässword"))
    };
    assert_eq!(open("key.asc", &[]).code, Some(0));
    assert!(open("locked.asc", &[]).err.contains("InRelease` cannot be trusted"), "it was opened");
    let secret = fs::metadata(publisher.path("key.asc")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&secret.permissions()) & 0o777, 0o600);
}

#[test]
fn a_directory_that_cannot_be_written_is_said() {
    let publisher = Publisher::of_directory(Some("/proc/mkdeb".into()));
    let words =
        ["repo", "init", "/proc/mkdeb", "--suite", "s", "--origin", "A", "--label", "A", "--key", "key.asc"];
    publisher.refused(&words, &["/proc/mkdeb"]);
    publisher.refused(&["repo", "list", "ftp://x/y"], &[]);
}

#[test]
fn a_log_tells_what_was_done_and_restoring_brings_it_back() {
    let publisher = publisher();
    publisher.publish(&[&publisher.deb("hello", "1.0"), &publisher.deb("other", "1")]);
    publisher.repo("remove", &["hello"]);
    assert_eq!(publisher.listed("stable"), ["other 1"]);
    let log = publisher.repo("log", &["--json"]);
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let told: Vec<(u64, &str)> = log
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["generation"].as_u64().unwrap(), e["action"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(3, "remove"), (2, "publish"), (1, "init")]);
    publisher.repo("restore", &["2"]);
    assert_eq!(publisher.listed("stable"), ["hello 1.0", "other 1"]);
    publisher.verified();
    // What was collected cannot be brought back, which is said before anything changes.
    publisher.repo("remove", &["hello"]);
    publisher.repo("gc", &["--grace", "0"]);
    publisher.repo("gc", &["--grace", "0"]);
    let place = publisher.place.clone();
    publisher
        .refused(&["repo", "restore", &place, "4", "--key", "key.asc"], &["hello_1.0_all.deb` was deleted"]);
    publisher.verified();
}

#[test]
fn a_new_architecture_has_what_is_for_all_from_the_start() {
    let publisher = publisher();
    publisher.publish(&[&publisher.deb("hello", "1.0")]);
    publisher.publish(&[&publisher.deb_with("native", "1", ("Architecture: arm64\n", "x"))]);
    let release = fs::read_to_string(Path::new(&publisher.place).join("dists/stable/Release")).unwrap();
    assert!(release.contains("Architectures: amd64 arm64\n"), "{release}");
    let sources = fs::read_to_string(Path::new(&publisher.place).join("acme-stable.sources")).unwrap();
    assert!(sources.contains("Architectures: amd64 arm64\n"), "{sources}");
    let index = Path::new(&publisher.place).join("dists/stable/main/binary-arm64/Packages.gz");
    let mut text = String::new();
    let file = fs::File::open(index).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::MultiGzDecoder::new(file), &mut text).unwrap();
    assert_eq!(text.matches("Package: ").count(), 2, "{text}");
    publisher.verified();
}

#[test]
fn what_hosts_are_told_is_looked_at_when_it_is_said() {
    let publisher = Publisher::of_directory(None);
    let words =
        ["repo", "init", &publisher.place, "--suite", "stable", "--origin", "Acme", "--label", "Acme"];
    for url in ["apt.example.com", "ftp://x", "https://x y", "https://x\nTrusted: yes"] {
        let all = [&words[..], &["--key", "key.asc", "--url", url]].concat();
        publisher.refused(&all, &["cannot be an address that hosts can ask"]);
    }
    let ran = publisher
        .run(&[&words[..], &["--key", "key.asc", "--component", "main", "--component", "main"]].concat());
    assert!(
        ran.err.contains("hosts are told to ask `file:/") && ran.err.contains("by `--url`"),
        "{}",
        ran.err
    );
    let release = fs::read_to_string(Path::new(&publisher.place).join("dists/stable/Release")).unwrap();
    assert!(release.contains("\nComponents: main\n"), "{release}");
    let ran =
        publisher.run(&[&words[..], &["--key", "key.asc", "--url", "https://apt.example.com"]].concat());
    assert!(ran.err.contains("what holds for all of the repository was changed"), "{}", ran.err);
    let named = [&words[..], &["--key", "key.asc", "--name", "other"]].concat();
    publisher.refused(&named, &["is called `acme`, not `other`"]);
    fs::write(publisher.path("file"), "x").unwrap();
    publisher.refused(&["repo", "list", "file"], &["`file` is not a directory", "is the first argument"]);
}

#[test]
fn a_repository_and_its_key_are_made_at_once() {
    use std::os::unix::fs::PermissionsExt;
    let publisher = Publisher::of_directory(None);
    let words =
        ["repo", "init", &publisher.place, "--suite", "stable", "--origin", "Acme", "--label", "Acme"];
    let with = |more: &[&'static str]| [&words[..], more].concat();
    publisher.refused(&with(&["--make-key", "own.asc", "--component", "a b"]), &["cannot be a component"]);
    assert!(!publisher.path("own.asc").exists(), "no key for no repository");
    publisher.ok(&with(&["--make-key", "own.asc"]));
    let mode = fs::metadata(publisher.path("own.asc")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    publisher.ok(&["publish", &publisher.place, &publisher.deb("hello", "1"), "--key", "own.asc"]);
    assert_eq!(publisher.ok(&["repo", "verify", &publisher.place]), "");
    publisher.refused(&with(&["--make-key", "more.asc"]), &["is signed already", "--key"]);
    assert!(!publisher.path("more.asc").exists());
    // Whoever has another key changes nothing, not even what stands beside the suites.
    let before = files(&publisher);
    publisher
        .refused(&with(&["--key", "key.asc", "--url", "https://other"]), &["InRelease` cannot be trusted"]);
    publisher.refused(
        &with(&["--key", "own.asc", "--key", "key.asc", "--url", "https://other"]),
        &["is not signed by"],
    );
    assert_eq!(files(&publisher), before);
}

#[test]
fn every_key_that_signs_goes_on_signing_and_no_other_begins_by_accident() {
    let publisher = publisher();
    publisher.ok(&["repo", "key", "generate", "new.asc", "--user-id", "New <n@x>"]);
    let (place, deb) = (publisher.place.clone(), publisher.deb("hello", "1"));
    let both = ["--key", "key.asc", "--key", "new.asc"];
    publisher
        .refused(&[&["publish", &place, &deb], &both[..]].concat(), &["is not signed by", "repo key rotate"]);
    publisher
        .refused(&["repo", "key", "rotate", &place, "--key", "new.asc"], &["InRelease` cannot be trusted"]);
    // The secret key is lost, and its public part is not: nobody stops by accident.
    let shown = publisher.ok(&["repo", "key", "show", "key.asc"]);
    fs::write(publisher.path("key.pub"), shown).unwrap();
    let lost = ["repo", "key", "rotate", &place, "--key", "new.asc", "--public-key", "key.pub"];
    publisher.refused(&lost, &["signs now, and was not given", "--retire"]);
    let old = publisher.ok(&["repo", "key", "check", "key.pub", "--json"]);
    let old: serde_json::Value = serde_json::from_str(&old).unwrap();
    let old = old[0]["fingerprint"].as_str().unwrap();
    publisher.ok(&[&lost[..], &["--retire", old]].concat());
    publisher.ok(&["publish", &place, &deb, "--key", "new.asc"]);
    assert_eq!(publisher.ok(&["repo", "verify", &place]), "");
}

#[test]
fn a_rollout_begins_with_the_promotion_and_is_told() {
    let publisher = publisher();
    publisher.init("production", &[]);
    publisher.publish(&["--suite", "stable", &publisher.deb("hello", "1")]);
    publisher.repo("promote", &["stable", "production", "hello", "--rollout", "10"]);
    let listed = publisher.repo("list", &["--suite", "production", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed[0]["rollout"], "10");
    let log = publisher.repo("log", &["--suite", "production"]);
    assert!(log.contains(" promote 10 % by "), "{log}");
    let place = publisher.place.clone();
    let words = ["repo", "rollout", &place, "hello", "50", "--suite", "production", "--key", "key.asc"];
    let ran = publisher.run(&words);
    assert!(ran.err.contains("`hello` reaches 50 of 100 hosts"), "{}", ran.err);
    publisher.refused(
        &["repo", "promote", &place, "stable", "stable", "hello", "--key", "key.asc"],
        &["`stable` is both where the packages are and where they are to go"],
    );
    publisher.refused(
        &[
            "repo", "prune", &place, "--keep", "1", "--pin", "hello=9", "--suite", "stable", "--key",
            "key.asc",
        ],
        &["there is no `hello=9`"],
    );
}

#[test]
fn what_hosts_have_had_counts_when_they_are_to_go_back() {
    let publisher = publisher();
    for version in ["1.0", "2.0"] {
        publisher.publish(&[&publisher.deb("hello", version)]);
    }
    publisher.repo("restore", &["2"]);
    let place = publisher.place.clone();
    let words = |higher| ["repo", "republish", &place, "hello", "1.0", "--as", higher, "--key", "key.asc"];
    publisher.refused(&words("1.1"), &["`1.1` is not higher than 2.0", "`2.0+rollback1`"]);
    assert_eq!(publisher.ok(&words("2.0+rollback1")), "hello 2.0+rollback1 all\n");
    assert_eq!(publisher.ok(&words("2.0+rollback1")), "", "a second time changes nothing");
}

#[test]
fn what_is_deleted_is_told_once_and_cannot_be_had_again() {
    let publisher = publisher();
    for version in ["1.0", "2.0", "3.0"] {
        publisher.publish(&[&publisher.deb("hello", version)]);
    }
    publisher.repo("remove", &["hello=1.0"]);
    let place = publisher.place.clone();
    publisher.repo("gc", &["--grace", "0"]);
    publisher.refused(
        &["repo", "restore", &place, "4", "--key", "key.asc"],
        &["hello_1.0_all.deb` is about to be deleted", "publish that package again"],
    );
    assert!(publisher.repo("gc", &["--grace", "0"]).contains("hello_1.0_all.deb"));
    for _ in 0..3 {
        let ran = publisher.run(&["repo", "gc", &place, "--grace", "0"]);
        assert!(!ran.out.contains("hello_1.0_all.deb"), "{}", ran.out);
    }
    publisher
        .refused(&["repo", "restore", &place, "4", "--key", "key.asc"], &["hello_1.0_all.deb` was deleted"]);
    let ran = publisher.run(&["repo", "gc", &place, "--grace", "7"]);
    assert!(ran.code == Some(2) && ran.err.contains("a time is a number followed by"), "{}", ran.err);
}

#[test]
fn what_stands_beside_the_suites_is_missed_and_web_servers_can_read_all() {
    use std::os::unix::fs::PermissionsExt;
    let publisher = Publisher::of_directory(None);
    let script = format!(
        "umask 077; \"$0\" repo init {} --suite stable --origin Acme --label Acme --key key.asc",
        publisher.place
    );
    let made = crate::project::ran(publisher.shell(&script).arg(env!("CARGO_BIN_EXE_mkdeb")));
    assert_eq!(made.code, Some(0), "{}", made.err);
    for entry in walkdir::WalkDir::new(&publisher.place).into_iter().map(Result::unwrap) {
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        let expected = if entry.file_type().is_dir() { 0o755 } else { 0o644 };
        let is_lock = entry.path().ends_with(".mkdeb/lock");
        assert!(mode == expected || is_lock, "{}: {mode:o}", entry.path().display());
    }
    for (name, code) in [
        ("acme-stable.sources", "missing-sources"),
        ("index.html", "missing-page"),
        ("archive-key.asc", "missing-key"),
    ] {
        let path = Path::new(&publisher.place).join(name);
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let ran = publisher.run(&["repo", "verify", &publisher.place]);
        assert!(ran.out.contains(code), "{name}: {}", ran.out);
        fs::write(&path, bytes).unwrap();
    }
    fs::remove_file(Path::new(&publisher.place).join("dists/stable/InRelease")).unwrap();
    publisher.refused(
        &["repo", "list", &publisher.place],
        &["InRelease` is damaged: it is not there", "--repair"],
    );
}

#[test]
fn an_application_without_its_parts_is_told_of() {
    let publisher = publisher();
    let fields = "X-Mkdeb-App: shop\nX-Mkdeb-Role: application\nPre-Depends: shop-release-1 (= 1)\n";
    let deb = publisher.deb_with("shop", "1", (fields, "x"));
    let ran = publisher.run(&["publish", &publisher.place, &deb, "--key", "key.asc"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.err.contains("`shop 1` needs `shop-release-1 (= 1)`, which `stable` does not have"),
        "{}",
        ran.err
    );
    // Who only asks needs no key.
    assert_eq!(
        publisher.ok(&["publish", &publisher.place, "-n", &publisher.deb("hello", "1")]),
        "hello 1 all\n"
    );
}
