//! Compiled Python: the header that ties a `.pyc` to its source (PEP 552).

use crate::content::prefix::PrefixChange;

/// The bytecode as it goes into the package: bound to a source of another time, paths of the host in it.
pub fn relocate(bytes: &[u8], source_mtime: u64, _prefixes: &[PrefixChange]) -> Vec<u8> {
    let mut relocated = bytes.to_vec();
    // Bytes 4..8 are the flags; only with none set do the next four hold a time (PEP 552).
    if bytes.len() >= 16 && bytes[4..8] == [0; 4] {
        // The field holds the low 32 bits, as importlib compares them.
        let low = (source_mtime & 0xffff_ffff) as u32;
        relocated[8..12].copy_from_slice(&low.to_le_bytes());
    }
    relocated
}
