//! The words of a shell (sh(1), "Quoting", "Word Expansions"), as far as they are known without running it.
//!
//! Also takes what makefiles write: `$$NAME` and `$(NAME)`.

use crate::packagers::fpm::Error;

/// A word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::packagers::fpm) struct Word {
    /// Its line, from 1.
    pub(in crate::packagers::fpm) line: usize,
    pub(in crate::packagers::fpm) pieces: Vec<Piece>,
}

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::packagers::fpm) enum Piece {
    /// What stands there; unquoted it may be a pattern.
    Text { text: String, is_quoted: bool },
    /// A variable, with what stands for it where it is empty or not set; unquoted it may be several words.
    Variable { name: String, default: Option<String>, is_quoted: bool },
    /// What only a shell knows, as it is written.
    Output(String),
}

/// What stands behind `<` and `>`, and is no word of the command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Redirection {
    File,
    Document,
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    commands: Vec<Vec<Word>>,
    words: Vec<Word>,
    word: Option<Word>,
    redirection: Option<Redirection>,
    /// The delimiters of the here-documents that begin on the next line.
    documents: Vec<String>,
}

/// The commands of a text, each with its words.
pub(in crate::packagers::fpm) fn commands(text: &str) -> Result<Vec<Vec<Word>>, Error> {
    let (commands, words, documents) = (Vec::new(), Vec::new(), Vec::new());
    let mut scanner =
        Scanner { text, at: 0, line: 1, commands, words, word: None, redirection: None, documents };
    while let Some(c) = scanner.next() {
        scanner.step(c)?;
    }
    scanner.end_command();
    Ok(scanner.commands)
}

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    fn skip(&mut self, bytes: usize) {
        self.line += self.rest()[..bytes].matches('\n').count();
        self.at += bytes;
    }

    /// What comes up to a closing character, which is skipped.
    fn until(&mut self, end: char) -> Result<&'t str, Error> {
        let rest = self.rest();
        let length = rest.find(end).ok_or(Error::Unclosed(self.line))?;
        self.skip(length + end.len_utf8());
        Ok(&rest[..length])
    }

    fn step(&mut self, c: char) -> Result<(), Error> {
        match c {
            '\\' => self.escaped(),
            '\'' => {
                let text = self.until('\'')?;
                self.push(text, true);
            }
            '"' => self.quoted()?,
            '$' => self.dollar(false)?,
            '`' => self.backquoted()?,
            ' ' | '\t' | '\r' => self.end_word(),
            '#' if self.word.is_none() => {
                let rest = self.rest();
                self.at += rest.find('\n').unwrap_or(rest.len());
            }
            '&' if self.rest().starts_with('>') => self.end_word(),
            '<' | '>' => self.redirected(c),
            '\n' => {
                self.end_command();
                self.skip_documents();
            }
            ';' | '&' | '|' | '(' | ')' => self.end_command(),
            '~' if self.word.is_none() && self.rest().starts_with(['/', ' ', '\n']) => {
                self.piece(Piece::Variable { name: "HOME".to_owned(), default: None, is_quoted: true });
            }
            c => self.push(c.encode_utf8(&mut [0; 4]), false),
        }
        Ok(())
    }

    /// Adds to the word, which is one from here on.
    fn push(&mut self, more: &str, quoted: bool) {
        let word = self.word.get_or_insert_with(|| Word { line: self.line, pieces: Vec::new() });
        match word.pieces.last_mut() {
            Some(Piece::Text { text, is_quoted }) if *is_quoted == quoted => text.push_str(more),
            _ => word.pieces.push(Piece::Text { text: more.to_owned(), is_quoted: quoted }),
        }
    }

    fn piece(&mut self, piece: Piece) {
        let word = self.word.get_or_insert_with(|| Word { line: self.line, pieces: Vec::new() });
        word.pieces.push(piece);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        match self.redirection.take() {
            None => self.words.push(word),
            Some(Redirection::File) => {}
            Some(Redirection::Document) => self.documents.push(plain(&word)),
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirection = None;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }

    fn skip_documents(&mut self) {
        for delimiter in std::mem::take(&mut self.documents) {
            while !self.rest().is_empty() {
                let line = self.rest().split_inclusive('\n').next().unwrap_or_default();
                self.skip(line.len());
                if line.trim_end().trim_start_matches('\t') == delimiter {
                    break;
                }
            }
        }
    }

    /// What stands behind a backslash; a line goes on behind it.
    fn escaped(&mut self) {
        match self.next() {
            Some('\r') if self.rest().starts_with('\n') => self.skip(1),
            Some('\n') | None => {}
            Some(c) => self.push(c.encode_utf8(&mut [0; 4]), true),
        }
    }

    fn quoted(&mut self) -> Result<(), Error> {
        let line = self.line;
        self.push("", true);
        loop {
            match self.next().ok_or(Error::Unclosed(line))? {
                '"' => return Ok(()),
                '\\' if self.rest().starts_with(['$', '`', '"', '\\', '\n']) => self.escaped(),
                '$' => self.dollar(true)?,
                '`' => self.backquoted()?,
                c => self.push(c.encode_utf8(&mut [0; 4]), true),
            }
        }
    }

    fn backquoted(&mut self) -> Result<(), Error> {
        let command = self.until('`')?;
        self.piece(Piece::Output(format!("`{command}`")));
        Ok(())
    }

    /// What stands behind `$`.
    fn dollar(&mut self, is_quoted: bool) -> Result<(), Error> {
        let rest = self.rest();
        let name = &rest[..rest.find(|c: char| !is_name(c)).unwrap_or(rest.len())];
        let mut following = rest.chars();
        match (following.next(), following.next()) {
            (Some('{'), _) => self.braced(is_quoted)?,
            (Some('('), _) => self.substituted(is_quoted)?,
            // A makefile hands `$NAME` to the shell that way.
            (Some('$'), Some(c)) if c == '(' || c == '{' || (is_name(c) && !c.is_ascii_digit()) => {}
            (Some(c), _) if is_name(c) && !c.is_ascii_digit() => {
                self.skip(name.len());
                self.piece(Piece::Variable { name: name.to_owned(), default: None, is_quoted });
            }
            (Some('\''), _) if !is_quoted => self.with_escapes()?,
            (Some('"'), _) if !is_quoted => {}
            (Some(c), _) if c.is_ascii_digit() || "@*#?!$-".contains(c) => {
                self.skip(1);
                self.piece(Piece::Output(format!("${c}")));
            }
            _ => self.push("$", true),
        }
        Ok(())
    }

    fn braced(&mut self, is_quoted: bool) -> Result<(), Error> {
        self.skip(1);
        let inner = self.until('}')?;
        let (name, rest) = inner.split_at(inner.find(|c: char| !is_name(c)).unwrap_or(inner.len()));
        let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-'));
        let is_plain = |text: &&str| !text.contains(['$', '`', '"', '\'', '\\', '{']);
        self.piece(match default.filter(is_plain) {
            _ if name.is_empty() => Piece::Output(format!("${{{inner}}}")),
            Some(default) => {
                Piece::Variable { name: name.to_owned(), default: Some(default.to_owned()), is_quoted }
            }
            None if rest.is_empty() => Piece::Variable { name: name.to_owned(), default: None, is_quoted },
            None => Piece::Output(format!("${{{inner}}}")),
        });
        Ok(())
    }

    /// `$(…)`: what a command prints, or a variable of a makefile.
    fn substituted(&mut self, is_quoted: bool) -> Result<(), Error> {
        let (rest, line) = (self.rest(), self.line);
        let (mut depth, mut quote) = (0_usize, None);
        for (at, c) in rest.char_indices() {
            match (quote, c) {
                (Some(open), c) if open == c => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '(') => depth += 1,
                (None, ')') => depth -= 1,
                (None, _) => {}
            }
            if depth == 0 {
                self.skip(at + 1);
                let inner = &rest[1..at];
                let is_variable = !inner.is_empty()
                    && inner.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
                self.piece(match is_variable {
                    true => Piece::Variable { name: inner.to_owned(), default: None, is_quoted },
                    false => Piece::Output(format!("$({inner})")),
                });
                return Ok(());
            }
        }
        Err(Error::Unclosed(line))
    }

    /// `$'…'` of bash.
    fn with_escapes(&mut self) -> Result<(), Error> {
        let line = self.line;
        self.skip(1);
        self.push("", true);
        loop {
            match self.next().ok_or(Error::Unclosed(line))? {
                '\'' => return Ok(()),
                '\\' => match self.next().ok_or(Error::Unclosed(line))? {
                    'n' => self.push("\n", true),
                    't' => self.push("\t", true),
                    c => self.push(c.encode_utf8(&mut [0; 4]), true),
                },
                c => self.push(c.encode_utf8(&mut [0; 4]), true),
            }
        }
    }

    fn redirected(&mut self, c: char) {
        let is_number = |word: &mut Word| {
            let text = plain(word);
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
        };
        if self.word.take_if(is_number).is_none() {
            self.end_word();
        }
        let rest = self.rest();
        let signs = &rest[..rest.find(|c| !"<>&|-".contains(c)).unwrap_or(rest.len())];
        self.at += signs.len();
        let is_document = c == '<' && signs.starts_with('<') && !signs.starts_with("<<");
        self.redirection = Some(if is_document { Redirection::Document } else { Redirection::File });
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// What of a word is text.
fn plain(word: &Word) -> String {
    let texts = word.pieces.iter().map(|piece| match piece {
        Piece::Text { text, .. } => text.as_str(),
        _ => "",
    });
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command as a list of its words: `<NAME>` is a variable, `{…}` what only a shell knows.
    fn shown(text: &str) -> Vec<String> {
        let piece = |piece: &Piece| match piece {
            Piece::Text { text, .. } => text.clone(),
            Piece::Variable { name, default: None, .. } => format!("<{name}>"),
            Piece::Variable { name, default: Some(default), .. } => format!("<{name}|{default}>"),
            Piece::Output(text) => format!("{{{text}}}"),
        };
        let word = |word: &Word| word.pieces.iter().map(piece).collect::<String>();
        let command = |words: &Vec<Word>| words.iter().map(word).collect::<Vec<_>>().join("·");
        commands(text).expect(text).iter().map(command).collect()
    }

    #[test]
    fn words_are_those_of_a_shell() {
        for (text, expect) in [
            ("a  'b c' \"d e\"f\\ g \\\n h # i", "a·b c·d ef g·h"),
            ("a\\\r\n b", "a·b"),
            ("'' \"\" a#b", "··a#b"),
            ("$A ${B}c \"$D\" '$E' \\$F ${G:-h} ${I-j}", "<A>·<B>c·<D>·$E·$F·<G|h>·<I|j>"),
            ("$$A $(B) \"$$(C)\" $${D}", "<A>·<B>·<C>·<D>"),
            (
                "$(git describe \")\") `date` ${A#v} ${A:-$B} $1 $@",
                "{$(git describe \")\")}·{`date`}·{${A#v}}·{${A:-$B}}·{$1}·{$@}",
            ),
            ("$((1 + 2)) $ a$ \"$\"", "{$((1 + 2))}·$·a$·$"),
            ("$'a\\n\\'b' $\"c\"", "a\n'b·c"),
            ("a 2>&1 >log b </dev/null c &>x", "a·b·c"),
            ("~/a b~ '~'/c", "<HOME>/a·b~·~/c"),
            ("ü'é'", "üé"),
        ] {
            assert_eq!(shown(text), [expect], "{text}");
        }
        assert_eq!(shown("a; b && c | d\n\n(e)"), ["a", "b", "c", "d", "e"]);
        assert_eq!(shown("cat <<-'X' >a\nit's\n\tX\nb"), ["cat", "b"]);
        assert_eq!(shown("cat <<X\nno end"), ["cat"]);
        assert!(shown(" # a\n").is_empty());
    }

    #[test]
    fn words_know_their_lines() {
        let words = &commands("\na 'b\nc' \\\n d\n").expect("words")[0];
        assert_eq!(words.iter().map(|word| word.line).collect::<Vec<_>>(), [2, 3, 4]);
    }

    #[test]
    fn what_is_not_closed_is_an_error_with_its_line() {
        for (text, line) in
            [("a\n'b\n", 2), ("\"a", 1), ("\n`a", 2), ("${a", 1), ("$(a", 1), ("$'a", 1), ("\"$(a\"", 1)]
        {
            assert_eq!(commands(text), Err(Error::Unclosed(line)), "{text}");
        }
    }
}
