//! Debian versions (Policy 5.6.12, `deb-version(7)`) and the mapping from Python's (PEP 440).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// `[epoch:]upstream[-revision]`, ordered as `dpkg --compare-versions` orders.
///
/// Equality is that order's: `1.0` and `1.0-0` are the same version, though they are spelled differently.
#[derive(Debug, Clone)]
pub struct DebVersion {
    epoch: u32,
    upstream: String,
    revision: Option<String>,
}

/// Why a text is not a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not `[epoch:]upstream[-revision]`.
    #[error("`{text}` is not a Debian version: {reason}")]
    Debian {
        /// What was given.
        text: String,
        /// Which rule it breaks.
        reason: &'static str,
    },
    /// Neither a Debian nor a Python version.
    #[error("`{0}` is neither a Python version (PEP 440) nor a Debian version")]
    Python(String),
}

impl DebVersion {
    /// The Debian form of a Python version, so that Debian's order is PEP 440's.
    ///
    /// `1.0rc1` becomes `1.0~rc1`, `.dev3` becomes `~dev3`, `1!2.0` becomes `1:2.0`, a local `+g12` stays.
    /// A text that is no PEP 440 version but is a Debian one is taken as it is.
    pub fn from_python(text: &str) -> Result<Self, Error> {
        let Ok(python) = text.parse::<pep440_rs::Version>() else {
            return text.parse().map_err(|_| Error::Python(text.to_owned()));
        };
        let mut debian = String::new();
        if python.epoch() > 0 {
            debian = format!("{}:", python.epoch());
        }
        let release: Vec<String> = python.release().iter().map(u64::to_string).collect();
        debian.push_str(&release.join("."));
        if let Some(pre) = python.pre() {
            let kind = match pre.kind {
                pep440_rs::PrereleaseKind::Alpha => "a",
                pep440_rs::PrereleaseKind::Beta => "b",
                pep440_rs::PrereleaseKind::Rc => "rc",
            };
            debian.push_str(&format!("~{kind}{}", pre.number));
        }
        if let Some(post) = python.post() {
            debian.push_str(&format!(".post{post}"));
        }
        if let Some(dev) = python.dev() {
            // `1.0.dev1` is before `1.0a1`, and `~dev` would sort behind `~a`: two tildes sort before one.
            let tildes = if python.pre().is_none() && python.post().is_none() { "~~" } else { "~" };
            debian.push_str(&format!("{tildes}dev{dev}"));
        }
        if !python.local().is_empty() {
            let local: Vec<String> = python.local().iter().map(ToString::to_string).collect();
            debian.push_str(&format!("+{}", local.join(".")));
        }
        debian.parse()
    }

    /// This version with a Debian revision. Fails when it has one already, or when the revision is malformed.
    pub fn with_revision(&self, revision: &str) -> Result<Self, Error> {
        if self.revision.is_some() {
            return Err(Error::Debian { text: self.to_string(), reason: "it already has a revision" });
        }
        format!("{self}-{revision}").parse()
    }

    /// The version without its epoch: what file names carry.
    pub fn without_epoch(&self) -> String {
        match &self.revision {
            Some(revision) => format!("{}-{revision}", self.upstream),
            None => self.upstream.clone(),
        }
    }

    /// Whether it has a Debian revision; without one the package is native (Policy 5.6.12).
    pub fn has_revision(&self) -> bool {
        self.revision.is_some()
    }
}

impl FromStr for DebVersion {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let fail = |reason| Err(Error::Debian { text: text.to_owned(), reason });
        let (epoch, rest) = match text.split_once(':') {
            None => (0, text),
            Some((epoch, rest)) => {
                let digits = !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_digit());
                match epoch.parse::<i32>() {
                    Ok(number) if digits => (number.unsigned_abs(), rest),
                    _ => return fail("the epoch before `:` is a number up to 2147483647"),
                }
            }
        };
        let (upstream, revision) = match rest.rsplit_once('-') {
            Some((upstream, revision)) => (upstream, Some(revision)),
            None => (rest, None),
        };
        if !upstream.starts_with(|c: char| c.is_ascii_digit()) {
            return fail("it has to start with a digit");
        }
        if !upstream.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-~:".contains(&b)) {
            return fail("only letters, digits and `. + - ~` are allowed");
        }
        if upstream.contains(':') {
            return fail("there is more than one `:`, which only follows the epoch");
        }
        match revision {
            Some("") => return fail("the revision after the last `-` is empty"),
            Some(text) if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b".+~".contains(&b)) => {
                return fail("the revision holds only letters, digits and `. + ~`");
            }
            _ => {}
        }
        Ok(Self { epoch, upstream: upstream.to_owned(), revision: revision.map(str::to_owned) })
    }
}

impl fmt::Display for DebVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch > 0 {
            write!(f, "{}:", self.epoch)?;
        }
        f.write_str(&self.without_epoch())
    }
}

impl Ord for DebVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let revision = |version: &Self| version.revision.clone().unwrap_or_default();
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| compare_part(&self.upstream, &other.upstream))
            .then_with(|| compare_part(&revision(self), &revision(other)))
    }
}

impl PartialOrd for DebVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for DebVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for DebVersion {}

impl Hash for DebVersion {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.epoch.hash(state);
        canonical(&self.upstream).hash(state);
        canonical(self.revision.as_deref().unwrap_or_default()).hash(state);
    }
}

/// A part with every run of digits stripped of leading zeros, so that equal parts are spelled alike.
fn canonical(part: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rest = part.as_bytes();
    let mut runs = Vec::new();
    while !rest.is_empty() {
        let (text, after) = split_while(rest, |b| !b.is_ascii_digit());
        let (digits, after) = split_while(after, |b| b.is_ascii_digit());
        runs.push((text.to_vec(), trim_zeros(digits).to_vec()));
        rest = after;
    }
    // A trailing zero after no text is the same as nothing at all.
    while runs.last().is_some_and(|(text, digits)| text.is_empty() && digits.is_empty()) {
        runs.pop();
    }
    runs
}

/// Policy 5.6.12's algorithm: text and number runs in turn; `~` before the end before letters before the rest.
fn compare_part(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while !left.is_empty() || !right.is_empty() {
        let (left_text, left_rest) = split_while(left, |b| !b.is_ascii_digit());
        let (right_text, right_rest) = split_while(right, |b| !b.is_ascii_digit());
        let (left_digits, left_rest) = split_while(left_rest, |b| b.is_ascii_digit());
        let (right_digits, right_rest) = split_while(right_rest, |b| b.is_ascii_digit());
        let (left_number, right_number) = (trim_zeros(left_digits), trim_zeros(right_digits));
        let order = compare_text(left_text, right_text)
            .then_with(|| left_number.len().cmp(&right_number.len()))
            .then_with(|| left_number.cmp(right_number));
        if order != Ordering::Equal {
            return order;
        }
        (left, right) = (left_rest, right_rest);
    }
    Ordering::Equal
}

fn compare_text(left: &[u8], right: &[u8]) -> Ordering {
    let weight = |byte: Option<&u8>| match byte {
        Some(b'~') => -1,
        None => 0,
        Some(letter) if letter.is_ascii_alphabetic() => i32::from(*letter),
        Some(other) => i32::from(*other) + 256,
    };
    (0..left.len().max(right.len()))
        .map(|index| weight(left.get(index)).cmp(&weight(right.get(index))))
        .find(|order| *order != Ordering::Equal)
        .unwrap_or(Ordering::Equal)
}

fn split_while(bytes: &[u8], belongs: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| !belongs(byte)).unwrap_or(bytes.len());
    bytes.split_at(end)
}

fn trim_zeros(digits: &[u8]) -> &[u8] {
    split_while(digits, |digit| *digit == b'0').1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_versions_keep_their_order_in_debian() {
        let ascending = [
            "0!0.9",
            "1.0.dev1",
            "1.0a1.dev1",
            "1.0a1",
            "1.0b2",
            "1.0rc1",
            "1.0",
            "1.0+g12",
            "1.0.post1",
            "1.1",
            "1!0.1",
        ];
        let debian: Vec<DebVersion> =
            ascending.iter().map(|text| DebVersion::from_python(text).expect(text)).collect();
        for pair in debian.windows(2) {
            assert!(pair[0] < pair[1], "{} should be before {}", pair[0], pair[1]);
        }
        assert_eq!(DebVersion::from_python("1.0rc1").expect("valid").to_string(), "1.0~rc1");
        assert_eq!(DebVersion::from_python("1!1.0").expect("valid").to_string(), "1:1.0");
        assert_eq!(DebVersion::from_python("1.0-2ubuntu3").expect("valid").to_string(), "1.0-2ubuntu3");
    }

    #[test]
    fn malformed_versions_are_refused() {
        for bad in
            ["", "v1", "a", "1-", "1:", ":1", "-1:1", "2147483648:1", "1_0", "1.0-a_b", "1 0", "1:2:3", "1\n"]
        {
            assert!(bad.parse::<DebVersion>().is_err(), "{bad}");
        }
    }

    #[test]
    fn equal_versions_hash_alike() {
        let hash = |text: &str| {
            let mut hasher = std::collections::hash_map::DefaultHasher::new();
            text.parse::<DebVersion>().expect("valid").hash(&mut hasher);
            hasher.finish()
        };
        for (left, right) in [("1.0", "1.0-0"), ("0:1", "1"), ("1.00", "1.0"), ("1a", "1a0"), ("1.", "1.0")] {
            assert_eq!(left.parse::<DebVersion>(), right.parse::<DebVersion>(), "{left} {right}");
            assert_eq!(hash(left), hash(right), "{left} {right}");
        }
    }
}
