//! `debian/control` (deb-src-control(5)).

use crate::control::stanza::Stanza;
use crate::control::stanza::paragraphs;

/// A source package and the binary packages that it makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The paragraph of the source.
    pub source: Stanza,
    /// Those of binary packages, each with a `Package`.
    pub binaries: Vec<Stanza>,
}

/// One relation of a field, without what only builds know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A relation as it is written: `libpq5 (>= 15)`.
    Relation(String),
    /// A variable that debhelper would fill: `${misc:Depends}`.
    Variable(String),
    /// One for some architectures or build profiles only.
    Restricted(String),
}

/// Reads the paragraphs; none where there is no source or no package.
pub fn parse(text: &str) -> Option<Control> {
    let plain: String = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            // A line of blanks ends a paragraph, as an empty one does.
            if line.trim().is_empty() { "\n".to_owned() } else { format!("{line}\n") }
        })
        .collect();
    let mut stanzas = paragraphs(&plain).map(Stanza::new);
    let source = stanzas.next().filter(|stanza| stanza.get("Source").is_some())?;
    let binaries: Vec<Stanza> = stanzas.filter(|stanza| stanza.get("Package").is_some()).collect();
    (!binaries.is_empty()).then_some(Control { source, binaries })
}

impl Control {
    /// A field of a binary package, else of the source (`Section`, `Priority`, `Homepage` are inherited).
    pub fn inherited<'c>(&'c self, binary: &'c Stanza, name: &str) -> Option<&'c str> {
        binary.get(name).or_else(|| self.source.get(name)).filter(|value| !value.is_empty())
    }
}

/// The relations of a field.
pub fn relations(binary: &Stanza, field: &str) -> Vec<Item> {
    let text = binary.lines(field).unwrap_or_default().replace('\n', " ");
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    let item = |item: &str| match item {
        _ if item.contains("${") => Item::Variable(item.to_owned()),
        _ if item.contains(['[', '<']) && (item.contains('[') || item.contains("<!") || is_profile(item)) => {
            Item::Restricted(item.to_owned())
        }
        _ => Item::Relation(item.split_whitespace().collect::<Vec<_>>().join(" ")),
    };
    items.map(item).collect()
}

/// `<profile>` behind a name; `(<< 2)` is a version.
fn is_profile(item: &str) -> bool {
    item.rsplit_once(')').map_or(item, |(_, rest)| rest).contains('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# made by hand\nSource: orders\nSection: web\nBuild-Depends: debhelper-compat (= 13),\n\
        # more\n dh-virtualenv\n \nPackage: orders\nArchitecture: any\nDepends: ${misc:Depends},\n ${shlibs:Depends},\n \
        libpq5   (>= 15), redis | valkey, a [amd64], b <!nocheck>, c (<< 2)\nDescription: takes orders\n Over HTTP.\n .\n More.\n";

    #[test]
    fn paragraphs_are_those_of_the_source_and_its_packages() {
        let control = parse(TEXT).expect("one package");
        let binary = &control.binaries[0];
        assert_eq!(control.inherited(binary, "Section"), Some("web"));
        assert_eq!(control.inherited(binary, "Priority"), None);
        assert_eq!(binary.lines("Description").as_deref(), Some("takes orders\nOver HTTP.\n\nMore."));
        let relation = |text: &str| Item::Relation(text.to_owned());
        let expect = [
            Item::Variable("${misc:Depends}".to_owned()),
            Item::Variable("${shlibs:Depends}".to_owned()),
            relation("libpq5 (>= 15)"),
            relation("redis | valkey"),
            Item::Restricted("a [amd64]".to_owned()),
            Item::Restricted("b <!nocheck>".to_owned()),
            relation("c (<< 2)"),
        ];
        assert_eq!(relations(binary, "Depends"), expect);
        assert_eq!(relations(binary, "Breaks"), []);
        for text in ["", "Package: a\n", "Source: a\n"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
