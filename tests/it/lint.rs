//! Each rule of `lint` on a package that breaks it, and none on what mkdeb itself builds.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use mkdeb::lint::RULES;
use serde_json::Value;

use crate::project::{Project, ran};
use crate::system::lintian;

const VENV: &str = "tree/opt/x/venv";
const SITE: &str = "tree/opt/x/venv/lib/python3.11/site-packages";

/// A tree that breaks no rule.
fn tree() -> Project {
    let project = Project::new("");
    let control = "Package: sample\nVersion: 1\nArchitecture: amd64\nMaintainer: T <t@example.org>\nSection: misc\n\
        Priority: optional\nDescription: t\n A longer text.\n";
    project.write("tree/DEBIAN/control", control);
    project.write("tree/usr/share/doc/sample/copyright", "Copyright 2023 T\n");
    project.write("tree/usr/share/doc/sample/changelog", "sample (1) unstable; urgency=low\n");
    project.write(&format!("{VENV}/pyvenv.cfg"), "home = /usr/bin\nversion = 3.11.2\n");
    fs::create_dir_all(project.path(&format!("{VENV}/bin"))).unwrap();
    symlink("python3", project.path(&format!("{VENV}/bin/python"))).unwrap();
    symlink("/usr/bin/python3.11", project.path(&format!("{VENV}/bin/python3"))).unwrap();
    project.program(&format!("{VENV}/bin/tool"), "#!/opt/x/venv/bin/python\n");
    project.write(&format!("{SITE}/a.py"), "x = 1\n");
    project.write(&format!("{SITE}/a-1.dist-info/RECORD"), "a.py,,\na-1.dist-info/RECORD,,\n");
    for entry in walkdir::WalkDir::new(project.path("tree")).into_iter().map(Result::unwrap) {
        if !entry.path_is_symlink() {
            let mode =
                if entry.file_type().is_dir() || entry.path().ends_with("tool") { 0o755 } else { 0o644 };
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)).unwrap();
        }
    }
    project
}

/// What `lint` finds in the packed tree: each rule with its subject, and the exit code.
fn found(project: &Project, words: &[&str]) -> (Vec<(String, String)>, Option<i32>) {
    let packed =
        project.run(&["pack", "--root-owner-group", "--nocheck", "-Zgzip", "-q", "tree", "sample.deb"]);
    assert_eq!(packed.code, Some(0), "{}", packed.err);
    let ran = project.run(&[&["lint", "sample.deb", "--json"], words].concat());
    let findings: Vec<Value> =
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap().to_owned();
    (findings.iter().map(|finding| (text(finding, "rule"), text(finding, "subject"))).collect(), ran.code)
}

fn linked(project: &Project, path: &str, source: &str) {
    project.write("source.c", source);
    let made = ran(Command::new("cc").current_dir(project.dir()).args([
        "-shared",
        "-fPIC",
        "-o",
        path,
        "source.c",
        "-lpthread",
    ]));
    assert_eq!(made.code, Some(0), "{}", made.err);
    fs::set_permissions(project.path(path), fs::Permissions::from_mode(0o644)).unwrap();
}

/// Breaks one rule, in the tree.
type Breach = fn(&Project);

const BREACHES: &[(&str, &str, Breach)] = &[
    ("missing-field", "Section", |project| {
        let path = project.path("tree/DEBIAN/control");
        let control = fs::read_to_string(&path).unwrap().replace("Section: misc\n", "");
        fs::write(path, control).unwrap();
    }),
    ("world-writable", "/opt/x/venv/.lock", |project| {
        project.write(&format!("{VENV}/.lock"), "");
        let mode = fs::Permissions::from_mode(0o666);
        fs::set_permissions(project.path(&format!("{VENV}/.lock")), mode).unwrap();
    }),
    ("setuid", "/opt/x/venv/bin/tool", |project| {
        let mode = fs::Permissions::from_mode(0o4755);
        fs::set_permissions(project.path(&format!("{VENV}/bin/tool")), mode).unwrap();
    }),
    ("no-conffile", "/etc/x.conf", |project| project.write("tree/etc/x.conf", "x\n")),
    ("dead-shebang", "/opt/x/venv/bin/dead", |project| {
        project.program(&format!("{VENV}/bin/dead"), "#!/home/ci/venv/bin/python\n");
    }),
    ("foreign-interpreter", "/opt/x/venv", |project| {
        let path = project.path(&format!("{VENV}/bin/python3"));
        fs::remove_file(&path).unwrap();
        symlink("/home/ci/.pyenv/versions/3.11.2/bin/python3.11", path).unwrap();
    }),
    ("stale-bytecode", "/opt/x/venv/lib/python3.11/site-packages/__pycache__/a.cpython-311.pyc", |project| {
        let mut head = vec![0xa7, 0x0d, 0x0d, 0x0a, 0, 0, 0, 0, 1, 0, 0, 0, 6, 0, 0, 0];
        head.extend([0; 20]);
        project.write(&format!("{SITE}/__pycache__/a.cpython-311.pyc"), head);
    }),
    ("record-mismatch", "/opt/x/venv/lib/python3.11/site-packages/a.py", |project| {
        let record = "a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n";
        project.write(&format!("{SITE}/a-1.dist-info/RECORD"), record);
    }),
    ("editable", "/opt/x/venv/lib/python3.11/site-packages/_a.pth", |project| {
        project.write(&format!("{SITE}/_a.pth"), "/home/ci/src\n");
    }),
    ("credentials", "/opt/x/venv/lib/python3.11/site-packages/a-1.dist-info/direct_url.json", |project| {
        let url = r#"{"url": "https://ci:token@example.org/a.whl", "archive_info": {}}"#;
        project.write(&format!("{SITE}/a-1.dist-info/direct_url.json"), url);
    }),
    ("link-leads-out", "/opt/x/venv/data", |project| {
        symlink("/home/ci/data", project.path(&format!("{VENV}/data"))).unwrap();
    }),
    ("wrong-architecture", "/opt/x/venv/lib/python3.11/site-packages/b.so", |project| {
        let mut head = b"\x7fELF\x02\x01\x01".to_vec();
        head.resize(64, 0);
        head[18] = 183;
        project.write(&format!("{SITE}/b.so"), head);
    }),
    ("newer-glibc", "/opt/x/venv/lib/python3.11/site-packages/c.so", |project| {
        let source = "#include <pthread.h>\nvoid *f(void *x) { return x; }\nint own(void) { pthread_t t; return pthread_create(&t, 0, f, 0); }";
        linked(project, &format!("{SITE}/c.so"), source);
    }),
    ("refused-by-dpkg", "format", |project| {
        project.write("tree/DEBIAN/triggers", "unknown-directive x\n");
    }),
];

#[test]
fn each_rule_finds_what_breaks_it_and_nothing_else() {
    let clean = tree();
    assert_eq!(found(&clean, &["--target", "bullseye"]), (Vec::new(), Some(0)));
    for (rule, subject, breach) in BREACHES {
        let project = tree();
        breach(&project);
        let (findings, code) = found(&project, &["--target", "bullseye"]);
        assert_eq!(findings, [((*rule).to_owned(), (*subject).to_owned())], "{rule}");
        let severity = RULES.iter().find(|known| known.name == *rule).unwrap().severity.name();
        assert_eq!(code, Some(i32::from(severity == "error")), "{rule}");
        assert_eq!(found(&project, &["--target", "bullseye", "--strict"]).1, Some(1), "{rule}");
    }
    // The owner is a matter of how it was packed, and has a test of its own.
    let tested: Vec<&str> =
        BREACHES.iter().map(|(rule, ..)| *rule).chain(["foreign-owner"]).chain(lintian::broken()).collect();
    for rule in RULES {
        assert!(tested.contains(&rule.name), "no test breaks `{}`", rule.name);
    }
}

#[test]
fn what_belongs_to_a_user_of_the_build_host_is_told() {
    let project = tree();
    let script = "cd tree && tar -cf ../data.tar --owner=builder:1234 --group=builder:1234 ./opt && \
        tar -cf ../control.tar -C DEBIAN ./control && cd .. && printf '2.0\\n' > debian-binary && \
        ar rc owned.deb debian-binary control.tar data.tar";
    assert!(Command::new("sh").args(["-ec", script]).current_dir(project.dir()).status().unwrap().success());
    let ran = project.run(&["lint", "owned.deb"]);
    assert!(
        ran.out.contains("warning: /opt/x/venv/pyvenv.cfg: it belongs to builder:builder [foreign-owner]"),
        "{}{}",
        ran.out,
        ran.err
    );
}

#[test]
fn what_mkdeb_builds_breaks_no_rule() {
    let project = Project::new(
        "[[config]]\nsource = \"orders.toml\"\npath = \"/etc/orders.toml\"\n[[service]]\nname = \"orders\"\nexec = \"venv/bin/serve\"\n",
    );
    project.write("orders.toml", "x = 1\n");
    for (layout, count) in [("single", 1), ("split", 3)] {
        let layout = format!("layout.kind={layout}");
        let built = project.build(&["--strict", "--target", "bookworm", "--set", &layout]);
        let debs: Vec<&str> = built.out.lines().collect();
        assert_eq!(debs.len(), count, "{}", built.out);
        let ran = project.run(&[&["lint", "--strict", "--target", "bookworm"], &debs[..]].concat());
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (Some(0), "", ""), "{layout}");
    }
}

#[test]
fn every_rule_says_what_it_is_about() {
    let project = Project::new("");
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/lint.md")).unwrap();
    let list = project.run(&["explain"]).out;
    for rule in RULES {
        assert!(list.contains(rule.name), "{list}");
        assert!(document.contains(&format!("`{}`", rule.name)), "{}", rule.name);
        let text = project.run(&["explain", rule.name]).out;
        assert!(text.starts_with(&format!("{} (", rule.name)) && text.lines().count() >= 5, "{text}");
    }
    let unknown = project.run(&["explain", "world-writeable"]);
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.err.contains("there is no rule `world-writeable`")
            && unknown.err.contains("`world-writable`"),
        "{}",
        unknown.err
    );
    project.write("text.deb", "no package");
    let broken = project.run(&["lint", "text.deb"]);
    assert!(
        broken.code == Some(2) && broken.err.contains("failed to read the package `text.deb`"),
        "{}",
        broken.err
    );
    assert!(Path::new(&project.path("text.deb")).exists());
}

/// A package with findings about a path that is no URI.
pub fn faulty() -> Project {
    let project = tree();
    project.write("tree/usr/local/a b:c", "");
    fs::set_permissions(project.path("tree/usr/local/a b:c"), fs::Permissions::from_mode(0o666)).unwrap();
    project
}

#[test]
fn findings_are_told_as_sarif_too() {
    let project = faulty();
    let (expected, code) = found(&project, &[]);
    fs::rename(project.path("sample.deb"), project.path("of me.deb")).unwrap();
    let ran = project.run(&["lint", "--sarif", "of me.deb"]);
    assert_eq!((ran.code, ran.err.as_str()), (code, ""));
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), RULES.len());
    let results = run["results"].as_array().unwrap();
    let told: Vec<(String, String)> = results
        .iter()
        .map(|result| {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "of%20me.deb");
            let subject = &result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
            (rule["id"].as_str().unwrap().to_owned(), subject.as_str().unwrap().to_owned())
        })
        .collect();
    assert_eq!(told, expected);
    assert!(results.iter().any(|result| result["level"] == "error"));
    // Nothing found is a document, too, which tells that what was found before is gone.
    let good = tree();
    assert_eq!(found(&good, &[]), (Vec::new(), Some(0)));
    let ran = good.run(&["lint", "--sarif", "sample.deb"]);
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((document["runs"][0]["results"].as_array().map(Vec::len), ran.code), (Some(0), Some(0)));
    let both = good.run(&["lint", "--sarif", "--json", "sample.deb"]);
    assert!(both.code == Some(2) && both.err.contains("cannot be used with"), "{}", both.err);
}
