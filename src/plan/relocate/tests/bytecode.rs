//! Bytecode is shipped where Python would load it.

use crate::config::recipe::Bytecode;
use crate::config::recipe::DropProfile;
use crate::package::blob::Blob;
use crate::package::blob::Rewrite;
use crate::package::tree::NodeKind;
use crate::plan::relocate::Request;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::relocate;
use crate::plan::relocate::skeleton::MTIME;
use crate::plan::relocate::skeleton::Sketch;
use crate::plan::relocate::skeleton::sketch;
use crate::plan::relocate::tests::SITE;
use crate::plan::relocate::tests::check;
use crate::plan::relocate::tests::request;
use crate::plan::relocate::tests::seen;
use crate::source::tree::SourceTree;

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
fn what_is_left_out_is_told_once_for_each_part() {
    let tree = sketch()
        .text(".lock", "")
        .text("bin/pip", "#!/b/venv/bin/python3\n")
        .text(&format!("{SITE}/pip/a.py"), "a")
        .blob(&format!("{SITE}/pip/__pycache__/a.cpython-311.pyc"), &header(3495, 0, 1, 1), 17)
        .text(&format!("{SITE}/own.py"), "b")
        .blob(&format!("{SITE}/__pycache__/own.cpython-311.pyc"), &header(3495, 0, 1, 1), 17);
    let told = |bytecode| {
        let request = Request { drop: [DropProfile::Pip].into(), bytecode, ..request() };
        let relocated = relocate(&tree, &request).expect("a virtualenv");
        let told: Vec<String> = relocated.notes.iter().map(ToString::to_string).collect();
        assert_eq!(relocated.counts.dropped, 5, "{told:?}");
        told
    };
    let own = format!("{SITE}/__pycache__/own.cpython-311.pyc");
    let both =
        ["left out: 1 file that a tool left behind, `.lock`", "left out: 3 files of pip, such as `bin/pip`"];
    for (bytecode, files) in
        [(Bytecode::Auto, "bytecode file that Python would not load"), (Bytecode::Strip, "bytecode file")]
    {
        let bytecode_told = format!("left out: 1 {files}, `{own}`");
        assert_eq!(told(bytecode), [both[0], both[1], &bytecode_told]);
    }
}
