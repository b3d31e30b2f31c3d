//! Repositories in buckets whose stores are strict, or fail.

use std::time::Duration;

use crate::bed::bucket::{Bucket, Fault, KEY, Keeps, SECRET};
use crate::project::Ran;
use crate::system::repo_kit::Publisher;

fn publisher(bucket: &Bucket) -> Publisher {
    Publisher::of_bucket("s3://acme/apt", &bucket.endpoint(), (KEY, SECRET))
}

/// A bucket with a repository of one package.
fn published() -> (Bucket, Publisher) {
    let bucket = Bucket::new(Keeps::All);
    let publisher = publisher(&bucket);
    publisher.init("stable", &["--url", "http://example.org"]);
    publisher.publish(&[&publisher.deb("hello", "1.0~rc1+b1")]);
    bucket.requests();
    (bucket, publisher)
}

const INIT: [&str; 11] = [
    "repo",
    "init",
    "s3://acme/apt",
    "--suite",
    "stable",
    "--origin",
    "A",
    "--label",
    "A",
    "--key",
    "key.asc",
];

#[test]
fn signatures_and_digests_of_bodies_are_true() {
    // The bucket computes both anew, also for `~` and `+` in names.
    let (bucket, publisher) = published();
    publisher.verified();
    assert_eq!(publisher.listed("stable"), ["hello 1.0~rc1+b1"]);
    let other = Publisher::of_bucket("s3://acme/apt", &bucket.endpoint(), (KEY, "guess"));
    other.refused(
        &["repo", "list", "s3://acme/apt"],
        &["s3://acme/apt", "SignatureDoesNotMatch", "may not do this"],
    );
}

#[test]
fn one_more_package_costs_few_requests() {
    let (bucket, publisher) = published();
    publisher.publish(&[&publisher.deb("other", "1")]);
    let requests = bucket.requests();
    assert!(requests.len() <= 12, "{requests:#?}");
    let at = |start: &str| requests.iter().position(|request| request.starts_with(start)).unwrap();
    let commit = at("PUT apt/.mkdeb/stable/commits/");
    assert!(at("PUT apt/pool/") < commit && commit < at("PUT apt/dists/stable/InRelease"), "{requests:#?}");
    assert!(!requests.iter().any(|request| request.starts_with("GET apt/pool")), "{requests:#?}");
    publisher.publish(&["other_1.deb"]);
    assert!(!bucket.requests().iter().any(|request| request.starts_with("PUT")), "nothing is written");
}

#[test]
fn a_store_that_keeps_no_condition_is_refused_unless_one_writer_is_vouched_for() {
    let bucket = Bucket::new(Keeps::Nothing);
    let publisher = publisher(&bucket);
    publisher.refused(&INIT, &["ignores conditions of writes", "--assume-single-writer"]);
    assert_eq!(publisher.run(&["repo", "list", "s3://acme/apt"]).code, Some(2), "nothing was made");
    let made = publisher.run(&[&INIT[..], &["--assume-single-writer"]].concat());
    assert_eq!(made.code, Some(0), "{}", made.err);
    assert!(made.err.contains("warning: ") && made.err.contains("two publishers at once"), "{}", made.err);
    publisher.publish(&[&publisher.deb("hello", "1")]);
    publisher.publish(&[&publisher.deb("hello", "2")]);
    publisher.verified();
}

#[test]
fn what_each_store_can_do_is_found_out_and_used() {
    for (keeps, conditions) in [
        (Keeps::All, "create-and-replace"),
        (Keeps::Bare, "create-and-replace-bare"),
        (Keeps::Creation, "create"),
    ] {
        let bucket = Bucket::new(keeps);
        let publisher = publisher(&bucket);
        let made = publisher.ok(&[&INIT[..], &["--json"]].concat());
        let made: serde_json::Value = serde_json::from_str(&made).unwrap();
        assert_eq!(made["conditions"], conditions);
        for version in ["1", "2"] {
            publisher.publish(&[&publisher.deb("hello", version)]);
        }
        assert_eq!(publisher.listed("stable"), ["hello 1", "hello 2"]);
        publisher.verified();
    }
}

/// Publishes one more package while something fails.
fn with(fault: impl FnMut(&str, &str) -> Option<Fault> + Send + 'static) -> (Bucket, Publisher, Ran) {
    let (bucket, publisher) = published();
    bucket.fails(fault);
    let deb = publisher.deb("other", "1");
    let ran = publisher.run(&["publish", "s3://acme/apt", "--key", "key.asc", &deb]);
    bucket.fails(|_, _| None);
    (bucket, publisher, ran)
}

/// What fails once and is worth another try is tried again.
#[test]
fn what_passes_is_tried_again() {
    for fault in [409, 429, 500, 502, 503]
        .map(Fault::Status)
        .into_iter()
        .chain([Fault::Cut, Fault::Slow(Duration::from_secs(1))])
    {
        for place in ["pool/", "/commits/", "InRelease", "by-hash"] {
            let mut left = 1;
            let (_bucket, publisher, ran) = with(move |method, path| {
                let hit = left > 0
                    && path.contains(place)
                    && (method == "PUT" || place == "by-hash" && fault != Fault::Status(409));
                left -= i32::from(hit);
                hit.then_some(fault)
            });
            assert_eq!(ran.code, Some(0), "{fault:?} of {place}: {}", ran.err);
            assert_eq!(
                ran.out, "other 1 all\n",
                "{fault:?} of {place}: it is told, also where an answer was lost"
            );
            publisher.verified();
            assert_eq!(publisher.listed("stable"), ["hello 1.0~rc1+b1", "other 1"]);
        }
    }
}

/// What does not pass is told, and the next publisher finds all in order.
#[test]
fn what_stays_is_told_and_nothing_is_lost() {
    for (status, said) in [
        (403, "may not do this"),
        (401, "AWS_ACCESS_KEY_ID"),
        (400, "400"),
        (404, "404"),
        (409, "others write it at the same time"),
        (500, "500"),
    ] {
        for place in ["pool/", "/commits/", "InRelease"] {
            // Of a file with a condition it says that the condition failed, as 412 does.
            // And what is tried again takes its time: one place will do.
            if [(404, "InRelease"), (409, "InRelease")].contains(&(status, place))
                || status == 500 && place != "pool/"
            {
                continue;
            }
            let (_bucket, publisher, ran) = with(move |method, path| {
                (method == "PUT" && path.contains(place)).then_some(Fault::Status(status))
            });
            assert_eq!(ran.code, Some(2), "{status} of {place}: {}", ran.err);
            let told =
                ran.err.starts_with("error: failed to write `s3://acme/apt/") && ran.err.contains(place);
            assert!(told && ran.err.contains(said), "{status} of {place}: {}", ran.err);
            publisher.publish(&["other_1.deb"]);
            assert_eq!(publisher.listed("stable"), ["hello 1.0~rc1+b1", "other 1"], "{status} of {place}");
            publisher.verified();
        }
    }
}

#[test]
fn a_condition_that_fails_for_ever_ends_with_an_error() {
    let (_bucket, publisher, ran) =
        with(|method, path| (method == "PUT" && path.contains("InRelease")).then_some(Fault::Status(412)));
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(
        ran.err.contains("times another publisher was faster") && ran.err.contains("hint: try again"),
        "{}",
        ran.err
    );
    publisher.publish(&["other_1.deb"]);
    publisher.verified();
}

#[test]
fn nobody_there_is_said() {
    let port = crate::system::repo_kit::free_port();
    let publisher = Publisher::of_bucket("s3://acme/apt", &format!("http://127.0.0.1:{port}"), (KEY, SECRET));
    publisher.refused(
        &["repo", "list", "s3://acme/apt"],
        &["failed to read `s3://acme/apt/", "onnection refused"],
    );
}

#[test]
fn profiles_of_the_aws_tools_are_read() {
    let bucket = Bucket::new(Keeps::All);
    let publisher = publisher(&bucket);
    let home = publisher.path(".aws");
    std::fs::create_dir(&home).unwrap();
    std::fs::write(
        home.join("credentials"),
        format!("[ops]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"),
    )
    .unwrap();
    let config = format!("[profile ops]\nregion = eu-9\nendpoint_url = {}\n", bucket.endpoint());
    std::fs::write(home.join("config"), config).unwrap();
    let with = |profile: &str| {
        let mut command = publisher.command(&INIT);
        for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_ENDPOINT_URL"] {
            command.env_remove(name);
        }
        crate::project::ran(command.env("AWS_PROFILE", profile))
    };
    let absent = with("absent");
    assert!(absent.code == Some(2) && absent.err.contains("profile `absent`"), "{}", absent.err);
    let made = with("ops");
    assert_eq!(made.code, Some(0), "{}", made.err);
}
