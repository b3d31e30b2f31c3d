//! An application of the layout `split`, and what can be asked of a host that has it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::bed::{Output, Root, Suite};
use crate::project::Project;

/// An application whose virtualenv is of the root's Python.
pub fn project() -> Project {
    project_for(Suite::Bookworm)
}

/// The same for another suite, with a virtualenv of its Python that holds nothing.
pub fn project_for(suite: Suite) -> Project {
    let minor = if suite == Suite::Trixie { 13 } else { 11 };
    let project = Project::new(&format!(
        "python = \"/usr/bin/python3.{minor}\"\n[layout]\nkind = \"split\"\nkeep = 1\n\
         [[command]]\nname = \"orders\"\nentry-point = \"orders:main\"\n\
         [[config]]\nsource = \"orders.conf\"\npath = \"/etc/orders/orders.conf\"\n",
    ));
    project.write("orders.conf", "port = 8000\n");
    if minor != 11 {
        let venv = project.path("build/venv");
        fs::remove_dir_all(&venv).unwrap();
        project.write("build/venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.13.5\n");
        project.write("build/venv/lib/python3.13/site-packages/README", "nothing\n");
        fs::create_dir_all(venv.join("bin")).unwrap();
        for (name, target) in
            [("python", "/usr/bin/python3.13"), ("python3", "python"), ("python3.13", "python")]
        {
            symlink(target, venv.join("bin").join(name)).unwrap();
        }
    }
    project
}

/// The packages of one version, in the order in which dpkg takes them.
pub struct Built {
    pub venv: String,
    pub release: String,
    pub orders: String,
    /// The package of the application, on this machine.
    pub deb: PathBuf,
}

/// Builds a version, which prints itself, and puts the packages into the root.
pub fn build(project: &Project, root: &Root, version: &str) -> Built {
    project.write("app/orders/__init__.py", format!("def main():\n    print('{version}')\n"));
    let ran = project.build(&["--set", &format!("package.version={version}")]);
    let debs: Vec<PathBuf> = ran.out.lines().map(PathBuf::from).collect();
    let [apt, dpkg] =
        ["\ninstall with: apt-get install /", "&& dpkg -i "].map(|words| ran.err.contains(words));
    assert!(apt && dpkg, "{}", ran.err);
    let [venv, release, orders] = &debs[..] else { panic!("three packages: {}", ran.out) };
    let shelf = |deb: &Path| {
        let to = format!("/srv/debs/{}", deb.file_name().unwrap().to_str().unwrap());
        root.copy_in(deb, &to);
        to
    };
    Built { venv: shelf(venv), release: shelf(release), orders: shelf(orders), deb: orders.clone() }
}

pub fn dpkg(root: &Root, debs: &[&str]) -> Output {
    let words = ["dpkg", "--force-unsafe-io", "--force-confdef", "-i"];
    root.run(&[&words[..], debs].concat())
}

pub fn status(root: &Root, package: &str) -> String {
    let output = root.run(&["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", package]);
    output.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The version is installed, whole and current, and answers.
#[track_caller]
pub fn stands(root: &Root, version: &str) {
    assert_eq!(status(root, "orders"), format!("ii {version}"));
    assert_eq!(root.ok(&["orders"]).trim(), version);
    let current = root.ok(&["readlink", "/opt/orders/current"]);
    assert!(current.starts_with(&format!("releases/{version}-")), "{current}");
    assert_eq!(root.ok(&["dpkg", "--audit"]), "");
    assert_eq!(root.sh("dpkg --verify $(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n' 'orders*' | sed -n 's/^ii *//p')"), "");
    assert!(!root.path().join("var/lib/mkdeb/orders/transaction").exists());
}

/// The packages of releases and virtualenvs that are installed, without the ends of their names.
pub fn installed(root: &Root, kind: &str) -> Vec<String> {
    let all = root.ok(&["dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Package}\n"]);
    let start = format!("ii orders-{kind}-");
    all.lines().filter_map(|line| line.strip_prefix(&start)).map(str::to_owned).collect()
}

pub const LISTING: &str = "find / -xdev ! -path '/var/lib/dpkg/*' ! -path '/var/log/*' ! -path '/srv*' \
    ! -path '/var/lib/apt/*' ! -path '/var/cache/apt/*' ! -path '/etc/.pwd.lock' ! -path '/proc*' ! -path '/dev*' | sort";
