//! The `single` layout: one package that owns one release, with its virtualenv, units and configuration.

use std::collections::BTreeMap;

use crate::config::recipe::ConfigKind;
use crate::control::binary::BinaryControl;
use crate::control::binary::RelationField;
use crate::package::Package;
use crate::package::tree::PackageTree;
use crate::plan::Error;
use crate::plan::Plan;
use crate::plan::Request;
use crate::plan::app;
use crate::plan::docs;
use crate::plan::draft::Draft;
use crate::plan::files;
use crate::plan::launchers;
use crate::plan::lifecycle;
use crate::plan::machine;
use crate::plan::place::Place;
use crate::plan::place::ReleaseId;
use crate::plan::units;
use crate::plan::venv;
use crate::types::mode::Mode;
use crate::types::relation::Relation;

/// Plans the package under this id.
pub(in crate::plan) fn plan(request: &Request<'_>, id: ReleaseId) -> Result<Plan, Error> {
    let recipe = request.recipe;
    let mut draft = Draft {
        recipe,
        sources: request.sources,
        templates: request.templates,
        date: request.date,
        place: Place::new(&recipe.prefix, id.clone())?,
        tree: PackageTree::default(),
        notes: Vec::new(),
    };
    app::add(&mut draft)?;
    let python = venv::add(&mut draft)?;
    app::check_links(&draft)?;
    launchers::add_commands(&mut draft, python.release.as_str())?;
    units::add(&mut draft)?;
    files::add(&mut draft)?;
    files::add_users(&mut draft)?;
    files::check_directories(&draft)?;
    docs::add(&mut draft)?;
    add_markers(&mut draft)?;
    let scripts = lifecycle::add(&mut draft, &python)?;
    let architecture = machine::architecture(&draft, &python)?;
    let control = control(&draft, &python, architecture);
    let removed_conffiles = recipe.configs.iter().filter(|config| config.kind == ConfigKind::Removed);
    let package = Package {
        control,
        tree: draft.tree,
        scripts,
        removed_conffiles: removed_conffiles.map(|config| config.path.clone()).collect(),
    };
    Ok(Plan { packages: vec![package], release: id, notes: draft.notes, old_prefixes: python.old_prefixes })
}

/// Adds who owns the prefix, and which release is unpacked.
///
/// dpkg replaces both while it unpacks and puts them back when it unwinds, so that the old package's `postrm
/// upgrade` finds the new release by them.
fn add_markers(draft: &mut Draft<'_>) -> Result<(), Error> {
    let prefix = draft.place.prefix.clone();
    let owner = format!("{}\n", draft.recipe.package.name);
    draft.write(prefix.join(".mkdeb-owner")?, Mode::PLAIN, owner)?;
    let id = format!("{}\n", draft.place.id);
    draft.write(prefix.join(".mkdeb/release")?, Mode::PLAIN, id)
}

fn control(
    draft: &Draft<'_>,
    python: &venv::Python,
    architecture: crate::types::arch::Arch,
) -> BinaryControl {
    let package = &draft.recipe.package;
    BinaryControl {
        package: package.name.clone(),
        version: package.version.clone(),
        architecture,
        maintainer: package.maintainer.clone(),
        section: package.section.clone(),
        priority: package.priority.clone(),
        homepage: package.homepage.clone(),
        summary: package.summary.clone(),
        description: package.description.clone(),
        relations: relations(draft, python).into_iter().collect(),
        fields: package.fields.clone(),
    }
}

/// The relation fields. A release starts before the package is configured, in the old package's `postrm
/// upgrade`; what it needs to run is therefore needed before it is unpacked (Policy 7.2): `Pre-Depends`.
fn relations(draft: &Draft<'_>, python: &venv::Python) -> BTreeMap<RelationField, Vec<Relation>> {
    let package = &draft.recipe.package;
    let mut relations = package.relations.clone();
    let mut needed: Vec<Relation> = relations.remove(&RelationField::PreDepends).unwrap_or_default();
    if package.auto_depends {
        needed.extend(python.packages.iter().cloned());
    }
    if !draft.recipe.users.is_empty() {
        let creators = "systemd | systemd-standalone-sysusers | systemd-sysusers";
        needed.extend(creators.parse::<Relation>());
    }
    needed.extend(relations.remove(&RelationField::Depends).unwrap_or_default());
    let mut unique: Vec<Relation> = Vec::new();
    for relation in needed {
        if !unique.contains(&relation) {
            unique.push(relation);
        }
    }
    relations.insert(RelationField::PreDepends, unique);
    relations
}
