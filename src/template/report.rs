//! The pages that people see of packages and of what differs between two. A value is text there and never markup.

use handlebars::Handlebars;
use serde::Serialize;

use crate::template::Error;
use crate::types::digest::Sha256;
use crate::types::plain::plain;

/// `report.html.hbs`.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Name and version of what it is about.
    pub title: String,
    /// The same, as a tab shows it.
    pub tab: String,
    /// A word on it.
    pub summary: String,
    /// What the style sheet has to have for a browser to take it.
    pub style_digest: String,
    /// Where to go on the page, where there are several packages.
    pub contents: Vec<Entry>,
    /// The packages.
    pub packages: Vec<Package>,
}

/// A package on the page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Package {
    /// What it is called on the page: `p1`.
    pub anchor: String,
    /// Its name and its version.
    pub name: String,
    /// The same, where there are several.
    pub heading: Option<String>,
    /// The level of the headings in it.
    pub level: u8,
    /// That of the headings below those.
    pub minor: u8,
    /// The large figures.
    pub figures: Vec<Fact>,
    /// What it says of itself.
    pub facts: Vec<Fact>,
    /// What dpkg would refuse, and what breaks rules.
    pub remarks: Vec<Remark>,
    /// What is shared: `megabytes`.
    pub sharing: &'static str,
    /// Where those are.
    pub maps: Vec<Map>,
    /// Its virtualenvs.
    pub virtualenvs: Vec<Virtualenv>,
    /// Its units.
    pub units: Vec<Unit>,
    /// How many more there are, in words.
    pub more_units: String,
    /// What its scripts do.
    pub steps: Vec<List>,
    /// Its scripts, where they are not mkdeb's.
    pub scripts: Vec<Script>,
    /// What it puts on the path of commands, its conffiles, its relations.
    pub lists: Vec<List>,
}

/// A label with what belongs to it.
#[derive(Debug, Clone, Serialize)]
pub struct Fact {
    /// The label.
    pub label: String,
    /// The value.
    pub value: String,
}

/// A link within the page.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// To what.
    pub anchor: String,
    /// What is there.
    pub name: String,
    /// More about it.
    pub detail: String,
}

/// Something that is wrong.
#[derive(Debug, Clone, Serialize)]
pub struct Remark {
    /// How much it matters.
    pub weight: String,
    /// On what.
    pub subject: String,
    /// What.
    pub text: String,
    /// The rule, where it is one's.
    pub rule: String,
}

/// A treemap with its table.
#[derive(Debug, Clone, Serialize)]
pub struct Map {
    /// What it is called on the page.
    pub anchor: String,
    /// By what it shares.
    pub title: String,
    /// The same with the name of the package.
    pub label: String,
    /// What the picture shows, in a sentence.
    pub caption: String,
    /// What the first column has.
    pub column: String,
    /// The picture for wide screens and for narrow ones.
    pub pictures: Vec<Picture>,
    /// The same in figures.
    pub rows: Vec<Row>,
}

/// A treemap.
#[derive(Debug, Clone, Serialize)]
pub struct Picture {
    /// `wide` or `narrow`.
    pub kind: &'static str,
    /// Its width and height.
    pub size: (u32, u32),
    /// Its rectangles.
    pub tiles: Vec<Tile>,
}

/// A rectangle.
#[derive(Debug, Clone, Serialize)]
pub struct Tile {
    /// The classes of its colour.
    pub class: String,
    /// Its left edge.
    pub x: String,
    /// Its upper edge.
    pub y: String,
    /// Its width.
    pub width: String,
    /// Its height.
    pub height: String,
    /// What a pointer shows.
    pub title: String,
    /// What is written on it.
    pub labels: Vec<Label>,
}

/// A line on a rectangle.
#[derive(Debug, Clone, Serialize)]
pub struct Label {
    /// Its left end.
    pub x: String,
    /// Its base line.
    pub y: String,
    /// Its class: `name`, `size`.
    pub class: &'static str,
    /// The line.
    pub text: String,
}

/// A row of the table beside a treemap.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// The class of its colour.
    pub class: String,
    /// What it is of.
    pub name: String,
    /// More about that.
    pub detail: String,
    /// Its size.
    pub size: String,
    /// Beside the largest, in percent.
    pub bar: String,
    /// Its share: `34.5`.
    pub percent: String,
    /// How many files it has.
    pub files: u64,
}

/// A virtualenv.
#[derive(Debug, Clone, Serialize)]
pub struct Virtualenv {
    /// Where it lies.
    pub path: String,
    /// Its Python.
    pub python: String,
    /// What was rewritten.
    pub changes: Vec<List>,
    /// What is said where the package says nothing of that.
    pub unsaid: bool,
    /// What was left out.
    pub dropped: String,
    /// Its distributions.
    pub distributions: Vec<Distribution>,
    /// How many those are.
    pub counted: String,
    /// How many more there are.
    pub more: String,
}

/// A distribution.
#[derive(Debug, Clone, Serialize)]
pub struct Distribution {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its license.
    pub license: String,
}

/// A unit.
#[derive(Debug, Clone, Serialize)]
pub struct Unit {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: String,
    /// When it runs.
    pub when: Vec<String>,
    /// What it starts.
    pub commands: Vec<String>,
    /// As whom.
    pub user: String,
}

/// A heading with lines below it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct List {
    /// The heading.
    pub heading: String,
    /// A number that stands with it.
    pub count: String,
    /// The lines.
    pub items: Vec<String>,
    /// How many more there are.
    pub more: String,
}

/// A script of somebody's.
#[derive(Debug, Clone, Serialize)]
pub struct Script {
    /// Its name.
    pub name: String,
    /// How long it is.
    pub size: String,
    /// Its text.
    pub text: String,
    /// What is said where that is not all.
    pub more: String,
}

/// `diff.html.hbs`.
#[derive(Debug, Clone, Serialize)]
pub struct Diff {
    /// What is compared.
    pub title: String,
    /// The same, as a tab shows it.
    pub tab: String,
    /// What the style sheet has to have for a browser to take it.
    pub style_digest: String,
    /// In a sentence.
    pub verdict: String,
    /// Sizes of both sides.
    pub measures: Vec<Measure>,
    /// What differs.
    pub sections: Vec<Section>,
}

/// A number of both sides.
#[derive(Debug, Clone, Serialize)]
pub struct Measure {
    /// Of what.
    pub label: String,
    /// Before.
    pub old: String,
    /// Now.
    pub new: String,
    /// The difference.
    pub change: String,
    /// `more`, `less` or `same`.
    pub class: &'static str,
}

/// What differs of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// What it is called on the page.
    pub anchor: String,
    /// The kind.
    pub title: String,
    /// How many were added, removed, changed.
    pub counts: String,
    /// What the first column has.
    pub column: &'static str,
    /// Whether there are values.
    pub has_values: bool,
    /// The differences.
    pub rows: Vec<Difference>,
    /// How many more there are.
    pub more: String,
}

/// One difference.
#[derive(Debug, Clone, Serialize)]
pub struct Difference {
    /// `added`, `removed` or `changed`.
    pub change: &'static str,
    /// Of what.
    pub name: String,
    /// The value before.
    pub old: String,
    /// The value now.
    pub new: String,
    /// Whether there are values.
    pub has_values: bool,
}

/// The longest title of a tab, in characters.
const LONGEST_TAB: usize = 60;
/// The names of the templates.
const REPORT: &str = "report.html.hbs";
const DIFF: &str = "diff.html.hbs";
/// The style of all pages, and what these have besides: they are parts of the pages, which are one file each.
const STYLES: [(&str, &str); 2] = [
    ("page/style.html.hbs", include_str!("../../templates/page/style.html.hbs")),
    ("page/report.html.hbs", include_str!("../../templates/page/report.html.hbs")),
];
const PAGES: [(&str, &str); 2] = [
    (REPORT, include_str!("../../templates/report.html.hbs")),
    (DIFF, include_str!("../../templates/diff.html.hbs")),
];

/// The page about packages. `style_digest` and `tab` are filled in here.
pub fn render(report: &Report) -> Result<String, Error> {
    rendered(REPORT, &Report { style_digest: style_digest(), tab: tab(&report.title), ..report.clone() })
}

/// The page about differences. `style_digest` and `tab` are filled in here.
pub fn render_diff(diff: &Diff) -> Result<String, Error> {
    rendered(DIFF, &Diff { style_digest: style_digest(), tab: tab(&diff.title), ..diff.clone() })
}

/// A title that a tab, a list of bookmarks and a reader's ear have patience for.
fn tab(title: &str) -> String {
    let mut length = 0;
    // Counted as it is written, which is how judges of pages count.
    let short = title.chars().take_while(|c| {
        length += escaped(c.encode_utf8(&mut [0; 4])).chars().count();
        length <= LONGEST_TAB
    });
    let cut: String = short.collect();
    if cut.len() < title.len() { cut + "…" } else { cut }
}

/// A browser takes the one style sheet whose digest the page names (CSP 3), so that no other can come in.
fn style_digest() -> String {
    let style: String = STYLES.iter().map(|(_, text)| *text).collect();
    format!("{}=", Sha256::of(style.as_bytes()).urlsafe_base64())
}

fn rendered(name: &str, page: &impl Serialize) -> Result<String, Error> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(escaped);
    for (name, text) in STYLES.iter().chain(&PAGES) {
        let syntax = |error: handlebars::TemplateError| Error::Syntax {
            name: (*name).to_owned(),
            reason: error.to_string(),
        };
        registry.register_template_string(name, text).map_err(syntax)?;
    }
    let failed =
        |error: handlebars::RenderError| Error::Render { name: name.to_owned(), reason: error.to_string() };
    registry.render(name, page).map_err(failed)
}

/// A value as text of HTML: what works on whoever reads is written out, what works on a browser is escaped.
pub(in crate::template) fn escaped(text: &str) -> String {
    let lines: Vec<String> = text.split('\t').map(plain).collect();
    handlebars::html_escape(&lines.join("\t"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_value_stays_text() {
        let text = escaped("<script>\"'&\u{202e}\u{1b}\0\n\ta");
        assert_eq!(text, "&lt;script&gt;&quot;&#x27;&amp;\\u{202e}\\u{1b}\\0\n\ta");
    }
}
