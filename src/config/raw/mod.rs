//! The tables of a manifest as they are written: everything optional, nothing checked but the types.

pub(in crate::config) mod files;
pub(in crate::config) mod inputs;
pub(in crate::config) mod lint;
pub(in crate::config) mod package;
pub(in crate::config) mod units;
pub(in crate::config) mod value;

use serde::Deserialize;
use toml::Spanned;

/// A string with its span.
pub(in crate::config) type Text = Spanned<String>;

/// A whole manifest.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(in crate::config) struct Tables {
    pub package: Option<Spanned<package::Package>>,
    pub app: Option<Spanned<inputs::App>>,
    pub venv: Option<Spanned<inputs::Venv>>,
    pub layout: Option<inputs::Layout>,
    #[serde(default)]
    pub command: Vec<Spanned<files::Command>>,
    #[serde(default)]
    pub service: Vec<Spanned<units::Service>>,
    #[serde(default)]
    pub timer: Vec<Spanned<units::Timer>>,
    #[serde(default)]
    pub socket: Vec<Spanned<units::Socket>>,
    #[serde(default)]
    pub user: Vec<Spanned<files::User>>,
    #[serde(default)]
    pub config: Vec<Spanned<files::Config>>,
    #[serde(default)]
    pub tree: Vec<Spanned<files::Tree>>,
    #[serde(default)]
    pub file: Vec<Spanned<files::File>>,
    #[serde(default)]
    pub link: Vec<Spanned<files::Link>>,
    #[serde(default)]
    pub directory: Vec<Spanned<files::Directory>>,
    pub hooks: Option<Spanned<files::Hooks>>,
    pub compression: Option<Spanned<inputs::Compression>>,
    pub build: Option<inputs::Build>,
    pub lint: Option<value::Pairs<Spanned<lint::Judgement>>>,
}
