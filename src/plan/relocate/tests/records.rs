//! RECORD files follow what they list.

use crate::plan::relocate::note::Note;
use crate::plan::relocate::skeleton::Sketch;
use crate::plan::relocate::skeleton::sketch;
use crate::plan::relocate::tests::SITE;
use crate::plan::relocate::tests::moved;
use crate::plan::relocate::tests::seen;
use crate::types::digest::Sha256;

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
    for words in
        ["edited.py` was changed", "names `gone.py`, which is missing", "declares the command `lost`"]
    {
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
