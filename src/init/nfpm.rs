//! From `nfpm.yaml` to a manifest.

use std::collections::BTreeSet;

use crate::init::Error;
use crate::init::Facts;
use crate::init::compression;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::nfpm_contents;
use crate::init::nfpm_package;
use crate::init::packing;
use crate::init::packing::Choices;
use crate::init::parcel;
use crate::init::prefix::Prefixes;
use crate::init::scripts;
use crate::init::scripts::Given;
use crate::init::units;
use crate::init::variables;
use crate::packagers::nfpm::Located;
use crate::packagers::nfpm::Table;

/// Scripts, by the names that nfpm and dpkg have for them.
const SCRIPTS: [(&str, &str); 4] = [
    ("preinstall", "preinst"),
    ("postinstall", "postinst"),
    ("preremove", "prerm"),
    ("postremove", "postrm"),
];
/// What nfpm makes besides Debian's packages.
const OTHERS: [&str; 5] = ["rpm", "apk", "archlinux", "ipk", "msix"];

/// A file of nfpm, as this package's part of it says.
pub(in crate::init) struct File<'f> {
    pub(in crate::init) path: &'f str,
    pub(in crate::init) table: &'f Table,
    pub(in crate::init) facts: &'f Facts,
}

impl File<'_> {
    /// A line of the file.
    pub(in crate::init) fn line(&self, line: usize) -> Source {
        Source::Line { path: self.path.to_owned(), line }
    }

    /// A text, with what the environment says in the places of variables; told where that does not say it.
    pub(in crate::init) fn expanded(&self, draft: &mut Draft, given: &Located) -> Option<String> {
        match variables::expand(&given.text, |name| self.facts.variables.get(name).cloned()) {
            Ok(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Err(name) => {
                let at = self.line(given.line);
                draft.remark(format!("{at}: `{}` is left out: `{name}` is not set", given.text));
                None
            }
        }
    }
}

/// Where its contents come from, up to what makes a pattern of that.
pub(in crate::init) fn sources(table: &Table) -> BTreeSet<String> {
    let sources = table.tables("contents").iter().filter_map(|content| content.text("src"));
    let plain = |source: &str| source.split(nfpm_contents::SIGNS).next().unwrap_or_default().to_owned();
    sources.map(|source| plain(&source.text)).collect()
}

/// The files that it names and whose texts count: scripts and units.
pub(in crate::init) fn named(table: &Table, files: &BTreeSet<String>) -> BTreeSet<String> {
    let scripts = table.table("scripts");
    let scripts = SCRIPTS.iter().filter_map(|(key, _)| scripts?.text(key));
    let scripts: BTreeSet<String> = scripts.map(|script| parcel::relative(&script.text)).collect();
    let sources = sources(table);
    scripts
        .into_iter()
        .chain(units::named(sources.iter().map(|source| parcel::relative(source)), files))
        .collect()
}

/// Adds everything that the file says.
pub(in crate::init) fn add(draft: &mut Draft, path: &str, table: &Table, facts: &Facts) -> Result<(), Error> {
    let file = File { path, table, facts };
    draft.say([&*format!("Made by `mkdeb init` from {path}. All keys: docs/manifest.md of mkdeb.")]);
    nfpm_package::add(draft, &file)?;
    let items = nfpm_contents::items(draft, &file);
    let prefixes = packing::add(draft, items, facts, Choices::default());
    hooks(draft, &file, &prefixes);
    compression(draft, &file);
    leftovers(draft, &file);
    Ok(())
}

fn hooks(draft: &mut Draft, file: &File<'_>, prefixes: &Prefixes) {
    let Some(table) = file.table.table("scripts") else { return };
    let mut given = Vec::new();
    for (key, name) in SCRIPTS {
        let Some(script) = table.text(key) else { continue };
        given.extend(Given::find(draft, name, (&file.line(script.line), &script.text), file.facts));
    }
    scripts::add(draft, &given, prefixes);
}

/// The compression, where it is said; nfpm's own default is no choice of anybody's.
fn compression(draft: &mut Draft, file: &File<'_>) {
    let Some(given) = file.table.table("deb").and_then(|deb| deb.text("compression")) else { return };
    let (format, level) = given.text.split_once(':').map_or((&*given.text, None), |(a, b)| (a, Some(b)));
    compression::add(draft, (&file.line(given.line), &given.text), (format, level));
}

/// What has no counterpart.
fn leftovers(draft: &mut Draft, file: &File<'_>) {
    let mut left = |line: usize, key: &str, why: &str| {
        draft.remark(format!("{}: `{key}` is left out: {why}", file.line(line)));
    };
    for (key, why) in [
        ("changelog", "it is YAML; `changelog` in `[package]` takes one of Debian's"),
        ("mtime", "times are `SOURCE_DATE_EPOCH`, or those of the newest input"),
        ("umask", "permission bits are those of `mode`"),
    ] {
        if let Some(entry) = file.table.entry(key) {
            left(entry.line, key, why);
        }
    }
    if let Some(platform) = file.table.text("platform").filter(|platform| platform.text != "linux") {
        left(platform.line, "platform", "packages are for Linux");
    }
    if let Some(deb) = file.table.table("deb") {
        for (key, why) in [
            ("signature", "the repository is signed, by `mkdeb publish`"),
            ("scripts", "hooks ask no questions (debconf)"),
            ("arch_variant", "packages are for every variant of an architecture"),
        ] {
            if let Some(entry) = deb.entry(key) {
                left(entry.line, &format!("deb.{key}"), why);
            }
        }
        let triggers = deb.table("triggers").map(|triggers| triggers.entries.as_slice()).unwrap_or_default();
        for entry in triggers {
            left(entry.line, &format!("deb.triggers.{}", entry.key), "packages wait for no triggers");
        }
    }
    for unknown in file.table.all_unknown() {
        let why = match unknown.nearest {
            Some(nearest) => format!("nfpm does not know it; it may stand for `{nearest}`"),
            None => "nfpm does not know it".to_owned(),
        };
        left(unknown.line, &unknown.path, &why);
    }
    let is_others = |key: &str| OTHERS.contains(&key.strip_prefix("overrides.").unwrap_or(key));
    let others = file.table.entries.iter().filter(|entry| is_others(&entry.key));
    let others: Vec<&str> = others.map(|entry| entry.key.as_str()).collect();
    if !others.is_empty() {
        draft.remark(format!(
            "left out of {}: {}, for packages of others than Debian",
            file.path,
            others.join(", ")
        ));
    }
}
