//! The table being checked: what every error of it starts with.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;

use crate::config::error::Fault;
use crate::config::problem::Key;
use crate::config::problem::Problem;
use crate::config::raw::Text;
use crate::types::path::ArchivePath;

/// A table, by its header and its place.
#[derive(Debug, Clone)]
pub(in crate::config) struct Scope {
    /// The header as the manifest spells it.
    pub table: &'static str,
    /// Where the table is, where it is anywhere.
    pub span: Option<Range<usize>>,
}

impl Scope {
    /// A table with what is in it.
    pub fn open<T>(table: &'static str, raw: Spanned<T>) -> (Self, T) {
        (Self { table, span: Some(raw.span()) }, raw.into_inner())
    }

    /// A table whose place does not matter: none of its keys is required.
    pub fn anywhere(table: &'static str) -> Self {
        Self { table, span: None }
    }

    /// One of its keys.
    pub fn key(&self, name: &str) -> Key {
        Key::new(self.table, name)
    }

    /// A problem of the table itself.
    pub fn fault(&self, problem: Problem) -> Fault {
        Fault::new(self.span.clone(), problem)
    }

    /// The value of a key that has to be there.
    pub fn require<T>(&self, name: &str, example: &'static str, value: Option<T>) -> Result<T, Fault> {
        value.ok_or_else(|| self.fault(Problem::Missing { key: self.key(name), example }))
    }

    /// A value that breaks a rule.
    pub fn invalid(&self, name: &str, span: Range<usize>, reason: impl fmt::Display) -> Fault {
        let reason = reason.to_string();
        Fault::at(span, Problem::Invalid { key: self.key(name), reason, hint: None })
    }

    /// A value that breaks a rule, and what to do about it.
    pub fn invalid_but(
        &self,
        name: &str,
        span: Range<usize>,
        reason: impl fmt::Display,
        hint: &str,
    ) -> Fault {
        let (reason, hint) = (reason.to_string(), Some(hint.to_owned()));
        Fault::at(span, Problem::Invalid { key: self.key(name), reason, hint })
    }

    /// A value read by its type.
    pub fn parse<T>(&self, name: &str, text: &Text) -> Result<T, Fault>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        self.filled(name, text)?.parse().map_err(|error| self.invalid(name, text.span(), error))
    }

    /// A value read by its type, where it is there.
    pub fn parse_some<T>(&self, name: &str, text: Option<&Text>) -> Result<Option<T>, Fault>
    where
        T: FromStr,
        T::Err: fmt::Display,
    {
        text.map(|text| self.parse(name, text)).transpose()
    }

    /// A value that is not blank.
    pub fn filled<'t>(&self, name: &str, text: &'t Text) -> Result<&'t str, Fault> {
        if text.get_ref().trim().is_empty() {
            return Err(Fault::at(text.span(), Problem::Empty(self.key(name))));
        }
        Ok(text.get_ref())
    }

    /// One of some words.
    pub fn word<T: Copy>(
        &self,
        name: &str,
        text: &Text,
        what: &'static str,
        words: &[(&'static str, T)],
    ) -> Result<T, Fault> {
        let given = text.get_ref();
        words.iter().find(|(word, _)| word == given).map(|(_, value)| *value).ok_or_else(|| {
            let known = words.iter().map(|(word, _)| *word).collect();
            let problem = Problem::UnknownWord { key: self.key(name), what, word: given.clone(), known };
            Fault::at(text.span(), problem)
        })
    }

    /// A path below the release: relative, without `..`, normalised.
    pub fn below(&self, name: &str, text: &Text) -> Result<String, Fault> {
        let given = self.filled(name, text)?;
        let path =
            ArchivePath::new(given.as_bytes()).map_err(|error| self.invalid(name, text.span(), error))?;
        match path.as_str() {
            Some(path) if !path.is_empty() => Ok(path.to_owned()),
            _ => Err(self.invalid(name, text.span(), format_args!("`{given}` is the directory itself"))),
        }
    }

    /// A path among the inputs, as the manifest spells it.
    pub fn source(&self, name: &str, text: &Text) -> Result<String, Fault> {
        self.filled(name, text).map(str::to_owned)
    }

    /// Refuses the first of some keys that is there, because it would do nothing beside `other`.
    pub fn no_effect(&self, other: &'static str, keys: &[(&str, Option<Range<usize>>)]) -> Result<(), Fault> {
        match keys.iter().find_map(|(name, span)| span.clone().map(|span| (name, span))) {
            Some((name, span)) => Err(Fault::at(span, Problem::NoEffect { key: self.key(name), other })),
            None => Ok(()),
        }
    }

    /// Refuses `key` beside `other`, which is there.
    pub fn exclusive(&self, key: &str, span: Range<usize>, other: &'static str) -> Fault {
        Fault::at(span, Problem::Exclusive { key: self.key(key), other })
    }
}
