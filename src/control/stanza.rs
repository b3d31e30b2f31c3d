//! The paragraphs of `Packages`, kept as they are written: what a package says of itself is copied, never set anew.

use std::cmp::Ordering;
use std::fmt;

use crate::types::version::DebVersion;

/// One paragraph of an index, verbatim, with the line feed at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stanza(String);

/// What a paragraph is found by, and sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StanzaKey {
    /// `Package`.
    pub package: String,
    /// `Version`, as it is spelled.
    pub version: String,
    /// `Architecture`.
    pub architecture: String,
}

/// `orders 1.0 amd64`.
impl fmt::Display for StanzaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.package, self.version, self.architecture)
    }
}

impl Ord for StanzaKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.package
            .cmp(&other.package)
            .then_with(|| compare_versions(&self.version, &other.version))
            .then_with(|| self.version.cmp(&other.version))
            .then_with(|| self.architecture.cmp(&other.architecture))
    }
}

impl PartialOrd for StanzaKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Debian's order; what is no version, behind all that are, by its bytes.
pub fn compare_versions(left: &str, right: &str) -> Ordering {
    match (left.parse::<DebVersion>(), right.parse::<DebVersion>()) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => left.cmp(right),
    }
}

impl Stanza {
    /// From the text of one paragraph. Blanks at the ends of lines and empty lines are dropped.
    pub fn new(text: &str) -> Self {
        let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
        Self(lines.flat_map(|line| [line, "\n"]).collect())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first line of a field's value; names are compared without regard to case.
    pub fn get(&self, name: &str) -> Option<&str> {
        field(&self.0, name)
    }

    /// A field's value with all its lines, without the blanks in front of them.
    pub fn lines(&self, name: &str) -> Option<String> {
        let mut lines = self.0.lines().skip_while(|line| named(line, name).is_none());
        let first = named(lines.next()?, name)?;
        let rest = lines.map_while(|line| line.strip_prefix([' ', '\t']));
        let rest = rest.map(|line| if line.trim() == "." { "" } else { line });
        Some(std::iter::once(first).chain(rest).collect::<Vec<_>>().join("\n"))
    }

    /// The same paragraph with a field set: in its place, or at the end.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut text = self.without(name).0;
        text.push_str(&format!("{name}: {value}\n"));
        Self(text)
    }

    /// The same paragraph without a field.
    pub fn without(&self, name: &str) -> Self {
        let mut is_inside = false;
        let kept = self.0.split_inclusive('\n').filter(|line| {
            is_inside = match line.starts_with([' ', '\t']) {
                true => is_inside,
                false => named(line, name).is_some(),
            };
            !is_inside
        });
        Self(kept.collect())
    }

    /// What it is found by; none where a field of it is missing.
    pub fn key(&self) -> Option<StanzaKey> {
        key(&self.0)
    }
}

/// What a paragraph's text is found by.
pub fn key(text: &str) -> Option<StanzaKey> {
    let [package, version, architecture] =
        ["Package", "Version", "Architecture"].map(|name| field(text, name).map(str::to_owned));
    Some(StanzaKey { package: package?, version: version?, architecture: architecture? })
}

/// The first line of a field's value in a paragraph's text.
pub fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| named(line, name))
}

fn named<'l>(line: &'l str, name: &str) -> Option<&'l str> {
    let start = line.as_bytes().get(..name.len())?;
    let rest = start.eq_ignore_ascii_case(name.as_bytes()).then(|| line.get(name.len()..))??;
    rest.strip_prefix(':').map(str::trim)
}

/// The paragraphs of an index's text, each with the line feed of its last line.
pub fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    text.split("\n\n").map(|part| part.trim_matches('\n')).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_set_and_dropped_and_the_rest_stays_as_it_was() {
        let text = "Package: a\nDescription: x\n y\n .\n  z\nVersion: 1\n";
        let stanza = Stanza::new(text);
        assert_eq!(stanza.as_str(), text);
        assert_eq!(stanza.get("version"), Some("1"));
        assert_eq!(stanza.lines("Description").as_deref(), Some("x\ny\n\n z"));
        assert_eq!(stanza.without("description").as_str(), "Package: a\nVersion: 1\n");
        assert_eq!(stanza.with("Version", "2").get("Version"), Some("2"));
        assert_eq!(stanza.get("Pack"), None);
        assert_eq!(Stanza::new("A: x  \n\n y \n").as_str(), "A: x\n y\n");
    }

    #[test]
    fn keys_are_in_debians_order() {
        let key = |version: &str| StanzaKey {
            package: "a".to_owned(),
            version: version.to_owned(),
            architecture: "all".to_owned(),
        };
        let mut keys = ["odd_", "1.10", "1.9", "1.0~rc1", "1.0"].map(key);
        keys.sort();
        assert_eq!(keys.map(|key| key.version), ["1.0~rc1", "1.0", "1.9", "1.10", "odd_"]);
        let text = "A: 1\n\nB: 2\n B: 3\n\n\nC: 4\n";
        assert_eq!(paragraphs(text).collect::<Vec<_>>(), ["A: 1", "B: 2\n B: 3", "C: 4"]);
    }
}
