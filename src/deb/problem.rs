//! What dpkg or apt would refuse of a package that can be read all the same.

use std::collections::BTreeSet;
use std::mem::Discriminant;
use std::mem::discriminant;

use crate::archive::ar;
use crate::archive::tar::read::Kind;
use crate::control::conffiles;
use crate::control::deb822;
use crate::control::deb822::Paragraph;
use crate::control::given;
use crate::control::triggers;
use crate::deb::read::ControlFile;
use crate::deb::read::Entry;
use crate::deb::read::place;
use crate::deb::read::undotted;
use crate::types::path::ArchiveError;

/// How many problems of a kind are kept; there may be one for each entry.
const MOST: usize = 20;

/// Something that keeps a package from being installed, or might.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// apt and `ar` read the headers of the container more strictly than dpkg.
    #[error("{0}, which apt refuses")]
    Container(ar::Oddity),
    /// Something behind data.tar that is no member.
    #[error("something follows the last member, which apt refuses: {0}")]
    Trailing(String),
    /// A member without bytes.
    #[error("the member `{0}` is empty, which dpkg refuses since 1.23.6")]
    Empty(String),
    /// Several zstd frames or xz streams.
    #[error("the member `{0}` is compressed in {1} pieces, of which dpkg reads only the first")]
    Streams(String, usize),
    /// PAX records.
    #[error("`{}` has PAX records, which dpkg refuses", .0.escape_ascii())]
    Pax(Vec<u8>),
    /// A kind of entry that GNU tar knows and dpkg does not.
    #[error("`{}` is an entry of the type `{}`, which dpkg refuses", .0.escape_ascii(), .1.escape_ascii())]
    Kind(Vec<u8>, u8),
    /// A line feed in a path.
    #[error("`{}` has a line feed in its name, which dpkg refuses", .0.escape_ascii())]
    LineFeed(Vec<u8>),
    /// `..` in a path.
    #[error("`{}` leaves its directory with `..`, which dpkg follows", .0.escape_ascii())]
    Parent(Vec<u8>),
    /// control.tar holds something other than files.
    #[error("`{}` in control.tar is not a file", .0.escape_ascii())]
    NotFlat(Vec<u8>),
    /// A control file that is a link out of control.tar.
    #[error("`{}` in control.tar is a link to `{}`, which is read or run as it lies on the host", .0.escape_ascii(), .1.escape_ascii())]
    Leads(Vec<u8>, Vec<u8>),
    /// A file of control.tar that is there twice.
    #[error("`{}` is in control.tar twice; the second one counts", .0.escape_ascii())]
    Twice(Vec<u8>),
    /// The control file is not UTF-8.
    #[error("the control file is not UTF-8, which Policy 5.1 requires")]
    Encoding,
    /// dpkg would not take the control file.
    #[error("the control file is not valid: {0}")]
    Control(given::Fault),
    /// dpkg takes the control file, and mkdeb shows a part of it.
    #[error("the control file is not shown whole: {0}")]
    Fields(deb822::Error),
    /// dpkg would not take `conffiles`.
    #[error("`conffiles` is not valid: {0}")]
    Conffiles(conffiles::Fault),
    /// dpkg would not take `triggers`.
    #[error("`triggers` is not valid: {0}")]
    Triggers(triggers::Fault),
    /// A path that dpkg has no room for.
    #[error("{0}")]
    Long(ArchiveError),
}

/// The problems of one package in the order in which they were met, up to twenty of each kind: a flood of one hides
/// no other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    found: Vec<Problem>,
    /// How many of each kind are kept.
    kept: Vec<(Discriminant<Problem>, usize)>,
    more: usize,
}

impl Problems {
    /// Each problem that was kept.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.found.iter()
    }

    /// How many there are beyond those that were kept.
    pub fn more(&self) -> usize {
        self.more
    }

    /// The first that concerns the container alone.
    pub(in crate::deb) fn of_container(&self) -> Option<&Problem> {
        self.found.iter().find(|problem| matches!(problem, Problem::Container(_) | Problem::Trailing(_)))
    }

    pub(in crate::deb) fn add(&mut self, problem: Problem) {
        let kind = discriminant(&problem);
        let known = self.kept.iter().position(|(known, _)| *known == kind);
        let known = known.unwrap_or_else(|| {
            self.kept.push((kind, 0));
            self.kept.len() - 1
        });
        if self.kept[known].1 < MOST {
            self.kept[known].1 += 1;
            self.found.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// Adds those that were met elsewhere.
    pub(in crate::deb) fn append(&mut self, others: &Self) {
        others.iter().cloned().for_each(|problem| self.add(problem));
        self.more += others.more;
    }

    pub(in crate::deb) fn of_streams(&mut self, member: &str, count: usize) {
        if count > 1 {
            self.add(Problem::Streams(member.to_owned(), count));
        }
    }

    pub(in crate::deb) fn of_members(&mut self, oddities: &[ar::Oddity], members: &[ar::Header]) {
        let before = self.found.len();
        let empty = members.iter().filter(|member| member.size == 0 && member.name.contains(".tar"));
        let empty = empty.map(|member| Problem::Empty(member.name.clone()));
        oddities.iter().cloned().map(Problem::Container).chain(empty).for_each(|problem| self.add(problem));
        // What is wrong with the container comes first, though it is known last.
        self.found.rotate_left(before);
    }

    pub(in crate::deb) fn of_control(&mut self, text: &str, files: &[ControlFile]) {
        let mut seen = BTreeSet::new();
        for file in files {
            let is_file = matches!(file.header.kind, Kind::File | Kind::Hardlink(_) | Kind::Symlink(_));
            if let Kind::Symlink(target) = &file.header.kind
                && (target.starts_with(b"/") || undotted(target).contains(&b'/'))
            {
                self.add(Problem::Leads(file.header.path.clone(), target.clone()));
            } else if !is_file || file.header.path.contains(&b'/') {
                self.add(Problem::NotFlat(file.header.path.clone()));
            } else if !seen.insert(&file.header.path) {
                self.add(Problem::Twice(file.header.path.clone()));
            }
        }
        let is_utf8 =
            |file: &ControlFile| file.header.path != b"control" || std::str::from_utf8(&file.bytes).is_ok();
        if !files.iter().all(is_utf8) {
            self.add(Problem::Encoding);
        }
        if let Err(fault) = given::check(text.as_bytes()) {
            self.add(Problem::Control(fault));
        } else if let Err(error) = Paragraph::parse(text) {
            self.add(Problem::Fields(error));
        }
        let text = |name: &[u8]| {
            files.iter().rev().find(|file| file.header.path == name).map(|file| &file.bytes[..])
        };
        if let Some(Err(fault)) = text(b"conffiles").map(conffiles::parse) {
            self.add(Problem::Conffiles(fault));
        }
        if let Some(Err(fault)) = text(b"triggers").map(triggers::check) {
            self.add(Problem::Triggers(fault));
        }
    }

    pub(in crate::deb) fn of_entry(&mut self, entry: &Entry) {
        let header = &entry.header;
        if entry.details.pax {
            self.add(Problem::Pax(header.path.clone()));
        }
        if let Kind::Other(kind) = header.kind {
            self.add(Problem::Kind(header.path.clone(), kind));
        }
        if header.path.contains(&b'\n') {
            self.add(Problem::LineFeed(header.path.clone()));
        } else if let Some(Err(error)) = place(&header.path).ok().map(|path| path.check_unpackable()) {
            self.add(Problem::Long(error));
        }
        if header.path.split(|byte| *byte == b'/').any(|part| part == b"..") {
            self.add(Problem::Parent(header.path.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_kind_hides_no_other() {
        let mut problems = Problems::default();
        for number in 0..100_000u32 {
            problems.add(Problem::LineFeed(number.to_be_bytes().to_vec()));
        }
        problems.add(Problem::Pax(b"later".to_vec()));
        let kept: Vec<&Problem> = problems.iter().collect();
        assert_eq!((kept.len(), problems.more()), (MOST + 1, 100_000 - MOST));
        assert_eq!(kept.last(), Some(&&Problem::Pax(b"later".to_vec())));
    }
}
