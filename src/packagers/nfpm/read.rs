//! YAML to keys: each value is asked for by the shape that its key has, so that `1.10` stays what it is.

use std::fmt;

use serde::de::DeserializeSeed;
use serde::de::Deserializer;
use serde::de::IgnoredAny;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;
use serde_saphyr::Spanned;

use crate::packagers::nfpm::Entry;
use crate::packagers::nfpm::Error;
use crate::packagers::nfpm::Located;
use crate::packagers::nfpm::Node;
use crate::packagers::nfpm::Shape;
use crate::packagers::nfpm::Table;
use crate::packagers::nfpm::Unknown;
use crate::packagers::nfpm::keys;
use crate::types::spelling;

/// The most values of a file, those of aliases counted each time.
const MOST_NODES: usize = 100_000;
/// The most bytes of text.
const MOST_TEXT: usize = 4 << 20;

/// Reads a file.
pub(in crate::packagers::nfpm) fn table(text: &str) -> Result<Table, Error> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Table::default());
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_nodes: MOST_NODES, max_total_scalar_bytes: MOST_TEXT, max_documents: 1 },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: MOST_NODES },
        with_snippet: false,
    };
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |deserializer| {
        Seed { path: "", shape: Shape::Table }.deserialize(deserializer)
    });
    match read {
        Ok(Node::Table(table)) => Ok(table),
        Ok(_) => Ok(Table::default()),
        Err(error) => {
            let line = error.location().and_then(|place| usize::try_from(place.line()).ok());
            let told = error.without_snippet().to_string();
            let reason = told.lines().next().unwrap_or_default().replace(char::is_control, " ");
            Err(Error { line: line.filter(|line| *line > 0), reason })
        }
    }
}

/// Asks for what a key holds.
#[derive(Clone, Copy)]
struct Seed<'p> {
    /// The key with those above it.
    path: &'p str,
    shape: Shape,
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_option(self)
    }
}

/// A key may have no value.
impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.shape {
            Shape::Text => "a text",
            Shape::List => "a list of texts",
            Shape::Tables => "a list of tables",
            _ => "keys with values",
        })
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        match self.shape {
            Shape::Text => serde::Deserialize::deserialize(deserializer).map(Node::Text),
            Shape::Other => {
                let IgnoredAny = serde::Deserialize::deserialize(deserializer)?;
                Ok(Node::Other)
            }
            Shape::List => {
                let items: Vec<Spanned<String>> = serde::Deserialize::deserialize(deserializer)?;
                Ok(Node::List(items.into_iter().map(located).collect()))
            }
            Shape::Tables => deserializer.deserialize_seq(self),
            Shape::Table | Shape::Pairs | Shape::Packagers => deserializer.deserialize_map(self),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut tables = Vec::new();
        while let Some(node) = items.next_element_seed(Self { shape: Shape::Table, ..self })? {
            tables.extend(if let Node::Table(table) = node { Some(table) } else { None });
        }
        Ok(Node::Tables(tables))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut table = Table::default();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let Located { line, text: key } = located(key);
            let path = if self.path.is_empty() { key.clone() } else { format!("{}.{key}", self.path) };
            let (path, shape) = match self.shape {
                Shape::Pairs => (path.as_str(), Some(Shape::Text)),
                // What a packager overrides are the keys of the file.
                Shape::Packagers => ("", Some(if key == "deb" { Shape::Table } else { Shape::Other })),
                _ => (path.as_str(), keys::shape(&path)),
            };
            let Some(shape) = shape else {
                let IgnoredAny = map.next_value()?;
                let nearest = spelling::nearest(&key, keys::below(self.path));
                table.unknown.push(Unknown { line, path: path.to_owned(), nearest });
                continue;
            };
            let node = map.next_value_seed(Seed { path, shape })?;
            table.entries.push(Entry { line, key, node });
        }
        Ok(Node::Table(table))
    }
}

fn located(spanned: Spanned<String>) -> Located {
    Located { line: usize::try_from(spanned.referenced.line()).unwrap_or_default(), text: spanned.value }
}
