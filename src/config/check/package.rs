//! `[package]`.

use toml::Spanned;

use crate::config::check::relations;
use crate::config::check::scope::Scope;
use crate::config::check::words;
use crate::config::error::Fault;
use crate::config::raw::Text;
use crate::config::raw::package::Package;
use crate::config::raw::value::Pairs;
use crate::config::recipe::PackageRecipe;
use crate::control::deb822::Paragraph;
use crate::types::arch::Arch;
use crate::types::version::DebVersion;

/// apt and every list of packages cut longer ones (Developer's Reference 6.2.2).
const LONGEST_SUMMARY: usize = 80;

/// Fields that mkdeb writes, and the key that each comes from.
const OWN_FIELDS: [(&str, &str); 18] = [
    ("package", "name"),
    ("version", "version"),
    ("architecture", "architecture"),
    ("maintainer", "maintainer"),
    ("installed-size", ""),
    ("pre-depends", "pre-depends"),
    ("depends", "depends"),
    ("recommends", "recommends"),
    ("suggests", "suggests"),
    ("enhances", "enhances"),
    ("conflicts", "conflicts"),
    ("breaks", "breaks"),
    ("replaces", "replaces"),
    ("provides", "provides"),
    ("section", "section"),
    ("priority", "priority"),
    ("homepage", "homepage"),
    ("description", "summary"),
];

/// What the package says of itself.
pub(in crate::config) fn package(raw: Option<Spanned<Package>>) -> Result<PackageRecipe, Fault> {
    let (scope, raw) = match raw {
        Some(raw) => Scope::open("[package]", raw),
        None => (Scope::anywhere("[package]"), Package::default()),
    };
    let name = scope.require("name", "name = \"…\"", raw.name.as_ref())?;
    let summary = scope.require("summary", "summary = \"…\"", raw.summary.as_ref())?;
    let maintainer = scope.require(
        "maintainer",
        "maintainer = \"Name <address@example.com>\"",
        raw.maintainer.as_ref(),
    )?;
    Ok(PackageRecipe {
        name: scope.parse("name", name)?,
        version: version(&scope, raw.version.as_ref(), raw.revision.as_ref())?,
        maintainer: self::maintainer(&scope, maintainer)?,
        summary: self::summary(&scope, summary)?,
        description: raw
            .description
            .as_ref()
            .map_or_else(String::new, |text| text.get_ref().trim().to_owned()),
        section: section(&scope, raw.section.as_ref())?,
        priority: priority(&scope, raw.priority.as_ref())?,
        architecture: architecture(&scope, raw.architecture.as_ref())?,
        homepage: homepage(&scope, raw.homepage.as_ref())?,
        license: filled(&scope, "license", raw.license.as_ref())?,
        changelog: filled(&scope, "changelog", raw.changelog.as_ref())?,
        fields: fields(&scope, &raw.fields)?,
        libraries: relations::libraries(&scope, &raw.libraries)?,
        auto_depends: relations::has_auto(&raw),
        relations: relations::relations(&scope, &raw)?,
    })
}

fn filled(scope: &Scope, name: &str, text: Option<&Text>) -> Result<Option<String>, Fault> {
    text.map(|text| scope.filled(name, text).map(str::to_owned)).transpose()
}

fn version(scope: &Scope, version: Option<&Text>, revision: Option<&Text>) -> Result<DebVersion, Fault> {
    let text = scope.require("version", "version = \"1.0\"", version)?;
    let version = DebVersion::from_python(scope.filled("version", text)?)
        .map_err(|error| scope.invalid("version", text.span(), error))?;
    let Some(revision) = revision else { return Ok(version) };
    version
        .with_revision(scope.filled("revision", revision)?)
        .map_err(|error| scope.invalid("revision", revision.span(), error))
}

fn maintainer(scope: &Scope, text: &Text) -> Result<String, Fault> {
    let given = scope.filled("maintainer", text)?.trim();
    let well_formed =
        given.strip_suffix('>').and_then(|rest| rest.split_once('<')).is_some_and(|(name, rest)| {
            let (user, host) = rest.split_once('@').unwrap_or_default();
            let plain = |part: &str| !part.is_empty() && !part.contains(['@', '<', '>', ' ', ',']);
            name.ends_with(' ')
                && !name.trim().is_empty()
                && !name.contains('>')
                && plain(user)
                && plain(host)
        });
    if well_formed {
        return Ok(given.to_owned());
    }
    let reason = format_args!("`{given}` is not a name and an address");
    Err(scope.invalid_but("maintainer", text.span(), reason, "write it like `Name <address@example.com>`"))
}

fn summary(scope: &Scope, text: &Text) -> Result<String, Fault> {
    let given = scope.filled("summary", text)?.trim();
    if given.chars().count() > LONGEST_SUMMARY {
        let reason = format_args!("it is longer than {LONGEST_SUMMARY} characters");
        let hint = "write a shorter `summary` in `[package]`; `description` takes the rest";
        return Err(scope.invalid_but("summary", text.span(), reason, hint));
    }
    Ok(given.to_owned())
}

fn section(scope: &Scope, text: Option<&Text>) -> Result<String, Fault> {
    let Some(text) = text else { return Ok("python".to_owned()) };
    let given = scope.filled("section", text)?;
    let plain = |part: &str| {
        let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !part.is_empty() && part.bytes().all(word)
    };
    if given.split('/').all(plain) && given.matches('/').count() <= 1 {
        return Ok(given.to_owned());
    }
    let reason = format_args!("`{given}` is not a section");
    Err(scope.invalid_but("section", text.span(), reason, "write it like `web` or `contrib/web`"))
}

fn priority(scope: &Scope, text: Option<&Text>) -> Result<String, Fault> {
    const PRIORITIES: [(&str, &str); 5] = [
        ("required", "required"),
        ("important", "important"),
        ("standard", "standard"),
        ("optional", "optional"),
        ("extra", "extra"),
    ];
    match text {
        None => Ok("optional".to_owned()),
        Some(text) => scope.word("priority", text, "a priority", &PRIORITIES).map(str::to_owned),
    }
}

fn architecture(scope: &Scope, text: Option<&Text>) -> Result<Option<Arch>, Fault> {
    let Some(text) = text else { return Ok(None) };
    let debian = match text.get_ref().as_str() {
        "auto" => return Ok(None),
        "x86_64" | "x86-64" | "x64" => "amd64",
        "aarch64" => "arm64",
        "i686" | "i586" | "x86" => "i386",
        "armv7l" => "armhf",
        "ppc64le" => "ppc64el",
        "any" | "noarch" => "auto",
        given => {
            if let Ok(arch) = given.parse() {
                return Ok(Some(arch));
            }
            let known: Vec<(&'static str, ())> =
                std::iter::once("auto").chain(Arch::known().iter().copied()).map(|name| (name, ())).collect();
            return scope.word("architecture", text, "an architecture", &known).map(|()| None);
        }
    };
    let reason = format_args!("`{}` is not what Debian calls it", text.get_ref());
    Err(scope.invalid_but("architecture", text.span(), reason, &format!("write `{debian}`")))
}

fn homepage(scope: &Scope, text: Option<&Text>) -> Result<Option<String>, Fault> {
    let Some(text) = text else { return Ok(None) };
    let given = scope.filled("homepage", text)?.trim();
    if words::is_web_url(given) {
        return Ok(Some(given.to_owned()));
    }
    let reason = format_args!("`{given}` is not a web address");
    Err(scope.invalid_but("homepage", text.span(), reason, "write it like `https://example.com/`"))
}

fn fields(scope: &Scope, raw: &Pairs<Text>) -> Result<Vec<(String, String)>, Fault> {
    let mut paragraph = Paragraph::default();
    for (name, value) in &raw.0 {
        let lower = name.get_ref().to_ascii_lowercase();
        let (bare, is_prefixed) = bare_field(&lower);
        if let Some((_, key)) = OWN_FIELDS.iter().find(|(field, _)| *field == bare) {
            let reason = match is_prefixed {
                false => format!("mkdeb writes the field `{}` itself", name.get_ref()),
                true => format!("`{}` stands for `{bare}`, which mkdeb writes itself", name.get_ref()),
            };
            let hint = if key.is_empty() { "leave it out".to_owned() } else { format!("use `{key}`") };
            return Err(scope.invalid_but("fields", name.span(), reason, &hint));
        }
        if is_prefixed && bare.starts_with("mkdeb-") {
            let reason = format_args!("`{}`: names like `X-Mkdeb-…` are mkdeb's own", name.get_ref());
            return Err(scope.invalid("fields", name.span(), reason));
        }
        let value = scope.filled("fields", value)?.trim();
        paragraph.push(name.get_ref(), value).map_err(|error| scope.invalid("fields", name.span(), error))?;
    }
    Ok(paragraph.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Whether mkdeb writes a control field itself, or takes its name for its own.
pub fn is_own_field(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let (bare, is_prefixed) = bare_field(&lower);
    OWN_FIELDS.iter().any(|(field, _)| *field == bare) || (is_prefixed && bare.starts_with("mkdeb-"))
}

/// A name in small letters without what says where a field of one's own goes, `X[BCS]*-`, and whether there was any:
/// dpkg's tools take it off (deb-src-control(5), "User-defined fields"), once each time that they copy the field.
fn bare_field(lower: &str) -> (&str, bool) {
    let mut bare = lower;
    while let Some((mark, rest)) = bare.strip_prefix('x').and_then(|rest| rest.split_once('-'))
        && mark.chars().all(|c| matches!(c, 'b' | 'c' | 's'))
    {
        bare = rest;
    }
    (bare, bare != lower)
}
