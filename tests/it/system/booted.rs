//! The service under real systemd: upgrades that work, upgrades that fail, and the admin's word.

use std::collections::BTreeMap;

use mkdeb::template::scripts::{Boot, OnUpgrade, Start, Unit, UnitKind};

use super::fixture::{App, AppUnit};
use crate::bed::{Booted, Output, need};

fn shelf<const N: usize>(host: &Booted, apps: [&App; N]) -> [String; N] {
    let dir = tempfile::tempdir().unwrap();
    apps.map(|app| {
        let deb = app.build(dir.path());
        let to = format!("/srv/debs/{}", deb.file_name().unwrap().to_str().unwrap());
        host.copy_in(&deb, &to);
        to
    })
}

/// Without any `--force-conf…` and without input: a question about a conffile would be an error.
fn install(host: &Booted, deb: &str) -> Output {
    host.run(&["dpkg", "--force-unsafe-io", "-i", deb])
}

/// What the service answers, or nothing.
fn answer(host: &Booted) -> String {
    let ask = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8000/health', timeout=5).read().decode())";
    // Type=exec: the program runs, but may not listen yet.
    let patient = format!(
        "for _ in 1 2 3 4 5 6 7 8; do
             systemctl -q is-active orders || exit 0
             python3 -c \"{ask}\" 2>/dev/null && exit 0
             sleep 1
         done"
    );
    let output = host.run(&["sh", "-c", &patient]);
    output.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn property(host: &Booted, unit: &str, name: &str) -> String {
    host.ok(&["systemctl", "show", "--value", "-p", name, unit]).trim().to_owned()
}

fn status(host: &Booted, package: &str) -> String {
    let output = host.run(&["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", package]);
    output.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The version is installed whole, current, and answers; nothing waits for `dpkg --configure`.
#[track_caller]
fn runs(host: &Booted, app: &App) {
    let text = app.conffiles["/etc/orders/orders.conf"].trim();
    assert_eq!(answer(host), format!("{} {text} {}", app.version, app.version));
    assert_eq!(status(host, app.package), format!("ii {}", app.version));
    assert_eq!(host.ok(&["readlink", "/opt/orders/current"]).trim(), format!("releases/{}", app.id()));
    assert_eq!(host.ok(&["ls", "/opt/orders/releases"]).trim(), app.id());
    assert_eq!(host.ok(&["dpkg", "--audit"]), "");
    assert_eq!(host.ok(&["dpkg", "-V", app.package]), "");
    assert_eq!(property(host, "orders.service", "NeedDaemonReload"), "no");
    assert_eq!(host.sh("find /etc/orders -name '*mkdeb*' -o -name '*.dpkg-*'"), "");
}

/// A release with another unit, another configuration and one conffile more.
fn changed(version: &'static str) -> App {
    let mut app = App::new(version);
    app.conffiles = BTreeMap::from([
        ("/etc/orders/orders.conf", "port = 8000 # changed\n"),
        ("/etc/orders/added.conf", "added\n"),
    ]);
    app.units = vec![app.service("orders.service", OnUpgrade::Restart, "Environment=NEW=yes\n")];
    app
}

const POLLER: &str = r#"
import os
missing = 0
while not os.path.exists("/srv/stop"):
    try:
        names = os.listdir("/opt/orders/current/")
    except OSError:
        names = []
    if len([n for n in names if n.startswith("part")]) != 30:
        missing += 1
open("/srv/missing", "w").write(str(missing))
"#;

#[test]
fn an_upgrade_starts_with_its_own_unit_and_configuration_and_current_is_always_whole() {
    let host = need!(Booted::new());
    let (one, two) = (App::new("1.0"), changed("2.0"));
    let [first, second] = shelf(&host, [&one, &two]);
    install(&host, &first).ok("install");
    runs(&host, &one);
    std::fs::write(host.path().join("srv/poller.py"), POLLER).unwrap();
    host.sh("python3 /srv/poller.py >/dev/null 2>&1 & sleep 1");
    install(&host, &second).ok("upgrade");
    runs(&host, &two);
    assert_eq!(host.read("/etc/orders/added.conf"), "added\n");
    assert!(property(&host, "orders.service", "Environment").contains("NEW=yes"));
    install(&host, &first).ok("downgrade");
    runs(&host, &one);
    host.sh("touch /srv/stop; while [ ! -s /srv/missing ]; do sleep 0.1; done");
    assert_eq!(host.read("/srv/missing"), "0");
    let pid = property(&host, "orders.service", "MainPID");
    install(&host, &first).ok("the same again");
    assert_eq!(property(&host, "orders.service", "MainPID"), pid);
    host.ok(&["dpkg", "-r", "orders"]);
    assert_eq!(answer(&host), "");
    host.ok(&["dpkg", "-P", "orders"]);
    assert_eq!(host.sh("find /etc/systemd /var/lib/systemd -name '*orders*'; systemctl list-units --failed --plain -q '*orders*'"), "");
}

#[test]
fn an_upgrade_that_fails_leaves_the_old_version_running_with_all_that_is_its_own() {
    let host = need!(Booted::new());
    let one = App::new("1.0");
    let [first] = shelf(&host, [&one]);
    install(&host, &first).ok("install");
    let mut start = changed("2.0");
    start.start = "raise SystemExit('no database')";
    let mut health = changed("2.1");
    health.health_path = "/else";
    let mut hook = changed("2.2");
    hook.hooks.insert("after-activate", "echo cold; exit 4");
    hook.units.push(hook.service("extra.service", OnUpgrade::Restart, "ExecStartPre=/bin/true\n"));
    hook.units[1].text =
        Some("[Service]\nExecStart=/bin/sleep 1000\n[Install]\nWantedBy=multi-user.target\n".to_owned());
    let mut before = changed("2.3");
    before.hooks.insert("before-activate", "exit 5");
    for (app, words) in [
        (&start, ["orders.service does not stay up", "no database"]),
        (&health, ["orders.service is not healthy after 4 seconds", "status 500"]),
        (&hook, ["the hook after-activate failed (exit status 4)", "cold"]),
        (&before, ["the hook before-activate failed (exit status 5)", "stays"]),
    ] {
        let [deb] = shelf(&host, [app]);
        let output = install(&host, &deb);
        assert!(!output.success(), "{}", output.text());
        for word in words {
            assert!(output.stderr.contains(word), "{word}: {}", output.stderr);
        }
        runs(&host, &one);
        assert!(!property(&host, "orders.service", "Environment").contains("NEW=yes"));
        assert_eq!(host.sh("ls /etc/orders"), "orders.conf\n");
        assert_eq!(host.sh("find /etc/systemd /var/lib/systemd -name '*extra*'"), "");
        assert_eq!(host.run(&["systemctl", "is-active", "extra.service"]).stdout.trim(), "inactive");
        let pid = property(&host, "orders.service", "MainPID");
        assert!(install(&host, &deb).stderr.contains("failed on this host before"));
        assert_eq!(property(&host, "orders.service", "MainPID"), pid);
    }
}

#[test]
fn a_service_that_dies_after_the_first_look_at_it_is_no_upgrade() {
    let host = need!(Booted::new());
    let one = App::new("1.0");
    let [first] = shelf(&host, [&one]);
    install(&host, &first).ok("install");
    // The other one answers after three seconds, so that this is looked at again when it is dead.
    let mut two = App { start: "import time; time.sleep(3)", ..App::new("2.0") };
    let mut extra = two.service("extra.service", OnUpgrade::Restart, "");
    extra.text = Some(
        "[Service]\nExecStart=/bin/sh -c 'sleep 2; exit 1'\nRestart=always\nRestartSec=60\n\
         [Install]\nWantedBy=multi-user.target\n"
            .to_owned(),
    );
    two.units.push(extra);
    let asked = App { version: "2.1", healthy: vec!["orders.service", "extra.service"], ..two.clone() };
    for (app, words) in
        [(two, "extra.service does not stay up"), (asked, "extra.service died before it was healthy")]
    {
        let [deb] = shelf(&host, [&app]);
        let output = install(&host, &deb);
        assert!(!output.success() && output.stderr.contains(words), "{words}: {}", output.text());
        runs(&host, &one);
    }
}

#[test]
fn what_the_admin_stopped_disabled_or_masked_stays_so() {
    let host = need!(Booted::new());
    let apps = [App::new("1.0"), App::new("2.0"), App::new("3.0"), App::new("4.0"), App::new("5.0")];
    let debs = shelf(&host, [&apps[0], &apps[1], &apps[2], &apps[3], &apps[4]]);
    install(&host, &debs[0]).ok("install");
    let state = |verb: &str| host.run(&["systemctl", verb, "orders.service"]).stdout.trim().to_owned();
    host.ok(&["systemctl", "stop", "orders.service"]);
    install(&host, &debs[1]).ok("stopped");
    assert_eq!((state("is-active"), state("is-enabled")), ("inactive".to_owned(), "enabled".to_owned()));
    host.ok(&["systemctl", "disable", "orders.service"]);
    host.ok(&["systemctl", "start", "orders.service"]);
    install(&host, &debs[2]).ok("disabled and started by hand");
    assert_eq!((state("is-active"), state("is-enabled")), ("active".to_owned(), "disabled".to_owned()));
    assert_eq!(answer(&host), "3.0 port = 8000 3.0");
    host.ok(&["systemctl", "mask", "--now", "orders.service"]);
    install(&host, &debs[3]).ok("masked");
    assert_eq!((state("is-active"), state("is-enabled")), ("inactive".to_owned(), "masked".to_owned()));
    host.ok(&["systemctl", "unmask", "orders.service"]);
    host.ok(&["systemctl", "enable", "--now", "orders.service"]);
    host.sh("printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d");
    install(&host, &debs[4]).ok("policy-rc.d says no");
    assert!(answer(&host).starts_with("4.0 "));
    assert_eq!(status(&host, "orders"), "ii 5.0");
}

#[test]
fn a_reboot_between_unpacking_and_configuring_starts_the_new_release() {
    let mut host = need!(Booted::new());
    let (one, two) = (App::new("1.0"), changed("2.0"));
    let [first, second] = shelf(&host, [&one, &two]);
    install(&host, &first).ok("install");
    host.ok(&["dpkg", "--unpack", &second]);
    assert_eq!(status(&host, "orders"), "iU 2.0");
    host.reboot();
    assert!(answer(&host).starts_with("2.0 port = 8000 # changed"));
    host.ok(&["dpkg", "--configure", "-a"]);
    runs(&host, &two);
}

#[test]
fn a_renamed_package_takes_over_prefix_data_and_units() {
    let host = need!(Booted::new());
    let one = App::new("1.0");
    let mut two = App::new("2.0");
    two.package = "orders-ng";
    two.control = "Replaces: orders\nConflicts: orders\nProvides: orders\n";
    let mut foreign = two.clone();
    foreign.control = "";
    two.replaces = vec!["orders"];
    foreign.build = "22222222";
    let [first, stranger, second] = shelf(&host, [&one, &foreign, &two]);
    install(&host, &first).ok("install");
    host.sh("systemctl disable orders.service; touch /srv/orders/kept");
    let refused = install(&host, &stranger);
    assert!(refused.stderr.contains("/opt/orders belongs to the package orders"), "{}", refused.stderr);
    assert!(answer(&host).starts_with("1.0 "));
    host.ok(&["dpkg", "--force-unsafe-io", "-B", "-i", &second]);
    assert_eq!(status(&host, "orders-ng"), "ii 2.0");
    assert_eq!(host.ok(&["readlink", "/opt/orders/current"]).trim(), "releases/2.0-00000000");
    host.sh("systemctl enable --now orders.service");
    host.run(&["dpkg", "-P", "orders"]);
    assert_eq!(host.run(&["systemctl", "is-enabled", "orders.service"]).stdout.trim(), "enabled");
    assert!(answer(&host).starts_with("2.0 "));
    assert!(host.path().join("srv/orders/kept").exists());
    assert!(!host.path().join("var/lib/mkdeb/orders").exists());
    host.ok(&["dpkg", "-P", "orders-ng"]);
    assert!(!host.path().join("srv/orders").exists());
    assert!(!host.path().join("opt/orders").exists());
}

fn unit(name: &str, kind: UnitKind, text: Option<String>) -> AppUnit {
    let (on_upgrade, boot, start) = (OnUpgrade::Restart, Boot::Enabled, Start::Now);
    AppUnit { unit: Unit { name: name.to_owned(), kind, on_upgrade, boot, start }, text }
}

#[test]
fn timers_sockets_and_instances_come_stay_and_go() {
    let host = need!(Booted::new());
    let worker = |extra: &str| {
        Some(format!("[Service]\nExecStart=/bin/sleep 1000\n{extra}[Install]\nWantedBy=multi-user.target\n"))
    };
    let timer = "[Timer]\nOnCalendar=yearly\nUnit=nightly.service\n[Install]\nWantedBy=timers.target\n";
    let socket = |port: u16| {
        Some(format!("[Socket]\nListenStream=127.0.0.1:{port}\n[Install]\nWantedBy=sockets.target\n"))
    };
    let mut one = App::new("1.0");
    one.units.push(unit("worker@1.service", UnitKind::Service, worker("")));
    one.units.push(unit("worker@2.service", UnitKind::Service, None));
    one.units.push(unit("nightly.timer", UnitKind::Timer, Some(timer.to_owned())));
    let mut nightly = unit(
        "nightly.service",
        UnitKind::Service,
        Some("[Service]\nType=oneshot\nExecStart=/bin/true\n".to_owned()),
    );
    (nightly.unit.boot, nightly.unit.start) = (Boot::Disabled, Start::Later);
    one.units.push(nightly.clone());
    let mut two = one.clone();
    two.version = "2.0";
    two.units.push(unit("door.socket", UnitKind::Socket, socket(9001)));
    let mut door = unit("door.service", UnitKind::Service, worker(""));
    (door.unit.boot, door.unit.start) = (Boot::Disabled, Start::Later);
    two.units.push(door);
    let mut three = two.clone();
    three.version = "3.0";
    three.units.retain(|unit| !unit.unit.name.starts_with("worker"));
    three.units.iter_mut().find(|unit| unit.unit.name == "door.socket").unwrap().text = socket(9002);
    let debs = shelf(&host, [&one, &two, &three]);
    install(&host, &debs[0]).ok("install");
    let active = |unit: &str| host.run(&["systemctl", "is-active", unit]).stdout.trim().to_owned();
    let enabled = |unit: &str| host.run(&["systemctl", "is-enabled", unit]).stdout.trim().to_owned();
    for unit in ["worker@1.service", "worker@2.service", "nightly.timer"] {
        assert_eq!((active(unit), enabled(unit)), ("active".to_owned(), "enabled".to_owned()), "{unit}");
    }
    host.sh("systemctl stop worker@2.service; systemctl disable --now nightly.timer");
    let pid = property(&host, "worker@1.service", "MainPID");
    install(&host, &debs[1]).ok("upgrade");
    assert_ne!(property(&host, "worker@1.service", "MainPID"), pid);
    assert_eq!(
        (active("worker@2.service"), active("nightly.timer")),
        ("inactive".to_owned(), "inactive".to_owned())
    );
    assert_eq!(enabled("nightly.timer"), "disabled");
    assert_eq!(active("door.socket"), "active");
    host.sh("systemctl start door.service");
    install(&host, &debs[2]).ok("upgrade that removes units and changes a socket");
    assert_eq!((active("door.socket"), active("door.service")), ("active".to_owned(), "active".to_owned()));
    assert!(property(&host, "door.socket", "Listen").contains("9002"));
    assert_eq!(active("worker@1.service"), "inactive");
    assert_eq!(host.sh("find /etc/systemd /var/lib/systemd -name '*worker*'"), "");
    install(&host, &debs[0]).ok("downgrade");
    assert_eq!(active("door.socket"), "inactive");
    assert_eq!(active("worker@1.service"), "active");
    host.ok(&["dpkg", "-P", "orders"]);
    assert_eq!(
        host.sh("find /etc/systemd /var/lib/systemd -name '*worker*' -o -name '*door*' -o -name '*nightly*'"),
        ""
    );
}

#[test]
fn on_upgrade_says_whether_a_process_is_restarted_reloaded_or_left_alone() {
    let host = need!(Booted::new());
    let worker = |policy: OnUpgrade, extra: &str| {
        let text = format!(
            "[Service]\nExecStart=/bin/sleep 1000\nExecReload=/bin/sh -c 'echo reloaded >>/srv/reloads'\n{extra}\
             [Install]\nWantedBy=multi-user.target\n"
        );
        let mut unit = unit("x.service", UnitKind::Service, Some(text));
        unit.unit.on_upgrade = policy;
        unit
    };
    let with = |version: &'static str, extra: &str| {
        let mut app = App::new(version);
        for (name, policy) in [("gentle.service", OnUpgrade::Reload), ("left.service", OnUpgrade::None)] {
            let mut unit = worker(policy, extra);
            unit.unit.name = name.to_owned();
            app.units.push(unit);
        }
        app
    };
    let apps = [with("1.0", ""), with("2.0", ""), with("3.0", "Environment=A=b\n")];
    let debs = shelf(&host, [&apps[0], &apps[1], &apps[2]]);
    let pids = || ["gentle.service", "left.service"].map(|unit| property(&host, unit, "MainPID"));
    install(&host, &debs[0]).ok("install");
    let first = pids();
    install(&host, &debs[1]).ok("the same units");
    assert_eq!(pids(), first);
    assert_eq!(host.read("/srv/reloads"), "reloaded\n");
    install(&host, &debs[2]).ok("changed units");
    assert_ne!(pids()[0], first[0]);
    assert_eq!(pids()[1], first[1]);
}

#[test]
fn an_answer_to_a_conffile_prompt_restarts_the_service_when_dpkg_configures() {
    let host = need!(Booted::new());
    let (one, two) = (App::new("1.0"), changed("2.0"));
    let [first, second] = shelf(&host, [&one, &two]);
    install(&host, &first).ok("install");
    host.sh("echo 'port = 8000 # mine' >/etc/orders/orders.conf; systemctl restart orders");
    host.ok(&["dpkg", "--force-unsafe-io", "--unpack", &second]);
    assert_eq!(answer(&host), "2.0 port = 8000 # mine 2.0");
    let pid = property(&host, "orders.service", "MainPID");
    host.ok(&["dpkg", "--force-unsafe-io", "--force-confnew", "--configure", "orders"]);
    assert_ne!(property(&host, "orders.service", "MainPID"), pid);
    assert_eq!(answer(&host), "2.0 port = 8000 # changed 2.0");
    assert_eq!(host.sh("stat -c '%a %U:%G' /etc/orders/orders.conf"), "640 root:orders\n");
}
