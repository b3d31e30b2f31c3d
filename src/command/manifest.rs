//! Finds the manifest and makes a recipe of it.

use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::config;
use crate::config::error::Place;
use crate::config::error::Subject;
use crate::config::manifest::Manifest;
use crate::config::manifest::Origin;
use crate::config::manifest::OriginKind;
use crate::config::recipe::LintRecipe;
use crate::config::recipe::Recipe;
use crate::config::recipe::Suite;
use crate::host::env::Env;
use crate::lint;

/// Which manifest, and what is different from what it says.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The manifest, where it is not `mkdeb.toml` or `pyproject.toml`.
    pub manifest: Option<PathBuf>,
    /// `key=value` pairs that override the manifest.
    pub overrides: Vec<String>,
    /// The target suite, before the manifest's.
    pub target: Option<Suite>,
}

/// A recipe, the directory that its paths are relative to, and the text that it is from.
#[derive(Debug)]
pub(in crate::command) struct Found {
    pub(in crate::command) recipe: Recipe,
    pub(in crate::command) base: PathBuf,
    written: Written,
}

/// A manifest as it is written, with what overrides it.
#[derive(Debug)]
struct Written {
    text: String,
    file: String,
    kind: OriginKind,
    overrides: Vec<String>,
}

impl Written {
    fn parse(&self) -> Result<Manifest<'_>, config::error::Error> {
        Manifest::parse(&self.text, Origin { file: &self.file, kind: self.kind })
    }

    /// Where it says a value.
    fn place_of(&self, subject: &Subject, env: &Env) -> Option<Place> {
        let mut manifest = self.parse().ok()?;
        self.overrides.iter().try_for_each(|assignment| manifest.set(assignment)).ok()?;
        manifest.place_of(subject, &env.vars)
    }
}

/// Works with the selected manifest, or the one in the working directory; a failure gets the place where the manifest
/// asks for what failed.
pub(in crate::command) fn using<T>(
    selection: &Selection,
    env: &Env,
    work: impl FnOnce(&Found) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let found = read(selection, env)?;
    work(&found).map_err(|failure| {
        let place = || found.written.place_of(failure.subject.as_ref()?, env).map(Box::new);
        Failure { place: failure.place.clone().or_else(place), ..failure }
    })
}

/// There is no manifest.
#[derive(Debug, thiserror::Error)]
#[error("there is no `mkdeb.toml`, and no `pyproject.toml` with `[tool.mkdeb]`, in `{}`", .0.display())]
struct Missing(PathBuf);

fn read(selection: &Selection, env: &Env) -> Result<Found, Failure> {
    let (path, text) = match &selection.manifest {
        Some(path) => (path.clone(), env.read(path)?),
        None => discover(env)?,
    };
    let directory = path.parent().unwrap_or(Path::new("")).to_owned();
    let file = path.to_string_lossy().into_owned();
    let kind = kind(&path);
    let is_project = kind == OriginKind::Pyproject;
    let beside = directory.join("pyproject.toml");
    let beside_name = beside.to_string_lossy().into_owned();
    let project = if is_project { None } else { env.read_optional(&beside)? };

    let written = Written { text, file, kind, overrides: selection.overrides.clone() };
    let mut manifest = written.parse()?;
    if let Some(project) = &project {
        manifest.complete_from(project, &beside_name)?;
    }
    for assignment in &selection.overrides {
        manifest.set(assignment)?;
    }
    let mut recipe = manifest.into_recipe(&env.vars, &lint::names())?;
    recipe.target = selection.target.or(recipe.target);
    Ok(Found { recipe, base: env.resolve(&directory), written })
}

/// What a manifest says of the rules of `lint`. Nothing else of it has to be right.
pub(in crate::command) fn lint(path: &Path, env: &Env) -> Result<LintRecipe, Failure> {
    let (text, file) = (env.read(path)?, path.to_string_lossy());
    let manifest = Manifest::parse(&text, Origin { file: &file, kind: kind(path) })?;
    Ok(manifest.into_lint(&lint::names())?)
}

fn kind(path: &Path) -> OriginKind {
    let is_project = path.file_name().is_some_and(|name| name == "pyproject.toml");
    if is_project { OriginKind::Pyproject } else { OriginKind::MkdebToml }
}

fn discover(env: &Env) -> Result<(PathBuf, String), Failure> {
    for name in ["mkdeb.toml", "pyproject.toml"] {
        let path = PathBuf::from(name);
        if let Some(text) = env.read_optional(&path)? {
            return Ok((path, text));
        }
    }
    let hint = "`mkdeb init` writes one; `--manifest` names one elsewhere".to_owned();
    Err(Failure::new(Missing(env.dir.clone()), Some(hint)))
}
