//! dpkg judges versions and relations.

use std::cmp::Ordering;
use std::fs;
use std::io::Write;
use std::process::Command;
use std::process::Stdio;

use mkdeb::types::relation::Relation;
use mkdeb::types::version::DebVersion;

/// Spellings around every rule of deb-version(7).
const VERSIONS: [&str; 62] = [
    "0",
    "00",
    "0.0",
    "1",
    "01",
    "1.",
    "1.0",
    "1.00",
    "1.0.0",
    "1.0-0",
    "1.0-1",
    "1.0-00",
    "1.0-1.1",
    "1.0-1-1",
    "1.0--1",
    "0:1.0",
    "1:0",
    "1:1.0-1",
    "2147483647:1",
    "1~",
    "1~~",
    "1~~a",
    "1~a",
    "1~1",
    "1~rc1",
    "1~rc1-1",
    "1~~dev1",
    "1a",
    "1a0",
    "1a1",
    "1a01",
    "1A",
    "1Z",
    "1z",
    "1+",
    "1+0",
    "1+g12",
    "1+dfsg",
    "1.+",
    "1.-1",
    "1.0+b1",
    "1.0~b1",
    "1.0b1",
    "1.0.b1",
    "9",
    "10",
    "010",
    "1.9",
    "1.10",
    "1.09",
    "20260101",
    "99999999999999999999",
    "100000000000000000000",
    "1.0-1~bpo12+1",
    "1.0-1+deb12u1",
    "1.0-1ubuntu1",
    "1.0-a",
    "1.0-~",
    "1.0-+",
    "1.0-.",
    "0~",
    "1.2.3-4~5+6.7",
];

fn version(text: &str) -> DebVersion {
    text.parse().expect(text)
}

/// Asks dpkg about all pairs in one shell, which is far quicker than a process of ours for each.
fn compared(pairs: &[(&str, &str)]) -> Vec<Ordering> {
    let script = "while read -r a b; do \
        if dpkg --compare-versions \"$a\" lt \"$b\"; then echo l; \
        elif dpkg --compare-versions \"$a\" eq \"$b\"; then echo e; else echo g; fi; done";
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut shell = shell.spawn().expect("sh");
    let input: String = pairs.iter().map(|(left, right)| format!("{left} {right}\n")).collect();
    let mut stdin = shell.stdin.take().expect("piped");
    let feeding = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = shell.wait_with_output().expect("sh");
    feeding.join().expect("no panic").expect("sh reads");
    let order = |line: &str| match line {
        "l" => Ordering::Less,
        "e" => Ordering::Equal,
        _ => Ordering::Greater,
    };
    String::from_utf8_lossy(&output.stdout).lines().map(order).collect()
}

#[test]
fn every_pair_of_nasty_versions_is_ordered_as_dpkg_orders_it() {
    let mut pairs = Vec::new();
    for (index, left) in VERSIONS.iter().enumerate() {
        // The other half follows: our order is checked to be the reverse of itself below.
        pairs.extend(VERSIONS[index..].iter().map(|right| (*left, *right)));
    }
    let judged = compared(&pairs);
    assert_eq!(judged.len(), pairs.len());
    for ((left, right), expected) in pairs.into_iter().zip(judged) {
        let (ours, theirs) = (version(left), version(right));
        assert_eq!(ours.cmp(&theirs), expected, "{left} and {right}");
        assert_eq!(theirs.cmp(&ours), expected.reverse(), "{right} and {left}");
        assert_eq!(ours == theirs, expected == Ordering::Equal, "{left} and {right}");
    }
}

#[test]
fn random_versions_are_ordered_as_dpkg_orders_them() {
    use proptest::strategy::Strategy;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let text = |runner: &mut TestRunner| {
        let strategy = proptest::collection::vec(0..9usize, 0..7);
        let parts = strategy.new_tree(runner).expect("a value").current();
        let body: String =
            parts.iter().map(|part| ["0", "1", "10", "a", "B", ".", "+", "~", "-1"][*part]).collect();
        format!("1{body}")
    };
    let pairs: Vec<(String, String)> = (0..400).map(|_| (text(&mut runner), text(&mut runner))).collect();
    let valid: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(left, right)| (&left[..], &right[..]))
        .filter(|(left, right)| left.parse::<DebVersion>().is_ok() && right.parse::<DebVersion>().is_ok())
        .collect();
    assert!(valid.len() > 300, "{}", valid.len());
    for ((left, right), expected) in valid.iter().zip(compared(&valid)) {
        assert_eq!(version(left).cmp(&version(right)), expected, "{left} and {right}");
    }
}

/// Whether dpkg-deb builds a package with this field, without a warning.
fn builds(field: &str, value: &str) -> bool {
    let directory = tempfile::tempdir().expect("a directory");
    let (tree, deb) = (directory.path().join("tree"), directory.path().join("tiny.deb"));
    let control = tree.join("DEBIAN");
    fs::create_dir_all(&control).expect("a directory");
    let (version, field) =
        if field == "Version" { (value, String::new()) } else { ("1", format!("{field}: {value}\n")) };
    let text = format!(
        "Package: tiny\nVersion: {version}\nArchitecture: all\nMaintainer: M <m@example.org>\n{field}Description: x\n"
    );
    fs::write(control.join("control"), text).expect("a file");
    let mut dpkg = Command::new("dpkg-deb");
    dpkg.args(["-Znone", "--root-owner-group", "--build"]).arg(&tree).arg(&deb);
    let output = dpkg.env("LC_ALL", "C").output().expect("dpkg-deb");
    output.status.success() && !String::from_utf8_lossy(&output.stderr).contains("warning")
}

#[test]
fn what_is_taken_as_a_version_is_one_for_dpkg_deb() {
    for text in VERSIONS {
        version(text);
        assert!(builds("Version", text), "{text}");
    }
    for bad in [
        "1-",
        "v1",
        "a",
        ":1",
        "1:",
        "-1:1",
        "2147483648:1",
        "1_0",
        "1.0-a_b",
        "a:1",
        "1.0:1.0-",
        "1/2",
        "1,2",
        "ä",
    ] {
        assert!(bad.parse::<DebVersion>().is_err() && !builds("Version", bad), "{bad}");
    }
}

/// Relations that both take.
const GOOD: &[&str] = &[
    "libc6",
    "libc6 (>= 2.34)",
    "libc6(>=2.34)",
    "libc6 ( >= 2.34 )",
    "python3:any",
    "python3:any (>= 3.11~)",
    "a1|b2",
    "a1 | b2 (<< 1:2-3)",
    "0ad",
    "g++",
    "lib.x+y-z",
    "a1 (= 1.0-1)",
    "a1 (<= 1)",
    "a1 (>> 1)",
    "a1:amd64 (>= 1)",
    "a1  |  b2  |  c3:any",
];

/// Relations that both refuse.
const BAD: &[&str] = &[
    "a1,",
    ",a1",
    "a1 (> 1)",
    "a1 (< 1)",
    "a1 (1)",
    "a1 (>= 1",
    "a1 >= 1)",
    "a1 (>= v1)",
    "a1 || b2",
    "a1 |",
    "| a1",
    "a1:",
    "a1 (>= 1.0-)",
    "a1 b2",
    "a1 ()",
    "a1 (>=)",
    "a1 (>= )",
    "a1 (>= 1) (<< 2)",
    "a1 (== 1)",
    "a1 (=> 1)",
    "a1 (>= 1 2)",
    "-a1",
    "+a1",
    "a1 (>= 1_0)",
    "a1:any:any",
    "a1 [amd64]",
    "a1 <!nocheck>",
    "ä1",
];

#[test]
fn relations_are_taken_exactly_where_dpkg_deb_takes_them() {
    for good in GOOD {
        let relation = good.parse::<Relation>().expect(good);
        assert!(builds("Depends", good), "{good}");
        assert!(builds("Depends", &relation.to_string()), "{good} as {relation}");
        assert_eq!(relation.to_string().parse(), Ok(relation), "{good}");
    }
    let mut laxer = Vec::new();
    for bad in BAD {
        assert!(bad.parse::<Relation>().is_err(), "{bad} is taken");
        if builds("Depends", bad) {
            laxer.push(bad);
        }
    }
    assert!(laxer.is_empty(), "dpkg-deb takes {laxer:?}");
    // Policy 5.6.1 is stricter than dpkg.
    for strict in ["a", "A1", "a_1"] {
        assert!(strict.parse::<Relation>().is_err() && builds("Depends", strict), "{strict}");
    }
}
