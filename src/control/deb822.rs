//! Paragraphs of `Field: value` lines (Policy 5.1).

use std::fmt;

/// The most fields; each new one is compared with all others. Debian's longest paragraphs have some thirty.
const MOST_FIELDS: usize = 1000;

/// One paragraph; fields keep their order and are written so that dpkg reads them back the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paragraph {
    fields: Vec<(String, String)>,
}

/// Why a text cannot be a field, or a text is no paragraph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A field name that Policy 5.1 forbids.
    #[error("`{0}` is not a field name: printable ASCII without spaces or `:`, not starting with `-` or `#`")]
    Name(String),
    /// A field given twice.
    #[error("the field `{0}` is there twice")]
    Twice(String),
    /// A value with a control character in it.
    #[error("the field `{0}` holds a control character")]
    Control(String),
    /// More fields than any paragraph has.
    #[error("there are more than {MOST_FIELDS} fields")]
    Many,
    /// A line that is neither a field nor the continuation of one.
    #[error("line {0} is neither `Field: value` nor a continuation")]
    Line(usize),
}

impl Paragraph {
    /// Adds a field. Lines of `value` behind the first become continuation lines; blank ones become ` .`.
    pub fn push(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let inner = |b: u8| b.is_ascii_graphic() && b != b':';
        if name.len() < 2 || !name.bytes().all(inner) || name.starts_with(['-', '#']) {
            return Err(Error::Name(name.to_owned()));
        }
        if self.fields.len() == MOST_FIELDS {
            return Err(Error::Many);
        }
        if self.get(name).is_some() {
            return Err(Error::Twice(name.to_owned()));
        }
        if value.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(Error::Control(name.to_owned()));
        }
        self.fields.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// The value of a field; names are compared without regard to case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Every field with its value, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What can be read of a text that is no paragraph: the fields that are well formed, the first of each name.
    pub fn salvaged(text: &str) -> Self {
        let mut paragraph = Self::default();
        let mut open: Option<(&str, String)> = None;
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix([' ', '\t']) {
                if let Some((_, value)) = &mut open {
                    value.push('\n');
                    value.push_str(rest);
                }
                continue;
            }
            // What cannot be pushed is what the strict reader complained of.
            let _ = open.take().map(|(name, value)| paragraph.push(name, &value));
            open = line.split_once(':').map(|(name, value)| (name, value.trim().to_owned()));
        }
        let _ = open.map(|(name, value)| paragraph.push(name, &value));
        paragraph
    }

    /// Reads one paragraph; the text ends with it. Blanks at the ends of lines and blank lines at the end of a
    /// value say nothing, and are dropped.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut paragraph = Self::default();
        let mut open: Option<(String, String)> = None;
        for (index, line) in text.lines().enumerate() {
            if let Some(rest) = line.strip_prefix([' ', '\t']) {
                let (_, value) = open.as_mut().ok_or(Error::Line(index + 1))?;
                let rest = rest.trim_end();
                value.push('\n');
                value.push_str(if rest == "." { "" } else { rest });
                continue;
            }
            paragraph.close(open.take())?;
            let (name, value) = line.split_once(':').ok_or(Error::Line(index + 1))?;
            open = Some((name.to_owned(), value.trim().to_owned()));
        }
        paragraph.close(open)?;
        Ok(paragraph)
    }

    fn close(&mut self, open: Option<(String, String)>) -> Result<(), Error> {
        open.map_or(Ok(()), |(name, value)| self.push(&name, value.trim_end_matches('\n')))
    }
}

impl fmt::Display for Paragraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.fields {
            let mut lines = value.lines();
            writeln!(f, "{name}: {}", lines.next().unwrap_or_default())?;
            for line in lines {
                writeln!(f, " {}", if line.trim().is_empty() { "." } else { line.trim_end() })?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_break_out_of_its_field() {
        let mut paragraph = Paragraph::default();
        paragraph.push("Description", "short\nlong\n\nEssential: yes").expect("valid");
        assert_eq!(paragraph.to_string(), "Description: short\n long\n .\n Essential: yes\n");
        assert_eq!(Paragraph::parse(&paragraph.to_string()), Ok(paragraph));
    }

    #[test]
    fn what_was_read_is_written_so_that_it_is_read_again() {
        for text in [
            "Ab: x \n  \n  y \n",
            "Ab: x\n . \n .\n",
            "Ab:\n \u{3000}\n\tz\n",
            "Ab:\n .\n",
            "Ab: x\r\n y\r\n",
        ] {
            let paragraph = Paragraph::parse(text).expect(text);
            let again = Paragraph::parse(&paragraph.to_string());
            assert_eq!(again.as_ref(), Ok(&paragraph), "{text:?}");
        }
    }

    #[test]
    fn what_is_well_formed_is_salvaged() {
        let text = "Package: a\nrubbish\n more\nPackage: b\n\nVersion: 1\n 2\nEvil: \u{1b}\n";
        assert!(Paragraph::parse(text).is_err());
        assert_eq!(Paragraph::salvaged(text).to_string(), "Package: a\nVersion: 1\n 2\n");
    }

    #[test]
    fn what_dpkg_would_refuse_cannot_be_said() {
        let mut paragraph = Paragraph::default();
        for name in ["", "X", "-X", "#X", "A B", "A:B", "Ä1"] {
            assert!(paragraph.push(name, "x").is_err(), "{name}");
        }
        assert!(paragraph.push("Ab", "x\ry").is_err());
        paragraph.push("Ab", "x").expect("valid");
        assert_eq!(paragraph.push("aB", "y"), Err(Error::Twice("aB".to_owned())));
        let many: String = (0..=MOST_FIELDS).map(|number| format!("X{number}: y\n")).collect();
        assert_eq!(Paragraph::parse(&many), Err(Error::Many));
    }
}
