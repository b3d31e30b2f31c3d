//! What can be wrong with a manifest, in words, each with what to do about it.

use std::fmt;

use crate::config::suggest;
use crate::types::plural::counted;

/// A key with the table it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The table as the manifest writes its header; empty for the top of the manifest.
    pub table: String,
    /// The key.
    pub name: String,
}

impl Key {
    /// A key of a table.
    pub fn new(table: &str, name: &str) -> Self {
        Self { table: table.to_owned(), name: name.to_owned() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.escape_debug();
        if self.table.is_empty() { write!(f, "`{name}`") } else { write!(f, "`{name}` in `{}`", self.table) }
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not TOML.
    #[error("the text is not valid TOML: {0}")]
    Syntax(String),
    /// `pyproject.toml` without a manifest in it.
    #[error("there is no `[tool.mkdeb]` in it")]
    NoManifest,
    /// A key that does not exist.
    #[error("unknown key {key}")]
    UnknownKey {
        /// The key.
        key: Key,
        /// The keys of the table.
        known: Vec<String>,
    },
    /// A value of the wrong type.
    #[error("{key} has to be {expected}, not {found}")]
    WrongType {
        /// The key.
        key: Key,
        /// What it takes.
        expected: String,
        /// What it got.
        found: &'static str,
    },
    /// A key or table that is needed.
    #[error("{key} is missing")]
    Missing {
        /// The key.
        key: Key,
        /// An example.
        example: &'static str,
    },
    /// A value without anything in it.
    #[error("{0} is empty")]
    Empty(Key),
    /// A value that breaks a rule.
    #[error("{key}: {reason}")]
    Invalid {
        /// The key.
        key: Key,
        /// Which rule.
        reason: String,
        /// What to do.
        hint: Option<String>,
    },
    /// A word that is none of those the key takes.
    #[error("{key}: `{}` is not {what}", .word.escape_debug())]
    UnknownWord {
        /// The key.
        key: Key,
        /// What it should be, with its article.
        what: &'static str,
        /// The word.
        word: String,
        /// The words it takes.
        known: Vec<&'static str>,
    },
    /// A number out of its range.
    #[error("{key} is {value}, and has to be from {low} to {high}")]
    OutOfRange {
        /// The key.
        key: Key,
        /// The number.
        value: i64,
        /// The least.
        low: i64,
        /// The greatest.
        high: i64,
    },
    /// Keys that exclude each other.
    #[error("{key} and `{other}` cannot be used together")]
    Exclusive {
        /// The second.
        key: Key,
        /// The first.
        other: &'static str,
    },
    /// None of several keys, of which one is needed.
    #[error("`{table}` has none of {}", list(.keys))]
    NoneOf {
        /// The table.
        table: String,
        /// The keys.
        keys: Vec<&'static str>,
    },
    /// A key that would do nothing beside another.
    #[error("{key} has no effect with `{other}`")]
    NoEffect {
        /// The key.
        key: Key,
        /// The other.
        other: &'static str,
    },
    /// One name or path twice.
    #[error("{key}: `{value}` is given twice")]
    Twice {
        /// The key.
        key: Key,
        /// The name or path.
        value: String,
    },
    /// A service that the manifest does not have.
    #[error("{key}: there is no `[[service]]` named `{service}`")]
    NoService {
        /// The key.
        key: Key,
        /// The service.
        service: String,
        /// The services there are.
        known: Vec<String>,
    },
    /// A control character.
    #[error("{0} holds a control character")]
    Control(Key),
    /// `${NAME}` that is not set.
    #[error("{key} needs the environment variable `{variable}`, which is not set")]
    Unset {
        /// The key.
        key: Key,
        /// The variable.
        variable: String,
    },
    /// `${` without a name and `}`.
    #[error("{0} has `${{` without a variable's name and `}}` after it")]
    BadVariable(Key),
    /// A secret that everybody could read.
    #[error("{key} has the value of the environment variable `{variable}`, and control fields are public")]
    Secret {
        /// The key.
        key: Key,
        /// The variable.
        variable: String,
    },
    /// A version that only a build backend knows.
    #[error("`version` is dynamic in `[project]`, and only the build backend can compute it")]
    DynamicVersion,
    /// `--set` with something else than `key=value`.
    #[error("`{}` is not `key=value`", .0.escape_debug())]
    NotAssignment(String),
    /// `--set` through something that holds no keys.
    #[error("`{0}` is not a table, so no key in it can be set")]
    NotTable(String),
    /// `--set` of an entry that does not exist.
    #[error("`{name}` has {}, so `{index}` is not one of them", counted(*.count as u64, "entries"))]
    NoEntry {
        /// The array.
        name: String,
        /// How many there are.
        count: usize,
        /// Which was asked for.
        index: String,
    },
}

impl Problem {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Syntax(_) | Self::Empty(_) | Self::OutOfRange { .. } => None,
            Self::NoManifest => {
                Some("`mkdeb init` writes a `mkdeb.toml`; or add a `[tool.mkdeb.app]` table".to_owned())
            }
            Self::UnknownKey { key, known } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                Some(suggest::key(key, &known))
            }
            Self::WrongType { key, expected, found } => wrong_type_hint(key, expected, found),
            Self::Missing { key, example } if key.table.is_empty() => Some(format!("add {example}")),
            Self::Missing { key, example } => Some(format!("add `{example}` to `{}`", key.table)),
            Self::Invalid { hint, .. } => hint.clone(),
            Self::UnknownWord { word, known, .. } => Some(suggest::nearest_or_all(word, known, "values")),
            Self::NoneOf { keys, .. } => Some(format!("add one of {}", list(keys))),
            Self::NoEffect { key, other } => Some(format!("remove `{}` or `{other}`", key.name)),
            Self::Twice { .. } | Self::Exclusive { .. } => Some("keep one of them".to_owned()),
            Self::NoService { service, known, .. } => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                Some(suggest::nearest_or_all(service, &known, "services"))
            }
            Self::Control(_) => {
                Some("remove it; only `description`, `license` and `fields` take several lines".to_owned())
            }
            Self::Unset { variable, .. } => {
                Some(format!("set `{variable}`, or write `$${{{variable}}}` for the text itself"))
            }
            Self::BadVariable(_) => Some("write `${NAME}`, or `$$` for a dollar sign".to_owned()),
            Self::Secret { .. } => {
                Some("take it out of this key: whoever has the package could read it".to_owned())
            }
            Self::DynamicVersion => {
                Some("pass `--set package.version=…`, or write `version` in `[package]`".to_owned())
            }
            Self::NotAssignment(_) => Some("write it like `--set package.version=1.2.3`".to_owned()),
            Self::NotTable(_) => Some("name a table and its key, like `package.version`".to_owned()),
            Self::NoEntry { name, count: 0, .. } => {
                Some(format!("write `[[{name}]]` into the manifest: `--set` changes entries, and makes none"))
            }
            Self::NoEntry { .. } => Some("entries are counted from 0, as in `service.0.user`".to_owned()),
        }
    }
}

fn wrong_type_hint(key: &Key, expected: &str, found: &str) -> Option<String> {
    if key.table.is_empty() && found == "a table" && expected.contains("array") {
        return Some(format!("write `[[{}]]`", key.name));
    }
    if expected == "an array" && found == "a string" {
        return Some(format!("write it in brackets: `{} = [\"…\"]`", key.name));
    }
    if expected.contains("string") && matches!(found, "a number" | "a boolean" | "a date") {
        return Some("write it in quotes".to_owned());
    }
    None
}

/// Words in backticks, one after the other.
pub(in crate::config) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
