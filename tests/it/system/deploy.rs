//! Packages made by the real program from a real virtualenv, deployed under real systemd.

use super::deployment::Shop;
use crate::bed::Booted;
use crate::bed::need;

/// The steps of an activation that can fail, what each needs to fail in version 2, and what the user is told.
const FAILURES: [(&str, &str, &str, &str); 5] = [
    (
        "preflight",
        "app/shop/cli.py",
        "raise RuntimeError('no such module')\n",
        "shop.cli:main cannot be imported",
    ),
    (
        "before-activate",
        "before.sh",
        "#!/bin/sh\necho the migration fails >&2\nexit 3\n",
        "the migration fails",
    ),
    ("restart", "gunicorn.py", "raise SystemExit('cannot serve')\n", "does not stay up"),
    ("health", "app/shop/health.txt", "sick", "is not healthy after"),
    ("after-activate", "after.sh", "#!/bin/sh\necho the warming fails >&2\nexit 4\n", "the warming fails"),
];

#[test]
fn a_release_that_fails_at_any_step_leaves_the_old_one_installed_and_answering() {
    let host = need!(Booted::new());
    let shop = need!(Shop::new("shop", 8000));
    shop.install(&host, "1.0").ok("install 1.0");
    for (step, file, broken, told) in FAILURES {
        let sound = shop.project.read(file);
        shop.project.write(file, broken);
        let attempt = shop.install(&host, "2.0");
        assert!(!attempt.success(), "{step}: {}", attempt.text());
        assert!(attempt.text().contains(told), "{step}: {}", attempt.text());
        shop.stands(&host, "1.0");

        let again = shop.install(&host, "2.0");
        assert!(again.text().contains("failed on this host before"), "{step}: {}", again.text());
        shop.stands(&host, "1.0");
        shop.project.write(file, &sound);
    }
    // apt is free to install other things, and a rebuilt release is tried.
    host.ok(&["apt-get", "check"]);
    shop.install(&host, "2.0").ok("install 2.0");
    shop.stands(&host, "2.0");
    shop.install(&host, "1.0").ok("downgrade");
    shop.stands(&host, "1.0");
    host.ok(&["dpkg", "--purge", "shop"]);
    assert_eq!(
        host.sh("ls -d /opt/shop /etc/shop /var/lib/mkdeb /var/log/mkdeb /var/lib/shop 2>/dev/null || true"),
        ""
    );
    assert_eq!(host.sh("ls -d /opt").trim(), "/opt");
}

#[test]
fn a_rebuild_and_an_epoch_are_releases_like_any_other() {
    let host = need!(Booted::new());
    let shop = need!(Shop::new("shop", 8000));
    shop.install(&host, "1.0").ok("install 1.0");
    let first = shop.current(&host);
    shop.project.write("app/shop/extra.py", "CHANGED = True\n");
    shop.install(&host, "1.0").ok("install the rebuild");
    assert_ne!(shop.current(&host), first, "a rebuild with other content has another id");
    shop.stands(&host, "1.0");

    let rebuilt = shop.current(&host);
    shop.install(&host, "1:0.5").ok("install with an epoch");
    shop.stands(&host, "1:0.5");
    assert!(shop.current(&host).starts_with("releases/0.5-"), "the epoch is not in the path");
    assert_ne!(shop.current(&host), rebuilt);
}

#[test]
fn requests_see_nothing_but_the_restart_when_three_packages_are_upgraded_at_once() {
    let host = need!(Booted::new());
    let shops =
        [need!(Shop::new("shop", 8000)), need!(Shop::new("depot", 8001)), need!(Shop::new("till", 8002))];
    let all = |version: &str| {
        let debs: Vec<String> = shops.iter().map(|shop| shop.deliver(&host, version)).collect();
        let mut words = vec!["dpkg", "--force-unsafe-io", "-i"];
        words.extend(debs.iter().map(String::as_str));
        host.run(&words).ok("install all three")
    };
    all("1.0");
    host.sh(
        "python3 /srv/client.py 8000 8001 8002 >/srv/client.out 2>&1 & echo $! >/srv/client.pid; sleep 2",
    );
    all("2.0");
    host.sh("sleep 2; kill -TERM $(cat /srv/client.pid); while kill -0 $(cat /srv/client.pid) 2>/dev/null; do sleep 0.1; done");
    let report = host.read("/srv/client.out");
    let verdicts: Vec<&str> = report.lines().collect();
    assert_eq!(verdicts.len(), 3, "{report}");
    for verdict in verdicts {
        // Requests before and after; none was answered with an error; one gap at most, the restart's.
        assert!(verdict.contains(" errors=0 ") && verdict.contains(" dangling=0 "), "{report}");
        assert!(verdict.contains("versions=1.0,2.0"), "{report}");
        assert!(verdict.contains(" gaps=1 ") || verdict.contains(" gaps=0 "), "{report}");
    }
    for shop in &shops {
        shop.stands(&host, "2.0");
    }
}
