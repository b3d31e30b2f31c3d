//! From recipe and inputs to the package that is meant. Pure: nothing here touches the world.
//!
//! Knows the layout on the host and what becomes of each input file. Refuses to know how a `.deb` is written.

mod app;
mod assembly;
mod chain;
mod docs;
mod draft;
mod error;
mod files;
mod identity;
mod installed;
pub mod key;
mod launchers;
mod lifecycle;
mod machine;
mod names;
pub mod place;
pub mod relocate;
pub mod shared;
mod single;
mod split;
mod twice;
mod units;
mod venv;

use crate::config::recipe::Layout;
use crate::config::recipe::Recipe;
use crate::content::lock::Lock;
use crate::package::Package;
pub use crate::plan::error::Error;
pub use crate::plan::installed::Difference;
use crate::plan::key::Machine;
use crate::plan::key::VenvKey;
use crate::plan::place::ReleaseId;
use crate::source::Sources;
use crate::template::Templates;
use crate::types::arch::Arch;
use crate::types::date::SourceDate;
use crate::types::name::PackageName;

/// What will be written, in the order in which it is to appear.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The packages.
    pub packages: Vec<Package>,
    /// The release that they carry.
    pub release: ReleaseId,
    /// How it is cut into them.
    pub layout: Layout,
    /// The package of the virtualenv, where it has one: among the packages, or there already.
    pub virtualenv: Option<PackageName>,
    /// What the user should know.
    pub notes: Vec<Note>,
    /// Paths of the build host that must not be left anywhere in the packages.
    pub old_prefixes: Vec<String>,
}

/// Something that the user should know, though it keeps nobody from building.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// On what: an input, a path in it.
    pub subject: String,
    /// What.
    pub text: String,
    /// Whether `--strict` makes an error of it.
    pub weight: Weight,
    /// Who says so.
    pub origin: Origin,
}

/// Who has found what a note tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The plan.
    Plan,
    /// The look for what leaks from the build host, by what kind of thing it is.
    Leak(&'static str),
    /// A rule of `lint`, by its name.
    Rule(&'static str),
}

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// A warning; an error under `--strict`.
    Warning,
    /// Told with `-v`.
    Detail,
}

impl Note {
    /// A warning.
    pub fn warning(subject: &str, text: impl Into<String>) -> Self {
        Self { subject: subject.to_owned(), text: text.into(), weight: Weight::Warning, origin: Origin::Plan }
    }

    /// Something worth knowing when asked for.
    pub fn detail(subject: &str, text: impl Into<String>) -> Self {
        Self { subject: subject.to_owned(), text: text.into(), weight: Weight::Detail, origin: Origin::Plan }
    }
}

/// What a plan is made of.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// What to build.
    pub recipe: &'a Recipe,
    /// From what.
    pub sources: &'a Sources,
    /// In which words.
    pub templates: &'a Templates,
    /// Of which date.
    pub date: SourceDate,
    /// What the host's Python and processor are.
    pub machine: &'a Machine,
}

/// Plans the packages of a recipe.
///
/// The release's id is a digest over everything that the release is made of, and everything carries the id in
/// its path: so the plan is made twice, first under an id that stands for any.
pub fn plan(request: &Request<'_>) -> Result<Plan, Error> {
    let version = &request.recipe.package.version;
    let content = {
        // Gone before the second is made: a million paths are there once.
        let provisional = planned(request, ReleaseId::provisional(version))?;
        // A virtualenv's package stands for itself: the release names it, whether it is made now or was before.
        let own = |package: &&Package| Some(&package.control.package) != provisional.virtualenv.as_ref();
        identity::digest(provisional.packages.iter().filter(own), request.sources)
    };
    planned(request, ReleaseId::new(version, &content))
}

/// The package of the recipe's virtualenv under this key; none where the layout has no package for it.
pub fn virtualenv(recipe: &Recipe, key: &VenvKey) -> Result<Option<PackageName>, Error> {
    match recipe.layout {
        Layout::Single => Ok(None),
        Layout::Split { .. } => split::virtualenv(recipe, key).map(Some),
    }
}

/// The names that the file of a virtualenv's package may have: for this machine, or for all.
pub fn virtualenv_files(package: &PackageName, machine: &Arch) -> [String; 2] {
    split::virtualenv_files(package, machine)
}

/// How a virtualenv differs from its lock, by its `.dist-info` directories: `lib/python3.11/site-packages/…`.
pub fn unsatisfied(directories: &[String], lock: &Lock) -> Vec<Difference> {
    installed::differences(&installed::of_directories(directories), lock)
}

fn planned(request: &Request<'_>, id: ReleaseId) -> Result<Plan, Error> {
    match request.recipe.layout {
        Layout::Single => single::plan(request, id),
        Layout::Split { .. } => split::plan(request, id),
    }
}
