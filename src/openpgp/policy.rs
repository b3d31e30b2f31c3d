//! What apt's verifiers think of a key: gpgv of Debian 12 and Ubuntu, sqv of Debian 13.
//!
//! sqv's rules are dated (`/usr/share/apt/default-sequoia.config`); apt asks for one year ahead too, and warns.

use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::packet::Signature;
use pgp::types::EcdsaPublicParams;
use pgp::types::KeyDetails;
use pgp::types::KeyVersion;
use pgp::types::PublicParams;

use crate::openpgp::certificate::Certificate;
use crate::types::date::Moment;
use crate::types::date::SourceDate;

/// One remark on a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Whether some supported apt refuses the key at the time that was asked about, or only warns.
    pub refused: bool,
    /// By whom, and why.
    pub text: String,
}

/// 2026-02-01, when sqv stopped taking SHA-1 where a second preimage would forge.
const SHA1_END: u64 = 1_769_904_000;
/// 2030-02-01, when sqv stops taking RSA of 2048 bits.
const RSA2048_END: u64 = 1_896_134_400;
/// How long before a key's end publishing is refused: 30 days.
const REFUSED_BEFORE: u64 = 30 * 86_400;
/// How long before a key's end it is said: 180 days.
const WARNED_BEFORE: u64 = 180 * 86_400;

/// What apt's verifiers say of signatures by this key at a time. Nothing is praise.
pub fn remarks(certificate: &Certificate, at: SourceDate) -> Vec<Remark> {
    let mut found = Vec::new();
    let mut say = |refused, text: String| found.push(Remark { refused, text });
    let key = &certificate.0.primary_key;
    if key.version() != KeyVersion::V4 {
        say(true, "gpgv of Debian 12 and Ubuntu takes keys of version 4 only".to_owned());
    }
    if let Some((refused, text)) = algorithm(certificate, at) {
        say(refused, text);
    }
    if certificate.is_revoked() {
        say(true, "it was revoked".to_owned());
    }
    match certificate.signing_ends() {
        Some(end) if end <= at => say(true, format!("it expired on {}", day(end))),
        Some(end) if end.seconds() - at.seconds() < REFUSED_BEFORE => {
            say(true, format!("it expires on {}, in less than 30 days", day(end)));
        }
        Some(end) if end.seconds() - at.seconds() < WARNED_BEFORE => {
            say(false, format!("it expires on {}, in less than 180 days", day(end)));
        }
        _ => {}
    }
    let weak = |signature: &Signature| {
        matches!(
            signature.hash_alg(),
            Some(HashAlgorithm::Sha1 | HashAlgorithm::Md5 | HashAlgorithm::Ripemd160)
        )
    };
    let newest = certificate.self_signatures().max_by_key(|signature| signature.created());
    if newest.is_some_and(weak) {
        let text = "its self-signature is made with SHA-1, which sqv of Debian 13 refuses since 2026-02-01";
        say(at.seconds() >= SHA1_END, text.to_owned());
    }
    found
}

fn algorithm(certificate: &Certificate, at: SourceDate) -> Option<(bool, String)> {
    let key = &certificate.0.primary_key;
    let refused = |who: &str| Some((true, who.to_owned()));
    match (key.algorithm(), key.public_params()) {
        (PublicKeyAlgorithm::Ed25519 | PublicKeyAlgorithm::Ed448, _) => {
            refused("gpgv of Debian 12 and Ubuntu does not know the algorithms of RFC 9580 (27 and 28)")
        }
        (PublicKeyAlgorithm::DSA, _) => refused("sqv of Debian 13 refuses DSA since 2024-02-01"),
        (_, PublicParams::RSA(rsa)) => {
            use rsa_bits::bits;
            match bits(rsa) {
                0..2048 => refused("RSA of less than 2048 bits is refused by sqv of Debian 13"),
                2048..3072 => {
                    let text = "RSA of 2048 bits, which sqv refuses from 2030-02-01 on".to_owned();
                    Some((at.seconds() >= RSA2048_END, text))
                }
                _ => None,
            }
        }
        (_, PublicParams::ECDSA(parameters)) => match parameters {
            EcdsaPublicParams::P256 { .. } | EcdsaPublicParams::P384 { .. } => {
                Some((false, "Ubuntu 24.04 warns of the curves of NIST".to_owned()))
            }
            _ => refused("sqv of Debian 13 refuses its curve"),
        },
        _ => None,
    }
}

mod rsa_bits {
    use pgp::ser::Serialize;
    use pgp::types::RsaPublicParams;

    /// The length of the modulus in bits: it is written first, behind its length (RFC 9580, 3.2).
    pub(super) fn bits(parameters: &RsaPublicParams) -> u16 {
        let bytes = parameters.to_bytes().unwrap_or_default();
        bytes.first_chunk::<2>().map_or(0, |length| u16::from_be_bytes(*length))
    }
}

/// `2026-11-23`.
fn day(date: SourceDate) -> String {
    let moment = Moment::from(date).to_string();
    moment.split(' ').next().unwrap_or_default().to_owned()
}
