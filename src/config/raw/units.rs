//! `[[service]]`, `[[timer]]` and `[[socket]]` as they are written.

use serde::Deserialize;
use toml::Spanned;

use crate::config::raw::Text;
use crate::config::raw::value::Pairs;
use crate::config::raw::value::Value;
use crate::config::raw::value::Words;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Service {
    pub name: Option<Text>,
    pub unit: Option<Text>,
    pub exec: Option<Text>,
    pub user: Option<Text>,
    pub group: Option<Text>,
    pub environment: Pairs<Text>,
    pub environment_file: Option<Text>,
    pub health: Option<Spanned<Health>>,
    pub on_upgrade: Option<Text>,
    pub r#type: Option<Text>,
    pub working_directory: Option<Text>,
    pub state_directory: Option<Spanned<Words>>,
    pub logs_directory: Option<Spanned<Words>>,
    pub runtime_directory: Option<Spanned<Words>>,
    pub after: Option<Spanned<Words>>,
    pub wants: Option<Spanned<Words>>,
    pub restart: Option<Text>,
    pub enable: Option<bool>,
    pub start: Option<bool>,
    pub instances: Option<Spanned<Value>>,
    pub hardening: Option<Spanned<bool>>,
    pub extra: Pairs<Pairs<Spanned<Value>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Health {
    pub http: Option<Text>,
    pub command: Option<Text>,
    pub timeout: Option<Spanned<Value>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Timer {
    pub name: Option<Text>,
    pub service: Option<Text>,
    pub exec: Option<Text>,
    pub on_calendar: Option<Spanned<Words>>,
    pub on_boot_sec: Option<Spanned<Value>>,
    pub on_unit_active_sec: Option<Spanned<Value>>,
    pub randomized_delay_sec: Option<Spanned<Value>>,
    pub persistent: Option<bool>,
    pub user: Option<Text>,
    pub group: Option<Text>,
    pub environment: Pairs<Text>,
    pub environment_file: Option<Text>,
    pub working_directory: Option<Text>,
    pub state_directory: Option<Spanned<Words>>,
    pub logs_directory: Option<Spanned<Words>>,
    pub runtime_directory: Option<Spanned<Words>>,
    pub after: Option<Spanned<Words>>,
    pub wants: Option<Spanned<Words>>,
    pub enable: Option<bool>,
    pub start: Option<bool>,
    pub hardening: Option<Spanned<bool>>,
    pub extra: Pairs<Pairs<Spanned<Value>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Socket {
    pub name: Option<Text>,
    pub service: Option<Text>,
    pub listen: Option<Spanned<Words>>,
    pub user: Option<Text>,
    pub mode: Option<Text>,
    pub enable: Option<bool>,
    pub start: Option<bool>,
    pub extra: Pairs<Pairs<Spanned<Value>>>,
}
