//! What differs between two sides, as a page shows it: the facts of the JSON document, every list bounded.

use crate::command::diff::Compared;
use crate::command::diff::compare::Change;
use crate::command::diff::compare::Changes;
use crate::template::report::Diff;
use crate::template::report::Difference;
use crate::template::report::Measure;
use crate::template::report::Section;
use crate::types::plural::size;

/// How many differences of one kind are shown.
const MOST: usize = 2000;
/// The longest name or value, in characters.
const LONGEST: usize = 2000;

/// The page.
pub(super) fn diff(compared: &Compared) -> Diff {
    let Compared { old, new, differences: found } = compared;
    let texts = |anchor, column, changes| section((anchor, column), changes, Some);
    let names = |anchor, column, changes| section((anchor, column), changes, |()| None::<&String>);
    let sections = [
        texts("Python distributions", "Distribution", &found.distributions),
        texts("Control fields", "Field", &found.fields),
        names("Maintainer scripts", "Script", &found.scripts),
        names("Units", "Unit", &found.units),
        names("Conffiles", "Conffile", &found.conffiles),
        names("Files", "File", &found.files),
        texts("Modes and owners", "File", &found.modes),
    ];
    Diff {
        title: format!(
            "{} {} → {} {}",
            short(&old.name.0),
            short(&old.name.1),
            short(&new.name.0),
            short(&new.name.1)
        ),
        tab: String::new(),
        style_digest: String::new(),
        verdict: verdict(compared),
        measures: vec![
            measure("Download", old.download, new.download),
            measure("Installed", old.installed, new.installed),
        ],
        sections: sections.into_iter().filter(|section| !section.rows.is_empty()).collect(),
    }
}

/// Whether anything differs, and whether hosts have the virtualenv already.
fn verdict(Compared { old, new, differences }: &Compared) -> String {
    let differs = if differences.is_empty() { "Nothing differs." } else { "" };
    let virtualenv = match (&old.virtualenvs, &new.virtualenvs) {
        (old, new) if old.is_empty() || new.is_empty() => "",
        (old, new) if old == new => "The virtualenv is the same, which hosts have already.",
        _ => "The virtualenv is another one.",
    };
    [differs, virtualenv].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

fn measure(label: &str, old: u64, new: u64) -> Measure {
    let (sign, class) = match new.cmp(&old) {
        std::cmp::Ordering::Greater => ("+", "more"),
        std::cmp::Ordering::Less => ("−", "less"),
        std::cmp::Ordering::Equal => ("", "same"),
    };
    let change = format!("{sign}{}", size(new.abs_diff(old)));
    Measure { label: label.to_owned(), old: size(old), new: size(new), change, class }
}

/// One kind of differences; `value` gives what is shown of a side, where there is anything.
fn section<'c, T>(
    (title, column): (&str, &'static str),
    changes: &'c Changes<T>,
    value: impl Fn(&'c T) -> Option<&'c String>,
) -> Section {
    let shown = |side: &'c T| value(side).map(|text| short(text)).unwrap_or_default();
    let row = |(name, change): &'c (String, Change<T>)| {
        let (change, old, new) = match change {
            Change::Added(new) => ("added", String::new(), shown(new)),
            Change::Removed(old) => ("removed", shown(old), String::new()),
            Change::Changed(old, new) => ("changed", shown(old), shown(new)),
        };
        Difference { change, name: short(name), old, new, has_values: false }
    };
    let rows: Vec<Difference> = changes.iter().take(MOST).map(row).collect();
    let has_values = rows.iter().any(|row| !row.old.is_empty() || !row.new.is_empty());
    let count = |word: &str| changes.iter().filter(|(_, change)| word_of(change) == word).count();
    let counts = ["added", "removed", "changed"].map(|word| (count(word), word));
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    Section {
        anchor: title.to_lowercase().replace(' ', "-"),
        title: title.to_owned(),
        counts: counts.collect::<Vec<_>>().join(", "),
        column,
        has_values,
        rows: rows.into_iter().map(|row| Difference { has_values, ..row }).collect(),
        more: if changes.len() > MOST { format!("and {} more", changes.len() - MOST) } else { String::new() },
    }
}

fn word_of<T>(change: &Change<T>) -> &'static str {
    match change {
        Change::Added(_) => "added",
        Change::Removed(_) => "removed",
        Change::Changed(..) => "changed",
    }
}

fn short(text: &str) -> String {
    let line = text.replace('\n', " ");
    let cut: String = line.chars().take(LONGEST).collect();
    if cut.len() < line.len() { cut + " …" } else { cut }
}
