//! Many publishers at once, publishers that are killed, and a host that asks all the while.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::repo_kit::{Moto, Publisher, apt, prepare, text};
use crate::bed::{Root, Server, Suite, need};
use crate::failing_world::seed;
use crate::project::ran;

/// How many publish at once.
const PUBLISHERS: usize = 8;

/// Runs `work` while a host asks for packages; how often it did, and what went wrong.
fn while_a_host_asks(root: &Root, work: impl FnOnce()) -> (usize, Vec<String>) {
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let host = scope.spawn(|| {
            let (mut asked, mut failures) = (0, Vec::new());
            while !ended.load(Ordering::Relaxed) {
                // Without lists each is fetched anew, and what `InRelease` names must be there.
                root.sh("rm -rf /var/lib/apt/lists/*");
                let said = root.run(&["apt-get", "-q", "update"]);
                asked += 1;
                if !said.success() || said.text().contains("W:") {
                    failures.push(said.text());
                }
            }
            (asked, failures)
        });
        // Also where the work fails.
        let end = End(&ended);
        work();
        drop(end);
        host.join().unwrap()
    })
}

struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Rounds of publishers at once, each with a package of its own.
pub fn publish_at_once(root: &Root, publisher: &Publisher, rounds: usize) {
    let mut expected = Vec::new();
    let (asked, failures) = while_a_host_asks(root, || {
        for round in 0..rounds {
            let debs: Vec<String> = (0..PUBLISHERS)
                .map(|number| publisher.deb(&format!("p{number}"), &format!("1.{round}")))
                .collect();
            let running: Vec<Child> = debs
                .iter()
                .map(|deb| {
                    let mut command =
                        publisher.command(&["publish", &publisher.place, "--key", "key.asc", deb]);
                    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
                })
                .collect();
            for child in running {
                let output = child.wait_with_output().unwrap();
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(
                    output.status.success() && output.stdout.ends_with(b" all\n"),
                    "round {round}: {said}"
                );
            }
            expected.extend((0..PUBLISHERS).map(|number| format!("p{number} 1.{round}")));
            let mut listed = publisher.listed("stable");
            listed.sort();
            expected.sort();
            assert_eq!(listed, expected, "round {round}");
        }
    });
    eprintln!(
        "{rounds} rounds of {PUBLISHERS} publishers; apt-get update ran {asked} times, {} failed",
        failures.len()
    );
    assert!(asked > rounds, "{asked}");
    assert_eq!(failures, Vec::<String>::new());
    publisher.verified();
}

/// A host and a publisher into a directory that is served to it.
pub fn served() -> Option<(Root, Publisher, Server)> {
    let root = Root::new(Suite::Bookworm)?;
    let publisher = Publisher::of_directory(None);
    let directory = std::path::PathBuf::from(&publisher.place);
    let server = Server::with_times(&directory);
    publisher.init("stable", &["--url", &server.url()]);
    publisher.publish(&[&publisher.deb("base", "1")]);
    publisher.ok(&["repo", "remove", &publisher.place, "base", "--key", "key.asc"]);
    prepare(&root, &text(&directory, "acme-stable.sources"));
    apt(&root, &["update"]);
    Some((root, publisher, server))
}

/// The same with a bucket.
pub fn in_a_bucket() -> Option<(Root, Publisher, Moto)> {
    let (root, moto) = (Root::new(Suite::Bookworm)?, Moto::new()?);
    let publisher = Publisher::of_moto(&moto);
    hosted(&root, &publisher, &format!("{}/acme/apt", moto.endpoint()));
    Some((root, publisher, moto))
}

/// Makes the repository, and a host that takes packages from it.
pub fn hosted(root: &Root, publisher: &Publisher, url: &str) {
    publisher.init("stable", &["--url", url]);
    let key = publisher.ok(&["repo", "key", "show", "key.asc"]);
    let key: String =
        key.lines().map(|line| format!(" {}\n", if line.is_empty() { "." } else { line })).collect();
    let sources = format!(
        "Types: deb\nURIs: {url}\nSuites: stable\nComponents: main\nArchitectures: amd64\nSigned-By:\n{key}"
    );
    prepare(root, &sources);
    apt(root, &["update"]);
}

#[test]
fn publishers_at_once_lose_nothing_in_a_directory() {
    let (root, publisher, _server) = need!(served());
    publish_at_once(&root, &publisher, 2);
}

#[test]
fn publishers_at_once_lose_nothing_in_a_bucket() {
    let (root, publisher, _moto) = need!(in_a_bucket());
    publish_at_once(&root, &publisher, 2);
}

/// Kills verbs at so many moments while a host asks; each time the repository is whole, and goes on.
pub fn kill_at_moments(root: &Root, publisher: &Publisher, (mut random, moments): (u64, usize)) {
    eprintln!("seed {random}");
    publisher.init("beta", &[]);
    let (mut killed, mut published) = (0, Vec::new());
    let (asked, failures) = while_a_host_asks(root, || {
        for moment in 0..moments {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let deb = publisher.deb("pkg", &format!("1.{moment}"));
            let place = publisher.place.as_str();
            let signed = ["--key", "key.asc"];
            let words: Vec<&str> = match moment % 4 {
                1 if !published.is_empty() => {
                    [&["repo", "promote", place, "stable", "beta", "pkg"][..], &signed].concat()
                }
                2 => [&["repo", "prune", place, "--keep", "2", "--suite", "stable"][..], &signed].concat(),
                3 => vec!["repo", "gc", place, "--grace", "0", "--full"],
                _ => [&["publish", place, "--suite", "stable", &deb][..], &signed].concat(),
            };
            let mut child =
                publisher.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_micros(random >> 33 & 0x7fff));
            killed += usize::from(child.try_wait().unwrap().is_none());
            let _ = child.kill();
            child.wait().unwrap();
            let verified = ran(&mut publisher.command(&["repo", "verify", place]));
            assert_eq!(verified.code, Some(0), "{words:?} killed: {}{}", verified.out, verified.err);
            publisher.publish(&["--suite", "stable", &deb]);
            published.push(format!("pkg 1.{moment}"));
            assert!(publisher.listed("stable").contains(published.last().unwrap()));
            // What was left in this suite is finished; in the other one whoever changes that next would do it.
            assert_eq!(publisher.repo("verify", &["--suite", "stable"]), "");
            assert_eq!(publisher.repo("verify", &["--repair"]), "");
        }
    });
    eprintln!(
        "{moments} moments, {killed} killed while they ran; apt-get update ran {asked} times, {} failed",
        failures.len()
    );
    assert!(killed * 3 > moments, "{killed} of {moments}");
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn killed_publishers_leave_a_directory_whole() {
    let (root, publisher, _server) = need!(served());
    kill_at_moments(&root, &publisher, (seed(), 8));
}

#[test]
fn killed_publishers_leave_a_bucket_whole() {
    let (root, publisher, _moto) = need!(in_a_bucket());
    kill_at_moments(&root, &publisher, (seed(), 8));
}

#[test]
fn a_change_waits_for_its_turn_and_not_for_the_dead() {
    let publisher = Publisher::of_directory(None);
    publisher.init("stable", &[]);
    publisher.publish(&[&publisher.deb("hello", "1")]);
    let lock = std::path::Path::new(&publisher.place).join(".mkdeb/lock");
    let mut holder = Command::new("flock").arg("--no-fork").arg(lock).args(["sleep", "60"]).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(300));
    let deb = publisher.deb("hello", "2");
    let mut command = publisher.command(&["publish", &publisher.place, "--key", "key.asc", &deb]);
    let mut waiting = command.stdout(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert!(waiting.try_wait().unwrap().is_none(), "it waits");
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(waiting.wait().unwrap().success());
    assert_eq!(publisher.listed("stable"), ["hello 1", "hello 2"]);
}

/// So many letters that nothing makes much smaller.
fn noise(count: usize) -> String {
    let mut state = 1_u64;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + (state >> 58) as u8)
    };
    (0..count).map(letter).collect()
}

#[test]
fn a_full_disk_is_said_and_loses_nothing() {
    let root = need!(Root::new(Suite::Bookworm));
    root.sh("mkdir -p /srv/small && mount -t tmpfs -o size=3m tmpfs /srv/small");
    let publisher = Publisher::of_directory(Some(root.path().join("srv/small/apt")));
    publisher.init("stable", &[]);
    publisher.publish(&[&publisher.deb("hello", "1")]);
    let noise = noise(8 << 20);
    let large = publisher.deb_with("large", "1", ("", &noise));
    let words = ["publish", &publisher.place, "--key", "key.asc", &publisher.deb("other", "1"), &large];
    publisher.refused(&words, &["failed to write", "No space left on device", "free some space"]);
    publisher.verified();
    assert_eq!(publisher.listed("stable"), ["hello 1"]);
    publisher.publish(&["other_1.deb"]);
    assert_eq!(publisher.listed("stable"), ["hello 1", "other 1"]);
    publisher.verified();
}

#[test]
fn a_package_of_many_parts_is_uploaded_whole() {
    let moto = need!(Moto::new());
    let publisher = Publisher::of_moto(&moto);
    publisher.init("stable", &[]);
    let noise = noise(48 << 20);
    let large = publisher.deb_with("large", "1", ("", &noise));
    let size = std::fs::metadata(publisher.path(&large)).unwrap().len();
    assert!(size > 33 << 20, "{size}: more than two parts");
    publisher.publish(&[&large]);
    assert_eq!(publisher.publish(&[&large]), "", "it is there");
    // Its path names its digest, because stores keep no condition for what comes in parts.
    let listed: serde_json::Value = serde_json::from_str(&publisher.repo("list", &["--json"])).unwrap();
    let (file, digest) = (listed[0]["file"].as_str().unwrap(), listed[0]["sha256"].as_str().unwrap());
    assert!(file.contains(&format!("/{}/", &digest[..16])), "{file}");
    publisher.verified();
}
