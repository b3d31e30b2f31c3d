//! What a package holds, as far as a page tells: sizes of files, lists of distributions, units and what they start.

use std::collections::BTreeMap;
use std::io;
use std::io::Read;

use crate::archive::tar::read::Kind;
use crate::archive::tar::read::Member;
use crate::deb::read::undotted;

/// The largest RECORD that is taken, in bytes, and how much of all of them: one of 40,000 files is about 4 MiB.
const LARGEST_RECORD: u64 = 16 << 20;
const MOST_OF_RECORDS: usize = 64 << 20;
/// The largest other text that is taken, in bytes, how much of all of them, and how many there may be.
const LARGEST_TEXT: u64 = 256 << 10;
const MOST_OF_TEXTS: usize = 8 << 20;
const MOST_TEXTS: usize = 500;
/// Where systemd looks for units of packages, and of admins (`systemd.unit(5)`).
const UNITS: [&str; 3] = ["/usr/lib/systemd/system/", "/lib/systemd/system/", "/etc/systemd/system/"];

/// What a package holds.
#[derive(Debug, Default)]
pub struct Holdings {
    /// Every path but directories, in the order of the archive.
    pub files: Vec<File>,
    /// How many directories there are.
    pub directories: u64,
    /// The texts of RECORD by the paths of their `.dist-info` directories.
    pub(in crate::page) records: BTreeMap<String, Vec<u8>>,
    /// How many bytes those have.
    recorded: usize,
    /// Units, and the scripts that mkdeb starts things by.
    pub(in crate::page) texts: BTreeMap<String, String>,
    /// How many bytes those have.
    told: usize,
}

/// A path of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path on the host; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// The bytes of its body.
    pub size: u64,
    /// What a link leads to.
    pub target: Option<String>,
}

impl Holdings {
    /// Looks at an entry of data.tar and, where it tells something, at its body.
    pub fn see(&mut self, header: &Member, body: &mut dyn Read) -> io::Result<()> {
        if header.kind == Kind::Directory {
            self.directories += 1;
            return Ok(());
        }
        let path = format!("/{}", String::from_utf8_lossy(undotted(&header.path)));
        let target = match &header.kind {
            Kind::Symlink(target) => Some(String::from_utf8_lossy(target).into_owned()),
            _ => None,
        };
        if header.kind == Kind::File {
            self.look(&path, (header.size, body))?;
        }
        self.files.push(File { path, size: header.size, target });
        Ok(())
    }

    fn look(&mut self, path: &str, (size, body): (u64, &mut dyn Read)) -> io::Result<()> {
        let mut bytes = Vec::new();
        let room = MOST_OF_RECORDS.saturating_sub(self.recorded) as u64;
        if let Some(directory) = path.strip_suffix("/RECORD").filter(|it| it.ends_with(".dist-info")) {
            if size <= LARGEST_RECORD.min(room) {
                body.take(size).read_to_end(&mut bytes)?;
                self.recorded += bytes.len();
                self.records.insert(directory.to_owned(), bytes);
            }
        } else if is_told(path) && self.has_room_for(size) {
            body.take(size).read_to_end(&mut bytes)?;
            self.told += bytes.len();
            self.texts.insert(path.to_owned(), String::from_utf8_lossy(&bytes).into_owned());
        }
        Ok(())
    }

    fn has_room_for(&self, size: u64) -> bool {
        let room = MOST_OF_TEXTS.saturating_sub(self.told) as u64;
        self.texts.len() < MOST_TEXTS && size <= LARGEST_TEXT.min(room)
    }

    /// The bytes of all bodies.
    pub fn bytes(&self) -> u64 {
        self.files.iter().fold(0, |sum, file| sum.saturating_add(file.size))
    }

    /// The units: the names of their files with their texts.
    pub(in crate::page) fn units(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().filter_map(|(path, text)| Some((unit(path)?, text.as_str())))
    }
}

/// The name of a unit's file.
fn unit(path: &str) -> Option<&str> {
    let name = UNITS.iter().find_map(|directory| path.strip_prefix(directory))?;
    let kinds = [".service", ".timer", ".socket", ".path", ".mount", ".target"];
    (!name.contains('/') && kinds.iter().any(|kind| name.ends_with(kind))).then_some(name)
}

fn is_told(path: &str) -> bool {
    unit(path).is_some() || path.ends_with("/.mkdeb/activate") || path.contains("/.mkdeb/run/")
}

#[cfg(test)]
pub(in crate::page) mod tests {
    use super::*;

    /// What is held of entries with these bodies.
    pub(in crate::page) fn held(entries: &[(&str, &[u8])]) -> Holdings {
        let mut holdings = Holdings::default();
        for (path, body) in entries {
            let (path, owner) = (path.as_bytes().to_vec(), Default::default());
            let size = body.len() as u64;
            let header = Member { path, kind: Kind::File, mode: 0o644, mtime: 0, size, offset: 0, owner };
            holdings.see(&header, &mut &body[..]).expect("memory");
        }
        holdings
    }

    #[test]
    fn only_what_a_page_tells_is_held() {
        let holdings = held(&[
            ("./usr/lib/systemd/system/a.service", b"[Service]\n"),
            ("./usr/lib/systemd/system/a.service.d/more.conf", b"x"),
            ("./opt/x/lib/a-1.dist-info/RECORD", b"a.py,,\n"),
            ("./opt/x/lib/RECORD", b"none"),
            ("./opt/x/.mkdeb/run/a", b"exec a\n"),
            ("./opt/x/y", b"12345"),
        ]);
        assert_eq!(holdings.units().collect::<Vec<_>>(), [("a.service", "[Service]\n")]);
        assert_eq!(holdings.texts.len(), 2);
        assert_eq!(holdings.records.keys().collect::<Vec<_>>(), ["/opt/x/lib/a-1.dist-info"]);
        assert_eq!((holdings.files.len(), holdings.bytes()), (6, 34));
    }

    #[test]
    fn what_is_too_large_is_not_held() {
        let large = vec![b'x'; (LARGEST_TEXT + 1) as usize];
        let holdings = held(&[("lib/systemd/system/a.service", &large)]);
        assert_eq!((holdings.texts.len(), holdings.files.len()), (0, 1));
        let paths: Vec<String> =
            (0..99).map(|number| format!("lib/systemd/system/{number}.service")).collect();
        let entries: Vec<(&str, &[u8])> = paths.iter().map(|path| (path.as_str(), &large[1..])).collect();
        let holdings = held(&entries);
        assert_eq!((holdings.texts.len(), holdings.files.len()), (32, 99));
    }
}
