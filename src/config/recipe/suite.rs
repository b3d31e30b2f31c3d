//! The suites that a package can be for.

/// A Debian or Ubuntu release that a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// Debian 11: its dpkg reads no zstd.
    Bullseye,
    /// Debian 12.
    Bookworm,
    /// Debian 13.
    Trixie,
    /// Debian's next release.
    Forky,
    /// Debian unstable.
    Sid,
    /// Ubuntu 22.04.
    Jammy,
    /// Ubuntu 24.04.
    Noble,
}

impl Suite {
    /// Every suite with its name.
    pub const ALL: [(&'static str, Self); 7] = [
        ("bullseye", Self::Bullseye),
        ("bookworm", Self::Bookworm),
        ("trixie", Self::Trixie),
        ("forky", Self::Forky),
        ("sid", Self::Sid),
        ("jammy", Self::Jammy),
        ("noble", Self::Noble),
    ];

    /// The Y of its Python 3.Y; none where that still changes.
    pub fn python_minor(self) -> Option<u8> {
        match self {
            Self::Bullseye => Some(9),
            Self::Jammy => Some(10),
            Self::Bookworm => Some(11),
            Self::Noble => Some(12),
            Self::Trixie => Some(13),
            Self::Forky | Self::Sid => None,
        }
    }

    /// The Z of its Python 3.Y.Z, which security updates leave alone; none where that still changes.
    pub fn python_patch(self) -> Option<u8> {
        match self {
            Self::Bullseye | Self::Bookworm => Some(2),
            Self::Jammy => Some(12),
            Self::Noble => Some(3),
            Self::Trixie => Some(5),
            Self::Forky | Self::Sid => None,
        }
    }

    /// The version of its glibc, which wheels ask for (PEP 600); none where that still changes.
    pub fn glibc(self) -> Option<(u32, u32)> {
        match self {
            Self::Bullseye => Some((2, 31)),
            Self::Jammy => Some((2, 35)),
            Self::Bookworm => Some((2, 36)),
            Self::Noble => Some((2, 39)),
            Self::Trixie => Some((2, 41)),
            Self::Forky | Self::Sid => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, suite)| *suite == self).map_or("", |(name, _)| name)
    }

    /// Whether its dpkg reads members compressed with zstd (dpkg 1.21.18, or Ubuntu's patch).
    pub fn reads_zstd(self) -> bool {
        self != Self::Bullseye
    }
}
