//! Amounts of bytes as people write them.

use std::fmt;
use std::str::FromStr;

use crate::types::plural::counted;

/// An amount of bytes, one at least: `1500`, `512K`, `20G`, `20GiB`. Units are powers of 1024.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(u64);

/// Why a text is not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a size: write a number of bytes, or one with `K`, `M`, `G` or `T`, such as `20G`")]
pub struct Error(String);

/// Each unit with the bits that it shifts by, the largest first.
const UNITS: [(&str, u32); 4] = [("T", 40), ("G", 30), ("M", 20), ("K", 10)];

impl Size {
    /// This many bytes; none counts as one.
    pub const fn of_bytes(bytes: u64) -> Self {
        Self(if bytes == 0 { 1 } else { bytes })
    }

    /// The amount in bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }

    /// The amount in a sentence, where a number needs its unit: `16G`, `1500 bytes`.
    pub fn in_words(self) -> String {
        if UNITS.iter().any(|(_, shift)| self.0.trailing_zeros() >= *shift) {
            self.to_string()
        } else {
            counted(self.0, "bytes")
        }
    }
}

impl FromStr for Size {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let error = || Error(text.to_owned());
        let (plain, is_marked) = match text.strip_suffix("iB") {
            Some(plain) => (plain, true),
            None => (text, false),
        };
        let last = plain.chars().next_back().map(|last| last.to_ascii_uppercase().to_string());
        let (digits, shift) = match UNITS.iter().find(|(name, _)| last.as_deref() == Some(name)) {
            Some((name, shift)) => (&plain[..plain.len() - name.len()], *shift),
            None if is_marked => return Err(error()),
            None => (plain, 0),
        };
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let number: u64 = digits.parse().ok().filter(|_| is_number).ok_or_else(error)?;
        let bytes = number.checked_mul(1 << shift).filter(|bytes| *bytes > 0);
        bytes.map(Self).ok_or_else(error)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(_, shift)| self.0.trailing_zeros() >= *shift) {
            Some((name, shift)) => write!(f, "{}{name}", self.0 >> shift),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_of_1024() {
        for (text, bytes, shown, in_words) in [
            ("1", 1, "1", "1 byte"),
            ("1500", 1500, "1500", "1500 bytes"),
            ("2048", 2048, "2K", "2K"),
            ("64k", 64 << 10, "64K", "64K"),
            ("500M", 500 << 20, "500M", "500M"),
            ("16G", 16 << 30, "16G", "16G"),
            ("16GiB", 16 << 30, "16G", "16G"),
            ("1024G", 1 << 40, "1T", "1T"),
        ] {
            let size: Size = text.parse().expect(text);
            assert_eq!((size.bytes(), size.to_string().as_str()), (bytes, shown));
            assert_eq!(size.in_words(), in_words);
        }
        for bad in [
            "",
            "G",
            "0",
            "0G",
            "-1",
            "1.5G",
            "1 G",
            "1GB",
            "1iB",
            "1X",
            "99999999T",
            "١",
            "1G1",
            "iB",
            "0x10",
        ] {
            assert!(bad.parse::<Size>().is_err(), "{bad}");
        }
    }
}
