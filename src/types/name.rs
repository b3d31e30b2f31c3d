//! Package names (Policy 5.6.1) and the names of users, groups and units that a package declares.

use std::fmt;
use std::str::FromStr;

/// The name of a binary package: two or more of `a-z 0-9 + - .`, starting with a letter or digit.
///
/// dpkg itself would install capitals, underscores and single characters; Policy 5.6.1 forbids them, and
/// so does this type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName(String);

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not a package name by Policy 5.6.1.
    #[error(
        "`{0}` is not a package name: two or more of `a-z`, `0-9`, `+`, `-`, `.`, starting with a letter or digit"
    )]
    Package(String),
    /// Not a user or group name that useradd and sysusers both take.
    #[error(
        "`{0}` is not a user or group name: up to 31 of `a-z`, `0-9`, `_`, `-`, starting with a letter or `_`"
    )]
    Account(String),
    /// Not a unit name without its suffix.
    #[error(
        "`{0}` is not a unit or command name: letters, digits, `_`, `-`, `.`, starting with a letter or digit"
    )]
    Unit(String),
}

impl PackageName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PackageName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
        let starts = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() >= 2 && starts && text.bytes().all(inner) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::Package(text.to_owned()))
        }
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A system user or group: what both `useradd` and `sysusers.d(5)` accept, at most 31 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(String);

impl AccountName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is the superuser, who is never created.
    pub fn is_root(&self) -> bool {
        self.0 == "root"
    }
}

impl FromStr for AccountName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-';
        let starts = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_');
        if starts && text.len() <= 31 && text.bytes().all(inner) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::Account(text.to_owned()))
        }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a unit without its suffix, or of a command: one path component that needs no quoting.
///
/// `systemd.unit(5)` allows more (`:`, `\`, `@`); what an application names has no need of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitName(String);

impl UnitName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UnitName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        let starts = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if starts && text.len() <= 200 && text.bytes().all(inner) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::Unit(text.to_owned()))
        }
    }
}

impl fmt::Display for UnitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn package_names_follow_policy_rather_than_dpkg() {
        for good in ["ab", "0ad", "libstdc++6", "a.b-c"] {
            assert!(good.parse::<PackageName>().is_ok(), "{good}");
        }
        for bad in ["", "a", "A1", "a_b", "-ab", ".ab", "a b", "ä1", "ab\n"] {
            assert!(bad.parse::<PackageName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn accounts_and_units_need_no_quoting_anywhere() {
        assert!("www-data".parse::<AccountName>().is_ok());
        for bad in ["", "Orders", "0rders", "a b", "a;b", "a\n", &"x".repeat(32)] {
            assert!(bad.parse::<AccountName>().is_err(), "{bad}");
        }
        assert!("orders-worker.v2".parse::<UnitName>().is_ok());
        for bad in ["", "-x", "a/b", "..", "a b", "a@b", "$x"] {
            assert!(bad.parse::<UnitName>().is_err(), "{bad}");
        }
    }
}
