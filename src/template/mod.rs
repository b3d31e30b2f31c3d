//! Every text that mkdeb generates is a template of `templates/`, rendered from a struct of its own.
//!
//! Knows the quoting of each output language: the escape function of a language's registry *is* its quoting,
//! so that `{{x}}` is safe by default. Refuses to know what the texts are for. `{{{x}}}` stands for named
//! partials alone, which a test enforces.

pub mod docs;
mod helpers;
pub mod keyring;
pub mod launchers;
pub mod page;
pub mod quote;
pub mod report;
pub mod scripts;
pub mod units;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use handlebars::Handlebars;
use serde::Serialize;

use crate::types::spelling::nearest;

/// The output languages, told apart by the templates' names: `activate.sh.hbs`, `service.unit.hbs`, …
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// POSIX shell; a value is one word.
    Shell,
    /// systemd units and sysusers; a value is the rest of a line, or one word with `{{word x}}`.
    Unit,
    /// Python; a value is a string literal.
    Python,
    /// Plain text of which a value is part of a line.
    Text,
}

/// The templates, built in or overridden, compiled.
pub struct Templates {
    registries: BTreeMap<Language, Handlebars<'static>>,
}

/// What is wrong with a template.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An override that overrides nothing.
    #[error("there is no template `{0}` to override")]
    Unknown(String),
    /// Not a template.
    #[error("the template `{name}` cannot be read: {reason}")]
    Syntax {
        /// Its name.
        name: String,
        /// What the parser says, with the line.
        reason: String,
    },
    /// One that is part of itself.
    #[error("the template `{0}` is part of itself")]
    Circle(String),
    /// It asks for a value that does not exist.
    #[error("the template `{name}` cannot be rendered: {reason}")]
    Render {
        /// Its name.
        name: String,
        /// What the engine says.
        reason: String,
    },
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        let Self::Unknown(name) = self else { return None };
        let names = || BUILT_IN.iter().map(|(name, _)| *name);
        Some(match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the templates are {}", names().collect::<Vec<_>>().join(", ")),
        })
    }
}

/// The built-in templates, by name.
const BUILT_IN: &[(&str, &str)] = &[
    ("activate.sh.hbs", include_str!("../../templates/activate.sh.hbs")),
    ("activate/accounts.sh.hbs", include_str!("../../templates/activate/accounts.sh.hbs")),
    ("activate/conffiles.sh.hbs", include_str!("../../templates/activate/conffiles.sh.hbs")),
    ("activate/programs.sh.hbs", include_str!("../../templates/activate/programs.sh.hbs")),
    ("activate/retention.sh.hbs", include_str!("../../templates/activate/retention.sh.hbs")),
    ("activate/sweeping.sh.hbs", include_str!("../../templates/activate/sweeping.sh.hbs")),
    ("activate/transaction.sh.hbs", include_str!("../../templates/activate/transaction.sh.hbs")),
    ("activate/units.sh.hbs", include_str!("../../templates/activate/units.sh.hbs")),
    ("activate/words.sh.hbs", include_str!("../../templates/activate/words.sh.hbs")),
    ("changelog.txt.hbs", include_str!("../../templates/changelog.txt.hbs")),
    ("command.py.hbs", include_str!("../../templates/command.py.hbs")),
    ("command.sh.hbs", include_str!("../../templates/command.sh.hbs")),
    ("copyright.txt.hbs", include_str!("../../templates/copyright.txt.hbs")),
    ("environment.sh.hbs", include_str!("../../templates/environment.sh.hbs")),
    ("health.py.hbs", include_str!("../../templates/health.py.hbs")),
    ("lintian-overrides.txt.hbs", include_str!("../../templates/lintian-overrides.txt.hbs")),
    ("postinst.sh.hbs", include_str!("../../templates/postinst.sh.hbs")),
    ("postrm.sh.hbs", include_str!("../../templates/postrm.sh.hbs")),
    ("postrm/ends.sh.hbs", include_str!("../../templates/postrm/ends.sh.hbs")),
    ("preflight.py.hbs", include_str!("../../templates/preflight.py.hbs")),
    ("preinst.sh.hbs", include_str!("../../templates/preinst.sh.hbs")),
    ("prerm.sh.hbs", include_str!("../../templates/prerm.sh.hbs")),
    ("rollback.sh.hbs", include_str!("../../templates/rollback.sh.hbs")),
    ("run.sh.hbs", include_str!("../../templates/run.sh.hbs")),
    ("service.unit.hbs", include_str!("../../templates/service.unit.hbs")),
    ("socket.unit.hbs", include_str!("../../templates/socket.unit.hbs")),
    ("sysusers.unit.hbs", include_str!("../../templates/sysusers.unit.hbs")),
    ("timer.unit.hbs", include_str!("../../templates/timer.unit.hbs")),
    ("tree-postrm.sh.hbs", include_str!("../../templates/tree-postrm.sh.hbs")),
    ("tree-prerm.sh.hbs", include_str!("../../templates/tree-prerm.sh.hbs")),
];

impl Templates {
    /// Compiles the built-in templates, with `overrides` (name to text, `activate.sh.hbs`) in their place.
    pub fn new(overrides: &BTreeMap<String, String>) -> Result<Self, Error> {
        if let Some(unknown) = overrides.keys().find(|name| !BUILT_IN.iter().any(|(known, _)| known == name))
        {
            return Err(Error::Unknown(unknown.clone()));
        }
        let texts: BTreeMap<&str, &str> = BUILT_IN
            .iter()
            .map(|(name, text)| (*name, overrides.get(*name).map_or(*text, String::as_str)))
            .collect();
        if let Some(name) = texts.keys().find(|name| is_in_itself(&texts, name)) {
            return Err(Error::Circle((*name).to_owned()));
        }
        let mut registries = BTreeMap::new();
        for language in [Language::Shell, Language::Unit, Language::Python, Language::Text] {
            registries.insert(language, registry(language));
        }
        let mut templates = Self { registries };
        for (name, text) in &texts {
            templates.compile(name, text)?;
        }
        Ok(templates)
    }

    fn compile(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let syntax = |reason: String| Error::Syntax { name: name.to_owned(), reason };
        let language = language_of(name).ok_or_else(|| Error::Unknown(name.to_owned()))?;
        let registry = self.registries.get_mut(&language).ok_or_else(|| Error::Unknown(name.to_owned()))?;
        registry.register_template_string(name, text).map_err(|error| {
            // Its own words draw the line, and say all of it twice.
            let at = error.pos().map(|(line, column)| format!("line {line}, column {column}: "));
            syntax(at.unwrap_or_default() + &error.reason().to_string())
        })
    }

    /// The text of a template with the values of `data`. A value that the template names and `data` lacks is
    /// an error.
    pub fn render(&self, name: &str, data: &impl Serialize) -> Result<String, Error> {
        let language = language_of(name).ok_or_else(|| Error::Unknown(name.to_owned()))?;
        let registry = self.registries.get(&language).ok_or_else(|| Error::Unknown(name.to_owned()))?;
        registry
            .render(name, data)
            .map_err(|error| Error::Render { name: name.to_owned(), reason: error.to_string() })
    }

    /// Name and text of every built-in template, to start an override from.
    pub fn built_in() -> &'static [(&'static str, &'static str)] {
        BUILT_IN
    }
}

/// Whether a template is among its parts, or among theirs.
fn is_in_itself(texts: &BTreeMap<&str, &str>, name: &str) -> bool {
    let (mut seen, mut left) = (BTreeSet::new(), parts(texts[name]));
    while let Some(part) = left.pop() {
        if part == name {
            return true;
        }
        if let Some(text) = texts.get(part).filter(|_| seen.insert(part)) {
            left.extend(parts(text));
        }
    }
    false
}

/// The templates that a template names as its parts: `{{> activate/words.sh.hbs}}`.
fn parts(text: &str) -> Vec<&str> {
    let tags = text.split("{{").skip(1).map(|tag| tag.trim_start_matches(['{', '~']).trim_start());
    let named =
        tags.filter_map(|tag| tag.strip_prefix('>')?.split(['}', '~']).next()?.split_whitespace().next());
    named.collect()
}

/// The language of a template by the ending before `.hbs`.
pub fn language_of(name: &str) -> Option<Language> {
    let stem = name.strip_suffix(".hbs")?;
    match stem.rsplit('.').next()? {
        "sh" => Some(Language::Shell),
        "unit" => Some(Language::Unit),
        "py" => Some(Language::Python),
        "txt" => Some(Language::Text),
        _ => None,
    }
}

fn registry(language: Language) -> Handlebars<'static> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    helpers::register(&mut registry);
    match language {
        Language::Shell => registry.register_escape_fn(quote::shell),
        Language::Unit => registry.register_escape_fn(quote::unit_line),
        Language::Python => registry.register_escape_fn(quote::python),
        Language::Text => registry.register_escape_fn(quote::text_line),
    }
    registry
}
