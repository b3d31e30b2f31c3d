//! The values of the templates for what every package documents (Policy 12).

use serde::Serialize;

/// `copyright.txt.hbs`.
#[derive(Debug, Serialize)]
pub struct Copyright<'a> {
    /// The package.
    pub name: &'a str,
    /// Where it comes from.
    pub homepage: Option<&'a str>,
    /// The year of the build's date.
    pub year: u64,
    /// Who maintains it.
    pub maintainer: &'a str,
    /// A name for the license without blanks.
    pub license_name: &'a str,
    /// What it says, in one line.
    pub license_text: &'a str,
}

/// `changelog.txt.hbs`.
#[derive(Debug, Serialize)]
pub struct Changelog<'a> {
    /// The package.
    pub package: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Who maintains it.
    pub maintainer: &'a str,
    /// The build's date (RFC 5322).
    pub date: &'a str,
}

/// `lintian-overrides.txt.hbs`.
#[derive(Debug, Serialize)]
pub struct LintianOverrides<'a> {
    /// The package.
    pub package: &'a str,
    /// The prefix.
    pub prefix: &'a str,
    /// Tags that a package of this kind raises by design.
    pub tags: &'a [&'a str],
}
