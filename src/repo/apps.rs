//! The packages of a suite as what they are to each other: applications, and the releases and virtualenvs they need.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::control::binary;
use crate::control::binary::Role;
use crate::control::stanza::Stanza;
use crate::control::stanza::StanzaKey;
use crate::control::stanza::compare_versions;
use crate::repo::error::Error;
use crate::repo::publish::PUBLISHED;
use crate::repo::view::View;
use crate::types::relation::Relation;
use crate::types::spelling::nearest;
use crate::types::version::DebVersion;

/// A package of a suite.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its component.
    pub component: String,
    /// What it is found by.
    pub key: StanzaKey,
    /// Its paragraph.
    pub stanza: Stanza,
}

/// A package and perhaps a version, as a user names it: `orders`, `orders=1.4`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// `Package`.
    pub name: String,
    /// `Version`.
    pub version: Option<String>,
}

impl std::str::FromStr for Wanted {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, version) =
            text.split_once('=').map_or((text, None), |(name, version)| (name, Some(version)));
        Ok(Self { name: name.to_owned(), version: version.map(str::to_owned) })
    }
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.version.as_ref().map_or(Ok(()), |version| write!(f, "={version}"))
    }
}

impl Row {
    /// What part of an application it is.
    pub fn role(&self) -> Option<Role> {
        let name = self.stanza.get(binary::ROLE)?;
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether it is there only for others: a release or a virtualenv.
    pub fn is_part(&self) -> bool {
        matches!(self.role(), Some(Role::Release | Role::Virtualenv))
    }

    /// Whether it is a part that another package may need. What a package says of itself is anybody's word, so its
    /// name has to fit.
    fn is_part_of(&self, other: &Self) -> bool {
        let name = &self.key.package;
        match (self.role(), self.stanza.get(binary::VENV_KEY), other.stanza.get(binary::APP)) {
            (Some(Role::Release), _, Some(app)) => name.starts_with(&format!("{app}-release-")),
            (Some(Role::Virtualenv), Some(key), _) => name.ends_with(&format!("-venv-{key}")),
            _ => false,
        }
    }

    /// When it came into the suite, in seconds since 1970.
    pub fn published(&self) -> u64 {
        self.stanza.get(PUBLISHED).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// The size of the package in bytes.
    pub fn size(&self) -> u64 {
        self.stanza.get("Size").and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// What it needs to run; what cannot be read is not followed.
    pub fn needs(&self) -> Vec<Relation> {
        let fields = ["Pre-Depends", "Depends"].into_iter().filter_map(|name| self.stanza.lines(name));
        let items: Vec<String> =
            fields.flat_map(|text| text.split(',').map(str::to_owned).collect::<Vec<_>>()).collect();
        items.iter().filter_map(|item| item.trim().parse().ok()).collect()
    }
}

/// Every package of a suite, by name.
#[derive(Debug, Default)]
pub struct Packages {
    rows: Vec<Row>,
    by_name: BTreeMap<String, Vec<usize>>,
}

impl Packages {
    /// Reads all of a suite.
    pub fn read(view: &mut View<'_>) -> Result<Self, Error> {
        let mut rows = Vec::new();
        view.each(&mut |component, text| {
            let stanza = Stanza::new(text);
            let key = stanza.key();
            rows.extend(key.map(|key| Row { component: component.to_owned(), key, stanza }));
            Ok(())
        })?;
        let mut by_name = BTreeMap::<String, Vec<usize>>::new();
        for (number, row) in rows.iter().enumerate() {
            by_name.entry(row.key.package.clone()).or_default().push(number);
        }
        Ok(Self { rows, by_name })
    }

    /// All of them, in the order of components and keys.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The packages that a user means: without a version, the newest. Those of all architectures.
    pub fn find(&self, wanted: &Wanted, suite: &str) -> Result<Vec<usize>, Error> {
        let rows = self.by_name.get(&wanted.name).map(Vec::as_slice).unwrap_or_default();
        let version = match &wanted.version {
            Some(version) => Some(version.as_str()),
            None => self.versions(rows).last().copied(),
        };
        let is_meant = |row: &&usize| version == Some(self.rows[**row].key.version.as_str());
        let found: Vec<usize> = rows.iter().filter(is_meant).copied().collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let near = match rows {
            [] => nearest(&wanted.name, self.by_name.keys().map(String::as_str)).map(str::to_owned),
            _ => self.versions(rows).last().map(|version| format!("{}={version}", wanted.name)),
        };
        Err(Error::NoPackage { what: wanted.to_string(), suite: suite.to_owned(), near })
    }

    /// The versions of some packages, each once, in Debian's order.
    fn versions(&self, rows: &[usize]) -> Vec<&str> {
        let mut versions: Vec<&str> = rows.iter().map(|row| self.rows[*row].key.version.as_str()).collect();
        versions.sort_by(|left, right| compare_versions(left, right));
        versions.dedup();
        versions
    }

    /// These packages with all releases and virtualenvs that they need.
    pub fn with_parts(&self, roots: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut open: Vec<usize> = roots.into_iter().collect();
        let mut found: BTreeSet<usize> = open.iter().copied().collect();
        while let Some(row) = open.pop() {
            for need in self.rows[row].needs() {
                let parts =
                    self.satisfying(&need).filter(|part| self.rows[*part].is_part_of(&self.rows[row]));
                let new: Vec<usize> = parts.filter(|part| !found.contains(part)).collect();
                found.extend(&new);
                open.extend(new);
            }
        }
        found
    }

    /// The packages that satisfy a relation.
    pub fn satisfying<'p>(&'p self, need: &'p Relation) -> impl Iterator<Item = usize> + 'p {
        let rows = need.names().filter_map(|name| self.by_name.get(name.as_str())).flatten().copied();
        rows.filter(|row| {
            let key = &self.rows[*row].key;
            key.version.parse::<DebVersion>().is_ok_and(|version| need.takes(&key.package, &version))
        })
    }

    /// Whether any package has this name.
    pub fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// What is to be kept: the newest `keep` of each package and architecture, what came after `since`, what is
    /// pinned, and the parts of all those. Parts that are young may be waiting for their application.
    pub fn kept(&self, rule: &Retention) -> BTreeSet<usize> {
        let mut groups = BTreeMap::<(&str, &str), Vec<usize>>::new();
        for (number, row) in self.rows.iter().enumerate().filter(|(_, row)| !row.is_part()) {
            groups.entry((&row.key.package, &row.key.architecture)).or_default().push(number);
        }
        let mut kept = BTreeSet::new();
        for mut group in groups.into_values() {
            group.sort_by(|left, right| {
                compare_versions(&self.rows[*right].key.version, &self.rows[*left].key.version)
            });
            kept.extend(group.iter().take(rule.keep));
        }
        let applications = (0..self.rows.len()).filter(|number| !self.rows[*number].is_part());
        let needed = self.with_parts(applications);
        kept.extend((0..self.rows.len()).filter(|number| {
            let row = &self.rows[*number];
            let is_pinned = rule.pins.iter().any(|pin| {
                pin.name == row.key.package && pin.version.as_ref().is_none_or(|v| *v == row.key.version)
            });
            // A part that was needed goes with whoever needed it; one that never was may be waiting for that.
            let since = match (row.is_part(), needed.contains(number)) {
                (true, true) => u64::MAX,
                (true, false) => rule.parts_since,
                (false, _) => rule.since,
            };
            is_pinned || row.published() >= since
        }));
        self.with_parts(kept)
    }
}

/// What is kept of a suite.
#[derive(Debug, Clone)]
pub struct Retention {
    /// How many versions of each package.
    pub keep: usize,
    /// What came into the suite at this time or later, in seconds since 1970.
    pub since: u64,
    /// The same for releases and virtualenvs that nobody needs.
    pub parts_since: u64,
    /// What is kept whatever its age.
    pub pins: Vec<Wanted>,
}
