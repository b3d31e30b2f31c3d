//! First manifests from command lines of fpm: each is built as it is.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use mkdeb::packagers::fpm::flags;

use crate::init::{has, init, made_by};
use crate::init_nfpm::documented;
use crate::project::{Project, field};

/// How a service in Python is packaged by fpm: a virtualenv, the application, a unit, configuration, scripts and a link.
pub const SCRIPT: &str = include_str!("init/fpm.sh");

/// A project that is packaged by fpm so far.
pub fn project() -> Project {
    let project = crate::init_nfpm::project("");
    fs::remove_file(project.path("nfpm.yaml")).unwrap();
    fs::create_dir_all(project.path("deploy/bin")).unwrap();
    symlink("/opt/orders/venv/bin/orders", project.path("deploy/bin/orders")).unwrap();
    project.write("deploy/postupgrade.sh", "/opt/orders/venv/bin/orders migrate --from \"$1\"\n");
    project.write("deploy/postremove.sh", "rm -rf /srv/orders\n");
    project
}

/// What is said of a command, which makes a manifest that is built; and the manifest.
#[track_caller]
fn drafted(project: &Project, command: &str) -> (String, String) {
    let _ = fs::remove_file(project.path("mkdeb.toml"));
    let (text, ran) = made_by(project, &["--force", "--fpm", command]);
    (text, ran.err)
}

#[track_caller]
fn refused(command: &str, said: &[&str]) {
    let project = project();
    let before = project.listing();
    let ran = init(&project, &["--fpm", command]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    has(&ran.err, said);
    assert_eq!(project.listing(), before);
}

#[test]
fn a_service_that_fpm_packages_is_packaged_without_an_edit() {
    let project = project();
    let (text, said) = drafted(&project, SCRIPT.trim_end());
    has(
        &text,
        &[
            "from a command line of fpm",
            "[package]\nname = \"orders\"\nversion = \"${VERSION}\"",
            "revision = \"1\"",
            "maintainer = \"Ops <ops@example.com>\"",
            "summary = \"takes orders\"\ndescription = \"\"\"\nOver HTTP.\n\"\"\"\nsection = \"web\"",
            "homepage = \"https://example.com/orders\"\nlicense = \"MIT\"",
            "depends = [\"$auto\", \"adduser\"]",
            "recommends = [\"logrotate\"]",
            "fields = { Vendor = \"Example\" }",
            "[app]\ntarball = \"src\"",
            "exclude = [\"**/*.pyc\"]",
            "[venv]\npath = \"build/venv\"",
            "[[command]]\nname = \"orders\"\npath = \"venv/bin/orders\"",
            "[[config]]\nsource = \"deploy/orders.env\"\npath = \"/etc/orders/env\"",
            "[[config]]\nsource = \"deploy/logrotate\"\npath = \"/etc/logrotate.d/orders\"",
            "[[directory]]\npath = \"/var/lib/orders\"",
            "exec = \"venv/bin/serve --config /etc/orders/env\"",
            "working-directory = \"/opt/orders/current\"",
            "before-activate = \"deploy/before-activate\"\nafter-purge = \"deploy/after-purge\"",
            "[compression]\nformat = \"xz\"",
        ],
    );
    assert!(!text.contains("enable =") && !text.contains("start ="), "{text}");
    has(
        &said,
        &[
            "note: `--version` of line 6 of the command line: the version is not written down: set `VERSION` when you build",
            "`--deb-generate-changes` of line 14 of the command line is left out: `mkdeb publish` says",
            "left out: --rpm-os, for packages of others than Debian",
            "what lies in `/opt/orders/venv` is taken whole",
        ],
    );
    let mut command = project.command(&["build"]);
    let built = crate::project::ran(command.env("VERSION", "v1.4.2"));
    assert_eq!(built.code, Some(0), "{}", built.err);
    let deb = built.out.trim();
    assert_eq!(field(deb.as_ref(), "Version"), "1.4.2-1");
    assert_eq!(field(deb.as_ref(), "Vendor"), "Example");
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
        &[
            "set -- configure",
            "after_install() {\n    :\nset -e\n${MKDEB_PREFIX}/releases/${MKDEB_RELEASE}/venv/bin/orders migrate\n}\n",
            "/venv/bin/orders migrate --from \"$1\"\n}\n",
            "if [ -z \"$2\" ]; then after_install; fi\nif [ -n \"$2\" ]; then after_upgrade \"$2\"; fi\n",
        ],
    );
    has(
        &fs::read_to_string(project.path("deploy/after-purge")).unwrap(),
        &["rm -rf /srv/orders\n}\n\nafter_remove\n"],
    );
}

#[test]
fn paths_go_where_fpm_puts_them() {
    let project = project();
    for path in
        ["root/etc/orders/a.ini", "root/usr/share/orders/x.txt", "share/a.txt", "share/.b.txt", "one=two"]
    {
        project.write(path, "x");
    }
    let base = "fpm -s dir -t deb -n orders -v 1.0";
    for (more, source, path) in [
        ("share/a.txt=/usr/share/orders/b.txt", "share/a.txt", "/usr/share/orders/b.txt"),
        ("share/a.txt=/usr/share/orders/", "share/a.txt", "/usr/share/orders/a.txt"),
        ("share/=/usr/share/orders", "share/a.txt", "/usr/share/orders/a.txt"),
        ("share=/usr/share/orders", "share/a.txt", "/usr/share/orders/share/a.txt"),
        ("-C root .", "root/usr/share/orders/x.txt", "/usr/share/orders/x.txt"),
        ("-C root", "root/etc/orders/a.ini", "/etc/orders/a.ini"),
        ("-C root etc", "root/etc/orders/a.ini", "/etc/orders/a.ini"),
        ("-C root usr/=/usr/lib", "root/usr/share/orders/x.txt", "/usr/lib/usr/share/orders/x.txt"),
        ("--prefix /usr/share/orders -C share a.txt", "share/a.txt", "/usr/share/orders/a.txt"),
        ("--prefix /usr/share/orders share/*", "share/a.txt", "/usr/share/orders/share/a.txt"),
        (
            "share/a.txt=/usr/lib/orders/ share/.b.txt=/usr/lib/orders",
            "share/.b.txt",
            "/usr/lib/orders/.b.txt",
        ),
        ("--prefix /usr/share/orders one=two", "one=two", "/usr/share/orders/one=two"),
        ("--config-files root/etc/orders/a.ini share/a.txt=/usr/a", "share/a.txt", "/usr/a"),
        ("--deb-default share/a.txt share/a.txt=/usr/a", "share/a.txt", "/etc/default/a.txt"),
    ] {
        let (text, said) = drafted(&project, &format!("{base} {more}"));
        assert!(
            text.contains(&format!("source = \"{source}\"\npath = \"{path}\"")),
            "{more}\n{text}\n{said}"
        );
        assert!(!text.contains("source = \"share/.b.txt\"") || !more.contains('*'), "{more}\n{text}");
    }
}

#[test]
fn whatever_fpm_packs_comes_to_its_place_or_is_told() {
    let project = project();
    project.write("debian/changelog", "orders (1) bookworm; urgency=low\n");
    project.write(".fpm", "--license MIT\n--name other");
    project.write(
        "opts",
        "--deb-field 'Bugs: https://example.com'\n--deb-field none\n--deb-field 'Section: x'\n",
    );
    project.write("deploy/orders", "[Service]\nExecStart=/opt/orders/venv/bin/serve\n");
    project.write("deploy/hook", "echo <%= name %> <%= team %> <%= version %>\n");
    project.write("deploy/ruby", "echo <% if x %>\n");
    project.write("deploy/perl", "#!/usr/bin/perl\nsystem('x');\n");
    let (text, said) = drafted(
        &project,
        "fpm $MORE -s dir -t deb -n Order_S -v 1.0rc1 --epoch 2 -m nobody --category Applications/Web --deb-priority extra \
         -d 'python3' -d 'libpq5 > 9, x_y ~> 1.2' -d 'old != 1' -d '/bin/sh' -d \"$NOT_SET\" --provides 'Shop = 1' \
         --deb-pre-depends adduser --conflicts 'aa (< 2)' --replaces aa --deb-suggests bb --url \"$(cat url)\" \
         --deb-changelog debian/changelog --fpm-options-file opts --inputs none --deb-init x --deb-interest y \
         --deb-user www --deb-group web --directories /var/lib/orders --directories /usr/bin --config-files /opt/orders/app/src/x \
         --config-files /etc/none --deb-systemd deploy/orders --no-deb-systemd-restart-after-upgrade \
         --deb-compression bzip2 --template-value team=ops --after-install deploy/hook --before-upgrade deploy/ruby \
         --before-remove deploy/perl --after-remove none.sh --deb-installed-size 5 -x '[' \
         build/venv/=/opt/orders/venv src=/opt/orders/app 'none/*=/x' none/*.txt $(ls) x.sh=/etc/init.d/x\n\
         fpm -t rpm",
    );
    has(
        &text,
        &[
            "name = \"order-s\"\nversion = \"2:1.0rc1\"",
            "maintainer = \"Team <team@example.com>\"",
            "priority = \"extra\"\nlicense = \"MIT\"\nchangelog = \"debian/changelog\"",
            "depends = [\"$auto\", \"libpq5 (>> 9)\", \"x-y (>= 1.2)\", \"x-y (<< 2.0)\"]",
            "breaks = [\"old (= 1)\"]",
            "pre-depends = [\"adduser\"]",
            "suggests = [\"bb\"]",
            "conflicts = [\"aa (<< 2)\"]",
            "provides = [\"shop (= 1)\"]",
            "fields = { Bugs = \"https://example.com\" }",
            "[[directory]]\npath = \"/var/lib/orders\"   # a purge removes it with all that is in it\nowner = \"www\"\ngroup = \"web\"",
            "name = \"orders\"",
            "enable = false\nstart = false\non-upgrade = \"none\"",
        ],
    );
    has(
        &fs::read_to_string(project.path("deploy/before-activate")).unwrap(),
        &["echo order-s ops ${MKDEB_VERSION}\n"],
    );
    let first = "of line 1 of the command line";
    for (word, told) in [
        ("${MORE}", "is left out: `MORE` is not set"),
        ("-d", "`${NOT_SET}` is left out: `NOT_SET` is not set"),
        ("-d", "`/bin/sh` in `depends` is left out"),
        ("--url", "`$(cat url)` is left out: only a shell knows `$(cat url)`"),
        ("--category", "`Applications/Web` is left out: it is no section"),
        ("--inputs", "is left out: it is not there"),
        ("-x", "`[` is no pattern, and is left out"),
        ("--deb-init", "is left out: `[[service]]` makes services"),
        ("--deb-interest", "is left out: packages wait for no triggers"),
        ("--deb-user", "files belong to root, and not to `www`"),
        ("--deb-group", "files belong to root, and not to `web`"),
        ("--directories", "the directory `/usr/bin` is left out"),
        ("--config-files", "`/opt/orders/app/src/x` does not keep the admin's edits"),
        ("--config-files", "`/etc/none` is left out: nothing of the package lies there"),
        ("--deb-systemd", "a first install has it neither enabled nor started"),
        ("--deb-compression", "the compression `bzip2` is left out"),
        ("--after-remove", "`none.sh` is not there"),
        ("none/*=/x", "is left out: no shell expands a pattern in front of `=`"),
        ("none/*.txt", "is no file here; if CI makes it"),
        ("$(ls)", "is left out: only a shell knows `$(ls)`"),
        ("x.sh=/etc/init.d/x", "`/etc/init.d/x` is left out"),
    ] {
        let place = format!("note: `{word}` {first}");
        assert!(
            said.lines().any(|line| line.starts_with(&place) && line.contains(told)),
            "{place} {told}\n{said}"
        );
    }
    has(
        &said,
        &[
            "`--deb-field` of line 2 of `opts`: `none` is left out: it is no `FIELD: VALUE`",
            "`--deb-field` of line 3 of `opts`: the field `Section` is left out",
            "line 2 of the command line: this is another command of fpm",
            "deploy/ruby is left out: `<% if x %>` is Ruby",
            "deploy/perl is left out: `/usr/bin/perl` runs it",
            "the maintainer is whoever ran this",
            "`--after-install` runs on a first install only",
        ],
    );
}

#[test]
fn other_sources_than_directories_become_virtualenvs_and_applications() {
    let project = project();
    project.write("requirements.txt", "# nothing\n");
    project.write(
        "pyproject.toml",
        "[project]\nname = 'Order_Service'\nversion = '1.5'\n[project.scripts]\norders = 'orders:main'\n",
    );
    let (text, _) = drafted(&project, "fpm -s virtualenv -t deb --prefix /opt/envs/x requirements.txt");
    has(
        &text,
        &[
            "pip install -r requirements.txt\n",
            "version = \"${VERSION}\"",
            "[venv]\npath = \"build/venv\"\nrequirements =",
        ],
    );
    assert!(text.contains("name = \"virtualenv-"), "{text}");
    let (text, said) = drafted(&project, "fpm -s virtualenv -t deb --virtualenv-pypi u flask==3.0 b");
    has(&text, &["name = \"virtualenv-flask\"\nversion = \"3.0\"", "pip install 'flask==3.0'\n"]);
    has(
        &said,
        &["`b` of the command line is left out: a package has one", "for whoever makes the virtualenv"],
    );
    let (text, said) = drafted(&project, "fpm -s python -t deb --no-python-fix-name .");
    has(
        &text,
        &[
            "name = \"order-service\"\nversion = \"1.5\"",
            "pip install .\n",
            "name = \"orders\"\npath = \"venv/bin/orders\"",
        ],
    );
    has(&said, &["what others import from `python3` is not in it"]);
    let (text, _) = drafted(&project, "fpm -s python -t deb Django");
    has(&text, &["name = \"python-django\"\nversion = \"${VERSION}\"", "pip install Django\n"]);
    let mut tar = Command::new("tar");
    let packed = crate::project::ran(tar.args(["-czf", "app.tar.gz", "src"]).current_dir(project.dir()));
    assert_eq!(packed.code, Some(0), "{}", packed.err);
    let (text, said) =
        drafted(&project, "fpm -s tar -t deb -v v1.0rc1-2 --prefix /opt/orders -C x app.tar.gz");
    has(
        &text,
        &[
            "name = \"app\"\nversion = \"1.0rc1\"",
            "revision = \"2\"",
            "tarball = \"app.tar.gz\"",
            "strip-components = 0",
        ],
    );
    has(
        &said,
        &["`-C` of the command line: `strip-components`", "is a Python version too, and becomes `1.0~rc1`"],
    );
    let (_, said) = drafted(&project, "fpm -s tar -t deb -v 1 -n orders app.tar.gz");
    has(&said, &["`app.tar.gz` of the command line is left out: what is in it would lie at `/`"]);
}

#[test]
fn what_fpm_does_not_take_either_is_an_error_that_names_it() {
    refused(
        "fpm -s dir -t deb --deb-sytemd x .",
        &["fpm has no flag `--deb-sytemd`", "hint: it may stand for `--deb-systemd`"],
    );
    refused("fpm -s dir -z .", &["fpm has no flag `-z`, which the command line has", "take it out"]);
    refused("fpm -s dir -n", &["`-n` of the command line has no value"]);
    refused("fpm -s dir . -n x", &["`-n` of the command line stands behind what is packed", "in front of"]);
    refused("fpm -s dir \\\n -n 'x", &["the quote or bracket in line 2 of the command line is not closed"]);
    refused("make\nmake all", &["there is no command of fpm in it"]);
    refused("fpm -t rpm -s dir -n x .", &["makes packages of the type `rpm`", "give the one with `-t deb`"]);
    refused(
        "fpm -s gem -t deb rails",
        &["makes no packages from what fpm calls `gem`", "hint: it takes `dir`"],
    );
    refused("fpm -s empty -t deb -n x", &["what fpm calls `empty`", "`mkdeb pack`"]);
    refused("fpm -s zip -t deb x.zip", &["what fpm calls `zip`", "unpack it"]);
    refused("fpm -n x .", &["the command line of fpm has no `--input-type`", "write `-s dir`"]);
    refused("fpm -s dir -t deb .", &["the command line has no `--name`", "set the variable"]);
    refused("fpm -s dir -t deb -n \"$NOT_SET\" .", &["the command line has no `--name`"]);
    refused("fpm -s dir -n x-y -v '1 2' .", &["what `-v` of the command line says makes no valid manifest"]);
    refused("fpm -s dir -n x-y --deb-priority no .", &["what `--deb-priority` of the command line says"]);
    let project = project();
    project.write(".fpm", "-n 'x");
    let ran = init(&project, &["--fpm", "fpm -s dir ."]);
    has(&ran.err, &["a quote in `.fpm` is not closed"]);
    let ran = init(&project, &["--fpm", "fpm -s dir .", "--nfpm", "nfpm.yaml"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
}

#[test]
fn every_flag_of_fpm_stands_in_its_document() {
    let documented: BTreeSet<String> =
        documented(include_str!("../../docs/from-fpm.md")).into_iter().map(str::to_owned).collect();
    let of_others = |kind: &str, name: &str| format!("--{kind}-{name}");
    let mut known: BTreeSet<String> = flags::names().map(str::to_owned).collect();
    let kinds = flags::OTHERS.iter().map(|(kind, _, _)| of_others(kind, "*"));
    let expect: BTreeSet<String> = known.iter().cloned().chain(kinds).collect();
    assert_eq!(documented, expect, "on the left what the document says, on the right what is known");
    for (kind, values, switches) in flags::OTHERS {
        known.extend(values.iter().chain(*switches).map(|name| of_others(kind, name)));
    }
    let theirs: BTreeSet<String> = include_str!("init/fpm-flags").lines().map(str::to_owned).collect();
    assert_eq!(known, theirs, "on the left what is known, on the right what fpm has");
}
