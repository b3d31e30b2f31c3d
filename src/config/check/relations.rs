//! Relations to other packages, by field (Policy 7).

use std::collections::BTreeMap;

use crate::config::check::scope::Scope;
use crate::config::error::Fault;
use crate::config::raw::Text;
use crate::config::raw::package::Package;
use crate::config::raw::value::Pairs;
use crate::control::binary::RelationField;
use crate::types::relation::Relation;

/// The item of `depends` that stands for what mkdeb finds out.
const AUTO: &str = "$auto";

/// Whether the dependencies hold `$auto`, as they do when they are left out.
pub(in crate::config) fn has_auto(raw: &Package) -> bool {
    raw.depends.as_ref().is_none_or(|items| items.iter().any(|item| item.get_ref() == AUTO))
}

/// The relations of every field that has some.
pub(in crate::config) fn relations(
    scope: &Scope,
    raw: &Package,
) -> Result<BTreeMap<RelationField, Vec<Relation>>, Fault> {
    let depends = raw.depends.as_deref().unwrap_or_default();
    let mut relations = BTreeMap::new();
    for (field, key, items) in [
        (RelationField::PreDepends, "pre-depends", raw.pre_depends.as_slice()),
        (RelationField::Depends, "depends", depends),
        (RelationField::Recommends, "recommends", &raw.recommends),
        (RelationField::Suggests, "suggests", &raw.suggests),
        (RelationField::Enhances, "enhances", &raw.enhances),
        (RelationField::Conflicts, "conflicts", &raw.conflicts),
        (RelationField::Breaks, "breaks", &raw.breaks),
        (RelationField::Replaces, "replaces", &raw.replaces),
        (RelationField::Provides, "provides", &raw.provides),
    ] {
        let mut checked = Vec::new();
        for item in items {
            match (field, item.get_ref().as_str()) {
                (RelationField::Depends, AUTO) => {}
                _ => checked.push(relation(scope, (field, key), item)?),
            }
        }
        if !checked.is_empty() {
            relations.insert(field, checked);
        }
    }
    Ok(relations)
}

/// The packages of shared libraries by their sonames; nothing for one that is on every host.
pub(in crate::config) fn libraries(
    scope: &Scope,
    raw: &Pairs<Text>,
) -> Result<BTreeMap<String, Option<Relation>>, Fault> {
    let mut found = BTreeMap::new();
    for (soname, package) in &raw.0 {
        let name = soname.get_ref();
        if !name.contains(".so") || name.contains(['/', ' ']) {
            let reason = format_args!("`{name}` is not the name of a shared library");
            return Err(scope.invalid_but("libraries", soname.span(), reason, "write it like `libfoo.so.1`"));
        }
        let relation = match package.get_ref().as_str() {
            "" => None,
            _ => Some(relation(scope, (RelationField::Depends, "libraries"), package)?),
        };
        found.insert(name.clone(), relation);
    }
    Ok(found)
}

fn relation(scope: &Scope, (field, key): (RelationField, &str), item: &Text) -> Result<Relation, Fault> {
    let given = scope.filled(key, item)?;
    if given == AUTO {
        let reason = format_args!("`{AUTO}` has no meaning here");
        return Err(scope.invalid_but(key, item.span(), reason, "it belongs in `depends`"));
    }
    let relation: Relation = given
        .parse()
        .map_err(|error| scope.invalid_but(key, item.span(), error, "write it like `name (>= 1.2)`"))?;
    if relation.has_alternatives() && !field.takes_alternatives() {
        let reason = format_args!("`{given}` offers alternatives, which `{}` does not take", field.name());
        return Err(scope.invalid_but(key, item.span(), reason, "write several items"));
    }
    if field == RelationField::Provides && !relation.is_exact() {
        let reason = format_args!("`{given}` provides a range of versions");
        return Err(scope.invalid_but(key, item.span(), reason, "write it like `name (= 1.2)`"));
    }
    Ok(relation)
}
