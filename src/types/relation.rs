//! Relations between packages (Policy 7.1, `deb-control(5)`): `Depends: a (>= 1) | b, c:any`.

use std::fmt;
use std::str::FromStr;

use crate::types::name::PackageName;
use crate::types::version::DebVersion;

/// One comma-separated item of a relation field: one or more alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation(Vec<Alternative>);

/// One package that would do.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Alternative {
    name: PackageName,
    qualifier: Option<String>,
    version: Option<(Comparison, DebVersion)>,
}

/// How a version is compared; the deprecated `<` and `>` do not exist here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Earlier,
    EarlierOrEqual,
    Equal,
    LaterOrEqual,
    Later,
}

impl Comparison {
    fn holds(self, there: &DebVersion, wanted: &DebVersion) -> bool {
        match self {
            Self::Earlier => there < wanted,
            Self::EarlierOrEqual => there <= wanted,
            Self::Equal => there == wanted,
            Self::LaterOrEqual => there >= wanted,
            Self::Later => there > wanted,
        }
    }
}

/// Why a text is not a relation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a relation: {reason}")]
pub struct Error {
    text: String,
    reason: String,
}

impl Relation {
    /// The relation to one package of any version.
    pub fn to_package(name: PackageName) -> Self {
        Self(vec![Alternative { name, qualifier: None, version: None }])
    }

    /// Whether it offers more than one package: allowed in Depends and its like, nowhere else (Policy 7.1).
    pub fn has_alternatives(&self) -> bool {
        self.0.len() > 1
    }

    /// Whether each version in it is an exact one, as Provides demands (Policy 7.5).
    pub fn is_exact(&self) -> bool {
        self.0
            .iter()
            .all(|a| a.version.as_ref().is_none_or(|(comparison, _)| *comparison == Comparison::Equal))
    }

    /// Whether a package with this name and version would do. Architectures are not looked at.
    pub fn takes(&self, package: &str, version: &DebVersion) -> bool {
        self.0.iter().any(|alternative| {
            alternative.name.as_str() == package
                && alternative
                    .version
                    .as_ref()
                    .is_none_or(|(comparison, wanted)| comparison.holds(version, wanted))
        })
    }

    /// The packages it names.
    pub fn names(&self) -> impl Iterator<Item = &PackageName> {
        self.0.iter().map(|alternative| &alternative.name)
    }
}

impl FromStr for Relation {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrap = |reason: String| Error { text: text.to_owned(), reason };
        if text.contains(',') {
            return Err(wrap("it has a comma: write each package as an item of its own".to_owned()));
        }
        text.split('|').map(|part| alternative(part.trim()).map_err(wrap)).collect::<Result<_, _>>().map(Self)
    }
}

fn alternative(text: &str) -> Result<Alternative, String> {
    let (name, version) = match text.split_once('(') {
        None => (text, None),
        Some((name, rest)) => {
            let inside = rest.strip_suffix(')').ok_or("the `(` is not closed with a `)` at the end")?;
            (name.trim_end(), Some(constraint(inside.trim())?))
        }
    };
    let (name, qualifier) = match name.split_once(':') {
        None => (name, None),
        Some((name, qualifier)) => {
            let lower = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if qualifier.is_empty() || !qualifier.bytes().all(lower) {
                return Err(format!("`{qualifier}` is not an architecture"));
            }
            (name, Some(qualifier.to_owned()))
        }
    };
    let name = name.parse().map_err(|error: crate::types::name::Error| error.to_string())?;
    Ok(Alternative { name, qualifier, version })
}

fn constraint(text: &str) -> Result<(Comparison, DebVersion), String> {
    const OPERATORS: [(&str, Comparison); 5] = [
        ("<<", Comparison::Earlier),
        ("<=", Comparison::EarlierOrEqual),
        (">=", Comparison::LaterOrEqual),
        (">>", Comparison::Later),
        ("=", Comparison::Equal),
    ];
    for (sign, comparison) in OPERATORS {
        if let Some(version) = text.strip_prefix(sign) {
            let version =
                version.trim().parse().map_err(|error: crate::types::version::Error| error.to_string())?;
            return Ok((comparison, version));
        }
    }
    Err("a version is compared with `<<`, `<=`, `=`, `>=` or `>>`".to_owned())
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, alternative) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" | ")?;
            }
            write!(f, "{}", alternative.name)?;
            if let Some(qualifier) = &alternative.qualifier {
                write!(f, ":{qualifier}")?;
            }
            if let Some((comparison, version)) = &alternative.version {
                let sign = match comparison {
                    Comparison::Earlier => "<<",
                    Comparison::EarlierOrEqual => "<=",
                    Comparison::Equal => "=",
                    Comparison::LaterOrEqual => ">=",
                    Comparison::Later => ">>",
                };
                write!(f, " ({sign} {version})")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_are_read_and_written_as_dpkg_does() {
        for (given, written) in [
            ("libc6", "libc6"),
            ("libc6(>=2.34)", "libc6 (>= 2.34)"),
            ("python3:any ( >= 3.11 )", "python3:any (>= 3.11)"),
            ("a1 |b2 (<< 1:2-3)", "a1 | b2 (<< 1:2-3)"),
        ] {
            assert_eq!(given.parse::<Relation>().expect(given).to_string(), written);
        }
    }

    #[test]
    fn versions_are_compared_as_the_sign_says() {
        let takes = |text: &str, version: &str| {
            text.parse::<Relation>().expect(text).takes("a1", &version.parse().expect(version))
        };
        for (text, version, expect) in [
            ("a1", "1", true),
            ("b2 | a1 (>= 2)", "2", true),
            ("a1 (>> 2)", "2", false),
            ("a1 (= 1.0)", "1.0-0", true),
            ("a1 (<< 1)", "1~rc1", true),
            ("a1 (<= 1)", "1.1", false),
            ("b2", "1", false),
        ] {
            assert_eq!(takes(text, version), expect, "{text} {version}");
        }
    }

    #[test]
    fn what_dpkg_refuses_or_has_deprecated_is_refused() {
        for bad in [
            "",
            "a1,",
            "a1, b2",
            "A1",
            "a1 (> 1)",
            "a1 (< 1)",
            "a1 (1)",
            "a1 (>= 1",
            "a1 (>= v1)",
            "a1 || b2",
            "a1:",
            "a1 (>= 1.0-)",
            "a1 b2",
        ] {
            assert!(bad.parse::<Relation>().is_err(), "{bad}");
        }
    }
}
