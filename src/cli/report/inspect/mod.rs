//! The outcome of `mkdeb inspect`.

mod json;
pub(super) mod listing;
mod sbom;
mod summary;

use std::fs::File;
use std::io;
use std::io::IsTerminal;
use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

use crate::cli::args::Form;
use crate::cli::args::Verbosity;
use crate::cli::report::Report;
use crate::cli::report::inspect::json::Harmless;
use crate::cli::report::inspect::listing::Listing;
use crate::cli::report::plain;
use crate::cli::report::say;
use crate::command::failure::Failure;
use crate::command::inspect::Outcome;
use crate::command::inspect::Script;
use crate::page;
use crate::types::plural::counted;

impl Report {
    pub(in crate::cli) fn inspect(&self, outcome: Outcome, bill: Option<Form>) -> Result<ExitCode, Failure> {
        match (outcome, bill) {
            (Outcome::Summary(inspected), Some(form)) => self.document(&sbom::document(form, &inspected)),
            (outcome, _) => self.part(outcome),
        }
    }

    fn part(&self, outcome: Outcome) -> Result<ExitCode, Failure> {
        match outcome {
            Outcome::Summary(inspected) if self.json => self.document(&json::Document::of(&inspected)),
            Outcome::Control(deb) if self.json => self.document(&json::Control::of(&deb)),
            Outcome::Scripts(scripts) if self.json => self.document(&json::Scripts::of(&scripts)),
            Outcome::Files(entries) if self.json => self.document(&json::Files::of(&entries)),
            Outcome::Extracted { directory, paths } if self.json => {
                self.paths(&paths);
                let directory = directory.display().to_string();
                self.document(&json::Extracted { directory, entries: paths.len() })
            }
            Outcome::Summary(inspected) => self.write(|out| summary::write(&inspected, out)),
            Outcome::Page(subject) => {
                let page = page::render(&[*subject]).map_err(|error| Failure::new(error, None))?;
                self.print(page.as_bytes())
            }
            Outcome::Control(deb) => self.write(|out| {
                let bytes = deb.control_file("control").map(|file| &file.bytes[..]);
                text(bytes.unwrap_or_default(), out)
            }),
            Outcome::Scripts(files) => self.write(|out| scripts(&files, out)),
            Outcome::Files(entries) => self.write(|out| {
                let mut listing = Listing::default();
                entries.iter().try_for_each(|entry| writeln!(out, "{}", listing.line(entry)))
            }),
            Outcome::Body(file) => self.write(|out| copied(file, out)),
            Outcome::Extracted { directory, paths } => {
                self.paths(&paths);
                if self.verbosity > Verbosity::Quiet {
                    let entries = counted(paths.len() as u64, "entries");
                    say(&plain(&format!("unpacked {entries} into {}", directory.display())));
                }
                Ok(ExitCode::SUCCESS)
            }
        }
    }

    fn document(&self, document: &impl Serialize) -> Result<ExitCode, Failure> {
        self.write(|out| {
            let mut out = Harmless(out);
            serde_json::to_writer_pretty(&mut out, document)?;
            writeln!(out)
        })
    }
}

fn copied(mut file: File, out: &mut dyn Write) -> io::Result<()> {
    io::copy(&mut file, out).map(|_| ())
}

/// Where a script leads that is not in the package.
pub(super) fn leads(target: &str) -> String {
    if target.is_empty() { String::new() } else { format!(", a link to `{target}`") }
}

fn scripts(scripts: &[Script], out: &mut dyn Write) -> io::Result<()> {
    for (index, script) in scripts.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "==> {} <==", script.name)?;
        let body = match &script.text {
            Ok(body) => body,
            Err(target) => {
                writeln!(out, "{}", plain(&format!("(not in the package{})", leads(target))))?;
                continue;
            }
        };
        text(body, out)?;
        if !body.ends_with(b"\n") {
            writeln!(out)?;
        }
    }
    Ok(())
}

/// Text of the package: its bytes for a program, harmless for a terminal.
fn text(bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    if !io::stdout().is_terminal() {
        return out.write_all(bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<String> = text.split('\t').map(plain).collect();
    out.write_all(lines.join("\t").as_bytes())
}
