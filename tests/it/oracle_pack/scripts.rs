//! Maintainer scripts: files of sane modes.

use super::Verdict;
use super::bad;
use super::both;
use super::case;
use super::directory;
use super::fifo;
use super::file;
use super::good;
use super::judge;
use super::late;
use super::symlink;

const SCRIPT: &str = "#!/bin/sh\nexit 0\n";

#[test]
fn scripts_are_executable_files() {
    let mut cases = Vec::new();
    for name in ["preinst", "postinst", "prerm", "postrm", "config"] {
        let path = format!("DEBIAN/{name}");
        cases.push(good(format!("a good {name}"), file(&path, SCRIPT, 0o755)));
        cases.push(bad(format!("{name} as data"), file(&path, SCRIPT, 0o644), name));
        cases.push(bad(format!("a directory {name}"), directory(&path, 0o755), name));
        cases.push(bad(format!("a pipe {name}"), fifo(&path), name));
        cases.push(late(format!("a dangling {name}"), symlink("none", &path), name));
        cases.push(late(format!("{name} to itself"), symlink(name, &path), name));
        let real = both(file("DEBIAN/real", SCRIPT, 0o755), symlink("real", &path));
        cases.push(good(format!("a link {name}"), real));
    }
    cases.push(late("a link to outside", symlink("../etc/tiny.conf", "DEBIAN/postinst"), "postinst"));
    judge(cases);
}

#[test]
fn scripts_are_not_for_others_to_write() {
    let mut cases = Vec::new();
    for bits in [0o555, 0o575, 0o755, 0o775] {
        cases.push(good(format!("{bits:o}"), file("DEBIAN/postinst", SCRIPT, bits)));
    }
    for bits in
        [0o777, 0o557, 0o4755, 0o2755, 0o1755, 0o744, 0o700, 0o655, 0o500, 0o000, 0o444, 0o111, 0o6775]
    {
        cases.push(bad(format!("{bits:o}"), file("DEBIAN/postinst", SCRIPT, bits), "postinst"));
    }
    judge(cases);
}

#[test]
fn what_is_wrong_inside_a_script_shows_when_it_runs() {
    // Only running it tells; mkdeb judges the first line, which the kernel reads.
    let text = |text: &str| file("DEBIAN/postinst", text, 0o755);
    judge(vec![
        good("an empty script", text("")),
        good("no first line", text("exit 0\n")),
        late("CR behind the interpreter", text("#!/bin/sh\r\nexit 0\r\n"), "postinst"),
        good(
            "templates",
            file("DEBIAN/templates", "Template: tiny/x\nType: string\nDescription: x\n", 0o644),
        ),
        good("executable templates", file("DEBIAN/templates", "Template: tiny/x\n", 0o755)),
        late("a directory of templates", directory("DEBIAN/templates", 0o755), "templates"),
    ]);
}

#[test]
fn an_interpreter_may_be_missing_here() {
    // It is what the target has that counts, and what the package itself or a pre-dependency brings.
    let directory = tempfile::tempdir().expect("a directory");
    let edit = file("DEBIAN/postinst", "#!/usr/bin/not-on-this-host\n", 0o755);
    let tree = super::tree(directory.path(), &edit);
    super::equality::packed_alike(&tree, &["-Znone"]);
    let case = case("an interpreter that is not there", edit, Verdict::Fails, "");
    super::installed(&super::equality::built(&tree, "dpkg-deb", &["-Znone"]), case.verdict).expect("as said");
}
