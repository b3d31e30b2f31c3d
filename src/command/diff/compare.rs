//! What differs between two sides.

use std::collections::BTreeMap;

use crate::command::diff::side::Fact;
use crate::command::diff::side::Side;

/// What became of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change<T> {
    /// It is new.
    Added(T),
    /// It is gone.
    Removed(T),
    /// It is another: the old one and the new one.
    Changed(T, T),
}

/// Changes by what they are about, in order.
pub type Changes<T> = Vec<(String, Change<T>)>;

/// Everything that differs. What stays the same is not in it.
#[derive(Debug, Clone, Default)]
pub struct Differences {
    /// Python distributions, by their names, with versions.
    pub distributions: Changes<String>,
    /// Control fields with their values, but for the version and sizes.
    pub fields: Changes<String>,
    /// Maintainer scripts.
    pub scripts: Changes<()>,
    /// Units of systemd, by path.
    pub units: Changes<()>,
    /// Conffiles, by path.
    pub conffiles: Changes<()>,
    /// Other files, by path.
    pub files: Changes<()>,
    /// Files whose modes or owners alone differ: `0644 root:root`.
    pub modes: Changes<String>,
}

impl Differences {
    /// Compares two sides.
    pub fn between(old: &Side, new: &Side) -> Self {
        let mut found = Self {
            distributions: distributions(old, new),
            fields: fields(old, new),
            scripts: named(&old.scripts, &new.scripts),
            ..Self::default()
        };
        for (path, change) in pairs(&old.files, &new.files) {
            let is_conffile = old.conffiles.contains(&path) || new.conffiles.contains(&path);
            let list = match &change {
                Change::Changed(old, new) if old.content == new.content => {
                    let spelled = |fact: &Fact| format!("{:04o} {}", fact.mode.0, fact.mode.1);
                    // The name of a release is as long as its version, and so are the bodies that have it.
                    if old.mode != new.mode {
                        found.modes.push((path, Change::Changed(spelled(old), spelled(new))));
                    }
                    continue;
                }
                // Directories come and go with what is in them.
                Change::Added(fact) | Change::Removed(fact) if fact.content.0 == "directory" => continue,
                _ if is_conffile => &mut found.conffiles,
                _ if is_unit(&path) => &mut found.units,
                _ => &mut found.files,
            };
            list.push((path, change.bare()));
        }
        found
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Self { distributions, fields, scripts, units, conffiles, files, modes } = self;
        let lists = [scripts, units, conffiles, files];
        distributions.is_empty()
            && fields.is_empty()
            && modes.is_empty()
            && lists.iter().all(|list| list.is_empty())
    }
}

impl<T> Change<T> {
    fn bare(&self) -> Change<()> {
        match self {
            Self::Added(_) => Change::Added(()),
            Self::Removed(_) => Change::Removed(()),
            Self::Changed(..) => Change::Changed((), ()),
        }
    }
}

/// What is in one of two maps alone, or has another value.
fn pairs<T: Clone + PartialEq>(old: &BTreeMap<String, T>, new: &BTreeMap<String, T>) -> Changes<T> {
    let gone = old.iter().filter(|(name, _)| !new.contains_key(*name));
    let gone = gone.map(|(name, value)| (name.clone(), Change::Removed(value.clone())));
    let come = new.iter().filter_map(|(name, value)| match old.get(name) {
        None => Some((name.clone(), Change::Added(value.clone()))),
        Some(before) if before != value => {
            Some((name.clone(), Change::Changed(before.clone(), value.clone())))
        }
        Some(_) => None,
    });
    let mut found: Changes<T> = gone.chain(come).collect();
    found.sort_by(|left, right| left.0.cmp(&right.0));
    found
}

fn named(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Changes<()> {
    pairs(old, new).into_iter().map(|(name, change)| (name, change.bare())).collect()
}

fn distributions(old: &Side, new: &Side) -> Changes<String> {
    let versions = |side: &Side| -> BTreeMap<String, String> {
        side.distributions.iter().map(|(normal, (_, version))| (normal.clone(), version.clone())).collect()
    };
    let name = |normal: &String| {
        let found = new.distributions.get(normal).or_else(|| old.distributions.get(normal));
        found.map_or_else(|| normal.clone(), |(name, _)| name.clone())
    };
    let changes = pairs(&versions(old), &versions(new));
    changes.into_iter().map(|(normal, change)| (name(&normal), change)).collect()
}

fn fields(old: &Side, new: &Side) -> Changes<String> {
    const TOLD_ELSEWHERE: [&str; 2] = ["Version", "Installed-Size"];
    let of = |side: &Side| -> BTreeMap<String, String> { side.fields.iter().cloned().collect() };
    let mut changes = pairs(&of(old), &of(new));
    changes.retain(|(name, _)| !TOLD_ELSEWHERE.contains(&name.as_str()));
    // A part of the application has a name of its own in every release.
    for (_, change) in &mut changes {
        if let Change::Changed(before, after) = change
            && steady(before, &old.name.1) == steady(after, &new.name.1)
        {
            after.clone_from(before);
        }
    }
    changes.retain(|(_, change)| !matches!(change, Change::Changed(before, after) if before == after));
    changes
}

/// A relation without the release it is to: `orders-release-1.0-ab12 (= 1.0)`.
fn steady(value: &str, version: &str) -> String {
    let words = value.split(' ').map(|word| match word.split_once("-release-") {
        Some((name, _)) => format!("{name}-release"),
        None => word.replace(version, "VERSION"),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_unit(path: &str) -> bool {
    path.contains("/systemd/system/") || path.contains("/.mkdeb/units/")
}
