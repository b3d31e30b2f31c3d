//! The examples: made as their READMEs say, compared with what is expected, installed, run and purged.

mod ci;
mod documents;
mod golden;
mod project;
mod recording;
mod services;

pub use project::blocks;
use std::path::Path;

use self::project::{Project, output};
use crate::bed::{Root, Suite, need};

/// Everything on the host but what dpkg, apt, the tests and systemd-sysusers keep for themselves.
const LISTING: &str = "find / -xdev ! -path '/var/lib/dpkg/*' ! -path '/var/log/dpkg.log' ! -path '/srv*' \
    ! -path '/var/lib/apt/*' ! -path '/var/cache/apt/*' ! -path '/var/log/apt*' ! -path '/tmp/*' \
    ! -path '/etc/passwd*' ! -path '/etc/group*' ! -path '/etc/shadow*' ! -path '/etc/gshadow*' \
    ! -path '/etc/.pwd.lock' ! -path '/run/adduser' ! -path '/proc*' ! -path '/dev*' | sort";

/// Builds an example, compares it, and gives a fresh host the commands; what they said.
#[track_caller]
fn comes_and_goes(project: &Project, package: &str, commands: &str) -> Option<String> {
    let deb = project.build();
    golden::compare(project.name(), &deb);
    is_readable(&deb);
    let root = Root::new(Suite::Bookworm)?;
    let before = root.sh(LISTING);
    root.copy_in(deb.parent().unwrap(), "/srv/dist");
    let said = root.sh(&format!("cd /srv\n{commands}"));
    assert_eq!(root.ok(&["dpkg", "-V", package]), "");
    assert_eq!(root.ok(&["dpkg", "--audit"]), "");
    root.ok(&["dpkg", "--purge", package]);
    assert_eq!(root.sh(LISTING), before);
    Some(said)
}

/// Programs that never heard of mkdeb read the package.
#[track_caller]
fn is_readable(deb: &Path) {
    let dir = tempfile::tempdir().unwrap();
    let (deb, tree) = (deb.to_str().unwrap(), dir.path().to_str().unwrap());
    output("dpkg-deb", &["-I", deb]);
    output("dpkg-deb", &["-c", deb]);
    output("dpkg-deb", &["-x", deb, tree]);
    let sums = "dpkg-deb -I \"$1\" md5sums >\"$2.sums\"; cd \"$2\"; md5sum --check --quiet --strict \"$2.sums\"; rm \"$2.sums\"";
    output("sh", &["-euc", sums, "sh", deb, tree]);
    let counted = output("/usr/bin/python3", &["-c", DEBFILE, deb]);
    let files = walkdir::WalkDir::new(tree).into_iter().count();
    assert_eq!(counted.trim().parse::<usize>().unwrap(), files);
}

const DEBFILE: &str = "
import sys
from debian.debfile import DebFile
deb = DebFile(sys.argv[1])
assert deb.debcontrol()['Package'] and deb.md5sums(encoding='utf-8')
print(len(list(deb.data)))
";

#[test]
fn the_hello_example_comes_and_goes() {
    let project = need!(Project::new("hello"));
    let said = need!(comes_and_goes(&project, "hello-app", &project.documented("sh", 1)));
    assert!(said.ends_with("hello, Debian\n"), "{said}");
}

#[test]
fn the_compiled_example_comes_and_goes() {
    let project = need!(Project::new("compiled"));
    let said = need!(comes_and_goes(&project, "seal", &project.documented("sh", 1)));
    assert!(said.ends_with("secret\n"), "{said}");
}

#[test]
fn the_pyproject_example_comes_and_goes() {
    let project = need!(Project::new("pyproject"));
    let said = need!(comes_and_goes(&project, "word-count", &project.documented("sh", 1)));
    assert!(said.ends_with("2 to\n"), "{said}");
}

#[test]
fn the_flask_service_example_comes_and_goes_and_lintian_finds_no_error() {
    let project = need!(Project::new("flask-service"));
    let commands = "apt-get install ./dist/orders_1.0.0-1_amd64.deb\norders --version";
    let said = need!(comes_and_goes(&project, "orders", commands));
    assert!(said.ends_with("1.0.0\n"), "{said}");
    // The lintian of bookworm does not read zstd.
    let deb = project.sh("mkdir xz; mkdeb build --quiet -Z xz:1 -o xz/");
    output("lintian", &["--fail-on", "error", deb.trim()]);
}

#[test]
fn the_django_celery_example_comes_and_goes() {
    let project = need!(Project::new("django-celery"));
    let commands = "apt-get install ./dist/shop_1.0.0_amd64.deb\nshop-manage check";
    let said = need!(comes_and_goes(&project, "shop", commands));
    assert!(said.ends_with("no issues (0 silenced).\n"), "{said}");
}

#[test]
fn the_first_package_is_made_and_installed_as_its_guide_says() {
    let project = need!(Project::of_guide());
    project.sh(&project.documented("sh", 0));
    let documented = project.documented("sh", 1);
    let (build, install) = documented.split_once('\n').unwrap();
    project.sh(build);
    let told = project.sh(&project.documented("sh", 2));
    for words in ["Version:      1.4.2\n", "gunicorn 23.", "/venv: Python 3.11", "Relocated:  "] {
        assert!(told.contains(words), "{told}");
    }
    let root = need!(Root::new(Suite::Bookworm));
    root.copy_in(&project.path().join("dist"), "/srv/dist");
    root.sh(&format!("cd /srv\n{install}"));
    assert_eq!(root.ok(&["orders", "--version"]), "1.0.0\n");
}

#[test]
fn a_project_of_dh_virtualenv_is_packaged_from_its_debian_directory_and_comes_and_goes() {
    let project = need!(Project::new("dh-virtualenv"));
    let commands = "apt-get install ./dist/tally_1.3.0-1_amd64.deb\ntally vote tea\ntally report";
    let said = need!(comes_and_goes(&project, "tally", commands));
    assert!(said.ends_with("tea: 1\n"), "{said}");
}
