//! Real virtualenvs, moved and run: made by the machine's own Python, and any that `MKDEB_TEST_VENVS` lists.
#![expect(clippy::disallowed_methods, reason = "a test that makes and runs virtualenvs")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use mkdeb::config::recipe::Bytecode;
use mkdeb::package::blob::Blob;
use mkdeb::package::tree::NodeKind;
use mkdeb::plan::relocate::Relocated;
use mkdeb::plan::relocate::Request;
use mkdeb::plan::relocate::relocate;
use mkdeb::source::tree::FileFacts;
use mkdeb::source::tree::SourceEntry;
use mkdeb::source::tree::SourceKind;
use mkdeb::source::tree::SourceTree;
use mkdeb::source::wants_text;
use mkdeb::types::date::SourceDate;
use mkdeb::types::digest::Sha256;
use mkdeb::types::path::ArchivePath;
use mkdeb::types::source_id::SourceId;

const PYTHON: &str = "/usr/bin/python3";

/// Compares the code of two files but for `co_filename`, and the header with the source beside it.
const CHECK: &str = r#"
import importlib.util, marshal, os, sys, types
old_root, new_root = sys.argv[1:]
def same(a, b, old, new):
    if isinstance(a, types.CodeType):
        assert a.co_filename != old or b.co_filename == new, (a.co_filename, b.co_filename)
        names = [n for n in dir(a) if n.startswith("co_") and n not in ("co_filename", "co_consts", "co_lines", "co_positions", "co_branches")]
        assert all(getattr(a, n) == getattr(b, n) for n in names), old
        assert len(a.co_consts) == len(b.co_consts)
        return all(same(x, y, old, new) for x, y in zip(a.co_consts, b.co_consts))
    assert type(a) is type(b) and (a == b or a != a), (a, b)
    return True
count = moved = 0
for directory, _, files in os.walk(new_root):
    for name in files:
        path = os.path.join(directory, name)
        if not name.endswith(".pyc"):
            continue
        with open(path, "rb") as f: new = f.read()
        with open(old_root + path[len(new_root):], "rb") as f: old = f.read()
        source = importlib.util.source_from_cache(path)
        stat = os.stat(source)
        assert int.from_bytes(new[8:12], "little") == int(stat.st_mtime), path
        assert int.from_bytes(new[12:16], "little") == stat.st_size, path
        code = marshal.loads(new[16:])
        assert same(marshal.loads(old[16:]), code, old_root + source[len(new_root):], source)
        count += 1
        moved += code.co_filename == source
print(count, moved)
"#;

fn scan(root: &Path, bodies: &mut Vec<PathBuf>) -> SourceTree {
    let location = root.to_str().expect("UTF-8").to_owned();
    let mut tree = SourceTree { name: "venv".to_owned(), location, ..SourceTree::default() };
    let mut rest = vec![root.to_owned()];
    while let Some(directory) = rest.pop() {
        for found in fs::read_dir(directory).expect("directory") {
            let full = found.expect("entry").path();
            let about = fs::symlink_metadata(&full).expect("metadata");
            let relative = full.strip_prefix(root).expect("below").as_os_str().as_encoded_bytes();
            let path = ArchivePath::new(relative).expect("path");
            let kind = if about.is_symlink() {
                let target = fs::read_link(&full).expect("link");
                SourceKind::Symlink(target.as_os_str().as_encoded_bytes().to_vec())
            } else if about.is_dir() {
                rest.push(full.clone());
                SourceKind::Directory
            } else {
                let body = fs::read(&full).expect("body");
                let head = body[..body.len().min(FileFacts::HEAD)].to_vec();
                let id = SourceId { input: 0, file: u32::try_from(bodies.len()).expect("few") };
                bodies.push(full);
                let (size, sha256) = (body.len() as u64, Sha256::of(&body));
                let text = wants_text(&path, &head).then(|| body.into());
                SourceKind::File(FileFacts { id, size, sha256, head, text })
            };
            let mtime = u64::try_from(about.mtime()).expect("after 1970");
            tree.entries.insert(path, SourceEntry { mode: about.mode(), mtime, kind });
        }
    }
    tree
}

fn write(relocated: &Relocated, bodies: &[PathBuf]) {
    for (path, node) in &relocated.nodes {
        let path = Path::new(path.as_str());
        let (blob, mode) = match &node.kind {
            NodeKind::Directory { .. } => {
                fs::create_dir_all(path).expect("directory");
                continue;
            }
            NodeKind::Symlink { target } => {
                symlink(target, path).expect("link");
                continue;
            }
            NodeKind::File { blob, mode, .. } => (blob, mode),
        };
        let body = match blob {
            Blob::Inline(text) => text.to_vec(),
            Blob::Deb(package) => panic!("`{}` lies in it", package.control.package),
            Blob::Source { id, .. } => fs::read(&bodies[id.file as usize]).expect("body"),
            Blob::Rewritten { id, rewrite, .. } => {
                rewrite.apply(&fs::read(&bodies[id.file as usize]).expect("body"))
            }
        };
        let mut file = fs::File::create(path).expect("file");
        file.write_all(&body).expect("body");
        file.set_permissions(fs::Permissions::from_mode(mode.bits())).expect("mode");
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(node.mtime.expect("a time"));
        file.set_modified(time).expect("time");
    }
}

fn run(program: &Path, arguments: &[&str]) -> String {
    let output =
        Command::new(program).args(arguments).env("PYTHONDONTWRITEBYTECODE", "1").output().expect("runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {arguments:?}: {errors}", program.display());
    String::from_utf8(output.stdout).expect("UTF-8").trim_end().to_owned()
}

/// Files under `root` that still name `old`, links too.
fn leaks(root: &Path, old: &str) -> Vec<String> {
    let (mut bodies, mut found) = (Vec::new(), Vec::new());
    let tree = scan(root, &mut bodies);
    let bytes = |path: &Path| fs::read(path).expect("body");
    let names = |body: &[u8]| body.windows(old.len()).any(|window| window == old.as_bytes());
    found.extend(bodies.iter().filter(|path| names(&bytes(path))).map(|path| path.display().to_string()));
    for (path, entry) in &tree.entries {
        if let SourceKind::Symlink(target) = &entry.kind
            && names(target)
        {
            found.push(path.to_string());
        }
    }
    found
}

/// Moves one virtualenv, runs it, and says how much bytecode it has and how much of that knows its new place.
fn moves(venv: &Path) -> (u32, u32) {
    let place = tempfile::tempdir().expect("directory");
    let destination = place.path().join("opt/a-somewhat-longer-destination/venv");
    let mut bodies = Vec::new();
    let tree = scan(venv, &mut bodies);
    // One that no package brings has to be named; whether it is refused otherwise is for the unit tests.
    let base = fs::canonicalize(venv.join("bin/python")).expect("an interpreter");
    let named = (!base.starts_with("/usr/bin") && !base.starts_with(venv)).then_some(base);
    let request = Request {
        destination: destination.to_str().expect("UTF-8").parse().expect("path"),
        interpreter: named.map(|path| path.to_str().expect("UTF-8").parse().expect("path")),
        bytecode: Bytecode::Auto,
        drop: BTreeSet::new(),
        date: SourceDate::from_seconds(1_790_000_000),
    };
    let relocated = relocate(&tree, &request).expect("a good virtualenv");
    write(&relocated, &bodies);
    let python = destination.join("bin/python");
    let prefix = run(&python, &["-IB", "-c", "import sys; print(sys.prefix)"]);
    assert_eq!(Path::new(&prefix), destination);
    assert_eq!(leaks(&destination, venv.to_str().expect("UTF-8")), Vec::<String>::new());
    let roots = [venv.to_str().expect("UTF-8"), destination.to_str().expect("UTF-8")];
    let counts = run(&python, &["-IB", "-c", CHECK, roots[0], roots[1]]);
    for script in ["tool", "flask", "gunicorn"].map(|name| destination.join("bin").join(name)) {
        if script.exists() {
            run(&script, &["--version"]);
        }
    }
    let (count, moved) = counts.split_once(' ').expect("two numbers");
    (count.parse().expect("number"), moved.parse().expect("number"))
}

#[test]
fn a_virtualenv_made_here_runs_elsewhere_with_all_its_bytecode() {
    if !Path::new(PYTHON).exists() {
        crate::bed::missing::<()>(PYTHON);
        return;
    }
    let place = tempfile::tempdir().expect("directory");
    let venv = place.path().join("build/venv");
    run(Path::new(PYTHON), &["-m", "venv", "--without-pip", venv.to_str().expect("UTF-8")]);
    let library =
        run(&venv.join("bin/python"), &["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]);
    let copy = "import json, shutil, sys; shutil.copytree(json.__path__[0], sys.argv[1], \
                ignore=shutil.ignore_patterns('__pycache__'))";
    run(Path::new(PYTHON), &["-c", copy, &format!("{library}/corpus")]);
    let tool = venv.join("bin/tool");
    let body = "import sys\nfrom corpus import dumps\nprint(dumps(sys.prefix))\n";
    fs::write(&tool, format!("#!{}/bin/python3 -IB\n{body}", venv.display())).expect("script");
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).expect("mode");
    run(Path::new(PYTHON), &["-m", "compileall", "-q", &library]);
    assert_eq!(moves(&venv), (5, 5));
}

#[test]
fn virtualenvs_of_other_makers_run_elsewhere_with_all_their_bytecode() {
    let list = std::env::var("MKDEB_TEST_VENVS").unwrap_or_default();
    for venv in list.split(':').filter(|path| !path.is_empty()) {
        let (count, moved) = moves(Path::new(venv));
        println!("{venv}: {moved} of {count} bytecode files know their new place");
        assert_eq!(moved, count);
    }
}
