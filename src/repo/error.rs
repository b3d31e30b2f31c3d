//! Why a repository is not changed, or not as it should be.

use crate::openpgp;
use crate::openpgp::certificate::Fingerprint;
use crate::repo::release;
use crate::repo::store::StoreError;
use crate::types::spelling::nearest;

/// What can go wrong with a repository.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk or the network refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing of ours is there.
    #[error("`{0}` is not a repository of mkdeb: it has no `.mkdeb/repository.json`")]
    NoRepository(String),
    /// A repository is there already.
    #[error("`{0}` is a repository already, with the suite `{1}`")]
    Exists(String, String),
    /// Something else is there.
    #[error("`{0}` has a suite `{1}` that another program made")]
    Foreign(String, String),
    /// A suite that there is not.
    #[error("there is no suite `{suite}`, only {known}")]
    NoSuite {
        /// What was asked for.
        suite: String,
        /// Those that there are.
        known: String,
    },
    /// Several suites, and none was named.
    #[error("there are several suites: {0}")]
    WhichSuite(String),
    /// A component that there is not.
    #[error("the suite `{suite}` has no component `{component}`; it has {known}")]
    NoComponent {
        /// The suite.
        suite: String,
        /// What was asked for.
        component: String,
        /// Those that there are.
        known: String,
    },
    /// A file that is not what it should be.
    #[error("`{place}` is damaged: {reason}")]
    Damaged {
        /// Which file.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A later program made it.
    #[error("`{place}` is of version {found}, and this program knows version {known}")]
    Version {
        /// Which file.
        place: String,
        /// Its version.
        found: u32,
        /// Ours.
        known: u32,
    },
    /// A `Release` that cannot be followed.
    #[error("failed to read `{place}`")]
    Release {
        /// Which file.
        place: String,
        /// Why.
        source: release::Error,
    },
    /// A signature that is not by one of the keys that were given.
    #[error("the signature of `{place}` cannot be trusted")]
    OtherKey {
        /// Which file.
        place: String,
        /// Why.
        source: openpgp::Error,
    },
    /// A signer that would be lost.
    #[error("`{place}` is also signed by {missing}, whose key was not given")]
    LostSigner {
        /// Which file.
        place: String,
        /// Whose signature would be missing from now on.
        missing: String,
    },
    /// Signing failed.
    #[error("failed to sign `Release`")]
    Sign(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The same package, other bytes.
    #[error("`{name}` is published already with other bytes: SHA-256 {there} there, {here} here")]
    Conflict {
        /// Package, version, architecture.
        name: String,
        /// What is published.
        there: String,
        /// What was given.
        here: String,
    },
    /// A package that is not there.
    #[error("there is no `{what}` in the suite `{suite}`")]
    NoPackage {
        /// What was asked for.
        what: String,
        /// Where.
        suite: String,
        /// One like it.
        near: Option<String>,
    },
    /// A state that there is not.
    #[error("the suite `{suite}` has no generation {generation} that could be restored: {reason}")]
    NoGeneration {
        /// The suite.
        suite: String,
        /// Which one.
        generation: u64,
        /// Why.
        reason: String,
    },
    /// Too many publishers at once.
    #[error("{0} times another publisher was faster; nothing was changed")]
    Contended(u32),
    /// What is to be given has to stay as it is, or hosts stop.
    #[error("`{field}` of the suite `{suite}` is `{there}`, and `{here}` was given")]
    Frozen {
        /// Which field.
        field: &'static str,
        /// The suite.
        suite: String,
        /// What it is.
        there: String,
        /// What was given.
        here: String,
    },
    /// A store that does not keep its word.
    #[error(
        "`{0}` ignores conditions of writes (`If-Match`): two publishers at once would undo each other's work"
    )]
    Unconditional(String),
    /// A value that cannot be one.
    #[error("`{value}` cannot be {what}")]
    Value {
        /// What it should be.
        what: &'static str,
        /// What was given.
        value: String,
    },
    /// A key that some host would not take.
    #[error("the key {fingerprint} is refused: {reason}")]
    Key {
        /// Which.
        fingerprint: Fingerprint,
        /// By whom, and why.
        reason: String,
    },
    /// A key that would be made for a repository that has one.
    #[error("the repository is signed already, so no key was made in `{0}`")]
    HasKey(String),
    /// Another name than the files of a repository have.
    #[error("the repository is called `{there}`, not `{here}`: hosts have files of that name")]
    Named {
        /// Its name.
        there: String,
        /// What was given.
        here: String,
    },
    /// A suite that is to be promoted to itself.
    #[error("`{0}` is both where the packages are and where they are to go")]
    SameSuite(String),
    /// A key that does not sign the suite yet.
    #[error("`{place}` is not signed by {key}, which was given")]
    NewSigner {
        /// Which file.
        place: String,
        /// The key.
        key: Fingerprint,
    },
    /// A generation whose packages are gone.
    #[error("generation {generation} of `{suite}` cannot be restored: `{file}` {state}")]
    Gone {
        /// The suite.
        suite: String,
        /// The generation.
        generation: u64,
        /// A file that it needs.
        file: String,
        /// What became of it.
        state: &'static str,
    },
    /// Two spellings of one version.
    #[error("to apt, `{here}` is of the same version as `{there}`, which is another package")]
    SameVersion {
        /// What was to be put in.
        here: String,
        /// What is there.
        there: String,
    },
    /// A package cannot be read.
    #[error("failed to read `{place}`")]
    Package {
        /// Which.
        place: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Damaged { place: "Packages.gz".to_owned(), reason: error.to_string() }
    }
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::Store(error) => return error.hint.clone(),
            Self::NoRepository(place) => {
                let words = "--suite SUITE --origin TEXT --label TEXT --key FILE";
                return Some(format!("make one: `mkdeb repo init {place} {words}`"));
            }
            Self::Exists(..) => "publish into it: `mkdeb publish`",
            Self::Foreign(..) => "name another suite, or an empty place",
            Self::WhichSuite(_) => "name one: `--suite`",
            Self::NoSuite { suite, known } => match nearest(suite, known.split(", ")) {
                Some(near) => return Some(format!("did you mean `{near}`?")),
                None => "`mkdeb repo init` makes another",
            },
            Self::NoComponent { .. } => {
                "components are fixed when a suite is made; `mkdeb repo init --allow-release-info-change` adds one"
            }
            Self::Damaged { .. } => "`mkdeb repo verify --repair` restores what the journal knows",
            Self::Version { .. } => "use a later mkdeb",
            Self::OtherKey { source: openpgp::Error::NotSigned, .. } => {
                "`mkdeb repo verify --repair` restores what the journal knows"
            }
            Self::OtherKey { .. } => {
                "give the key that signs it, or change keys: `mkdeb repo key rotate`; hosts that trust the old \
                 key alone could not update"
            }
            Self::LostSigner { .. } => {
                "give every key that signs it (`--key` may be repeated), or take one out of use: \
                 `mkdeb repo key rotate --retire FINGERPRINT`"
            }
            Self::Conflict { .. } => {
                "publish what is there, or give it another version; `--replace` lets hosts that have it keep \
                 the old bytes"
            }
            Self::NoPackage { near: Some(near), .. } => return Some(format!("did you mean `{near}`?")),
            Self::NoPackage { what, suite, .. } if what == suite => {
                "that is the suite, which is named by `--suite`"
            }
            Self::NoPackage { .. } => "`mkdeb repo list` tells what there is",
            Self::NoGeneration { .. } => "`mkdeb repo log` tells which there are",
            Self::Contended(_) => "try again",
            Self::Frozen { .. } => {
                "hosts refuse to update where it changes, until `apt-get update --allow-releaseinfo-change`; \
                 say `--allow-release-info-change` to change it all the same"
            }
            Self::Unconditional(_) => {
                "use a store that keeps `If-None-Match`, or say `--assume-single-writer` where only one \
                 publisher ever runs at a time"
            }
            Self::HasKey(_) => "give the key that signs it: `--key`; `mkdeb repo key rotate` changes it",
            Self::SameSuite(_) => "name first the suite that has them, then the one that gets them",
            Self::NewSigner { .. } => {
                "give only keys that sign it; `mkdeb repo key rotate` lets another one sign from now on"
            }
            Self::Gone { .. } => "publish that package again, which needs no restoring",
            Self::SameVersion { .. } => "give it a version that is higher or lower",
            Self::Named { .. } => "leave `--name` out",
            Self::Key { .. } => "change it: `mkdeb repo key rotate`",
            _ => return None,
        };
        Some(text.to_owned())
    }
}
