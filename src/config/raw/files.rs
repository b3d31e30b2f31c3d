//! `[[command]]`, `[[user]]`, `[[config]]`, `[[tree]]`, `[[file]]`, `[[link]]`, `[[directory]]` and `[hooks]` as
//! they are written.

use serde::Deserialize;
use toml::Spanned;

use crate::config::raw::Text;
use crate::config::raw::value::Value;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Command {
    pub name: Option<Text>,
    pub entry_point: Option<Text>,
    pub path: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct User {
    pub name: Option<Text>,
    pub home: Option<Text>,
    pub groups: Vec<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Config {
    pub source: Option<Text>,
    pub path: Option<Text>,
    pub mode: Option<Text>,
    pub group: Option<Text>,
    pub secret: Option<Spanned<bool>>,
    pub remove: Option<Spanned<bool>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Tree {
    pub source: Option<Text>,
    pub path: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct File {
    pub source: Option<Text>,
    pub path: Option<Text>,
    pub mode: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Link {
    pub path: Option<Text>,
    pub target: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Directory {
    pub path: Option<Text>,
    pub owner: Option<Text>,
    pub group: Option<Text>,
    pub mode: Option<Text>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Hooks {
    pub before_activate: Option<Text>,
    pub after_activate: Option<Text>,
    pub before_rollback: Option<Text>,
    pub before_remove: Option<Text>,
    pub after_purge: Option<Text>,
    pub run_as: Option<Text>,
    pub timeout: Option<Spanned<Value>>,
}
