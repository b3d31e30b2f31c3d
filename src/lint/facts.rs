//! What rules look at, collected while a package passes by once.

use std::collections::BTreeMap;
use std::io;
use std::io::Cursor;
use std::io::Read;

use crate::archive::tar::read::Kind;
use crate::archive::tar::read::Member;
use crate::config::recipe::Suite;
use crate::content::credentials;
use crate::content::direct_url::DirectUrl;
use crate::content::elf;
use crate::content::elf::Machine;
use crate::content::elf::dynamic::Dynamic;
use crate::content::elf::dynamic::dynamic;
use crate::deb::read::ControlFile;
use crate::deb::read::Deb;
use crate::deb::read::undotted;
use crate::types::digest::Md5;
use crate::types::digest::Sha256;
use crate::types::digest::Sha256Hasher;
use crate::types::path::led_to;

/// The largest text that is kept, in bytes. A RECORD of 40,000 files is about 4 MiB.
const LARGEST_TEXT: u64 = 16 << 20;
/// The largest file of machine code whose symbols are looked at, in bytes: one of each package is in memory at a time.
const LARGEST_CODE: u64 = 256 << 20;
/// How much is kept of a script's first lines, in bytes.
const HEAD: usize = 512;

/// A package, as rules see it.
pub struct Facts {
    /// What it says.
    pub deb: Deb,
    /// Its files by their paths on the host.
    pub files: BTreeMap<String, File>,
    /// Paths that it has more than once.
    pub repeated: Vec<String>,
    /// The suite that it is for, where that is known.
    pub target: Option<Suite>,
}

/// A file of a package.
#[derive(Debug, Clone)]
pub struct File {
    /// Its header.
    pub header: Member,
    /// Its place among the entries, from 0.
    pub number: usize,
    /// The digests of its body, where they were asked for.
    pub digests: Option<(Sha256, Md5)>,
    /// Its first bytes, of scripts and bytecode.
    pub head: Vec<u8>,
    /// Its text, of what tells of installed distributions.
    pub text: Option<Vec<u8>>,
    /// What machine code is for and asks for.
    pub code: Option<(Machine, Dynamic)>,
}

/// A line of `md5sums`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// A file on the host, and its digest in hexadecimal digits.
    File {
        /// The path.
        path: String,
        /// The digest.
        digest: String,
    },
    /// Not what such a line is.
    Nothing,
}

/// Whether bodies are hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digests {
    /// All of them: nobody vouches for what lists of digests say.
    Compared,
    /// None: whoever wrote the package has compared, and has made the lists of what was written.
    Trusted,
}

/// Collects files.
pub struct Collector {
    files: BTreeMap<String, File>,
    repeated: Vec<String>,
    entries: usize,
    target: Option<Suite>,
    digests: Digests,
}

impl Collector {
    /// Of a package for the hosts of a suite, where that is known.
    pub fn new(target: Option<Suite>, digests: Digests) -> Self {
        Self { files: BTreeMap::new(), repeated: Vec::new(), entries: 0, target, digests }
    }

    /// Looks at an entry of data.tar and its body.
    pub fn see(&mut self, header: Member, body: &mut dyn Read) -> io::Result<()> {
        let path = String::from_utf8_lossy(undotted(&header.path)).trim_end_matches('/').to_owned();
        let number = self.entries;
        self.entries += 1;
        let mut file = File { header, number, digests: None, head: Vec::new(), text: None, code: None };
        if file.header.kind == Kind::File {
            match self.digests {
                Digests::Trusted => file.look(&path, body, self.target)?,
                Digests::Compared => {
                    let mut body =
                        Hashing { body, sha256: Sha256Hasher::default(), md5: md5::Context::new() };
                    file.look(&path, &mut body, self.target)?;
                    file.digests = Some(body.finish()?);
                }
            }
        }
        let path = format!("/{path}");
        if let Some(first) = self.files.get(&path) {
            file.number = first.number;
            self.repeated.push(path.clone());
        }
        self.files.insert(path, file);
        Ok(())
    }

    /// All of them, with the rest of the package.
    pub fn finish(self, deb: Deb) -> Facts {
        Facts { deb, files: self.files, repeated: self.repeated, target: self.target }
    }
}

impl File {
    fn look(&mut self, path: &str, body: &mut dyn Read, target: Option<Suite>) -> io::Result<()> {
        let mut head = Vec::new();
        body.take(HEAD as u64).read_to_end(&mut head)?;
        if let Some(machine) = elf::machine(&head) {
            // What it asks for is only compared with what a known suite has.
            if target.is_some() && self.header.size <= LARGEST_CODE {
                body.read_to_end(&mut head)?;
            }
            self.code = Some((machine, dynamic(Cursor::new(&head)).unwrap_or_default()));
        } else if wants_text(path) && self.header.size <= LARGEST_TEXT {
            body.read_to_end(&mut head)?;
            self.text = Some(head);
        } else if head.starts_with(b"#!") {
            self.head = head;
        } else if path.ends_with(".pyc") {
            // A virtualenv has them by ten thousands.
            head.truncate(16);
            head.shrink_to_fit();
            self.head = head;
        }
        Ok(())
    }
}

/// Hashes what is read through it.
struct Hashing<'a> {
    body: &'a mut dyn Read,
    sha256: Sha256Hasher,
    md5: md5::Context,
}

impl Hashing<'_> {
    /// The digests of all that there is, with what nobody has read yet.
    fn finish(mut self) -> io::Result<(Sha256, Md5)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((self.sha256.finish(), Md5::from_bytes(self.md5.finalize().0)))
    }
}

impl Read for Hashing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.body.read(buffer)?;
        self.sha256.update(&buffer[..count]);
        self.md5.consume(&buffer[..count]);
        Ok(count)
    }
}

fn wants_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_known = ["RECORD", "direct_url.json", "pyvenv.cfg"].contains(&name);
    is_known || name.ends_with(".pth") || credentials::may_hold(name)
}

impl Facts {
    /// The first line of a control field.
    pub fn field(&self, name: &str) -> Option<&str> {
        crate::control::stanza::field(&self.deb.control, name)
    }

    /// The lines of a control file, without blank ones.
    fn lines(&self, name: &str) -> impl Iterator<Item = String> {
        let text = self.deb.control_file(name).map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
        let lines: Vec<String> = text.unwrap_or_default().lines().map(str::to_owned).collect();
        lines.into_iter().filter(|line| !line.trim().is_empty())
    }

    /// The conffiles, and whether dpkg is to remove them (deb-conffiles(5)).
    pub fn conffiles(&self) -> impl Iterator<Item = (String, bool)> {
        self.lines("conffiles").map(|line| match line.strip_prefix("remove-on-upgrade ") {
            Some(path) => (path.trim().to_owned(), true),
            None => (line.trim().to_owned(), false),
        })
    }

    /// The lines of `md5sums` (deb-md5sums(5)).
    pub fn md5sums(&self) -> impl Iterator<Item = Listed> {
        self.lines("md5sums").map(|line| match line.split_once("  ") {
            Some((digest, path)) if digest.len() == 32 && digest.bytes().all(|b| b.is_ascii_hexdigit()) => {
                let path = format!("/{}", path.strip_prefix("./").unwrap_or(path).trim_start_matches('/'));
                Listed::File { path, digest: digest.to_ascii_lowercase() }
            }
            _ => Listed::Nothing,
        })
    }

    /// The maintainer scripts (Policy 6.1), and that of debconf.
    pub fn scripts(&self) -> impl Iterator<Item = (&'static str, &ControlFile)> {
        const NAMES: [&str; 5] = ["preinst", "postinst", "prerm", "postrm", "config"];
        NAMES.into_iter().filter_map(|name| Some((name, self.deb.control_file(name)?)))
    }

    /// The first line of the description, and the others.
    pub fn description(&self) -> Option<(String, String)> {
        let paragraph = self.deb.paragraph().ok()?;
        let value = paragraph.get("Description")?;
        let (synopsis, more) = value.split_once('\n').unwrap_or((value, ""));
        Some((synopsis.trim().to_owned(), more.to_owned()))
    }

    /// The directories of virtualenvs: those with a `pyvenv.cfg`.
    pub fn virtualenvs(&self) -> impl Iterator<Item = &str> {
        self.files.keys().filter_map(|path| path.strip_suffix("/pyvenv.cfg"))
    }

    /// Files whose paths end like this, which are regular.
    pub fn ending<'f>(&'f self, end: &'f str) -> impl Iterator<Item = (&'f str, &'f File)> {
        let files = self
            .files
            .iter()
            .filter(move |(path, file)| path.ends_with(end) && file.header.kind == Kind::File);
        files.map(|(path, file)| (path.as_str(), file))
    }

    /// Where distributions came from that no index has, by the paths that say so.
    pub fn origins(&self) -> impl Iterator<Item = (&str, DirectUrl)> {
        let files = self.ending("/direct_url.json");
        files.filter_map(|(path, file)| Some((path, DirectUrl::parse(file.text.as_deref()?).ok()?)))
    }

    /// What a path of the package leads to, links followed; none where that is not in the package.
    pub fn followed(&self, path: &str) -> Option<(String, &File)> {
        let mut path = path.to_owned();
        for _ in 0..16 {
            let file = self.files.get(&path)?;
            let Kind::Symlink(target) = &file.header.kind else { return Some((path, file)) };
            path = led_to(&path, &String::from_utf8_lossy(target));
        }
        None
    }
}
