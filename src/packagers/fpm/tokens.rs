//! Words with what the environment says in the places of their variables.

use std::collections::BTreeMap;

use crate::packagers::fpm::Place;
use crate::packagers::fpm::Unknown;
use crate::packagers::fpm::words::Piece;
use crate::packagers::fpm::words::Word;

/// What makes a pattern of a word.
const SIGNS: [char; 4] = ['*', '?', '[', '{'];

/// A word of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands.
    pub at: Place,
    /// It, as it is written but for quotes.
    pub written: String,
    /// It, with the values of its variables; else the first part of it that is not known.
    pub known: Result<String, Unknown>,
    /// It, with `${NAME}` for its variables; none where a shell would have to run.
    pub kept: Option<String>,
    /// The variables of that.
    pub names: Vec<String>,
    /// It as a pattern, where it is one.
    pub pattern: Option<String>,
}

impl Token {
    /// A word without variables.
    pub(in crate::packagers::fpm) fn plain(at: Place, text: String) -> Self {
        let (known, kept) = (Ok(text.clone()), Some(text.clone()));
        Self { at, written: text, known, kept, names: Vec::new(), pattern: None }
    }

    /// What it says, where that is known and anything.
    pub fn text(&self) -> Option<&str> {
        self.known.as_deref().ok().map(str::trim).filter(|text| !text.is_empty())
    }

    /// What of it is known from its start.
    pub(in crate::packagers::fpm) fn head(&self) -> &str {
        match &self.known {
            Ok(text) => text,
            Err(_) => self.written.split(['$', '`']).next().unwrap_or_default(),
        }
    }

    /// The word without what it begins with.
    pub(in crate::packagers::fpm) fn after(self, length: usize) -> Self {
        let cut = |text: &String| text.get(length..).unwrap_or_default().to_owned();
        let known = self.known.as_ref().map(cut).map_err(Clone::clone);
        // What a variable holds of its start is no part of what stays.
        let head = self.head().get(..length).unwrap_or_default();
        let kept = self.kept.as_ref().and_then(|kept| kept.strip_prefix(head)).map(str::to_owned);
        let kept = kept.or_else(|| known.clone().ok());
        let written = self.written.strip_prefix(head).unwrap_or(&self.written).to_owned();
        Self { written, known, kept, pattern: None, ..self }
    }

    /// Whether nothing of it is known but that it is a variable or what a command prints.
    pub(in crate::packagers::fpm) fn is_unknown(&self) -> bool {
        self.known.is_err() && self.head().is_empty()
    }
}

/// The words of a command; an unquoted variable may be several, or none.
pub(in crate::packagers::fpm) fn of(
    words: &[Word],
    variables: &BTreeMap<String, String>,
    at: impl Fn(&Word) -> Place,
) -> Vec<Token> {
    let mut tokens = Vec::new();
    for word in words {
        let mut builder = Builder { at: at(word), token: None, is_pattern: false, tokens: &mut tokens };
        word.pieces.iter().for_each(|piece| builder.add(piece, variables));
        builder.end();
    }
    tokens
}

struct Builder<'t> {
    at: Place,
    token: Option<Token>,
    is_pattern: bool,
    tokens: &'t mut Vec<Token>,
}

impl Builder<'_> {
    fn token(&mut self) -> &mut Token {
        let at = self.at.clone();
        let start = || Token { pattern: Some(String::new()), ..Token::plain(at, String::new()) };
        self.token.get_or_insert_with(start)
    }

    fn end(&mut self) {
        let is_pattern = std::mem::take(&mut self.is_pattern);
        let token = self.token.take();
        self.tokens.extend(token.map(|it| Token { pattern: it.pattern.filter(|_| is_pattern), ..it }));
    }

    fn add(&mut self, piece: &Piece, variables: &BTreeMap<String, String>) {
        match piece {
            Piece::Text { text, is_quoted } => {
                self.is_pattern |= !is_quoted && text.contains(SIGNS);
                let pattern = if *is_quoted { globset::escape(text) } else { text.clone() };
                self.append(text, text, &pattern);
                self.token().written.push_str(text);
            }
            Piece::Variable { name, default, is_quoted } => {
                let value = variables.get(name).filter(|value| !value.is_empty() || default.is_none());
                self.variable(name, value.or(default.as_ref()), *is_quoted);
            }
            Piece::Output(text) => {
                let token = self.token();
                token.written.push_str(text);
                token.kept = None;
                if token.known.is_ok() {
                    token.known = Err(Unknown::Output(text.clone()));
                }
            }
        }
    }

    fn append(&mut self, known: &str, kept: &str, pattern: &str) {
        let token = self.token();
        token.known.iter_mut().for_each(|text| text.push_str(known));
        token.kept.iter_mut().for_each(|text| text.push_str(kept));
        token.pattern.iter_mut().for_each(|text| text.push_str(pattern));
    }

    fn variable(&mut self, name: &str, value: Option<&String>, is_quoted: bool) {
        let written = format!("${{{name}}}");
        match value {
            Some(value) if !is_quoted && (value.is_empty() || value.contains(char::is_whitespace)) => {
                let is_apart = value.starts_with(char::is_whitespace);
                for (n, field) in value.split_whitespace().enumerate() {
                    if n > 0 || is_apart {
                        self.end();
                    }
                    self.append(field, field, &globset::escape(field));
                    self.token().written.push_str(field);
                }
                if value.ends_with(char::is_whitespace) {
                    self.end();
                }
            }
            value => {
                let text = value.map(String::as_str).unwrap_or_default();
                self.append(text, &written, &globset::escape(text));
                let token = self.token();
                token.written.push_str(&written);
                token.names.push(name.to_owned());
                if value.is_none() && token.known.is_ok() {
                    token.known = Err(Unknown::NotSet(name.to_owned()));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packagers::fpm::words;

    fn tokens(text: &str) -> Vec<Token> {
        let variables = [("A", "a"), ("B", "b c"), ("E", ""), ("S", " s ")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        of(&words::commands(text).expect("words")[0], &variables, |_| Place::default())
    }

    #[test]
    fn variables_are_one_word_in_quotes_and_any_number_without() {
        let known = |text: &str| {
            let known = tokens(text).into_iter().map(|token| token.known);
            known
                .map(|known| known.unwrap_or_else(|unknown| format!("<{unknown}>")))
                .collect::<Vec<_>>()
                .join("·")
        };
        for (text, expect) in [
            ("x$A \"$B\" $B-$B", "xa·b c·b·c-b·c"),
            ("x $E \"$E\" y$E ${E:-d} ${N:-d}", "x··y·d·d"),
            ("x${S}y", "x·s·y"),
            ("x$N $(y)$N", "<`N` is not set>·<only a shell knows `$(y)`>"),
        ] {
            assert_eq!(known(text), expect, "{text}");
        }
    }

    #[test]
    fn what_stays_has_its_variables() {
        let version = &tokens("--version=v$A-${N}")[0];
        assert_eq!(version.kept.as_deref(), Some("--version=v${A}-${N}"));
        assert_eq!(version.names, ["A", "N"]);
        let after = version.clone().after("--version=".len());
        assert_eq!((after.kept.as_deref(), after.written.as_str()), (Some("v${A}-${N}"), "v${A}-${N}"));
        assert_eq!(tokens("$(a)")[0].kept, None);
        assert!(
            tokens("$N")[0].is_unknown() && !tokens("x$N")[0].is_unknown() && !tokens("$A")[0].is_unknown()
        );
    }

    #[test]
    fn only_what_stands_unquoted_is_a_pattern() {
        let pattern = |text: &str| tokens(text)[0].pattern.clone();
        assert_eq!(pattern("etc/*"), Some("etc/*".to_owned()));
        assert_eq!(pattern("'e*c'/*.conf"), Some("e[*]c/*.conf".to_owned()));
        assert_eq!(pattern("'etc/*'"), None);
        assert_eq!(pattern("$A/*"), Some("a/*".to_owned()));
    }
}
