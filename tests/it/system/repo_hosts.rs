//! Real hosts that take packages from repositories: gpgv on bookworm, sqv on trixie.

use std::path::Path;

use super::fleet_kit::{project_for, stands};
use super::repo_kit::{Moto, Publisher, apt, prepare, text, version};
use crate::bed::{Root, Server, Suite, need};
use crate::project::Project;

/// Installs, upgrades, and asks again where nothing changed.
fn upgrades(root: &Root, publisher: &Publisher, sources: &str) {
    publisher.publish(&[&publisher.deb("hello", "1.0~rc1+b1"), &publisher.deb("other", "1")]);
    prepare(root, sources);
    apt(root, &["update"]);
    apt(root, &["install", "hello"]);
    assert_eq!(version(root, "hello"), "1.0~rc1+b1");
    publisher.publish(&[&publisher.deb("hello", "1.0")]);
    apt(root, &["update"]);
    apt(root, &["upgrade"]);
    assert_eq!(version(root, "hello"), "1.0");
    let again = apt(root, &["update"]);
    let is_local = sources.contains("file:");
    assert!(is_local || again.contains("Hit:1"), "{again}");
    publisher.verified();
}

fn from_a_directory(suite: Suite) {
    let root = need!(Root::new(suite));
    let directory = root.path().join("srv/apt");
    let publisher = Publisher::of_directory(Some(directory.clone()));
    publisher.init("stable", &["--url", "file:/srv/apt"]);
    upgrades(&root, &publisher, &text(&directory, "acme-stable.sources"));
}

#[test]
fn bookworm_takes_packages_from_a_directory() {
    from_a_directory(Suite::Bookworm);
}

#[test]
fn trixie_takes_packages_from_a_directory() {
    from_a_directory(Suite::Trixie);
}

fn over_http(suite: Suite) {
    let root = need!(Root::new(suite));
    let publisher = Publisher::of_directory(None);
    let directory = Path::new(&publisher.place).to_owned();
    let server = Server::with_times(&directory);
    publisher.init("stable", &["--url", &server.url()]);
    upgrades(&root, &publisher, &text(&directory, "acme-stable.sources"));
    let asked = server.requests();
    assert!(asked.iter().any(|path| path.contains("/by-hash/SHA256/")), "{asked:?}");
    assert!(!asked.iter().any(|path| path.ends_with("Packages.gz")), "{asked:?}");

    // Keys are changed without a host that stops: first both sign, then the new one alone.
    publisher.ok(&["repo", "key", "generate", "new.asc", "--user-id", "New", "--kind", "rsa4096"]);
    let place = publisher.place.as_str();
    publisher.ok(&["repo", "key", "rotate", place, "--key", "key.asc", "--key", "new.asc"]);
    apt(&root, &["update"]);
    // A host gets the new one as a package, in the place of the file that it fetched by hand.
    root.sh("mv /etc/apt/sources.list.d/test.sources /etc/apt/sources.list.d/acme-stable.sources");
    let keyring = publisher.repo("keyring", &[]);
    publisher.publish_by(&["key.asc", "new.asc"], &[keyring.trim()]);
    apt(&root, &["update"]);
    apt(&root, &["install", "acme-stable-archive-keyring"]);
    let sources = "/etc/apt/sources.list.d/acme-stable.sources";
    assert_eq!(root.read(sources), text(&directory, "acme-stable.sources"));
    let old = publisher.ok(&["repo", "key", "check", "key.asc", "--json"]);
    let old: serde_json::Value = serde_json::from_str(&old).unwrap();
    let old = old[0]["fingerprint"].as_str().unwrap();
    publisher
        .refused(&["publish", place, "--key", "new.asc", &publisher.deb("hello", "1.1")], &[old, "--retire"]);
    publisher.ok(&["repo", "key", "rotate", place, "--key", "new.asc", "--retire", old]);
    publisher.ok(&["publish", place, "--key", "new.asc", "hello_1.1.deb"]);
    apt(&root, &["update"]);
    apt(&root, &["upgrade"]);
    assert_eq!(version(&root, "hello"), "1.1");
    publisher.verified();
}

#[test]
fn bookworm_takes_packages_over_http_and_new_keys() {
    over_http(Suite::Bookworm);
}

#[test]
fn trixie_takes_packages_over_http_and_new_keys() {
    over_http(Suite::Trixie);
}

#[test]
fn a_package_with_keys_leaves_what_an_admin_changed() {
    let root = need!(Root::new(Suite::Bookworm));
    let publisher = Publisher::of_directory(Some(root.path().join("srv/apt")));
    publisher.init("stable", &["--url", "file:/srv/apt"]);
    let package = "acme-stable-archive-keyring";
    let sources = "/etc/apt/sources.list.d/acme-stable.sources";
    // A later version for each step: its version is the date of the suite's head.
    let install = |number: u32| {
        publisher.publish(&[&publisher.deb("step", &number.to_string())]);
        let deb = publisher.repo("keyring", &["--output", "."]);
        let name = format!("{package}_{number}.deb");
        std::fs::copy(deb.trim(), root.path().join("root").join(&name)).unwrap();
        root.sh(&format!("umask 077; dpkg -i /root/{name} </dev/null 2>&1"))
    };
    install(1);
    let fetched = root.read(sources);
    assert_eq!(fetched, text(&root.path().join("srv/apt"), "acme-stable.sources"));
    let mode = root.run(&["stat", "-c", "%a", sources]).stdout;
    assert_eq!(mode.trim(), "644", "apt reads it as a user of its own");
    // Other keys are taken over, other words are not.
    std::fs::write(root.path().join(&sources[1..]), fetched.replace("-----BEGIN", "-----begin")).unwrap();
    install(2);
    assert_eq!(root.read(sources), fetched);
    let edited = fetched.replace("Types: deb", "Enabled: no\nTypes: deb");
    std::fs::write(root.path().join(&sources[1..]), &edited).unwrap();
    assert!(install(3).contains("was edited and stays as it is"));
    assert_eq!(root.read(sources), edited);
    std::fs::remove_file(root.path().join(&sources[1..])).unwrap();
    install(4);
    assert!(!root.path().join(&sources[1..]).exists(), "whoever removed it wants no such archive");
    std::fs::write(root.path().join(&sources[1..]), &fetched).unwrap();
    root.sh(&format!("dpkg --purge {package}"));
    assert!(!root.path().join(&sources[1..]).exists());
    let deb = publisher.repo("keyring", &[]);
    for script in ["postinst", "postrm"] {
        let body = publisher.ok(&["inspect", deb.trim(), "--cat", &format!("DEBIAN/{script}")]);
        std::fs::write(publisher.path(script), body).unwrap();
        let checked =
            crate::project::ran(std::process::Command::new("shellcheck").arg(publisher.path(script)));
        assert_eq!(checked.code, Some(0), "{}", checked.out);
    }
}

fn from_a_bucket(suite: Suite) {
    let (root, moto) = (need!(Root::new(suite)), need!(Moto::new()));
    let publisher = Publisher::of_moto(&moto);
    let url = format!("{}/acme/apt", moto.endpoint());
    publisher.init("stable", &["--url", &url, "--head-ttl", "60"]);
    let sources = ran_get(&format!("{url}/acme-stable.sources"));
    upgrades(&root, &publisher, &sources);
    publisher.repo("verify", &["--url", &url]);
    let headers = |key: &str| moto.headers(&format!("apt/{key}")).to_ascii_lowercase();
    let file = headers("pool/main/h/hello/hello_1.0~rc1%2bb1_all.deb");
    assert!(file.contains("cache-control: public, max-age=31536000, immutable"), "{file}");
    assert!(file.contains("content-type: application/vnd.debian.binary-package"), "{file}");
    let head = headers("dists/stable/InRelease");
    assert!(head.contains("cache-control: public, max-age=60") && head.contains("text/plain"), "{head}");
    let index = headers("dists/stable/main/binary-amd64/Packages.gz");
    assert!(index.contains("no-cache") && !index.contains("content-encoding"), "{index}");
}

fn ran_get(url: &str) -> String {
    let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    std::io::Write::write_all(&mut stream, format!("GET /{path} HTTP/1.0\r\n\r\n").as_bytes()).unwrap();
    let answer = std::io::read_to_string(stream).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[test]
fn bookworm_takes_packages_from_a_bucket() {
    from_a_bucket(Suite::Bookworm);
}

#[test]
fn trixie_takes_packages_from_a_bucket() {
    from_a_bucket(Suite::Trixie);
}

/// Publishes a version of the application in all its packages.
fn publish_app(project: &Project, publisher: &Publisher, version: &str) {
    project.write("app/orders/__init__.py", format!("def main():\n    print('{version}')\n"));
    let built = project.build(&["--set", &format!("package.version={version}")]);
    let debs: Vec<&str> = built.out.lines().collect();
    publisher.publish(&[&["--suite", "staging"], &debs[..]].concat());
}

#[test]
fn an_application_goes_from_suite_to_suite_with_all_it_needs_and_back_by_a_higher_version() {
    let root = need!(Root::new(Suite::Bookworm));
    let directory = root.path().join("srv/apt");
    let publisher = Publisher::of_directory(Some(directory.clone()));
    for suite in ["staging", "production"] {
        publisher.init(suite, &["--url", "file:/srv/apt"]);
    }
    let project = project_for(Suite::Bookworm);
    publish_app(&project, &publisher, "1.0");
    publish_app(&project, &publisher, "1.1");
    let pool = || walkdir::WalkDir::new(directory.join("pool")).into_iter().count();
    let files = pool();
    let promoted = publisher.repo("promote", &["staging", "production", "orders=1.0"]);
    assert_eq!(promoted.lines().count(), 3, "the virtualenv, the release and the application: {promoted}");
    assert_eq!(pool(), files, "nothing is uploaded");
    prepare(&root, &text(&directory, "acme-production.sources"));
    apt(&root, &["update"]);
    apt(&root, &["install", "orders"]);
    stands(&root, "1.0");
    // The virtualenv is there already.
    let promoted = publisher.repo("promote", &["staging", "production", "orders"]);
    assert_eq!(promoted.lines().count(), 2, "{promoted}");
    apt(&root, &["update"]);
    apt(&root, &["install", "orders"]);
    stands(&root, "1.1");

    publisher.repo("republish", &["orders", "1.0", "--as", "1.1+rollback1", "--suite", "production"]);
    publisher.refused(
        &[
            "repo",
            "republish",
            &publisher.place,
            "orders",
            "1.0",
            "--as",
            "1.1",
            "--suite",
            "production",
            "--key",
            "key.asc",
        ],
        &["is not higher than 1.1+rollback1", "1.1+rollback1+rollback1"],
    );
    apt(&root, &["update"]);
    apt(&root, &["dist-upgrade"]);
    assert_eq!(version(&root, "orders"), "1.1+rollback1");
    assert_eq!(root.ok(&["orders"]).trim(), "1.0", "the old release runs");
    publisher.verified();

    // Only what the newest needs is left, and the host goes on with it.
    publisher.repo("prune", &["--keep", "1", "--suite", "production"]);
    let left = publisher.listed("production");
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(left.contains(&"orders 1.1+rollback1".to_owned()), "{left:?}");
    publisher.repo("remove", &["orders", "--suite", "production"]);
    assert_eq!(publisher.listed("production"), Vec::<String>::new(), "with all that only it needed");
    assert_eq!(publisher.listed("staging").len(), 5);
    publisher.verified();
}

#[test]
fn a_rollout_by_parts_reaches_some_hosts_and_then_all() {
    let root = need!(Root::new(Suite::Bookworm));
    let directory = root.path().join("srv/apt");
    let publisher = Publisher::of_directory(Some(directory.clone()));
    publisher.init("stable", &["--url", "file:/srv/apt"]);
    publisher.publish(&[&publisher.deb("hello", "1.0")]);
    prepare(&root, &text(&directory, "acme-stable.sources"));
    apt(&root, &["update"]);
    apt(&root, &["install", "hello"]);
    publisher.publish(&[&publisher.deb("hello", "1.1")]);
    let upgraded = |id: &str| {
        std::fs::write(root.path().join("etc/machine-id"), format!("{id}\n")).unwrap();
        let plan = root.ok(&["apt", "-s", "upgrade"]);
        plan.contains("Inst hello")
    };
    // apt takes every host for one of the first where it is in a chroot, as this one is.
    root.sh("ln -sf /bin/false /usr/bin/ischroot");
    let hosts: Vec<String> = (0..20).map(|number| format!("{:032x}", number + 1)).collect();
    let count = |percent: &str| {
        publisher.repo("rollout", &["hello", percent]);
        apt(&root, &["update"]);
        hosts.iter().filter(|id| upgraded(id)).count()
    };
    // apt throws a die with 101 sides, and lets through what is not above the percentage.
    assert!(count("0") <= 2);
    let some = count("50");
    assert!((3..=17).contains(&some), "{some} of 20");
    assert_eq!(count("100"), 20);
}
