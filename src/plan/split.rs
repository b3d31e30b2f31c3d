//! The `split` layout: the virtualenv, the release and the switch to it are packages of their own.
//!
//! The virtualenv is named by its key and stays as long as its requirements do. Each release has a package that
//! carries the release's id in its name, so that a host keeps several. The package of the application itself is
//! small: units, configuration, commands, and the scripts that switch. A copy of it lies in the release, so that
//! a host can go back to that without asking anybody.

use crate::config::recipe::ConfigKind;
use crate::config::recipe::Recipe;
use crate::control::binary::BinaryControl;
use crate::control::binary::Identity;
use crate::control::binary::Provenance;
use crate::control::binary::RelationField;
use crate::control::binary::Role;
use crate::package::Package;
use crate::package::blob::Blob;
use crate::package::scripts::Scripts;
use crate::package::tree::Node;
use crate::package::tree::NodeKind;
use crate::package::tree::PackageTree;
use crate::plan::Error;
use crate::plan::Plan;
use crate::plan::Request;
use crate::plan::assembly::Assembly;
use crate::plan::assembly::Relations;
use crate::plan::assembly::assemble;
use crate::plan::docs;
use crate::plan::docs::Subject;
use crate::plan::key::KeyParts;
use crate::plan::key::VenvKey;
use crate::plan::names;
use crate::plan::place::Parts;
use crate::plan::place::Place;
use crate::plan::place::ReleaseId;
use crate::template::scripts;
use crate::types::arch::Arch;
use crate::types::date::SourceDate;
use crate::types::mode::Mode;
use crate::types::name::PackageName;
use crate::types::path::InstallPath;
use crate::types::relation::Relation;
use crate::types::version::DebVersion;

/// The date of every virtualenv, 1980-01-01: one key is one package, whenever it was made.
const VENV_DATE: SourceDate = SourceDate::from_seconds(315_532_800);
/// The version of every virtualenv: another one has another name.
const VENV_VERSION: &str = "1";
/// Debian's section for what others import.
const VENV_SECTION: &str = "python";
/// What almost every package has (Policy 2.5).
const VENV_PRIORITY: &str = "optional";

/// The package of a recipe's virtualenv under this key.
pub(in crate::plan) fn virtualenv(recipe: &Recipe, key: &VenvKey) -> Result<PackageName, Error> {
    names::venv(recipe.virtualenvs().0, key)
}

/// The files that a virtualenv's package may be: for the machine, or for all where nothing in it is machine code.
pub(in crate::plan) fn virtualenv_files(package: &PackageName, machine: &Arch) -> [String; 2] {
    [machine, &Arch::ALL].map(|architecture| format!("{package}_{VENV_VERSION}_{architecture}.deb"))
}

/// Plans the packages under this id, in the order in which they are to appear: that of the virtualenv, where it is
/// not there already, the release's, and the application's.
pub(in crate::plan) fn plan(request: &Request<'_>, id: ReleaseId) -> Result<Plan, Error> {
    let recipe = request.recipe;
    let parts = KeyParts { recipe, machine: request.machine };
    let key = match (&request.sources.lock, &request.sources.venv) {
        (Some(lock), _) => VenvKey::of_lock(&parts, lock),
        (None, Some(venv)) => VenvKey::of_installed(&parts, venv),
        (None, None) => return Err(Error::NoVirtualenv),
    };
    let (_, prefix) = recipe.virtualenvs();
    let venv = prefix.join(&format!("venvs/{key}"))?;
    let packages = Parts {
        venv: virtualenv(recipe, &key)?,
        release: names::release(&recipe.package.name, &id)?,
        venv_date: VENV_DATE,
    };
    let mut assembly = assemble(request, Place::split(&recipe.prefix, id.clone(), venv, packages.clone())?)?;
    check_machine(request, &assembly)?;
    let link = assembly.draft.place.below("venv")?;
    let target = relative(&link, &assembly.draft.place.venv);
    assembly.draft.link(link, target)?;
    let version: DebVersion = VENV_VERSION.parse()?;
    let subject = Subject { name: &packages.venv, version: &version, date: VENV_DATE };
    docs::add_for(&mut assembly.draft, &subject)?;
    let subject = Subject { name: &packages.release, version: &recipe.package.version, date: request.date };
    docs::add_for(&mut assembly.draft, &subject)?;
    let virtualenv = Some(packages.venv.clone());
    let packages = cut(&mut assembly, &packages, &key)?;
    let (notes, old_prefixes) = (assembly.draft.notes, assembly.python.old_prefixes);
    Ok(Plan { packages, release: id, layout: recipe.layout, virtualenv, notes, old_prefixes })
}

/// The key was made before the virtualenv was looked at: both have to be for the same Python and machine.
fn check_machine(request: &Request<'_>, assembly: &Assembly<'_>) -> Result<(), Error> {
    let (expected, found) = (request.machine, &assembly.python);
    if let Some(version) = found.version.filter(|version| *version != expected.python) {
        return Err(Error::OtherPython { expected: expected.python, found: version });
    }
    let architecture = &assembly.architecture;
    if *architecture != expected.architecture && *architecture != Arch::ALL {
        let (expected, found) = (expected.architecture.to_string(), architecture.to_string());
        return Err(Error::OtherArchitecture { expected, found });
    }
    Ok(())
}

/// The way from the directory of a link to its target.
fn relative(link: &InstallPath, target: &InstallPath) -> String {
    let (from, to): (Vec<&str>, Vec<&str>) =
        (link.relative().split('/').collect(), target.relative().split('/').collect());
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    // Policy 10.5: links within a top-level directory are relative, others absolute.
    if common == 0 {
        return target.to_string();
    }
    let up = std::iter::repeat_n("..", from.len() - 1 - common);
    up.chain(to[common..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// Which package a path belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Venv,
    Release,
    Activation,
}

fn cut(assembly: &mut Assembly<'_>, parts: &Parts, key: &VenvKey) -> Result<Vec<Package>, Error> {
    let (mut venv, mut release, mut activation) =
        (PackageTree::default(), PackageTree::default(), PackageTree::default());
    let place = assembly.draft.place.clone();
    for (path, node) in std::mem::take(&mut assembly.draft.tree).into_claimed() {
        let tree = match part(&path, &place, parts) {
            Part::Venv => &mut venv,
            Part::Release => &mut release,
            Part::Activation => &mut activation,
        };
        tree.insert(path, node)?;
    }
    let activation = activation_package(assembly, parts, (key, activation))?;
    let copy = place.internal(&activation.file_name())?;
    let kind =
        NodeKind::File { blob: Blob::Deb(Box::new(activation.clone())), mode: Mode::PLAIN, conffile: false };
    release.insert(copy, Node { kind, origin: "mkdeb".to_owned(), mtime: None })?;
    let release = release_package(assembly, parts, (key, release))?;
    if assembly.draft.sources.published.is_some() {
        return Ok(vec![release, activation]);
    }
    let venv = venv_package(assembly, parts, (key, venv))?;
    Ok(vec![venv, release, activation])
}

fn part(path: &InstallPath, place: &Place, parts: &Parts) -> Part {
    let documents = |name: &PackageName| {
        let text = path.as_str();
        let below = |above: &str| text.strip_prefix(above).and_then(|rest| rest.strip_prefix(name.as_str()));
        below("/usr/share/doc/").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            || below("/usr/share/lintian/overrides/").is_some_and(str::is_empty)
    };
    if path.is_within(&place.venv) || documents(&parts.venv) {
        Part::Venv
    } else if path.is_within(&place.release) || documents(&parts.release) {
        Part::Release
    } else {
        Part::Activation
    }
}

fn activation_package(
    assembly: &Assembly<'_>,
    parts: &Parts,
    (key, tree): (&VenvKey, PackageTree),
) -> Result<Package, Error> {
    let recipe = assembly.draft.recipe;
    let (mut relations, _) = assembly.relations();
    // Configured before this one is even unpacked: `preinst` finds a release that can run.
    let needed = format!("{} (= {})", parts.release, recipe.package.version).parse::<Relation>()?;
    relations.insert(RelationField::PreDepends, vec![needed]);
    let removed = recipe.configs.iter().filter(|config| config.kind == ConfigKind::Removed);
    Ok(Package {
        control: BinaryControl {
            identity: Some(identity(Role::Application, Some(assembly), key)),
            ..assembly.control(relations)
        },
        date: assembly.draft.date,
        tree,
        scripts: assembly.scripts.clone(),
        removed_conffiles: removed.map(|config| config.path.clone()).collect(),
    })
}

/// What part of an application a package is; a virtualenv is no application's own.
fn identity(role: Role, assembly: Option<&Assembly<'_>>, key: &VenvKey) -> Identity {
    let app = assembly.map(|assembly| assembly.draft.recipe.package.name.clone());
    Identity { role, app, venv_key: Some(key.to_string()) }
}

fn release_package(
    assembly: &Assembly<'_>,
    parts: &Parts,
    (key, tree): (&VenvKey, PackageTree),
) -> Result<Package, Error> {
    let draft = &assembly.draft;
    let (_, mut needed) = assembly.relations();
    needed.extend(assembly.libraries(&tree)?);
    needed.insert(0, parts.venv.as_str().parse::<Relation>()?);
    let control = BinaryControl {
        package: parts.release.clone(),
        summary: format!("release of {}", draft.recipe.package.name),
        description: format!(
            "Release {} of {}, to be switched to.",
            draft.place.id, draft.recipe.package.name
        ),
        identity: Some(identity(Role::Release, Some(assembly), key)),
        fields: Vec::new(),
        ..assembly.control(Relations::from([(RelationField::Depends, needed)]))
    };
    let scripts = tree_scripts(assembly, &draft.place.release)?;
    Ok(Package { control, date: draft.date, tree, scripts, removed_conffiles: Vec::new() })
}

fn venv_package(
    assembly: &Assembly<'_>,
    parts: &Parts,
    (key, tree): (&VenvKey, PackageTree),
) -> Result<Package, Error> {
    let place = &assembly.draft.place;
    let mut needed = assembly.python.packages.clone();
    if assembly.draft.recipe.package.auto_depends {
        needed.extend(assembly.libraries(&tree)?);
    } else {
        needed.clear();
    }
    let relations = Relations::from([(RelationField::Depends, needed)]);
    let (namespace, _) = assembly.draft.recipe.virtualenvs();
    // Nothing of the application that happens to be built first: others of the namespace share it.
    let is_pure = assembly.python.machines.is_empty();
    let control = BinaryControl {
        package: parts.venv.clone(),
        version: VENV_VERSION.parse()?,
        architecture: if is_pure { Arch::ALL } else { assembly.architecture.clone() },
        section: VENV_SECTION.to_owned(),
        priority: VENV_PRIORITY.to_owned(),
        homepage: None,
        summary: format!("virtualenv of {namespace}"),
        description: format!("Virtualenv {key} with the Python distributions of releases of {namespace}."),
        identity: Some(identity(Role::Virtualenv, None, key)),
        provenance: Provenance::default(),
        fields: Vec::new(),
        ..assembly.control(relations.into_iter().filter(|(_, relations)| !relations.is_empty()).collect())
    };
    let scripts = tree_scripts(assembly, &place.venv)?;
    Ok(Package { control, date: VENV_DATE, tree, scripts, removed_conffiles: Vec::new() })
}

/// The scripts of a package that is nothing but a tree: what others wrote into it goes with it.
fn tree_scripts(assembly: &Assembly<'_>, directory: &InstallPath) -> Result<Scripts, Error> {
    let data = scripts::Tree { directory: directory.clone() };
    let prerm = Some(assembly.draft.render("tree-prerm.sh.hbs", &data)?);
    let postrm = Some(assembly.draft.render("tree-postrm.sh.hbs", &data)?);
    Ok(Scripts { prerm, postrm, ..Scripts::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_to_the_virtualenv_wherever_that_lies() {
        let of =
            |link: &str, target: &str| relative(&link.parse().expect(link), &target.parse().expect(target));
        assert_eq!(of("/opt/a/releases/1/venv", "/opt/a/venvs/k"), "../../venvs/k");
        assert_eq!(of("/opt/a/releases/1/venv", "/opt/acme/venvs/k"), "../../../acme/venvs/k");
        assert_eq!(of("/srv/a/releases/1/venv", "/opt/acme/venvs/k"), "/opt/acme/venvs/k");
    }
}
