//! Every maker, installer, place and Python: built with the real program, installed with the real dpkg,
//! and run.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use mkdeb::content::bytecode::Header;

use crate::bed::{Output, Root, Suite, Venv, cache, missing, need, venv};
use crate::trial::Project;

/// `python -m venv` and virtualenv, filled by pip; uv, filled by uv.
const MAKERS: [&str; 5] = ["venv", "virtualenv20", "virtualenv21", "uv", "uv-relocatable"];

/// What else there is of Python 3.11.
const OPTIONS: [&str; 3] = ["3.11-uv-compiled", "3.11-copies", "3.11-system-site-packages"];

/// Those that must be refused.
pub const BAD: [&str; 9] = [
    "3.9-virtualenv16-plain",
    "3.11-aarch64",
    "3.11-editable-hatchling",
    "3.11-editable-setuptools",
    "3.11-editable-uv",
    "3.11-musl",
    "3.11-pyenv",
    "3.11-usr-local",
    "3.11-uv-managed",
];

/// Each Python, the Debian that carries it, and the kinds of places that it has virtualenvs at.
const PYTHONS: [(&str, Suite, &[&str]); 5] = [
    ("3.9", Suite::Bullseye, &["plain"]),
    ("3.11", Suite::Bookworm, &["plain", "space", "long"]),
    ("3.13", Suite::Trixie, &["plain"]),
    ("3.14", Suite::Forky, &["plain"]),
    ("3.15", Suite::Forky, &["plain"]),
];

/// The longest line that the kernel reads behind `#!`.
const LONGEST: usize = 127;

/// The directories of the build machine: where virtualenvs, their makers and the wheels were.
const TRACES: [&str; 4] = ["/srv/build", "/srv/makers", "/srv/wheels", "/srv/out"];

fn made_at(python: &str, place: &str) -> Vec<String> {
    MAKERS.iter().map(|maker| format!("{python}-{maker}-{place}")).collect()
}

/// An installed package, whose name is also that of its command.
struct Installed<'a> {
    root: &'a Root,
    name: String,
    origin: PathBuf,
    /// Bytecode that the virtualenv had.
    bytecode: usize,
    /// `/opt/NAME/releases/ID/venv`.
    venv: String,
}

fn proves(suite: Suite, names: &[String]) {
    let start = Instant::now();
    let root = need!(Root::new(suite));
    let mut packages: Vec<(String, Venv)> = Vec::new();
    for name in names {
        packages.push((name.clone(), need!(venv(name))));
    }
    let mut line = vec!["dpkg".to_owned(), "--install".to_owned()];
    for (name, venv) in &packages {
        let deb = format!("/srv/{name}.deb");
        build(suite, name, venv, &root.path().join(&deb[1..]));
        line.push(deb);
    }
    let (built, words): (_, Vec<&str>) = (start.elapsed(), line.iter().map(String::as_str).collect());
    root.ok(&words);
    for (name, venv) in packages {
        let installed = Installed::new(&root, &name, venv);
        let (bytecode, scripts) = installed.examine();
        let of = installed.bytecode;
        eprintln!("{suite:?}: {name}: {scripts} scripts, {bytecode} of {of} bytecode files");
    }
    for name in names {
        root.ok(&["dpkg", "--purge", &package(name)]);
        assert!(!root.path().join("opt").join(package(name)).exists(), "{name} left something");
    }
    eprintln!("{suite:?}: built in {built:.1?}, all in {:.1?}", start.elapsed());
}

fn package(name: &str) -> String {
    format!("shop-{name}")
}

fn build(suite: Suite, name: &str, venv: &Venv, deb: &Path) {
    let project = Project::new(&package(name), &venv.tar);
    let target = format!("{suite:?}").to_lowercase();
    let mut words = vec!["--fast", "--target", &target];
    // It sees more than is shipped, which is worth a warning; nothing else is.
    if !name.contains("system-site-packages") {
        words.push("--strict");
    }
    fs::copy(project.package(&words), deb).unwrap();
}

impl<'a> Installed<'a> {
    fn new(root: &'a Root, name: &str, venv: Venv) -> Installed<'a> {
        let listed = Command::new("tar").arg("--list").arg("--file").arg(&venv.tar).output().unwrap();
        let listed = Output::from(listed).ok("tar --list");
        let bytecode = listed.lines().filter(|path| path.ends_with(".pyc")).count();
        let name = package(name);
        let release = root.ok(&["readlink", "-f", &format!("/opt/{name}/current")]);
        let venv_path = format!("{}/venv", release.trim_end());
        Installed { root, name, origin: venv.origin, bytecode, venv: venv_path }
    }

    /// All that is claimed of one package; how much bytecode and how many scripts there were.
    fn examine(&self) -> (usize, usize) {
        self.leaves_no_trace();
        let bytecode = self.judge_bytecode();
        let before = self.snapshot();
        let scripts = self.scripts();
        for user in ["65534", "0"] {
            self.run_everything(user, &scripts);
        }
        self.activates();
        self.imports(bytecode);
        assert_eq!(self.root.ok(&["dpkg", "--verify", &self.name]), "", "{}", self.name);
        let after = self.snapshot();
        assert_eq!(before.difference(&after).collect::<Vec<_>>(), Vec::<&String>::new(), "{}", self.name);
        let mut new = after.difference(&before);
        assert!(new.all(|line| line.contains("/__pycache__/")), "{}", self.name);
        (bytecode, scripts.len())
    }

    /// Every file but directories, with all that dpkg could tell a change by.
    fn snapshot(&self) -> BTreeSet<String> {
        let prefix = format!("/opt/{}", self.name);
        let about = "%p %y %s %T@ %m %U:%G %i %l\n";
        let listed = self.root.ok(&["find", &prefix, "!", "-type", "d", "-printf", about]);
        listed.lines().map(str::to_owned).collect()
    }

    /// Runs a program as a user who has no home; what it printed.
    fn run(&self, user: &str, words: &[&str]) -> Output {
        let (uid, gid) = (format!("--reuid={user}"), format!("--regid={user}"));
        self.root.run(&[&["setpriv", &uid, &gid, "--clear-groups"], words].concat())
    }

    fn scripts(&self) -> Vec<String> {
        let directory = self.root.path().join(&self.venv[1..]).join("bin");
        let entries = fs::read_dir(directory).unwrap().map(Result::unwrap);
        let runs = entries.filter(|entry| {
            let about = entry.metadata().unwrap();
            about.is_symlink() || about.permissions().mode() & 1 != 0
        });
        let names = runs.map(|entry| entry.file_name().into_string().unwrap());
        names.filter(|name| !name.contains("activate")).collect()
    }

    /// Every script of the virtualenv, and the package's command.
    fn run_everything(&self, user: &str, scripts: &[String]) {
        assert!(["python", "flask", "gunicorn"].iter().all(|name| scripts.iter().any(|it| it == name)));
        let prefix = "import sys; print(sys.prefix)";
        for script in scripts {
            let path = format!("{}/bin/{script}", self.venv);
            let what = format!("{path} as {user}");
            if script.starts_with("python") {
                assert_eq!(self.run(user, &[&path, "-c", prefix]).ok(&what), format!("{}\n", self.venv));
            } else {
                let said = self.run(user, &[&path, "--version"]);
                assert!(said.success() && !said.text().is_empty(), "{what}: {}", said.text());
            }
        }
        let said = self.run(user, &[&self.name]).ok(&self.name);
        assert_eq!(said, format!("open 3.1.3 {}\n", self.venv));
    }

    /// The activators know the new place.
    fn activates(&self) {
        let script =
            format!(". {0}/bin/activate; command -v flask; command -v python; echo $VIRTUAL_ENV", self.venv);
        let expected = format!("{0}/bin/flask\n{0}/bin/python\n{0}\n", self.venv);
        // What a relocatable one asks for its own place, dash does not know.
        let shells = if self.name.contains("-relocatable-") { &["bash"][..] } else { &["sh", "bash"] };
        for shell in shells {
            assert_eq!(self.root.ok(&[shell, "-ec", &script]), expected, "{shell}");
        }
        let this = format!("{}/bin/activate_this.py", self.venv);
        if self.root.path().join(&this[1..]).exists() {
            let code = format!(
                "exec(open({this:?}).read(), {{'__file__': {this:?}}}); import flask, sys; print(sys.prefix)"
            );
            let python = fs::read_link(self.root.path().join(&self.venv[1..]).join("bin/python")).unwrap();
            let said = self.root.ok(&[python.to_str().unwrap(), "-B", "-c", &code]);
            assert_eq!(said, format!("{}\n", self.venv));
        }
    }

    /// Neither a body nor a link nor a name of what is installed tells of the machine that built it.
    fn leaves_no_trace(&self) {
        let traces = TRACES.iter().map(|trace| (*trace).to_owned());
        let traces: Vec<String> =
            traces.chain([self.origin.to_str().unwrap().to_owned(), "/.tmp".to_owned()]).collect();
        let listed = self.root.ok(&["dpkg", "--listfiles", &self.name]);
        let scripts = self.root.ok(&["sh", "-c", &format!("ls /var/lib/dpkg/info/{}.*", self.name)]);
        let mut seen = 0;
        for path in listed.lines().chain(scripts.lines()).filter(|path| *path != "/.") {
            let full = self.root.path().join(&path[1..]);
            let about = fs::symlink_metadata(&full).unwrap();
            let body = if about.is_symlink() {
                fs::read_link(&full).unwrap().into_os_string().into_encoded_bytes()
            } else if about.is_file() {
                fs::read(&full).unwrap()
            } else {
                Vec::new()
            };
            for trace in traces.iter().map(String::as_bytes) {
                let found = memchr::memmem::find(&body, trace);
                let found = found.or_else(|| memchr::memmem::find(path.as_bytes(), trace));
                let around =
                    |at: usize| String::from_utf8_lossy(&body[at..body.len().min(at + 80)]).into_owned();
                assert_eq!(found.map(around), None, "{path}");
            }
            seen += 1;
        }
        assert!(seen > 300, "{}: only {seen} files", self.name);
    }

    /// The interpreter takes all shipped bytecode as fresh, and it is of where it lies.
    fn judge_bytecode(&self) -> usize {
        let python = format!("{}/bin/python", self.venv);
        let said = self.root.ok(&[&python, "-IB", "-c", include_str!("bytecode.py"), &self.venv]);
        said.trim_end().parse().unwrap()
    }

    /// Importing loads what is shipped, and compiles only what had no bytecode to begin with.
    fn imports(&self, bytecode: usize) {
        let python = format!("{}/bin/python", self.venv);
        let code = "import flask, jinja2, markupsafe, werkzeug, gunicorn.app.wsgiapp";
        let said = self.root.run(&[&python, "-v", "-c", code]);
        assert!(said.success(), "{}", said.text());
        let says = |what: &str| {
            let lines = said.stderr.lines().filter(|line| line.starts_with("# ") && line.contains(what));
            lines.filter(|line| line.contains(&self.venv)).count()
        };
        assert_eq!((says("is stale"), says("wrote")), (0, 0), "{}", said.stderr);
        assert!(bytecode == 0 || says(" matches ") > 100, "{}", said.stderr);
    }
}

#[test]
fn every_maker_at_a_plain_place_with_python_3_11() {
    proves(Suite::Bookworm, &made_at("3.11", "plain"));
}

#[test]
fn every_maker_at_a_place_with_a_space_with_python_3_11() {
    for name in made_at("3.11", "space") {
        assert!(need!(venv(&name)).origin.to_str().unwrap().contains(' '));
    }
    proves(Suite::Bookworm, &made_at("3.11", "space"));
}

#[test]
fn every_maker_at_a_place_too_long_for_a_shebang_with_python_3_11() {
    for name in made_at("3.11", "long") {
        assert!(need!(venv(&name)).origin.as_os_str().len() > LONGEST);
    }
    proves(Suite::Bookworm, &made_at("3.11", "long"));
}

#[test]
fn compiled_copied_and_see_through_virtualenvs_of_python_3_11() {
    proves(Suite::Bookworm, &OPTIONS.map(str::to_owned));
}

#[test]
fn every_maker_with_python_3_9() {
    proves(Suite::Bullseye, &made_at("3.9", "plain"));
}

#[test]
fn every_maker_with_python_3_13() {
    proves(Suite::Trixie, &made_at("3.13", "plain"));
}

#[test]
fn every_maker_with_python_3_14() {
    proves(Suite::Forky, &made_at("3.14", "plain"));
}

#[test]
fn every_maker_with_python_3_15() {
    proves(Suite::Forky, &made_at("3.15", "plain"));
}

#[test]
fn no_virtualenv_that_the_set_up_makes_goes_untested() {
    let good = PYTHONS.iter().flat_map(|(python, _, places)| places.iter().map(move |place| (python, place)));
    let good = good.flat_map(|(python, place)| made_at(python, place));
    let rest = OPTIONS.iter().chain(&BAD).map(|name| (*name).to_owned());
    let known: BTreeSet<String> = good.chain(rest).collect();
    let Ok(entries) = fs::read_dir(cache().join("venvs")) else {
        return missing("the directory of virtualenvs").unwrap_or_default();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let made: BTreeSet<String> =
        names.filter_map(|name| Some(name.strip_suffix(".tar")?.to_owned())).collect();
    assert_eq!(made, known);
}

#[test]
fn the_magic_numbers_of_bytecode_are_those_of_the_interpreters() {
    let code = "import importlib.util, sys; print(sys.version.split()[0], *importlib.util.MAGIC_NUMBER)";
    for (python, suite, _) in PYTHONS {
        let root = need!(Root::new(suite));
        let said = root.ok(&[&format!("/usr/bin/python{python}"), "-IBc", code]);
        let (version, magic) = said.trim_end().split_once(' ').unwrap();
        let magic: Vec<u8> = magic.split(' ').map(|byte| byte.parse().unwrap()).collect();
        let header = Header::parse(&[&magic[..], &[0; 12]].concat()).unwrap();
        eprintln!("{suite:?}: Python {version}: {}", header.magic);
        let (major, minor) = python.split_once('.').unwrap();
        assert_eq!(header.version(), Some((major.parse().unwrap(), minor.parse().unwrap())), "{python}");
    }
}
