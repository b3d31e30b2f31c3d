//! The `single` layout: one package that owns one release, with its virtualenv, units and configuration.

use crate::config::recipe::ConfigKind;
use crate::control::binary::RelationField;
use crate::package::Package;
use crate::plan::Error;
use crate::plan::Plan;
use crate::plan::Request;
use crate::plan::assembly::assemble;
use crate::plan::place::Place;
use crate::plan::place::ReleaseId;

/// Plans the package under this id.
pub(in crate::plan) fn plan(request: &Request<'_>, id: ReleaseId) -> Result<Plan, Error> {
    let recipe = request.recipe;
    let assembly = assemble(request, Place::single(&recipe.prefix, id.clone())?)?;
    let (mut relations, mut needed) = assembly.relations();
    needed.extend(assembly.libraries(&assembly.draft.tree)?);
    // A release starts before the package is configured, in the old package's `postrm upgrade`; what it needs to
    // run is therefore needed before it is unpacked (Policy 7.2).
    relations.insert(RelationField::PreDepends, needed);
    let control = assembly.control(relations);
    let removed_conffiles = recipe.configs.iter().filter(|config| config.kind == ConfigKind::Removed);
    let package = Package {
        control,
        date: request.date,
        tree: assembly.draft.tree,
        scripts: assembly.scripts,
        removed_conffiles: removed_conffiles.map(|config| config.path.clone()).collect(),
    };
    let (notes, old_prefixes) = (assembly.draft.notes, assembly.python.old_prefixes);
    Ok(Plan {
        packages: vec![package],
        release: id,
        layout: recipe.layout,
        virtualenv: None,
        notes,
        old_prefixes,
    })
}
