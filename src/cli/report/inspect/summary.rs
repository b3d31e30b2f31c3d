//! A package in some twenty lines for people.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::archive::tar::read::Kind;
use crate::cli::report::inspect::leads;
use crate::cli::report::plain;
use crate::command::inspect::Inspected;
use crate::command::inspect::Script;
use crate::command::inspect::scripts;
use crate::command::inspect::virtualenv::Virtualenv;
use crate::control::binary;
use crate::control::deb822::Paragraph;
use crate::deb::read::Deb;
use crate::deb::read::Entry;
use crate::types::date::Moment;
use crate::types::plural::all_counted;
use crate::types::plural::size;

/// How wide labels are.
const LABEL: usize = 14;
/// The most conffiles that are told; an attacker's package may list millions.
const MOST_CONFFILES: usize = 10_000;
/// The fields that say what a package is, in the order in which they are told.
const IDENTITY: [&str; 11] = [
    "Package",
    "Source",
    "Version",
    "Architecture",
    "Multi-Arch",
    "Essential",
    "Protected",
    "Maintainer",
    "Homepage",
    "Section",
    "Priority",
];
/// The longest text of one line, in characters; an attacker's may be megabytes long.
const LONGEST: usize = 2000;

/// What a package puts on a disk.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Tally {
    files: u64,
    directories: u64,
    symlinks: u64,
    hardlinks: u64,
    others: u64,
    /// The bytes of all bodies.
    bytes: u64,
}

impl Tally {
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut tally = Self::default();
        for entry in entries {
            *match entry.header.kind {
                Kind::File => &mut tally.files,
                Kind::Directory => &mut tally.directories,
                Kind::Symlink(_) => &mut tally.symlinks,
                Kind::Hardlink(_) => &mut tally.hardlinks,
                Kind::Character | Kind::Block | Kind::Fifo | Kind::Other(_) => &mut tally.others,
            } += 1;
            tally.bytes = tally.bytes.saturating_add(entry.header.size);
        }
        tally
    }

    fn words(self) -> String {
        let counts = [
            (self.files, "files"),
            (self.directories, "directories"),
            (self.symlinks, "symbolic links"),
            (self.hardlinks, "hard links"),
            (self.others, "others"),
        ];
        format!("{}; {}", all_counted(&counts), size(self.bytes))
    }
}

/// The fields; of a malformed control file, those that can be read.
pub(super) fn paragraph(deb: &Deb) -> Paragraph {
    Paragraph::parse(&deb.control).unwrap_or_else(|_| Paragraph::salvaged(&deb.control))
}

/// The lines of `conffiles`.
pub(super) fn conffiles(deb: &Deb) -> Vec<String> {
    let text = deb.control_file("conffiles").map(|file| String::from_utf8_lossy(&file.bytes));
    let text = text.unwrap_or_default();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.take(MOST_CONFFILES).map(str::to_owned).collect()
}

/// The summary.
pub(super) fn write(inspected: &Inspected, out: &mut dyn Write) -> io::Result<()> {
    let deb = &inspected.deb;
    let fields = paragraph(deb);
    let mut page = Page { out };
    for name in IDENTITY {
        page.optional(name, fields.get(name))?;
    }
    page.optional("Description", fields.get("Description").and_then(|text| text.lines().next()))?;
    for name in binary::RELATIONS {
        page.optional(name, fields.get(name))?;
    }
    page.line("File", &format!("{}, {}", inspected.file, size(inspected.size)))?;
    page.line("Members", &members(deb))?;
    page.line("Dated", &dates(deb, &inspected.entries))?;
    let installed =
        fields.get("Installed-Size").map(|kib| format!(" (Installed-Size: {kib})")).unwrap_or_default();
    page.line("Holds", &format!("{}{installed}", Tally::of(&inspected.entries).words()))?;
    let name = |script: &Script| match &script.text {
        Ok(_) => script.name.to_owned(),
        Err(target) => format!("{} (not in the package{})", script.name, leads(target)),
    };
    let names: Vec<String> = scripts(deb).iter().map(name).collect();
    page.line("Scripts", if names.is_empty() { "none".to_owned() } else { names.join(", ") }.as_str())?;
    page.list("Conffiles", conffiles(deb).iter())?;
    for venv in &inspected.virtualenvs {
        virtualenv(venv, &mut page)?;
    }
    let more = deb.problems.more();
    let more = (more > 0).then(|| format!("{more} more"));
    let problems: Vec<String> = deb.problems.iter().map(ToString::to_string).chain(more).collect();
    page.list("Problems", problems.iter())
}

fn members(deb: &Deb) -> String {
    let shown = deb.members.iter().map(|member| format!("{} ({} bytes)", member.name, member.size));
    shown.collect::<Vec<_>>().join(", ")
}

/// The date of the container, and that of its files where they have others.
fn dates(deb: &Deb, entries: &[Entry]) -> String {
    let date = deb.members.first().map_or(0, |member| i64::try_from(member.date).unwrap_or(i64::MAX));
    let times = || entries.iter().map(|entry| entry.details.mtime);
    match (times().min(), times().max()) {
        (Some(oldest), Some(newest)) if oldest != newest => {
            format!("{}, files from {} to {}, UTC", Moment(date), Moment(oldest), Moment(newest))
        }
        _ => format!("{}, UTC", Moment(date)),
    }
}

fn virtualenv(venv: &Virtualenv, page: &mut Page<'_>) -> io::Result<()> {
    let python = venv.python.as_deref().unwrap_or("of an unknown version");
    let interpreter = venv.interpreter.as_ref().map(|path| format!(", {path}")).unwrap_or_default();
    page.line("Virtualenv", &format!("{}: Python {python}{interpreter}", venv.path))?;
    if let Some(relocation) = &venv.relocation {
        page.line("  Relocated", &relocation.files.to_string())?;
    }
    let names = venv.distributions.iter().map(|it| format!("{} {}", it.name, it.version));
    page.list("  Packages", names.collect::<Vec<_>>().iter())
}

struct Page<'o> {
    out: &'o mut dyn Write,
}

impl Page<'_> {
    fn optional(&mut self, label: &str, text: Option<&str>) -> io::Result<()> {
        text.map_or(Ok(()), |text| self.line(label, text))
    }

    /// One line, whatever is in it.
    fn line(&mut self, label: &str, text: &str) -> io::Result<()> {
        let short: String = text.chars().take(LONGEST).map(|c| if c == '\n' { ' ' } else { c }).collect();
        let cut = if text.chars().nth(LONGEST).is_some() { " …" } else { "" };
        writeln!(self.out, "{:LABEL$}{}{cut}", format!("{label}:"), plain(&short))
    }

    /// A line for each, under one label; nothing where there is none.
    fn list<'t>(&mut self, label: &str, texts: impl Iterator<Item = &'t String>) -> io::Result<()> {
        let mut label = Some(label);
        for text in texts {
            match label.take() {
                Some(label) => self.line(label, text)?,
                None => self.continued(text)?,
            }
        }
        Ok(())
    }

    fn continued(&mut self, text: &str) -> io::Result<()> {
        let short: String = text.chars().take(LONGEST).map(|c| if c == '\n' { ' ' } else { c }).collect();
        writeln!(self.out, "{:LABEL$}{}", "", plain(&short))
    }
}
