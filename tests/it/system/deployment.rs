//! An application that imports late and reads templates, as packages of any name, port and version.

use super::project::Project;
use crate::bed::Booted;
use crate::bed::Output;
use crate::bed::venv;

/// How many modules are imported, and templates read, only when a request asks for them.
const LATE: usize = 150;

pub struct Shop {
    name: &'static str,
    port: u16,
    pub project: Project,
}

impl Shop {
    /// None without the virtualenv of the set-up.
    #[track_caller]
    pub fn new(name: &'static str, port: u16) -> Option<Self> {
        let venv = venv("3.11-venv-plain")?;
        let project = Project::new(&manifest(name, port)).with_venv(&venv.tar);
        project.write("gunicorn.py", &format!("bind = \"127.0.0.1:{port}\"\nworkers = 1\nthreads = 4\n"));
        project.write("before.sh", "#!/bin/sh\nexit 0\n");
        project.write("after.sh", "#!/bin/sh\nexit 0\n");
        project.write("app/shop/__init__.py", "");
        project.write("app/shop/cli.py", "def main():\n    print('shop')\n");
        project.write("app/shop/serve.py", include_str!("deployment/serve.py"));
        project.write("app/shop/health.txt", "well");
        for number in 0..LATE {
            project.write(&format!("app/shop/late/m{number}.py"), &format!("NUMBER = {number}\n"));
            project
                .write(&format!("app/shop/templates/t{number}.html"), &format!("{{{{ version }}}} {number}"));
        }
        project.write("app/shop/late/__init__.py", "");
        Some(Self { name, port, project })
    }

    /// Builds a version and brings it and the client to the host; its path there.
    #[track_caller]
    pub fn deliver(&self, host: &Booted, version: &str) -> String {
        self.project.write("app/shop/version.txt", version);
        let deb = self.project.build(version);
        let to = format!("/srv/{}", deb.file_name().unwrap().to_str().unwrap());
        host.copy_in(&deb, &to);
        self.project.write("client.py", include_str!("deployment/client.py"));
        host.copy_in(&self.project.path().join("client.py"), "/srv/client.py");
        to
    }

    /// Builds and installs a version.
    #[track_caller]
    pub fn install(&self, host: &Booted, version: &str) -> Output {
        let deb = self.deliver(host, version);
        host.run(&["dpkg", "--force-unsafe-io", "-i", &deb])
    }

    /// What `current` points to.
    #[track_caller]
    pub fn current(&self, host: &Booted) -> String {
        host.ok(&["readlink", &format!("/opt/{}/current", self.name)]).trim().to_owned()
    }

    /// This version is installed whole, answers, and nothing is left to configure.
    #[track_caller]
    pub fn stands(&self, host: &Booted, version: &str) {
        let name = self.name;
        let state = host.ok(&["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", name]);
        assert_eq!(state.split_whitespace().collect::<Vec<_>>(), ["ii", version]);
        assert_eq!(host.ok(&["dpkg", "--audit"]), "");
        assert_eq!(host.ok(&["dpkg", "-V", name]), "");
        assert_eq!(host.sh(&format!("ls /opt/{name}/releases | wc -l")).trim(), "1");
        let answer = host.ok(&["python3", "/srv/client.py", "--once", &self.port.to_string()]);
        assert_eq!(answer.trim(), version, "the service does not answer as {version}");
    }
}

fn manifest(name: &str, port: u16) -> String {
    format!(
        r#"
[package]
name = "{name}"
version = "0"
maintainer = "Ops <ops@example.com>"
summary = "shop"
[[command]]
name = "{name}"
entry-point = "shop.cli:main"
[[service]]
name = "{name}"
exec = "venv/bin/gunicorn -c /etc/{name}/gunicorn.py shop.serve:app"
user = "{name}"
state-directory = ["{name}"]
health = {{ http = "http://127.0.0.1:{port}/health", timeout = "4s" }}
[[config]]
source = "gunicorn.py"
path = "/etc/{name}/gunicorn.py"
[hooks]
before-activate = "before.sh"
after-activate = "after.sh"
"#
    )
}
