//! One side of a comparison: a package, or those that an application is split into, as what they bring to a host.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::io::Read;

use crate::archive::tar::read::Kind;
use crate::archive::tar::read::Member;
use crate::command::inspect::scripts;
use crate::command::inspect::virtualenv::Collector;
use crate::control::binary::ROLE;
use crate::control::binary::Role;
use crate::control::binary::VENV_KEY;
use crate::control::stanza::Stanza;
use crate::deb::read;
use crate::deb::read::Deb;
use crate::deb::read::Limits;
use crate::deb::read::Reader;
use crate::deb::read::undotted;
use crate::host::input::budget::DEFAULT_UNPACKED;
use crate::types::digest::HashingReader;
use crate::types::digest::Sha256;

/// The largest file in which what every release has anew is looked for, in bytes: more than any script has.
const LARGEST_TEXT: u64 = 1 << 20;
/// What stands for the part of a path or a text that every release has anew.
const RELEASE: &str = "RELEASE";
/// The same for virtualenvs.
const VENV: &str = "VENV";
/// The same for the version in texts.
const VERSION: &str = "VERSION";

/// A file of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is, and what is in it: `file` with a digest, `link` with a target.
    pub content: (&'static str, String),
    /// Its permission bits, and whom it belongs to.
    pub mode: (u32, String),
    /// Its size in bytes.
    pub size: u64,
}

/// What a side brings.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// `Package` and `Version`.
    pub name: (String, String),
    /// The control fields of the application, in order.
    pub fields: Vec<(String, String)>,
    /// Its maintainer scripts, without what every release has anew.
    pub scripts: BTreeMap<String, String>,
    /// The conffiles.
    pub conffiles: BTreeSet<String>,
    /// The files by their paths, without what every release has anew. Of directories only the modes count.
    pub files: BTreeMap<String, Fact>,
    /// The Python distributions by their normal names, with the names they give themselves and their versions.
    pub distributions: BTreeMap<String, (String, String)>,
    /// The keys of the virtualenvs, where packages say them.
    pub virtualenvs: BTreeSet<String>,
    /// The bytes of all packages.
    pub download: u64,
    /// The bytes of all files.
    pub installed: u64,
}

impl Side {
    /// Takes in one package.
    pub fn add(&mut self, input: &mut dyn Read) -> Result<(), read::Error> {
        let limits = Limits::of_stranger(DEFAULT_UNPACKED);
        let reader = Reader::open(input, &limits)?;
        let part = part(&Stanza::new(&reader.deb().control));
        let (mut collector, mut found, mut room) = (Collector::default(), Vec::new(), Vec::new());
        let deb = reader.walk::<read::Error>(&mut |entry, body| {
            let header = entry.header;
            let path = String::from_utf8_lossy(undotted(&header.path)).trim_end_matches('/').to_owned();
            let release = part_of(&path, "/releases/").map(|id| (id, RELEASE));
            let venv = part_of(&path, "/venvs/").map(|key| (key, VENV));
            // The longest first: the name of a part holds that of its release.
            let is_told = path.starts_with("usr/share/doc/") || path.starts_with("usr/share/lintian/");
            let own = part.clone().filter(|_| is_told);
            let anew: Vec<_> = own.into_iter().chain(release).chain(venv).collect();
            let digest = digest(&header, (body, &anew), &mut collector, &mut room);
            let digest = digest.map_err(|source| read::Error::body(&header.path, source))?;
            let content = match &header.kind {
                Kind::File => ("file", digest.to_string()),
                Kind::Directory => ("directory", String::new()),
                Kind::Symlink(target) => ("link", String::from_utf8_lossy(target).into_owned()),
                Kind::Hardlink(target) => {
                    ("hard link", String::from_utf8_lossy(undotted(target)).into_owned())
                }
                _ => ("special file", String::new()),
            };
            let [user, group] =
                [&header.owner.user, &header.owner.group].map(|name| String::from_utf8_lossy(name));
            let owner = format!("{user}:{group}");
            found.push((path, Fact { content, mode: (header.mode, owner), size: header.size }));
            Ok(())
        })?;
        self.take(&deb, found);
        for distribution in collector.finish().into_iter().flat_map(|venv| venv.distributions) {
            self.distributions.insert(distribution.normal(), (distribution.name, distribution.version));
        }
        Ok(())
    }

    fn take(&mut self, deb: &Deb, found: Vec<(String, Fact)>) {
        let control = Stanza::new(&deb.control);
        let field = |name| control.get(name).unwrap_or_default().to_owned();
        let (package, version) = (field("Package"), field("Version"));
        self.virtualenvs.extend(control.get(VENV_KEY).map(str::to_owned));
        self.download += deb.size;
        self.installed += found.iter().map(|(_, fact)| fact.size).sum::<u64>();
        let part = part(&control);
        let ids: BTreeSet<String> = found.iter().filter_map(|(path, _)| release_of(path)).collect();
        for (path, mut fact) in found.into_iter().filter(|(path, _)| !is_derived(path)) {
            if fact.content.0 == "link" || fact.content.0 == "hard link" {
                fact.content.1 = steady(&fact.content.1, part.as_ref());
            }
            self.files.insert(format!("/{}", steady(&path, part.as_ref())), fact);
        }
        let listed =
            deb.control_file("conffiles").map(|file| String::from_utf8_lossy(&file.bytes).into_owned());
        self.conffiles
            .extend(listed.unwrap_or_default().lines().filter(|line| !line.is_empty()).map(str::to_owned));
        if part.is_some() {
            return;
        }
        for script in scripts(deb) {
            let mut text = String::from_utf8_lossy(&script.text.unwrap_or_default()).into_owned();
            for id in &ids {
                text = text.replace(id, RELEASE);
            }
            self.scripts.insert(script.name.to_owned(), text.replace(&version, VERSION));
        }
        self.name = (package, version);
        self.fields = control
            .as_str()
            .lines()
            .filter(|line| !line.starts_with([' ', '\t']))
            .filter_map(|line| line.split_once(':'))
            .map(|(name, _)| (name.to_owned(), control.lines(name).unwrap_or_default()))
            .collect();
    }
}

/// The name of a part of an application, which is anew in every release, and what stands for it.
fn part(control: &Stanza) -> Option<(String, &'static str)> {
    let role = control.get(ROLE)?;
    let stands = match role {
        role if role == Role::Release.name() => RELEASE,
        role if role == Role::Virtualenv.name() => VENV,
        _ => return None,
    };
    Some((control.get("Package")?.to_owned(), stands))
}

/// The digest of a body, of a small one without what every release has anew: scripts name the place they are at.
fn digest(
    header: &Member,
    (body, anew): (&mut dyn Read, &[(String, &str)]),
    collector: &mut Collector,
    room: &mut Vec<u8>,
) -> io::Result<Sha256> {
    if anew.is_empty() || header.size > LARGEST_TEXT {
        let mut hashing = HashingReader::new(body);
        collector.see(header, &mut hashing)?;
        return Ok(hashing.finish()?.0);
    }
    room.clear();
    body.read_to_end(room)?;
    collector.see(header, &mut &room[..])?;
    let mut text = Cow::Borrowed(&room[..]);
    for (word, stands) in anew {
        if memchr::memmem::find(&text, word.as_bytes()).is_some() {
            text = Cow::Owned(replaced(&text, word.as_bytes(), stands.as_bytes()));
        }
    }
    Ok(Sha256::of(&text))
}

fn replaced(text: &[u8], word: &[u8], stands: &[u8]) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text);
    while let Some(at) = memchr::memmem::find(rest, word) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(stands);
        rest = &rest[at + word.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Whether a file only follows from others, or tells what is told elsewhere: bytecode, lists of files, what the
/// release is called.
fn is_derived(path: &str) -> bool {
    let is_internal = path.contains("/.mkdeb/") && !path.contains("/.mkdeb/units/");
    let is_record = path.ends_with(".dist-info/RECORD") || path.ends_with("/virtualenv.json");
    let is_changelog = path.starts_with("usr/share/doc/") && path.contains("/changelog");
    is_internal || is_record || is_changelog || path.ends_with(".pyc") || path.ends_with("/.mkdeb-owner")
}

/// The release that a path lies in: `opt/orders/releases/1.0-ab12/app` is of `1.0-ab12`.
fn release_of(path: &str) -> Option<String> {
    part_of(path, "/releases/")
}

/// The word behind a directory of a path.
fn part_of(path: &str, directory: &str) -> Option<String> {
    let (_, rest) = path.split_once(directory)?;
    rest.split('/').next().filter(|id| !id.is_empty()).map(str::to_owned)
}

/// A path without what every release has anew.
fn steady(path: &str, part: Option<&(String, &'static str)>) -> String {
    let mut before = "";
    let parts = path.split('/').map(|word| {
        let steady = match (before, part) {
            ("releases", _) => RELEASE,
            ("venvs", _) => VENV,
            (_, Some((name, stands))) if word == name => stands,
            _ => word,
        };
        before = word;
        steady
    });
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_release_has_anew_does_not_count() {
        let part = ("orders-release-1.0-ab".to_owned(), RELEASE);
        let of = |path: &str| steady(path, Some(&part));
        assert_eq!(of("opt/orders/releases/1.0-ab/app/x.py"), "opt/orders/releases/RELEASE/app/x.py");
        assert_eq!(of("opt/orders/venvs/abc/bin/python"), "opt/orders/venvs/VENV/bin/python");
        assert_eq!(of("usr/share/doc/orders-release-1.0-ab/copyright"), "usr/share/doc/RELEASE/copyright");
        assert_eq!(release_of("opt/orders/releases/1.0-ab/app").as_deref(), Some("1.0-ab"));
        assert_eq!(release_of("opt/orders/releases"), None);
    }
}
