//! Mistakes planted in packages: what lintian says of them, what dpkg does, and what the rules of `lint` find.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::bed::missing;

/// Makes a package that nobody has anything against, in `tree`, with shell commands that plant a mistake in it: `PLANT`
/// in the tree, `BEHIND` in data.tar. The package is named after the mistake, so that lintian takes many at once.
const PACK: &str = r#"
mkdir -p tree/DEBIAN "tree/usr/share/doc/$NAME" tree/usr/share/sample
cat >tree/DEBIAN/control <<END
Package: $NAME
Version: 1.0-1
Architecture: all
Maintainer: Test Person <test@example.org>
Section: misc
Priority: optional
Description: tool for trying things out
 A longer text that says what this is
 and that it is for tests.
END
printf 'Copyright 2023 Test Person\nLicense: /usr/share/common-licenses/GPL-2\n' >"tree/usr/share/doc/$NAME/copyright"
printf '%s (1.0-1) unstable; urgency=low\n\n  * Made.\n\n -- Test Person <test@example.org>  Tue, 14 Nov 2023 22:13:20 +0000\n' "$NAME" |
    gzip -9n >"tree/usr/share/doc/$NAME/changelog.Debian.gz"
echo x >tree/usr/share/sample/x.txt
eval "$PLANT"
cd tree
[ -e DEBIAN/md5sums ] || [ -e ../none ] ||
    find . -type f ! -path './etc/*' ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum >DEBIAN/md5sums
pack="--format=gnu --owner=root:0 --group=root:0 --mtime=@1700000000"
find . -path ./DEBIAN -prune -o -print0 | LC_ALL=C sort -z | tar $pack --no-recursion --null -T - -cf ../data.tar
tar $pack -cf ../control.tar -C DEBIAN .
cd ..
eval "$BEHIND"
gzip -nf control.tar data.tar
printf '2.0\n' >debian-binary
ar rcD "$OUT/$NAME.deb" debian-binary control.tar.gz data.tar.gz
"#;

const SCRIPT: &str = r"script() { printf '%b' '#!/bin/sh\nset -e\n[ ! -e /none ]\n' >tree/DEBIAN/postinst; chmod 755 tree/DEBIAN/postinst; }; ";
/// Puts a file into data.tar behind all others.
const ADD: &str =
    r"add() { mkdir -p more/$(dirname $1); echo y >more/$1; tar $pack -rf data.tar -C more ./$1; }; ";

/// A mistake, how it is planted, the rule that finds it, and what lintian calls it.
struct Plant {
    name: &'static str,
    plant: &'static str,
    behind: &'static str,
    rule: &'static str,
    tag: &'static str,
}

const fn plant(name: &'static str, plant: &'static str, rule: &'static str, tag: &'static str) -> Plant {
    Plant { name, plant, behind: ":", rule, tag }
}

const fn behind(name: &'static str, behind: &'static str, rule: &'static str, tag: &'static str) -> Plant {
    Plant { name, plant: ":", behind, rule, tag }
}

/// What both find.
const BOTH: &[Plant] = &[
    plant(
        "md5-other",
        "md5sum /dev/null | sed 's|/dev/null|usr/share/sample/x.txt|' >tree/DEBIAN/md5sums",
        "wrong-md5sums",
        "md5sum-mismatch",
    ),
    plant(
        "md5-gone",
        "md5sum /dev/null | sed 's|/dev/null|usr/gone|' >tree/DEBIAN/md5sums",
        "wrong-md5sums",
        "md5sums-lists-nonexistent-file",
    ),
    plant(
        "md5-garbage",
        "echo garbage >tree/DEBIAN/md5sums",
        "wrong-md5sums",
        "malformed-md5sums-control-file",
    ),
    plant(
        "md5-part",
        "(cd tree && md5sum usr/share/sample/x.txt >DEBIAN/md5sums)",
        "incomplete-md5sums",
        "file-missing-in-md5sums",
    ),
    plant("conffile-gone", "echo /etc/gone >tree/DEBIAN/conffiles", "wrong-conffile", "missing-conffile"),
    plant(
        "conffile-link",
        "mkdir tree/etc; ln -s /usr/share/sample/x.txt tree/etc/x; echo /etc/x >tree/DEBIAN/conffiles",
        "wrong-conffile",
        "conffile-has-bad-file-type",
    ),
    plant(
        "conffile-usr",
        "echo /usr/share/sample/x.txt >tree/DEBIAN/conffiles",
        "wrong-conffile",
        "non-etc-file-marked-as-conffile",
    ),
    plant(
        "conffile-none",
        "mkdir tree/etc; echo x >tree/etc/x.conf",
        "no-conffile",
        "file-in-etc-not-marked-as-conffile",
    ),
    plant(
        "script-bare",
        "script; sed -i 1d tree/DEBIAN/postinst",
        "broken-script",
        "script-without-interpreter",
    ),
    plant(
        "script-env",
        "script; sed -i '1s|.*|#!/usr/bin/env sh|' tree/DEBIAN/postinst",
        "broken-script",
        "unknown-control-interpreter",
    ),
    plant(
        "script-local",
        "script; sed -i '1s|.*|#!/usr/local/bin/bash|' tree/DEBIAN/postinst",
        "broken-script",
        "control-interpreter-in-usr-local",
    ),
    plant(
        "script-mode",
        "script; chmod 644 tree/DEBIAN/postinst",
        "careless-script",
        "control-file-has-bad-permissions",
    ),
    plant(
        "script-goes-on",
        "script; sed -i 2d tree/DEBIAN/postinst",
        "careless-script",
        "maintainer-script-ignores-errors",
    ),
    plant(
        "in-local",
        "mkdir -p tree/usr/local/bin; echo x >tree/usr/local/bin/x",
        "foreign-place",
        "file-in-usr-local",
    ),
    plant("in-home", "mkdir -p tree/home/me; echo x >tree/home/me/x", "foreign-place", "dir-or-file-in-home"),
    plant("in-srv", "mkdir tree/srv; echo x >tree/srv/x", "foreign-place", "dir-or-file-in-srv"),
    plant("in-mnt", "mkdir tree/mnt; echo x >tree/mnt/x", "foreign-place", "dir-or-file-in-mnt"),
    plant("in-foo", "mkdir tree/foo; echo x >tree/foo/x", "foreign-place", "non-standard-toplevel-dir"),
    plant("in-tmp", "mkdir tree/tmp; echo x >tree/tmp/x", "volatile-place", "dir-or-file-in-tmp"),
    plant("in-run", "mkdir tree/run; echo x >tree/run/x", "volatile-place", "dir-or-file-in-run"),
    plant(
        "in-var-run",
        "mkdir -p tree/var/run; echo x >tree/var/run/x",
        "volatile-place",
        "dir-or-file-in-var-run",
    ),
    plant(
        "in-var-lock",
        "mkdir -p tree/var/lock; echo x >tree/var/lock/x",
        "volatile-place",
        "dir-or-file-in-var-lock",
    ),
    plant("no-copyright", "rm tree/usr/share/doc/$NAME/copyright", "missing-document", "no-copyright-file"),
    plant("no-changelog", "rm tree/usr/share/doc/$NAME/changelog*", "missing-document", "no-changelog"),
    plant(
        "contact-bare",
        "sed -i 's/ <test@example.org>//' tree/DEBIAN/control",
        "odd-maintainer",
        "malformed-contact",
    ),
    plant(
        "contact-nameless",
        "sed -i 's/Test Person <.*/test@example.org/' tree/DEBIAN/control",
        "odd-maintainer",
        "no-phrase",
    ),
    plant(
        "contact-local",
        "sed -i 's/test@example.org/test@localhost/' tree/DEBIAN/control",
        "odd-maintainer",
        "bogus-mail-host",
    ),
    plant(
        "contacts",
        "sed -i 's/^Maintainer.*/&, Other <other@example.org>/' tree/DEBIAN/control",
        "odd-maintainer",
        "too-many-contacts",
    ),
    plant(
        "synopsis-name",
        "sed -i \"s/tool for/$NAME for/\" tree/DEBIAN/control",
        "poor-description",
        "description-starts-with-package-name",
    ),
    plant(
        "synopsis-long",
        "sed -i 's/tool for/tooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooool for/' tree/DEBIAN/control",
        "poor-description",
        "synopsis-too-long",
    ),
    plant(
        "description-short",
        "sed -i '/^ /d' tree/DEBIAN/control",
        "poor-description",
        "extended-description-is-empty",
    ),
    plant(
        "description-tab",
        "sed -i 's/tool for/tool\\tfor/' tree/DEBIAN/control",
        "poor-description",
        "description-contains-tabs",
    ),
    plant(
        "description-none",
        "sed -i '/^ /d; /^Description/d' tree/DEBIAN/control",
        "missing-field",
        "required-field",
    ),
    plant("section", "sed -i 's/misc/weird/' tree/DEBIAN/control", "unknown-section", "unknown-section"),
    plant(
        "priority",
        "sed -i 's/optional/weird/' tree/DEBIAN/control",
        "unknown-section",
        "unknown-priority",
    ),
    plant(
        "architecture",
        "sed -i 's/: all/: x86_64/' tree/DEBIAN/control",
        "unknown-architecture",
        "unknown-architecture",
    ),
    plant(
        "multi-arch",
        "sed -i 's/^Section/Multi-Arch: same\\n&/' tree/DEBIAN/control",
        "refused-by-dpkg",
        "illegal-multi-arch-value",
    ),
    plant("version", "sed -i 's/1.0-1/v1.0/' tree/DEBIAN/control", "refused-by-dpkg", "bad-version-number"),
    plant("pipe", "mkfifo tree/usr/share/sample/pipe", "special-file", "special-file"),
    plant(
        "latin1",
        "echo x >tree/usr/share/sample/$(printf '\\344')",
        "not-utf8",
        "shipped-file-without-utf8-name",
    ),
    plant("mode-0600", "chmod 600 tree/usr/share/sample/x.txt", "unreadable", "non-standard-file-perm"),
    plant("mode-0700", "chmod 700 tree/usr/share/sample", "unreadable", "non-standard-dir-perm"),
    plant("mode-4755", "chmod 4755 tree/usr/share/sample/x.txt", "setuid", "elevated-privileges"),
    plant(
        "repository",
        "mkdir tree/usr/share/sample/.git",
        "version-control",
        "package-contains-vcs-control-dir",
    ),
    behind("parent", "add usr/share/none/x", "no-parent", "missing-intermediate-directory"),
];

/// What lintian calls errors and `lint` does not, each with the reason.
const NOT_OURS: &[(Plant, &str)] = &[
    (
        plant("opt", "mkdir -p tree/opt/sample; echo x >tree/opt/sample/x", "", "dir-or-file-in-opt"),
        "it is where applications that Debian does not ship belong (FHS 3.2, 3.13)",
    ),
    (
        plant("www", "mkdir -p tree/var/www; echo x >tree/var/www/x", "", "dir-or-file-in-var-www"),
        "a rule for Debian's own web applications",
    ),
    (
        plant("link-long", "ln -s ../sample/../sample/x.txt tree/usr/share/sample/y", "", "lengthy-symlink"),
        "it works, and makers of virtualenvs write such links",
    ),
    (
        plant(
            "essential",
            "sed -i 's/^Section/Essential: yes\\n&/' tree/DEBIAN/control",
            "",
            "new-essential-package",
        ),
        "whoever writes that field means it",
    ),
    (
        plant(
            "depends",
            "sed -i 's/^Section/Depends: bash\\n&/' tree/DEBIAN/control",
            "",
            "depends-on-essential-package-without-using-version",
        ),
        "it costs nothing",
    ),
    (
        plant(
            "bytecode",
            "mkdir -p tree/usr/lib/sample; echo x >tree/usr/lib/sample/a.pyc",
            "",
            "package-installs-python-bytecode",
        ),
        "a virtualenv's bytecode is shipped on purpose",
    ),
    (
        plant(
            "python",
            "mkdir tree/usr/bin; printf '#!/usr/bin/python3\\n' >tree/usr/bin/sample; chmod 755 tree/usr/bin/sample",
            "",
            "python3-script-but-no-python3-dep",
        ),
        "the dependency is `python3.11` where a virtualenv needs that",
    ),
    (
        plant(
            "syntax",
            "script; echo 'if true' >>tree/DEBIAN/postinst",
            "",
            "maintainer-shell-script-fails-syntax-check",
        ),
        "only a shell can tell; `mkdeb build` asks one",
    ),
];

/// What lintian does not find, though dpkg refuses it or nobody knows what it installs.
const ONLY_OURS: &[Plant] = &[
    behind(
        "through-link",
        "ln -s /usr/share/doc more-link; mkdir -p more/usr/share/sample; ln -s /usr/share/doc more/usr/share/sample/l; tar $pack -rf data.tar -C more ./usr/share/sample/l; rm more/usr/share/sample/l; add usr/share/sample/l/x",
        "no-parent",
        "",
    ),
    behind(
        "hard-link",
        "mkdir -p more/usr/share/sample; echo y >more/usr/share/sample/a; ln more/usr/share/sample/a more/usr/share/sample/b; tar $pack -rf data.tar -C more ./usr/share/sample/a ./usr/share/sample/b; tar --delete -f data.tar ./usr/share/sample/a",
        "broken-hardlink",
        "",
    ),
    behind("twice", "add usr/share/sample/x.txt", "repeated-path", ""),
];

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok() || missing::<()>(program).is_some()
}

fn planted(directory: &Path, plant: &Plant) {
    let work = tempfile::tempdir().unwrap();
    let made = Command::new("bash")
        .args(["-ec", PACK])
        .current_dir(work.path())
        .env("NAME", plant.name)
        .env("OUT", directory)
        .env("PLANT", format!("{SCRIPT}{}", plant.plant))
        .env("BEHIND", format!("{ADD}{}", plant.behind))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}: {}", plant.name, String::from_utf8_lossy(&made.stderr));
}

/// What `lint` finds in each package: its name and the rule.
fn ours(directory: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let ran =
        Command::new(env!("CARGO_BIN_EXE_mkdeb")).args(["lint", "--json"]).args(&files).output().unwrap();
    let findings: Vec<Value> = serde_json::from_slice(&ran.stdout).unwrap();
    let name = |file: &str| Path::new(file).file_stem().unwrap().to_str().unwrap().to_owned();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    findings.iter().map(|finding| (name(&text(finding, "file")), text(finding, "rule"))).collect()
}

/// What lintian says of each package: its name and the tag.
fn lintians(directory: &Path) -> Vec<(String, String)> {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let ran = Command::new("lintian")
        .args([
            "--allow-root",
            "--suppress-tags",
            "initial-upload-closes-no-bugs",
            "--tag-display-limit",
            "0",
        ])
        .args(files)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    // `E: package: tag more`
    let line = |line: &str| {
        let mut words = line.split(": ").skip(1);
        let name = words.next()?.split(' ').next()?.to_owned();
        Some((name, words.next()?.split(' ').next()?.to_owned()))
    };
    text.lines().filter_map(line).collect()
}

#[test]
fn what_lintian_says_of_planted_mistakes_is_found_or_left_out_with_a_reason() {
    if !has("lintian") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let clean = plant("clean", ":", "", "");
    let both = BOTH.iter().chain(NOT_OURS.iter().map(|(plant, _)| plant));
    for plant in both.clone().chain([&clean]) {
        planted(directory.path(), plant);
    }
    let (ours, lintians) = (ours(directory.path()), lintians(directory.path()));
    let said = |all: &[(String, String)], plant: &Plant, word: &str| {
        all.iter().any(|(name, found)| name == plant.name && found == word)
    };
    for plant in BOTH {
        assert!(said(&ours, plant, plant.rule), "{}: lint does not find {}", plant.name, plant.rule);
    }
    for plant in both {
        assert!(said(&lintians, plant, plant.tag), "{}: lintian does not say {}", plant.name, plant.tag);
    }
    for (plant, reason) in NOT_OURS {
        let found: Vec<_> = ours.iter().filter(|(name, _)| name == plant.name).collect();
        assert!(found.is_empty() && !reason.is_empty(), "{found:?}");
    }
    assert!(!ours.iter().any(|(name, _)| name == "clean"), "{ours:?}");
    assert!(!lintians.iter().any(|(name, _)| name == "clean"), "{lintians:?}");
}

#[test]
fn what_is_said_to_keep_dpkg_from_unpacking_does() {
    if !has("dpkg") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = tempfile::tempdir().unwrap();
    for below in ["var/lib/dpkg/info", "var/lib/dpkg/updates", "usr/share/doc"] {
        fs::create_dir_all(root.path().join(below)).unwrap();
    }
    fs::write(root.path().join("var/lib/dpkg/status"), "").unwrap();
    let refused = ["parent", "through-link", "hard-link", "architecture", "multi-arch", "version"];
    for plant in BOTH.iter().chain(ONLY_OURS) {
        if refused.contains(&plant.name) || ONLY_OURS.iter().any(|only| only.name == plant.name) {
            planted(directory.path(), plant);
        }
    }
    planted(directory.path(), &plant("clean", ":", "", ""));
    let unpacks = |name: &str| {
        let mut dpkg = Command::new("dpkg");
        dpkg.args(["--force-not-root", "--force-script-chrootless", "--log=/dev/null"]);
        dpkg.arg(format!("--root={}", root.path().display())).arg("--unpack");
        dpkg.arg(directory.path().join(format!("{name}.deb"))).output().unwrap().status.success()
    };
    assert!(unpacks("clean"));
    for name in refused {
        assert!(!unpacks(name), "dpkg unpacks `{name}`");
    }
    let ours = ours(directory.path());
    for plant in ONLY_OURS {
        let found = ours.iter().any(|(name, rule)| name == plant.name && rule == plant.rule);
        assert!(found, "{}: lint does not find {} in {ours:?}", plant.name, plant.rule);
    }
}

/// Every rule that a package of these tables breaks.
pub fn broken() -> impl Iterator<Item = &'static str> {
    BOTH.iter().chain(ONLY_OURS).map(|plant| plant.rule)
}
