//! Tarballs written byte by byte: what no tar program would write.

use std::io::Write;
use std::process::{Command, Stdio};

/// An archive on its way. Every header is as its fields say, right or wrong, with a right checksum.
#[derive(Clone, Default)]
pub struct Tarball(pub Vec<u8>);

/// A header before its checksum: all fields that anyone bends, as bytes.
#[derive(Clone)]
pub struct Header<'a> {
    pub kind: u8,
    pub name: &'a [u8],
    pub link: &'a [u8],
    pub mode: &'a [u8],
    pub size: &'a [u8],
    pub mtime: &'a [u8],
}

/// A plain file, to be changed.
pub const FILE: Header<'static> = Header {
    kind: b'0',
    name: b"a",
    link: b"",
    mode: b"0000644",
    size: b"00000000000",
    mtime: b"14524770400",
};

impl Tarball {
    /// A header alone.
    pub fn header(mut self, header: &Header<'_>) -> Self {
        let mut block = [0; 512];
        let fields = [
            (0, header.name),
            (100, header.mode),
            (108, b"0000000"),
            (116, b"0000000"),
            (124, header.size),
            (136, header.mtime),
            (148, b"        "),
            (156, &[header.kind]),
            (157, header.link),
            (257, b"ustar\x0000"),
        ];
        for (at, bytes) in fields {
            block[at..at + bytes.len()].copy_from_slice(bytes);
        }
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend(block);
        self
    }

    /// Bytes as they are, filled up to a block.
    pub fn body(mut self, bytes: &[u8]) -> Self {
        self.0.extend(bytes);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    /// An entry whose header tells the size of its body.
    pub fn entry(self, header: &Header<'_>, body: &[u8]) -> Self {
        let size = format!("{:011o}", body.len());
        self.header(&Header { size: size.as_bytes(), ..header.clone() }).body(body)
    }

    /// A file with a body.
    pub fn file(self, name: &[u8], body: &[u8]) -> Self {
        self.entry(&Header { name, ..FILE }, body)
    }

    /// An entry of a kind without a body.
    pub fn special(self, kind: u8, name: &[u8], link: &[u8]) -> Self {
        self.header(&Header { kind, name, link, ..FILE })
    }

    /// A header of PAX records, for the next entry (`x`) or all (`g`).
    pub fn pax(self, kind: u8, records: &[u8]) -> Self {
        self.entry(&Header { kind, name: b"PaxHeaders/x", ..FILE }, records)
    }

    /// With its two empty blocks.
    pub fn end(mut self) -> Vec<u8> {
        self.0.extend([0; 1024]);
        self.0
    }
}

/// A PAX record with a right length.
pub fn record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = [b" ", key.as_bytes(), b"=", value, b"\n"].concat();
    let fits = |digits: &usize| (digits + rest.len()).to_string().len() == *digits;
    let digits = (1..20).find(fits).unwrap();
    [(digits + rest.len()).to_string().as_bytes(), &rest].concat()
}

/// What a program makes of bytes: `gzip`, `xz`, `zstd`, `pzstd` with arguments.
pub fn through(words: &[&str], bytes: &[u8]) -> Vec<u8> {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success(), "{words:?}");
    output.stdout
}
