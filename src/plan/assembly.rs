//! Everything that a release brings to a host, before it is cut into packages.

use std::collections::BTreeMap;

use crate::control::binary::BinaryControl;
use crate::control::binary::Identity;
use crate::control::binary::Provenance;
use crate::control::binary::RelationField;
use crate::control::binary::Role;
use crate::package::scripts::Scripts;
use crate::package::tree::PackageTree;
use crate::plan::Error;
use crate::plan::Request;
use crate::plan::app;
use crate::plan::docs;
use crate::plan::draft::Draft;
use crate::plan::files;
use crate::plan::launchers;
use crate::plan::lifecycle;
use crate::plan::machine;
use crate::plan::place::Place;
use crate::plan::shared;
use crate::plan::units;
use crate::plan::venv;
use crate::plan::venv::Python;
use crate::types::arch::Arch;
use crate::types::mode::Mode;
use crate::types::relation::Relation;

/// A release as one tree, with the scripts that switch to it.
pub(in crate::plan) struct Assembly<'a> {
    pub(in crate::plan) draft: Draft<'a>,
    pub(in crate::plan) python: Python,
    pub(in crate::plan) scripts: Scripts,
    pub(in crate::plan) architecture: Arch,
}

/// Puts everything at its place.
pub(in crate::plan) fn assemble<'a>(request: &Request<'a>, place: Place) -> Result<Assembly<'a>, Error> {
    let mut draft = Draft {
        recipe: request.recipe,
        sources: request.sources,
        templates: request.templates,
        date: request.date,
        place,
        tree: PackageTree::default(),
        notes: Vec::new(),
    };
    app::add(&mut draft)?;
    let python = venv::add(&mut draft, request.machine)?;
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
    Ok(Assembly { draft, python, scripts, architecture })
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

impl Assembly<'_> {
    /// What the package of the application says of itself.
    pub(in crate::plan) fn control(&self, relations: Relations) -> BinaryControl {
        let package = &self.draft.recipe.package;
        BinaryControl {
            package: package.name.clone(),
            version: package.version.clone(),
            architecture: self.architecture.clone(),
            maintainer: package.maintainer.clone(),
            section: package.section.clone(),
            priority: package.priority.clone(),
            homepage: package.homepage.clone(),
            summary: package.summary.clone(),
            description: match package.description.trim() {
                "" => format!(
                    "The application {}, in releases below {}.",
                    package.name, self.draft.place.prefix
                ),
                _ => package.description.clone(),
            },
            relations: relations.into_iter().collect(),
            identity: Some(Identity {
                role: Role::Application,
                app: Some(package.name.clone()),
                venv_key: None,
            }),
            provenance: Provenance {
                commit: self.draft.sources.app.commit.clone(),
                locks: self.draft.sources.lock.iter().flat_map(|lock| lock.files.clone()).collect(),
            },
            fields: package.fields.clone(),
        }
    }

    /// What the machine code in a tree needs, where `$auto` stands for that.
    pub(in crate::plan) fn libraries(&self, tree: &PackageTree) -> Result<Vec<Relation>, Error> {
        let package = &self.draft.recipe.package;
        match package.auto_depends {
            true => shared::needed(tree, self.draft.sources, &package.libraries),
            false => Ok(Vec::new()),
        }
    }

    /// The user's relations, and apart from them what the release needs to run: the user's `Pre-Depends` and
    /// `Depends`, the interpreter, and who creates users.
    pub(in crate::plan) fn relations(&self) -> (Relations, Vec<Relation>) {
        let recipe = self.draft.recipe;
        let mut relations = recipe.package.relations.clone();
        let mut needed: Vec<Relation> = relations.remove(&RelationField::PreDepends).unwrap_or_default();
        if recipe.package.auto_depends {
            needed.extend(self.python.packages.iter().cloned());
        }
        if !recipe.users.is_empty() {
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
        (relations, unique)
    }
}

/// Relations by field.
pub(in crate::plan) type Relations = BTreeMap<RelationField, Vec<Relation>>;
