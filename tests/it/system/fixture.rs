//! Small packages of the `single` layout, built by dpkg-deb from the rendered templates.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use mkdeb::template::Templates;
use mkdeb::template::scripts::{
    Account, Activate, Boot, Check, Conffile, Directory, EntryPoint, Health, HealthProbe, Hook, HookEvent,
    OnUpgrade, Postinst, Postrm, Preflight, Preinst, Prerm, Release, Secret, Start, Unit, UnitKind,
};

/// A release of a package: a service that answers with its version and configuration.
#[derive(Clone, Debug)]
pub struct App {
    pub package: &'static str,
    pub version: &'static str,
    pub prefix: &'static str,
    /// The end of the release id: another one is another build.
    pub build: &'static str,
    /// Path and text.
    pub conffiles: BTreeMap<&'static str, &'static str>,
    /// `before-activate` and its text.
    pub hooks: BTreeMap<&'static str, &'static str>,
    pub user: &'static str,
    /// Unit, text after the usual directives, and what it is.
    pub units: Vec<AppUnit>,
    /// A statement that the module of the entry point runs when imported.
    pub import: &'static str,
    /// A statement that the server runs when it starts.
    pub start: &'static str,
    pub health_path: &'static str,
    /// The units that are asked for their health.
    pub healthy: Vec<&'static str>,
    pub hook_seconds: u32,
    /// Further lines of the control file.
    pub control: &'static str,
    pub replaces: Vec<&'static str>,
    pub secret: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub struct AppUnit {
    pub unit: Unit,
    /// The text of the file; none for the second instance of a template.
    pub text: Option<String>,
}

pub const HOOKS: [(&str, HookEvent); 5] = [
    ("before-activate", HookEvent::BeforeActivate),
    ("after-activate", HookEvent::AfterActivate),
    ("before-rollback", HookEvent::BeforeRollback),
    ("before-remove", HookEvent::BeforeRemove),
    ("after-purge", HookEvent::AfterPurge),
];

impl App {
    pub fn new(version: &'static str) -> App {
        let mut app = App {
            package: "orders",
            version,
            prefix: "/opt/orders",
            build: "00000000",
            conffiles: BTreeMap::from([("/etc/orders/orders.conf", "port = 8000\n")]),
            hooks: BTreeMap::new(),
            user: "orders",
            units: Vec::new(),
            import: "pass",
            start: "pass",
            health_path: "/health",
            healthy: vec!["orders.service"],
            hook_seconds: 60,
            control: "",
            replaces: Vec::new(),
            secret: None,
        };
        app.units.push(app.service("orders.service", OnUpgrade::Restart, ""));
        app
    }

    /// A service whose launcher is `server.py`, with further directives.
    pub fn service(&self, name: &str, on_upgrade: OnUpgrade, extra: &str) -> AppUnit {
        let (prefix, user) = (self.prefix, self.user);
        let text = format!(
            "[Unit]\nDescription=Orders\n[Service]\nType=exec\nUser={user}\nExecStart={prefix}/current/.mkdeb/run/orders\n\
             TimeoutStopSec=5\nEnvironment=UNIT={name}\n{extra}[Install]\nWantedBy=multi-user.target\n"
        );
        let (boot, start) = (Boot::Enabled, Start::Now);
        let unit = Unit { name: name.to_owned(), kind: UnitKind::Service, on_upgrade, boot, start };
        AppUnit { unit, text: Some(text) }
    }

    pub fn id(&self) -> String {
        format!("{}-{}", self.version, self.build)
    }

    /// What a purge deletes.
    fn data(&self) -> Vec<mkdeb::types::path::InstallPath> {
        let fixed = ["/srv/orders", "/var/lib/orders"].into_iter();
        fixed.chain(self.secret).map(|path| path.parse().unwrap()).collect()
    }

    fn release(&self) -> Release {
        Release {
            package: self.package.parse().unwrap(),
            version: self.version.parse().unwrap(),
            id: self.id(),
            prefix: self.prefix.parse().unwrap(),
            split: false,
            keep: 0,
        }
    }

    fn account(&self) -> Account {
        Account { user: self.user.parse().unwrap(), group: self.user.parse().unwrap() }
    }

    pub fn activate(&self) -> Activate {
        let service = self.account();
        let hook = |name: &&str| Hook {
            event: HOOKS.iter().find(|(known, _)| *known == *name).unwrap().1,
            account: service.clone(),
            seconds: self.hook_seconds,
        };
        Activate {
            release: self.release(),
            python: Some(format!("{}/releases/{}/venv/bin/python", self.prefix, self.id()).parse().unwrap()),
            account: service.clone(),
            accounts: vec![self.user.parse().unwrap()],
            declared: Vec::new(),
            directories: vec![Directory {
                path: "/srv/orders".parse().unwrap(),
                user: self.user.parse().unwrap(),
                group: self.user.parse().unwrap(),
                mode: "750".parse().unwrap(),
            }],
            secrets: self
                .secret
                .iter()
                .map(|path| Secret {
                    path: path.parse().unwrap(),
                    group: self.user.parse().unwrap(),
                    mode: "640".parse().unwrap(),
                })
                .collect(),
            conffiles: vec![Conffile {
                path: "/etc/orders/orders.conf".parse().unwrap(),
                group: self.user.parse().unwrap(),
                mode: "640".parse().unwrap(),
            }],
            units: self.units.iter().map(|unit| unit.unit.clone()).collect(),
            health: self
                .healthy
                .iter()
                .map(|unit| Health {
                    unit: (*unit).to_owned(),
                    account: service.clone(),
                    seconds: 4,
                    check: Check::Http(format!("http://127.0.0.1:8000{}", self.health_path)),
                })
                .collect(),
            hooks: self.hooks.keys().map(hook).collect(),
            environment_files: vec!["/etc/orders/env".parse().unwrap()],
        }
    }

    /// Builds the package; its path.
    pub fn build(&self, dir: &Path) -> PathBuf {
        let tree = dir.join(format!("{}-{}", self.package, self.id()));
        let release = format!("{}/releases/{}", &self.prefix[1..], self.id());
        self.put_release(&tree.join(&release));
        self.put_surroundings(&tree);
        self.put_control(&tree);
        let deb = dir.join(format!("{}_{}.deb", self.package, self.id()));
        let mut command = Command::new("dpkg-deb");
        command.args(["-Zgzip", "-z1", "--root-owner-group", "--build"]).arg(&tree).arg(&deb);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        deb
    }

    fn put_release(&self, release: &Path) {
        let templates = Templates::new(&BTreeMap::new()).unwrap();
        let absolute = format!("{}/releases/{}", self.prefix, self.id());
        let preflight = Preflight {
            prefix: Some(format!("{absolute}/venv").parse().unwrap()),
            python_path: vec![absolute.parse().unwrap()],
            entry_points: vec![EntryPoint { module: "orders".to_owned(), object: "main".to_owned() }],
        };
        let probe = HealthProbe { user_agent: "mkdeb-health/orders".to_owned() };
        let version = self.version;
        let (import, start) = (self.import, self.start);
        put(
            &release.join("orders.py"),
            &format!("{import}\n\ndef main():\n    print('orders {version}')\n"),
            0o644,
        );
        put(&release.join("server.py"), &SERVER.replace("VERSION", version).replace("START", start), 0o644);
        for number in 0..30 {
            put(&release.join(format!("part{number}.txt")), version, 0o644);
        }
        let mkdeb = release.join(".mkdeb");
        put(&mkdeb.join("activate"), &templates.render("activate.sh.hbs", &self.activate()).unwrap(), 0o755);
        put(&mkdeb.join("preflight.py"), &templates.render("preflight.py.hbs", &preflight).unwrap(), 0o644);
        put(&mkdeb.join("health.py"), &templates.render("health.py.hbs", &probe).unwrap(), 0o644);
        put(&mkdeb.join("env"), "export ORDERS_SETTING='from the unit'\n", 0o644);
        put(
            &mkdeb.join("run/orders"),
            &format!("#!/bin/sh\ncd {absolute} && exec venv/bin/python {absolute}/server.py\n"),
            0o755,
        );
        put(
            &mkdeb.join("bin/orders"),
            &format!("#!/bin/sh\nexec {absolute}/venv/bin/python -I -c 'print(\"{version}\")'\n"),
            0o755,
        );
        let sums = self.conffiles.iter().map(|(path, text)| format!("{:x}  {path}\n", md5::compute(text)));
        put(&mkdeb.join("conffiles"), &sums.collect::<String>(), 0o644);
        let data = self.data().iter().map(|path| format!("{path}\n")).collect::<String>();
        put(&mkdeb.join("data"), &data, 0o644);
        let units = self.units.iter().map(|unit| format!("{} service\n", unit.unit.name));
        put(&mkdeb.join("units"), &units.collect::<String>(), 0o644);
        for (name, text) in &self.hooks {
            put(&mkdeb.join("hooks").join(name), &format!("#!/bin/sh\n{text}\n"), 0o755);
        }
        put(&release.join("venv/pyvenv.cfg"), "home = /usr/bin\nversion = 3.11.2\n", 0o644);
        fs::create_dir_all(release.join("venv/bin")).unwrap();
        symlink("/usr/bin/python3.11", release.join("venv/bin/python")).unwrap();
        fs::create_dir_all(release.join("venv/lib/python3.11/site-packages")).unwrap();
    }

    fn put_surroundings(&self, tree: &Path) {
        let prefix = tree.join(&self.prefix[1..]);
        put(&prefix.join(".mkdeb-owner"), &format!("{}\n", self.package), 0o644);
        put(&prefix.join(".mkdeb/release"), &format!("{}\n", self.id()), 0o644);
        fs::create_dir_all(tree.join("usr/bin")).unwrap();
        symlink(format!("{}/current/.mkdeb/bin/orders", self.prefix), tree.join("usr/bin/orders")).unwrap();
        put(
            &tree.join(format!("usr/lib/sysusers.d/{}.conf", self.package)),
            &format!("u {} - \"Orders\" /var/lib/orders\n", self.user),
            0o644,
        );
        for unit in &self.units {
            let name = match unit.unit.name.split_once('@') {
                Some((stem, rest)) => format!("{stem}@.{}", rest.rsplit('.').next().unwrap()),
                None => unit.unit.name.clone(),
            };
            if let Some(text) = &unit.text {
                put(&tree.join("usr/lib/systemd/system").join(name), text, 0o644);
            }
        }
        for (path, text) in &self.conffiles {
            put(&tree.join(&path[1..]), text, 0o644);
        }
    }

    fn put_control(&self, tree: &Path) {
        let templates = Templates::new(&BTreeMap::new()).unwrap();
        let debian = tree.join("DEBIAN");
        let control = format!(
            "Package: {}\nVersion: {}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\n{}Description: orders\n",
            self.package, self.version, self.control
        );
        put(&debian.join("control"), &control, 0o644);
        let conffiles: String = self.conffiles.keys().fold(String::new(), |mut list, path| {
            writeln!(list, "{path}").unwrap();
            list
        });
        put(&debian.join("conffiles"), &conffiles, 0o644);
        let preinst = Preinst {
            release: self.release(),
            interpreter: Some("/usr/bin/python3.11".parse().unwrap()),
            replaces: self.replaces.iter().map(|name| name.parse().unwrap()).collect(),
        };
        let units = self.units.iter().map(|unit| unit.unit.name.clone()).collect();
        let postrm = Postrm { release: self.release(), units, data: self.data() };
        put(&debian.join("preinst"), &templates.render("preinst.sh.hbs", &preinst).unwrap(), 0o755);
        let postinst = Postinst { release: self.release() };
        put(&debian.join("postinst"), &templates.render("postinst.sh.hbs", &postinst).unwrap(), 0o755);
        let prerm = Prerm { release: self.release() };
        put(&debian.join("prerm"), &templates.render("prerm.sh.hbs", &prerm).unwrap(), 0o755);
        put(&debian.join("postrm"), &templates.render("postrm.sh.hbs", &postrm).unwrap(), 0o755);
    }
}

fn put(path: &Path, text: &str, mode: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

const SERVER: &str = r#"
import http.server, os
START
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path != "/health":
            return self.send_error(500, "no")
        here = os.path.dirname(os.path.abspath(__file__))
        try:
            text = open("/etc/orders/orders.conf").read() + open(here + "/part0.txt").read()
        except OSError as error:
            text = str(error)
        body = ("VERSION " + text).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words):
        pass
http.server.HTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
"#;
