//! dpkg's call matrix (Policy 6.6), without systemd: every row, and every step of activation that fails.

use std::path::Path;

use super::fixture::App;
use crate::bed::{Output, Root, Suite, need};

/// Builds the packages into the root and gives their paths there.
fn shelf<const N: usize>(root: &Root, apps: [&App; N]) -> [String; N] {
    let dir = tempfile::tempdir().unwrap();
    apps.map(|app| {
        let deb = app.build(dir.path());
        let to = format!("/srv/debs/{}", deb.file_name().unwrap().to_str().unwrap());
        root.copy_in(&deb, &to);
        to
    })
}

fn install(root: &Root, deb: &str) -> Output {
    root.run(&["dpkg", "--force-unsafe-io", "--force-confdef", "-i", deb])
}

fn status(root: &Root, package: &str) -> String {
    let output = root.run(&["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", package]);
    output.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn current(root: &Root) -> String {
    root.run(&["readlink", "/opt/orders/current"]).stdout.trim().to_owned()
}

/// The version is installed, whole, current, and nothing waits for `dpkg --configure`.
#[track_caller]
fn stands(root: &Root, app: &App) {
    assert_eq!(status(root, app.package), format!("ii {}", app.version));
    assert_eq!(current(root), format!("releases/{}", app.id()));
    assert_eq!(root.ok(&["dpkg", "--audit"]), "");
    assert_eq!(root.ok(&["dpkg", "-V", app.package]), "");
    assert_eq!(root.ok(&["ls", "/opt/orders/releases"]).trim(), app.id());
    assert_eq!(root.ok(&["orders"]).trim(), app.version);
    assert_eq!(root.sh("find /etc/orders -name '*mkdeb*' -o -name '*.dpkg-*'"), "");
    assert!(!root.path().join("var/lib/mkdeb/orders/transaction").exists());
}

#[test]
fn install_upgrade_downgrade_remove_and_purge() {
    let root = need!(Root::new(Suite::Bookworm));
    let before = root.sh(LISTING);
    let (one, two) = (App::new("1.0"), App::new("2.0"));
    let [first, second] = shelf(&root, [&one, &two]);
    install(&root, &first).ok("install");
    stands(&root, &one);
    install(&root, &second).ok("upgrade");
    stands(&root, &two);
    install(&root, &first).ok("downgrade");
    stands(&root, &one);
    install(&root, &first).ok("the same again");
    stands(&root, &one);
    let actions = root.sh("cut -d' ' -f2- /var/lib/mkdeb/orders/history");
    assert_eq!(actions, "1.0-00000000 1.0 install\n2.0-00000000 2.0 upgrade\n1.0-00000000 1.0 downgrade\n");
    root.ok(&["dpkg", "-r", "orders"]);
    assert_eq!(status(&root, "orders"), "rc 1.0");
    assert!(!root.path().join("opt/orders").exists());
    assert!(root.path().join("opt").exists());
    install(&root, &second).ok("install over config-files");
    stands(&root, &two);
    root.ok(&["dpkg", "-P", "orders"]);
    assert_eq!(root.sh(LISTING), before);
}

/// Everything on the host but what dpkg, the tests and systemd-sysusers keep for themselves.
const LISTING: &str = "find / -xdev ! -path '/var/lib/dpkg/*' ! -path '/var/log/dpkg.log' ! -path '/srv*' \
    ! -path '/etc/passwd*' ! -path '/etc/group*' ! -path '/etc/shadow*' ! -path '/etc/gshadow*' \
    ! -path '/etc/.pwd.lock' ! -path '/proc*' ! -path '/dev*' | sort";

#[test]
fn a_release_that_fails_before_the_switch_never_was() {
    let root = need!(Root::new(Suite::Bookworm));
    let one = App::new("1.0");
    let [first] = shelf(&root, [&one]);
    install(&root, &first).ok("install");
    let mut hook = App::new("2.0");
    hook.hooks.insert("before-activate", "echo the table is locked; exit 3");
    let mut preflight = App::new("2.1");
    preflight.import = "import nowhere";
    let mut after = App::new("2.2");
    after.hooks.insert("after-activate", "echo cold; exit 4");
    let mut late = App::new("2.3");
    late.hooks.insert("before-activate", "sleep 100");
    late.hook_seconds = 1;
    for (app, words) in [
        (&hook, vec!["the hook before-activate failed (exit status 3)", "the table is locked"]),
        (&preflight, vec!["preflight failed", "No module named 'nowhere'"]),
        (&after, vec!["the hook after-activate failed (exit status 4)", "cold"]),
        (&late, vec!["the hook before-activate did not end within 1 seconds"]),
    ] {
        let [deb] = shelf(&root, [app]);
        let output = install(&root, &deb);
        assert!(!output.success(), "{}", output.text());
        for word in words {
            assert!(output.stderr.contains(word), "{word}: {}", output.stderr);
        }
        stands(&root, &one);
        let again = install(&root, &deb);
        assert!(again.stderr.contains("failed on this host before"), "{}", again.stderr);
        stands(&root, &one);
    }
    let mut rebuilt = hook.clone();
    rebuilt.build = "11111111";
    rebuilt.hooks.clear();
    let [deb] = shelf(&root, [&rebuilt]);
    install(&root, &deb).ok("the same version, rebuilt");
    stands(&root, &rebuilt);
    assert!(!Path::new("/var/lib/mkdeb").exists());
}
