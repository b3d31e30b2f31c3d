//! Outcomes as words or JSON, and the exit code that goes with them. Each verb's are in a file of its own.

mod build;
mod diff;
mod export;
mod init;
mod inspect;
pub(in crate::cli) mod lint;
mod manual;
mod pack;
mod publish;
mod repo;
mod sarif;
mod suites;
mod test;
mod venv;
mod venv_key;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::io::Write;
use std::process::ExitCode;

use serde_json::Value;

use crate::cli::args::OutputOptions;
use crate::cli::args::Verbosity;
use crate::cli::report::inspect::listing::quoted;
use crate::command::failure::Failure;
use crate::host::env::Env;
use crate::plan::Note;
use crate::plan::Origin;
use crate::plan::Weight;
use crate::types::plain::plain;
use crate::types::plural::counted;

/// The exit code of an error; 1 is for findings.
const ERROR: u8 = 2;
/// How many findings of one kind are told, where nobody asks for all.
const FEW: u64 = 3;

/// Who talks to the user.
pub(in crate::cli) struct Report {
    json: bool,
    verbosity: Verbosity,
    colour: bool,
}

/// What clap has to say: help and version are results, anything else is an error.
pub(in crate::cli) fn usage(error: &clap::Error) -> ExitCode {
    match error.print() {
        Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
            say(&format!("error: {}", Failure::new(Unprinted(source), None).chain().join(": ")));
            ExitCode::from(ERROR)
        }
        _ if error.use_stderr() => ExitCode::from(ERROR),
        _ => ExitCode::SUCCESS,
    }
}

/// What went wrong before anything could be asked for.
pub(in crate::cli) fn unheard(error: crate::host::Error) -> ExitCode {
    let failure = Failure::from(error);
    told(&marked(&failure.chain().join(": ")), failure.hint.as_deref().map(marked).as_deref());
    ExitCode::from(ERROR)
}

/// An error without a place, and what would help.
fn told(title: &str, hint: Option<&str>) {
    say(&format!("error: {title}"));
    if let Some(hint) = hint {
        say(&format!("hint: {hint}"));
    }
}

/// A line for people. Nothing is left to do when nobody can read it.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Text in which no line but the first begins with what a CI takes for a command: names may hold line feeds.
fn marked(text: &str) -> String {
    let is_command = |line: &&str| ["::", "##"].iter().any(|start| line.trim_start().starts_with(start));
    let plain = plain(text);
    let lines =
        plain.split('\n').map(|line| if is_command(&line) { format!("| {line}") } else { line.to_owned() });
    lines.collect::<Vec<_>>().join("\n")
}

/// Lines of which each stays one, whatever is in it.
fn lines(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| plain(&line).replace('\n', "\\n") + "\n").collect()
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
            let left = failure.left.as_deref().unwrap_or("nothing was written");
            say(&format!("error: interrupted; {}", plain(left)));
            // 128 and the signal's number, as shells report it: 130 for SIGINT, 143 for SIGTERM.
            return ExitCode::from(u8::try_from(128 + signal).unwrap_or(ERROR));
        }
        let (title, hint) = (marked(&chain.join(": ")), failure.hint.as_deref().map(marked));
        match &failure.place {
            Some(place) => say(&place.draw((&title, hint.as_deref()), &self.renderer())),
            None => told(&title, hint.as_deref()),
        }
        ExitCode::from(ERROR)
    }

    /// Results, to standard output.
    fn print(&self, bytes: &[u8]) -> Result<ExitCode, Failure> {
        self.write(|out| out.write_all(bytes))
    }

    /// Results that are too large to be held.
    fn write(
        &self,
        results: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<ExitCode, Failure> {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        match results(&mut out).and_then(|()| out.flush()) {
            // Whoever reads has read enough: `mkdeb build --dry-run | head`.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            Err(error) => {
                let hint = "send it to a terminal, or to a file on a disk with space";
                Err(Failure::new(Unprinted(error), Some(hint.to_owned())))
            }
            Ok(()) => Ok(ExitCode::SUCCESS),
        }
    }

    /// A result as one JSON document.
    fn print_json(&self, document: &Value) -> Result<ExitCode, Failure> {
        self.print((serde_json::to_string_pretty(document).unwrap_or_default() + "\n").as_bytes())
    }

    /// The paths that went into a package or came out of it, where they are asked for.
    fn paths<P: AsRef<[u8]>>(&self, paths: impl IntoIterator<Item = P>) {
        if self.verbosity == Verbosity::Verbose {
            paths.into_iter().for_each(|path| say(&quoted(path.as_ref())));
        }
    }

    fn renderer(&self) -> annotate_snippets::Renderer {
        if self.colour { annotate_snippets::Renderer::styled() } else { annotate_snippets::Renderer::plain() }
    }

    fn notes(&self, notes: &[Note]) {
        let mut told = BTreeMap::<Origin, u64>::new();
        for note in notes {
            let word = match note.weight {
                Weight::Warning if self.verbosity > Verbosity::Quiet => "warning",
                Weight::Detail if self.verbosity == Verbosity::Verbose => "note",
                _ => continue,
            };
            let count = told.entry(note.origin).or_default();
            *count += 1;
            if *count > FEW && note.origin != Origin::Plan && self.verbosity < Verbosity::Verbose {
                continue;
            }
            // A name in an input may hold a line feed, which must not begin a line of ours.
            let line = format!("{word}: {}: {}", note.subject, note.text).replace('\n', "\\n");
            say(&plain(&line));
        }
        let more = |count: u64| count.saturating_sub(FEW);
        for (origin, count) in told.iter().filter(|(_, count)| more(**count) > 0) {
            let kind = match origin {
                Origin::Leak(class) => format!("of the class `{class}`"),
                Origin::Rule(rule) => format!("of the rule `{rule}`"),
                Origin::Plan => continue,
            };
            if self.verbosity == Verbosity::Normal {
                say(&format!("warning: {} {kind}; `-v` tells all", counted(more(*count), "more findings")));
            }
        }
    }
}
