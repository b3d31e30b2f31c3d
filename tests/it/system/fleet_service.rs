//! A service of the layout `split` under real systemd: asked all the time, through upgrades, rollbacks and a reboot.

use std::fs;
use std::path::Path;

use super::fleet_kit::project;
use crate::bed::{Booted, need};
use crate::project::Project;

/// Answers with the version of the application and of a distribution of its virtualenv.
const SERVER: &str = r#"
import http.server, depend
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = ("%s/%s" % (VERSION, depend.VERSION)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
def main():
    print(VERSION)
def serve():
    http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Answer).serve_forever()
if __name__ == "__main__":
    serve()
"#;

/// Asks without a pause until it is told to stop, and writes a line for each answer.
const CLIENT: &str = r#"
import os, time, urllib.request
end = time.time() + 120
with open("/srv/answers", "w") as log:
    while time.time() < end and not os.path.exists("/srv/stop"):
        try:
            with urllib.request.urlopen("http://127.0.0.1:8000/", timeout=5) as answer:
                log.write(answer.read().decode() + "\n")
        except OSError:
            log.write("failed\n")
        log.flush()
        time.sleep(0.005)
"#;

struct Service {
    host: Booted,
    project: Project,
}

/// What the client saw, in runs of the same answer.
type Runs = Vec<(String, usize)>;

impl Service {
    fn new() -> Option<Service> {
        let host = Booted::new()?;
        let project = project();
        project.append(
            "[[service]]\nname = \"orders\"\nuser = \"root\"\nexec = \"venv/bin/python -m orders\"\n\
             health = { http = \"http://127.0.0.1:8000/\", timeout = \"30s\" }\n",
        );
        let service = Service { host, project };
        service.host.sh("mkdir -p /srv/debs");
        fs::write(service.host.path().join("srv/client.py"), CLIENT).unwrap();
        Some(service)
    }

    /// Builds a version with a virtualenv of the same version, and puts the packages on the host.
    fn build(&self, version: &str) -> Vec<String> {
        let site = "build/venv/lib/python3.11/site-packages";
        for entry in fs::read_dir(self.project.path(site)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|kind| kind == "dist-info") {
                fs::remove_dir_all(path).unwrap();
            }
        }
        self.project.write(&format!("{site}/depend.py"), format!("VERSION = '{version}'\n"));
        self.project.write(&format!("{site}/depend-{version}.dist-info/RECORD"), "depend.py,,\n");
        self.project.write(
            "app/orders/__init__.py",
            format!("VERSION = '{version}'\ndef main():\n    print(VERSION)\n"),
        );
        self.project.write("app/orders/__main__.py", format!("VERSION = '{version}'\n{SERVER}"));
        let built = self.project.build(&["--set", &format!("package.version={version}")]).out;
        let shelve = |deb: &str| {
            let to = format!("/srv/debs/{}", Path::new(deb).file_name().unwrap().to_str().unwrap());
            self.host.copy_in(Path::new(deb), &to);
            to
        };
        built.lines().map(shelve).collect()
    }

    #[track_caller]
    fn install(&self, debs: &[String]) {
        let [venv, release, orders] = debs else { panic!("three packages: {debs:?}") };
        let dpkg = ["dpkg", "--force-unsafe-io", "--force-confdef", "-i"];
        self.host.ok(&[&dpkg[..], &[venv, release]].concat());
        self.host.ok(&[&dpkg[..], &[orders]].concat());
    }

    /// What the service answered while this was done: at least some answers before and after it.
    fn asked_during(&self, act: impl FnOnce(&Self)) -> Runs {
        self.host.sh("rm -f /srv/stop /srv/answers; setsid python3 /srv/client.py >/dev/null 2>&1 & sleep 1");
        act(self);
        self.host.sh("sleep 1; touch /srv/stop; sleep 0.2");
        let mut runs: Runs = Vec::new();
        for line in self.host.read("/srv/answers").lines() {
            match runs.last_mut() {
                Some((last, count)) if last == line => *count += 1,
                _ => runs.push((line.to_owned(), 1)),
            }
        }
        runs
    }
}

/// The old release answers, then nobody perhaps, then the new one; nothing else in between, and no answer of two.
#[track_caller]
fn only_the_restart_drops(what: &str, runs: &Runs, old: &str, new: &str) {
    let total: usize = runs.iter().map(|(_, count)| count).sum();
    let failed: usize = runs.iter().filter(|(answer, _)| answer == "failed").map(|(_, count)| count).sum();
    eprintln!("{what}: {failed} of {total} requests failed, all while the service restarted");
    let answers: Vec<&str> = runs.iter().map(|(answer, _)| answer.as_str()).collect();
    let (before, after) = (format!("{old}/{old}"), format!("{new}/{new}"));
    assert!(answers == [&*before, "failed", &*after] || answers == [&*before, &*after], "{what}: {runs:?}");
    assert!(runs[0].1 > 20 && runs[runs.len() - 1].1 > 20, "{what}: {runs:?}");
}

#[test]
fn a_service_answers_through_an_upgrade_and_a_rollback_but_for_its_restart() {
    let service = need!(Service::new());
    service.install(&service.build("1.0"));
    let next = service.build("1.1");
    let runs = service.asked_during(|service| service.install(&next));
    only_the_restart_drops("upgrade", &runs, "1.0", "1.1");
    let runs = service.asked_during(|service| drop(service.host.ok(&["orders-rollback"])));
    only_the_restart_drops("rollback", &runs, "1.1", "1.0");
}

#[test]
fn a_reboot_between_unpacking_and_configuring_finds_a_service_that_runs() {
    let mut service = need!(Service::new());
    service.install(&service.build("1.0"));
    let debs = service.build("1.1");
    service.host.ok(&["dpkg", "--force-unsafe-io", "-i", &debs[0], &debs[1]]);
    service.host.ok(&["dpkg", "--force-unsafe-io", "--force-confdef", "--unpack", &debs[2]]);
    service.host.reboot();
    let state = service.host.ok(&["dpkg-query", "-W", "-f", "${db:Status-Abbrev}", "orders"]);
    assert_eq!(state.trim(), "iU");
    let runs = service.asked_during(|_| ());
    assert!(runs.iter().any(|(answer, count)| answer == "1.1/1.1" && *count > 20), "{runs:?}");
    service.host.ok(&["dpkg", "--configure", "-a"]);
    let state = service.host.ok(&["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", "orders"]);
    assert_eq!(state, "ii 1.1");
    assert_eq!(service.host.ok(&["orders"]), "1.1\n");
}

#[test]
fn what_the_administrator_did_to_a_service_stays_through_changes_of_the_layout() {
    let service = need!(Service::new());
    let single = |version: &str| {
        let text = fs::read_to_string(service.project.path("mkdeb.toml")).unwrap();
        service.project.write("single.toml", text.replace("kind = \"split\"\nkeep = 1\n", ""));
        service.project.write("app/orders/__init__.py", format!("def main():\n    print('{version}')\n"));
        let set = format!("package.version={version}");
        let built = service.project.build(&["-f", "single.toml", "-o", ".", "--set", &set]).out;
        service.host.copy_in(Path::new(built.trim()), "/srv/debs/single.deb");
        service.host.ok(&["dpkg", "--force-unsafe-io", "--force-confdef", "-i", "/srv/debs/single.deb"]);
    };
    let is = |word: &str| service.host.run(&["systemctl", word, "orders"]).stdout.trim().to_owned();
    service.install(&service.build("1.0"));
    assert_eq!((is("is-enabled"), is("is-active")), ("enabled".to_owned(), "active".to_owned()));
    service.host.sh("systemctl disable --now orders");
    single("1.1");
    assert_eq!((is("is-enabled"), is("is-active")), ("disabled".to_owned(), "inactive".to_owned()));
    service.host.sh("systemctl mask orders");
    service.install(&service.build("1.2"));
    assert_eq!((is("is-enabled"), is("is-active")), ("masked".to_owned(), "inactive".to_owned()));
    service.host.sh("systemctl unmask orders; systemctl enable --now orders");
    service.install(&service.build("1.3"));
    assert_eq!((is("is-enabled"), is("is-active")), ("enabled".to_owned(), "active".to_owned()));
    let runs = service.asked_during(|_| ());
    assert!(runs.len() == 1 && runs[0].0 == "1.3/1.3", "{runs:?}");
}

#[test]
fn whatever_fails_in_an_upgrade_leaves_the_release_before_installed_and_running() {
    let service = need!(Service::new());
    service.install(&service.build("1.0"));
    let manifest = fs::read_to_string(service.project.path("mkdeb.toml")).unwrap();
    let main = |service: &Service, text: &str| {
        service.project.write("app/orders/__main__.py", text);
    };
    let failures =
        [("hook", "the hook before-activate failed"), ("restart", "orders.service"), ("health", "health")];
    for (number, (kind, words)) in failures.into_iter().enumerate() {
        let version = format!("1.{}", number + 1);
        let mut debs = service.build(&version);
        match kind {
            "hook" => {
                service.project.write("fail.sh", "#!/bin/sh\nexit 1\n");
                service
                    .project
                    .write("mkdeb.toml", format!("{manifest}[hooks]\nbefore-activate = \"fail.sh\"\n"));
            }
            "restart" => main(&service, "raise SystemExit(3)\n"),
            _ => main(&service, "import time\ntime.sleep(600)\n"),
        }
        if kind == "health" {
            service.project.write("mkdeb.toml", manifest.replace("timeout = \"30s\"", "timeout = \"3s\""));
        }
        let set = format!("package.version={version}");
        let built = service.project.build(&["--set", &set]).out;
        for (deb, to) in built.lines().zip(&mut debs) {
            *to = format!("/srv/debs/{}", Path::new(deb).file_name().unwrap().to_str().unwrap());
            service.host.copy_in(Path::new(deb), to);
        }
        service.project.write("mkdeb.toml", &manifest);
        service.host.ok(&["dpkg", "--force-unsafe-io", "-i", &debs[0], &debs[1]]);
        let failed = service.host.run(&["dpkg", "--force-unsafe-io", "--force-confdef", "-i", &debs[2]]);
        assert!(!failed.success() && failed.text().contains(words), "{kind}: {}", failed.text());
        let state = service.host.ok(&["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", "orders"]);
        assert_eq!((&*state, &*service.host.ok(&["dpkg", "--audit"])), ("ii 1.0", ""), "{kind}");
        let runs = service.asked_during(|_| ());
        assert!(
            runs.last().is_some_and(|(answer, count)| answer == "1.0/1.0" && *count > 20),
            "{kind}: {runs:?}"
        );
    }
}

#[test]
fn the_state_of_a_service_of_dh_virtualenv_is_inherited() {
    let service = need!(Service::new());
    let project = &service.project;
    project.write(
        "old/DEBIAN/control",
        "Package: orders\nVersion: 0.9\nArchitecture: all\nMaintainer: Ops <ops@example.com>\nDescription: x\n",
    );
    // What debhelper puts into its scripts.
    project.program(
        "old/DEBIAN/postinst",
        "#!/bin/sh\nset -e\ndeb-systemd-helper unmask orders.service >/dev/null || true\n\
         deb-systemd-helper --quiet was-enabled orders.service && deb-systemd-helper enable orders.service >/dev/null || \
         deb-systemd-helper update-state orders.service >/dev/null || true\n\
         systemctl --system daemon-reload\ndeb-systemd-invoke start orders.service\n",
    );
    project.program("old/opt/venvs/orders/bin/serve", "#!/bin/sh\nexec sleep 600\n");
    project.write(
        "old/lib/systemd/system/orders.service",
        "[Service]\nExecStart=/opt/venvs/orders/bin/serve\n[Install]\nWantedBy=multi-user.target\n",
    );
    let script = "dpkg-deb --root-owner-group -b old old.deb";
    let packed =
        std::process::Command::new("/bin/sh").args(["-euc", script]).current_dir(project.dir()).output();
    assert!(packed.unwrap().status.success());
    service.host.copy_in(&project.path("old.deb"), "/srv/old.deb");
    let is = |word: &str| service.host.run(&["systemctl", word, "orders"]).stdout.trim().to_owned();
    service.host.ok(&["dpkg", "--force-unsafe-io", "-i", "/srv/old.deb"]);
    assert_eq!((is("is-enabled"), is("is-active")), ("enabled".to_owned(), "active".to_owned()));
    service.host.sh("systemctl disable --now orders");
    service.install(&service.build("1.0"));
    assert_eq!((is("is-enabled"), is("is-active")), ("disabled".to_owned(), "inactive".to_owned()));
    assert_eq!(service.host.ok(&["orders"]), "1.0\n");
    assert!(!service.host.path().join("opt/venvs").exists());
}
