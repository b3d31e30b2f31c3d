//! dpkg's call matrix (Policy 6.6), without systemd: every row, and every step of activation that fails.

use std::path::Path;

use super::fixture::App;
use crate::bed::{Chrootless, Output, Root, Suite, need};

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

#[test]
fn conffiles_follow_dpkgs_rules_and_the_admins_edits_stay() {
    let root = need!(Root::new(Suite::Bookworm));
    let mut one = App::new("1.0");
    one.conffiles.insert("/etc/orders/edited.conf", "old\n");
    one.conffiles.insert("/etc/orders/deleted.conf", "old\n");
    one.secret = Some("/etc/orders/secret");
    let mut two = App::new("2.0");
    two.secret = one.secret;
    two.conffiles = [
        ("/etc/orders/orders.conf", "port = 9000\n"),
        ("/etc/orders/edited.conf", "new\n"),
        ("/etc/orders/deleted.conf", "new\n"),
        ("/etc/orders/added.conf", "added\n"),
    ]
    .into();
    two.hooks.insert("before-activate", "cat /etc/orders/*.conf");
    let [first, second] = shelf(&root, [&one, &two]);
    install(&root, &first).ok("install");
    assert_eq!(root.sh("stat -c '%a %U:%G' /etc/orders/orders.conf"), "640 root:orders\n");
    assert_eq!(root.sh("stat -c '%a %U:%G' /etc/orders/secret"), "640 root:orders\n");
    assert_eq!(root.sh("stat -c '%a %U:%G' /srv/orders"), "750 orders:orders\n");
    root.sh(
        "echo mine >/etc/orders/edited.conf; rm /etc/orders/deleted.conf; echo s3cret >/etc/orders/secret",
    );
    let said = root.run(&["dpkg", "--force-unsafe-io", "--force-confold", "-i", &second]).ok("upgrade");
    assert!(!said.contains("/etc/orders/orders.conf"), "dpkg asked about what nobody edited: {said}");
    let log = root.read("/var/log/mkdeb/orders.log");
    assert!(log.contains("port = 9000") && log.contains("added") && log.contains("mine"), "{log}");
    assert_eq!(root.sh("cat /etc/orders/*.conf"), "added\nmine\nport = 9000\n");
    assert_eq!(root.sh("stat -c '%a %U:%G' /etc/orders/orders.conf"), "640 root:orders\n");
    assert_eq!(root.read("/etc/orders/secret"), "s3cret\n");
    assert_eq!(status(&root, "orders"), "ii 2.0");
    // dpkg has recorded the new sums: the same again asks nothing.
    root.ok(&["dpkg", "--force-unsafe-io", "-i", &second]);
    root.ok(&["dpkg", "-P", "orders"]);
    assert!(!root.path().join("etc/orders").exists());
}

#[test]
fn hooks_run_as_the_service_with_its_environment_and_files_are_never_evaluated() {
    let root = need!(Root::new(Suite::Bookworm));
    let say = "id -un; pwd; echo $MKDEB_ACTION $MKDEB_OLD_VERSION $MKDEB_VERSION $MKDEB_OLD_RELEASE \
               $MKDEB_RELEASE $MKDEB_PREFIX; printf '%s\\n' \"$ORDERS_SETTING\" \"$EVIL\" \"$QUOTED\"";
    let mut one = App::new("1.0");
    let mut two = App::new("2.0");
    for app in [&mut one, &mut two] {
        for (hook, _) in super::fixture::HOOKS {
            app.hooks.insert(hook, say);
        }
    }
    let [first, second] = shelf(&root, [&one, &two]);
    root.sh("mkdir -p /etc/orders; printf 'EVIL=$(touch /tmp/pwned)\\n# no\\nQUOTED=\"a  b\"\\nrelease=x' >/etc/orders/env");
    for deb in [&first, &second, &first] {
        install(&root, deb).ok("install");
    }
    root.sh("cp /var/log/mkdeb/orders.log /srv/log");
    root.ok(&["dpkg", "-r", "orders"]);
    let log = root.read("/var/log/mkdeb/orders.log");
    let blocks: Vec<Vec<&str>> = log.split("--- ").map(|block| block.lines().collect()).collect();
    let block = |head: &str| {
        let found = blocks.iter().find(|block| block.first().is_some_and(|line| line.ends_with(head)));
        found.unwrap_or_else(|| panic!("{head}: {log}"))[1..].to_vec()
    };
    let tail = ["from the unit", "$(touch /tmp/pwned)", "a  b"];
    let expect = |cwd: &str, words: &str| {
        let mut lines = vec!["orders".to_owned(), cwd.to_owned(), words.to_owned()];
        lines.extend(tail.map(str::to_owned));
        lines
    };
    let (home1, home2) = ("/opt/orders/releases/1.0-00000000", "/opt/orders/releases/2.0-00000000");
    let (id1, id2) = ("1.0-00000000", "2.0-00000000");
    assert_eq!(block("install: before-activate"), expect(home1, &format!("install 1.0 {id1} /opt/orders")));
    let up = format!("upgrade 1.0 2.0 {id1} {id2} /opt/orders");
    assert_eq!(block("upgrade: after-activate"), expect(home2, &up));
    let down = format!("downgrade 2.0 1.0 {id2} {id1} /opt/orders");
    assert_eq!(block("downgrade: before-rollback"), expect(home2, &down));
    assert_eq!(block("downgrade: before-activate"), expect(home1, &down));
    assert_eq!(block("remove: before-remove"), expect(home1, &format!("remove 1.0 {id1} /opt/orders")));
    assert!(!root.path().join("tmp/pwned").exists());
    // The user may write nowhere below the prefix.
    assert_eq!(root.sh("find /opt ! -user root -o -perm /022 ! -type l"), "");
}

#[test]
fn a_first_install_that_fails_is_tried_again_and_not_remembered() {
    let root = need!(Root::new(Suite::Bookworm));
    let mut one = App::new("1.0");
    one.hooks.insert("before-activate", "test -e /srv/database");
    one.hooks.insert("after-purge", "echo purged by $(id -un) from $(pwd) >&2; id -un >/tmp/purged");
    let [deb] = shelf(&root, [&one]);
    let output = install(&root, &deb);
    assert!(output.stderr.contains("dpkg --configure -a"), "{}", output.stderr);
    assert_eq!(status(&root, "orders"), "iF 1.0");
    assert!(!root.path().join("var/lib/mkdeb/orders/failed").exists());
    root.sh("touch /srv/database");
    root.ok(&["dpkg", "--configure", "-a"]);
    stands(&root, &one);
    root.ok(&["dpkg", "-P", "orders"]);
    assert_eq!(root.read("/tmp/purged"), "orders\n");
    assert!(!root.path().join("var/lib/mkdeb").exists());
}

#[test]
fn preinst_refuses_with_the_commands_to_run() {
    let root = need!(Root::new(Suite::Bookworm));
    let one = App::new("1.0");
    let mut moved = App::new("2.0");
    moved.prefix = "/opt/elsewhere";
    let [first, elsewhere] = shelf(&root, [&one, &moved]);
    root.sh("mkdir -p /opt/orders/current");
    let output = install(&root, &first);
    assert!(output.stderr.contains("mv /opt/orders/current"), "{}", output.stderr);
    assert_eq!(status(&root, "orders"), "in");
    root.sh("rm -r /opt/orders; mv /usr/bin/python3.11 /usr/bin/away");
    assert!(install(&root, &first).stderr.contains("there is no interpreter /usr/bin/python3.11"));
    root.sh("mv /usr/bin/away /usr/bin/python3.11");
    install(&root, &first).ok("install");
    let output = install(&root, &elsewhere);
    assert!(output.stderr.contains("dpkg --remove orders"), "{}", output.stderr);
    stands(&root, &one);
    root.ok(&["dpkg", "-r", "orders"]);
    install(&root, &elsewhere).ok("another prefix after a removal");
    assert_eq!(root.sh("readlink /opt/elsewhere/current").trim(), "releases/2.0-00000000");
}

#[test]
fn a_switch_that_was_killed_is_undone_and_done_by_the_next_run() {
    let root = need!(Root::new(Suite::Bookworm));
    let one = App::new("1.0");
    for (hook, version) in [("before-activate", "2.0"), ("after-activate", "3.0")] {
        let mut two = App::new(version);
        two.conffiles.insert("/etc/orders/orders.conf", "port = 9000\n");
        two.hooks.insert(hook, "[ -e /srv/calm ] || { touch /tmp/here; sleep 60; }");
        let [first, second] = shelf(&root, [&one, &two]);
        root.sh("rm -f /srv/calm /tmp/here");
        install(&root, &first).ok("install");
        // Everything that dpkg started is killed at once, as a power cut does.
        let kill = "import os,sys\nfor p in filter(str.isdigit, os.listdir('/proc')):\n  try:\n    \
                    if os.getsid(int(p)) == int(sys.argv[1]): os.kill(int(p), 9)\n  except OSError: pass\n";
        std::fs::write(root.path().join("srv/kill.py"), kill).unwrap();
        root.sh(&format!(
            "cd /; setsid dpkg --force-unsafe-io -i {second} >/tmp/out 2>&1 & session=$!; n=0
             while [ ! -e /tmp/here ]; do sleep 0.1; n=$((n+1)); [ $n -lt 900 ] || {{ cat /tmp/out; exit 1; }}; done
             python3 /srv/kill.py $session; touch /srv/calm; sleep 0.2"
        ));
        assert!(root.path().join("var/lib/mkdeb/orders/transaction").exists());
        // `current` leads to a complete tree, whichever it is.
        assert_eq!(root.sh("ls /opt/orders/current/part*.txt | wc -l").trim(), "30");
        install(&root, &second).ok("the same command again");
        stands(&root, &two);
        assert_eq!(root.read("/etc/orders/orders.conf"), "port = 9000\n");
    }
}

/// Replaces a maintainer script of an installed package.
fn sabotage(root: &Root, script: &str, text: &str) {
    root.sh(&format!(
        "printf '#!/bin/sh\\n%s\\n' '{text}' >/var/lib/dpkg/info/orders.{script}; chmod 755 /var/lib/dpkg/info/orders.{script}"
    ));
}

#[test]
fn a_script_that_fails_anywhere_ends_with_one_whole_version() {
    let root = need!(Root::new(Suite::Bookworm));
    let (one, two, three) = (App::new("1.0"), App::new("2.0"), App::new("3.0"));
    let [first, second, third] = shelf(&root, [&one, &two, &three]);
    install(&root, &first).ok("install");
    // old prerm upgrade fails: the new prerm's failed-upgrade lets dpkg go on.
    sabotage(&root, "prerm", "exit 1");
    install(&root, &second).ok("past a broken prerm");
    stands(&root, &two);
    // prerm remove fails: abort-remove puts `current` back.
    root.sh("cp /var/lib/dpkg/info/orders.prerm /srv/prerm");
    sabotage(&root, "prerm", "sh /srv/prerm \"$@\"; exit 1");
    assert!(!root.run(&["dpkg", "-r", "orders"]).success());
    root.sh("cp /srv/prerm /var/lib/dpkg/info/orders.prerm; echo orders install | dpkg --set-selections");
    stands(&root, &two);
    // new preinst fails: abort-upgrade.
    root.sh("mkdir -p /var/lib/mkdeb/orders/failed; echo reason >/var/lib/mkdeb/orders/failed/3.0-00000000");
    assert!(!install(&root, &third).success());
    stands(&root, &two);
    root.sh("rm -r /var/lib/mkdeb/orders/failed");
    // unpacking fails: a file of another package is in the way.
    root.sh(
        "mkdir -p /tmp/x/DEBIAN /tmp/x/opt/orders/releases/3.0-00000000; echo >/tmp/x/opt/orders/releases/3.0-00000000/server.py
         printf 'Package: thief\\nVersion: 1\\nArchitecture: all\\nMaintainer: N <n@example.org>\\nDescription: x\\n' >/tmp/x/DEBIAN/control
         dpkg-deb -b /tmp/x /srv/thief.deb; dpkg -i /srv/thief.deb",
    );
    assert!(install(&root, &third).stderr.contains("trying to overwrite"));
    assert_eq!(status(&root, "orders"), "ii 2.0");
    assert_eq!(current(&root), "releases/2.0-00000000");
    root.ok(&["dpkg", "-P", "thief"]);
    stands(&root, &two);
    // postrm remove fails: removal is tried again.
    root.sh("cp /var/lib/dpkg/info/orders.postrm /srv/postrm");
    sabotage(&root, "postrm", "exit 1");
    assert!(!root.run(&["dpkg", "-r", "orders"]).success());
    root.sh("cp /srv/postrm /var/lib/dpkg/info/orders.postrm");
    root.ok(&["dpkg", "-P", "orders"]);
    assert!(!root.path().join("opt/orders").exists() && root.path().join("opt").exists());
    assert!(!root.path().join("var/lib/mkdeb").exists());
}

#[test]
fn scripts_know_every_call_of_policy_and_no_other() {
    let root = need!(Root::new(Suite::Bookworm));
    let one = App::new("1.0");
    let [first] = shelf(&root, [&one]);
    install(&root, &first).ok("install");
    for _twice in [1, 2] {
        for (script, words, expected) in [
            ("preinst", "abort-upgrade 2.0", 0),
            ("prerm", "upgrade 2.0", 0),
            ("prerm", "failed-upgrade 0.9 1.0", 0),
            ("prerm", "deconfigure in-favour x 1 removing y 2", 0),
            ("postinst", "abort-deconfigure in-favour x 1 removing y 2", 0),
            ("postinst", "abort-upgrade 2.0", 0),
            ("postinst", "abort-remove in-favour x 1", 0),
            ("postinst", "configure 1.0", 0),
            ("postinst", "triggered a", 0),
            ("postrm", "upgrade 1.0", 0),
            ("postrm", "abort-install", 0),
            ("postrm", "abort-upgrade 0.9 1.0", 0),
            ("postrm", "failed-upgrade 0.9 1.0", 1),
            ("preinst", "nonsense", 1),
            ("postinst", "nonsense", 1),
            ("prerm", "nonsense", 1),
            ("postrm", "nonsense", 1),
            ("postinst", "", 1),
        ] {
            let output = root.run(&["sh", "-c", &format!("/var/lib/dpkg/info/orders.{script} {words}")]);
            assert_eq!(output.status.code(), Some(expected), "{script} {words}: {}", output.text());
            stands(&root, &one);
        }
    }
}

#[test]
fn removal_in_favour_and_disappearance_leave_the_other_package_alone() {
    let root = need!(Root::new(Suite::Bookworm));
    let one = App::new("1.0");
    let mut two = App::new("1.0");
    two.package = "orders-ng";
    two.control = "Replaces: orders\nConflicts: orders\n";
    two.replaces = vec!["orders"];
    two.build = "22222222";
    let [first, second] = shelf(&root, [&one, &two]);
    install(&root, &first).ok("install");
    let output = root.run(&["dpkg", "--force-unsafe-io", "-B", "-i", &second]);
    output.ok("in favour");
    assert_eq!(status(&root, "orders-ng"), "ii 1.0");
    assert_eq!(current(&root), "releases/1.0-22222222");
    assert_eq!(root.ok(&["ls", "/opt/orders/releases"]).trim(), "1.0-22222222");
    root.run(&["dpkg", "-P", "orders"]);
    assert_eq!(current(&root), "releases/1.0-22222222");
    // The same files under a third name: the second disappears.
    let mut three = two.clone();
    three.package = "orders-xl";
    three.control = "Replaces: orders-ng\n";
    three.replaces = vec!["orders-ng"];
    let [third] = shelf(&root, [&three]);
    root.sh("sed -i '/sysusers.d/d' /var/lib/dpkg/info/orders-ng.list");
    let output = install(&root, &third);
    assert_eq!(status(&root, "orders-xl"), "ii 1.0", "{}", output.text());
    assert_eq!(current(&root), "releases/1.0-22222222");
    assert_eq!(root.ok(&["orders"]).trim(), "1.0");
}

#[test]
fn a_package_of_another_kind_becomes_one_of_ours() {
    let root = need!(Root::new(Suite::Bookworm));
    root.sh(
        "mkdir -p /tmp/x/DEBIAN /tmp/x/opt/venvs/orders; echo >/tmp/x/opt/venvs/orders/file
         printf 'Package: orders\\nVersion: 0.9\\nArchitecture: all\\nMaintainer: N <n@example.org>\\nDescription: x\\n' >/tmp/x/DEBIAN/control
         dpkg-deb -b /tmp/x /srv/other.deb; dpkg -i /srv/other.deb",
    );
    let one = App::new("1.0");
    let [first] = shelf(&root, [&one]);
    install(&root, &first).ok("upgrade from another kind");
    stands(&root, &one);
    // And back: the other kind knows nothing of us, and nothing of ours runs.
    root.ok(&["dpkg", "--force-unsafe-io", "-i", "/srv/other.deb"]);
    assert_eq!(status(&root, "orders"), "ii 0.9");
}

#[test]
fn what_root_wrote_into_the_release_goes_with_it() {
    let root = need!(Root::new(Suite::Bookworm));
    let (one, two) = (App::new("1.0"), App::new("2.0"));
    let [first, second] = shelf(&root, [&one, &two]);
    install(&root, &first).ok("install");
    let dirty = "cd /opt/orders/releases/*/ && mkdir -p __pycache__ venv/lib/python3.11/__pycache__ cache/deep && \
                 touch __pycache__/a.pyc venv/lib/python3.11/__pycache__/b.pyc cache/deep/file";
    root.sh(dirty);
    install(&root, &second).ok("upgrade");
    stands(&root, &two);
    root.sh(dirty);
    let said = root.run(&["dpkg", "-r", "orders"]);
    assert!(!said.text().contains("not empty so not removed"), "{}", said.text());
    assert!(!root.path().join("opt/orders").exists() && root.path().join("opt").exists());
    root.ok(&["dpkg", "-P", "orders"]);
    assert!(root.path().join("opt").exists());
}

#[test]
fn in_a_dpkg_root_only_links_and_files_change() {
    let host = need!(Chrootless::new());
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (App::new("1.0"), App::new("2.0"));
    let python = host.path().join("usr/bin/python3.11");
    std::fs::create_dir_all(python.parent().unwrap()).unwrap();
    std::fs::write(&python, "").unwrap();
    std::fs::set_permissions(&python, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let link = || std::fs::read_link(host.path().join("opt/orders/current")).unwrap();
    host.install(&one.build(dir.path()));
    assert_eq!(link(), Path::new("releases/1.0-00000000"));
    let mut failing = two.clone();
    failing.hooks.insert("before-activate", "exit 1");
    host.install(&failing.build(dir.path()));
    assert_eq!(link(), Path::new("releases/2.0-00000000"));
    host.dpkg(&["--purge", "orders"]).ok("purge");
    assert!(!host.path().join("opt/orders").exists() && host.path().join("opt").exists());
    assert!(!host.path().join("var/lib/mkdeb").exists());
    assert!(!Path::new("/var/lib/mkdeb").exists() && !Path::new("/opt/orders").exists());
}

#[test]
fn a_purge_deletes_only_what_was_not_there_before() {
    let root = need!(Root::new(Suite::Bookworm));
    let one = App::new("1.0");
    let [first] = shelf(&root, [&one]);
    root.sh("mkdir -p /srv/orders; echo mine >/srv/orders/admin");
    install(&root, &first).ok("install");
    root.ok(&["dpkg", "-P", "orders"]);
    assert_eq!(root.read("/srv/orders/admin"), "mine\n");
    assert!(!root.path().join("opt/orders").exists());
}

#[test]
fn releases_of_another_kind_are_refused_and_stay() {
    let root = need!(Root::new(Suite::Bookworm));
    let [first] = shelf(&root, [&App::new("1.0")]);
    root.sh("mkdir -p /opt/orders/releases/20250202; echo mine >/opt/orders/releases/20250202/file");
    let output = install(&root, &first);
    assert!(output.stderr.contains("mv /opt/orders/releases /opt/orders/releases.old"), "{}", output.stderr);
    assert_eq!(root.read("/opt/orders/releases/20250202/file"), "mine\n");
}

#[test]
fn a_name_with_a_line_feed_leads_no_removal_astray() {
    let root = need!(Root::new(Suite::Bookworm));
    let [first] = shelf(&root, [&App::new("1.0")]);
    install(&root, &first).ok("install");
    root.sh("cd /opt/orders/current; mkdir -p 'up\n/etc'; touch 'up\n/etc/victim' /etc/victim");
    root.ok(&["dpkg", "-r", "orders"]);
    assert!(root.path().join("etc/victim").exists());
}
