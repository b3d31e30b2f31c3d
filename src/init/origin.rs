//! Where in the project a line of a draft comes from.

use std::fmt;

use toml::Value;

use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::procfile;

/// A place in the project, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// What it is in.
    pub source: Option<Source>,
    /// The line of the file, from 1.
    pub line: Option<usize>,
}

/// ``line 3 of `Procfile` ``.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.source, self.line) {
            (Some(source), Some(line)) => write!(f, "line {line} of {source}"),
            (Some(source), None) => source.fmt(f),
            (None, _) => f.write_str("the project"),
        }
    }
}

/// The place that a line of the draft's text comes from. The line is known of values with control characters, which
/// nobody sees who looks at the file.
pub fn of_line(facts: &Facts, draft: &Draft, line: usize) -> Origin {
    let Some((source, value)) = draft.source(line) else { return Origin::default() };
    let text = match source {
        Source::File(path) if path == procfile::FILE => Some(&facts.procfile),
        Source::File(path) => {
            let of_debian = path.strip_prefix("debian/").and_then(|name| facts.texts.get(name));
            of_debian.or_else(|| facts.named.get(path))
        }
        // It is a place already.
        Source::Line { .. } | Source::Word { .. } => {
            return Origin { source: Some(source.clone()), line: None };
        }
        Source::Environment | Source::Directory => None,
    };
    let odd = value.map(control_characters).unwrap_or_default();
    let line = text.and_then(|text| text.lines().position(|line| line.trim().contains(&odd[..])));
    Origin { source: Some(source.clone()), line: line.map(|at| at + 1) }
}

/// The control characters of a value, but for the ends of its lines.
fn control_characters(value: &Value) -> Vec<char> {
    match value {
        Value::String(text) => text.chars().filter(|c| c.is_control() && *c != '\n').collect(),
        Value::Array(values) => values.iter().flat_map(control_characters).collect(),
        Value::Table(values) => {
            let odd = |(name, value): (&String, &Value)| {
                let name = Value::String(name.clone());
                [control_characters(&name), control_characters(value)].concat()
            };
            values.iter().flat_map(odd).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_found_wherever_they_stand() {
        let names = toml::Table::from_iter([("A\t".to_owned(), Value::from(vec!["x\u{1b}", "\r\ny"]))]);
        assert_eq!(control_characters(&Value::from(names)), ['\t', '\u{1b}', '\r']);
        assert!(control_characters(&Value::from(true)).is_empty());
    }
}
