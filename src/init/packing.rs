//! From things at places on the host to the whole manifest but its `[package]`.

use crate::init::Facts;
use crate::init::contents;
use crate::init::contents::Context;
use crate::init::draft::Draft;
use crate::init::draft::Table;
use crate::init::parcel::Item;
use crate::init::parts::Made;
use crate::init::parts::Parts;
use crate::init::prefix::Prefixes;
use crate::init::units;
use crate::init::units::Unit;

/// What a packer says of all things.
pub(in crate::init) struct Choices<'c> {
    /// Which paths on the host are left out.
    pub(in crate::init) is_left_out: &'c dyn Fn(&str) -> bool,
    /// The patterns of what is left out of a tree at a path on the host.
    pub(in crate::init) excluded: &'c dyn Fn(&str) -> Vec<String>,
    /// Sets what is known of starting a service.
    pub(in crate::init) started: &'c dyn Fn(&Unit<'_>, &mut Table),
    /// The virtualenv, where the packer makes it.
    pub(in crate::init) made: Option<Made>,
}

impl Default for Choices<'_> {
    fn default() -> Self {
        Self { is_left_out: &|_| false, excluded: &|_| Vec::new(), started: &|_, _| (), made: None }
    }
}

/// Adds the tables of the things; where the parts of the release were on the host is returned.
pub(in crate::init) fn add(
    draft: &mut Draft,
    items: Vec<Item>,
    facts: &Facts,
    choices: Choices<'_>,
) -> Prefixes {
    let Choices { is_left_out, excluded, started, made } = choices;
    let mut parts = Parts::find(draft, items, facts);
    parts.make(draft, made);
    let places = parts.places();
    for place in places.iter().filter(|place| !place.part.is_empty() && !excluded(&place.old).is_empty()) {
        draft.remark(format!("what lies in `{}` is taken whole: only `[app]` has `exclude`", place.old));
    }
    let prefixes = Prefixes::of(&draft.package, places);
    parts.add(draft, facts, excluded);
    let context = Context { facts, parts: &parts, prefixes: &prefixes, is_left_out };
    let units = contents::add(draft, &context);
    units::add(draft, &units, &prefixes, started);
    prefixes
}
