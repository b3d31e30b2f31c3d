//! The secret part of a key, which signs.

use pgp::composed::ArmorOptions;
use pgp::composed::EncryptionCaps;
use pgp::composed::KeyType;
use pgp::composed::PublicOrSecret;
use pgp::composed::SecretKeyParamsBuilder;
use pgp::composed::SignedSecretKey;
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::Signature;
use pgp::packet::SignatureConfig;
use pgp::packet::SignatureType;
use pgp::packet::Subpacket;
use pgp::packet::SubpacketData;
use pgp::types::KeyDetails;
use pgp::types::Password;
use pgp::types::SecretParams;
use pgp::types::SigningKey as Signs;
use rand::CryptoRng;
use rand::Rng;

use crate::openpgp::Error;
use crate::openpgp::certificate::Certificate;
use crate::openpgp::certificate::Fingerprint;
use crate::openpgp::certificate::blocks;
use crate::openpgp::certificate::expiry;
use crate::openpgp::timestamp;
use crate::types::date::SourceDate;

/// What kind of key to make. Both are taken by gpgv 2.2 and later and by sqv.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Version 4 with EdDSA over Curve25519 (algorithm 22): small and fast.
    #[default]
    Ed25519,
    /// Version 4 with RSA of 4096 bits, for the oldest verifiers and modules.
    Rsa4096,
}

/// A secret key that was opened, and the part of it that signs.
#[derive(Debug)]
pub struct SecretKey {
    key: SignedSecretKey,
    password: Password,
    part: Part,
}

/// Which part signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Primary,
    Subkey(usize),
}

impl SecretKey {
    /// A new key without an end, whose primary part certifies and signs.
    pub fn generate(
        kind: Kind,
        user_id: &str,
        (rng, now): (&mut (impl Rng + CryptoRng), SourceDate),
    ) -> Result<Self, Error> {
        let mut parameters = SecretKeyParamsBuilder::default();
        parameters
            .key_type(match kind {
                Kind::Ed25519 => KeyType::Ed25519Legacy,
                Kind::Rsa4096 => KeyType::Rsa(4096),
            })
            .can_certify(true)
            .can_sign(true)
            .can_encrypt(EncryptionCaps::None)
            .created_at(timestamp(now))
            .preferred_hash_algorithms([HashAlgorithm::Sha512, HashAlgorithm::Sha256].into_iter().collect())
            .primary_user_id(user_id.to_owned());
        let parameters = parameters.build().map_err(|error| Error::Parameters(error.to_string()))?;
        let key = parameters.generate(&mut *rng)?;
        Ok(Self { key, password: Password::empty(), part: Part::Primary })
    }

    /// Reads a key as gpg exports it, armored or not, and opens it.
    pub fn parse(bytes: &[u8], passphrase: Option<&str>, now: SourceDate) -> Result<Self, Error> {
        let mut public = None;
        for block in blocks(bytes) {
            let Ok((keys, _)) = PublicOrSecret::from_reader_many(&block[..]) else { continue };
            for key in keys {
                match key? {
                    PublicOrSecret::Secret(key) => return Self::open(key, passphrase, now),
                    PublicOrSecret::Public(key) => public = Some(Fingerprint::of(&key.primary_key)),
                }
            }
        }
        Err(public.map_or(Error::NoKey, |fingerprint| Error::OnlyPublic(fingerprint.to_string())))
    }

    fn open(key: SignedSecretKey, passphrase: Option<&str>, now: SourceDate) -> Result<Self, Error> {
        let fingerprint = Fingerprint::of(key.primary_key.public_key()).to_string();
        let part = signing_part(&key, now).ok_or_else(|| Error::NothingSigns(fingerprint.clone()))?;
        let password = passphrase.map_or_else(Password::empty, Password::from);
        let opened = Self { key, password, part };
        let parameters = match part {
            Part::Primary => opened.key.primary_key.secret_params(),
            Part::Subkey(index) => opened.key.secret_subkeys[index].key.secret_params(),
        };
        if parameters.is_encrypted() && passphrase.is_none() {
            return Err(Error::NoPassphrase(fingerprint));
        }
        // The cheapest way to know whether the passphrase is right is to sign something.
        match opened.signature(SignatureType::Binary, b"", now) {
            Ok(_) => Ok(opened),
            Err(_) if passphrase.is_some() => Err(Error::WrongPassphrase(fingerprint)),
            Err(error) => Err(error),
        }
    }

    /// The public part.
    pub fn certificate(&self) -> Certificate {
        Certificate(self.key.to_public_key())
    }

    /// The key as text, behind a passphrase where one is given.
    pub fn armored(
        &self,
        passphrase: Option<&str>,
        rng: &mut (impl Rng + CryptoRng),
    ) -> Result<String, Error> {
        let mut key = self.key.clone();
        if let Some(passphrase) = passphrase {
            let password = Password::from(passphrase);
            key.primary_key.set_password(&mut *rng, &password)?;
            for subkey in &mut key.secret_subkeys {
                subkey.key.set_password(&mut *rng, &password)?;
            }
        }
        Ok(key.to_armored_string(ArmorOptions::default())?)
    }

    /// A signature over this text, SHA-256, at this time: the same bytes for the same key, text and time.
    pub(in crate::openpgp) fn signature(
        &self,
        kind: SignatureType,
        text: &[u8],
        time: SourceDate,
    ) -> Result<Signature, Error> {
        match self.part {
            Part::Primary => self.sign_with(&self.key.primary_key, kind, (text, time)),
            Part::Subkey(index) => self.sign_with(&self.key.secret_subkeys[index].key, kind, (text, time)),
        }
    }

    fn sign_with(
        &self,
        key: &impl Signs,
        kind: SignatureType,
        (text, time): (&[u8], SourceDate),
    ) -> Result<Signature, Error> {
        let mut config = SignatureConfig::v4(kind, key.algorithm(), HashAlgorithm::Sha256);
        config.hashed_subpackets = vec![
            Subpacket::regular(SubpacketData::SignatureCreationTime(timestamp(time)))?,
            Subpacket::regular(SubpacketData::IssuerFingerprint(key.fingerprint()))?,
        ];
        config.unhashed_subpackets =
            vec![Subpacket::regular(SubpacketData::IssuerKeyId(key.legacy_key_id()))?];
        Ok(config.sign(key, &self.password, text)?)
    }
}

/// A subkey that may sign now, else the primary key, where it is there and may.
fn signing_part(key: &SignedSecretKey, now: SourceDate) -> Option<Part> {
    let subkey = key.secret_subkeys.iter().enumerate().rev().find(|(_, subkey)| {
        let is_revoked = subkey.signatures.iter().any(|s| s.typ() == Some(SignatureType::SubkeyRevocation));
        let binding = subkey.signatures.iter().filter(|s| s.typ() == Some(SignatureType::SubkeyBinding));
        let newest = binding.max_by_key(|signature| signature.created());
        let created = SourceDate::from_seconds(subkey.key.created_at().as_secs().into());
        let is_alive = |signature: &Signature| {
            signature.key_flags().sign() && expiry(created, signature).is_none_or(|end| end > now)
        };
        !is_revoked && newest.is_some_and(is_alive) && !is_stub(subkey.key.secret_params())
    });
    if let Some((index, _)) = subkey {
        return Some(Part::Subkey(index));
    }
    let signs = Certificate(key.to_public_key()).primary_signs();
    (signs && !is_stub(key.primary_key.secret_params())).then_some(Part::Primary)
}

/// gpg leaves a stub where the secret is elsewhere: on a card, or in a safe (`--export-secret-subkeys`).
fn is_stub(parameters: &SecretParams) -> bool {
    match parameters {
        SecretParams::Plain(_) => false,
        SecretParams::Encrypted(encrypted) => {
            matches!(encrypted.string_to_key_params(), pgp::types::S2kParams::Cfb { s2k, .. }
                | pgp::types::S2kParams::MalleableCfb { s2k, .. } if (100..=110).contains(&s2k.id()))
                || encrypted.data().is_empty()
        }
    }
}
