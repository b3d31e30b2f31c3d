//! Digests as values: what was hashed never gets mixed up with what it was hashed with.

use std::fmt;
use std::io;
use std::io::Read;
use std::io::Write;

use sha2::Digest as _;

/// How much of a reader is hashed at once, in bytes: as much as the stack has room for, because an allocator may ask
/// the kernel for more, and readers are many.
const CHUNK: usize = 32 << 10;

/// A SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The digest of bytes already in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// The digest of all that a reader gives, and how many bytes that were.
    pub fn of_reader(reader: &mut dyn Read) -> io::Result<(Self, u64)> {
        let (mut hasher, mut buffer, mut size) = (Sha256Hasher::default(), [0; CHUNK], 0);
        loop {
            let count = match reader.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                count => count?,
            };
            if count == 0 {
                return Ok((hasher.finish(), size));
            }
            hasher.update(&buffer[..count]);
            size += count as u64;
        }
    }

    /// A digest as 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        (digits.len() == 64).then_some(Self(bytes))
    }

    /// The raw bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The digest as RECORD spells it: URL-safe base64 without padding (PEP 376, PEP 427).
    pub fn urlsafe_base64(&self) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = String::with_capacity(43);
        for chunk in self.0.chunks(3) {
            let word =
                chunk.iter().fold(0u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
            for position in 0..=chunk.len() {
                text.push(char::from(ALPHABET[(word >> (18 - 6 * position) & 63) as usize]));
            }
        }
        text
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Hashes a stream to SHA-256.
#[derive(Clone, Default)]
pub struct Sha256Hasher(sha2::Sha256);

impl Sha256Hasher {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken.
    pub fn finish(self) -> Sha256 {
        Sha256(self.0.finalize().into())
    }
}

/// Hashes to SHA-256 what is read through it.
pub struct HashingReader<R> {
    inner: R,
    hasher: Sha256Hasher,
    size: u64,
}

impl<R: Read> HashingReader<R> {
    /// Through which `inner` is read.
    pub fn new(inner: R) -> Self {
        Self { inner, hasher: Sha256Hasher::default(), size: 0 }
    }

    /// Digest and size of all that there is, with what nobody has read yet.
    pub fn finish(mut self) -> io::Result<(Sha256, u64)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((self.hasher.finish(), self.size))
    }
}

impl<R: Read> Read for HashingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.size += count as u64;
        Ok(count)
    }
}

/// An MD5 digest: what dpkg's `md5sums` holds. Detects accidents, not attacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Md5([u8; 16]);

impl Md5 {
    /// From the sixteen bytes that a hasher gave.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The digest of bytes already in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self(md5::compute(bytes).0)
    }
}

impl fmt::Display for Md5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A CRC-32 (RFC 1952, section 8): whether a copy of some gigabytes went well, at the speed of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crc32(u32);

/// Hashes a stream to a CRC-32.
#[derive(Default)]
pub struct Crc32Hasher(libdeflater::Crc);

impl Crc32Hasher {
    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The checksum of all bytes taken.
    pub fn finish(&self) -> Crc32 {
        Crc32(self.0.sum())
    }
}

impl Write for Crc32Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_read_as_sha256sum_and_record_spell_them() {
        let empty = Sha256::of(b"");
        assert_eq!(empty.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(empty.urlsafe_base64(), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
        let long = vec![7; CHUNK * 2 + 5];
        let read = Sha256::of_reader(&mut &long[..]).expect("memory");
        assert_eq!(read, (Sha256::of(&long), long.len() as u64));
        assert_eq!(Md5::of(b"").to_string(), "d41d8cd98f00b204e9800998ecf8427e");
    }
}
