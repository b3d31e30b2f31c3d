//! Recorded virtualenvs (`tests/fixtures/venvs/record.py` describes the format) and made-up ones, for tests.

use crate::source::tree::FileFacts;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::digest::Sha256;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// The modification time of everything made up here.
pub(super) const MTIME: u64 = 1_700_000_000;

/// Adds entries to a tree, for tests.
pub(super) trait Sketch: Sized {
    fn with(self, path: &str, mode: u32, mtime: u64, kind: SourceKind) -> Self;

    fn text(self, path: &str, body: &str) -> Self {
        self.bytes(path, body.as_bytes())
    }

    fn bytes(self, path: &str, body: &[u8]) -> Self {
        self.with(path, 0o755, MTIME, file(body, body.len() as u64, Sha256::of(body), true))
    }

    /// A file whose body was not kept.
    fn blob(self, path: &str, head: &[u8], size: u64) -> Self {
        self.with(path, 0o644, MTIME, file(head, size, Sha256::of(head), false))
    }

    fn link(self, path: &str, target: &str) -> Self {
        self.with(path, 0o777, MTIME, SourceKind::Symlink(target.as_bytes().to_vec()))
    }

    fn directory(self, path: &str) -> Self {
        self.with(path, 0o755, MTIME, SourceKind::Directory)
    }
}

impl Sketch for SourceTree {
    fn with(mut self, path: &str, mode: u32, mtime: u64, kind: SourceKind) -> Self {
        for (slash, _) in path.match_indices('/') {
            let entry = SourceEntry { mode: 0o755, mtime: MTIME, kind: SourceKind::Directory };
            self.entries.entry(ArchivePath::new(&path.as_bytes()[..slash]).expect("parent")).or_insert(entry);
        }
        let key = ArchivePath::new(path.as_bytes()).expect("path");
        self.entries.insert(key, SourceEntry { mode, mtime, kind });
        self
    }
}

fn file(head: &[u8], size: u64, sha256: Sha256, whole: bool) -> SourceKind {
    let id = SourceId { input: 0, file: 0 };
    let text = whole.then(|| head.into());
    let head = head[..head.len().min(FileFacts::HEAD)].to_vec();
    SourceKind::File(FileFacts { id, size, sha256, head, text })
}

/// What `python -m venv` makes at `/b/venv`, with one script.
pub(super) fn sketch() -> SourceTree {
    let tree = SourceTree { name: "build/venv".into(), location: "/b/venv".into(), ..SourceTree::default() };
    tree.text("pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\ncommand = /usr/bin/python3 -m venv /b/venv\n")
        .text("bin/activate", "VIRTUAL_ENV=/b/venv\n")
        .text("bin/tool", "#!/b/venv/bin/python3\nimport tool\n")
        .link("bin/python", "python3")
        .link("bin/python3", "/usr/bin/python3")
        .link("bin/python3.11", "python3")
        .link("lib64", "lib")
        .directory("lib/python3.11/site-packages")
}

/// Reads a recorded skeleton.
pub(super) fn recorded(mut rest: &[u8]) -> SourceTree {
    let mut tree = SourceTree { name: "venv".to_owned(), ..SourceTree::default() };
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let line = std::str::from_utf8(&rest[..end]).expect("UTF-8");
        rest = &rest[end + 1..];
        let (kind, about) = line.split_once(' ').expect("kind");
        tree = match kind {
            "location" => SourceTree { location: about.to_owned(), ..tree },
            "dir" => tree.directory(about),
            "link" => about.split_once(" -> ").map(|(path, target)| tree.link(path, target)).expect("link"),
            "text" => {
                let [mode, mtime, size, path] = fields(about);
                let size: usize = size.parse().expect("size");
                let body = &rest[..size];
                rest = &rest[size + 1..];
                let facts = file(body, size as u64, Sha256::of(body), true);
                tree.with(path, bits(mode), mtime.parse().expect("mtime"), facts)
            }
            _ => {
                let [mode, mtime, size, head, path] = fields(about);
                let head = if head == "-" { Vec::new() } else { hex(head) };
                let facts = file(&head, size.parse().expect("size"), Sha256::of(&head), false);
                tree.with(path, bits(mode), mtime.parse().expect("mtime"), facts)
            }
        };
    }
    tree
}

fn fields<const N: usize>(line: &str) -> [&str; N] {
    line.splitn(N, ' ').collect::<Vec<_>>().try_into().expect("fields")
}

fn bits(mode: &str) -> u32 {
    u32::from_str_radix(mode, 8).expect("mode")
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).expect("hex"), 16).expect("hex"))
        .collect()
}
