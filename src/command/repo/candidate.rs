//! A package on its way into a repository: read, judged, hashed.

use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::control::binary;
use crate::control::given;
use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::deb::problem::Problem;
use crate::deb::read;
use crate::deb::read::Deb;
use crate::deb::read::Limits;
use crate::deb::read::Reader;
use crate::host::deb_file::DebFile;
use crate::host::env::Env;
use crate::host::store::content::FileContent;
use crate::host::watch::Watch;
use crate::repo::index::LARGEST;
use crate::repo::moving::PHASED;
use crate::repo::page::DISTRIBUTIONS;
use crate::repo::publish::Candidate;
use crate::repo::publish::PUBLISHED;
use crate::repo::store::Content;
use crate::types::arch::Arch;
use crate::types::name::PackageName;
use crate::types::plural;
use crate::types::size::Size;
use crate::types::version::DebVersion;

/// A package that may be published.
pub struct Checked {
    key: StanzaKey,
    control: Stanza,
    source: String,
    content: FileContent,
}

/// Why a package is not published.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It cannot be followed.
    #[error("`{}` is not a package that can be published", .path.display())]
    Package {
        /// Which.
        path: PathBuf,
        /// Why.
        source: read::Error,
    },
    /// It ends too early.
    #[error("`{}` is cut off: it has {found} bytes, and its headers say {expected}", .path.display())]
    Truncated {
        /// Which.
        path: PathBuf,
        /// Its size.
        found: u64,
        /// What it should be.
        expected: u64,
    },
    /// Its control file.
    #[error("the control file of `{}` is not valid", .path.display())]
    Control {
        /// Which.
        path: PathBuf,
        /// Why.
        source: given::Fault,
    },
    /// A value that apt or Policy does not take.
    #[error("the field `{field}` of `{}` is not valid: {reason}", .path.display())]
    Field {
        /// Which.
        path: PathBuf,
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Something that dpkg or apt would refuse.
    #[error("no host could install `{}`: {problem}", .path.display())]
    Problem {
        /// Which.
        path: PathBuf,
        /// What.
        problem: Problem,
    },
    /// A paragraph that apt would fail on.
    #[error("the entry of `{}` in the index would have {}, more than apt reads", .path.display(), plural::size(*.size))]
    TooLong {
        /// Which.
        path: PathBuf,
        /// Its size.
        size: u64,
    },
    /// Two files for one package.
    #[error("`{}` and `{}` are both {name}, with different bytes", .first.display(), .second.display())]
    Twice {
        /// One.
        first: PathBuf,
        /// The other.
        second: PathBuf,
        /// Package, version and architecture.
        name: String,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::Package { source, .. } => source.hint(),
            Error::Control { source, .. } => source.hint(),
            Error::Truncated { .. } => Some("copy it again, or build it again".to_owned()),
            Error::Twice { .. } => Some("publish one of them".to_owned()),
            Error::TooLong { .. } => Some(format!(
                "shorten its control file: an entry has at most {}",
                plural::size(LARGEST as u64)
            )),
            _ => None,
        };
        Self::new(error, hint)
    }
}

impl Checked {
    /// Reads and judges the package at a path.
    pub fn read(path: &Path, env: &Env, watch: &Watch) -> Result<Self, Failure> {
        let mut input = DebFile::open(path, env, watch)?;
        let limits = Limits::of_stranger(Size::of_bytes(u64::MAX));
        let read = |source| Error::Package { path: path.to_owned(), source };
        let reader = Reader::open(&mut input.reader, &limits).map_err(read)?;
        let deb = reader.deb();
        let (found, expected) = (input.size.unwrap_or(u64::MAX), deb.least_size());
        if found < expected {
            return Err(Error::Truncated { path: path.to_owned(), found, expected }.into());
        }
        let control = deb.control_file("control").map(|file| file.bytes.clone()).unwrap_or_default();
        let given = given::check(&control);
        let given = given.map_err(|source| Error::Control { path: path.to_owned(), source })?;
        if let Some(problem) = deb.problems.iter().next() {
            return Err(Error::Problem { path: path.to_owned(), problem: problem.clone() }.into());
        }
        let invalid = |field, reason: String| Error::Field { path: path.to_owned(), field, reason };
        given.package.parse::<PackageName>().map_err(|error| invalid("Package", error.to_string()))?;
        given.version.parse::<DebVersion>().map_err(|error| invalid("Version", error.to_string()))?;
        given.architecture.parse::<Arch>().map_err(|error| invalid("Architecture", error.to_string()))?;
        let key =
            StanzaKey { package: given.package, version: given.version, architecture: given.architecture };
        // Some of these fields are ours to say, whatever a package says.
        let mut control = Stanza::new(&deb.control);
        for name in [DISTRIBUTIONS, PUBLISHED, PHASED, "Filename", "Size", "SHA256"] {
            control = control.without(name);
        }
        if control.key().as_ref() != Some(&key) {
            let reason = "it begins on a line below, where apt does not look for it".to_owned();
            return Err(invalid("Package, Version or Architecture", reason).into());
        }
        let distributions = distributions(deb);
        if !distributions.is_empty() {
            control = control.with(DISTRIBUTIONS, &distributions.join(", "));
        }
        let size = control.as_str().len();
        if size > LARGEST {
            return Err(Error::TooLong { path: path.to_owned(), size: size as u64 }.into());
        }
        let source = source(&control, &key);
        drop(reader);
        let content = FileContent::hashed(env.resolve(path), watch)?;
        Ok(Self { key, control, source, content })
    }

    /// As the protocols want it.
    pub fn candidate(&self) -> Candidate<'_> {
        Candidate {
            key: self.key.clone(),
            control: self.control.clone(),
            source: self.source.clone(),
            content: &self.content,
            sha256: self.content.sha256(),
        }
    }

    /// One of each package; two files with other bytes under one name are an error.
    pub fn distinct(all: Vec<Self>) -> Result<Vec<Self>, Error> {
        let mut found: std::collections::BTreeMap<StanzaKey, Self> = Default::default();
        for one in all {
            match found.get(&one.key) {
                Some(other) if other.content.sha256() != one.content.sha256() => {
                    return Err(Error::Twice {
                        first: other.content.path().to_owned(),
                        second: one.content.path().to_owned(),
                        name: one.key.to_string(),
                    });
                }
                _ => found.insert(one.key.clone(), one),
            };
        }
        Ok(found.into_values().collect())
    }

    /// What it is called in messages.
    pub fn spelled(&self) -> String {
        self.content.path().display().to_string()
    }

    /// What it is found by.
    pub fn key(&self) -> &StanzaKey {
        &self.key
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.content.size()
    }
}

/// The name under which a package's file lies: that of its source, of its application, or its own.
fn source(control: &Stanza, key: &StanzaKey) -> String {
    let named = |name: &str| control.get(name).and_then(|value| value.split_whitespace().next());
    let of_venv = named(binary::VENV_KEY)
        .filter(|_| named(binary::ROLE) == Some(binary::Role::Virtualenv.name()))
        .and_then(|venv| key.package.strip_suffix(&format!("-venv-{venv}")));
    let source = named("Source").or(named(binary::APP)).or(of_venv).unwrap_or(&key.package);
    // It becomes a directory.
    if source.parse::<PackageName>().is_ok() { source.to_owned() } else { key.package.clone() }
}

/// The Python distributions whose files a package has, by its `md5sums`: sorted, `name version`.
fn distributions(deb: &Deb) -> Vec<String> {
    let sums = deb.control_file("md5sums").map(|file| String::from_utf8_lossy(&file.bytes));
    let mut found: Vec<String> = sums
        .as_deref()
        .unwrap_or_default()
        .lines()
        .filter_map(|line| {
            let directory = line.strip_suffix(".dist-info/RECORD")?.rsplit('/').next()?;
            let (name, version) = directory.split_once('-')?;
            // What is in a package is anybody's; the index is ours.
            let is_plain = directory.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',');
            is_plain.then(|| format!("{name} {version}"))
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
