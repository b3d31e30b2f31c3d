//! Members of gzip that tell how long they are, so that one of many can be replaced without a look at the others.
//!
//! Every reader of gzip goes on from member to member and skips extra fields (RFC 1952, 2.2 and 2.3.1.1), so
//! the whole is an ordinary `.gz`. BGZF does the same with two bytes, which hold too little for us.

use std::io;

use libdeflater::CompressionLvl;
use libdeflater::Compressor;
use libdeflater::Crc;
use libdeflater::Decompressor;

/// Fixed part, length of the extra field, and our subfield: `MK`, its length, the length of the member.
const HEADER: usize = 20;
/// CRC-32 and length of what is inside.
const TRAILER: usize = 8;
/// Magic, deflate, `FEXTRA`.
const START: [u8; 4] = [0x1f, 0x8b, 8, 4];
/// The extra field up to the length of the member.
const FIELD: [u8; 6] = [8, 0, b'M', b'K', 4, 0];
/// The level: indices are written often and read much more often.
const LEVEL: i32 = 9;
/// The most bytes that a member may hold.
const LARGEST: usize = 256 << 20;

/// Compresses texts to members.
pub struct MemberEncoder(Compressor);

impl Default for MemberEncoder {
    fn default() -> Self {
        Self(Compressor::new(CompressionLvl::new(LEVEL).unwrap_or_default()))
    }
}

impl MemberEncoder {
    /// One member. `mark` is where gzip has a time, which nobody reads: it makes equal texts different bytes.
    pub fn encode(&mut self, text: &[u8], mark: u32) -> io::Result<Vec<u8>> {
        if text.len() > LARGEST {
            return Err(io::Error::other("the text is longer than a member may hold"));
        }
        let mut bytes = vec![0; HEADER + self.0.deflate_compress_bound(text.len()) + TRAILER];
        let packed = self.0.deflate_compress(text, &mut bytes[HEADER..]);
        let packed = packed.map_err(|_| io::Error::other("the text does not fit into its bound"))?;
        bytes.truncate(HEADER + packed);
        let mut crc = Crc::new();
        crc.update(text);
        let too_long = |_| io::Error::other("the text is longer than gzip can say");
        bytes.extend_from_slice(&crc.sum().to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(text.len()).map_err(too_long)?.to_le_bytes());
        let length = u32::try_from(bytes.len()).map_err(too_long)?;
        bytes[..4].copy_from_slice(&START);
        bytes[4..8].copy_from_slice(&mark.to_le_bytes());
        // Compressed well, by Unix.
        bytes[8..10].copy_from_slice(&[2, 3]);
        bytes[10..16].copy_from_slice(&FIELD);
        bytes[16..20].copy_from_slice(&length.to_le_bytes());
        Ok(bytes)
    }
}

/// The members of a file; none where some other program wrote it.
pub fn members(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let header = bytes.get(..HEADER)?;
        if header[..4] != START || header[10..16] != FIELD {
            return None;
        }
        let length = u32::from_le_bytes(header[16..20].try_into().ok()?) as usize;
        if length < HEADER + TRAILER || length > bytes.len() {
            return None;
        }
        let (member, rest) = bytes.split_at(length);
        found.push(member);
        bytes = rest;
    }
    Some(found)
}

/// What is in a member.
pub fn decode(member: &[u8], decoder: &mut Decompressor) -> io::Result<Vec<u8>> {
    let malformed = |why| io::Error::new(io::ErrorKind::InvalidData, why);
    let length = member.last_chunk::<4>().ok_or_else(|| malformed("a member of gzip is cut off"))?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > LARGEST {
        return Err(malformed("a member of gzip is too large"));
    }
    let mut text = vec![0; length];
    let count = decoder.gzip_decompress(member, &mut text);
    match count {
        Ok(count) if count == length => Ok(text),
        _ => Err(malformed("a member of gzip is damaged")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn members_are_found_again_and_every_gzip_reads_them() {
        let mut encoder = MemberEncoder::default();
        let texts = [&b"first "[..], b"", &[b'x'; 100_000]];
        let whole: Vec<u8> =
            texts.iter().flat_map(|text| encoder.encode(text, 0).expect("encoded")).collect();
        let found = members(&whole).expect("ours");
        let mut decoder = Decompressor::new();
        let decoded: Vec<_> =
            found.iter().map(|member| decode(member, &mut decoder).expect("ours")).collect();
        assert_eq!(decoded, texts);
        let mut all = Vec::new();
        flate2::read::MultiGzDecoder::new(&whole[..]).read_to_end(&mut all).expect("gzip");
        assert_eq!(all, texts.concat());
        assert_ne!(encoder.encode(b"x", 1).expect("encoded"), encoder.encode(b"x", 2).expect("encoded"));
        assert_eq!(members(&whole[..whole.len() - 1]), None);
        assert_eq!(members(b"\x1f\x8b\x08\x00rest"), None);
        let mut damaged = encoder.encode(b"text", 0).expect("encoded");
        damaged[HEADER] ^= 0xff;
        assert!(decode(&damaged, &mut decoder).is_err());
    }
}
