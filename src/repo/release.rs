//! `Release`: what a suite is, and what is in it (<https://wiki.debian.org/DebianRepository/Format>).
//!
//! apt is silent about several mistakes here and shows no packages: digest, size and path have their order, and
//! the uncompressed `Packages` has to be listed even where only a compressed one is there.

use std::collections::BTreeMap;
use std::fmt;
use std::fmt::Write;

use crate::control::archive::unsigned;
use crate::control::deb822::Paragraph;
use crate::repo::layout;
use crate::types::date::SourceDate;
use crate::types::digest::Sha256;

/// The number of a state of the suite, in a field that apt ignores.
const GENERATION: &str = "X-Mkdeb-Generation";

/// What `Release` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Whose packages they are. Hosts refuse to go on where it changes.
    pub origin: String,
    /// What they are for. Hosts refuse to go on where it changes.
    pub label: String,
    /// The suite, which is also its code name.
    pub suite: String,
    /// A word on it.
    pub description: Option<String>,
    /// Whether apt installs from it only what is asked for.
    pub not_automatic: bool,
    /// When it was signed.
    pub date: SourceDate,
    /// How many states there were before.
    pub generation: u64,
    /// The components, in order.
    pub components: Vec<String>,
    /// The architectures, sorted; packages for all are in the index of each.
    pub architectures: Vec<String>,
    /// `Packages` by component and architecture.
    pub indices: BTreeMap<(String, String), Entry>,
    /// `Contents`, where that is wanted.
    pub contents: BTreeMap<(String, String), Entry>,
}

/// An index, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Where its uncompressed form would be, below the suite's directory.
    pub name: String,
    /// Digests and sizes.
    pub entry: Entry,
}

impl Listed {
    /// The `Packages` of a component and an architecture.
    pub fn packages((component, architecture): (&str, &str), entry: Entry) -> Self {
        Self { name: layout::packages(component, architecture), entry }
    }

    /// The `Contents` of a component and an architecture.
    pub fn contents((component, architecture): (&str, &str), entry: Entry) -> Self {
        Self { name: layout::contents(component, architecture), entry }
    }

    /// Where it is by its name.
    pub fn canonical(&self, suite: &str) -> String {
        layout::of_suite(suite, &format!("{}.gz", self.name))
    }

    /// Where it is by its digest.
    pub fn by_hash(&self, suite: &str) -> String {
        layout::by_hash(suite, &self.name, &self.entry.packed.0)
    }
}

/// Digests and sizes of one index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Of the text, which is nowhere by itself.
    pub plain: (Sha256, u64),
    /// Of the text compressed.
    pub packed: (Sha256, u64),
}

/// Why a text is no `Release` of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No paragraph.
    #[error("it holds no fields")]
    Fields,
    /// A field that is missing or malformed.
    #[error("its field `{0}` is missing or malformed")]
    Field(&'static str),
    /// Apt reads digest, size and path, in this order.
    #[error("the line `{0}` is not `digest size path`")]
    Line(String),
    /// Apt takes an index for absent where its uncompressed form is not listed.
    #[error("`{0}` is not listed, without which apt sees no packages")]
    Unlisted(String),
}

impl Release {
    /// Reads `Release`, or `InRelease` with the signature around it, which is judged elsewhere.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let paragraph = Paragraph::parse(unsigned(text)).map_err(|_| Error::Fields)?;
        let optional = |name: &str| paragraph.get(name).filter(|value| !value.is_empty());
        let field = |name: &'static str| optional(name).ok_or(Error::Field(name)).map(str::to_owned);
        let words = |name: &str| optional(name).unwrap_or_default().split_whitespace().map(str::to_owned);
        let date = field("Date")?;
        let date = SourceDate::from_rfc5322(&date).ok_or(Error::Field("Date"))?;
        let files = files(optional("SHA256").unwrap_or_default())?;
        let generation = field(GENERATION)?.parse().map_err(|_| Error::Field(GENERATION))?;
        Ok(Self {
            origin: field("Origin")?,
            label: field("Label")?,
            suite: field("Suite")?,
            description: optional("Description").map(str::to_owned),
            not_automatic: optional("NotAutomatic") == Some("yes"),
            date,
            generation,
            components: words("Components").collect(),
            architectures: words("Architectures").collect(),
            indices: indices(&files, |name| name.strip_suffix("/Packages")?.rsplit_once("/binary-"))?,
            contents: indices(&files, |name| name.rsplit_once("/Contents-"))?,
        })
    }

    /// Every index that it lists.
    pub fn listed(&self) -> impl Iterator<Item = Listed> + '_ {
        let packages = self.indices.iter().map(|((of, at), entry)| Listed::packages((of, at), *entry));
        let contents = self.contents.iter().map(|((of, at), entry)| Listed::contents((of, at), *entry));
        packages.chain(contents)
    }

    /// The text that is signed. No line ends in a blank.
    pub fn text(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        let field = |text: &mut String, name: &str, value: &str| match value.trim() {
            "" => Ok(()),
            value => writeln!(text, "{name}: {value}"),
        };
        field(&mut text, "Origin", &self.origin)?;
        field(&mut text, "Label", &self.label)?;
        field(&mut text, "Suite", &self.suite)?;
        field(&mut text, "Codename", &self.suite)?;
        field(&mut text, "Date", &self.date.rfc5322())?;
        field(&mut text, "Acquire-By-Hash", "yes")?;
        if self.not_automatic {
            // Hosts that took one from here get the next one too (`apt_preferences(5)`).
            field(&mut text, "NotAutomatic", "yes")?;
            field(&mut text, "ButAutomaticUpgrades", "yes")?;
        }
        field(&mut text, "Architectures", &self.architectures.join(" "))?;
        field(&mut text, "Components", &self.components.join(" "))?;
        field(&mut text, "Description", self.description.as_deref().unwrap_or_default())?;
        field(&mut text, GENERATION, &self.generation.to_string())?;
        text.push_str("SHA256:\n");
        for Listed { name, entry } in self.listed() {
            for (ending, (digest, size)) in [("", entry.plain), (".gz", entry.packed)] {
                writeln!(text, " {digest} {size:>16} {name}{ending}")?;
            }
        }
        f.write_str(&text)
    }
}

/// Files as they are listed: digest and size by path.
type Files<'t> = BTreeMap<&'t str, (Sha256, u64)>;

fn files(section: &str) -> Result<Files<'_>, Error> {
    let mut files = BTreeMap::new();
    for line in section.lines().filter(|line| !line.trim().is_empty()) {
        let malformed = || Error::Line(line.trim().to_owned());
        let words: Vec<&str> = line.split_whitespace().collect();
        let [digest, size, path] = words[..] else { return Err(malformed()) };
        let digest = Sha256::from_hex(digest).ok_or_else(malformed)?;
        files.insert(path, (digest, size.parse::<u64>().map_err(|_| malformed())?));
    }
    Ok(files)
}

/// The indices of one kind: `parts` takes a name apart into component and architecture.
fn indices(
    files: &Files<'_>,
    parts: fn(&str) -> Option<(&str, &str)>,
) -> Result<BTreeMap<(String, String), Entry>, Error> {
    let mut found = BTreeMap::new();
    for (path, packed) in files {
        let Some(name) = path.strip_suffix(".gz") else { continue };
        let Some((component, architecture)) = parts(name) else { continue };
        let plain = files.get(name).ok_or_else(|| Error::Unlisted(name.to_owned()))?;
        let entry = Entry { plain: *plain, packed: *packed };
        found.insert((component.to_owned(), architecture.to_owned()), entry);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release() -> Release {
        let entry = Entry { plain: (Sha256::of(b"x"), 1), packed: (Sha256::of(b"y"), 20) };
        Release {
            origin: "Acme".to_owned(),
            label: "Acme's".to_owned(),
            suite: "stable".to_owned(),
            description: None,
            not_automatic: true,
            date: SourceDate::from_seconds(1_795_428_000),
            generation: 7,
            components: vec!["main".to_owned()],
            architectures: vec!["amd64".to_owned()],
            indices: [(("main".to_owned(), "amd64".to_owned()), entry)].into(),
            contents: [(("main".to_owned(), "amd64".to_owned()), entry)].into(),
        }
    }

    #[test]
    fn what_was_written_is_read_and_no_line_ends_in_a_blank() {
        let text = release().text();
        assert_eq!(Release::parse(&text), Ok(release()));
        assert!(text.lines().all(|line| line == line.trim_end()), "{text}");
        assert!(text.contains("Date: Mon, 23 Nov 2026 10:00:00 +0000\n"), "{text}");
    }

    #[test]
    fn what_apt_would_be_silent_about_is_an_error() {
        let text = release().text();
        let plain = text.lines().find(|line| line.ends_with("/Packages")).expect("listed").to_owned() + "\n";
        let unlisted = Release::parse(&text.replace(&plain, ""));
        assert_eq!(unlisted, Err(Error::Unlisted("main/binary-amd64/Packages".to_owned())));
        let words: Vec<&str> = plain.split_whitespace().collect();
        let swapped = format!(" {} {} {}\n", words[2], words[1], words[0]);
        assert!(matches!(Release::parse(&text.replace(&plain, &swapped)), Err(Error::Line(_))));
        assert_eq!(Release::parse(&text.replace("Date: Mon", "Date: Man")), Err(Error::Field("Date")));
        assert_eq!(Release::parse("Origin: x\n"), Err(Error::Field("Date")));
    }
}
