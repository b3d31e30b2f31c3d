//! A row for each case and each refusal, and whole virtualenvs as their makers left them.

use std::collections::BTreeSet;

use crate::config::recipe::Bytecode;
use crate::config::recipe::DropProfile;
use crate::package::blob::Blob;
use crate::package::blob::Rewrite;
use crate::package::tree::NodeKind;
use crate::package::tree::PackageTree;
use crate::plan::relocate::Relocated;
use crate::plan::relocate::Request;
use crate::plan::relocate::case;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::relocate;
use crate::plan::relocate::skeleton::MTIME;
use crate::plan::relocate::skeleton::Sketch;
use crate::plan::relocate::skeleton::recorded;
use crate::plan::relocate::skeleton::sketch;
use crate::plan::relocate::venv::Venv;
use crate::source::tree::SourceTree;
use crate::types::date::SourceDate;
use crate::types::digest::Sha256;
use crate::types::path::ArchivePath;

const SITE: &str = "lib/python3.11/site-packages";
const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0";
const ARM: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\xb7\0";

fn request() -> Request {
    Request {
        destination: "/opt/app/venv".parse().expect("path"),
        interpreter: None,
        bytecode: Bytecode::Auto,
        drop: BTreeSet::new(),
        date: SourceDate::from_seconds(MTIME - 5),
    }
}

fn moved(tree: &SourceTree) -> Relocated {
    relocate(tree, &request()).expect("a good virtualenv")
}

/// The new body, `link TARGET`, `source`, `stream`, `directory` or `gone`.
fn seen(relocated: &Relocated, path: &str) -> String {
    let path = request().destination.join(path).expect("path");
    let Some((_, node)) = relocated.nodes.iter().find(|(found, _)| *found == path) else {
        return "gone".to_owned();
    };
    match &node.kind {
        NodeKind::Directory { .. } => "directory".to_owned(),
        NodeKind::Symlink { target } => format!("link {target}"),
        NodeKind::File { blob: Blob::Inline(text), .. } => String::from_utf8_lossy(text).into_owned(),
        NodeKind::File { blob: Blob::Source { .. }, .. } => "source".to_owned(),
        NodeKind::File { blob: Blob::Rewritten { .. }, .. } => "stream".to_owned(),
    }
}

fn check(tree: &SourceTree, path: &str, case: &str, expect: &str) {
    let request = request();
    let venv = Venv::discover(tree, &request, &mut Vec::new()).expect("a virtualenv");
    let entry = tree.get(path).expect(path);
    let found = case::matching(&venv, &Item { path, entry }).map_or("", |case| case.name);
    assert_eq!(found, case, "{path}");
    assert_eq!(seen(&moved(tree), path), expect, "{path}");
}

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
fn records_follow_their_files() {
    let script = "#!/b/venv/bin/python3\nimport tool\n";
    let hash = |text: &str| Sha256::of(text.as_bytes()).urlsafe_base64();
    let record = format!(
        "../../../bin/tool,sha256={},34\na.py,sha256={},1\nedited.py,sha256={},1\ngone.py,,\n\
         __pycache__/a.cpython-39.pyc,,\n__pycache__,,\nnever/__pycache__,,\na-1.dist-info/uv_cache.json,sha256=x,2\n/b/venv/bin/activate,,\na-1.dist-info/RECORD,,\n",
        hash(script),
        hash("a"),
        hash("b"),
    );
    let tree = sketch()
        .blob(&format!("{SITE}/a.py"), b"a", 1)
        .blob(&format!("{SITE}/edited.py"), b"c", 1)
        .blob(&format!("{SITE}/__pycache__/a.cpython-39.pyc"), b"", 0)
        .text(&format!("{SITE}/a-1.dist-info/uv_cache.json"), "{}")
        .text(
            &format!("{SITE}/a-1.dist-info/entry_points.txt"),
            "[console_scripts]\ntool = a:b\nlost = a:c\n",
        )
        .text(&format!("{SITE}/a-1.dist-info/RECORD"), &record)
        .text(&format!("{SITE}/a/_vendor/b-1.dist-info/RECORD"), "bin/b,,\n")
        .text(&format!("{SITE}/a/_vendor/b-1.dist-info/entry_points.txt"), "[console_scripts]\nb = b:b\n");
    let relocated = moved(&tree);
    let new_script = "#!/opt/app/venv/bin/python3\nimport tool\n";
    let expect = format!(
        "../../../bin/tool,sha256={},{}\na.py,sha256={},1\nedited.py,sha256={},1\n\
         /opt/app/venv/bin/activate,,\na-1.dist-info/RECORD,,\n",
        hash(new_script),
        new_script.len(),
        hash("a"),
        hash("b"),
    );
    assert_eq!(seen(&relocated, &format!("{SITE}/a-1.dist-info/RECORD")), expect);
    let told: Vec<String> = relocated.notes.iter().map(Note::to_string).collect();
    for words in ["edited.py` was changed", "names `gone.py`, which is missing", "wants the command `lost`"] {
        assert!(told.iter().any(|note| note.contains(words)), "{words}: {told:?}");
    }
    for words in ["__pycache__`, which is missing", "b-1.dist-info"] {
        assert!(!told.iter().any(|note| note.contains(words)), "{words}: {told:?}");
    }
    assert_eq!(seen(&relocated, &format!("{SITE}/a/_vendor/b-1.dist-info/RECORD")), "source");
}

#[test]
fn a_record_with_a_million_faults_is_told_in_short_and_read_in_one_go() {
    let script = "#!/b/venv/bin/python3\n".to_owned() + &"x".repeat(1 << 20);
    let named = "../../../bin/tool,sha256=x,1\n".repeat(20_000);
    let tree = sketch()
        .text("bin/tool", &script)
        .text(&format!("{SITE}/a-1.dist-info/RECORD"), &(named + "lost,,\n"));
    let relocated = moved(&tree);
    let record = seen(&relocated, &format!("{SITE}/a-1.dist-info/RECORD"));
    let tool = seen(&relocated, "bin/tool");
    let line =
        format!("../../../bin/tool,sha256={},{}\n", Sha256::of(tool.as_bytes()).urlsafe_base64(), tool.len());
    assert_eq!(record, line.repeat(20_000));
    let told: Vec<String> = relocated.notes.iter().map(Note::to_string).collect();
    assert_eq!(told.iter().filter(|note| note.contains("was changed")).count(), 100);
    assert!(told.contains(&"19901 more faults of RECORD files are not listed".to_owned()), "{told:?}");
}

#[test]
fn texts_that_grow_beyond_memory_are_refused() {
    let text = "prefix=/b/venv\n".to_owned() + &"#".repeat(27 << 20);
    let mut tree = sketch();
    for number in 0..10 {
        let path = format!("lib/{number}.pc");
        tree = tree.text(&path, &text);
    }
    refused(&tree, "`build/venv` has more than 256 MiB of texts that name its place, with `lib/9.pc`");
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

fn header(magic: u16, flags: u8, mtime: u64, size: u8) -> Vec<u8> {
    let mut head = magic.to_le_bytes().to_vec();
    head.extend([b'\r', b'\n', flags, 0, 0, 0]);
    head.extend(&mtime.to_le_bytes()[..4]);
    head.extend([size, 0, 0, 0, b'N']);
    head
}

#[test]
fn only_bytecode_that_python_would_load_is_shipped() {
    let another = "bytecode of another Python or level";
    let stale = "bytecode that Python would not load";
    let fresh = "bytecode whose source is rewritten";
    for (name, head, case, expect) in [
        ("__pycache__/a.cpython-311.pyc", header(3495, 0, MTIME, 1), fresh, "stream"),
        ("__pycache__/a.cpython-311.pyc", header(3495, 1, 7, 7), fresh, "stream"),
        ("__pycache__/run.cpython-311.pyc", header(3495, 0, MTIME, 22), fresh, "gone"),
        ("__pycache__/a.cpython-311.pyc", header(3495, 0, MTIME - 1, 1), stale, "gone"),
        ("__pycache__/a.cpython-311.pyc", header(3495, 0, MTIME, 2), stale, "gone"),
        ("__pycache__/a.cpython-311.pyc", header(3494, 0, MTIME, 1), stale, "gone"),
        ("__pycache__/a.cpython-311.opt-1.pyc", header(3495, 0, MTIME, 1), another, "gone"),
        ("__pycache__/a.cpython-39.pyc", header(3425, 0, MTIME, 1), another, "gone"),
        ("__pycache__/b.cpython-311.pyc", header(3495, 0, MTIME, 1), "bytecode whose source is gone", "gone"),
        ("only.pyc", header(3495, 0, MTIME, 1), "bytecode without a source beside it", "stream"),
        ("only.pyc", header(3425, 0, MTIME, 1), "bytecode without a source beside it", "gone"),
    ] {
        let tree = sketch()
            .blob(&format!("{SITE}/a.py"), b"a", 1)
            .text(&format!("{SITE}/run.py"), "#!/b/venv/bin/python3\n")
            .blob(&format!("{SITE}/{name}"), &head, 17);
        check(&tree, &format!("{SITE}/{name}"), case, expect);
    }
}

#[test]
fn bytecode_gets_the_time_of_its_source_and_the_policy_rules() {
    let path = format!("{SITE}/__pycache__/a.cpython-311.pyc");
    let copied = sketch().blob(&format!("{SITE}/a.py"), b"a", 1).blob(&path, &header(3495, 0, 5, 1), 17);
    let with = |bytecode, tree: &SourceTree| relocate(tree, &Request { bytecode, ..request() });
    let kept = with(Bytecode::Keep, &copied).expect("bytecode");
    let blobs = kept.nodes.iter().filter_map(|(_, node)| match &node.kind {
        NodeKind::File { blob: Blob::Rewritten { rewrite, .. }, .. } => Some(rewrite),
        _ => None,
    });
    let [Rewrite::Bytecode { source_mtime, prefixes, source }] = blobs.collect::<Vec<_>>()[..] else {
        panic!("one")
    };
    assert_eq!(*source_mtime, MTIME - 5);
    assert_eq!(**source, format!("{SITE}/a.py"));
    assert_eq!(prefixes[0].old, b"/b/venv");
    assert_eq!(prefixes[0].new, b"/opt/app/venv");
    assert!(matches!(with(Bytecode::Keep, &sketch()), Err(Error::NoBytecode(_))));
    let stripped = with(Bytecode::Strip, &copied).expect("fine");
    assert_eq!(seen(&stripped, &format!("{SITE}/__pycache__")), "gone");
    assert_eq!(seen(&stripped, SITE), "directory");
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

fn refused(tree: &SourceTree, expect: &str) {
    let error = relocate(tree, &request()).expect_err(expect);
    assert_eq!(error.to_string(), expect);
    assert!(error.hint().is_some(), "{expect}");
}

fn without(mut tree: SourceTree, path: &str) -> SourceTree {
    tree.entries.retain(|found, _| !found.as_bytes().starts_with(path.as_bytes()));
    tree
}

#[test]
fn what_is_no_virtualenv_of_a_hosts_python_is_refused() {
    refused(&without(sketch(), "pyvenv.cfg"), "`build/venv` is not a virtualenv: it has no `pyvenv.cfg`");
    refused(
        &without(sketch(), "pyvenv.cfg").blob("lib/python3.11/os.py", b"", 0),
        "`build/venv` is not a virtualenv: it is a whole Python installation",
    );
    refused(
        &sketch().text("pyvenv.cfg", "version = 3.11\n"),
        "`build/venv` is not a virtualenv: its `pyvenv.cfg` has no `home`",
    );
    refused(&sketch().directory("conda-meta"), "`build/venv` is a conda environment, not a virtualenv");
    refused(&without(sketch(), "lib/"), "`build/venv` has no `lib/pythonX.Y`");
    refused(
        &without(sketch(), "lib/").directory("lib/pypy3.10/site-packages"),
        "`build/venv` has no `lib/pythonX.Y`, only `lib/pypy3.10`",
    );
    refused(
        &sketch().directory("lib/python3.9/site-packages"),
        "`build/venv` holds modules of several Pythons: `lib/python3.11` and `lib/python3.9`",
    );
    for mark in ["orig-prefix.txt", "no-global-site-packages.txt", "os.py"] {
        let path = format!("lib/python3.11/{mark}");
        let words = format!("`build/venv` was made by a virtualenv older than 20: it holds `{path}`");
        refused(&sketch().text(&path, ""), &words);
    }
    refused(
        &without(sketch(), "pyvenv.cfg")
            .text("lib/python3.11/os.py", "")
            .text("lib/python3.11/orig-prefix.txt", "/usr"),
        "`build/venv` was made by a virtualenv older than 20: it holds `lib/python3.11/orig-prefix.txt`",
    );
    refused(&sketch().bytes("pyvenv.cfg", b"home = \xff"), "failed to read `pyvenv.cfg`");
}

#[test]
fn an_interpreter_that_hosts_lack_is_refused_unless_another_is_named() {
    for (target, words) in [
        ("/home/u/.local/share/uv/python/cpython-3.11.7-linux-x86_64-gnu/bin/python3.11", " (managed by uv)"),
        ("/root/.pyenv/versions/3.11.7/bin/python3.11", " (pyenv)"),
        ("/usr/local/bin/python3.11", " (built by hand or of the `python` image)"),
        ("/some/where/bin/python3.11", ""),
    ] {
        let tree = sketch().link("bin/python3", target);
        refused(&tree, &format!("the virtualenv's Python is `{target}`{words}, which hosts will not have"));
        let interpreter = Some("/usr/bin/python3.11".parse().expect("path"));
        let relocated = relocate(&tree, &Request { interpreter, ..request() }).expect("named");
        assert_eq!(seen(&relocated, "bin/python3"), "link /usr/bin/python3.11");
    }
    refused(
        &sketch().link("bin/python3", "/usr/bin/python3.12"),
        "`/usr/bin/python3.12` is not Python 3.11, which the virtualenv's `lib` is for",
    );
    for given in ["/usr/bin/python3.12", "/usr/bin/python3"] {
        let interpreter = Some(given.parse().expect("path"));
        let error = relocate(&sketch(), &Request { interpreter, ..request() }).expect_err("another version");
        assert!(matches!(error, Error::OtherVersion { .. }), "{given}");
    }
    let copied = sketch().blob("bin/python", ELF, 9).text("pyvenv.cfg", "home = /usr/local/bin\n");
    assert!(matches!(relocate(&copied, &request()), Err(Error::ForeignInterpreter { .. })));
}

#[test]
fn editable_installs_are_refused_by_name() {
    for (path, body, distribution, source) in [
        (
            "app-1.0.dist-info/direct_url.json",
            r#"{"url":"file:///src/app","dir_info":{"editable":true}}"#,
            "app",
            "/src/app",
        ),
        ("__editable__.app-1.0.pth", "/src/app\n", "app", "/src/app"),
        ("_editable_impl_app.pth", "/src/app/src\n", "app", "/src/app/src"),
        ("_app.pth", "/src/app/src\n", "app", "/src/app/src"),
        ("app.egg-link", "/src/app\n.", "app", "/src/app"),
        ("_app.pth", "../../../../src\n", "app", "../../../../src"),
        ("_app.pth", "/b/venv/../src\n", "app", "/b/venv/../src"),
        ("_app.pth", "/b/venv/share/../../../src\n", "app", "/b/venv/share/../../../src"),
        ("_app.pth", "/usr/lib/python3/../../../src\n", "app", "/usr/lib/python3/../../../src"),
        ("easy-install.pth", "/src/app\n", "easy", "/src/app"),
        (
            "__editable___app_1_0_finder.py",
            "",
            "app_1_0",
            "lib/python3.11/site-packages/__editable___app_1_0_finder.py",
        ),
        (
            "app-editable.pth",
            "import _app_editable_loader\n",
            "app",
            "lib/python3.11/site-packages/app-editable.pth",
        ),
    ] {
        let words = format!("`{distribution}` is installed editable: its modules lie in `{source}`");
        refused(&sketch().text(&format!("{SITE}/{path}"), body), &words);
    }
    let wrapper = "#!/b/venv/bin/python3\n# EASY-INSTALL-DEV-SCRIPT: 'app==1.0','app'\n";
    refused(&sketch().text("bin/app", wrapper), "`app` is installed editable: its modules lie in `bin/app`");
}

#[test]
fn links_to_nothing_or_elsewhere_are_refused() {
    refused(
        &sketch().link("bin/x", "nowhere"),
        "the link `bin/x` points to `nowhere`, which does not exist in the virtualenv",
    );
    refused(
        &sketch().link("bin/x", "/b/venv/nowhere"),
        "the link `bin/x` points to `/b/venv/nowhere`, which does not exist in the virtualenv",
    );
    for target in ["/usr/bin/node", "../../x", "/root/.cache/uv/x"] {
        let words = format!("the link `bin/x` points to `{target}`, outside the virtualenv");
        refused(&sketch().link("bin/x", target), &words);
    }
}

#[test]
fn machine_code_agrees_with_itself_and_with_debian() {
    let so = |cpu: &str| format!("{SITE}/x.cpython-311-{cpu}-linux-gnu.so");
    let both = sketch().blob(&so("x86_64"), ELF, 9).blob(&so("aarch64"), ARM, 9);
    refused(&both, &format!("`{}` is for arm64, but `{}` is for amd64", so("aarch64"), so("x86_64")));
    let musl = format!("{SITE}/x.cpython-311-x86_64-linux-musl.so");
    refused(
        &sketch().blob(&musl, ELF, 9),
        &format!("`{musl}` is built for musl, Debian's C library is glibc"),
    );
    let wheel = format!("{SITE}/x-1.dist-info/WHEEL");
    refused(
        &sketch().text(&wheel, "Tag: cp311-abi3-musllinux_1_2_x86_64\n"),
        &format!("`{wheel}` is built for musl, Debian's C library is glibc"),
    );
    refused(
        &sketch().text(&wheel, "Tag: cp311-cp311-macosx_11_0_arm64\n"),
        &format!("`{wheel}` is built for `macosx_11_0_arm64`, not for Linux"),
    );
    let old = format!("{SITE}/x.cpython-39-x86_64-linux-gnu.so");
    refused(
        &sketch().blob(&old, ELF, 9),
        &format!("`{old}` is an extension module for Python 3.9, not 3.11"),
    );
    let debugger = sketch().blob(&so("x86_64"), ELF, 9).blob(&format!("{SITE}/attach_arm.so"), ARM, 9);
    let relocated = moved(&debugger);
    assert_eq!(relocated.architecture, Some("amd64"));
    assert_eq!(relocated.machines.len(), 2);
    assert!(
        relocated.notes.iter().any(|note| matches!(note, Note::OtherMachine { architecture: "arm64", .. }))
    );
    assert_eq!(moved(&sketch()).architecture, None);
}

#[test]
fn what_cannot_be_written_safely_is_refused() {
    let to = |destination: &str, tree: &SourceTree| {
        let destination = destination.parse().expect("path");
        relocate(tree, &Request { destination, ..request() }).expect_err("refused").to_string()
    };
    assert_eq!(
        to("/opt/my app", &sketch()),
        "the destination `/opt/my app` holds a character other than letters, digits and `/._+~-`"
    );
    // `#!`, `/bin/python3.11` and the line's end take 18 of the 127 bytes.
    let longest = format!("/{}", "d".repeat(108));
    assert_eq!(
        to(&format!("{longest}d"), &sketch()),
        format!("the destination `{longest}d` is too long for scripts")
    );
    let arguments = sketch().text("bin/x", "#!/b/venv/bin/python3 -sP\n");
    assert_eq!(
        to(&longest, &arguments),
        format!("the destination `{longest}` is too long for scripts such as `bin/x`")
    );
    let origin = format!("{SITE}/a-1.dist-info/direct_url.json");
    refused(
        &sketch().text(&origin, r#"{"url":"https://me:secret@example.org/a"}"#),
        &format!("`{origin}` holds a password or token in its URL"),
    );
    refused(&sketch().text(&origin, "{"), &format!("failed to read `{origin}`"));
    refused(
        &sketch().blob("bin/x", b"#!/b/venv/bin/python3\n", 99_000_000),
        "`bin/x` is too large to rewrite, with 99000000 bytes",
    );
    refused(&sketch().text("share/a\nb", ""), "`share/a\nb` cannot be installed");
    let mut tree = sketch();
    let entry = tree.get("lib64").expect("there").clone();
    tree.entries.insert(ArchivePath::new(b"\xff").expect("path"), entry);
    refused(&tree, "the path or link `\u{fffd}` is not UTF-8");
}

#[test]
fn a_moved_virtualenv_knows_all_its_places() {
    let tree = sketch().text("bin/activate", "VIRTUAL_ENV='/older/place/venv'\n");
    let relocated = moved(&tree);
    assert_eq!(relocated.old_prefixes, ["/older/place/venv", "/b/venv"]);
    assert!(relocated.notes.iter().any(|note| matches!(note, Note::Moved(places) if places.len() == 2)));
    assert_eq!(seen(&relocated, "bin/activate"), "VIRTUAL_ENV='/opt/app/venv'\n");
    assert!(moved(&sketch()).notes.is_empty(), "{:?}", moved(&sketch()).notes);
}

#[test]
fn recorded_virtualenvs_leave_nothing_of_their_build() {
    for (name, skeleton) in [
        ("venv", &include_bytes!("../../../tests/fixtures/venvs/venv-3.11.skeleton")[..]),
        ("venv --copies", include_bytes!("../../../tests/fixtures/venvs/venv-3.11-copies.skeleton")),
        ("virtualenv 20", include_bytes!("../../../tests/fixtures/venvs/virtualenv-20.39.skeleton")),
        ("virtualenv 21", include_bytes!("../../../tests/fixtures/venvs/virtualenv-21.15.skeleton")),
        ("uv", include_bytes!("../../../tests/fixtures/venvs/uv-0.13.skeleton")),
        ("uv --relocatable", include_bytes!("../../../tests/fixtures/venvs/uv-0.13-relocatable.skeleton")),
    ] {
        let tree = recorded(skeleton);
        let relocated = moved(&tree);
        assert_eq!(relocated.old_prefixes, [tree.location.as_str()], "{name}");
        assert_eq!(relocated.interpreter.as_str(), "/usr/bin/python3.11", "{name}");
        let mut package = PackageTree::default();
        for (path, node) in relocated.nodes.clone() {
            package.insert(path, node).expect("no two nodes at one path");
        }
        for (path, entry) in &tree.entries {
            let body = seen(&relocated, path.as_str().expect("UTF-8"));
            let old = if body == "source" { entry.file().and_then(|facts| facts.text.clone()) } else { None };
            let body = old.map_or(body, |old| String::from_utf8_lossy(&old).into_owned());
            assert!(!body.contains(tree.location.as_str()), "{name}: {path}: {body}");
            assert!(!body.contains("/tmp/"), "{name}: {path}: {body}");
        }
        let python = ["bin/python", "bin/python3"].map(|path| seen(&relocated, path));
        assert!(python.contains(&"link /usr/bin/python3.11".to_owned()), "{name}: {python:?}");
        for gone in [".lock", "CACHEDIR.TAG", ".gitignore"] {
            assert_eq!(seen(&relocated, gone), "gone", "{name}");
        }
        if name != "venv --copies" {
            assert!(seen(&relocated, "bin/flask").starts_with("#!/opt/app/venv/bin/python"), "{name}");
        }
    }
}
