//! What a person sees of a repository, from what its suites hold.

use std::collections::BTreeMap;

use crate::control::binary;
use crate::control::binary::Role;
use crate::control::stanza::compare_versions;
use crate::repo::apps::Packages;
use crate::repo::apps::Row;
use crate::repo::error::Error;
use crate::repo::layout;
use crate::repo::release::Release;
use crate::repo::settings::Settings;
use crate::repo::view::View;
use crate::template::page::AppView;
use crate::template::page::PackageView;
use crate::template::page::SuiteView;
use crate::template::page::VersionView;
use crate::template::page::VirtualenvView;
use crate::types::date::Moment;
use crate::types::date::SourceDate;
use crate::types::plural::size;

/// The field with the Python distributions in a package: `idna 3.7, requests 2.32.3`.
pub const DISTRIBUTIONS: &str = "X-Mkdeb-Distributions";
/// Indices with more text than this are not shown, in bytes: nobody reads so long a page.
const LARGEST: u64 = 4 << 20;
/// How many versions of an application are shown.
const VERSIONS: usize = 20;
/// How many other packages are shown.
const PACKAGES: usize = 500;

/// Whether a suite is small enough to be held in memory for its user's convenience.
pub fn is_readable(release: &Release) -> bool {
    release.indices.values().map(|entry| entry.plain.1).sum::<u64>() <= LARGEST
}

/// A suite as it is shown.
pub fn suite(view: &mut View<'_>, settings: &Settings, url: &str) -> Result<SuiteView, Error> {
    let release = view.head.release.clone();
    let sources = layout::sources(&settings.name, &release.suite);
    let mut shown = SuiteView {
        name: release.suite.clone(),
        description: release.description.clone(),
        components: release.components.join(", "),
        architectures: release.architectures.join(", "),
        generation: release.generation,
        date: moment(release.date.seconds()),
        date_iso: moment(release.date.seconds()).replace(' ', "T") + "Z",
        ..SuiteView::default()
    };
    if !is_readable(&release) {
        shown.omitted = Some("There are too many packages to be shown on a page; apt lists them.".to_owned());
        shown.install = install(url, &sources, "PACKAGE");
        return Ok(shown);
    }
    let packages = Packages::read(view)?;
    apps(&packages, &mut shown);
    others(&packages, &mut shown);
    let first = shown.apps.first().map(|app| app.name.clone());
    let first = first.or_else(|| shown.packages.first().map(|package| package.name.clone()));
    shown.install = install(url, &sources, first.as_deref().unwrap_or("PACKAGE"));
    Ok(shown)
}

fn install(url: &str, sources: &str, package: &str) -> Vec<String> {
    let place = format!("/etc/apt/sources.list.d/{sources}");
    let get = match url.strip_prefix("file:") {
        Some(path) => format!("sudo cp '{path}/{sources}' {place}"),
        None => format!("sudo curl -fsSLo {place} '{url}/{sources}'"),
    };
    vec![get, "sudo apt-get update".to_owned(), format!("sudo apt-get install {package}")]
}

fn apps(packages: &Packages, shown: &mut SuiteView) {
    let mut by_name = BTreeMap::<&str, Vec<usize>>::new();
    let mut sharing = BTreeMap::<String, (u64, Vec<String>)>::new();
    for (number, row) in packages.rows().iter().enumerate() {
        if row.role() == Some(Role::Application) {
            by_name.entry(&row.key.package).or_default().push(number);
        }
    }
    for (name, mut numbers) in by_name {
        numbers.sort_by(|left, right| {
            let version = |number: &usize| &packages.rows()[*number].key.version;
            compare_versions(version(left), version(right))
        });
        let mut versions = Vec::new();
        let mut before: Option<BTreeMap<String, String>> = None;
        for number in &numbers {
            let row = &packages.rows()[*number];
            let parts: Vec<&Row> =
                packages.with_parts([*number]).iter().map(|part| &packages.rows()[*part]).collect();
            for venv in parts.iter().filter(|part| part.role() == Some(Role::Virtualenv)) {
                let key = venv.stanza.get(binary::VENV_KEY).unwrap_or(&venv.key.package).to_owned();
                let shared = sharing.entry(key).or_insert((venv.size(), Vec::new()));
                shared.1.push(format!("{name} {}", row.key.version));
            }
            let now = distributions(&parts);
            versions.push(VersionView {
                version: row.key.version.clone(),
                architecture: row.key.architecture.clone(),
                date: moment(row.published()),
                size: size(parts.iter().map(|part| part.size()).sum()),
                venv_key: row.stanza.get(binary::VENV_KEY).map(str::to_owned),
                changes: changes(before.as_ref(), &now),
                rollout: row.stanza.get("Phased-Update-Percentage").map(|percent| format!("{percent} %")),
            });
            before = Some(now);
        }
        versions.reverse();
        versions.truncate(VERSIONS);
        let newest = numbers.last().map(|number| &packages.rows()[*number]);
        shown.apps.push(AppView {
            name: name.to_owned(),
            summary: newest.and_then(|row| row.stanza.get("Description")).unwrap_or_default().to_owned(),
            homepage: newest
                .and_then(|row| row.stanza.get("Homepage"))
                .filter(|url| is_web(url))
                .map(str::to_owned),
            versions,
        });
    }
    let virtualenv = |(key, (bytes, releases)): (String, (u64, Vec<String>))| VirtualenvView {
        key,
        size: size(bytes),
        releases: releases.join(", "),
    };
    shown.virtualenvs = sharing.into_iter().map(virtualenv).collect();
    shown.has_virtualenvs = !shown.virtualenvs.is_empty();
}

fn others(packages: &Packages, shown: &mut SuiteView) {
    let is_other = |row: &&Row| row.role().is_none();
    let all = packages.rows().iter().filter(is_other).count();
    let view = |row: &Row| PackageView {
        name: row.key.package.clone(),
        version: row.key.version.clone(),
        architecture: row.key.architecture.clone(),
        date: moment(row.published()),
        size: size(row.size()),
        summary: row.stanza.get("Description").unwrap_or_default().to_owned(),
    };
    shown.packages = packages.rows().iter().filter(is_other).take(PACKAGES).map(view).collect();
    shown.has_packages = !shown.packages.is_empty();
    if all > PACKAGES {
        shown.omitted = Some(format!("{} more packages are not shown here; apt lists them.", all - PACKAGES));
    }
}

/// Names and versions of what some packages bring.
fn distributions(rows: &[&Row]) -> BTreeMap<String, String> {
    let texts = rows.iter().filter_map(|row| row.stanza.get(DISTRIBUTIONS));
    let items = texts.flat_map(|text| text.split(", "));
    items.filter_map(|item| item.split_once(' ')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

/// What is other than in the version before; of the first version, how many there are.
fn changes(before: Option<&BTreeMap<String, String>>, now: &BTreeMap<String, String>) -> String {
    let Some(before) = before else {
        return if now.is_empty() { String::new() } else { format!("{} in all", now.len()) };
    };
    let mut words = Vec::new();
    for (name, version) in now {
        match before.get(name) {
            None => words.push(format!("+ {name} {version}")),
            Some(there) if there != version => words.push(format!("{name} {there} → {version}")),
            Some(_) => {}
        }
    }
    words.extend(before.keys().filter(|name| !now.contains_key(*name)).map(|name| format!("− {name}")));
    if words.is_empty() && !now.is_empty() { "unchanged".to_owned() } else { words.join(", ") }
}

/// Only addresses of the web become links: `javascript:` and its like stay text that nobody sees.
fn is_web(url: &str) -> bool {
    let lower = url.to_ascii_lowercase();
    (lower.starts_with("https://") || lower.starts_with("http://")) && !url.contains(char::is_whitespace)
}

fn moment(seconds: u64) -> String {
    Moment::from(SourceDate::from_seconds(seconds)).to_string()
}
