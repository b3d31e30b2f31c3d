//! First manifests from what projects have: each is built as it is.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use serde_json::Value;

use crate::failing_world::as_nobody;
use crate::project::{Project, Ran, field, ran};

/// A project without a manifest, with a virtualenv and an application.
fn project() -> Project {
    let project = Project::new("");
    fs::remove_file(project.path("mkdeb.toml")).unwrap();
    for name in ["orders", "odd", "gunicorn", "sweep"] {
        project.program(&format!("build/venv/bin/{name}"), "#!/bin/sh\nexit 0\n");
    }
    project
}

pub fn init(project: &Project, words: &[&str]) -> Ran {
    let mut command = project.command(&[&["init"], words].concat());
    ran(command.env("DEBFULLNAME", "Team").env("DEBEMAIL", "team@example.com"))
}

/// What `mkdeb init` writes, which is built without a change; the manifest and what was said.
pub fn made(project: &Project) -> (String, Ran) {
    made_by(project, &[])
}

/// The same with arguments.
pub fn made_by(project: &Project, words: &[&str]) -> (String, Ran) {
    let ran = init(project, words);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let text = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    let mut command = project.command(&["build", "--fast", "--dry-run"]);
    let built = crate::project::ran(command.env("VERSION", "1.0"));
    assert_eq!(built.code, Some(0), "{}\n{text}", built.err);
    (text, ran)
}

#[track_caller]
pub fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

const STANDARD: &str = "[project]\nname = 'Order_Service'\nversion = '1.5'\ndescription = 'takes orders'\nlicense = 'MIT'\n\
    authors = [{ name = 'Ops', email = 'ops@example.com' }]\n[project.scripts]\norders = 'orders:main'\nodd = 'elsewhere:main'\n";

#[test]
fn what_a_standard_project_says_is_left_to_it() {
    let project = project();
    project.write("pyproject.toml", STANDARD);
    project.write("src/orders/__init__.py", "def main():\n    pass\n");
    let (text, ran) = made(&project);
    has(
        &text,
        &["tarball = \"src\"", "name = \"orders\"\nentry-point = \"orders:main\"", "path = \"venv/bin/odd\""],
    );
    assert!(!text.contains("[package]"), "{text}");
    assert_eq!((ran.err.as_str(), ran.out.trim()), ("", project.path("mkdeb.toml").to_str().unwrap()));
    let deb = project.build(&["--set", "command=[]"]).out;
    assert_eq!(field(deb.trim().as_ref(), "Maintainer"), "Ops <ops@example.com>");
    assert_eq!(field(deb.trim().as_ref(), "Package"), "order-service");
}

#[test]
fn what_a_project_does_not_say_is_found_or_told() {
    let project = project();
    let long =
        "takes orders over the wire and over the counter, in every shop, at every hour and in any currency";
    project.write(
        "pyproject.toml",
        format!("[project]\nname = 'orders'\ndynamic = ['version']\ndescription = '{long}'\nauthors = [{{ name = 'X' }}]\n"),
    );
    let (text, ran) = made(&project);
    has(
        &text,
        &[
            "version = \"${VERSION}\"",
            "maintainer = \"Team <team@example.com>\"",
            "summary = \"takes orders over",
        ],
    );
    has(
        &ran.err,
        &[
            "note: no version is written down",
            "note: the maintainer is whoever",
            "neither a command nor a service",
        ],
    );
    // What is shown of a service is right once it is no comment.
    let (above, service) = text.split_once("# [[service]]\n").expect("it is shown");
    has(service, &["# exec = \"venv/bin/gunicorn orders:app --bind", "# health = {"]);
    project.write("mkdeb.toml", format!("{above}[[service]]\n{}", service.replace("# ", "")));
    project.build(&["--dry-run", "--set", "package.version=1"]);
}

#[test]
fn a_project_of_poetry_is_understood() {
    let project = project();
    project.write(
        "pyproject.toml",
        "[tool.poetry]\nname = 'orders'\nversion = '2.0rc1'\ndescription = 'takes orders'\nauthors = ['A <a@example.com>']\n\
         homepage = 'https://example.com/'\n[tool.poetry.scripts]\norders = 'orders:main'\n",
    );
    project.write("orders/__init__.py", "def main():\n    pass\n");
    project.write("requirements.txt", "flask>=3\n");
    let (text, _) = made(&project);
    has(
        &text,
        &["version = \"2.0rc1\"", "maintainer = \"A <a@example.com>\"", "pip install -r requirements.txt\n"],
    );
    assert!(!text.contains("requirements ="), "what pins nothing is no lock: {text}");
}

#[test]
fn processes_of_a_procfile_become_services_and_a_hook() {
    let project = project();
    project.write("pyproject.toml", STANDARD);
    project.write(
        "Procfile",
        "web: gunicorn orders.wsgi -b :$PORT\nworker: orders work && true\nrelease: orders migrate\n",
    );
    let (text, ran) = made(&project);
    has(
        &text,
        &[
            "name = \"order-service-web\"",
            "exec = \"venv/bin/gunicorn orders.wsgi -b :$PORT\"",
            "PORT = \"8000\"",
            "[hooks]",
        ],
    );
    has(&ran.err, &["note: `web` listens on port 8000", "note: a service with `health` is asked"]);
    let hook = fs::read_to_string(project.path("deploy/before-activate")).unwrap();
    assert!(hook.starts_with("#!/bin/sh\n") && hook.ends_with("\norders migrate\n"), "{hook}");
    let paths: Vec<&str> = ran.out.lines().collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    let json = init(&project, &["--force", "--json"]);
    let told: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(told["files"].as_array().map(Vec::len), Some(2));
    assert_eq!(told["notes"].as_array().map(Vec::len), Some(2));
}

const CONTROL: &str = "Source: orders\nSection: web\nMaintainer: Ops <ops@example.com>\n\nPackage: orders\nArchitecture: any\n\
    Depends: ${misc:Depends}, python3 (>= 3.9), adduser, libpq5 [amd64]\nBreaks: old-orders (<< 2)\nDescription: takes orders\n Over HTTP.\n\n\
    Package: orders-doc\nArchitecture: all\nDescription: documents\n";

fn debian(project: &Project) {
    project.write("debian/control", CONTROL);
    project.write("debian/changelog", "orders (2:1.4~rc1-3) bookworm; urgency=low\n");
}

#[test]
fn files_of_debian_come_to_their_places() {
    let project = project();
    debian(&project);
    project.write("conf/a.ini", "a");
    project.write("conf/d/b.ini", "b");
    project.write("share/x/y.txt", "y");
    project.write("units/extra.service", "[Service]\nExecStart=/opt/venvs/orders/bin/x\n");
    project.write(
        "debian/orders.install",
        "conf/*.ini conf/d etc/orders\nshare/x usr/share/orders\nassets/* usr/share/orders\nconf/a.ini opt/venvs/orders/etc\n\
         units/extra.service lib/systemd/system\nconf/weekly etc/cron.weekly\n",
    );
    project.write(
        "debian/orders.links",
        "opt/venvs/orders/bin/orders usr/bin/orders\nusr/share/orders usr/lib/orders\n",
    );
    project.write("debian/dirs", "var/lib/orders\nusr/bin\n");
    project.write("debian/orders.cron.daily", "#! /bin/sh\nexec /opt/venvs/orders/bin/x\n");
    project.write("conf/weekly", "#! /bin/sh\n");
    project.write(
        "debian/rules",
        "\tdh_virtualenv --extra-index-url x --python /usr/bin/python3.11\noverride_dh_fixperms:\n",
    );
    project.write("debian/orders.tmpfiles", "d /run/x\n");
    project.write("debian/orders.maintscript", "rm_conffile /etc/orders/old 1.2~\n");
    project.write("debian/orders.triggers", "interest-noawait /usr/bin/python3.11\nactivate-noawait x\n");
    project.write("debian/orders-doc.install", "docs usr/share/doc\n");
    project.write("debian/README.source", "x");
    let (text, ran) = made(&project);
    has(
        &text,
        &[
            "version = \"2:1.4~rc1\"",
            "revision = \"3\"",
            "depends = [\"$auto\", \"adduser\"]",
            "breaks = [\"old-orders (<< 2)\"]",
            "source = \"conf/a.ini\"\npath = \"/etc/orders/a.ini\"",
            "source = \"conf/d/b.ini\"\npath = \"/etc/orders/d/b.ini\"",
            "[[file]]\nsource = \"share/x/y.txt\"\npath = \"/usr/share/orders/x/y.txt\"",
            "[[command]]\nname = \"orders\"\npath = \"venv/bin/orders\"",
            "path = \"/usr/lib/orders\"\ntarget = \"/usr/share/orders\"",
            "source = \"deploy/orders.cron.daily\"\npath = \"/etc/cron.daily/orders\"\nmode = \"0755\"",
            "source = \"conf/weekly\"\npath = \"/etc/cron.weekly/weekly\"\nmode = \"0755\"",
            "path = \"/usr/lib/tmpfiles.d/orders.conf\"",
            "path = \"/etc/orders/old\"\nremove = true",
            "[[directory]]\npath = \"/var/lib/orders\"",
        ],
    );
    has(
        &ran.err,
        &[
            "the package `orders-doc` is left out",
            "`libpq5 [amd64]` in `Depends` is left out",
            "`assets/*` is no file here",
            "`conf/a.ini` went into the virtualenv",
            "`units/extra.service` is not looked at",
            "debian/dirs: `/usr/bin` is left out",
            "debian/orders.triggers: `activate-noawait x` is left out",
            "debian/orders.cron.daily: it names the old virtualenv",
            "debian/rules: `--extra-index-url` is for whoever makes",
            "`mode` in `[[config]]` and `[[file]]` sets them",
            "left out of debian/: README.source",
        ],
    );
    assert!(!ran.err.contains("python3.11") && !text.contains("orders-doc"), "{}", ran.err);
    let script = fs::read_to_string(project.path("deploy/orders.cron.daily")).unwrap();
    assert_eq!(script, "#! /bin/sh\nexec /opt/orders/current/venv/bin/x\n");
}

#[test]
fn units_of_debian_become_services_and_timers() {
    let project = project();
    debian(&project);
    project.write(
        "debian/rules",
        "override_dh_installsystemd:\n\tdh_installsystemd --no-start --no-restart-on-upgrade\n",
    );
    project.write(
        "debian/orders.service",
        "[Service]\nExecStart=/opt/venvs/orders/bin/serve\nUser=www\n[Install]\nWantedBy=multi-user.target\n",
    );
    project.write(
        "debian/orders.sweep.service",
        "[Service]\nType=oneshot\nExecStart=/opt/venvs/orders/bin/sweep\n",
    );
    project.write("debian/orders.sweep.timer", "[Timer]\nOnCalendar=daily\n");
    project.write("debian/orders@.service", "[Service]\nExecStart=/opt/venvs/orders/bin/x %i\n");
    project.write("debian/orders.socket", "[Socket]\nListenStream=80\n");
    let (text, ran) = made(&project);
    has(
        &text,
        &[
            "exec = \"venv/bin/serve\"",
            "user = \"www\"",
            "start = false",
            "on-upgrade = \"none\"",
            "[[timer]]\nname = \"sweep\"\nexec = \"venv/bin/sweep\"",
        ],
    );
    has(
        &ran.err,
        &["`debian/orders@.service` is left out: it is a template", "`debian/orders.socket` is left out"],
    );
}

#[test]
fn scripts_of_debian_become_hooks() {
    let project = project();
    debian(&project);
    project.write("debian/postinst", "#!/bin/bash\nset -e\n/opt/venvs/orders/bin/migrate\nsystemctl daemon-reload\n#DEBHELPER#\necho late\n");
    project.write("debian/preinst", "#!/bin/sh\ntouch /x\n");
    project.write("debian/prerm", "#!/bin/sh\nset -e\n#DEBHELPER#\nexit 0\n");
    project.write(
        "debian/orders.postrm",
        "#!/bin/sh\nif [ \"$1\" = purge ]; then rm -rf /srv/x; fi\n#DEBHELPER#\n",
    );
    let (text, ran) = made(&project);
    has(&text, &["before-activate = \"deploy/before-activate\"", "after-purge = \"deploy/after-purge\""]);
    assert!(!text.contains("before-remove"), "{text}");
    has(
        &ran.err,
        &[
            "what stands behind `#DEBHELPER#` is left out",
            "starts or stops services",
            "debian/preinst is left out",
        ],
    );
    let hook = fs::read_to_string(project.path("deploy/before-activate")).unwrap();
    has(
        &hook,
        &[
            "#!/bin/bash\n",
            "set -- configure",
            "\n${MKDEB_PREFIX}/releases/${MKDEB_RELEASE}/venv/bin/migrate\n",
        ],
    );
    assert!(!hook.contains("late") && !hook.contains("DEBHELPER"), "{hook}");
    for name in ["before-activate", "after-purge"] {
        let checked = ran_shell(&project.path(&format!("deploy/{name}")));
        assert_eq!(checked.code, Some(0), "{}", checked.err);
    }
}

#[test]
fn scripts_of_other_languages_are_left_out_with_what_to_do() {
    let project = project();
    debian(&project);
    project.write("debian/postinst", "#!/usr/bin/perl -w\nuse strict;\nsystem('/opt/venvs/orders/bin/x');\n");
    project.write("debian/orders.prerm", "#! /usr/bin/env python3\nprint('bye')\n#DEBHELPER#\n");
    project.write("debian/postrm", "#!/usr/bin/env dash\ntouch /srv/x\n");
    project.write("debian/orders.preinst", "#!/usr/bin/perl\nsystem('x');\n");
    let (text, ran) = made(&project);
    has(&text, &["[hooks]\nafter-purge = \"deploy/after-purge\"\nrun-as"]);
    assert!(!project.path("deploy/before-activate").exists());
    has(
        &ran.err,
        &[
            "debian/postinst is left out: `/usr/bin/perl` runs it, and what stands in front of it in a hook would be shell",
            "write a script for `before-activate` in `[hooks]`, in any language",
            "debian/orders.prerm is left out: `python3` runs it",
            "debian/orders.preinst is left out: `before-activate` runs before",
        ],
    );
    assert!(!ran.err.contains("postrm"), "{}", ran.err);
}

#[test]
fn a_moved_path_that_a_hook_does_not_expand_is_told_with_its_line() {
    let project = project();
    debian(&project);
    project.write(
        "debian/postinst",
        "#!/bin/sh\n# '/opt/venvs/orders/bin/x'\n/opt/venvs/orders/bin/x \"it's /opt/venvs/orders/etc\"\n\
         su orders -c '/opt/venvs/orders/bin/x'\ncat >/srv/x <<'EOF'\n/opt/venvs/orders/bin/x\nEOF\n#DEBHELPER#\n",
    );
    let (_, ran) = made(&project);
    let hook = fs::read_to_string(project.path("deploy/before-activate")).unwrap();
    let line = |start: &str| hook.lines().position(|line| line.starts_with(start)).unwrap() + 1;
    let (quoted, document) = (line("su "), line("cat ") + 1);
    let told = |line: usize| format!("deploy/before-activate, line {line}: `${{MKDEB_PREFIX}}/releases/");
    has(&ran.err, &[&told(quoted), &told(document), "where no shell expands it; take it out of that"]);
    assert_eq!(ran.err.matches("deploy/before-activate, line").count(), 2, "{}", ran.err);
}

#[test]
fn of_debian_only_what_counts_is_read_and_no_more_than_counts() {
    let project = project();
    debian(&project);
    let most = vec![b' '; 1 << 20];
    let more = vec![b' '; (1 << 20) + 1];
    // Files that nothing becomes of may be of any size and of any bytes.
    project.write("debian/orders.png", &more);
    project.write("debian/copyright", b"\xff");
    project.write("debian/orders.install", &most);
    let (_, ran) = made(&project);
    has(&ran.err, &["left out of debian/: orders.png\n"]);
    let refused = |said: &[&str]| {
        let ran = init(&project, &["--force"]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        has(&ran.err, said);
    };
    for number in 10..26 {
        project.write(&format!("debian/orders.x{number}.service"), &most);
    }
    refused(&["with `debian/orders.x24.service` the files of `debian/` have more than 16 MiB", "take away"]);
    project.write("debian/orders.x17.service", &more);
    refused(&["`debian/orders.x17.service` is larger than 1 MiB", "shorten it"]);
    project.write("debian/orders.links", b"\xff");
    refused(&["failed to read `debian/orders.links`", "UTF-8"]);
}

#[test]
fn files_are_replaced_all_or_none() {
    let project = project();
    project.write("Procfile", "web: x\nrelease: new\n");
    let hook =
        |directory: &str| fs::read_to_string(project.path(directory).join("deploy/before-activate")).unwrap();
    let refused = |ran: Ran, said: &[&str], directory: &str| {
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        has(&ran.err, said);
        assert_eq!(hook(directory), "old");
    };
    project.write("deploy/before-activate", "old");
    fs::create_dir(project.path("mkdeb.toml")).unwrap();
    refused(init(&project, &["--force"]), &["failed to write", "mkdeb.toml", "directory"], "");
    fs::remove_dir(project.path("mkdeb.toml")).unwrap();

    // Everybody may write below `deploy`, and nobody beside it.
    project.write("closed/deploy/before-activate", "old");
    let allow = |path: &str, mode: u32| {
        fs::set_permissions(project.path(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    allow("closed/deploy", 0o777);
    allow("closed", 0o555);
    let ran = as_nobody(&project, &["init", "--force", "-o", "closed/mkdeb.toml"]);
    refused(ran, &["failed to create", "closed/mkdeb.toml"], "closed");
    allow("closed", 0o755);

    project.write("file/deploy", "a file");
    let ran = init(&project, &["--force", "-o", "file/mkdeb.toml"]);
    has(&ran.err, &["failed to write", "deploy/before-activate"]);
    assert!(!project.path("file/mkdeb.toml").exists());

    assert_eq!(init(&project, &["--force"]).code, Some(0));
    assert!(hook("").ends_with("\nnew\n"), "{}", hook(""));
}

#[test]
fn a_value_that_is_invalid_is_told_with_the_file_that_it_comes_from() {
    let refused = |files: &[(&str, &str)], said: &str| {
        let project = project();
        debian(&project);
        files.iter().for_each(|(path, text)| project.write(path, text));
        let ran = init(&project, &[]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{said}: {}", ran.err);
        has(&ran.err, &[&format!("what {said} says makes no valid manifest")]);
    };
    refused(&[("Procfile", "a: b\n\nweb: x \u{1b}[0m\n")], "line 3 of `Procfile`");
    refused(&[("Procfile", "web: a\nWEB: b\n")], "`Procfile`");
    let unit = "[Service]\nExecStart=/bin/x\n";
    refused(
        &[("debian/orders.service", &format!("{unit}Nice=1\u{7}\n"))],
        "line 3 of `debian/orders.service`",
    );
    refused(&[("debian/orders.service", &format!("{unit}User=Ops\n"))], "`debian/orders.service`");
    let control = |from: &str, to: &str| CONTROL.replace(from, to);
    refused(&[("debian/control", &control(" Over HTTP", " Over\u{b}HTTP"))], "line 10 of `debian/control`");
    refused(&[("debian/control", &control("Section: web", "Section: Web"))], "`debian/control`");
    refused(&[("debian/orders.links", "a usr/../c\n")], "`debian/orders.links`");
    refused(&[("debian/orders.dirs", "var/lib/a\u{1}\n")], "line 1 of `debian/orders.dirs`");
    refused(&[("debian/orders.maintscript", "rm_conffile etc/x\n")], "`debian/orders.maintscript`");
}

fn ran_shell(script: &std::path::Path) -> Ran {
    ran(Command::new("bash").arg("-n").arg(script))
}

#[test]
fn a_procfile_beside_debian_gives_what_that_lacks() {
    let project = project();
    debian(&project);
    project.write("debian/postinst", "#!/bin/sh\nmigrate\n#DEBHELPER#\n");
    project.write("Procfile", "web: gunicorn orders.wsgi\nrelease: orders migrate\nrelease: orders warm\n");
    let (text, ran) = made(&project);
    has(&text, &["[[service]]\nname = \"orders-web\"", "run-as = \"root\""]);
    assert_eq!(text.matches("[hooks]").count(), 1, "{text}");
    has(&ran.err, &["note: Procfile: `release` is left out"]);
}

#[test]
fn a_project_in_git_is_built_from_its_commit() {
    let project = project();
    project.write("repo/pyproject.toml", STANDARD.replace("odd = 'elsewhere:main'\n", ""));
    project.write("repo/orders/__init__.py", "def main():\n    pass\n");
    project.write("repo/tests/test.py", "");
    for words in [
        &["init", "-q"][..],
        &["add", "."],
        &["-c", "user.name=T", "-c", "user.email=t@x", "commit", "-qm", "x"],
    ] {
        let ran = ran(crate::project::git().args(words).current_dir(project.path("repo")));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    }
    assert_eq!(init(&project, &["-C", "repo"]).code, Some(0));
    let text = fs::read_to_string(project.path("repo/mkdeb.toml")).unwrap();
    has(&text, &["git = \"HEAD\"", "exclude = [\"tests\"]"]);
    project.build(&["-C", "repo", "--set", "venv.path=../build/venv"]);
}

#[test]
fn what_makes_no_manifest_is_said_and_nothing_is_written() {
    let refused = |files: &[(&str, &str)], said: &[&str]| {
        let project = project();
        files.iter().for_each(|(path, text)| project.write(path, text));
        let before = project.listing();
        let ran = init(&project, &[]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        has(&ran.err, said);
        assert_eq!(project.listing(), before);
    };
    refused(&[], &["there is no `debian/control`, no `nfpm.yaml`, no `pyproject.toml`", "-C DIR"]);
    refused(&[("pyproject.toml", "[build-system]\n")], &["there is no `debian/control`"]);
    refused(&[("pyproject.toml", "[project")], &["`pyproject.toml` is not TOML"]);
    refused(&[("pyproject.toml", "[tool.mkdeb]\n")], &["has a manifest already: `[tool.mkdeb]`"]);
    refused(
        &[("debian/control", "Source: x\n")],
        &["`debian/control` has no source and no package", "`Package`"],
    );
    refused(&[("debian/control", CONTROL)], &["`debian/changelog` is missing", "urgency=medium"]);
    let changelog = ("debian/changelog", "x (1) y; z\n");
    let capital = CONTROL.replace("Package: orders\n", "Package: Orders\n");
    refused(&[("debian/control", &capital), changelog], &["makes no valid manifest", "Orders"]);
    refused(
        &[("pyproject.toml", STANDARD), ("mkdeb.toml", "x")],
        &["`mkdeb.toml` exists already", "--force"],
    );
    let procfile = ("Procfile", "release: x\n");
    let led_away = project();
    led_away.write("orders/Procfile", "release: x\n");
    std::os::unix::fs::symlink("../app", led_away.path("orders/deploy")).unwrap();
    let ran = init(&led_away, &["-C", "orders"]);
    has(&ran.err, &["`deploy` is a symbolic link, and is not written through", "in the place of the link"]);
    assert!(!led_away.path("app/before-activate").exists() && !led_away.path("orders/mkdeb.toml").exists());
    refused(&[procfile, ("deploy/before-activate", "x")], &["`deploy/before-activate` exists already"]);
}
