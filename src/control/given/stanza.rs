//! The one paragraph of a control file, cut into fields where dpkg cuts it.

use std::collections::HashSet;

use crate::control::given::Fault;

/// A field as it is spelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub name: String,
    /// Without blanks around it; continuation lines as they are.
    pub value: String,
    /// Whether the line with the name has nothing else.
    pub starts_below: bool,
}

/// What dpkg takes for a blank: C's `isspace`.
pub(super) const BLANKS: [char; 6] = [' ', '\t', '\n', '\u{b}', '\u{c}', '\r'];

/// Blanks within a line.
const INDENTS: [char; 5] = [' ', '\t', '\u{b}', '\u{c}', '\r'];

/// Cuts the text. Names are not repeated, whatever their case.
pub(super) fn fields(text: &str) -> Result<Vec<Field>, Fault> {
    if let Some(at) = text.find(['\0', '\u{1a}']) {
        return Err(Fault::Control(text[..at].matches('\n').count() + 1));
    }
    let mut fields: Vec<Field> = Vec::new();
    let mut names = HashSet::new();
    let (mut ended, mut consumed) = (false, 0);
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let content = line.strip_suffix('\n').unwrap_or(line);
        if content.is_empty() {
            consumed += line.len();
            ended = !fields.is_empty();
            continue;
        }
        if ended {
            return Err(Fault::Several);
        }
        match fields.last_mut() {
            Some(field) if content.starts_with(BLANKS) => {
                if content.trim_matches(BLANKS).is_empty() {
                    return Err(Fault::Blank(field.name.clone()));
                }
                field.value.push('\n');
                field.value.push_str(content);
            }
            _ => {
                let field = field(content, index + 1)?;
                if !names.insert(field.name.to_ascii_lowercase()) {
                    return Err(Fault::Twice(field.name));
                }
                fields.push(field);
            }
        }
        let is_empty = fields.last().is_some_and(|field| field.value.trim_matches(BLANKS).is_empty());
        if is_empty && line.len() == text.len() - consumed {
            return Err(Fault::EmptyAtEnd(fields.pop().map(|field| field.name).unwrap_or_default()));
        }
        consumed += line.len();
        if !line.ends_with('\n') {
            return Err(Fault::Unfinished(fields.pop().map(|field| field.name).unwrap_or_default()));
        }
    }
    for field in &mut fields {
        field.starts_below = field.value.trim_start_matches(INDENTS).starts_with('\n');
        field.value = field.value.trim_matches(BLANKS).to_owned();
    }
    if fields.is_empty() { Err(Fault::Empty) } else { Ok(fields) }
}

fn field(line: &str, number: usize) -> Result<Field, Fault> {
    let fail = |reason| Err(Fault::Line { line: number, reason });
    let Some((name, value)) = line.split_once(':') else {
        return fail("it has no `:` after a name");
    };
    let name = name.trim_end_matches(BLANKS);
    match name {
        "" => fail("its name is empty"),
        _ if name.contains(BLANKS) => fail("its name holds a blank, or the line should start with one"),
        _ if name.starts_with('-') => fail("its name starts with `-`"),
        _ if name.starts_with('#') => fail("control files have no comments"),
        _ if name.starts_with('\u{feff}') => fail("it starts with a byte order mark"),
        _ if name.len() < 2 => fail("its name has a single character"),
        _ => Ok(Field { name: name.to_owned(), value: value.to_owned(), starts_below: false }),
    }
}
