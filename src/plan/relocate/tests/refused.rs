//! A row for each refusal.

use crate::plan::relocate::Request;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::relocate;
use crate::plan::relocate::skeleton::Sketch;
use crate::plan::relocate::skeleton::sketch;
use crate::plan::relocate::tests::ARM;
use crate::plan::relocate::tests::ELF;
use crate::plan::relocate::tests::SITE;
use crate::plan::relocate::tests::moved;
use crate::plan::relocate::tests::refused;
use crate::plan::relocate::tests::request;
use crate::plan::relocate::tests::seen;
use crate::source::tree::SourceTree;
use crate::types::path::ArchivePath;

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
