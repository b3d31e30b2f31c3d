//! Where a script is text to its shell: within single quotes, and in here-documents whose delimiter is quoted
//! (sh(1), "Quoting", "Here Documents").
//!
//! Follows quotes, comments and substitutions, no grammar: what it takes for the end of a substitution may be a pattern
//! of `case`.

use std::ops::Range;

/// How many here-documents without an end are looked for.
const MOST_ENDLESS: usize = 100;

/// What is open around a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Quote,
    Substitution,
    Backquote,
}

/// A here-document that begins on the next line.
struct Document {
    delimiter: String,
    is_quoted: bool,
    /// `<<-`: tabs in front of the delimiter do not count.
    is_indented: bool,
}

struct Scanner<'s> {
    script: &'s str,
    at: usize,
    open: Vec<Open>,
    documents: Vec<Document>,
    /// How many here-documents had no end.
    endless: usize,
    literal: Vec<Range<usize>>,
}

/// The ranges of a script in which its shell expands no variable.
pub fn literal(script: &str) -> Vec<Range<usize>> {
    let (open, documents, literal) = (Vec::new(), Vec::new(), Vec::new());
    let mut scanner = Scanner { script, at: 0, open, documents, endless: 0, literal };
    while scanner.at < script.len() {
        scanner.step();
    }
    scanner.literal
}

impl Scanner<'_> {
    fn rest(&self) -> &[u8] {
        self.script.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// Takes one byte, or all that belongs to it.
    fn step(&mut self) {
        let is_bare = self.open.last() != Some(&Open::Quote);
        match self.rest() {
            [b'\\', ..] => self.at += 1,
            [b'\'', ..] if is_bare => self.quoted(),
            [b'"', ..] => self.toggle(Open::Quote),
            [b'`', ..] => self.toggle(Open::Backquote),
            [b'$', b'(', ..] => {
                self.open.push(Open::Substitution);
                self.at += 1;
            }
            [b'(', ..] if is_bare => self.open.push(Open::Substitution),
            [b')', ..] if self.open.last() == Some(&Open::Substitution) => drop(self.open.pop()),
            [b'#', ..] if is_bare && self.begins_word() => return self.comment(),
            [b'<', b'<', b'<', ..] if is_bare => self.at += 2,
            [b'<', b'<', ..] if is_bare => return self.announce(),
            [b'\n', ..] => {
                self.at += 1;
                for document in std::mem::take(&mut self.documents) {
                    self.document(&document);
                }
                return;
            }
            _ => {}
        }
        self.at += 1;
    }

    fn toggle(&mut self, kind: Open) {
        if self.open.last() == Some(&kind) {
            self.open.pop();
        } else {
            self.open.push(kind);
        }
    }

    /// Goes to the end of the line.
    fn comment(&mut self) {
        let rest = self.rest();
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    fn before(&self) -> Option<u8> {
        self.script.as_bytes().get(self.at.checked_sub(1)?).copied()
    }

    fn begins_word(&self) -> bool {
        self.before().is_none_or(|byte| byte.is_ascii_whitespace() || b";&|()`".contains(&byte))
    }

    /// Goes to the quote that ends this one; in bash's `$'…'` a backslash keeps one from that.
    fn quoted(&mut self) {
        let (start, is_escaping) = (self.at + 1, self.before() == Some(b'$'));
        let mut end = start;
        let bytes = self.script.as_bytes();
        while end < bytes.len() && bytes[end] != b'\'' {
            end += if is_escaping && bytes[end] == b'\\' { 2 } else { 1 };
        }
        self.at = end.min(bytes.len());
        self.literal.push(start..self.at);
    }

    /// Reads the delimiter behind `<<`.
    fn announce(&mut self) {
        self.at += 2;
        let is_indented = self.rest().first() == Some(&b'-');
        self.at += usize::from(is_indented);
        while matches!(self.rest(), [b' ' | b'\t', ..]) {
            self.at += 1;
        }
        let rest = self.rest();
        let end = rest.iter().position(|byte| byte.is_ascii_whitespace() || b";&|<>()".contains(byte));
        let word = &rest[..end.unwrap_or(rest.len())];
        let is_quote = |byte: &u8| b"'\"\\".contains(byte);
        let delimiter: Vec<u8> = word.iter().copied().filter(|byte| !is_quote(byte)).collect();
        let (length, is_quoted) = (word.len(), word.iter().any(is_quote));
        let delimiter = String::from_utf8_lossy(&delimiter).into_owned();
        self.documents.push(Document { delimiter, is_quoted, is_indented });
        self.at += length;
    }

    /// Goes behind a here-document. What looks like one and has no end was none: `$((1 << n))`.
    fn document(&mut self, document: &Document) {
        if self.endless == MOST_ENDLESS {
            return;
        }
        let (start, mut at) = (self.at, self.at);
        for line in self.script.get(start..).unwrap_or_default().split_inclusive('\n') {
            let text = line.trim_end_matches('\n');
            let text = if document.is_indented { text.trim_start_matches('\t') } else { text };
            if text == document.delimiter {
                self.literal.extend(document.is_quoted.then_some(start..at));
                self.at = at + line.len();
                return;
            }
            at += line.len();
        }
        self.endless += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines on which `@` is text.
    fn lines(script: &str) -> Vec<usize> {
        let literal = literal(script);
        let places = script.match_indices('@').map(|(at, _)| at);
        let places = places.filter(|at| literal.iter().any(|range| range.contains(at)));
        places.map(|at| script[..at].matches('\n').count() + 1).collect()
    }

    #[test]
    fn single_quotes_are_text_and_double_ones_are_not() {
        for (script, found) in [
            ("@ '@' \"@\" @", &[1][..]),
            ("\"it's @\"\n'@\n@'", &[2, 3]),
            ("# don't @\n@ # it's\n'@'", &[3]),
            ("a#'@'\n${x#'@'}", &[1, 2]),
            ("\\'@\\'\n\"\\\"'@'\"", &[]),
            ("\"$(echo '@' \"@\" '@')\" \"'@'\"", &[1, 1]),
            ("\"`echo '@'` '@'\"", &[1]),
            ("$'\\'@' @ $'x' @", &[1]),
            ("case $1 in\na) echo '@';;\n(b) @;;\nesac\n'@'", &[2, 5]),
            ("'@", &[1]),
            ("x=$'\\", &[]),
        ] {
            assert_eq!(lines(script), found, "{script}");
        }
    }

    #[test]
    fn a_here_document_is_text_where_its_delimiter_is_quoted() {
        for (script, found) in [
            ("cat <<EOF\n'@'\nEOF\n'@'", &[4][..]),
            ("cat <<'EOF'\n@\nEOF \nEOF\n@", &[2]),
            ("cat <<\"E\" >x\n@ it's\nE\n@\n", &[2]),
            ("cat <<\\E; '@'\n@\nE\n@\n", &[1, 2]),
            ("cat <<- 'E'\n\t@\n\tE\n@", &[2]),
            ("cat <<A <<'B'\n@\nA\n@\nB\n@", &[4]),
            ("cat <<<'@' @\n@\n", &[1]),
            ("x=$((1 << n)) @\n'@'\n", &[2]),
            ("x=\"$(cat <<'E'\n@\nE\n)\"\n@", &[2]),
            ("cat <<'E'\n@", &[]),
        ] {
            assert_eq!(lines(script), found, "{script}");
        }
    }

    #[test]
    fn any_text_has_an_end() {
        let signs = ["a", "'", "\"", "`", "$", "(", ")", "<<", "E", "\\", "\n", "é"];
        for number in 0..signs.len().pow(4) {
            let digits = (0..4).map(|digit| number / signs.len().pow(digit) % signs.len());
            let script: String = digits.map(|digit| signs[digit]).collect();
            let literal = literal(&script);
            assert!(literal.iter().all(|range| script.get(range.clone()).is_some()), "{script:?}");
        }
        // Nobody writes this many; each would be looked for to the end.
        let many = "<<E".repeat(100_000) + "\n" + &"x\n".repeat(100_000);
        assert!(literal(&many).is_empty());
    }
}
