//! What becomes of virtualenvs, or why they are refused.

mod bytecode;
mod cases;
mod records;
mod refused;
mod whole;

use std::collections::BTreeSet;

use crate::config::recipe::Bytecode;
use crate::package::blob::Blob;
use crate::package::tree::NodeKind;
use crate::plan::relocate::Relocated;
use crate::plan::relocate::Request;
use crate::plan::relocate::case;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::relocate;
use crate::plan::relocate::skeleton::MTIME;
use crate::plan::relocate::venv::Venv;
use crate::source::tree::SourceTree;
use crate::types::date::SourceDate;

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
        NodeKind::File { blob: Blob::Deb(_), .. } => unreachable!("a virtualenv holds no package"),
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

fn refused(tree: &SourceTree, expect: &str) {
    let error = relocate(tree, &request()).expect_err(expect);
    assert_eq!(error.to_string(), expect);
    assert!(error.hint().is_some(), "{expect}");
}
