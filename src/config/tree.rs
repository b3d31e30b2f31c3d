//! The parsed manifest before it has types: tables, arrays and values with their spans.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeArray;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::error::Fault;
use crate::config::problem::Key;
use crate::config::problem::Problem;

/// A value with its span.
pub(in crate::config) type Node<'a> = Spanned<DeValue<'a>>;

/// The tables that may be there several times.
const REPEATED: [&str; 10] =
    ["command", "service", "timer", "socket", "user", "config", "tree", "file", "link", "directory"];

/// A document as a tree, its spans moved to where its text starts.
pub(in crate::config) fn parse(text: &str, base: usize) -> Result<Spanned<DeTable<'_>>, Fault> {
    let root = DeTable::parse(text).map_err(|error| syntax(&error, base))?;
    let span = root.span();
    Ok(Spanned::new(moved(&span, base), shift_table(root.into_inner(), base)))
}

/// One value as a node.
pub(in crate::config) fn parse_value(text: &str, base: usize) -> Option<Node<'_>> {
    DeValue::parse(text).ok().map(|node| shift(node, base))
}

fn syntax(error: &toml::de::Error, base: usize) -> Fault {
    let problem = Problem::Syntax(error.message().to_owned());
    Fault::new(error.span().map(|span| moved(&span, base)), problem)
}

fn moved(span: &Range<usize>, by: usize) -> Range<usize> {
    span.start + by..span.end + by
}

fn shift(node: Node<'_>, by: usize) -> Node<'_> {
    let span = moved(&node.span(), by);
    let value = match node.into_inner() {
        DeValue::Table(table) => DeValue::Table(shift_table(table, by)),
        DeValue::Array(array) => {
            DeValue::Array(array.into_iter().map(|item| shift(item, by)).collect::<DeArray<'_>>())
        }
        plain => plain,
    };
    Spanned::new(span, value)
}

fn shift_table(table: DeTable<'_>, by: usize) -> DeTable<'_> {
    let mut shifted = DeTable::new();
    for (key, node) in table {
        let key = Spanned::new(moved(&key.span(), by), key.into_inner());
        shifted.insert(key, shift(node, by));
    }
    shifted
}

/// The table under a key.
pub(in crate::config) fn table<'t, 'a>(parent: &'t DeTable<'a>, key: &str) -> Option<&'t DeTable<'a>> {
    match parent.get(key)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

/// The key at the end of a path, with its table spelled as the manifest's header.
pub(in crate::config) fn key(path: &[String]) -> Key {
    let (name, parents) = match path.split_last() {
        None => return Key::new("", ""),
        Some((name, parents)) => (name, parents),
    };
    let table = match parents {
        [] => String::new(),
        [only] if REPEATED.contains(&only.as_str()) => format!("[[{only}]]"),
        parents => format!("[{}]", parents.join(".")),
    };
    Key::new(&table, name)
}

/// The path to the key, or the value, that stands at a span.
pub(in crate::config) fn find(
    table: &DeTable<'_>,
    span: &Range<usize>,
) -> Option<(Vec<String>, &'static str)> {
    for (key, node) in table {
        let name = key.get_ref().to_string();
        if key.span() == *span || node.span() == *span {
            return Some((vec![name], kind(node.get_ref())));
        }
        if let Some((rest, kind)) = find_within(node.get_ref(), span) {
            let path = std::iter::once(name).chain(rest).collect();
            return Some((path, kind));
        }
    }
    None
}

fn find_within(value: &DeValue<'_>, span: &Range<usize>) -> Option<(Vec<String>, &'static str)> {
    match value {
        DeValue::Table(table) => find(table, span),
        DeValue::Array(array) => array.iter().find_map(|item| {
            if item.span() == *span {
                return Some((Vec::new(), kind(item.get_ref())));
            }
            find_within(item.get_ref(), span)
        }),
        _ => None,
    }
}

/// The type of a value in words.
pub(in crate::config) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}

/// What [`visit`] calls for every value that holds no others, with its path.
pub(in crate::config) type Visitor<'v> = dyn FnMut(&[String], &mut Node<'_>) -> Result<(), Fault> + 'v;

/// Visits every value that holds no others; what an array holds has the array's path.
pub(in crate::config) fn visit(
    table: &mut DeTable<'_>,
    path: &mut Vec<String>,
    visitor: &mut Visitor<'_>,
) -> Result<(), Fault> {
    for (key, node) in table.iter_mut() {
        path.push(key.get_ref().to_string());
        visit_node(node, path, visitor)?;
        path.pop();
    }
    Ok(())
}

fn visit_node(node: &mut Node<'_>, path: &mut Vec<String>, visitor: &mut Visitor<'_>) -> Result<(), Fault> {
    match node.get_mut() {
        DeValue::Table(table) => visit(table, path, visitor),
        DeValue::Array(array) => array.iter_mut().try_for_each(|item| visit_node(item, path, visitor)),
        _ => visitor(path, node),
    }
}
