//! Facts of the build that `--version` tells.

#![expect(clippy::disallowed_methods, reason = "what Cargo says is in the environment")]

use std::process::Command;

fn main() {
    let of = |name: &str| std::env::var(name).unwrap_or_else(|_| "unknown".to_owned());
    let rustc = Command::new(of("RUSTC")).arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let rustc = rustc.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    println!("cargo::rustc-env=MKDEB_TARGET={}", of("TARGET"));
    println!("cargo::rustc-env=MKDEB_RUSTC={rustc}");
    println!("cargo::rustc-env=MKDEB_PROFILE={}", of("PROFILE"));
    // Only releases know it: else every commit would compile everything anew.
    let commit = std::env::var("MKDEB_COMMIT").ok().filter(|commit| !commit.is_empty());
    let source = commit.map(|commit| format!(", commit {commit}")).unwrap_or_default();
    println!("cargo::rustc-env=MKDEB_SOURCE={source}");
    println!("cargo::rerun-if-env-changed=MKDEB_COMMIT");
    println!("cargo::rerun-if-changed=build.rs");
}
