//! `debian/changelog` (deb-changelog(5)).

use crate::types::version::DebVersion;

/// The newest entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The source package.
    pub source: String,
    /// Its version.
    pub version: DebVersion,
}

/// Reads the first entry: `orders (1.4.2-1) bookworm; urgency=medium`.
pub fn newest(text: &str) -> Option<Entry> {
    let line = text.lines().find(|line| !line.trim().is_empty())?;
    let (source, rest) = line.split_once(" (")?;
    let (version, _) = rest.split_once(')')?;
    Some(Entry { source: source.trim().to_owned(), version: version.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_names_the_source_and_its_version() {
        let entry = newest("\norders (1:1.4.2~rc1-1) bookworm; urgency=medium\n\n  * x\n").expect("an entry");
        assert_eq!((entry.source.as_str(), entry.version.to_string().as_str()), ("orders", "1:1.4.2~rc1-1"));
        for text in ["", "orders", "orders (", "orders (x_y) a; b", "orders 1.0"] {
            assert_eq!(newest(text), None, "{text:?}");
        }
    }
}
