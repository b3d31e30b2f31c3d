//! The outcome of `mkdeb build`.

use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::plain;
use crate::cli::report::say;
use crate::command::build::Adopted;
use crate::command::build::BuiltPackage;
use crate::command::build::Outcome;
use crate::command::failure::Failure;
use crate::command::leaks::Class;
use crate::config::recipe::Layout;
use crate::package::Package;
use crate::package::tree::NodeKind;
use crate::plan::Origin;
use crate::plan::Weight;
use crate::types::plural::counted;
use crate::types::plural::size;

impl Report {
    pub(in crate::cli) fn build(&self, outcome: &Outcome) -> Result<ExitCode, Failure> {
        self.notes(&outcome.notes);
        let text: String = match (self.json, &outcome.built) {
            (true, _) => return self.print_json(&document(outcome)),
            (false, None) => outcome.packages.iter().map(listing).collect(),
            (false, Some(built)) => {
                built.iter().for_each(|package| self.summary(package));
                self.adopted(outcome.adopted.as_ref());
                let adopted = outcome.adopted.iter().filter(|adopted| adopted.is_local);
                let built = built.iter().map(|package| package.path.display().to_string());
                let paths: Vec<String> = adopted.map(|adopted| adopted.place.clone()).chain(built).collect();
                self.installation(outcome.layout, &paths);
                paths.iter().map(|path| format!("{path}\n")).collect()
            }
        };
        self.print(text.as_bytes())
    }

    /// What was there already, and where.
    fn adopted(&self, adopted: Option<&Adopted>) {
        if let Some(Adopted { package, place, .. }) = adopted
            && self.verbosity > Verbosity::Quiet
            && !self.json
        {
            say(&plain(&format!("took {package} as it is there: {place}")));
        }
    }

    /// How several packages are installed: apt finds the order, dpkg has to be told.
    fn installation(&self, layout: Layout, paths: &[String]) {
        let (Layout::Split { .. }, [first @ .., last]) = (layout, paths) else { return };
        if self.verbosity > Verbosity::Quiet && !self.json {
            let first: Vec<String> = first.iter().map(|path| argument(path)).collect();
            let (first, last) = (first.join(" "), argument(last));
            say(&plain(&format!("install with: apt-get install {first} {last}")));
            say(&plain(&format!("or with:      dpkg -i {first} && dpkg -i {last}")));
        }
    }

    fn summary(&self, package: &BuiltPackage) {
        if self.verbosity > Verbosity::Quiet && !self.json {
            let entries = counted(package.entries as u64, "entries");
            let installed = size(package.installed_kib << 10);
            let (name, version) = (&package.name, &package.version);
            say(&format!("built {name} {version}: {entries}, {}, {installed} installed", size(package.size)));
        }
    }
}

/// A path as an argument: apt takes a word with a slash for a file, anything else for a name.
fn argument(path: &str) -> String {
    let text = if path.contains('/') { path.to_owned() } else { format!("./{path}") };
    shlex::try_quote(&text).map(std::borrow::Cow::into_owned).unwrap_or(text)
}

/// The plan of a package, a line per path, as `--dry-run` prints it.
fn listing(package: &Package) -> String {
    let mut text = format!("# {}\n", package.file_name());
    if let Ok(control) = package.control.paragraph(0) {
        let fields = control.iter().filter(|(name, _)| *name != "Installed-Size" && *name != "Description");
        text.extend(fields.map(|(name, value)| format!("# {name}: {}\n", value.replace('\n', "\n# "))));
    }
    for (name, script) in package.scripts.iter() {
        text.push_str(&format!("# {name}: {} lines\n", script.lines().count()));
    }
    for (path, node) in package.tree.archive_order() {
        let line = match &node.kind {
            NodeKind::Directory { mode } => format!("{mode} d          {path}"),
            NodeKind::Symlink { target } => format!("0777 l          {path} -> {target}"),
            NodeKind::File { blob, mode, conffile } => {
                let kind = if *conffile { 'c' } else { 'f' };
                format!("{mode} {kind} {:>8} {path}", blob.size())
            }
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn document(outcome: &Outcome) -> Value {
    let notes: Vec<Value> = outcome
        .notes
        .iter()
        .map(|note| {
            let weight = if note.weight == Weight::Warning { "warning" } else { "detail" };
            let (class, rule) = match note.origin {
                Origin::Plan => (None, None),
                Origin::Leak(class) => (Some(class), None),
                // What a rule finds may be of a class too.
                Origin::Rule(rule) => (Class::named(rule).map(Class::name), Some(rule)),
            };
            json!({ "weight": weight, "subject": note.subject, "text": note.text, "class": class, "rule": rule })
        })
        .collect();
    let packages: Vec<Value> = match &outcome.built {
        Some(built) => built.iter().map(built_document).collect(),
        None => outcome.packages.iter().map(planned_document).collect(),
    };
    let adopted = outcome.adopted.as_ref().map(|adopted| {
        let kind = if adopted.is_local { "path" } else { "url" };
        json!({ "name": adopted.package, kind: adopted.place })
    });
    json!({ "release": outcome.release, "packages": packages, "adopted": adopted, "notes": notes })
}

fn built_document(package: &BuiltPackage) -> Value {
    json!({
        "path": package.path.display().to_string(),
        "name": package.name,
        "version": package.version,
        "architecture": package.architecture,
        "size": package.size,
        "installed_kib": package.installed_kib,
        "entries": package.entries,
    })
}

fn planned_document(package: &Package) -> Value {
    let tree: Vec<Value> = package
        .tree
        .archive_order()
        .map(|(path, node)| match &node.kind {
            NodeKind::Directory { mode } => {
                json!({ "path": path.as_str(), "type": "directory", "mode": mode.to_string() })
            }
            NodeKind::Symlink { target } => {
                json!({ "path": path.as_str(), "type": "symlink", "target": target })
            }
            NodeKind::File { blob, mode, conffile } => json!({
                "path": path.as_str(), "type": "file", "mode": mode.to_string(),
                "size": blob.size(), "conffile": conffile,
            }),
        })
        .collect();
    let control = package.control.paragraph(0).map(|paragraph| {
        let fields = paragraph.iter().filter(|(name, _)| *name != "Installed-Size");
        fields.map(|(name, value)| (name.to_owned(), Value::from(value))).collect::<serde_json::Map<_, _>>()
    });
    let scripts: Vec<(&str, &str)> = package.scripts.iter().collect();
    json!({
        "file": package.file_name(),
        "control": control.unwrap_or_default(),
        "scripts": scripts.into_iter().map(|(name, text)| (name.to_owned(), Value::from(text))).collect::<serde_json::Map<_, _>>(),
        "tree": tree,
    })
}
