//! A row for each case of the table, and what profiles leave out.

use std::collections::BTreeSet;

use crate::config::recipe::DropProfile;
use crate::plan::relocate::Request;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::relocate;
use crate::plan::relocate::skeleton::MTIME;
use crate::plan::relocate::skeleton::Sketch;
use crate::plan::relocate::skeleton::sketch;
use crate::plan::relocate::tests::ELF;
use crate::plan::relocate::tests::SITE;
use crate::plan::relocate::tests::check;
use crate::plan::relocate::tests::moved;
use crate::plan::relocate::tests::request;
use crate::plan::relocate::tests::seen;
use crate::source::tree::SourceTree;

#[test]
fn scripts_run_in_the_virtualenv() {
    let own = "a script of the virtualenv";
    for (body, case, expect) in [
        ("#!/b/venv/bin/python3 -sP\nx", own, "#!/opt/app/venv/bin/python3 -sP\nx"),
        (
            "#!/bin/sh\n'''exec' '/b/venv/bin/python' \"$0\" \"$@\"\n' '''\nx",
            own,
            "#!/opt/app/venv/bin/python\nx",
        ),
        (
            "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python3' \"$0\" \"$@\"\n' '''\nx",
            own,
            "#!/opt/app/venv/bin/python3\nx",
        ),
        ("#!pythonw\nx", own, "#!/opt/app/venv/bin/python\nx"),
        (
            "#!/usr/bin/env python3\nx",
            "a script in bin/ for another Python",
            "#!/opt/app/venv/bin/python3\nx",
        ),
        ("#!/usr/bin/python2\nx", "a script in bin/ for another Python", "source"),
        ("#!/bin/sh\nexec /b/venv/bin/x", "a script of the shell", "#!/bin/sh\nexec /opt/app/venv/bin/x"),
        ("#!/bin/sh\nexec x", "a script of the shell", "source"),
        ("plain", "", "source"),
    ] {
        check(&sketch().text("bin/new", body), "bin/new", case, expect);
    }
    let outside = sketch()
        .text("share/x/run", "#!/b/venv/bin/python3\n")
        .text("share/x/env", "#!/usr/bin/env python3\n");
    check(&outside, "share/x/run", own, "#!/opt/app/venv/bin/python3\n");
    check(&outside, "share/x/env", "", "source");
}

#[test]
fn links_lead_to_the_hosts_python_or_stay_inside() {
    let tree = sketch()
        .link("local/bin", "/b/venv/bin")
        .link("local/lib", "../lib")
        .link("bin/also", "tool")
        .link("lib/python3.11/site-packages/here", "/b/venv");
    for (path, case, expect) in [
        ("bin/python3", "the link to the interpreter", "link /usr/bin/python3.11"),
        ("bin/python", "", "link python3"),
        ("lib64", "", "link lib"),
        ("local/bin", "an absolute link into the virtualenv", "link ../bin"),
        ("local/lib", "", "link ../lib"),
        ("bin/also", "", "link tool"),
        ("lib/python3.11/site-packages/here", "an absolute link into the virtualenv", "link ../../.."),
    ] {
        check(&tree, path, case, expect);
    }
    let copies =
        ["bin/python", "bin/python3"].iter().fold(sketch(), |tree, path| tree.blob(path, ELF, 7_000_000));
    check(&copies, "bin/python", "a copy of the interpreter", "link /usr/bin/python3.11");
    check(&copies, "bin/python3", "a copy of the interpreter", "link python");
}

#[test]
fn configuration_names_the_destination() {
    let tree = sketch()
        .text("bin/activate.csh", "source '/b/venv'\"/\"'bin'\"/deactivate.csh\"\n")
        .text("share/jupyter/kernels/python3/kernel.json", r#"{"argv":["/b/venv/bin/python"]}"#)
        .text("lib/pkgconfig/x.pc", "prefix=/b/venv\n");
    for (path, case, expect) in [
        ("pyvenv.cfg", "pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n"),
        ("bin/activate", "an activator", "VIRTUAL_ENV=/opt/app/venv\n"),
        ("bin/activate.csh", "an activator", "source '/opt/app/venv'\"/\"'bin'\"/deactivate.csh\"\n"),
        (
            "share/jupyter/kernels/python3/kernel.json",
            "a Jupyter kernel",
            r#"{"argv":["/opt/app/venv/bin/python"]}"#,
        ),
        ("lib/pkgconfig/x.pc", "a build tool's file", "prefix=/opt/app/venv\n"),
    ] {
        check(&tree, path, case, expect);
    }
}

#[test]
fn metadata_forgets_the_build_host() {
    let tree = sketch()
        .text(&format!("{SITE}/own.pth"), "/b/venv/share/x\n")
        .text(&format!("{SITE}/host.pth"), "/usr/lib/python3/dist-packages\nimport surprise\n")
        .text(&format!("{SITE}/a-1.dist-info/direct_url.json"), r#"{"url":"file:///b/a.whl"}"#)
        .text(&format!("{SITE}/b-1.dist-info/direct_url.json"), r#"{"url":"https://example.org/b"}"#)
        .text(&format!("{SITE}/b-1.dist-info/uv_cache.json"), "{}")
        .text(".lock", "");
    for (path, case, expect) in [
        ("own.pth", "a .pth file", "/opt/app/venv/share/x\n"),
        ("host.pth", "a .pth file", "source"),
        ("a-1.dist-info/direct_url.json", "an origin", "gone"),
        ("b-1.dist-info/direct_url.json", "an origin", "source"),
        ("b-1.dist-info/uv_cache.json", "uv's notes on an installation", "gone"),
    ] {
        check(&tree, &format!("{SITE}/{path}"), case, expect);
    }
    check(&tree, ".lock", "litter of the root", "gone");
    assert_eq!(seen(&moved(&tree), &format!("{SITE}/a-1.dist-info")), "gone");
    let notes = moved(&tree).notes;
    assert!(notes.iter().any(|note| matches!(note, Note::PthCode { code, .. } if code == "import surprise")));
    assert!(notes.iter().any(|note| matches!(note, Note::PthHost { .. })));
}

#[test]
fn a_file_that_loses_its_rights_is_told() {
    let kind = |tree: &SourceTree| tree.get("bin/tool").expect("there").kind.clone();
    let plain = sketch();
    let tool = kind(&plain);
    for (mode, count) in [(0o4755, 1), (0o2755, 1), (0o1755, 0), (0o755, 0)] {
        let notes = moved(&sketch().with("bin/tool", mode, MTIME, tool.clone())).notes;
        let told = notes.iter().filter(|note| note.to_string().contains("`bin/tool` is setuid or setgid"));
        assert_eq!(told.count(), count, "{mode:o}");
    }
}

#[test]
fn profiles_leave_groups_of_files_out() {
    let tree = sketch()
        .text("bin/pip3.11", "#!/b/venv/bin/python3\n")
        .text("bin/pipx", "#!/b/venv/bin/python3\n")
        .blob(&format!("{SITE}/pip/__init__.py"), b"", 0)
        .text(&format!("{SITE}/pip-23.0.dist-info/RECORD"), "")
        .blob(&format!("{SITE}/pip_tools/__init__.py"), b"", 0);
    let drop = BTreeSet::from([DropProfile::Pip, DropProfile::Activate]);
    let slim = relocate(&tree, &Request { drop, ..request() }).expect("fine");
    for gone in ["bin/pip3.11", "bin/activate", &format!("{SITE}/pip"), &format!("{SITE}/pip-23.0.dist-info")]
    {
        assert_eq!(seen(&slim, gone), "gone", "{gone}");
    }
    assert_eq!(seen(&slim, &format!("{SITE}/pip_tools/__init__.py")), "source");
    assert_ne!(seen(&slim, "bin/pipx"), "gone");
}
