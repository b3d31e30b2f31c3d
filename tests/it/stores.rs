//! Repositories in object stores that are too large for every run: `make test-ceph` and `make test-azure` start them.

use crate::bed::{Root, Suite, need};
use crate::failing_world::seed;
use crate::system::repo_kit::Publisher;
use crate::system::repo_many::{hosted, kill_at_moments, publish_at_once};

/// A host and a publisher into a place of the store's bucket.
fn store(place: &str) -> Option<(Root, Publisher)> {
    let (Ok(bucket), Ok(url)) = (std::env::var("MKDEB_STORE"), std::env::var("MKDEB_STORE_URL")) else {
        eprintln!("skipped: no store; `make test-ceph` or `make test-azure` starts one");
        return None;
    };
    let root = Root::new(Suite::Bookworm)?;
    // Who starts the store leaves its credentials in the environment.
    let publisher = Publisher::of_store(&format!("{bucket}/{place}"));
    hosted(&root, &publisher, &format!("{url}/{place}"));
    Some((root, publisher))
}

#[test]
fn its_conditions_are_found_out() {
    let (_root, publisher) = need!(store("probed"));
    let words = ["--suite", "beta", "--origin", "Acme", "--label", "Acme", "--json"];
    let made: serde_json::Value = serde_json::from_str(&publisher.repo("init", &words)).unwrap();
    eprintln!("conditions: {}", made["conditions"]);
    assert!(made["conditions"].as_str().unwrap().starts_with("create"));
    for version in ["1.0~rc1+b1", "1.0"] {
        publisher.publish(&["--suite", "stable", &publisher.deb("hello", version)]);
    }
    publisher.repo("promote", &["stable", "beta", "hello"]);
    publisher.repo("prune", &["--keep", "1", "--suite", "stable"]);
    publisher.repo("gc", &["--grace", "0", "--full"]);
    publisher.repo("gc", &["--grace", "0", "--full"]);
    assert_eq!(
        (publisher.listed("stable"), publisher.listed("beta")),
        (vec!["hello 1.0".to_owned()], vec!["hello 1.0".to_owned()])
    );
    publisher.verified();
}

#[test]
fn publishers_at_once_lose_nothing() {
    let (root, publisher) = need!(store("raced"));
    publish_at_once(&root, &publisher, 3);
}

#[test]
fn killed_publishers_leave_it_whole() {
    let (root, publisher) = need!(store("killed"));
    kill_at_moments(&root, &publisher, (seed(), 12));
}
