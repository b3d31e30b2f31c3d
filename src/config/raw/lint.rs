//! `[lint]` as it is written: a word for each rule, or a table with the paths that the word is about.

use std::fmt;

use serde::Deserialize;
use serde::de::Deserializer;
use serde::de::MapAccess;
use serde::de::Visitor;
use serde::de::value::MapAccessDeserializer;

use crate::config::raw::Text;

/// What a rule is given.
#[derive(Debug)]
pub(in crate::config) enum Judgement {
    Word(String),
    Table(Table),
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Table {
    pub severity: Option<Text>,
    pub paths: Vec<Text>,
}

impl<'de> Deserialize<'de> for Judgement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrTable;
        impl<'de> Visitor<'de> for WordOrTable {
            type Value = Judgement;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a table")
            }

            fn visit_str<E>(self, text: &str) -> Result<Judgement, E> {
                Ok(Judgement::Word(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Judgement, A::Error> {
                Table::deserialize(MapAccessDeserializer::new(map)).map(Judgement::Table)
            }
        }
        deserializer.deserialize_any(WordOrTable)
    }
}
