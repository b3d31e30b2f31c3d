//! A problem of the manifest at its place.

use std::fmt;
use std::ops::Range;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;

use crate::config::problem::Problem;

/// Why there is no recipe: what is wrong, and where.
#[derive(Debug)]
pub struct Error(Box<(Problem, Option<Place>)>);

/// The value of a manifest that a failure of later work is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Of this key, behind its table: `venv.path`.
    Key(&'static str),
    /// This text, wherever it is said first, or a text that begins with it as a command line does with its program.
    Value(String),
}

impl From<&str> for Subject {
    fn from(value: &str) -> Self {
        Self::Value(value.to_owned())
    }
}

/// Where in which text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the caller named it, or `--set`.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The bytes of `text`.
    pub span: Range<usize>,
    /// The whole text.
    pub text: String,
}

impl Place {
    /// What is wrong here, and what would help, with the line of the manifest and a caret, as the renderer draws them.
    pub fn draw(&self, (title, hint): (&str, Option<&str>), renderer: &Renderer) -> String {
        let snippet = Snippet::source(self.text.as_str())
            .path(self.file.as_str())
            .annotation(AnnotationKind::Primary.span(self.span.clone()));
        let mut group = Level::ERROR.primary_title(title).element(snippet);
        if let Some(hint) = hint {
            group = group.element(Level::HELP.with_name("hint").message(hint));
        }
        renderer.render(&[group])
    }
}

impl Error {
    /// A problem at a place, where it has one.
    pub(in crate::config) fn new(problem: Problem, place: Option<Place>) -> Self {
        Self(Box::new((problem, place)))
    }

    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.0.0
    }

    /// Where: none for what is nowhere in the manifest.
    pub fn place(&self) -> Option<&Place> {
        self.0.1.as_ref()
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        self.0.0.hint()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.fmt(f)
    }
}

impl std::error::Error for Error {}

/// A problem while the texts are still one row of bytes.
#[derive(Debug)]
pub(in crate::config) struct Fault {
    pub problem: Box<Problem>,
    pub span: Option<Range<usize>>,
}

impl Fault {
    /// A problem, and its span where it has one.
    pub fn new(span: Option<Range<usize>>, problem: Problem) -> Self {
        Self { problem: Box::new(problem), span }
    }

    /// A problem at a span.
    pub fn at(span: Range<usize>, problem: Problem) -> Self {
        Self::new(Some(span), problem)
    }
}
