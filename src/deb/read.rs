//! Reads a `.deb` in one pass: strict about the container, lenient about what is in it.
//!
//! Bodies pass by and are not kept. Order, duplicates and mistakes are, for whoever judges them.

use std::io;
use std::io::Read;

use crate::archive::ar;
use crate::archive::compress::Format;
use crate::archive::compress::decode::decoder;
use crate::archive::tar::read as tar;
use crate::control::deb822;
use crate::control::deb822::Paragraph;
use crate::types::digest::Md5;

/// The most bytes that all files of control.tar may have together.
const LARGEST_CONTROL: u64 = 256 << 20;
/// The most entries of data.tar.
const MOST_ENTRIES: usize = 4_000_000;
/// The most bytes of all names and targets in data.tar.
const LARGEST_NAMES: usize = 512 << 20;

/// A `.deb` as found. It may be anything, as long as it can be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deb {
    /// The members of the container, in order.
    pub members: Vec<ar::Header>,
    /// How control.tar is compressed.
    pub control_format: Format,
    /// How data.tar is compressed.
    pub data_format: Format,
    /// The text of the control file.
    pub control: String,
    /// The files of control.tar, `control` included, in order.
    pub control_files: Vec<ControlFile>,
    /// The entries of data.tar, in order.
    pub entries: Vec<Entry>,
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
    /// The digest of its body, where it is a file and digests were asked for.
    pub md5: Option<Md5>,
}

/// What becomes of the bodies of files.
pub enum Bodies<'a> {
    /// They are skipped.
    Skip,
    /// Their digests are taken.
    Md5,
    /// They are shown, each once; what is left of one is skipped.
    Show(&'a mut Show<'a>),
}

/// Takes the header and the body of a file.
pub type Show<'a> = dyn FnMut(&tar::Member, &mut dyn Read) -> io::Result<()> + 'a;

/// Why a `.deb` cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not an `ar` container, or a broken one.
    #[error("it is not a Debian package")]
    Container(#[source] ar::Error),
    /// A member where another one has to be (`deb(5)`).
    #[error("the member `{found}` stands where `{expected}` has to be")]
    Member {
        /// What was found; empty at the end of the file.
        found: String,
        /// What deb(5) wants there.
        expected: &'static str,
    },
    /// `debian-binary` does not hold `2.0`.
    #[error("the format version in `debian-binary` is not 2")]
    Version,
    /// A member in a compression that cannot be read.
    #[error("the member `{0}` is compressed with something that is not supported")]
    Compression(String),
    /// A tar that cannot be followed.
    #[error("the member `{member}` cannot be read")]
    Tar {
        /// Which one.
        member: String,
        /// Why.
        source: tar::Error,
    },
    /// A body that cannot be read or was not taken.
    #[error("`{}` cannot be read", .path.escape_ascii())]
    Body {
        /// Its path in the tar.
        path: Vec<u8>,
        /// Why.
        source: io::Error,
    },
    /// More of something than any package has.
    #[error("it has more {0} than any package needs")]
    TooMuch(&'static str),
    /// There is no `control` in control.tar, or it is not UTF-8.
    #[error("there is no control file in UTF-8")]
    NoControl,
}

impl Deb {
    /// The control fields.
    pub fn paragraph(&self) -> Result<Paragraph, deb822::Error> {
        Paragraph::parse(&self.control)
    }

    /// A file of control.tar by its name.
    pub fn control_file(&self, name: &str) -> Option<&ControlFile> {
        self.control_files.iter().find(|file| file.header.path == name.as_bytes())
    }
}

/// Reads a whole `.deb`.
pub fn read(input: &mut dyn Read, bodies: Bodies<'_>) -> Result<Deb, Error> {
    let mut container = ar::Reader::new(input).map_err(Error::Container)?;
    let mut members = Vec::new();
    version(&mut container, &mut members)?;
    let (name, control_format) = tar_member(&mut container, &mut members, "control.tar")?;
    let control_files = control(&mut container, control_format, &name)?;
    let (name, data_format) = tar_member(&mut container, &mut members, "data.tar")?;
    let entries = data(&mut container, data_format, &name, bodies)?;
    // What follows is no concern of ours, but it has to be members: apt refuses anything else.
    while let Some(header) = container.next_member().map_err(Error::Container)? {
        members.push(header);
    }
    let control = control_files.iter().find(|file| file.header.path == b"control");
    let control =
        control.and_then(|file| String::from_utf8(file.bytes.clone()).ok()).ok_or(Error::NoControl)?;
    Ok(Deb { members, control_format, data_format, control, control_files, entries })
}

type Container<'a> = ar::Reader<&'a mut dyn Read>;

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
) -> Result<(String, Format), Error> {
    loop {
        let Some(header) = container.next_member().map_err(Error::Container)? else {
            return Err(Error::Member { found: String::new(), expected });
        };
        let name = header.name.clone();
        members.push(header);
        if name.starts_with('_') {
            continue;
        }
        let Some(suffix) = name.strip_prefix(expected) else {
            return Err(Error::Member { found: name, expected });
        };
        let formats = [Format::None, Format::Gzip, Format::Xz, Format::Zstd];
        return match formats.into_iter().find(|format| format.suffix() == suffix) {
            Some(format) => Ok((name, format)),
            None => Err(Error::Compression(name)),
        };
    }
}

fn control(container: &mut Container<'_>, format: Format, name: &str) -> Result<Vec<ControlFile>, Error> {
    let failed = |source| Error::Tar { member: name.to_owned(), source };
    let input = decoder(format, container).map_err(|error| failed(tar::Error::Io(error)))?;
    let mut archive = tar::Reader::new(input);
    let mut files = Vec::new();
    let mut held = 0u64;
    while let Some(mut header) = archive.next_member().map_err(failed)? {
        if header.kind == tar::Kind::Directory && matches!(&header.path[..], b"./" | b"." | b"/") {
            continue;
        }
        held = held.saturating_add(header.size).saturating_add(512);
        if held > LARGEST_CONTROL {
            return Err(Error::TooMuch("control data"));
        }
        let mut bytes = Vec::new();
        let read = archive.read_to_end(&mut bytes);
        read.map_err(|source| Error::Body { path: header.path.clone(), source })?;
        if let Some(flat) = header.path.strip_prefix(b"./") {
            header.path = flat.to_vec();
        }
        files.push(ControlFile { header, bytes });
    }
    Ok(files)
}

fn data(
    container: &mut Container<'_>,
    format: Format,
    name: &str,
    mut bodies: Bodies<'_>,
) -> Result<Vec<Entry>, Error> {
    let failed = |source| Error::Tar { member: name.to_owned(), source };
    let input = decoder(format, container).map_err(|error| failed(tar::Error::Io(error)))?;
    let mut archive = tar::Reader::new(input);
    let mut entries = Vec::new();
    let mut names = 0;
    while let Some(header) = archive.next_member().map_err(failed)? {
        names += header.path.len();
        if let tar::Kind::Symlink(target) | tar::Kind::Hardlink(target) = &header.kind {
            names += target.len();
        }
        if entries.len() == MOST_ENTRIES || names > LARGEST_NAMES {
            return Err(Error::TooMuch("entries"));
        }
        let seen = match &mut bodies {
            Bodies::Md5 if header.kind == tar::Kind::File => md5_of(&mut archive).map(Some),
            Bodies::Show(show) if header.kind == tar::Kind::File => {
                show(&header, &mut archive).map(|()| None)
            }
            _ => Ok(None),
        };
        let md5 = seen.map_err(|source| Error::Body { path: header.path.clone(), source })?;
        entries.push(Entry { header, md5 });
    }
    Ok(entries)
}

fn md5_of(body: &mut dyn Read) -> io::Result<Md5> {
    let mut context = md5::Context::new();
    io::copy(body, &mut context)?;
    Ok(Md5::from_bytes(context.finalize().0))
}
