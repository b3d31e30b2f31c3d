//! What a deploy changes, by packages, directories of packages, and versions in a repository.

use std::fs;

use serde_json::Value;

use crate::project::{Project, Ran};
use crate::system::repo_kit::Publisher;

const SITE: &str = "build/venv/lib/python3.11/site-packages";

const MORE: &str = "[[config]]\nsource = \"deploy/orders.toml\"\npath = \"/etc/orders/orders.toml\"\n\
    [[service]]\nname = \"orders\"\nexec = \"venv/bin/serve\"\n";

fn project(more: &str) -> Project {
    let project = Project::new(&format!("{MORE}{more}"));
    project.write("deploy/orders.toml", "workers = 2\n");
    installed(&project, "Flask", "2.0");
    installed(&project, "gone", "1");
    project
}

fn installed(project: &Project, name: &str, version: &str) {
    let directory = format!("{SITE}/{name}-{version}.dist-info");
    project.write(&format!("{directory}/METADATA"), format!("Name: {name}\nVersion: {version}\n"));
    project.write(&format!("{directory}/RECORD"), format!("{name}-{version}.dist-info/RECORD,,\n"));
}

/// The next version: other distributions, configuration, code and a service.
fn change(project: &Project) {
    fs::remove_dir_all(project.path(&format!("{SITE}/Flask-2.0.dist-info"))).unwrap();
    fs::remove_dir_all(project.path(&format!("{SITE}/gone-1.dist-info"))).unwrap();
    installed(project, "Flask", "3.0");
    installed(project, "new", "1");
    project.write("deploy/orders.toml", "workers = 4\n");
    project.write("app/orders/more.py", "x = 1\n");
    let manifest = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    let manifest = manifest.replace("1.4.2", "1.4.3").replace("order service", "better order service");
    project.write("mkdeb.toml", manifest.replace("venv/bin/serve\"", "venv/bin/serve --fast\""));
}

fn compared(ran: &Ran) -> Value {
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

/// `change name`, `change name old new`.
fn told(list: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(|text| format!(" {text}")).unwrap_or_default();
    let line = |item: &Value| {
        let word = item["change"].as_str().unwrap();
        format!("{word}{}{}{}", text(&item["name"]), text(&item["old"]), text(&item["new"]))
    };
    list.as_array().unwrap().iter().map(line).collect()
}

fn is_what_changed(found: &Value) {
    let distributions = ["changed Flask 2.0 3.0", "removed gone 1", "added new 1"];
    assert_eq!(told(&found["distributions"]), distributions, "{found}");
    assert_eq!(told(&found["conffiles"]), ["changed /etc/orders/orders.toml"]);
    let fields = told(&found["fields"]);
    assert!(fields.iter().any(|line| line.contains("Description") && line.contains("better")), "{fields:?}");
    let units = told(&found["units"]);
    assert!(units.iter().any(|line| line.ends_with("orders.service")), "{units:?} {}", found["files"]);
    let files = told(&found["files"]);
    assert!(files.contains(&"added /opt/orders/releases/RELEASE/orders/more.py".to_owned()), "{files:?}");
    assert!(
        !files.iter().any(|line| line.contains("__init__.py")),
        "what is the same is not told: {files:?}"
    );
    assert_eq!((&found["old"]["version"], &found["new"]["version"]), (&"1.4.2".into(), &"1.4.3".into()));
}

#[test]
fn two_packages_are_compared_by_what_hosts_get() {
    let project = project("");
    let old = project.build(&[]).out.trim_end().to_owned();
    let same = project.run(&["diff", &old, &old]);
    assert_eq!(same.code, Some(0), "{}", same.err);
    assert!(same.out.contains("nothing differs"), "{}", same.out);
    change(&project);
    let new = project.build(&[]).out.trim_end().to_owned();
    is_what_changed(&compared(&project.run(&["diff", &old, &new, "--json"])));
    let people = project.run(&["diff", &old, &new]);
    assert_eq!(people.code, Some(1));
    for text in ["orders 1.4.2 -> orders 1.4.3", "Flask 2.0 -> 3.0", "+ new 1", "- gone 1", "conffiles\n"] {
        assert!(people.out.contains(text), "{text}: {}", people.out);
    }
    let markdown = project.run(&["diff", &old, &new, "--markdown"]).out;
    assert!(markdown.contains("**Python distributions**\n\n- ``   Flask 2.0 -> 3.0 ``"), "{markdown}");
}

#[test]
fn a_release_of_another_version_alone_changes_nothing_on_a_host() {
    let project = project("");
    let old = project.build(&[]).out;
    let new = project.build(&["--set", "package.version=1.4.3"]).out;
    let ran = project.run(&["diff", old.trim(), new.trim()]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("units"), "{}", ran.out);
}

#[test]
fn a_longer_name_of_the_release_is_no_other_mode() {
    let project = project("");
    let shebang = format!("#!{}/bin/python\n", project.path("build/venv").display());
    project.program("build/venv/bin/tool", &shebang);
    let old = project.build(&[]).out.trim_end().to_owned();
    let new = project.build(&["--set", "package.version=1.4.2.99"]).out.trim_end().to_owned();
    let found = project.run(&["diff", &old, &new, "--json"]);
    let found: Value = serde_json::from_str(&found.out).unwrap();
    assert_eq!(told(&found["modes"]), [""; 0], "{found}");
}

#[test]
fn a_split_application_is_compared_as_a_whole_and_a_shared_virtualenv_is_told() {
    let project = project("[layout]\nkind = \"split\"\n");
    for name in ["old", "same", "new"] {
        fs::create_dir(project.path(name)).unwrap();
    }
    project.build(&["--output", "old"]);
    project.write("app/orders/more.py", "x = 1\n");
    project.build(&["--output", "same", "--set", "package.version=1.4.3"]);
    let found = compared(&project.run(&["diff", "old", "same", "--json"]));
    assert_eq!(found["shares_virtualenv"], true);
    assert_eq!(told(&found["distributions"]), [""; 0]);
    assert_eq!(told(&found["fields"]), [""; 0], "only the release is another");
    assert_eq!(told(&found["files"]), ["added /opt/orders/releases/RELEASE/orders/more.py"]);
    fs::remove_file(project.path("app/orders/more.py")).unwrap();
    change(&project);
    project.build(&["--output", "new"]);
    let found = compared(&project.run(&["diff", "old", "new", "--json"]));
    assert_eq!(found["shares_virtualenv"], false);
    is_what_changed(&found);
}

#[test]
fn versions_in_a_repository_are_compared_with_each_other_and_with_files() {
    let project = project("[layout]\nkind = \"split\"\n");
    let publisher = Publisher::of_directory(None);
    publisher.init("stable", &[]);
    for version in ["1.4.2", "1.4.3"] {
        fs::create_dir(project.path(version)).unwrap();
        let out = project.build(&["--output", version]).out;
        publisher.publish(&out.lines().collect::<Vec<_>>());
        if version == "1.4.2" {
            change(&project);
        }
    }
    let place = publisher.place.as_str();
    let found = project.run(&["diff", "--repo", place, "orders=1.4.2", "orders", "--json"]);
    is_what_changed(&compared(&found));
    is_what_changed(&compared(&project.run(&["diff", "--repo", place, "orders=1.4.2", "1.4.3", "--json"])));
    // A directory of sources that is called like the package is not meant.
    project.write("orders/__init__.py", "");
    is_what_changed(&compared(&project.run(&["diff", "--repo", place, "orders=1.4.2", "orders", "--json"])));
    let none = project.run(&["diff", "--repo", place, "orders=9", "orders"]);
    assert!(none.code == Some(2) && none.err.contains("there is no `orders=9`"), "{}", none.err);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let project = project("");
    project.write("broken.deb", "no package");
    fs::create_dir(project.path("empty")).unwrap();
    for (name, said) in [
        ("gone.deb", "No such file"),
        ("broken.deb", "`broken.deb`"),
        ("empty", "there is no package in `empty`"),
    ] {
        let ran = project.run(&["diff", name, name]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        assert!(ran.err.contains(said), "{}", ran.err);
        assert!(name != "empty" || ran.err.contains("hint: name a `.deb`, or a directory"), "{}", ran.err);
    }
}
