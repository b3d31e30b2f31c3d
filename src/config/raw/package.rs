//! `[package]` as it is written.

use serde::Deserialize;

use crate::config::raw::Text;
use crate::config::raw::value::Pairs;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(in crate::config) struct Package {
    pub name: Option<Text>,
    pub version: Option<Text>,
    pub revision: Option<Text>,
    pub maintainer: Option<Text>,
    pub summary: Option<Text>,
    pub description: Option<Text>,
    pub section: Option<Text>,
    pub priority: Option<Text>,
    pub architecture: Option<Text>,
    pub homepage: Option<Text>,
    pub license: Option<Text>,
    pub changelog: Option<Text>,
    pub pre_depends: Vec<Text>,
    pub depends: Option<Vec<Text>>,
    pub recommends: Vec<Text>,
    pub suggests: Vec<Text>,
    pub enhances: Vec<Text>,
    pub conflicts: Vec<Text>,
    pub breaks: Vec<Text>,
    pub replaces: Vec<Text>,
    pub provides: Vec<Text>,
    pub fields: Pairs<Text>,
    pub libraries: Pairs<Text>,
}
