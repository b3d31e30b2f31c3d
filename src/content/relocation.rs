//! `virtualenv.json`: what a package says of the virtualenv in it, and of how that came to its place.
//!
//! Written when a package is planned, read when one is inspected. It names no path of the machine that built it.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::types::plural::all_counted;

/// The largest record that is read, in bytes.
pub const LARGEST: u64 = 4 << 20;
/// The most files of one kind that a record names, and the longest of their names in bytes: what is written can be read.
const MOST_NAMES: usize = 1000;
const LONGEST_NAME: usize = 240;

/// What became of a virtualenv.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relocation {
    /// Where it lies on the host.
    pub prefix: String,
    /// The X.Y of its Python.
    pub python: String,
    /// The Python of the host that it uses.
    pub interpreter: String,
    /// How many of its files were changed, and how many left out.
    pub files: Counts,
    /// Which those are, as far as they are named.
    #[serde(default)]
    pub changed: Changed,
}

/// The changed files by their kinds, relative to the virtualenv. Bytecode, of which there are thousands, is only counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Changed(BTreeMap<String, Vec<String>>);

/// What a changed file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A script whose first line names the new interpreter.
    Script,
    /// A script that shells source.
    Activator,
    /// `pyvenv.cfg`.
    PyvenvCfg,
    /// A list of installed files.
    Record,
    /// A `.pth` file.
    Pth,
    /// Another text that named the old place.
    Text,
    /// A link.
    Link,
    /// Bytecode.
    Bytecode,
}

impl Kind {
    /// Every kind, in the order in which they are told.
    pub const ALL: [Self; 8] = [
        Self::Script,
        Self::Activator,
        Self::PyvenvCfg,
        Self::Record,
        Self::Pth,
        Self::Text,
        Self::Link,
        Self::Bytecode,
    ];

    /// The name of its count.
    fn key(self) -> &'static str {
        match self {
            Self::Script => "scripts",
            Self::Activator => "activators",
            Self::PyvenvCfg => "pyvenv-cfg",
            Self::Record => "records",
            Self::Pth => "pth",
            Self::Text => "texts",
            Self::Link => "links",
            Self::Bytecode => "bytecode",
        }
    }

    /// What many of them are called.
    pub fn many(self) -> &'static str {
        match self {
            Self::Script => "scripts",
            Self::Activator => "activators",
            Self::PyvenvCfg => "pyvenv.cfg",
            Self::Record => "RECORDs",
            Self::Pth => ".pth files",
            Self::Text => "other texts",
            Self::Link => "links",
            Self::Bytecode => "bytecode files",
        }
    }
}

impl Changed {
    /// Names a file; a list that is long enough stays as it is.
    pub fn add(&mut self, kind: Kind, path: &str) {
        if kind != Kind::Bytecode && self.of(kind).len() < MOST_NAMES && path.len() <= LONGEST_NAME {
            self.0.entry(kind.key().to_owned()).or_default().push(path.to_owned());
        }
    }

    /// The files of a kind, in order.
    pub fn of(&self, kind: Kind) -> &[String] {
        self.0.get(kind.key()).map(Vec::as_slice).unwrap_or_default()
    }
}

/// How many files of each kind have another body, or another target, than in the input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Counts {
    /// Scripts whose first lines name the new interpreter.
    pub scripts: u64,
    /// Scripts that shells source.
    pub activators: u64,
    /// `pyvenv.cfg`.
    pub pyvenv_cfg: u64,
    /// Lists of installed files.
    pub records: u64,
    /// `.pth` files.
    pub pth: u64,
    /// Other texts that named the old place.
    pub texts: u64,
    /// Links with another target, and copies of the interpreter that became links.
    pub links: u64,
    /// Bytecode: it has the new time of its source, and new paths.
    pub bytecode: u64,
    /// Left out, bytecode included.
    pub dropped: u64,
}

impl Relocation {
    /// The file's name; it lies in the package's directory below `/usr/share/doc`.
    pub const NAME: &str = "virtualenv.json";

    /// The text of the file.
    pub fn text(&self) -> String {
        // Strings and numbers always have a form in JSON.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads the file; none where it is something else.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

impl Counts {
    /// How many of a kind were changed.
    pub fn of(&self, kind: Kind) -> u64 {
        let mut counts = *self;
        *counts.counter(kind)
    }

    /// Where those of a kind are counted.
    pub fn counter(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Script => &mut self.scripts,
            Kind::Activator => &mut self.activators,
            Kind::PyvenvCfg => &mut self.pyvenv_cfg,
            Kind::Record => &mut self.records,
            Kind::Pth => &mut self.pth,
            Kind::Text => &mut self.texts,
            Kind::Link => &mut self.links,
            Kind::Bytecode => &mut self.bytecode,
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&all_counted(&Kind::ALL.map(|kind| (self.of(kind), kind.many()))))?;
        if self.dropped > 0 { write!(f, "; {} left out", self.dropped) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_back_and_unknown_counts_do_not_matter() {
        let files = Counts { scripts: 3, dropped: 1, ..Counts::default() };
        let (prefix, python) = ("/opt/x/venv".to_owned(), "3.11".to_owned());
        let interpreter = "/usr/bin/python3.11".to_owned();
        let mut changed = Changed::default();
        for (kind, path) in [(Kind::Script, "bin/a"), (Kind::Bytecode, "a.pyc"), (Kind::Script, "bin/b")] {
            changed.add(kind, path);
        }
        let written = Relocation { prefix, python, interpreter, files, changed };
        assert_eq!(Relocation::parse(written.text().as_bytes()), Some(written.clone()));
        let text =
            written.text().replace("\"dropped\"", "\"new\": 7, \"dropped\"").replace("\"links\": 0,", "");
        assert_eq!(Relocation::parse(text.as_bytes()), Some(written.clone()));
        assert_eq!(written.changed.of(Kind::Script), ["bin/a", "bin/b"]);
        assert_eq!(written.changed.of(Kind::Bytecode), [""; 0], "there are thousands of it");
        // A record of before names no files.
        let old = r#"{"prefix":"/x","python":"3","interpreter":"/i","files":{"links":1}}"#;
        let old = Relocation::parse(old.as_bytes()).expect("a record");
        assert_eq!((old.files.of(Kind::Link), old.changed), (1, Changed::default()));
        for other in [&b""[..], b"{}", b"[1]", b"\xff"] {
            assert_eq!(Relocation::parse(other), None);
        }
    }

    #[test]
    fn a_record_is_never_too_long_to_be_read() {
        let mut changed = Changed::default();
        let paths = ["\"".repeat(LONGEST_NAME), "p".repeat(LONGEST_NAME + 1)];
        for kind in Kind::ALL.into_iter().cycle().take(8 * (MOST_NAMES + 1)) {
            paths.iter().for_each(|path| changed.add(kind, path));
        }
        assert_eq!(changed.of(Kind::Text).len(), MOST_NAMES);
        let (prefix, python, interpreter) = (String::new(), String::new(), String::new());
        let record = Relocation { prefix, python, interpreter, files: Counts::default(), changed };
        assert!(record.text().len() as u64 <= LARGEST);
    }
}
