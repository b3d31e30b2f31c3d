//! `[app]`, `[venv]`, `[layout]`, `[compression]` and `[build]` as they are written.

use serde::Deserialize;
use toml::Spanned;

use crate::config::raw::Text;
use crate::config::raw::value::Value;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct App {
    pub tarball: Option<Text>,
    pub git: Option<Text>,
    pub submodules: Option<Spanned<bool>>,
    pub strip_components: Option<Spanned<Value>>,
    pub exclude: Vec<Text>,
    pub python_path: Vec<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Venv {
    pub path: Option<Text>,
    pub requirements: Option<Text>,
    pub python: Option<Text>,
    pub bytecode: Option<Text>,
    pub drop: Vec<Text>,
    pub namespace: Option<Text>,
    pub prefix: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Layout {
    pub kind: Option<Text>,
    pub prefix: Option<Text>,
    pub keep: Option<Spanned<i64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Compression {
    pub format: Option<Text>,
    pub level: Option<Spanned<i64>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Build {
    pub target: Option<Text>,
}
