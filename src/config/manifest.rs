//! A manifest on its way: parsed, overridden, completed, and at last a recipe.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeTable;
use toml::de::DeValue;

use crate::config::check;
use crate::config::decode;
use crate::config::error::Error;
use crate::config::error::Fault;
use crate::config::error::Place;
use crate::config::error::Subject;
use crate::config::expand;
use crate::config::guard;
use crate::config::overrides;
use crate::config::problem::Problem;
use crate::config::project;
use crate::config::raw::Tables;
use crate::config::recipe::LintRecipe;
use crate::config::recipe::Recipe;
use crate::config::texts::Texts;
use crate::config::tree;
use crate::config::tree::Node;

/// Where a manifest's text comes from.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The file, as errors name it.
    pub file: &'a str,
    /// Which file it is.
    pub kind: OriginKind,
}

/// The two files that can hold a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginKind {
    /// `mkdeb.toml`: the whole file is the manifest.
    MkdebToml,
    /// `pyproject.toml`: the manifest is `[tool.mkdeb]`, and `[project]` fills what it leaves out.
    Pyproject,
}

/// A manifest that is TOML, and nothing more yet.
#[derive(Debug)]
pub struct Manifest<'a> {
    texts: Texts<'a>,
    root: DeTable<'a>,
    project: Option<DeTable<'a>>,
}

impl<'a> Manifest<'a> {
    /// Takes a text apart.
    pub fn parse(text: &'a str, origin: Origin<'a>) -> Result<Self, Error> {
        let mut texts = Texts::default();
        let base = texts.add(origin.file, text);
        let mut document = parse(&texts, text, base)?;
        if origin.kind == OriginKind::MkdebToml {
            return Ok(Self { texts, root: document, project: None });
        }
        let project = take_table(&mut document, "project");
        let tool = take_table(&mut document, "tool").and_then(|mut tool| take_table(&mut tool, "mkdeb"));
        match tool {
            Some(root) => Ok(Self { texts, root, project }),
            None => Err(Error::new(Problem::NoManifest, texts.place(&(base..base)))),
        }
    }

    /// Lets `[project]` of the `pyproject.toml` beside a `mkdeb.toml` fill what the manifest leaves out.
    pub fn complete_from(&mut self, pyproject: &'a str, file: &'a str) -> Result<(), Error> {
        let base = self.texts.add(file, pyproject);
        self.project = take_table(&mut parse(&self.texts, pyproject, base)?, "project");
        Ok(())
    }

    /// Overrides one value: `package.version=1.2.3`, as `--set` has it.
    pub fn set(&mut self, assignment: &'a str) -> Result<(), Error> {
        let base = self.texts.add("--set", assignment);
        overrides::apply(&mut self.root, assignment, base).map_err(|fault| located(&self.texts, fault))
    }

    /// The recipe: completes, expands from the environment, and checks everything. `rules` are those that `[lint]` may
    /// name.
    pub fn into_recipe(
        mut self,
        environment: &BTreeMap<String, String>,
        rules: &[&'static str],
    ) -> Result<Recipe, Error> {
        let tables = self.tables(environment);
        tables.and_then(|tables| check::recipe(tables, rules)).map_err(|fault| located(&self.texts, fault))
    }

    /// What `[lint]` says; the rest may be for a machine that has other variables.
    pub fn into_lint(mut self, rules: &[&'static str]) -> Result<LintRecipe, Error> {
        let root: DeTable<'_> = self.root.remove_entry("lint").into_iter().collect();
        let tables = decode::tables(&root);
        tables.and_then(|tables| check::lint(tables, rules)).map_err(|fault| located(&self.texts, fault))
    }

    /// Where it says a value. None for what comes from somewhere else, like a default.
    pub fn place_of(mut self, subject: &Subject, environment: &BTreeMap<String, String>) -> Option<Place> {
        expand::expand(&mut self.root, environment).ok()?;
        let is_meant = |path: &[String], text: Option<&str>| match subject {
            Subject::Key(key) => path.join(".") == *key,
            Subject::Value(value) => text
                .and_then(|text| text.strip_prefix(value.as_str()))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')),
        };
        let mut spans = Vec::new();
        let mut look = |path: &[String], node: &mut Node<'_>| {
            spans.extend(is_meant(path, node.get_ref().as_str()).then(|| node.span()));
            Ok(())
        };
        tree::visit(&mut self.root, &mut Vec::new(), &mut look).ok()?;
        self.texts.place(&spans.into_iter().min_by_key(|span| span.start)?)
    }

    fn tables(&mut self, environment: &BTreeMap<String, String>) -> Result<Tables, Fault> {
        expand::expand(&mut self.root, environment)?;
        if let Some(project) = &self.project {
            project::fill(&mut self.root, project)?;
        }
        guard::check(&mut self.root, environment)?;
        loop {
            let fault = match decode::tables(&self.root) {
                Ok(tables) => return Ok(tables),
                Err(fault) => fault,
            };
            if !self.soften(&fault) {
                return Err(fault);
            }
        }
    }

    /// Takes a number on the command line as a string, where a string is wanted; false for anything else.
    fn soften(&mut self, fault: &Fault) -> bool {
        let (Problem::WrongType { .. }, Some(span)) = (fault.problem.as_ref(), &fault.span) else {
            return false;
        };
        match (self.texts.place(span), self.texts.slice(span)) {
            (Some(place), Some(text)) if place.file == "--set" => {
                overrides::soften(&mut self.root, span, text)
            }
            _ => false,
        }
    }
}

fn parse<'a>(texts: &Texts<'a>, text: &'a str, base: usize) -> Result<DeTable<'a>, Error> {
    tree::parse(text, base).map(Spanned::into_inner).map_err(|fault| located(texts, fault))
}

fn located(texts: &Texts<'_>, fault: Fault) -> Error {
    let place = fault.span.and_then(|span| texts.place(&span));
    Error::new(*fault.problem, place)
}

fn take_table<'a>(parent: &mut DeTable<'a>, key: &str) -> Option<DeTable<'a>> {
    match parent.remove(key)?.into_inner() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}
