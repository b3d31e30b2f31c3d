//! OpenPGP keys and signatures: bytes to keys, text to signed text. Knows what apt's verifiers take.
//!
//! Version 4 keys only: gpgv up to 2.4 refuses everything newer, and Debian 12 and Ubuntu verify with it.

pub mod certificate;
pub mod policy;
pub mod secret;
pub mod signed;

use pgp::types::Timestamp;

use crate::types::date::SourceDate;

/// Why a key cannot be read or used, or a text cannot be verified.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No key in it.
    #[error("there is no OpenPGP key in it")]
    NoKey,
    /// A public key where a secret one is needed.
    #[error("it holds only the public part of the key {0}")]
    OnlyPublic(String),
    /// A key that is locked, and no passphrase was given.
    #[error("the key {0} is protected by a passphrase, and none was given")]
    NoPassphrase(String),
    /// A passphrase that does not open the key.
    #[error("the passphrase does not open the key {0}")]
    WrongPassphrase(String),
    /// Nothing in it may sign: the primary key is a stub or only certifies, subkeys are expired or revoked.
    #[error("no part of the key {0} can sign")]
    NothingSigns(String),
    /// A key that the verifiers of some supported release refuse.
    #[error("the key {fingerprint} cannot sign a repository: {reason}")]
    Refused {
        /// Of the primary key.
        fingerprint: String,
        /// Who refuses it.
        reason: String,
    },
    /// Not a clear-signed text.
    #[error("it is not a clear-signed text")]
    NotSigned,
    /// Signed, but by none of the keys that were given.
    #[error("it is signed by none of the known keys")]
    Unknown,
    /// What the library says.
    #[error("OpenPGP failed")]
    Library(#[from] pgp::errors::Error),
    /// What the library says of the wish for a key.
    #[error("OpenPGP cannot make such a key: {0}")]
    Parameters(String),
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::NoKey => {
                "export one: `gpg --armor --export-secret-keys KEY`, or make one: `mkdeb repo key generate`"
            }
            Self::OnlyPublic(_) => "export the secret one: `gpg --armor --export-secret-keys KEY`",
            Self::NoPassphrase(_) => "give it in `MKDEB_PASSPHRASE`, or in a file by `--passphrase-file`",
            Self::WrongPassphrase(_) => "it is read from `--passphrase-file`, else from `MKDEB_PASSPHRASE`",
            Self::NothingSigns(_) | Self::Refused { .. } => {
                "make one that every apt takes: `mkdeb repo key generate`"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// OpenPGP counts seconds in 32 bits (RFC 9580, 3.5).
fn timestamp(date: SourceDate) -> Timestamp {
    Timestamp::from_secs(u32::try_from(date.seconds()).unwrap_or(u32::MAX))
}
