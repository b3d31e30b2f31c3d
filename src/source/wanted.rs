//! What the scanner keeps of a file's body: its whole text, because relocation reads or rewrites it, or its head.

use crate::content::activator;
use crate::source::tree::FileFacts;
use crate::types::path::ArchivePath;

/// Whether the whole text of a file is kept in `FileFacts::text`: scripts, activators and metadata.
///
/// Goes by the path's last components alone: where the root of a tarball's tree is, is known only at its end.
pub fn wants_text(path: &ArchivePath, head: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] =
        [b"pyvenv.cfg", b"RECORD", b"WHEEL", b"direct_url.json", b"entry_points.txt", b"kernel.json"];
    const ENDS: [&[u8]; 5] = [b".pth", b".egg-link", b".pc", b".la", b".desktop"];
    let name = path.file_name();
    let text = std::str::from_utf8(name).unwrap_or_default();
    let in_bin = path.parent().is_some_and(|parent| parent.file_name() == b"bin");
    let components: Vec<&[u8]> = path.as_bytes().split(|b| *b == b'/').collect();
    let of_jupyter = components.windows(2).any(|pair| pair == [&b"etc"[..], b"jupyter"]);
    head.starts_with(b"#!")
        || NAMES.contains(&name)
        || ENDS.iter().any(|end| name.ends_with(end))
        || in_bin && activator::is_activator(text)
        || of_jupyter && name.ends_with(b".json")
}

/// As much of a file's first bytes as somebody will ask for: a million files have no room for more.
pub fn telling<'a>(path: &ArchivePath, head: &'a [u8]) -> &'a [u8] {
    let most = if head.starts_with(b"#!") {
        FileFacts::HEAD
    } else if head.starts_with(b"\x7fELF") {
        // The larger of the two headers (elf(5)).
        64
    } else if path.file_name().ends_with(b".pyc") {
        // Magic number, flags, and time and size or a hash (PEP 552).
        16
    } else {
        0
    };
    &head[..head.len().min(most)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_kept_where_it_tells_something() {
        let head = |path: &str, head: &[u8]| {
            telling(&ArchivePath::new(path.as_bytes()).expect(path), &head.repeat(100)).len()
        };
        assert_eq!(head("a.py", b"import x"), 0);
        assert_eq!(head("a.pyc", b"1234567890"), 16);
        assert_eq!(head("a.so", b"\x7fELF567890"), 64);
        assert_eq!(head("a", b"#!/bin/sh\n"), 512);
        assert_eq!(telling(&ArchivePath::default(), b"#!"), b"#!");
    }

    #[test]
    fn only_what_relocation_reads_is_kept() {
        let wants =
            |path: &str, head: &[u8]| wants_text(&ArchivePath::new(path.as_bytes()).expect(path), head);
        for path in [
            "pyvenv.cfg",
            "bin/activate.fish",
            "build/venv/bin/activate",
            "venv/etc/jupyter/x/a.json",
            "lib/x/a-1.dist-info/RECORD",
            "lib/x/_a.pth",
        ] {
            assert!(wants(path, b""), "{path}");
        }
        assert!(wants("share/tool", b"#!/bin/sh\n"));
        for path in ["bin/python3.11", "lib/x/a.py", "lib/x/activate.py", "lib/x/a.json"] {
            assert!(!wants(path, b"\x7fELF"), "{path}");
        }
    }
}
