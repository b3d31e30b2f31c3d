//! Pages of packages that mean no good.

use std::fmt::Write;

use mkdeb::archive::tar::header::Kind;

use super::{inspected, package, tar, written};

const EVIL: &str = "<script>document.title='owned'</script><img src=x onerror=alert(1)>&amp;\"'{{7}}";

fn page(deb: &[u8]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let deb = written(directory.path(), "evil.deb", deb);
    String::from_utf8(inspected(&["--html"], &deb)).unwrap()
}

/// A package all of whose names and texts are markup.
pub fn hostile() -> Vec<u8> {
    let control = format!(
        "Package: {EVIL}\nVersion: 1{EVIL}\nArchitecture: all\nMaintainer: {EVIL}\nHomepage: javascript:alert(1)\n\
         Depends: {EVIL}\nX-Mkdeb-Commit: {EVIL}\u{202e}\nDescription: {EVIL}\n"
    );
    let script = format!("#!/bin/sh\n</pre></details>{EVIL}\x07\t\u{9b}\n");
    let control = tar(&[
        (b"control", Kind::File(control.len() as u64), control.as_bytes()),
        (b"conffiles", Kind::File(12), b"/etc/<b>\x1b]0\n"),
        (b"postinst", Kind::File(script.len() as u64), script.as_bytes()),
    ]);
    let unit = format!("[Unit]\nDescription={EVIL}\n[Service]\nExecStart={EVIL}\nUser={EVIL}\n");
    let site = format!("opt/{EVIL}/lib/python3/site-packages").replace("</", "<");
    let info = format!("{site}/{EVIL}-1.dist-info").replace("</", "<");
    let metadata = format!("Name: {EVIL}\nVersion: {EVIL}\nLicense: {EVIL}\n");
    let record = format!("\"{}\",,\n\"unclosed", EVIL.replace('"', "\"\""));
    let name = |text: String| text.into_bytes();
    let entries: Vec<(Vec<u8>, Kind<'_>, &[u8])> = vec![
        (name(format!("opt/{EVIL}/pyvenv.cfg").replace("</", "<")), Kind::File(12), b"home = /usr\n"),
        (name(format!("{info}/METADATA")), Kind::File(metadata.len() as u64), metadata.as_bytes()),
        (name(format!("{info}/RECORD")), Kind::File(record.len() as u64), record.as_bytes()),
        (b"usr/bin/<i>\x1b[2J".to_vec(), Kind::Symlink(b"\x07<u>\xff"), b""),
        (b"usr/share/\xff\xfe\n<b>".to_vec(), Kind::File(3), b"abc"),
        (b"lib/systemd/system/<s>.service".to_vec(), Kind::File(unit.len() as u64), unit.as_bytes()),
    ];
    let entries: Vec<(&[u8], Kind<'_>, &[u8])> =
        entries.iter().map(|(path, kind, body)| (&path[..], *kind, *body)).collect();
    package(&control, &tar(&entries))
}

#[test]
fn what_is_hostile_stays_text() {
    let page = page(&hostile());
    for bad in ["<script", "<img", "<b>", "<i>", "<u>", "<s>", "</pre></details>&", "\"'{{7}}"] {
        assert!(!page.contains(bad), "`{bad}` is in {page}");
    }
    let is_odd = |c: char| c.is_control() && c != '\n' && c != '\t' || c == '\u{202e}';
    assert!(!page.chars().any(is_odd), "{page:?}");
    for text in
        ["&lt;script&gt;document.title", "{{7}}", "\\u{1b}[2J", "\\u{202e}", "javascript:alert(1)</dd>"]
    {
        assert!(page.contains(text), "`{text}` is not in {page}");
    }
}

#[test]
fn a_page_is_bounded_and_says_what_it_leaves_out() {
    let mut control =
        "Package: large\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: x\n".to_owned();
    writeln!(control, "Depends: {}", vec!["a"; 5000].join(", ")).unwrap();
    let script = "echo\n".repeat(100_000);
    let control = tar(&[
        (b"control", Kind::File(control.len() as u64), control.as_bytes()),
        (b"postinst", Kind::File(script.len() as u64), script.as_bytes()),
    ]);
    let names: Vec<String> =
        (0..20_000).map(|number| format!("usr/bin/c{number}/{}", "d".repeat(number % 50))).collect();
    let names: Vec<&str> = names.iter().map(|name| name.trim_end_matches('/')).collect();
    let entries: Vec<(&[u8], Kind<'_>, &[u8])> =
        names.iter().map(|name| (name.as_bytes(), Kind::File(1), &b"x"[..])).collect();
    let page = page(&package(&control, &tar(&entries)));
    assert!(page.len() < 1 << 20, "{}", page.len());
    for text in ["and 4000 more", "and 19000 more", "The rest is left out."] {
        assert!(page.contains(text), "`{text}`");
    }
}

#[test]
fn an_empty_package_has_a_page() {
    let control = tar(&[(b"control", Kind::File(11), b"Package: a\n")]);
    let page = page(&package(&control, &tar(&[])));
    assert!(page.contains("<title>a </title>") && !page.contains("Where the "), "{page}");
}
