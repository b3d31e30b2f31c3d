//! First manifests from files of nfpm: each is built as it is.

use std::collections::BTreeSet;
use std::fs;

use mkdeb::packagers::nfpm::keys;

use crate::init::{has, init, made};
use crate::project::{Project, field};

/// What a service in Python has of nfpm: a virtualenv, the application, a unit, configuration, scripts and links.
pub const FILE: &str = include_str!("init/nfpm.yaml");

/// A project that is packaged by nfpm so far.
pub fn project(file: &str) -> Project {
    let project = Project::new("");
    fs::remove_file(project.path("mkdeb.toml")).unwrap();
    fs::rename(project.path("app"), project.path("src")).unwrap();
    let python = project.path("build/venv/bin/python");
    project.program("build/venv/bin/orders", &format!("#!{}\nprint('takes orders')\n", python.display()));
    project.write("nfpm.yaml", file);
    project.write("deploy/orders.env", "ORDERS_DEBUG=0\n");
    project.write("deploy/logrotate", "/var/log/orders/*.log {\n}\n");
    project.write(
        "deploy/orders.service",
        "[Unit]\nDescription=orders\n[Service]\nUser=orders\nEnvironmentFile=/etc/orders/env\nWorkingDirectory=/opt/orders/app\n\
         ExecStart=/opt/orders/venv/bin/serve --config /etc/orders/env\n[Install]\nWantedBy=multi-user.target\n",
    );
    project.write("deploy/postinstall.sh", "#!/bin/sh\nset -e\n/opt/orders/venv/bin/orders migrate\n");
    project.write("deploy/postremove.sh", "#!/bin/sh\nif [ \"$1\" = purge ]; then rm -rf /srv/orders; fi\n");
    project
}

fn refused(file: &str, said: &[&str]) {
    let project = project(file);
    let before = project.listing();
    let ran = init(&project, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    has(&ran.err, said);
    assert_eq!(project.listing(), before);
}

#[test]
fn a_service_that_nfpm_packages_is_packaged_without_an_edit() {
    let project = project(FILE);
    let (text, ran) = made(&project);
    has(
        &text,
        &[
            "[package]\nname = \"orders\"\nversion = \"${VERSION}\"",
            "revision = \"1\"",
            "summary = \"takes orders\"\ndescription = \"\"\"\nOver HTTP.\n\"\"\"",
            "depends = [\"$auto\", \"adduser\"]",
            "[app]\ntarball = \"src\"",
            "[venv]\npath = \"build/venv\"",
            "[[command]]\nname = \"orders\"\npath = \"venv/bin/orders\"",
            "[[config]]\nsource = \"deploy/orders.env\"\npath = \"/etc/orders/env\"\nmode = \"0640\"\ngroup = \"adm\"",
            "[[config]]\nsource = \"deploy/logrotate\"\npath = \"/etc/logrotate.d/orders\"",
            "[[directory]]\npath = \"/var/lib/orders\"",
            "exec = \"venv/bin/serve --config /etc/orders/env\"",
            "working-directory = \"/opt/orders/current\"",
            "before-activate = \"deploy/before-activate\"\nafter-purge = \"deploy/after-purge\"",
            "[compression]\nformat = \"xz\"",
        ],
    );
    has(
        &ran.err,
        &[
            "note: `nfpm.yaml` is read; `--nfpm FILE` names another one",
            "the version is not written down: set `VERSION` when you build",
            "`deb.signature` is left out: the repository is signed",
            "left out of nfpm.yaml: overrides.rpm, for packages of others than Debian",
        ],
    );
    let mut command = project.command(&["build"]);
    let built = crate::project::ran(command.env("VERSION", "v1.4.2"));
    assert_eq!(built.code, Some(0), "{}", built.err);
    let deb = built.out.trim();
    assert_eq!(field(deb.as_ref(), "Version"), "1.4.2-1");
    let listed = project.run(&["inspect", "--files", deb]);
    for path in [
        "/usr/bin/orders",
        "/etc/orders/env",
        "system/orders.service",
        "/venv/bin/serve",
        "/orders/__init__.py",
    ] {
        assert!(listed.out.contains(path), "{path}\n{}{}", listed.out, listed.err);
    }
    let hook = fs::read_to_string(project.path("deploy/before-activate")).unwrap();
    has(
        &hook,
        &["set -- configure", "\n${MKDEB_PREFIX}/releases/${MKDEB_RELEASE}/venv/bin/orders migrate\n"],
    );
}

#[test]
fn whatever_nfpm_packs_comes_to_its_place_or_is_told() {
    let project = project("");
    for path in [
        "conf/a.ini",
        "conf/d/b.ini",
        "root/usr/share/orders/x.txt",
        "root/opt/orders/app/y.py",
        "bin/run",
        "static/a.css",
    ] {
        project.write(path, "x");
    }
    std::os::unix::fs::symlink("/opt/orders/venv/bin/serve", project.path("root/usr/share/orders/serve"))
        .unwrap();
    project.write(
        "nfpm.yaml",
        "name: orders\nversion: 1.10\nversion_schema: none\nepoch: 2\narch: all\nsection: default\nmaintainer: nobody\n\
         description: takes orders for $$\nfoo: x\nchangelog: c.yaml\numask: 0o022\nmtime: 2024-01-01T00:00:00Z\nplatform: linux\n\
         depends: [python3, 'libpq5 >= 9', $NOT_SET]\nprovides: [order-service]\ndisable_globbing: false\n\
         deb:\n  breaks: [old-orders (<< 2)]\n  predepends: [adduser]\n  fields: {Bugs: 'https://example.com', Section: x}\n\
         \x20 triggers: {interest: [/usr/bin]}\n  scripts: {config: debconf}\n  compression: lzma\n  arch_variant: amd64v3\n\
         contents:\n\
         - {src: build/venv/, dst: /opt/orders/venv, file_info: {owner: orders, mtime: 2024-01-01T00:00:00Z}}\n\
         - {src: 'conf/**/*.ini', dst: /etc/orders, type: config|noreplace}\n\
         - {src: root, dst: /, type: tree}\n\
         - {src: static, dst: /opt/orders/app/static, type: tree}\n\
         - {src: bin/run, dst: /usr/local/bin/orders-run, file_info: {owner: orders, group: orders, mode: 493}}\n\
         - {src: bin/run, dst: /opt/orders/app/run}\n\
         - {src: bin/run, dst: /usr/share/x.conf, type: config}\n\
         - {src: bin/run, dst: /etc/init.d/orders}\n\
         - {src: ../../opt/orders/venv/bin/orders, dst: /usr/bin/orders, type: symlink}\n\
         - {src: /usr/share/orders, dst: /usr/lib/orders, type: symlink}\n\
         - {dst: /etc/orders, type: dir}\n\
         - {src: x, dst: /x, packager: rpm}\n\
         - {src: x, dst: /x, type: ghost}\n\
         - {src: x, dst: /x, type: sock}\n\
         - {src: x}\n\
         - {src: '${HOME}/x', dst: '/srv/${NOT_SET}', expand: true}\n\
         - {src: 'none/*.txt', dst: /usr/share/none}\n\
         - {src: none, dst: /usr/share/none2, type: tree}\n\
         - {src: units/none.timer, dst: /usr/lib/systemd/system/none.timer}\n\
         scripts: {preinstall: deploy/postinstall.sh, preremove: none.sh}\n",
    );
    let (text, ran) = made(&project);
    has(
        &text,
        &[
            "version = \"2:1.10\"",
            "maintainer = \"Team <team@example.com>\"",
            "summary = \"takes orders for $$$$\"",
            "pre-depends = [\"adduser\"]",
            "breaks = [\"old-orders (<< 2)\"]",
            "fields = { Bugs = \"https://example.com\" }",
            "tarball = \"root/opt/orders\"",
            "[[tree]]\nsource = \"static\"\npath = \"app/static\"",
            "source = \"conf/d/b.ini\"\npath = \"/etc/orders/d/b.ini\"",
            "source = \"root/usr/share/orders/x.txt\"\npath = \"/usr/share/orders/x.txt\"",
            "[[link]]\npath = \"/usr/share/orders/serve\"\ntarget = \"/opt/orders/current/venv/bin/serve\"",
            "[[file]]\nsource = \"bin/run\"\npath = \"/usr/bin/orders-run\"\nmode = \"0755\"",
            "[[command]]\nname = \"orders\"\npath = \"venv/bin/orders\"",
            "[[link]]\npath = \"/usr/lib/orders\"\ntarget = \"/usr/share/orders\"",
        ],
    );
    let line = |word: &str| {
        let file = fs::read_to_string(project.path("nfpm.yaml")).unwrap();
        let at = file.lines().position(|line| line.contains(word)).unwrap();
        format!("line {} of `nfpm.yaml`: ", at + 1)
    };
    for (word, said) in [
        ("foo:", "`foo` is left out: nfpm does not know it"),
        ("changelog:", "`changelog` is left out: it is YAML"),
        ("umask:", "`umask` is left out"),
        ("mtime: 2024-01-01T00:00:00Z", "`mtime` is left out"),
        ("depends:", "`libpq5 >= 9` in `depends` is left out"),
        ("depends:", "`$NOT_SET` is left out: `NOT_SET` is not set"),
        ("fields:", "the field `Section` is left out: mkdeb writes it"),
        ("triggers:", "`deb.triggers.interest` is left out"),
        ("scripts: {config", "`deb.scripts` is left out"),
        ("lzma", "the compression `lzma` is left out"),
        ("arch_variant", "`deb.arch_variant` is left out"),
        ("build/venv/", "what is in `build/venv` belongs to root"),
        ("orders-run", "`/usr/local/bin/orders-run` becomes `/usr/bin/orders-run`"),
        ("orders-run", "belongs to root, and not to `orders`"),
        ("/opt/orders/app/run", "put `bin/run` at `app/run` of the application"),
        ("x.conf", "`/usr/share/x.conf` does not keep the admin's edits"),
        ("init.d", "`/etc/init.d/orders` is left out"),
        ("dst: /etc/orders, type: dir", "the directory `/etc/orders` is left out"),
        ("type: sock", "nfpm has no type `sock`"),
        ("- {src: x}", "it has no `dst`"),
        ("expand: true", "`NOT_SET` is not set"),
        ("none/*", "`none/*.txt` is no file here"),
        ("none2", "nothing is in `none` yet"),
        ("none.sh", "`none.sh` is not there, and is left out"),
    ] {
        let told = line(word);
        let is_told =
            ran.err.lines().any(|note| note.starts_with(&format!("note: {told}")) && note.contains(said));
        assert!(is_told, "{told}{said}\n{}", ran.err);
    }
    has(
        &ran.err,
        &["deploy/postinstall.sh is left out: `before-activate` runs before", "the maintainer is whoever"],
    );
    assert!(!ran.err.contains("type `ghost`"), "{}", ran.err);
}

#[test]
fn a_file_of_nfpm_is_named_or_found() {
    let project = project("name: orders\nversion: '1.0'\n");
    project.write("pack/other.yml", "name: other\nversion: '2.0'\n");
    let ran = init(&project, &["--nfpm", "pack/other.yml"]);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(!ran.err.contains("is read"), "{}", ran.err);
    let text = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    has(&text, &["name = \"other\"", "from pack/other.yml"]);
    // What is in `debian` counts first.
    project.write("debian/control", "Source: x\n\nPackage: orders\nDescription: x\n");
    project.write("debian/changelog", "orders (3.0) bookworm; urgency=low\n");
    assert_eq!(init(&project, &["--force"]).code, Some(0));
    has(&fs::read_to_string(project.path("mkdeb.toml")).unwrap(), &["version = \"3.0\""]);
    let ran = init(&project, &["--force", "--nfpm", "none.yaml"]);
    assert_eq!(ran.code, Some(2));
    has(&ran.err, &["failed to read `none.yaml`"]);
}

#[test]
fn what_is_no_file_of_nfpm_is_an_error_with_its_line() {
    refused("name: x\nversion: [1\n", &["`nfpm.yaml`, line 2, is no file of nfpm", "hint"]);
    refused("name: x\nversion: '1'\ndepends: y\n", &["`nfpm.yaml`, line 3, is no file of nfpm"]);
    refused("name: x\nname: y\n", &["`nfpm.yaml`, line 2, is no file of nfpm"]);
    refused("version: '1'\n", &["`nfpm.yaml` has no `name`", "set the variable"]);
    refused("name: ${NOT_SET}\nversion: '1'\n", &["`nfpm.yaml` has no `name`"]);
    refused("name: x-y\n", &["`nfpm.yaml` has no `version`", "version: ${VERSION}"]);
    refused("# nothing\n", &["`nfpm.yaml` has no `name`"]);
    refused(
        "name: Orders\nversion: '1'\n",
        &["what line 1 of `nfpm.yaml` says makes no valid manifest", "Orders"],
    );
    refused("name: orders\nversion: 1 2\n", &["what line 2 of `nfpm.yaml` says makes no valid manifest"]);
    refused(
        "name: orders\nversion: 1.0\nsection: Web\n",
        &["what line 3 of `nfpm.yaml` says makes no valid manifest"],
    );
}

#[test]
fn a_file_of_nfpm_is_read_within_limits() {
    let most = "#".repeat(1 << 20);
    refused(&(most.clone() + "#"), &["`nfpm.yaml` is larger than 1 MiB"]);
    let mut bomb = "x0: &x0 [a, a, a, a, a, a, a, a, a, a]\n".to_owned();
    for n in 1..9 {
        bomb += &format!("x{n}: &x{n} [{}]\n", vec![format!("*x{}", n - 1); 10].join(", "));
    }
    refused(&bomb, &["is no file of nfpm"]);
    let named: String = (0..17)
        .map(|n| format!("- {{src: u/{n}.service, dst: /lib/systemd/system/{n}.service}}\n"))
        .collect();
    let project = project(&format!("name: orders\nversion: 1.0\ncontents:\n{named}"));
    (0..17).for_each(|n| project.write(&format!("u/{n}.service"), &most));
    let ran = init(&project, &[]);
    has(&ran.err, &["the files of `nfpm.yaml` have more than 16 MiB"]);
    project.write("u/0.service", most + "#");
    has(&init(&project, &[]).err, &["`u/0.service` is larger than 1 MiB"]);
}

/// What the first column of a document's tables names.
pub fn documented(text: &str) -> BTreeSet<&str> {
    let cells = text.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let cells = cells.flat_map(|cell| cell.split(", "));
    cells.map(|name| name.trim_matches('`').split([' ', '=']).next().unwrap_or_default()).collect()
}

#[test]
fn every_key_of_nfpm_stands_in_its_document() {
    let documented = documented(include_str!("../../docs/from-nfpm.md"));
    let known: BTreeSet<&str> = keys::KEYS.iter().map(|(key, _)| *key).collect();
    let theirs: BTreeSet<&str> = include_str!("init/nfpm-keys").lines().collect();
    assert_eq!(documented, known, "on the left what the document says, on the right what is known");
    assert_eq!(known, theirs, "on the left what is known, on the right what nfpm has");
}
