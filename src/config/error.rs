//! A problem of the manifest at its place.

use std::fmt;
use std::ops::Range;

use annotate_snippets::AnnotationKind;
use annotate_snippets::Group;
use annotate_snippets::Level;
use annotate_snippets::Renderer;
use annotate_snippets::Snippet;

use crate::config::problem::Problem;

/// Why there is no recipe: what is wrong, and where.
#[derive(Debug)]
pub struct Error(Box<(Problem, Option<Place>)>);

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

    /// The error with its line of the manifest, a caret and the hint, as the renderer draws them.
    pub fn render(&self, renderer: &Renderer) -> String {
        let title = self.to_string();
        let title = Level::ERROR.primary_title(title.as_str());
        let mut groups = vec![match self.place() {
            None => Group::with_title(title),
            Some(place) => title.element(
                Snippet::source(place.text.as_str())
                    .path(place.file.as_str())
                    .annotation(AnnotationKind::Primary.span(place.span.clone())),
            ),
        }];
        if let Some(hint) = self.hint() {
            let group = groups.remove(0);
            groups.push(group.element(Level::HELP.with_name("hint").message(hint)));
        }
        renderer.render(&groups)
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
