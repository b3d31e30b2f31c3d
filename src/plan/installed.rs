//! What is installed in a virtualenv, and whether that is what its lock says.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::lock::DistributionName;
use crate::content::lock::Lock;
use crate::content::lock::Pin;
use crate::content::lock::Place;
use crate::content::lock::Version;
use crate::content::lock::satisfies;
use crate::content::record;
use crate::source::published::PublishedVenv;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::digest::Sha256;
use crate::types::path::ArchivePath;
use crate::types::path::InstallPath;

/// What `venv` and `virtualenv` put into every virtualenv, asked or not.
const SEEDS: [&str; 3] = ["pip", "setuptools", "wheel"];
/// Files of a `.dist-info` that tell of the installation, not of the distribution.
const OF_INSTALLING: [&str; 5] = ["INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "uv_cache.json"];

/// A distribution of a virtualenv.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::plan) struct Installed {
    pub(in crate::plan) version: Version,
    /// Where its metadata is.
    pub(in crate::plan) directory: ArchivePath,
}

/// One way in which a virtualenv is not what its lock says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// Locked, and not there.
    #[error("{name} {version} is missing, which {place} asks for")]
    Missing {
        /// The distribution.
        name: String,
        /// The version that is locked.
        version: String,
        /// Where.
        place: String,
    },
    /// There in another version.
    #[error("{name} is {found}, and {place} asks for {version}")]
    Version {
        /// The distribution.
        name: String,
        /// The version that is there.
        found: String,
        /// The version that is locked.
        version: String,
        /// Where.
        place: String,
    },
    /// There, and not locked.
    #[error("{name} {found} is installed, and nothing asks for it")]
    Extra {
        /// The distribution.
        name: String,
        /// Its version.
        found: String,
    },
}

/// Every distribution, by the names of the `.dist-info` directories (PEP 376, PEP 427).
pub(in crate::plan) fn distributions(venv: &SourceTree) -> BTreeMap<DistributionName, Installed> {
    let directories = venv.entries.iter().filter(|(_, entry)| matches!(entry.kind, SourceKind::Directory));
    let found = directories.filter_map(|(path, _)| {
        let (name, version) = distribution(path.as_str()?)?;
        Some((name, Installed { version, directory: path.clone() }))
    });
    found.collect()
}

/// The distributions of a virtualenv, as they are compared.
pub(in crate::plan) type Versions = BTreeMap<DistributionName, Version>;

/// The distributions of a virtualenv that was read.
pub(in crate::plan) fn versions(venv: &SourceTree) -> Versions {
    distributions(venv).into_iter().map(|(name, installed)| (name, installed.version)).collect()
}

/// The distributions of one that was published, which lies at `root`: each has files in its `.dist-info`.
pub(in crate::plan) fn published(venv: &PublishedVenv, root: &InstallPath) -> Versions {
    let root = format!("{root}/");
    let directories = venv.files.iter().filter_map(|path| {
        let (directory, _) = path.as_str().strip_prefix(&root)?.rsplit_once('/')?;
        distribution(directory)
    });
    directories.collect()
}

/// The distributions whose metadata is in these directories.
pub(in crate::plan) fn of_directories(directories: &[String]) -> Versions {
    directories.iter().filter_map(|directory| distribution(directory)).collect()
}

/// What a virtualenv holds, as a lock of it would say.
pub(in crate::plan) fn lock(venv: &SourceTree) -> Lock {
    let pin = |version| Pin {
        version,
        hashes: BTreeSet::new(),
        place: Place { file: venv.name.clone(), line: None },
    };
    Lock {
        pins: versions(venv).into_iter().map(|(name, version)| (name, pin(version))).collect(),
        ..Lock::default()
    }
}

/// The distribution whose metadata a directory is, by its path in the virtualenv.
fn distribution(path: &str) -> Option<(DistributionName, Version)> {
    let (above, name) = path.rsplit_once('/')?;
    let (name, version) = name.strip_suffix(".dist-info").filter(|_| is_site(above))?.rsplit_once('-')?;
    Some((name.parse().ok()?, version.parse().ok()?))
}

fn is_site(path: &str) -> bool {
    path.ends_with("/site-packages") && path.starts_with("lib")
}

/// How a virtualenv differs from its lock, in the order of the names.
pub(in crate::plan) fn differences(installed: &Versions, lock: &Lock) -> Vec<Difference> {
    let names: BTreeSet<&DistributionName> = installed.keys().chain(lock.pins.keys()).collect();
    let difference = |name: &DistributionName| {
        let text = name.to_string();
        match (installed.get(name), lock.pins.get(name)) {
            (None, Some(pin)) => Some(Difference::Missing {
                name: text,
                version: pin.version.to_string(),
                place: pin.place.to_string(),
            }),
            (Some(found), Some(pin)) if !satisfies(found, &pin.version) => Some(Difference::Version {
                name: text,
                found: found.to_string(),
                version: pin.version.to_string(),
                place: pin.place.to_string(),
            }),
            (Some(found), None) if !SEEDS.contains(&text.as_str()) => {
                Some(Difference::Extra { name: text, found: found.to_string() })
            }
            _ => None,
        }
    };
    names.into_iter().filter_map(difference).collect()
}

/// One line for each distribution with a digest over its files, for a virtualenv without a lock.
///
/// Scripts, bytecode and the notes of installers are left out: they tell where and how it was installed.
pub(in crate::plan) fn lines(venv: &SourceTree) -> Vec<String> {
    let line = |(name, installed): (DistributionName, Installed)| {
        let record = format!("{}/RECORD", installed.directory);
        let files = venv.text(&record).map(|text| files(text).concat());
        let digest = Sha256::of(files.unwrap_or_default().as_bytes());
        format!("{name}=={} sha256:{digest}", installed.version)
    };
    distributions(venv).into_iter().map(line).collect()
}

/// The lines of a RECORD that are the same wherever the distribution is installed, sorted.
fn files(record: &[u8]) -> Vec<String> {
    let lines = record::parse(record).unwrap_or_default();
    let mut files: Vec<String> = lines
        .iter()
        .filter_map(|line| {
            let path = std::str::from_utf8(&line.path).ok()?;
            let name = path.rsplit('/').next().unwrap_or_default();
            let tells = path.contains(".dist-info/") && OF_INSTALLING.contains(&name);
            let is_elsewhere = path.starts_with("../") || path.starts_with('/');
            let keeps = !tells && !is_elsewhere && !path.ends_with(".pyc");
            keeps.then(|| format!("{path},{}\n", String::from_utf8_lossy(&line.hash)))
        })
        .collect();
    files.sort();
    files
}
