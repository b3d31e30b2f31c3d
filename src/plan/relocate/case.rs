//! The table: for each path the first case that applies says what becomes of it.

use crate::package::blob::Rewrite;
use crate::plan::relocate::bytecode;
use crate::plan::relocate::config;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::links;
use crate::plan::relocate::litter;
use crate::plan::relocate::metadata;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::note::Part;
use crate::plan::relocate::scripts;
use crate::plan::relocate::venv::Venv;
use crate::source::tree::FileFacts;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;

/// One row: when it applies, and what it does.
pub(super) struct Case {
    #[cfg_attr(not(test), expect(dead_code, reason = "names the row, for its test and its reader"))]
    pub(super) name: &'static str,
    pub(super) applies: fn(&Venv<'_>, &Item<'_>) -> bool,
    pub(super) act: fn(&Venv<'_>, &Item<'_>, &mut Vec<Note>) -> Result<Act, Error>,
}

/// One path of the virtualenv.
#[derive(Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) path: &'a str,
    pub(super) entry: &'a SourceEntry,
}

/// What becomes of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Act {
    /// It is shipped as it is.
    Keep,
    /// It gets this body.
    Inline(Vec<u8>),
    /// Its body changes while it is written.
    Stream(Rewrite),
    /// It becomes, or stays, a link to this target.
    Link(String),
    /// It is left out, as a file of this part.
    Drop(Part),
}

const TABLE: [&[Case]; 6] =
    [litter::CASES, bytecode::CASES, links::CASES, config::CASES, metadata::CASES, scripts::CASES];

/// The first case that applies; what none wants is kept.
pub(super) fn decide(venv: &Venv<'_>, item: &Item<'_>, notes: &mut Vec<Note>) -> Result<Act, Error> {
    match matching(venv, item) {
        Some(case) => (case.act)(venv, item, notes),
        None => Ok(Act::Keep),
    }
}

/// The row that decides on a path.
pub(super) fn matching(venv: &Venv<'_>, item: &Item<'_>) -> Option<&'static Case> {
    TABLE.iter().flat_map(|cases| cases.iter()).find(|case| (case.applies)(venv, item))
}

/// For rows that replace old prefixes wherever they stand, and tell.
pub(super) fn substitute(venv: &Venv<'_>, item: &Item<'_>, notes: &mut Vec<Note>) -> Result<Act, Error> {
    Ok(match venv.replaced(item.text()?) {
        Some(text) => {
            notes.push(Note::Substituted { path: item.path.to_owned() });
            Act::Inline(text)
        }
        None => Act::Keep,
    })
}

/// Whether a path is a file of this name in the `.dist-info` of an installed distribution. Those of vendored
/// ones, below other packages, tell of places that these never were at.
pub(super) fn is_metadata(path: &str, name: &str) -> bool {
    let directory = path.strip_suffix(name).and_then(|above| above.strip_suffix(".dist-info/"));
    directory
        .and_then(|path| path.rsplit_once('/'))
        .is_some_and(|(above, _)| above.ends_with("/site-packages"))
}

impl Act {
    pub(super) fn is_drop(&self) -> bool {
        matches!(self, Self::Drop(_))
    }
}

impl<'a> Item<'a> {
    /// The last component.
    pub(super) fn name(&self) -> &'a str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// The directory that holds it; empty for the root.
    pub(super) fn parent(&self) -> &'a str {
        self.path.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    pub(super) fn file(&self) -> Option<&'a FileFacts> {
        self.entry.file()
    }

    /// The file's name, where it is a file directly in a `.dist-info`.
    pub(super) fn metadata_name(&self) -> Option<&'a str> {
        self.file().filter(|_| self.parent().ends_with(".dist-info")).map(|_| self.name())
    }

    /// The link's target.
    pub(super) fn target(&self) -> Option<&'a [u8]> {
        match &self.entry.kind {
            SourceKind::Symlink(target) => Some(target),
            _ => None,
        }
    }

    /// The body of a text that some case has to read.
    pub(super) fn text(&self) -> Result<&'a [u8], Error> {
        let facts = self.file();
        let size = facts.map_or(0, |facts| facts.size);
        let text = facts.and_then(|facts| facts.text.as_deref());
        text.ok_or_else(|| Error::TextTooLarge { path: self.path.to_owned(), size })
    }
}
