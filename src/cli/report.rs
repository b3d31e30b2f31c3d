//! Outcomes as words or JSON, and the exit code that goes with them.

use std::io::IsTerminal;
use std::io::Write;
use std::process::ExitCode;

use serde_json::Value;
use serde_json::json;

use crate::cli::args::OutputOptions;
use crate::cli::args::Verbosity;
use crate::command::build::BuiltPackage;
use crate::command::build::Outcome;
use crate::command::failure::Failure;
use crate::host::env::Env;
use crate::package::Package;
use crate::package::blob::Blob;
use crate::package::tree::NodeKind;
use crate::plan::Note;
use crate::plan::Weight;

/// The exit code of an error; 1 is for findings.
const ERROR: u8 = 2;

/// Who talks to the user.
pub(in crate::cli) struct Report {
    json: bool,
    verbosity: Verbosity,
    colour: bool,
}

/// What clap has to say: help and version are results, anything else is an error.
pub(in crate::cli) fn usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to do when even the terminal is gone.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(ERROR) } else { ExitCode::SUCCESS }
}

/// What went wrong before anything could be asked for.
pub(in crate::cli) fn unheard(error: crate::host::Error) -> ExitCode {
    say(&format!("error: {}", plain(&Failure::from(error).chain().join(": "))));
    ExitCode::from(ERROR)
}

/// A line for people. Nothing is left to do when nobody can read it.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Text that does nothing to a terminal: names in archives and messages of other programs may hold anything.
fn plain(text: &str) -> String {
    let harmless = |c: char| !c.is_control() || c == '\n';
    let shown = |c: char| if harmless(c) { c.to_string() } else { c.escape_debug().to_string() };
    text.chars().map(shown).collect()
}

/// Standard output could not take the results.
#[derive(Debug, thiserror::Error)]
#[error("failed to write to standard output")]
struct Unprinted(#[source] std::io::Error);

impl Report {
    /// Colours only for a terminal whose user did not ask to be spared (<https://no-color.org>).
    pub(in crate::cli) fn new(options: &OutputOptions, env: &Env) -> Self {
        let spared = env.var("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = std::io::stderr().is_terminal() && !spared;
        Self { json: options.json, verbosity: options.verbosity, colour }
    }

    /// Whether a progress bar is of use to anyone.
    pub(in crate::cli) fn shows_progress(&self) -> bool {
        self.verbosity > Verbosity::Quiet && std::io::stderr().is_terminal()
    }

    pub(in crate::cli) fn failure(&self, failure: &Failure) -> ExitCode {
        let chain = failure.chain();
        if let Some(signal) = failure.signal {
            say("error: interrupted; nothing was written");
            // 128 and the signal's number, as shells report it: 130 for SIGINT, 143 for SIGTERM.
            return ExitCode::from(u8::try_from(128 + signal).unwrap_or(ERROR));
        }
        if let Some(error) = failure.error.downcast_ref::<crate::config::error::Error>() {
            say(&error.render(&self.renderer()));
            return ExitCode::from(ERROR);
        }
        say(&format!("error: {}", plain(&chain.join(": "))));
        if let Some(hint) = &failure.hint {
            say(&format!("hint: {}", plain(hint)));
        }
        ExitCode::from(ERROR)
    }

    pub(in crate::cli) fn build(&self, outcome: &Outcome) -> Result<ExitCode, Failure> {
        self.notes(&outcome.notes);
        let text = match (self.json, &outcome.built) {
            (true, _) => {
                let document = document(outcome);
                serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
            }
            (false, None) => outcome.packages.iter().map(listing).collect(),
            (false, Some(built)) => {
                built.iter().for_each(|package| self.summary(package));
                built.iter().map(|package| format!("{}\n", package.path.display())).collect()
            }
        };
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            // Whoever reads has read enough: `mkdeb build --dry-run | head`.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            Err(error) => Err(Failure::new(Unprinted(error), None)),
            Ok(()) => Ok(ExitCode::SUCCESS),
        }
    }

    fn renderer(&self) -> annotate_snippets::Renderer {
        if self.colour { annotate_snippets::Renderer::styled() } else { annotate_snippets::Renderer::plain() }
    }

    fn notes(&self, notes: &[Note]) {
        for note in notes {
            let word = match note.weight {
                Weight::Warning if self.verbosity > Verbosity::Quiet => "warning",
                Weight::Detail if self.verbosity == Verbosity::Verbose => "note",
                _ => continue,
            };
            say(&plain(&format!("{word}: {}: {}", note.subject, note.text)));
        }
    }

    fn summary(&self, package: &BuiltPackage) {
        if self.verbosity > Verbosity::Quiet && !self.json {
            let (files, size, installed) =
                (package.files, megabytes(package.size), megabytes(package.installed_kib << 10));
            let (name, version) = (&package.name, &package.version);
            say(&format!("built {name} {version}: {files} files, {size} MB, {installed} MB installed"));
        }
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1_000_000, bytes / 100_000 % 10)
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
                format!("{mode} {kind} {:>8} {path}", blob_size(blob))
            }
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn blob_size(blob: &Blob) -> u64 {
    match blob {
        Blob::Inline(bytes) => bytes.len() as u64,
        Blob::Source { size, .. } | Blob::Rewritten { size, .. } => *size,
    }
}

fn document(outcome: &Outcome) -> Value {
    let notes: Vec<Value> = outcome
        .notes
        .iter()
        .map(|note| {
            let weight = if note.weight == Weight::Warning { "warning" } else { "detail" };
            json!({ "weight": weight, "subject": note.subject, "text": note.text })
        })
        .collect();
    let packages: Vec<Value> = match &outcome.built {
        Some(built) => built.iter().map(built_document).collect(),
        None => outcome.packages.iter().map(planned_document).collect(),
    };
    json!({ "release": outcome.release, "packages": packages, "notes": notes })
}

fn built_document(package: &BuiltPackage) -> Value {
    json!({
        "path": package.path.display().to_string(),
        "name": package.name,
        "version": package.version,
        "architecture": package.architecture,
        "size": package.size,
        "installed_kib": package.installed_kib,
        "files": package.files,
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
                "size": blob_size(blob), "conffile": conffile,
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
