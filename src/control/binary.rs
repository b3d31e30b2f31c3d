//! The control file of a binary package (Policy 5.3).

use crate::control::deb822::Error;
use crate::control::deb822::Paragraph;
use crate::types::arch::Arch;
use crate::types::digest::Sha256;
use crate::types::name::PackageName;
use crate::types::relation::Relation;
use crate::types::version::DebVersion;

/// What a binary package says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinaryControl {
    /// `Package`.
    pub package: PackageName,
    /// `Version`.
    pub version: DebVersion,
    /// `Architecture`.
    pub architecture: Arch,
    /// `Maintainer`: name and address.
    pub maintainer: String,
    /// `Section`.
    pub section: String,
    /// `Priority`.
    pub priority: String,
    /// `Homepage`.
    pub homepage: Option<String>,
    /// The first line of `Description`.
    pub summary: String,
    /// The rest of `Description`.
    pub description: String,
    /// The relation fields that are not empty.
    pub relations: Vec<(RelationField, Vec<Relation>)>,
    /// What part of an application it is; nothing for packages that are none.
    pub identity: Option<Identity>,
    /// What it was made from.
    pub provenance: Provenance,
    /// Fields of the user's own, in order.
    pub fields: Vec<(String, String)>,
}

/// What a package was made from, for whoever asks years later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Provenance {
    /// `X-Mkdeb-Commit`: the commit of the application, where its archive says.
    pub commit: Option<String>,
    /// `X-Mkdeb-Lock`: the lock files of the virtualenv and their digests.
    pub locks: Vec<(String, Sha256)>,
}

impl Provenance {
    fn fields(&self) -> [(&'static str, Option<String>); 2] {
        let locks: Vec<String> =
            self.locks.iter().map(|(name, digest)| format!("{name} sha256:{digest}")).collect();
        [(COMMIT, self.commit.clone()), (LOCK, Some(locks.join(", ")).filter(|text| !text.is_empty()))]
    }
}

/// What part of an application a package is, in fields of mkdeb's own: whoever keeps a repository moves and removes
/// an application's packages together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `X-Mkdeb-Role`.
    pub role: Role,
    /// `X-Mkdeb-App`: the package that hosts install by its name.
    pub app: Option<PackageName>,
    /// `X-Mkdeb-Venv-Key`, where the virtualenv has one.
    pub venv_key: Option<String>,
}

/// What a package is to its application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What hosts install and upgrade.
    Application,
    /// A release that the application switches to.
    Release,
    /// A virtualenv that releases share.
    Virtualenv,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Application, Self::Release, Self::Virtualenv];

    /// The value of its field.
    pub fn name(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Release => "release",
            Self::Virtualenv => "virtualenv",
        }
    }
}

/// The field that names a package's application.
pub const APP: &str = "X-Mkdeb-App";
/// The field that names a package's role.
pub const ROLE: &str = "X-Mkdeb-Role";
/// The field that names the key of a virtualenv.
pub const VENV_KEY: &str = "X-Mkdeb-Venv-Key";

/// The field that names the commit of a package's application.
pub const COMMIT: &str = "X-Mkdeb-Commit";
/// The field that names the lock of a package's virtualenv.
pub const LOCK: &str = "X-Mkdeb-Lock";

/// The fields that relate a package to others, in the order in which they are shown (Policy 7).
pub const RELATIONS: [&str; 10] = [
    "Pre-Depends",
    "Depends",
    "Recommends",
    "Suggests",
    "Enhances",
    "Conflicts",
    "Breaks",
    "Replaces",
    "Provides",
    "Built-Using",
];

/// A field that relates packages (Policy 7), in the order `dpkg-gencontrol` writes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RelationField {
    /// Configured before this package is even unpacked.
    PreDepends,
    /// Configured before this package is.
    Depends,
    /// Installed by default.
    Recommends,
    /// Of use together.
    Suggests,
    /// The other way round.
    Enhances,
    /// Cannot be unpacked together.
    Conflicts,
    /// Cannot be configured together.
    Breaks,
    /// Files may be taken over.
    Replaces,
    /// Virtual packages.
    Provides,
}

impl RelationField {
    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PreDepends => "Pre-Depends",
            Self::Depends => "Depends",
            Self::Recommends => "Recommends",
            Self::Suggests => "Suggests",
            Self::Enhances => "Enhances",
            Self::Conflicts => "Conflicts",
            Self::Breaks => "Breaks",
            Self::Replaces => "Replaces",
            Self::Provides => "Provides",
        }
    }

    /// Whether `a | b` may stand in it (Policy 7.1).
    pub fn takes_alternatives(self) -> bool {
        self <= Self::Suggests
    }
}

impl BinaryControl {
    /// The control file, fields in the order of `dpkg-gencontrol`.
    ///
    /// `installed_kib` is the size on disk in KiB. Fails only on a user's own field that is malformed or
    /// names one that is already there.
    pub fn paragraph(&self, installed_kib: u64) -> Result<Paragraph, Error> {
        let mut paragraph = Paragraph::default();
        paragraph.push("Package", self.package.as_str())?;
        paragraph.push("Version", &self.version.to_string())?;
        paragraph.push("Architecture", self.architecture.as_str())?;
        paragraph.push("Maintainer", &self.maintainer)?;
        paragraph.push("Installed-Size", &installed_kib.to_string())?;
        for (field, relations) in self.relations.iter().filter(|(_, relations)| !relations.is_empty()) {
            let items: Vec<String> = relations.iter().map(ToString::to_string).collect();
            paragraph.push(field.name(), &items.join(", "))?;
        }
        paragraph.push("Section", &self.section)?;
        paragraph.push("Priority", &self.priority)?;
        if let Some(homepage) = &self.homepage {
            paragraph.push("Homepage", homepage)?;
        }
        let description = format!("{}\n{}", self.summary, self.description);
        paragraph.push("Description", description.trim_end())?;
        if let Some(identity) = &self.identity {
            let app = identity.app.as_ref().map(PackageName::as_str);
            let fields =
                [(APP, app), (ROLE, Some(identity.role.name())), (VENV_KEY, identity.venv_key.as_deref())];
            fields
                .iter()
                .try_for_each(|(name, value)| value.map_or(Ok(()), |value| paragraph.push(name, value)))?;
        }
        for (name, value) in self.provenance.fields() {
            value.map_or(Ok(()), |value| paragraph.push(name, &value))?;
        }
        for (name, value) in &self.fields {
            paragraph.push(name, value)?;
        }
        Ok(paragraph)
    }
}
