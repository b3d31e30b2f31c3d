//! Signed text: `InRelease` and `Release.gpg`.

use pgp::armor::BlockType;
use pgp::composed::ArmorOptions;
use pgp::composed::CleartextSignedMessage;
use pgp::packet::PacketTrait;
use pgp::packet::Signature;
use pgp::packet::SignatureType;

use crate::openpgp::Error;
use crate::openpgp::certificate::Certificate;
use crate::openpgp::certificate::Fingerprint;
use crate::openpgp::secret::SecretKey;
use crate::types::date::SourceDate;

/// A text with its signatures, in both forms that apt knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Clear-signed (RFC 9580, 7): `InRelease`.
    pub inline: String,
    /// The signatures by themselves: `Release.gpg`.
    pub detached: String,
}

/// Signs a text with each key. No line of it may end in a blank: what is hashed here and what verifiers hash
/// would differ.
pub fn sign(text: &str, keys: &[SecretKey], time: SourceDate) -> Result<Signed, Error> {
    // The last line feed belongs to the frame.
    let body = text.strip_suffix('\n').unwrap_or(text);
    let mut failed = None;
    let inline = CleartextSignedMessage::new_many(body, |normalized| {
        let sign = |key: &SecretKey| key.signature(SignatureType::Text, normalized.as_bytes(), time);
        match keys.iter().map(sign).collect() {
            Ok(signatures) => Ok(signatures),
            Err(error) => {
                failed = Some(error);
                Err(pgp::errors::Error::from(std::io::Error::other("not signed")))
            }
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let inline = inline?.to_armored_string(ArmorOptions::default())?;
    let sign = |key: &SecretKey| key.signature(SignatureType::Binary, text.as_bytes(), time);
    let signatures: Vec<Signature> = keys.iter().map(sign).collect::<Result<_, _>>()?;
    let mut detached = Vec::new();
    pgp::armor::write(&Signatures(signatures), BlockType::Signature, &mut detached, None, true)?;
    Ok(Signed { inline, detached: String::from_utf8_lossy(&detached).into_owned() })
}

/// Whose signatures a clear-signed text carries, in the order of `certificates`. None of them is an error.
pub fn signers(inline: &str, certificates: &[Certificate]) -> Result<Vec<Fingerprint>, Error> {
    let (message, _) = CleartextSignedMessage::from_string(inline).map_err(|_| Error::NotSigned)?;
    let text = message.signed_text();
    let has_signed = |certificate: &&Certificate| {
        message.signatures().iter().any(|signature| certificate.has_signed(signature, text.as_bytes()))
    };
    let found: Vec<_> = certificates.iter().filter(has_signed).map(Certificate::fingerprint).collect();
    if found.is_empty() { Err(Error::Unknown) } else { Ok(found) }
}

/// How many signatures there are on a clear-signed text, whosever they are.
pub fn count(inline: &str) -> usize {
    CleartextSignedMessage::from_string(inline).map_or(0, |(message, _)| message.signatures().len())
}

/// Who says to have signed a clear-signed text: fingerprints where those are told, else the ends of them.
pub fn issuers(inline: &str) -> Vec<String> {
    let Ok((message, _)) = CleartextSignedMessage::from_string(inline) else { return Vec::new() };
    let issuer = |signature: &Signature| {
        let print = signature.issuer_fingerprint().first().map(|print| print.to_string());
        let print = print.or_else(|| signature.issuer_key_id().first().map(|id| id.to_string()));
        print.unwrap_or_default().to_ascii_uppercase()
    };
    message.signatures().iter().map(issuer).collect()
}

#[derive(Debug)]
struct Signatures(Vec<Signature>);

impl pgp::ser::Serialize for Signatures {
    fn to_writer<W: std::io::Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
        self.0.iter().try_for_each(|signature| signature.to_writer_with_header(writer))
    }

    fn write_len(&self) -> usize {
        self.0.iter().map(PacketTrait::write_len_with_header).sum()
    }
}
