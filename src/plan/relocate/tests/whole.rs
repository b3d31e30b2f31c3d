//! Whole virtualenvs, as their makers left them.

use crate::package::tree::PackageTree;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::skeleton::Sketch;
use crate::plan::relocate::skeleton::recorded;
use crate::plan::relocate::skeleton::sketch;
use crate::plan::relocate::tests::moved;
use crate::plan::relocate::tests::seen;

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
        ("venv", &include_bytes!("../../../../tests/fixtures/venvs/venv-3.11.skeleton")[..]),
        ("venv --copies", include_bytes!("../../../../tests/fixtures/venvs/venv-3.11-copies.skeleton")),
        ("virtualenv 20", include_bytes!("../../../../tests/fixtures/venvs/virtualenv-20.39.skeleton")),
        ("virtualenv 21", include_bytes!("../../../../tests/fixtures/venvs/virtualenv-21.15.skeleton")),
        ("uv", include_bytes!("../../../../tests/fixtures/venvs/uv-0.13.skeleton")),
        ("uv --relocatable", include_bytes!("../../../../tests/fixtures/venvs/uv-0.13-relocatable.skeleton")),
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
