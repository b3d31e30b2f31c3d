//! A manifest on its way to be written: tables with their keys, the files that these come from, and what its user
//! should know.

use std::fmt;

use toml::Value;

/// A manifest with the files that it needs.
#[derive(Debug, Default)]
pub struct Draft {
    /// What the package is called.
    pub(in crate::init) package: String,
    /// Lines of comment at its top.
    head: Vec<String>,
    tables: Vec<Table>,
    /// Lines of comment at its end.
    tail: Vec<String>,
    /// Scripts and copies that it names and that are to be written too.
    pub scripts: Vec<Script>,
    /// What has no counterpart, and what to look at.
    pub remarks: Vec<String>,
}

/// A table with its header.
#[derive(Debug)]
pub(in crate::init) struct Table {
    header: &'static str,
    entries: Vec<Entry>,
    source: Option<Source>,
}

#[derive(Debug)]
struct Entry {
    key: String,
    value: Value,
    note: &'static str,
    source: Option<Source>,
}

/// What a table or a key comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file of the project, by its path.
    File(String),
    /// A line of one.
    Line {
        /// The path.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// A word of a command, or of what completes it.
    Word {
        /// The word.
        word: String,
        /// What it stands in, as people read it.
        of: String,
    },
    /// Whoever makes the manifest.
    Environment,
    /// What the project's directory is called.
    Directory,
}

/// A part of the text.
struct Piece<'d> {
    text: String,
    source: Option<&'d Source>,
    value: Option<&'d Value>,
}

/// A script to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its path, relative to the manifest.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Draft {
    /// Adds lines to the comment at the top, which ends with its line.
    pub(in crate::init) fn say<'l>(&mut self, lines: impl IntoIterator<Item = &'l str>) {
        self.head.extend(lines.into_iter().map(comment));
    }

    /// Adds lines of comment at its end, behind an empty one: what somebody may want to add.
    pub(in crate::init) fn suggest<'l>(&mut self, lines: impl IntoIterator<Item = &'l str>) {
        self.tail.push("\n".to_owned());
        self.tail.extend(lines.into_iter().map(comment));
    }

    /// Adds a remark.
    pub(in crate::init) fn remark(&mut self, text: impl Into<String>) {
        self.remarks.push(text.into());
    }

    /// Adds a table, unless it has no keys.
    pub(in crate::init) fn add(&mut self, table: Table) {
        if !table.entries.is_empty() {
            self.tables.push(table);
        }
    }

    /// Whether there is a table with this header.
    pub(in crate::init) fn has(&self, header: &str) -> bool {
        self.tables.iter().any(|table| table.header == header)
    }

    /// The text of the manifest.
    pub fn text(&self) -> String {
        self.pieces().map(|piece| piece.text).collect()
    }

    /// What a line of the text comes from, and the value that is written there.
    pub(in crate::init) fn source(&self, line: usize) -> Option<(&Source, Option<&Value>)> {
        let mut end = 0;
        let piece = self.pieces().find(|piece| {
            end += piece.text.matches('\n').count();
            line <= end
        })?;
        Some((piece.source?, piece.value))
    }

    fn pieces<'d>(&'d self) -> impl Iterator<Item = Piece<'d>> {
        let comments = |lines: &'d [String]| {
            lines.iter().map(|line| Piece { text: line.clone(), source: None, value: None })
        };
        comments(&self.head).chain(self.tables.iter().flat_map(Table::pieces)).chain(comments(&self.tail))
    }
}

/// A line of comment.
fn comment(line: &str) -> String {
    if line.is_empty() { "#\n".to_owned() } else { format!("# {}\n", line.replace(char::is_control, " ")) }
}

impl Table {
    pub(in crate::init) fn new(header: &'static str) -> Self {
        Self { header, entries: Vec::new(), source: None }
    }

    /// Says what the table comes from, and the keys so far, where nothing else was named.
    pub(in crate::init) fn comes_from(&mut self, source: &Source) {
        let sources = self.entries.iter_mut().map(|entry| &mut entry.source).chain([&mut self.source]);
        sources.for_each(|it| *it = it.take().or_else(|| Some(source.clone())));
    }

    /// The same keys under another header.
    pub(in crate::init) fn renamed(self, header: &'static str) -> Self {
        Self { header, ..self }
    }

    /// Sets a key.
    pub(in crate::init) fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.noted(key, value, "");
    }

    /// Sets a key, where there is a value.
    pub(in crate::init) fn set_some(&mut self, key: &str, value: Option<impl Into<Value>>) {
        value.into_iter().for_each(|value| self.set(key, value));
    }

    /// Sets a key to a list, where it has any items.
    pub(in crate::init) fn set_list(&mut self, key: &str, items: Vec<String>) {
        if !items.is_empty() {
            self.set(key, items);
        }
    }

    /// Sets a key, with a remark behind its value.
    pub(in crate::init) fn noted(&mut self, key: &str, value: impl Into<Value>, note: &'static str) {
        self.entries.retain(|entry| entry.key != key);
        self.entries.push(Entry { key: key.to_owned(), value: value.into(), note, source: None });
    }

    /// Whether a key is set.
    pub(in crate::init) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|entry| entry.key == key)
    }

    /// The same keys with this one first.
    pub(in crate::init) fn beginning_with(mut self, key: &str) -> Self {
        self.entries.sort_by_key(|entry| entry.key != key);
        self
    }

    /// Takes a key away.
    pub(in crate::init) fn take(&mut self, key: &str) -> Option<Value> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at).value)
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let entries = self.entries.iter().map(|Entry { key, value, note, source }| {
            let note = if note.is_empty() { String::new() } else { format!("   # {note}") };
            let text = format!("{key} = {}{note}\n", written(value));
            Piece { text, source: source.as_ref(), value: Some(value) }
        });
        let header =
            Piece { text: format!("\n{}\n", self.header), source: self.source.as_ref(), value: None };
        std::iter::once(header).chain(entries)
    }
}

impl Source {
    /// A file of the project.
    pub(in crate::init) fn file(path: impl Into<String>) -> Self {
        Self::File(path.into())
    }
}

/// `` `debian/control` ``.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "`{path}`"),
            Self::Line { path, line } => write!(f, "line {line} of `{path}`"),
            Self::Word { word, of } => write!(f, "`{word}` of {of}"),
            Self::Environment => f.write_str("the environment"),
            Self::Directory => f.write_str("the name of the directory"),
        }
    }
}

/// A value as TOML; a text of several lines keeps them.
fn written(value: &Value) -> String {
    match value.as_str() {
        Some(text) if text.contains('\n') => {
            let escaped = text.chars().map(|c| match c {
                '\\' | '"' => format!("\\{c}"),
                c if c.is_control() && c != '\n' => format!("\\u{:04x}", u32::from(c)),
                c => c.to_string(),
            });
            format!("\"\"\"\n{}\"\"\"", escaped.collect::<String>())
        }
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_toml_whatever_its_values_are() {
        let mut table = Table::new("[package]");
        table.set("name", "or\"ders\\");
        table.set("name", "orders");
        table.noted("description", "a \"b\"\n\\c\u{0}\r\u{7f}\u{85}\n", "why");
        table.set_some("homepage", None::<String>);
        table.set_list("depends", vec!["a".to_owned()]);
        table.set_list("recommends", Vec::new());
        let environment = toml::Table::from_iter([("A B".to_owned(), Value::from("x'y\"z"))]);
        table.set("environment", environment);
        let mut draft = Draft::default();
        draft.say(["top\n\u{7f}", ""]);
        draft.add(table);
        draft.add(Table::new("[app]"));
        assert!(draft.has("[package]") && !draft.has("[app]"));
        let text = draft.text();
        assert!(text.starts_with("# top  \n#\n\n[package]\nname = \"orders\"\n"), "{text}");
        let parsed: toml::Table = toml::from_str(&text).expect("TOML");
        let package = &parsed["package"];
        assert_eq!(package["description"].as_str(), Some("a \"b\"\n\\c\u{0}\r\u{7f}\u{85}\n"));
        assert_eq!(package["environment"]["A B"].as_str(), Some("x'y\"z"));
        assert_eq!(package["depends"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn a_line_leads_back_to_the_file_that_it_comes_from() {
        let mut table = Table::new("[package]");
        table.set("name", "orders");
        table.comes_from(&Source::file("a"));
        table.set("description", "x\ny\n");
        table.comes_from(&Source::Environment);
        table.set("section", "web");
        let mut draft = Draft::default();
        draft.say(["top"]);
        draft.add(table);
        let lines: Vec<String> = draft.text().lines().map(str::to_owned).collect();
        let source = |start: &str| {
            let at = lines.iter().position(|line| line.starts_with(start)).expect("there");
            let source = draft.source(at + 1);
            source.map(|(source, value)| (source.to_string(), value.and_then(Value::as_str)))
        };
        assert_eq!(source("# top"), None);
        assert_eq!(source("[package]"), Some(("`a`".to_owned(), None)));
        assert_eq!(source("name"), Some(("`a`".to_owned(), Some("orders"))));
        assert_eq!(source("y"), Some(("the environment".to_owned(), Some("x\ny\n"))));
        assert_eq!(source("section"), None);
        assert_eq!(draft.source(100), None);
    }
}
