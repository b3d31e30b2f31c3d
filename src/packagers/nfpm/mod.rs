//! `nfpm.yaml`, as nfpm reads it: keys with their lines. What nfpm does not know is told apart.

pub mod keys;
mod read;
pub mod version;

use crate::packagers::nfpm::keys::Shape;

/// The largest file that is read, in bytes.
pub const LARGEST: u64 = 1 << 20;

/// A text with its line, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// Where it stands.
    pub line: usize,
    /// What stands there.
    pub text: String,
}

/// A value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A key without a value.
    Nothing,
    /// A text, a number or a date.
    Text(String),
    /// Several.
    List(Vec<Located>),
    /// Keys with values.
    Table(Table),
    /// Several of those.
    Tables(Vec<Table>),
    /// What is for another packager: it is not looked into.
    Other,
}

/// Keys with their lines and values, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The keys.
    pub entries: Vec<Entry>,
    /// Those that nfpm does not know.
    pub unknown: Vec<Unknown>,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The line of the value, from 1.
    pub line: usize,
    /// The key.
    pub key: String,
    /// The value.
    pub node: Node,
}

/// A key that nfpm does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Its line, from 1.
    pub line: usize,
    /// The key, with those above it.
    pub path: String,
    /// The known one that is most like it.
    pub nearest: Option<&'static str>,
}

/// Why a text is no such file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Error {
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// The reason, in one line.
    pub reason: String,
}

/// Reads the file.
pub fn parse(text: &str) -> Result<Table, Error> {
    read::table(text)
}

impl Table {
    /// An entry.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// A text, where there is one that is not empty.
    pub fn text(&self, key: &str) -> Option<Located> {
        let Entry { line, node: Node::Text(text), .. } = self.entry(key)? else { return None };
        (!text.trim().is_empty()).then(|| Located { line: *line, text: text.trim().to_owned() })
    }

    /// The texts of a list.
    pub fn list(&self, key: &str) -> &[Located] {
        match self.entry(key).map(|entry| &entry.node) {
            Some(Node::List(items)) => items,
            _ => &[],
        }
    }

    /// A table below this one.
    pub fn table(&self, key: &str) -> Option<&Self> {
        match &self.entry(key)?.node {
            Node::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The tables of a list.
    pub fn tables(&self, key: &str) -> &[Self] {
        match self.entry(key).map(|entry| &entry.node) {
            Some(Node::Tables(tables)) => tables,
            _ => &[],
        }
    }

    /// The keys that nfpm does not know, here and below.
    pub fn all_unknown(&self) -> Vec<&Unknown> {
        let below = self.entries.iter().flat_map(|entry| match &entry.node {
            Node::Table(table) => table.all_unknown(),
            Node::Tables(tables) => tables.iter().flat_map(Self::all_unknown).collect(),
            _ => Vec::new(),
        });
        self.unknown.iter().chain(below).collect()
    }

    /// The file for a packager: what `overrides` says of that one takes the place of what stands above it, and a part of
    /// that where both are tables, as nfpm merges them.
    pub fn overridden(mut self, packager: &str) -> Self {
        let at = self.entries.iter().position(|entry| entry.key == "overrides");
        let Some(Node::Table(overrides)) = at.map(|at| self.entries.remove(at).node) else { return self };
        self.unknown.extend(overrides.unknown);
        for entry in overrides.entries {
            match entry.node {
                Node::Table(table) if entry.key == packager => self.merge(table),
                _ if entry.key == packager => {}
                _ => self.entries.push(Entry { key: format!("overrides.{}", entry.key), ..entry }),
            }
        }
        self
    }

    fn merge(&mut self, other: Self) {
        self.unknown.extend(other.unknown);
        for entry in other.entries {
            let is_empty = match &entry.node {
                Node::Nothing => true,
                Node::Text(text) => text.is_empty(),
                Node::List(items) => items.is_empty(),
                Node::Tables(tables) => tables.is_empty(),
                Node::Table(_) | Node::Other => false,
            };
            let own = self.entries.iter_mut().find(|own| own.key == entry.key);
            match (own, entry.node) {
                _ if is_empty => {}
                (Some(Entry { node: Node::Table(own), .. }), Node::Table(other)) => own.merge(other),
                (Some(own), node) => (own.line, own.node) = (entry.line, node),
                (None, node) => self.entries.push(Entry { node, ..entry }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_lines_and_numbers_their_digits() {
        let text = "name: orders\nversion: 1.10\n# comment\ndepends:\n  - a\n  - \"b (>= 2)\"\ndeb:\n  fields:\n    Bugs: 0x10\n\
            contents:\n- src: a\n  dst: /b\n  file_info:\n    mode: 0644\nrecommends:\nrpm:\n  group: [x]\n";
        let table = parse(text).expect("a file");
        assert_eq!(table.text("version"), Some(Located { line: 2, text: "1.10".to_owned() }));
        assert_eq!(table.list("depends")[1], Located { line: 6, text: "b (>= 2)".to_owned() });
        let fields = table.table("deb").and_then(|deb| deb.table("fields")).expect("a table");
        assert_eq!(fields.text("Bugs").expect("a field").text, "0x10");
        let content = &table.tables("contents")[0];
        assert_eq!(content.text("dst").map(|dst| dst.line), Some(12));
        let info = content.table("file_info").expect("a table");
        assert_eq!(info.text("mode").expect("a mode").text, "0644");
        assert!(table.list("recommends").is_empty() && table.text("recommends").is_none());
        assert_eq!(table.entry("rpm").map(|rpm| &rpm.node), Some(&Node::Other));
    }

    #[test]
    fn anchors_and_merge_keys_are_followed() {
        let text = "x: 1\nname: &n orders\ndescription: *n\nscripts: &s\n  postinstall: a\noverrides:\n  deb:\n    scripts:\n      <<: *s\n\
            \n      preremove: b\n    depends: [c]\n  rpm:\n    depends: [d]\n";
        let table = parse(text).expect("a file").overridden("deb");
        assert_eq!(table.text("description").expect("a text").text, "orders");
        let scripts = table.table("scripts").expect("a table");
        assert_eq!(scripts.text("postinstall").expect("a text").text, "a");
        assert_eq!(scripts.text("preremove").expect("a text").text, "b");
        assert_eq!(table.list("depends")[0].text, "c");
        assert!(table.entry("overrides.rpm").is_some() && table.entry("overrides").is_none());
        assert_eq!(table.all_unknown(), [&Unknown { line: 1, path: "x".to_owned(), nearest: None }]);
    }

    #[test]
    fn what_nfpm_does_not_know_is_told_with_what_is_like_it() {
        let text = "name: x\ndepend: [a]\ndeb:\n  compresion: xz\ncontents:\n  - source: a\n    type: file\n";
        let table = parse(text).expect("a file");
        let unknown: Vec<_> =
            table.all_unknown().iter().map(|it| (it.line, it.path.as_str(), it.nearest)).collect();
        let expect = [
            (2, "depend", Some("depends")),
            (4, "deb.compresion", Some("compression")),
            (6, "contents.source", None),
        ];
        assert_eq!(unknown, expect);
    }

    #[test]
    fn what_is_no_such_file_is_an_error_with_its_line() {
        let line = |text: &str| parse(text).expect_err(text).line;
        assert_eq!(line("name: x\nversion: [1\n"), Some(2));
        assert_eq!(line("name: x\ndepends: a\n"), Some(2));
        assert_eq!(line("name: [a]\n"), Some(1));
        assert_eq!(line("name: a\nname: b\n"), Some(2));
        assert_eq!(line("- a\n"), Some(1));
        assert!(parse("").expect("an empty file").entries.is_empty());
        assert!(parse("a: 1\n---\nb: 1\n").is_err());
        let error = parse("name: x\nversion: [1\n").expect_err("no YAML");
        assert!(!error.reason.contains('\n'), "{error}");
    }

    #[test]
    fn a_small_file_that_would_be_a_large_one_is_refused() {
        let mut text = "depends: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 0..8 {
            let (from, to) = (char::from(b'a' + n), char::from(b'b' + n));
            text.push_str(&format!("x{n}: &{to} [{}]\n", vec![format!("*{from}"); 10].join(", ")));
        }
        assert!(parse(&text).is_err());
        assert!(parse(&format!("name: {}", "[".repeat(100_000))).is_err());
        assert!(parse(&format!("deb: {}", "{a: ".repeat(100_000))).is_err());
    }
}
