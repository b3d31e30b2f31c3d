//! `virtualenv.json`: what a package says of the virtualenv in it, and of how that came to its place.
//!
//! Written when a package is planned, read when one is inspected. It names no path of the machine that built it.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::types::plural::all_counted;

/// The largest record that is read, in bytes.
pub const LARGEST: u64 = 64 << 10;

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
    /// Each kind of change in words, with its count.
    fn changed(&self) -> [(u64, &'static str); 8] {
        [
            (self.scripts, "scripts"),
            (self.activators, "activators"),
            (self.pyvenv_cfg, "pyvenv.cfg"),
            (self.records, "RECORDs"),
            (self.pth, ".pth files"),
            (self.texts, "other texts"),
            (self.links, "links"),
            (self.bytecode, "bytecode files"),
        ]
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&all_counted(&self.changed()))?;
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
        let written = Relocation { prefix, python, interpreter: "/usr/bin/python3.11".to_owned(), files };
        assert_eq!(Relocation::parse(written.text().as_bytes()), Some(written.clone()));
        let text =
            written.text().replace("\"dropped\"", "\"new\": 7, \"dropped\"").replace("\"links\": 0,", "");
        assert_eq!(Relocation::parse(text.as_bytes()), Some(written));
        for other in [&b""[..], b"{}", b"[1]", b"\xff"] {
            assert_eq!(Relocation::parse(other), None);
        }
    }
}
