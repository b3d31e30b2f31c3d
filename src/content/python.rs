//! Python versions as file names spell them: `python3.11`, `python3.13t`.

use std::fmt;

/// The X.Y of a Python, and whether it is a free-threaded build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PythonVersion {
    /// X.
    pub major: u8,
    /// Y.
    pub minor: u8,
    /// Built without the global lock: its names end in `t` (PEP 703), and so do its ABI tags.
    pub free_threaded: bool,
}

impl PythonVersion {
    /// Reads `python3.11` or `python3.13t`; nothing else.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::from_digits(name.strip_prefix("python")?)
    }

    /// Reads `3.11`, `3.13t`, `3.11.2` or `3.11.2.final.0`.
    pub fn from_digits(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let major = number(parts.next()?)?;
        let minor = parts.next()?;
        let free_threaded = minor.ends_with('t');
        Some(Self { major, minor: number(minor.trim_end_matches('t'))?, free_threaded })
    }

    /// The tag in names of bytecode: `cpython-311`. Free-threaded builds share it.
    pub fn cache_tag(&self) -> String {
        format!("cpython-{}{}", self.major, self.minor)
    }
}

impl fmt::Display for PythonVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}{}", self.major, self.minor, if self.free_threaded { "t" } else { "" })
    }
}

fn number(text: &str) -> Option<u8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_give_one_version() {
        let shown = |version: Option<PythonVersion>| version.map(|version| version.to_string());
        assert_eq!(shown(PythonVersion::from_name("python3.11")).as_deref(), Some("3.11"));
        assert_eq!(shown(PythonVersion::from_name("python3.13t")).as_deref(), Some("3.13t"));
        assert_eq!(shown(PythonVersion::from_digits("3.9.18.final.0")).as_deref(), Some("3.9"));
        for bad in ["python", "python3", "pypy3.10", "python3.11-config", "python3.x"] {
            assert_eq!(PythonVersion::from_name(bad), None, "{bad}");
        }
    }
}
