//! The outcome of `mkdeb diff`: for people, for programs, and for a comment at a change.

mod page;

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use crate::cli::args::Telling;
use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::lines;
use crate::command::diff::Compared;
use crate::command::diff::compare::Change;
use crate::command::diff::compare::Changes;
use crate::command::failure::Failure;
use crate::template::report;
use crate::types::plural::all_counted;
use crate::types::plural::size;

/// How many files are listed before the rest is counted.
const LISTED: usize = 10;

impl Report {
    /// Exits with 1 where something differs.
    pub(in crate::cli) fn diff(&self, compared: &Compared, telling: Telling) -> Result<ExitCode, Failure> {
        let code = if compared.differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) };
        if self.json {
            return self.print_json(&document(compared)).and(Ok(code));
        }
        if telling == Telling::Html {
            let page =
                report::render_diff(&page::diff(compared)).map_err(|error| Failure::new(error, None))?;
            return self.print(page.as_bytes()).and(Ok(code));
        }
        let most = if self.verbosity == Verbosity::Verbose { usize::MAX } else { LISTED };
        let told = sections(compared, most);
        let text: Vec<String> = match telling {
            Telling::Markdown => told.into_iter().flat_map(Section::markdown).collect(),
            _ => told.into_iter().flat_map(Section::plain).collect(),
        };
        self.print(lines(text).as_bytes()).and(Ok(code))
    }
}

/// A heading with what stands under it.
struct Section {
    heading: String,
    /// Whether the heading is what packages say, and not our words.
    is_foreign: bool,
    items: Vec<String>,
}

impl Section {
    fn plain(self) -> Vec<String> {
        let items = self.items.into_iter().map(|item| format!("  {item}"));
        std::iter::once(self.heading).chain(items).collect()
    }

    /// A name is code there, so that nothing in it is taken for markup.
    fn markdown(self) -> Vec<String> {
        let code = |text: &String| format!("`` {} ``", text.replace('`', "'"));
        let items: Vec<String> = self.items.iter().map(|item| format!("- {}", code(item))).collect();
        let heading = if self.is_foreign { code(&self.heading) } else { self.heading };
        if items.is_empty() {
            return vec![heading, String::new()];
        }
        [vec![format!("**{heading}**"), String::new()], items, vec![String::new()]].concat()
    }
}

fn sections(compared: &Compared, most: usize) -> Vec<Section> {
    let Compared { old, new, differences } = compared;
    let bare = |heading: String| Section { heading, is_foreign: false, items: Vec::new() };
    let names = format!("{} {} -> {} {}", old.name.0, old.name.1, new.name.0, new.name.1);
    let mut told = vec![Section { is_foreign: true, ..bare(names) }];
    told.push(bare(format!("download: {}", sizes(old.download, new.download))));
    told.push(bare(format!("on disk: {}", sizes(old.installed, new.installed))));
    if !new.virtualenvs.is_empty() && !old.virtualenvs.is_empty() {
        let is_shared = old.virtualenvs == new.virtualenvs;
        let text = if is_shared { "the same, which hosts have already" } else { "another one" };
        told.push(bare(format!("virtualenv: {text}")));
    }
    if differences.is_empty() {
        told.push(bare("nothing differs".to_owned()));
        return told;
    }
    let mut section = |heading: &str, items: Vec<String>| {
        if !items.is_empty() {
            told.push(Section { items, ..bare(heading.to_owned()) });
        }
    };
    let versions = |(name, change): &(String, Change<String>)| match change {
        Change::Added(version) => format!("+ {name} {version}"),
        Change::Removed(version) => format!("- {name} {version}"),
        Change::Changed(old, new) => format!("  {name} {old} -> {new}"),
    };
    let values = |(name, change): &(String, Change<String>)| match change {
        Change::Added(value) => format!("+ {name}: {}", short(value)),
        Change::Removed(value) => format!("- {name}: {}", short(value)),
        Change::Changed(old, new) => format!("  {name}: {} -> {}", short(old), short(new)),
    };
    section("Python distributions", differences.distributions.iter().map(versions).collect());
    section("control fields", differences.fields.iter().map(values).collect());
    section("maintainer scripts", differences.scripts.iter().map(bare_line).collect());
    section("units", differences.units.iter().map(bare_line).collect());
    section("conffiles", differences.conffiles.iter().map(bare_line).collect());
    section(&format!("files: {}", counts(&differences.files)), listed(&differences.files, most));
    section("modes and owners", differences.modes.iter().map(values).take(most).collect());
    told
}

fn bare_line((name, change): &(String, Change<()>)) -> String {
    match change {
        Change::Added(()) => format!("+ {name}"),
        Change::Removed(()) => format!("- {name}"),
        Change::Changed((), ()) => format!("  {name}"),
    }
}

fn listed(files: &Changes<()>, most: usize) -> Vec<String> {
    let mut items: Vec<String> = files.iter().take(most).map(bare_line).collect();
    if files.len() > most {
        items.push(format!("and {} more, which `-v` lists", files.len() - most));
    }
    items
}

fn counts(files: &Changes<()>) -> String {
    let count = |is: fn(&Change<()>) -> bool| files.iter().filter(|(_, change)| is(change)).count() as u64;
    all_counted(&[
        (count(|change| matches!(change, Change::Added(()))), "added"),
        (count(|change| matches!(change, Change::Removed(()))), "removed"),
        (count(|change| matches!(change, Change::Changed((), ()))), "changed"),
    ])
}

fn sizes(old: u64, new: u64) -> String {
    let (sign, difference) = if new >= old { ("+", new - old) } else { ("-", old - new) };
    format!("{} -> {} ({sign}{})", size(old), size(new), size(difference))
}

/// A value in one line.
fn short(value: &str) -> String {
    let line = value.replace('\n', " ");
    let cut: String = line.chars().take(200).collect();
    if cut.len() < line.len() { format!("{cut} …") } else { cut }
}

fn document(compared: &Compared) -> Value {
    let Compared { old, new, differences } = compared;
    let side = |side: &crate::command::diff::side::Side| {
        json!({
            "package": side.name.0,
            "version": side.name.1,
            "download": side.download,
            "installed": side.installed,
            "virtualenvs": side.virtualenvs,
        })
    };
    json!({
        "differs": !differences.is_empty(),
        "old": side(old),
        "new": side(new),
        "shares_virtualenv": !new.virtualenvs.is_empty() && old.virtualenvs == new.virtualenvs,
        "distributions": of_texts(&differences.distributions),
        "fields": of_texts(&differences.fields),
        "scripts": of_names(&differences.scripts),
        "units": of_names(&differences.units),
        "conffiles": of_names(&differences.conffiles),
        "files": of_names(&differences.files),
        "modes": of_texts(&differences.modes),
    })
}

fn of_texts(changes: &Changes<String>) -> Vec<Value> {
    let value = |(name, change): &(String, Change<String>)| match change {
        Change::Added(new) => json!({ "name": name, "change": "added", "old": null, "new": new }),
        Change::Removed(old) => json!({ "name": name, "change": "removed", "old": old, "new": null }),
        Change::Changed(old, new) => json!({ "name": name, "change": "changed", "old": old, "new": new }),
    };
    changes.iter().map(value).collect()
}

fn of_names(changes: &Changes<()>) -> Vec<Value> {
    let word = |change: &Change<()>| match change {
        Change::Added(()) => "added",
        Change::Removed(()) => "removed",
        Change::Changed((), ()) => "changed",
    };
    changes.iter().map(|(name, change)| json!({ "name": name, "change": word(change) })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_packages_say_is_code_in_markdown() {
        let heading = "a 1 -> a [ok](https://evil.example) `` ![x](y) @all".to_owned();
        let section = Section { heading, is_foreign: true, items: Vec::new() };
        assert_eq!(section.markdown()[0], "`` a 1 -> a [ok](https://evil.example) '' ![x](y) @all ``");
        let items = vec!["+ `x` <b>".to_owned()];
        let section = Section { heading: "units".to_owned(), is_foreign: false, items };
        assert_eq!(section.markdown(), ["**units**", "", "- `` + 'x' <b> ``", ""]);
    }
}
