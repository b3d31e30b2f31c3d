//! Lock files: which distributions, in which versions, a virtualenv is to hold.
//!
//! `requirements.txt` as pip reads it, `pylock.toml` (PEP 751) and `uv.lock` become one [`Lock`] for one target.
//! What pins no version is a [`Problem`]; all of them are told at once.

mod problem;
mod pylock;
mod requirements;
pub mod target;
mod uv;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;

pub use pep440_rs::Version;
use pep508_rs::MarkerTree;
/// The name of a distribution, normalised (PEP 503).
pub use pep508_rs::PackageName as DistributionName;

use crate::content::lock::target::Target;
use crate::types::digest::Sha256;

pub use crate::content::lock::problem::Error;
pub use crate::content::lock::problem::Place;
pub use crate::content::lock::problem::Problem;

/// A lock and the files that it includes, by name.
pub type Texts = BTreeMap<String, String>;

/// The distributions of a virtualenv, each in one version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// Each distribution with its pin.
    pub pins: BTreeMap<DistributionName, Pin>,
    /// The digests of the files that say so; none where the lock was made from what is installed.
    pub files: BTreeMap<String, Sha256>,
}

/// One version of a distribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The version.
    pub version: Version,
    /// `sha256:…` of each file that may be installed; none where the lock has none.
    pub hashes: BTreeSet<String>,
    /// Where the lock says so.
    pub place: Place,
}

impl Lock {
    /// Adds a pin. A second one has to be of the same version; their hashes are taken together.
    fn add(&mut self, name: DistributionName, pin: Pin) -> Result<(), Problem> {
        match self.pins.entry(name) {
            Entry::Vacant(free) => {
                free.insert(pin);
                Ok(())
            }
            Entry::Occupied(mut present) if present.get().version == pin.version => {
                present.get_mut().hashes.extend(pin.hashes);
                Ok(())
            }
            Entry::Occupied(present) => Err(Problem::Contradiction {
                name: present.key().clone(),
                first: (present.get().version.clone(), present.get().place.clone()),
                second: (pin.version, pin.place),
            }),
        }
    }

    /// One line for each distribution, in the order of their names: what a virtualenv's key is made of.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.pins.iter().map(|(name, pin)| {
            let hashes: String = pin.hashes.iter().map(|hash| format!(" {hash}")).collect();
            format!("{name}=={}{hashes}", pin.version)
        })
    }
}

/// Whether a version is the one that is pinned: `==1.0` takes `1.0+cpu` too (PEP 440, "Version matching").
pub fn satisfies(found: &Version, pinned: &Version) -> bool {
    found == pinned || !pinned.is_local() && found.clone().without_local() == *pinned
}

/// The deepest parentheses of a marker: its parser calls itself for each.
const DEEPEST: usize = 100;

/// Whether a text has parentheses in parentheses beyond all that a person writes.
fn is_too_deep(text: &str) -> bool {
    let mut depth = 0usize;
    text.bytes().any(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST
    })
}

/// Why a requirement must not be shown to the parser, which would not survive it.
fn unreadable(text: &str) -> Option<&'static str> {
    let odd = "a name ends in a letter or a digit";
    unreadable_marker(text).or_else(|| has_odd_name(text).then_some(odd))
}

/// The same of a marker.
fn unreadable_marker(text: &str) -> Option<&'static str> {
    if is_too_deep(text) {
        Some(TOO_DEEP)
    } else {
        (!text.is_ascii()).then_some("it has characters that are not ASCII")
    }
}

/// Whether the name of a requirement, or of an extra of it, ends in `-`, `_` or `.`, which none may (PEP 508).
fn has_odd_name(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_odd =
        |name: &str| name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.ends_with(['-', '_', '.']);
    let text = text.trim_start();
    let (name, rest) = text.split_at(text.find(|c| !is_of_name(c)).unwrap_or(text.len()));
    let extras = rest.trim_start().strip_prefix('[').and_then(|extras| extras.split(']').next());
    let mut extras = extras.unwrap_or_default().split(|c: char| c == ',' || c.is_whitespace());
    is_odd(name) || extras.any(is_odd)
}

/// Reads a marker (PEP 508); why it is none.
fn marker(text: &str) -> Result<MarkerTree, String> {
    if let Some(reason) = unreadable_marker(text) {
        return Err(reason.to_owned());
    }
    text.parse().map_err(|error: pep508_rs::Pep508Error| error.message.to_string())
}

const TOO_DEEP: &str = "its parentheses are more than 100 deep";

/// The formats, told apart by the names of files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Requirements,
    Pylock,
    Uv,
}

impl Format {
    fn of(file: &str) -> Self {
        let name = file.rsplit('/').next().unwrap_or_default();
        // PEP 751: `pylock.toml`, or `pylock.NAME.toml`.
        let is_pylock = name.starts_with("pylock.") && name.ends_with("toml");
        match name {
            "uv.lock" => Self::Uv,
            _ if is_pylock => Self::Pylock,
            _ => Self::Requirements,
        }
    }
}

/// The files that a lock includes, as paths beside it.
pub fn includes(file: &str, text: &str) -> Vec<String> {
    match Format::of(file) {
        Format::Requirements => requirements::includes(file, text),
        Format::Pylock | Format::Uv => Vec::new(),
    }
}

/// What the lock `file` pins for a target; `texts` has it and all that it includes.
pub fn read(file: &str, texts: &Texts, target: &Target) -> Result<Lock, Error> {
    let syntax = |source| Error::Syntax { file: file.to_owned(), source: Box::new(source) };
    let environment = target.environment().map_err(syntax)?;
    let text = texts.get(file).map(String::as_str).unwrap_or_default();
    let lock = match Format::of(file) {
        Format::Requirements => requirements::lock(file, texts, &environment),
        Format::Pylock => pylock::lock(file, text, &environment),
        Format::Uv => uv::lock(file, text, &environment),
    }?;
    let files = texts.iter().map(|(name, text)| (name.clone(), Sha256::of(text.as_bytes()))).collect();
    Ok(Lock { files, ..lock })
}

/// Gathers pins and problems.
#[derive(Default)]
struct Gathered {
    lock: Lock,
    problems: Vec<Problem>,
}

impl Gathered {
    fn add(&mut self, name: DistributionName, pin: Pin) {
        self.problems.extend(self.lock.add(name, pin).err());
    }

    fn finish(self) -> Result<Lock, Error> {
        if self.problems.is_empty() { Ok(self.lock) } else { Err(Error::Problems(self.problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_the_parser_does_not_survive_are_known() {
        for odd in
            ["asgiref[t-", "a[x-]", "a [x,y_]==1", "a[ x. , y ]", "a[x-\u{a0}", "a.==1", " a- ", "a_[x]"]
        {
            assert!(has_odd_name(odd), "{odd}");
        }
        for good in [
            "a",
            "a[x]",
            "a[x-y, z.z]==1",
            "a @ https://x/[y-]",
            "a==1 # [x-]",
            "a[x]; extra == 'y-'",
            "./a",
            "-r x",
            "",
        ] {
            assert!(!has_odd_name(good), "{good}");
        }
        let texts = Texts::from([(
            "requirements.txt".to_owned(),
            "asgiref[t-\nb.==1\na-/x.whl\nc==1; a and⌆\n".to_owned(),
        )]);
        let python = crate::content::python::PythonVersion { major: 3, minor: 11, free_threaded: false };
        let target = Target { python, patch: None, machine: "x86_64" };
        let error = read("requirements.txt", &texts, &target).expect_err("no requirements").to_string();
        assert_eq!(error.matches("a name ends in a letter or a digit").count(), 2, "{error}");
        assert!(
            error.contains("requirements.txt:4: ") && error.contains("it has characters that are not ASCII"),
            "{error}"
        );
        assert!(marker("a and⌆").is_err_and(|reason| reason == "it has characters that are not ASCII"));
        assert!(error.contains("`a-/x.whl` names a URL or a directory"), "{error}");
    }
}
