//! `bytecode = "compile"`: what the build host's interpreter made is what the host's interpreter runs.

use std::fs;

use super::project::Project;
use crate::bed::Root;
use crate::bed::Suite;
use crate::bed::need;
use crate::bed::venv;

const MANIFEST: &str = r#"
[package]
name = "compiled"
version = "1"
maintainer = "Ops <ops@example.com>"
summary = "bytecode made anew"
[[command]]
name = "compiled"
path = "venv/bin/flask"
"#;

/// Every module has bytecode that is never compared with its source, names its final path and loads.
const CHECK: &str = r#"
import importlib.util, marshal, pathlib, sys
root = pathlib.Path("/opt/compiled/current/venv/lib").resolve()
count = 0
for source in root.rglob("*.py"):
    cached = pathlib.Path(importlib.util.cache_from_source(str(source)))
    if not cached.exists():
        try:
            compile(source.read_bytes(), str(source), "exec")
        except (SyntaxError, ValueError):
            continue
        sys.exit("%s has no bytecode" % source)
    data = cached.read_bytes()
    assert data[:4] == importlib.util.MAGIC_NUMBER and data[4:8] == b"\1\0\0\0", cached
    assert data[8:16] == importlib.util.source_hash(source.read_bytes()), cached
    assert marshal.loads(data[16:]).co_filename == str(source), cached
    count += 1
print(count)
"#;

#[test]
fn bytecode_made_anew_names_its_final_path_and_is_the_same_each_time() {
    let venv = need!(venv("3.11-uv-plain"));
    let root = need!(Root::new(Suite::Bookworm));
    let project = Project::new(MANIFEST).with_venv(&venv.tar);
    project.write("app/README", "no code\n");
    let set = ["--fast", "--set", "venv.bytecode=compile", "--set", "package.version=1"];
    let build = |directory: &str| {
        project.write(&format!("{directory}/.keep"), "");
        let output = project.run(&[&set[..], &["-o", directory]].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        project.path().join(directory).join("compiled_1_amd64.deb")
    };
    let (first, second) = (build("one"), build("two"));
    assert!(fs::read(&first).unwrap() == fs::read(&second).unwrap(), "two builds differ");

    root.copy_in(&first, "/srv/compiled.deb");
    root.ok(&["dpkg", "--force-unsafe-io", "-i", "/srv/compiled.deb"]);
    let checked: usize = root.ok(&["python3", "-c", CHECK]).trim().parse().unwrap();
    assert!(checked > 150, "{checked}");
    root.ok(&["compiled", "--version"]);
    assert_eq!(root.ok(&["dpkg", "-V", "compiled"]), "");
}

#[test]
fn an_interpreter_that_is_not_there_cannot_compile() {
    let venv = need!(venv("3.13-venv-plain"));
    let project = Project::new(MANIFEST).with_venv(&venv.tar);
    project.write("app/README", "no code\n");
    let output = project.run(&["--set", "venv.bytecode=compile"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("failed to compile with `/usr/bin/python3.13`: No such file"), "{said}");
    assert!(said.contains("hint: install it here, or leave out `bytecode = \"compile\"`"), "{said}");
    assert!(!project.path().join("dist").exists());
}
