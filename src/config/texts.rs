//! The texts that a manifest is put together from, laid end to end: one number says which text and where in it.

use std::ops::Range;

use crate::config::error::Place;

/// Texts by the offset at which each starts.
#[derive(Debug, Clone, Default)]
pub(in crate::config) struct Texts<'a>(Vec<(usize, &'a str, &'a str)>);

impl<'a> Texts<'a> {
    /// Adds a text under a name; gives the offset to add to every span in it.
    pub fn add(&mut self, name: &'a str, text: &'a str) -> usize {
        // One more than its length, since an error may stand behind the last byte.
        let base = self.0.last().map_or(0, |(base, _, text)| base + text.len() + 1);
        self.0.push((base, name, text));
        base
    }

    /// The place that a span stands for.
    pub fn place(&self, span: &Range<usize>) -> Option<Place> {
        let (base, name, text) = self.0.iter().rev().find(|(base, ..)| *base <= span.start)?;
        let start = floor(text, span.start - base);
        let end = floor(text, span.end.saturating_sub(*base)).max(start);
        let before = &text[..start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Some(Place { file: (*name).to_owned(), line, column, span: start..end, text: (*text).to_owned() })
    }

    /// The text that a span covers, where it lies within one.
    pub fn slice(&self, span: &Range<usize>) -> Option<&'a str> {
        let (base, _, text) = self.0.iter().rev().find(|(base, ..)| *base <= span.start)?;
        text.get(span.start - base..span.end.checked_sub(*base)?)
    }
}

/// The nearest start of a character at or before `index`.
fn floor(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_finds_its_text_line_and_column() {
        let mut texts = Texts::default();
        assert_eq!(texts.add("a", "x\nÄy"), 0);
        let base = texts.add("b", "zz");
        let at = |span| texts.place(&span).map(|place| (place.file, place.line, place.column, place.span));
        assert_eq!(at(4..5), Some(("a".to_owned(), 2, 2, 4..5)));
        assert_eq!(at(5..5), Some(("a".to_owned(), 2, 3, 5..5)));
        assert_eq!(at(base..base + 2), Some(("b".to_owned(), 1, 1, 0..2)));
        assert_eq!(texts.slice(&(base..base + 2)), Some("zz"));
    }
}
