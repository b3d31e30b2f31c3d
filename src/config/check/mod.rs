//! From tables to the recipe: every rule of the manifest's values, one file per family of tables.

mod files;
mod hooks;
mod inputs;
mod lint;
mod package;
mod process;
mod relations;
mod scope;
mod services;
mod timers;
mod unique;
mod users;
mod words;

pub use crate::config::check::package::is_own_field;
use crate::config::error::Fault;
use crate::config::raw::Tables;
use crate::config::recipe::LintRecipe;
use crate::config::recipe::Recipe;

/// What `[lint]` says of the rules that are known.
pub(in crate::config) fn lint(tables: Tables, rules: &[&'static str]) -> Result<LintRecipe, Fault> {
    lint::lint(tables.lint.unwrap_or_default(), rules)
}

/// The recipe, or the first rule that is broken. `rules` are those that `[lint]` may name.
pub(in crate::config) fn recipe(tables: Tables, rules: &[&'static str]) -> Result<Recipe, Fault> {
    let package = package::package(tables.package)?;
    let app = inputs::app(tables.app)?;
    let raw_layout = tables.layout.unwrap_or_default();
    let layout = inputs::layout(&raw_layout, tables.venv.is_some())?;
    let venv = tables.venv.map(|raw| inputs::venv(raw, layout)).transpose()?;
    let prefix = inputs::prefix(raw_layout, &package.name)?;
    let target = inputs::target(&tables.build.unwrap_or_default())?;
    let compression = tables.compression.map(|raw| inputs::compression(raw, target)).transpose()?;
    let services = services::services(tables.service, &package.name)?;
    let timers = timers::timers(tables.timer, &services, &package.name)?;
    let sockets = timers::sockets(tables.socket, &services)?;
    let hooks = tables.hooks.map(|raw| hooks::hooks(raw, &services)).transpose()?.unwrap_or_default();
    let users = users::users(tables.user, &services, &timers, &hooks)?;
    let commands = files::commands(tables.command)?;
    let mut claimed = unique::Paths::new(prefix.clone());
    let configs = files::configs(tables.config, &mut claimed)?;
    let files = files::files(tables.file, &mut claimed)?;
    let links = files::links(tables.link, &mut claimed)?;
    let directories = files::directories(tables.directory, &mut claimed)?;
    let trees = files::trees(tables.tree)?;
    let lint = lint::lint(tables.lint.unwrap_or_default(), rules)?;
    Ok(Recipe {
        package,
        app,
        venv,
        layout,
        prefix,
        commands,
        services,
        timers,
        sockets,
        users,
        configs,
        trees,
        files,
        links,
        directories,
        hooks,
        compression,
        target,
        lint,
    })
}
