//! Reads a `.deb` in one pass: strict about what cannot be followed, lenient about everything else.
//!
//! Bodies pass by and are not kept. Order, duplicates and mistakes are, for whoever judges them; what dpkg or apt
//! would refuse though it can be followed is a [`Problem`].

mod error;
mod limit;

use std::cell::Cell;
use std::io;
use std::io::Read;
use std::io::Write;
use std::rc::Rc;

use crate::archive::ar;
use crate::archive::compress::Format;
use crate::archive::compress::decode::Coding;
use crate::archive::compress::decode::counted;
use crate::archive::tar::read as tar;
use crate::control::deb822;
use crate::control::deb822::Paragraph;
use crate::deb::problem::Problem;
use crate::deb::problem::Problems;
pub use crate::deb::read::error::Error;
use crate::deb::read::limit::Capped;
pub use crate::deb::read::limit::Limits;
use crate::deb::read::limit::is_beyond;
use crate::deb::read::limit::member_failed;
use crate::types::path::ArchiveError;
use crate::types::path::ArchivePath;
use crate::types::size::Size;

/// The most links from one control file to the next.
const MOST_LINKS: usize = 8;
/// The most members of the container.
const MOST_MEMBERS: usize = 1000;
/// The largest control file proper, in bytes. The largest of Debian has some 100 KiB.
const LARGEST_FIELDS: u64 = 16 << 20;

/// A `.deb` as found. It may be anything, as long as it can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deb {
    /// The members of the container, in order.
    pub members: Vec<ar::Header>,
    /// How control.tar is compressed.
    pub control_format: Format,
    /// How data.tar is compressed.
    pub data_format: Coding,
    /// The text of the control file; bytes that are not UTF-8 are replaced.
    pub control: String,
    /// The files of control.tar, `control` included, in order.
    pub control_files: Vec<ControlFile>,
    /// What dpkg or apt would refuse.
    pub problems: Problems,
    /// The bytes of all members with their headers: the size of the file, unless junk lies behind them.
    pub size: u64,
}

/// A file of control.tar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlFile {
    /// Its header, the path without `./`.
    pub header: tar::Member,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// An entry of data.tar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its header, the path as it is spelled: `./usr/`.
    pub header: tar::Member,
    /// More about it.
    pub details: tar::Details,
}

impl Deb {
    /// The control fields.
    pub fn paragraph(&self) -> Result<Paragraph, deb822::Error> {
        Paragraph::parse(&self.control)
    }

    /// How long the file is at least, in bytes, by the headers that were read: members begin at even places, and the
    /// last one may leave its padding out.
    pub fn least_size(&self) -> u64 {
        self.members.iter().fold(8, |end, member| end + end % 2 + 60 + member.size)
    }

    /// A file of control.tar by its name; of several the last, which is the one that dpkg takes. Links to others
    /// are followed, as they are once control.tar is unpacked.
    pub fn control_file(&self, name: &str) -> Option<&ControlFile> {
        let mut path = name.as_bytes();
        for _ in 0..MOST_LINKS {
            let file = self.control_files.iter().rev().find(|file| file.header.path == path)?;
            path = match &file.header.kind {
                tar::Kind::File | tar::Kind::Hardlink(_) => return Some(file),
                tar::Kind::Symlink(target) if !target.starts_with(b"/") => undotted(target),
                _ => return None,
            };
        }
        None
    }
}

type Container<'a> = ar::Reader<&'a mut dyn Read>;

/// Takes an entry of data.tar, and its body where it has one.
pub type Visit<'a, E> = dyn FnMut(Entry, &mut dyn Read) -> Result<(), E> + 'a;

/// A `.deb` whose control data was read, and whose files come next.
pub struct Reader<'a> {
    container: Container<'a>,
    deb: Deb,
    limits: Limits,
}

impl<'a> Reader<'a> {
    /// Reads as far as the header of data.tar.
    pub fn open(input: &'a mut dyn Read, limits: &Limits) -> Result<Self, Error> {
        let mut container = ar::Reader::new(input).map_err(Error::Container)?;
        let (mut members, mut problems) = (Vec::new(), Problems::default());
        version(&mut container, &mut members)?;
        let (name, control_format) = tar_member(&mut container, &mut members, "control.tar")?;
        let Coding::Format(control_format) = control_format else {
            return Err(Error::Compression(name));
        };
        let control_files =
            control_files(&mut container, (control_format, &name), limits.control, &mut problems)?;
        let (_, data_format) = tar_member(&mut container, &mut members, "data.tar")?;
        let mut deb = Deb {
            members,
            control_format,
            data_format,
            control: String::new(),
            control_files,
            problems,
            size: 0,
        };
        let control = deb.control_file("control").ok_or(Error::NoControl(name))?;
        if control.bytes.len() as u64 > LARGEST_FIELDS {
            return Err(Error::TooMuch("bytes in its control file"));
        }
        let conffiles = deb.control_file("conffiles").map_or(0, |file| file.bytes.len() as u64);
        if conffiles > LARGEST_FIELDS {
            return Err(Error::TooMuch("bytes in its conffiles"));
        }
        deb.control = String::from_utf8_lossy(&control.bytes).into_owned();
        deb.problems.of_control(&deb.control, &deb.control_files);
        Ok(Self { container, deb, limits: *limits })
    }

    /// What is known so far: everything but the entries and what lies behind them.
    pub fn deb(&self) -> &Deb {
        &self.deb
    }

    /// Goes through data.tar and the rest of the container.
    pub fn walk<E: From<Error>>(mut self, visit: &mut Visit<'_, E>) -> Result<Deb, E> {
        let Self { container, deb, limits } = &mut self;
        let name = deb.members.last().map(|header| header.name.clone()).unwrap_or_default();
        let streams = Rc::new(Cell::new(0));
        let decoded = counted(deb.data_format, container, Rc::clone(&streams));
        let failed = |error| member_failed(&name, limits.unpacked, tar::Error::Io(error));
        entries(decoded.map_err(failed)?, (&name, limits), &mut deb.problems, visit)?;
        deb.problems.of_streams(&name, streams.get());
        Ok(self.rest()?)
    }

    /// Goes through the rest of the container, and writes data.tar as it is stored to `out`.
    pub(in crate::deb) fn copy_data(mut self, out: &mut dyn Write) -> Result<Deb, Error> {
        io::copy(&mut self.container, out).map_err(|source| Error::Container(ar::Error::Io(source)))?;
        self.rest()
    }

    fn rest(self) -> Result<Deb, Error> {
        let Self { mut container, mut deb, .. } = self;
        container.skip().map_err(Error::Container)?;
        // What follows is no concern of ours, but it has to be members: apt refuses anything else.
        loop {
            match container.next_member() {
                Ok(None) => break,
                Ok(Some(header)) => {
                    deb.members.push(header);
                    check_members(&deb.members)?;
                }
                Err(ar::Error::Io(source)) => return Err(Error::Container(ar::Error::Io(source))),
                Err(error) => {
                    deb.problems.add(Problem::Trailing(error.to_string()));
                    break;
                }
            }
        }
        deb.problems.of_members(container.oddities(), &deb.members);
        deb.size = container.position();
        Ok(deb)
    }
}

/// Goes through data.tar alone, decoded from the member `name`.
pub(in crate::deb) fn entries<E: From<Error>>(
    decoded: impl Read,
    (name, limits): (&str, &Limits),
    problems: &mut Problems,
    visit: &mut Visit<'_, E>,
) -> Result<(), E> {
    let failed = |source| member_failed(name, limits.unpacked, source);
    let mut archive = tar::Reader::new(Capped { inner: decoded, left: limits.unpacked.bytes() });
    let (mut entries, mut names) = (0, 0);
    while let Some(header) = archive.next_member().map_err(failed)? {
        entries += 1;
        names += header.path.len() + header.owner.user.len() + header.owner.group.len();
        if let tar::Kind::Symlink(target) | tar::Kind::Hardlink(target) = &header.kind {
            names += target.len();
        }
        if entries > limits.entries || names > limits.names {
            return Err(Error::TooMuch("entries").into());
        }
        let entry = Entry { header, details: archive.details() };
        problems.of_entry(&entry);
        visit(entry, &mut archive)?;
    }
    Ok(())
}

fn check_members(members: &[ar::Header]) -> Result<(), Error> {
    if members.len() > MOST_MEMBERS { Err(Error::TooMuch("members")) } else { Ok(()) }
}

fn version(container: &mut Container<'_>, members: &mut Vec<ar::Header>) -> Result<(), Error> {
    let header = container.next_member().map_err(Error::Container)?;
    let found = header.as_ref().map(|header| header.name.clone()).unwrap_or_default();
    if found != "debian-binary" {
        return Err(Error::Member { found, expected: "debian-binary" });
    }
    members.extend(header);
    let mut text = Vec::new();
    let path = || b"debian-binary".to_vec();
    container.take(64).read_to_end(&mut text).map_err(|source| Error::Body { path: path(), source })?;
    // deb(5): the minor number may grow and lines may be added.
    let minor = text.strip_prefix(b"2.").and_then(|rest| rest.split(|byte| *byte == b'\n').next());
    let is_number = minor.is_some_and(|minor| !minor.is_empty() && minor.iter().all(u8::is_ascii_digit));
    if is_number && text.contains(&b'\n') { Ok(()) } else { Err(Error::Version) }
}

/// Finds the next member that is not private (`_…`), and how it is compressed.
fn tar_member(
    container: &mut Container<'_>,
    members: &mut Vec<ar::Header>,
    expected: &'static str,
) -> Result<(String, Coding), Error> {
    loop {
        let Some(header) = container.next_member().map_err(Error::Container)? else {
            return Err(Error::Member { found: String::new(), expected });
        };
        let name = header.name.clone();
        members.push(header);
        check_members(members)?;
        if name.starts_with('_') {
            continue;
        }
        let Some(suffix) = name.strip_prefix(expected) else {
            return Err(Error::Member { found: name, expected });
        };
        return match Coding::ALL.into_iter().find(|coding| coding.suffix() == suffix) {
            Some(coding) => Ok((name, coding)),
            None => Err(Error::Compression(name)),
        };
    }
}

fn control_files(
    container: &mut Container<'_>,
    (format, name): (Format, &str),
    limit: Size,
    problems: &mut Problems,
) -> Result<Vec<ControlFile>, Error> {
    let failed = |source| member_failed(name, limit, source);
    let streams = Rc::new(Cell::new(0));
    let input = counted(format, container, Rc::clone(&streams));
    let input = input.map_err(|error| failed(tar::Error::Io(error)))?;
    let mut archive = tar::Reader::new(Capped { inner: input, left: limit.bytes() });
    let (mut files, mut held) = (Vec::new(), 0);
    while let Some(mut header) = archive.next_member().map_err(failed)? {
        header.path = undotted(&header.path).to_vec();
        if header.kind == tar::Kind::Directory && header.path.is_empty() {
            continue;
        }
        let mut bytes = Vec::new();
        archive.read_to_end(&mut bytes).map_err(|source| match is_beyond(&source) {
            true => failed(tar::Error::Io(source)),
            false => Error::body(&header.path, source),
        })?;
        match &header.kind {
            // A hard link has what its target holds at this moment; a later file of that name is another.
            tar::Kind::Hardlink(target) => {
                let target = undotted(target);
                let earlier = files.iter().rev().find(|file: &&ControlFile| file.header.path == target);
                bytes = earlier.map_or(bytes, |file| file.bytes.clone());
                held += bytes.len() as u64;
            }
            // tar, which unpacks control.tar for dpkg, takes what it does not know for a file.
            tar::Kind::Other(_) => header.kind = tar::Kind::File,
            _ => {}
        }
        if held > limit.bytes() {
            return Err(Error::TooMuch("bytes in control.tar"));
        }
        files.push(ControlFile { header, bytes });
    }
    problems.of_streams(name, streams.get());
    Ok(files)
}

/// A path without what may stand before it: `usr`, `./usr` and `/usr` are one place.
pub fn undotted(mut path: &[u8]) -> &[u8] {
    while let Some(rest) = path.strip_prefix(b"./").or(path.strip_prefix(b"/")) {
        path = rest;
    }
    if path == b"." { b"" } else { path }
}

/// Where an entry lies, however it is spelled. `..` is an error.
pub fn place(path: &[u8]) -> Result<ArchivePath, ArchiveError> {
    ArchivePath::new(undotted(path))
}
