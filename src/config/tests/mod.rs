//! Manifests as users write them, and what becomes of them.

mod documented;
mod full;
mod refused;
mod refused_units;
mod sources;
mod values;

use std::collections::BTreeMap;

use crate::config::error::Error;
use crate::config::manifest::Manifest;
use crate::config::manifest::Origin;
use crate::config::manifest::OriginKind;
use crate::config::recipe::Recipe;

/// The least that a manifest says.
const LEAST: &str = r#"
[package]
name = "orders"
version = "1.4.2"
maintainer = "Ops <ops@example.com>"
summary = "Order service"
[app]
tarball = "dist/orders.tar.gz"
"#;

/// Rules that `[lint]` may name.
const RULES: [&str; 3] = ["setuid", "no-conffile", "world-writable"];

fn environment() -> BTreeMap<String, String> {
    [("TAG", "1.4.2"), ("API_TOKEN", "hunter22"), ("SHORT_SECRET", "web")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn recipe(text: &str) -> Result<Recipe, Error> {
    recipe_with(text, None, &[])
}

fn recipe_with(text: &str, pyproject: Option<&str>, sets: &[&str]) -> Result<Recipe, Error> {
    let mut manifest = Manifest::parse(text, Origin { file: "mkdeb.toml", kind: OriginKind::MkdebToml })?;
    if let Some(pyproject) = pyproject {
        manifest.complete_from(pyproject, "pyproject.toml")?;
    }
    for set in sets {
        manifest.set(set)?;
    }
    manifest.into_recipe(&environment(), &RULES)
}

fn good(text: &str) -> Recipe {
    recipe(&format!("{LEAST}\n{text}")).unwrap_or_else(|error| panic!("{error}: {:?}", error.place()))
}

/// Checks the message, the hint and the text at the place of an error.
fn refused(text: &str, message: &str, hint: &str, at: &str) {
    assert_refused(recipe(text), message, hint, at);
}

fn assert_refused(result: Result<Recipe, Error>, message: &str, hint: &str, at: &str) {
    let error = result.expect_err(message);
    assert_eq!(error.to_string(), message);
    assert_eq!(error.hint().unwrap_or_default(), hint, "{message}");
    let place = error.place().map(|place| place.text[place.span.clone()].to_owned());
    assert_eq!(place.unwrap_or_default(), at, "{message}");
}
