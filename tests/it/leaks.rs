//! What leaks from the machine that builds, by class; and the rules of `lint` on what was just written.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::project::{Project, Ran, ran};

/// Runs `mkdeb build` with variables of a CI.
fn build(project: &Project, args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let words: Vec<&str> = ["build", "--fast"].iter().chain(args).copied().collect();
    ran(project.command(&words).envs(variables.iter().copied()))
}

/// The findings of a class: each path below the release's root, with the text.
fn of_class(ran: &Ran, class: &str) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}{}", ran.out, ran.err));
    let notes = document["notes"].as_array().unwrap().iter().filter(|note| note["class"] == class);
    let text = |note: &Value, key: &str| note[key].as_str().unwrap().to_owned();
    let below = |path: String| path.split('/').skip(5).collect::<Vec<_>>().join("/");
    notes.map(|note| (below(text(note, "subject")), text(note, "text"))).collect()
}

#[test]
fn each_class_of_leak_is_told_by_its_name_and_strict_refuses_it() {
    let secret = "p4ssw0rd-of-the-index";
    let index = format!("https://ci:{secret}@index.example.org/simple");
    let variables = [
        ("GITHUB_WORKSPACE", "/srv/actions/workspace"),
        ("CI_PROJECT_DIR", "/builds/acme/orders"),
        ("WORKSPACE", "/var/lib/jenkins/workspace/orders"),
        ("BUILD_SOURCESDIRECTORY", "/agent/_work/1/s"),
        ("PIP_INDEX_URL", index.as_str()),
    ];
    let probe = Project::new("");
    let here = fs::canonicalize(probe.dir()).unwrap().to_str().unwrap().to_owned();
    for (class, content, told) in [
        ("build prefix", format!("x{here}/build/venv/lib"), format!("build prefix `{here}/build/venv`")),
        ("working directory", format!("{here}/setup.py"), format!("working directory `{here}`")),
        ("home", "/home/nobody-here/.cache".to_owned(), "home `/home/nobody-here`".to_owned()),
        ("workspace", format!("{here}/app/x.py"), format!("workspace `{here}/app`")),
        ("workspace", "/srv/actions/workspace/x".to_owned(), "workspace `/srv/actions/workspace`".to_owned()),
        ("workspace", "/builds/acme/orders/x".to_owned(), "workspace `/builds/acme/orders`".to_owned()),
        (
            "workspace",
            "/var/lib/jenkins/workspace/orders".to_owned(),
            "`/var/lib/jenkins/workspace/orders`".to_owned(),
        ),
        ("workspace", "/agent/_work/1/s".to_owned(), "workspace `/agent/_work/1/s`".to_owned()),
        ("credentials", format!("token = {secret}"), "the password of `PIP_INDEX_URL` is in it".to_owned()),
    ] {
        probe.write("app/orders/leak.dat", &content);
        let ran = build(&probe, &["--json"], &variables);
        assert_eq!(ran.code, Some(0), "{class}: {}{}", ran.out, ran.err);
        let found = of_class(&ran, class);
        assert_eq!(found.len(), 1, "{class}: {}", ran.out);
        assert_eq!(found[0].0, "orders/leak.dat", "{class}");
        assert!(found[0].1.contains(&told), "{class}: {}", found[0].1);
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        let classes = document["notes"].as_array().unwrap().iter().filter(|note| !note["class"].is_null());
        assert_eq!(classes.count(), 1, "of no other class: {}", ran.out);
        assert!(!ran.out.contains(secret) && !ran.err.contains(secret), "a password is never shown");
        assert!(ran.err.contains("warning: ") && ran.err.contains("leak.dat"), "{}", ran.err);

        fs::remove_dir_all(probe.path("dist")).unwrap();
        let strict = build(&probe, &["--strict"], &variables);
        assert_eq!(strict.code, Some(2), "{class}: {}", strict.err);
        assert!(strict.err.contains(&told) && !strict.err.contains(secret), "{}", strict.err);
        assert!(!probe.path("dist").exists(), "{class}: nothing appears");
    }
    fs::remove_file(probe.path("app/orders/leak.dat")).unwrap();
    assert_eq!(build(&probe, &["--strict"], &variables).code, Some(0), "nothing leaks");
}

#[test]
fn a_leak_is_found_where_the_pieces_of_a_large_file_part() {
    let project = Project::new("");
    for before in [(256 << 10) - 7, (256 << 10) - 1536 - 3, 700_001] {
        let mut bytes = vec![b'.'; before];
        bytes.extend_from_slice(b"/home/nobody-here/.cache");
        bytes.resize(before + 300_000, b'.');
        project.write(&format!("app/orders/{before}.dat"), bytes);
    }
    let ran = build(&project, &["--json"], &[]);
    assert_eq!(of_class(&ran, "home").len(), 3, "{}{}", ran.out, ran.err);
}

#[test]
fn of_many_findings_the_first_are_told_and_the_others_counted() {
    let project = Project::new("");
    for number in 0..10 {
        project.write(&format!("app/orders/{number}.dat"), "/home/nobody-here/x");
    }
    let ran = build(&project, &[], &[]);
    let told = ran.err.lines().filter(|line| line.contains(".dat: the home `/home/nobody-here`")).count();
    assert_eq!((ran.code, told), (Some(0), 3), "{}", ran.err);
    assert!(
        ran.err.contains("warning: 7 more findings of the class `home`; `-v` tells all\n"),
        "{}",
        ran.err
    );
    let verbose = build(&project, &["-v"], &[]);
    assert_eq!(verbose.err.matches(".dat: the home `/home/nobody-here`").count(), 10, "{}", verbose.err);
    assert!(!verbose.err.contains("more findings"), "{}", verbose.err);
    let json = build(&project, &["--json"], &[]);
    assert_eq!(of_class(&json, "home").len(), 10);
    assert_eq!(build(&project, &["-q"], &[]).err, "");
}

#[test]
fn credentials_in_configuration_keep_a_package_from_appearing() {
    for (path, text, line) in [
        ("app/pip.conf", "[global]\nindex-url = https://ci:t0ps3cret@index.example.org/simple\n", "line 2"),
        ("app/pip.ini", "[global]\nextra-index-url =\n  https://ci:t0ps3cret@index.example.org/\n", "line 3"),
        ("build/venv/pip.conf", "[global]\nindex-url = https://ci:t0ps3cret@index.example.org/\n", "line 2"),
        ("app/requirements.txt", "--index-url https://ci:t0ps3cret@index.example.org/\na==1\n", "line 1"),
        ("app/uv.toml", "[[index]]\nurl = \"https://ci:t0ps3cret@index.example.org/\"\n", "line 2"),
        ("app/.netrc", "machine index.example.org login ci password t0ps3cret\n", "line 1"),
        ("app/.pypirc", "[ours]\nusername = ci\npassword = t0ps3cret\n", "line 3"),
    ] {
        let project = Project::new("");
        project.write(path, text);
        let name = path.rsplit('/').next().unwrap();
        project.refused(&["--fast"], &[name, &format!("{line} has credentials in it [credentials]")]);
        let ran = project.run(&["build", "--fast"]);
        assert!(!ran.err.contains("t0ps3cret"), "a password is never shown: {}", ran.err);

        project.append("[lint]\ncredentials = \"warning\"\n");
        let ran = build(&project, &["--json"], &[]);
        assert_eq!(ran.code, Some(0), "{path}: {}", ran.err);
        let document: Value = serde_json::from_str(&ran.out).unwrap();
        let mut notes = document["notes"].as_array().unwrap().iter();
        assert!(
            notes.any(|note| note["rule"] == "credentials" && note["class"] == "credentials"),
            "{}",
            ran.out
        );
        project.refused(&["--strict", "-o", "."], &["--strict", name]);
        // Without a password the same file is nobody's secret.
        project.write(path, text.replace("ci:t0ps3cret@", "").replace("t0ps3cret", ""));
        assert_eq!(build(&project, &["--strict"], &[]).code, Some(0), "{path}");
    }
}

#[test]
fn what_breaks_a_rule_of_lint_does_not_appear() {
    let project = Project::new("");
    project.write("app/.pypirc", "password = x\n");
    project.write("app/pip.conf", "index-url = https://a:b@c/\n");
    project.refused(
        &["--fast"],
        &[
            "the package breaks rules:",
            "/.pypirc: line 1",
            "/pip.conf: line 1",
            "hint: `mkdeb explain RULE` says how to fix it",
        ],
    );
    // What is a warning is a note, and an error under `--strict`.
    project.append(
        "[lint]\ncredentials = { severity = \"ignore\", paths = [\"/**/.pypirc\", \"/**/pip.conf\"] }\n",
    );
    let script = project.path("deploy/tool");
    fs::create_dir_all(script.parent().unwrap()).unwrap();
    fs::write(&script, "#!/bin/sh\n").unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o4755)).unwrap();
    project.append("[[file]]\nsource = \"deploy/tool\"\npath = \"/usr/bin/tool\"\nmode = \"4755\"\n");
    let ran = build(&project, &[], &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.err.contains("warning: /usr/bin/tool: its mode is 4755"), "{}", ran.err);
    project.refused(&["--fast", "--strict", "-o", "app"], &["`--strict`", "/usr/bin/tool"]);
    let allowed = build(&project, &["--strict", "--set", "lint.setuid=ignore"], &[]);
    assert_eq!(allowed.code, Some(0), "{}", allowed.err);
    let error = build(&project, &["--set", "lint.setuid=error"], &[]);
    assert!(error.code == Some(2) && error.err.contains("its mode is 4755 [setuid]"), "{}", error.err);
}

#[test]
fn lint_obeys_a_manifest_that_it_is_given_and_no_other() {
    let project = Project::new("[lint]\nno-conffile = \"error\"\nmissing-field = \"ignore\"\n");
    project.write(
        "tree/DEBIAN/control",
        "Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: T <t@example.org>\nDescription: t\n",
    );
    project.write("tree/etc/sample.conf", "x\n");
    assert_eq!(project.run(&["pack", "--root-owner-group", "-q", "tree", "sample.deb"]).code, Some(0));
    let plain = project.run(&["lint", "sample.deb"]);
    assert_eq!(plain.code, Some(0), "{}", plain.out);
    assert!(plain.out.contains("warning: /etc/sample.conf: it is not a conffile"), "{}", plain.out);
    assert!(plain.out.contains("[missing-field]"), "{}", plain.out);
    let judged = project.run(&["lint", "-f", "mkdeb.toml", "sample.deb"]);
    assert_eq!(judged.code, Some(1), "{}", judged.out);
    assert!(judged.out.contains("error: /etc/sample.conf"), "{}", judged.out);
    assert!(!judged.out.contains("[missing-field]"), "{}", judged.out);
    // The rest of the manifest may be for another machine.
    project.write("other.toml", "[package]\nversion = \"${NOT_SET}\"\n[lint]\nno-conffiles = \"ignore\"\n");
    let wrong = project.run(&["lint", "-f", "other.toml", "sample.deb"]);
    assert_eq!(wrong.code, Some(2), "{}", wrong.out);
    assert!(wrong.err.contains("unknown key `no-conffiles` in `[lint]`"), "{}", wrong.err);
    assert!(
        wrong.err.contains("other.toml:4:1") && wrong.err.contains("did you mean `no-conffile`?"),
        "{}",
        wrong.err
    );
    let missing = project.run(&["lint", "-f", "none.toml", "sample.deb"]);
    assert!(missing.code == Some(2) && missing.err.contains("none.toml"), "{}", missing.err);
}
