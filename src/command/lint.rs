//! `mkdeb lint`: what is wrong with packages, by the rules.

use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::inspect;
use crate::command::manifest;
use crate::config::recipe::Suite;
use crate::deb::read;
use crate::deb::read::Limits;
use crate::deb::read::Reader;
use crate::host::deb_file::DebFile;
use crate::host::env::Env;
use crate::host::watch::Watch;
use crate::host::workers;
use crate::lint;
use crate::lint::Finding;
use crate::lint::Rule;
use crate::lint::facts::Collector;
use crate::lint::facts::Digests;
use crate::lint::facts::Facts;
use crate::types::size::Size;
use crate::types::spelling::nearest;

/// What to look at.
#[derive(Debug, Clone)]
pub struct LintRequest {
    /// The packages.
    pub files: Vec<PathBuf>,
    /// The manifest whose `[lint]` counts, where there is one.
    pub manifest: Option<PathBuf>,
    /// The suite of the hosts, where it is known.
    pub target: Option<Suite>,
    /// What each may unpack to.
    pub max_unpacked: Size,
}

/// What was found in one package.
#[derive(Debug)]
pub struct Linted {
    /// Its name, as the user gave it.
    pub file: String,
    /// The findings, errors first.
    pub findings: Vec<Finding>,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule that there is not.
    #[error("there is no rule `{name}`")]
    NoRule {
        /// What was asked for.
        name: String,
        /// One like it.
        near: Option<&'static str>,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoRule { near: Some(near), .. } => Some(format!("did you mean `{near}`?")),
            Error::NoRule { .. } => Some("`mkdeb explain` lists the rules".to_owned()),
        };
        Self::new(error, hint)
    }
}

/// Applies all rules to each package.
pub fn lint(request: &LintRequest, env: &Env, watch: &Watch) -> Result<Vec<Linted>, Failure> {
    let recipe = request.manifest.as_deref().map(|path| manifest::lint(path, env)).transpose()?;
    let recipe = recipe.unwrap_or_default();
    let linted = workers::map(&request.files, env.cores, |file| {
        let facts = facts(file, request, (env, watch))?;
        Ok(Linted { file: file.display().to_string(), findings: lint::check(&facts, &recipe) })
    });
    let linted: Result<Vec<_>, Failure> = linted.into_iter().collect();
    linted.map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn facts(file: &Path, request: &LintRequest, (env, watch): (&Env, &Watch)) -> Result<Facts, Failure> {
    let mut input = DebFile::open(file, env, watch)?;
    let name = file.display().to_string();
    let failed = |source| inspect::Error::Package { file: name.clone(), source };
    let reader =
        Reader::open(&mut input.reader, &Limits::of_stranger(request.max_unpacked)).map_err(failed)?;
    let mut collector = Collector::new(request.target, Digests::Compared);
    let walked = reader.walk::<read::Error>(&mut |entry, body| {
        let path = entry.header.path.clone();
        collector.see(entry.header, body).map_err(|source| read::Error::body(&path, source))
    });
    Ok(collector.finish(walked.map_err(failed)?))
}

/// The rule with a name.
pub fn explain(name: &str) -> Result<&'static Rule, Error> {
    let near = nearest(name, lint::RULES.iter().map(|rule| rule.name));
    Rule::named(name).ok_or_else(|| Error::NoRule { name: name.to_owned(), near })
}
