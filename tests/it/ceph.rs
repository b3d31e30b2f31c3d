//! Repositories in a real distributed store, run by `make test-ceph`, which starts it.

use crate::bed::{Root, Suite, need};
use crate::failing_world::seed;
use crate::system::repo_kit::Publisher;
use crate::system::repo_many::{hosted, kill_at_moments, publish_at_once};

/// A host and a publisher into a place of the gateway's bucket.
fn gateway(place: &str) -> Option<(Root, Publisher, String)> {
    let Ok(endpoint) = std::env::var("MKDEB_CEPH") else {
        eprintln!("skipped: no gateway; `make test-ceph` starts one");
        return None;
    };
    let root = Root::new(Suite::Bookworm)?;
    let publisher = Publisher::of_bucket(&format!("s3://acme/{place}"), &endpoint, ("AKTEST", "SKTEST"));
    hosted(&root, &publisher, &format!("{endpoint}/acme/{place}"));
    Some((root, publisher, endpoint))
}

#[test]
fn its_conditions_are_found_out() {
    let (_root, publisher, _) = need!(gateway("probed"));
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
    let (root, publisher, _) = need!(gateway("raced"));
    publish_at_once(&root, &publisher, 3);
}

#[test]
fn killed_publishers_leave_it_whole() {
    let (root, publisher, _) = need!(gateway("killed"));
    kill_at_moments(&root, &publisher, (seed(), 12));
}
