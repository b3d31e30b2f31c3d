//! A package as one JSON document, written as it goes; `docs/inspect.md` describes it.
//!
//! A path that is not UTF-8 is given twice: with its bad bytes replaced, and whole in hexadecimal digits.

use std::collections::BTreeMap;
use std::io;
use std::io::Write;

use serde::Serialize;
use serde::Serializer;

use crate::archive::compress::decode::Coding;
use crate::archive::tar::read::Kind;
use crate::archive::tar::read::Member;
use crate::cli::report::inspect::summary::Tally;
use crate::cli::report::inspect::summary::conffiles;
use crate::cli::report::inspect::summary::paragraph;
use crate::command::inspect;
use crate::command::inspect::Inspected;
use crate::command::inspect::Script;
use crate::command::inspect::virtualenv::Virtualenv;
use crate::content::relocation::Counts;
use crate::control::deb822::Paragraph;
use crate::deb::read::Deb;
use crate::deb::read::Entry;
use crate::deb::read::undotted;

/// Everything about a package.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    file: &'a str,
    size: u64,
    control: Fields,
    members: Vec<ContainerMember<'a>>,
    control_files: Vec<Node<'a>>,
    scripts: Texts,
    conffiles: Vec<String>,
    installed: Tally,
    virtualenvs: Vec<Venv<'a>>,
    problems: Vec<String>,
    entries: Entries<'a>,
}

/// The control file alone.
#[derive(Serialize)]
pub(super) struct Control {
    control: Fields,
}

/// The maintainer scripts alone.
#[derive(Serialize)]
pub(super) struct Scripts {
    scripts: Texts,
}

/// The entries alone.
#[derive(Serialize)]
pub(super) struct Files<'a> {
    entries: Entries<'a>,
}

/// What was unpacked.
#[derive(Serialize)]
pub(super) struct Extracted {
    pub(super) directory: String,
    pub(super) entries: usize,
}

impl<'a> Document<'a> {
    pub(super) fn of(inspected: &'a Inspected) -> Self {
        let deb = &inspected.deb;
        let more = deb.problems.more();
        let more = (more > 0).then(|| format!("{more} more"));
        Self {
            file: &inspected.file,
            size: inspected.size,
            control: Fields(paragraph(deb)),
            members: members(deb),
            control_files: deb.control_files.iter().map(|file| Node::of(&file.header, None)).collect(),
            scripts: Texts(inspect::scripts(deb)),
            conffiles: conffiles(deb),
            installed: Tally::of(&inspected.entries),
            virtualenvs: inspected.virtualenvs.iter().map(Venv::of).collect(),
            problems: deb.problems.iter().map(ToString::to_string).chain(more).collect(),
            entries: Entries { entries: &inspected.entries, md5sums: md5sums(deb) },
        }
    }
}

impl Control {
    pub(super) fn of(deb: &Deb) -> Self {
        Self { control: Fields(paragraph(deb)) }
    }
}

impl Scripts {
    pub(super) fn of(scripts: &[Script]) -> Self {
        Self { scripts: Texts(scripts.to_vec()) }
    }
}

impl<'a> Files<'a> {
    pub(super) fn of(entries: &'a [Entry]) -> Self {
        Self { entries: Entries { entries, md5sums: BTreeMap::new() } }
    }
}

/// A member of the container.
#[derive(Serialize)]
struct ContainerMember<'a> {
    name: &'a str,
    size: u64,
    date: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    compression: Option<String>,
}

fn members(deb: &Deb) -> Vec<ContainerMember<'_>> {
    let compression = |name: &str| match name {
        name if name.starts_with("control.tar") => Some(Coding::from(deb.control_format).to_string()),
        name if name.starts_with("data.tar") => Some(deb.data_format.to_string()),
        _ => None,
    };
    let member = |name| ContainerMember { name, size: 0, date: 0, compression: compression(name) };
    deb.members
        .iter()
        .map(|found| ContainerMember { size: found.size, date: found.date, ..member(&found.name) })
        .collect()
}

/// Fields in the order of the control file.
struct Fields(Paragraph);

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter())
    }
}

/// Scripts by name, as text; null where the text is not in the package.
struct Texts(Vec<Script>);

impl Serialize for Texts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = |script: &Script| {
            script.text.as_ref().ok().map(|text| String::from_utf8_lossy(text).into_owned())
        };
        serializer.collect_map(self.0.iter().map(|script| (script.name, text(script))))
    }
}

/// An entry of one of the tars.
#[derive(Serialize)]
struct Node<'a> {
    path: std::borrow::Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    mode: String,
    owner: Owner<'a>,
    size: u64,
    mtime: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<(u64, u64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    md5: Option<&'a str>,
}

#[derive(Serialize)]
struct Owner<'a> {
    user: std::borrow::Cow<'a, str>,
    group: std::borrow::Cow<'a, str>,
    uid: u64,
    gid: u64,
}

impl<'a> Node<'a> {
    fn of(header: &'a Member, md5: Option<&'a str>) -> Self {
        let target = match &header.kind {
            Kind::Symlink(target) | Kind::Hardlink(target) => Some(target),
            _ => None,
        };
        let owner = &header.owner;
        Self {
            path: String::from_utf8_lossy(&header.path),
            path_hex: hex(&header.path),
            kind: kind(&header.kind),
            mode: format!("{:04o}", header.mode),
            owner: Owner {
                user: String::from_utf8_lossy(&owner.user),
                group: String::from_utf8_lossy(&owner.group),
                uid: owner.uid,
                gid: owner.gid,
            },
            size: header.size,
            mtime: i64::try_from(header.mtime).unwrap_or(i64::MAX),
            target: target.map(|target| String::from_utf8_lossy(target)),
            target_hex: target.and_then(|target| hex(target)),
            device: None,
            md5,
        }
    }
}

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::File => "file",
        Kind::Directory => "directory",
        Kind::Symlink(_) => "symlink",
        Kind::Hardlink(_) => "hardlink",
        Kind::Character => "character-device",
        Kind::Block => "block-device",
        Kind::Fifo => "fifo",
        Kind::Other(_) => "unknown",
    }
}

/// Bytes that are no text.
fn hex(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).is_err().then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The entries of data.tar, each made when it is written.
struct Entries<'a> {
    entries: &'a [Entry],
    md5sums: BTreeMap<&'a [u8], &'a str>,
}

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.entries.iter().map(|entry| {
            let md5 = self.md5sums.get(undotted(&entry.header.path)).copied();
            let details = entry.details;
            Node { mtime: details.mtime, device: details.device, ..Node::of(&entry.header, md5) }
        }))
    }
}

/// The digests that the package lists, by path.
fn md5sums(deb: &Deb) -> BTreeMap<&[u8], &str> {
    let file = deb.control_file("md5sums").map(|file| &file.bytes[..]).unwrap_or_default();
    let line = |line: &'_ [u8]| -> Option<_> {
        let (digest, rest) = line.split_at_checked(32)?;
        let digest =
            std::str::from_utf8(digest).ok().filter(|it| it.bytes().all(|b| b.is_ascii_hexdigit()))?;
        Some((digest.len(), rest.strip_prefix(b"  ")?.len()))
    };
    let parsed = file.split(|byte| *byte == b'\n').filter_map(|text| {
        let (digest, path) = line(text)?;
        Some((&text[text.len() - path..], std::str::from_utf8(&text[..digest]).ok()?))
    });
    parsed.collect()
}

#[derive(Serialize)]
struct Venv<'a> {
    path: &'a str,
    python: Option<&'a str>,
    interpreter: Option<&'a str>,
    distributions: Vec<Distribution<'a>>,
    relocated: Option<Counts>,
}

#[derive(Serialize)]
struct Distribution<'a> {
    name: &'a str,
    version: &'a str,
}

impl<'a> Venv<'a> {
    fn of(venv: &'a Virtualenv) -> Self {
        let installed = venv.distributions.iter();
        Self {
            path: &venv.path,
            python: venv.python.as_deref(),
            interpreter: venv.interpreter.as_deref(),
            distributions: installed
                .map(|it| Distribution { name: &it.name, version: &it.version })
                .collect(),
            relocated: venv.relocation.as_ref().map(|relocation| relocation.files),
        }
    }
}

/// Escapes what JSON allows and a terminal obeys: DEL and the control characters from U+0080 on.
///
/// Everything beyond ASCII stands within strings, and each text is written in one piece.
pub(super) struct Harmless<'a>(pub(super) &'a mut dyn Write);

impl Write for Harmless<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_safe = |text: &str| !text.chars().any(|c| matches!(c, '\u{7f}'..='\u{9f}'));
        match std::str::from_utf8(bytes) {
            Ok(text) if !is_safe(text) => {
                for c in text.chars() {
                    match c {
                        '\u{7f}'..='\u{9f}' => write!(self.0, "\\u{:04x}", u32::from(c))?,
                        c => write!(self.0, "{c}")?,
                    }
                }
            }
            _ => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
