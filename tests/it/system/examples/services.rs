//! Examples with services, under systemd.

use super::project::Project;
use crate::bed::{Booted, need};

/// Asks until the answer holds the words; `data` is posted.
#[track_caller]
fn ask(host: &Booted, url: &str, data: &str, words: &str) -> String {
    const ASK: &str = "
import sys, time, urllib.error, urllib.request
url, data, words = sys.argv[1:]
end = time.monotonic() + 60
while True:
    try:
        answer = urllib.request.urlopen(url, data.encode() or None, timeout=5).read().decode()
    except urllib.error.HTTPError as error:
        answer = f'{error}: {error.read().decode()}'
    except OSError as error:
        answer = str(error)
    if words in answer or time.monotonic() > end:
        break
    time.sleep(0.2)
print(answer)
";
    let answer = host.ok(&["python3", "-c", ASK, url, data, words]);
    assert!(
        answer.contains(words),
        "{url}: {answer}\n{}",
        host.run(&["journalctl", "-n", "40", "--no-pager"]).stdout
    );
    answer
}

/// Waits until a shell command succeeds.
#[track_caller]
fn until(host: &Booted, condition: &str) {
    let patient = format!("for _ in $(seq 120); do if {condition}; then exit; fi; sleep 0.5; done; exit 1");
    let done = host.run(&["sh", "-c", &patient]);
    assert!(done.success(), "{condition}\n{}", host.run(&["journalctl", "-n", "60", "--no-pager"]).stdout);
}

/// Follows the second block of the README on a booted host.
#[track_caller]
fn install_as_documented(project: &Project, host: &Booted) -> String {
    let deb = project.build();
    host.copy_in(deb.parent().unwrap(), "/srv/dist");
    host.sh(&format!("cd /srv\n{}", project.documented("sh", 1)))
}

/// Builds another version with the virtualenv that is there, and brings it to the host.
#[track_caller]
fn another_version(project: &Project, host: &Booted, version: &str, change: &str) -> String {
    project.sh(change);
    let built = project
        .sh(&format!("mkdir -p next; mkdeb build --quiet --fast -o next/ --set package.version={version}"));
    let to = format!("/srv/next/{version}.deb");
    host.copy_in(std::path::Path::new(built.trim()), &to);
    to
}

#[test]
fn the_flask_service_example_serves_and_keeps_the_admins_settings_through_an_upgrade() {
    let project = need!(Project::new("flask-service"));
    let host = need!(Booted::new());
    install_as_documented(&project, &host);
    let url = "http://127.0.0.1:8000/";
    let answer = ask(&host, url, "", "welcome");
    assert!(answer.contains("\"1.0.0\""), "{answer}");
    assert_eq!(host.sh("stat -c '%a %U:%G' /etc/orders/env"), "640 root:orders\n");
    host.sh("sed -i 's/workers = 2/workers = 1/' /etc/orders/gunicorn.py");
    let change = "sed -i 's/1\\.0\\.0/1.1.0/' orders/__init__.py; tar -czf build/orders.tar.gz orders";
    let next = another_version(&project, &host, "1.1.0", change);
    host.ok(&["dpkg", "-i", &next]);
    let answer = ask(&host, url, "", "1.1.0");
    assert!(answer.contains("welcome"), "{answer}");
    assert!(host.read("/etc/orders/gunicorn.py").contains("workers = 1"));
    // gunicorn's first process and the one worker that the admin wants.
    assert_eq!(host.sh("pgrep -c -u orders gunicorn"), "2\n");
    assert_eq!(host.run(&["dpkg", "-V", "orders"]).stdout, "??5?????? c /etc/orders/gunicorn.py\n");
    host.ok(&["dpkg", "--purge", "orders"]);
    assert_eq!(
        host.sh("find /etc /opt /usr /var/lib -path /var/lib/dpkg -prune -o -name '*orders*' -print"),
        ""
    );
}

#[test]
fn the_django_celery_example_migrates_serves_and_works_in_the_background() {
    let project = need!(Project::new("django-celery"));
    let host = need!(Booted::new());
    let said = install_as_documented(&project, &host);
    assert!(said.contains("[X] 0001_initial"), "{said}");
    assert_eq!(
        host.sh("stat -c %U /var/lib/shop /var/lib/shop/db.sqlite3 /var/lib/shop/secret-key"),
        "shop\n".repeat(3)
    );
    assert!(host.read("/var/log/mkdeb/shop.log").contains("Applying orders.0001_initial... OK"));
    let url = "http://127.0.0.1:8001/orders";
    ask(&host, url, "item=tea", "\"number\": 1");
    ask(&host, url, "", "\"confirmed\": true");
    ask(&host, "http://127.0.0.1:8001/static/orders/shop.css", "", "sans-serif");
    host.sh("echo SHOP_EXPIRE=1 >/etc/default/shop; systemctl restart shop-beat");
    until(&host, "journalctl -u shop-worker | grep -q 'orders.tasks.expire.*succeeded'");
    the_timer_fires(&host);
    the_admins_key_is_used(&host);
    versions_come(&project, &host);
    host.ok(&["dpkg", "--purge", "shop"]);
    assert_eq!(host.sh("find /etc /opt /usr /var/lib -path /var/lib/dpkg -prune -o -name 'shop*' ! -path /etc/default/shop -print"), "");
}

fn the_timer_fires(host: &Booted) {
    host.sh(
        "mkdir -p /etc/systemd/system/shop-clearsessions.timer.d
         printf '[Timer]\\nRandomizedDelaySec=0\\nOnActiveSec=1\\nAccuracySec=1\\n' >/etc/systemd/system/shop-clearsessions.timer.d/now.conf
         systemctl daemon-reload; systemctl restart shop-clearsessions.timer",
    );
    until(host, "journalctl -u shop-clearsessions | grep -q -E 'Finished|Deactivated successfully'");
    host.sh("rm -r /etc/systemd/system/shop-clearsessions.timer.d; systemctl daemon-reload");
    assert_eq!(host.sh("systemctl show --value -p Result shop-clearsessions.service"), "success\n");
}

fn the_admins_key_is_used(host: &Booted) {
    let key = "setpriv --reuid shop --regid shop --init-groups shop-manage shell -v 0 -c 'from django.conf import settings; print(settings.SECRET_KEY)'";
    let first = host.sh(key);
    assert_eq!(first, host.read("/var/lib/shop/secret-key"));
    host.sh("echo chosen >/etc/shop/secret-key");
    assert_eq!(host.sh(key), "chosen\n");
    host.sh("systemctl restart shop-web");
}

/// A migration keeps the data; one that fails keeps the release.
fn versions_come(project: &Project, host: &Booted) {
    let url = "http://127.0.0.1:8001/orders";
    let migration = |number: &str, before: &str, operation: &str| {
        format!(
            "cat >shop/orders/migrations/{number}.py <<'EOF'\nfrom django.db import migrations\n\n\n\
             class Migration(migrations.Migration):\n    dependencies = [(\"orders\", \"{before}\")]\n    \
             operations = [migrations.RunSQL(\"{operation}\", migrations.RunSQL.noop)]\nEOF\n\
             tar --exclude=__pycache__ -czf build/shop.tar.gz shop"
        )
    };
    let shout = migration("0002_shout", "0001_initial", "UPDATE orders_order SET item = upper(item)");
    let second = another_version(
        project,
        host,
        "1.1.0",
        &format!("sed -i 's/1\\.0\\.0/1.1.0/' shop/__init__.py\n{shout}"),
    );
    host.ok(&["dpkg", "-i", &second]);
    let answer = ask(host, url, "", "1.1.0");
    assert!(answer.contains("{\"number\": 1, \"item\": \"TEA\", \"confirmed\": true}"), "{answer}");
    assert_eq!(host.sh("stat -c %U /var/lib/shop/db.sqlite3"), "shop\n");
    assert_eq!(host.read("/etc/shop/secret-key"), "chosen\n");
    ask(host, url, "item=milk", "\"number\": 2");
    ask(host, url, "", "{\"number\": 2, \"item\": \"milk\", \"confirmed\": true}");
    let wrong = migration("0003_wrong", "0002_shout", "UPDATE nowhere SET item = 1");
    let third = another_version(
        project,
        host,
        "1.2.0",
        &format!("sed -i 's/1\\.1\\.0/1.2.0/' shop/__init__.py\n{wrong}"),
    );
    let failed = host.run(&["dpkg", "-i", &third]);
    assert!(!failed.success() && failed.stderr.contains("no such table: nowhere"), "{}", failed.text());
    ask(host, url, "", "1.1.0");
    assert_eq!(host.sh("systemctl is-active shop-web shop-worker shop-beat"), "active\n".repeat(3));
    assert_eq!(host.ok(&["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", "shop"]), "ii 1.1.0");
}

/// The package that dh-virtualenv made of an earlier version: its virtualenv, the unit, the configuration, and the
/// maintainer scripts with what debhelper puts into them.
const OLD_PACKAGE: &str = r#"
old=old/tally
mkdir -p $old/DEBIAN $old/opt/venvs $old/etc/tally $old/etc/default $old/usr/lib/systemd/system
cp -a build/venv $old/opt/venvs/tally
grep -rlI "$PWD/build/venv" $old/opt/venvs/tally/bin | xargs sed -i "s|$PWD/build/venv|/opt/venvs/tally|g"
sed -i 's/1\.3\.0/1.2.0/' $old/opt/venvs/tally/lib/python3.11/site-packages/tally/__init__.py
cp debian/tally.service $old/usr/lib/systemd/system/
cp deploy/gunicorn.py $old/etc/tally/
cp debian/tally.default $old/etc/default/tally
printf '/etc/tally/gunicorn.py\n/etc/default/tally\n' >$old/DEBIAN/conffiles
printf 'interest-noawait /usr/bin/python3.11\n' >$old/DEBIAN/triggers
cat >$old/DEBIAN/control <<EOF
Package: tally
Version: 1.2.0-1
Architecture: amd64
Maintainer: Ops <ops@example.com>
Depends: adduser, python3.11
Description: counts votes over HTTP
EOF
enable='deb-systemd-helper unmask tally.service >/dev/null || true
deb-systemd-helper enable tally.service >/dev/null || true
systemctl --system daemon-reload
deb-systemd-invoke start tally.service'
awk -v part="$enable" '/#DEBHELPER#/ { print part; next } { print }' debian/tally.postinst >$old/DEBIAN/postinst
printf '#!/bin/sh\nset -e\ndeb-systemd-invoke stop tally.service\n' >$old/DEBIAN/prerm
printf '#!/bin/sh\nset -e\nsystemctl --system daemon-reload\n' >$old/DEBIAN/postrm
printf 'if [ "$1" = purge ]; then deb-systemd-helper purge tally.service; fi\n' >>$old/DEBIAN/postrm
chmod 0755 $old/DEBIAN/p*
dpkg-deb --build --root-owner-group -Zgzip $old old/old.deb
"#;

#[test]
fn a_host_with_the_package_of_dh_virtualenv_is_upgraded_and_keeps_what_is_its_own() {
    let project = need!(Project::new("dh-virtualenv"));
    let host = need!(Booted::new());
    let deb = project.build();
    host.copy_in(deb.parent().unwrap(), "/srv/dist");
    project.sh(OLD_PACKAGE);
    host.copy_in(&project.path().join("old/old.deb"), "/srv/old.deb");
    host.ok(&["dpkg", "-i", "/srv/old.deb"]);
    let url = "http://127.0.0.1:8002/";
    ask(&host, url, "name=tea", "\"tea\":1");
    ask(&host, url, "", "\"version\":\"1.2.0\"");
    host.sh("sed -i 's/workers = 1/workers = 2/' /etc/tally/gunicorn.py");

    let said = host.sh(&format!("cd /srv\n{}", project.documented("sh", 1)));
    assert!(said.contains("1.3.0\n") && said.contains("active (running)"), "{said}");
    let answer = ask(&host, url, "", "\"version\":\"1.3.0\"");
    assert!(answer.contains("\"tea\":1"), "{answer}");
    assert!(host.read("/etc/tally/gunicorn.py").contains("workers = 2"));
    assert_eq!(host.sh("systemctl is-enabled tally.service tally-report.timer"), "enabled\nenabled\n");
    assert_eq!(host.run(&["dpkg", "-V", "tally"]).stdout, "??5?????? c /etc/tally/gunicorn.py\n");
    assert_eq!(host.sh("ls /opt"), "tally\n");
    host.sh("systemctl start tally-report.service");
    until(&host, "journalctl -u tally-report | grep -q 'tea: 1'");
    host.ok(&["dpkg", "--purge", "tally"]);
    // The data was there before: it is not the new package's to remove.
    let left = "find /etc /opt /usr /var/lib -path /var/lib/dpkg -prune -o -path '*systemd/timers*' -o -name '*tally*' -print";
    assert_eq!(host.sh(left), "/var/lib/tally\n/var/lib/tally/tally.db\n");
}
