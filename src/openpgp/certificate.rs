//! The public part of a key, as hosts have it.

use std::fmt;

use pgp::armor::BlockType;
use pgp::composed::ArmorOptions;
use pgp::composed::PublicOrSecret;
use pgp::composed::SignedPublicKey;
use pgp::packet::Signature;
use pgp::packet::SignatureType;
use pgp::types::KeyDetails;
use pgp::types::VerifyingKey;

use crate::openpgp::Error;
use crate::types::date::SourceDate;

/// The fingerprint of a primary key: 40 capital hexadecimal digits, as apt's `Signed-By` has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(String);

impl Fingerprint {
    pub(in crate::openpgp) fn of(key: &impl KeyDetails) -> Self {
        Self(key.fingerprint().to_string().to_ascii_uppercase())
    }

    /// One that is written in capitals or not, with blanks or not.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let is_hex = digits.len() == 40 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| Self(digits.to_ascii_uppercase()))
    }

    /// In ten groups of four, for people to compare.
    pub fn grouped(&self) -> String {
        let groups: Vec<&str> =
            (0..self.0.len()).step_by(4).filter_map(|at| self.0.get(at..at + 4)).collect();
        groups.join(" ")
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A public key with its subkeys and the signatures that bind them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate(pub(in crate::openpgp) SignedPublicKey);

impl Certificate {
    /// Every certificate in a keyring, armored or not. Of secret keys, their public parts.
    pub fn parse_all(bytes: &[u8]) -> Result<Vec<Self>, Error> {
        let certificates: Vec<Self> = blocks(bytes)
            .iter()
            .map(|block| -> Result<Vec<Self>, Error> {
                let (keys, _) = PublicOrSecret::from_reader_many(&block[..]).map_err(|_| Error::NoKey)?;
                keys.map(|key| Ok(Self(public(key?)))).collect()
            })
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .flatten()
            .collect();
        if certificates.is_empty() { Err(Error::NoKey) } else { Ok(certificates) }
    }

    /// Of the primary key.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0.primary_key)
    }

    /// The names that it goes by.
    pub fn user_ids(&self) -> Vec<String> {
        let users = self.0.details.users.iter();
        users.map(|user| String::from_utf8_lossy(user.id.id()).into_owned()).collect()
    }

    /// When it was made.
    pub fn created(&self) -> SourceDate {
        SourceDate::from_seconds(self.0.primary_key.created_at().as_secs().into())
    }

    /// When the primary key expires, by its newest self-signature.
    pub fn expires(&self) -> Option<SourceDate> {
        let newest = self.self_signatures().max_by_key(|signature| signature.created())?;
        expiry(self.created(), newest)
    }

    /// Whether the primary key itself may sign, by its newest self-signature; what says nothing of that may.
    pub(in crate::openpgp) fn primary_signs(&self) -> bool {
        let newest = self.self_signatures().max_by_key(|signature| signature.created());
        newest.is_none_or(|signature| signature.key_flags().sign())
    }

    /// When the last of what can sign ends, where that is before the primary key does: subkeys end by themselves.
    pub fn signing_ends(&self) -> Option<SourceDate> {
        if self.primary_signs() {
            return self.expires();
        }
        let ends = self.0.public_subkeys.iter().filter_map(|subkey| {
            let created = SourceDate::from_seconds(subkey.key.created_at().as_secs().into());
            let bindings = subkey.signatures.iter();
            let bindings = bindings.filter(|s| s.typ() == Some(SignatureType::SubkeyBinding));
            let newest = bindings.max_by_key(|signature| signature.created())?;
            newest.key_flags().sign().then(|| expiry(created, newest))
        });
        // One without an end never ends; none at all is told elsewhere.
        let last = ends.max_by_key(|end| end.map_or(u64::MAX, SourceDate::seconds)).flatten();
        [last, self.expires()].into_iter().flatten().min()
    }

    /// Whether its owner took it back.
    pub fn is_revoked(&self) -> bool {
        let revoked = |signature: &Signature| signature.verify_key(&self.0.primary_key).is_ok();
        self.0.details.revocation_signatures.iter().any(revoked)
    }

    /// The text that hosts take: ASCII armor (RFC 9580, 6.2).
    pub fn armored(&self) -> Result<String, Error> {
        Ok(self.0.to_armored_string(ArmorOptions::default())?)
    }

    /// What binds the primary key: direct signatures and certifications of its names.
    pub(in crate::openpgp) fn self_signatures(&self) -> impl Iterator<Item = &Signature> {
        let details = &self.0.details;
        let users = details.users.iter().flat_map(|user| &user.signatures);
        let own = self.0.primary_key.legacy_key_id();
        let is_own = move |signature: &&Signature| {
            let issuers = signature.issuer_key_id();
            issuers.is_empty() || issuers.contains(&&own)
        };
        details.direct_signatures.iter().chain(users).filter(is_own)
    }

    /// Whether a signature over this text is by this key or one of its subkeys that may sign.
    pub(in crate::openpgp) fn has_signed(&self, signature: &Signature, text: &[u8]) -> bool {
        let subkeys = self.0.public_subkeys.iter().filter(|subkey| {
            let bound = |signature: &Signature| {
                signature.typ() == Some(SignatureType::SubkeyBinding)
                    && signature.key_flags().sign()
                    && signature.verify_subkey_binding(&self.0.primary_key, &subkey.key).is_ok()
            };
            subkey.signatures.iter().any(bound)
        });
        let verifies = |key: &dyn Verifies| key.verifies(signature, text);
        verifies(&self.0.primary_key) || subkeys.map(|subkey| &subkey.key).any(|key| verifies(key))
    }
}

trait Verifies {
    fn verifies(&self, signature: &Signature, text: &[u8]) -> bool;
}

impl<K: VerifyingKey> Verifies for K {
    fn verifies(&self, signature: &Signature, text: &[u8]) -> bool {
        signature.verify(self, text).is_ok()
    }
}

/// When a key expires by what binds it.
pub(in crate::openpgp) fn expiry(created: SourceDate, binding: &Signature) -> Option<SourceDate> {
    let seconds = binding.key_expiration_time()?.as_secs();
    (seconds > 0).then(|| SourceDate::from_seconds(created.seconds() + u64::from(seconds)))
}

fn public(key: PublicOrSecret) -> SignedPublicKey {
    match key {
        PublicOrSecret::Public(key) => key,
        PublicOrSecret::Secret(key) => key.to_public_key(),
    }
}

/// The armored blocks of a text, or the bytes as they are. Keyrings are often made with `cat`.
pub(in crate::openpgp) fn blocks(bytes: &[u8]) -> Vec<Vec<u8>> {
    const BEGIN: &str = "-----BEGIN PGP ";
    let text = String::from_utf8_lossy(bytes);
    let starts: Vec<usize> = text.match_indices(BEGIN).map(|(at, _)| at).collect();
    if starts.is_empty() {
        return vec![bytes.to_vec()];
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts.iter().zip(ends).map(|(start, end)| text.as_bytes()[*start..end].to_vec()).collect()
}

/// Several certificates as one text: a block for each, which gpgv and sqv both read.
pub fn armored(certificates: &[Certificate]) -> Result<String, Error> {
    // One block with all of them: apt hands only the first block of an embedded key to its verifier.
    let mut out = Vec::new();
    pgp::armor::write(&Packets(certificates), BlockType::PublicKey, &mut out, None, true)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

#[derive(Debug)]
struct Packets<'a>(&'a [Certificate]);

impl pgp::ser::Serialize for Packets<'_> {
    fn to_writer<W: std::io::Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
        self.0.iter().try_for_each(|certificate| certificate.0.to_writer(writer))
    }

    fn write_len(&self) -> usize {
        self.0.iter().map(|certificate| certificate.0.write_len()).sum()
    }
}
