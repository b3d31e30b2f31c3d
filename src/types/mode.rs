//! File permission bits as a package ships them.

use std::fmt;
use std::str::FromStr;

/// Permission bits, at most `07777`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(u16);

/// Why a text is not a mode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a mode: three or four octal digits such as `0640`, without write permission for others"
)]
pub struct Error(String);

impl Mode {
    /// Directories and programs: `rwxr-xr-x` (Policy 10.9).
    pub const EXECUTABLE: Self = Self(0o755);
    /// Plain files: `rw-r--r--` (Policy 10.9).
    pub const PLAIN: Self = Self(0o644);

    /// The bits, for `chmod` and tar headers.
    pub fn bits(self) -> u32 {
        u32::from(self.0)
    }

    /// Whether a file with these bits runs as its owner or group: setuid or setgid. Policy 10.9 wants such files to
    /// be there on purpose alone.
    pub fn is_privileged(bits: u32) -> bool {
        bits & 0o6000 != 0
    }

    /// What a file of the payload becomes: readable by all, writable by its owner, executable by all or none.
    ///
    /// Builders' umasks and uv's world-writable `.lock` must not reach hosts.
    pub fn normalised(bits: u32) -> Self {
        if bits & 0o100 == 0 { Self::PLAIN } else { Self::EXECUTABLE }
    }
}

impl FromStr for Mode {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let error = || Error(text.to_owned());
        if !(3..=4).contains(&text.len()) || !text.bytes().all(|b| (b'0'..=b'7').contains(&b)) {
            return Err(error());
        }
        let bits = u16::from_str_radix(text, 8).map_err(|_| error())?;
        if bits & 0o002 != 0 && bits & 0o1000 == 0 { Err(error()) } else { Ok(Self(bits)) }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04o}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_octal_and_never_world_writable_without_the_sticky_bit() {
        assert_eq!("640".parse::<Mode>().map(Mode::bits), Ok(0o640));
        assert_eq!("1777".parse::<Mode>().map(Mode::bits), Ok(0o1777));
        for bad in ["", "64", "0x1f", "888", "777", "00644", "rw-"] {
            assert!(bad.parse::<Mode>().is_err(), "{bad}");
        }
        assert_eq!(Mode::normalised(0o4777), Mode::EXECUTABLE);
        assert!(Mode::is_privileged(0o4755) && Mode::is_privileged(0o2755) && !Mode::is_privileged(0o1755));
        assert_eq!(Mode::normalised(0o600), Mode::PLAIN);
    }
}
