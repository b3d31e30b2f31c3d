//! From files of units to services and timers.

use std::collections::BTreeSet;

use crate::content::unit_file::UnitFile;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::draft::Table;
use crate::init::parcel;
use crate::init::prefix::Prefixes;
use crate::init::services;
use crate::init::services::Converted;
use crate::init::timers;

/// The kinds of units that become something, or of which something is told.
pub(in crate::init) const KINDS: [&str; 4] = ["service", "timer", "socket", "path"];
/// Where units lie.
pub(in crate::init) const DIRECTORIES: [&str; 3] =
    ["/lib/systemd/system", "/usr/lib/systemd/system", "/etc/systemd/system"];

/// A file of a unit.
pub(in crate::init) struct Unit<'t> {
    /// The ending of its name.
    pub(in crate::init) kind: &'static str,
    /// The unit's name without that.
    pub(in crate::init) name: String,
    /// Its path in the project.
    pub(in crate::init) path: String,
    /// Its text, where it was read.
    pub(in crate::init) text: Option<&'t str>,
}

/// The files of units among those that begin like this, and these themselves.
pub(in crate::init) fn named(
    starts: impl Iterator<Item = String>,
    files: &BTreeSet<String>,
) -> BTreeSet<String> {
    let is_unit = |path: &&str| {
        path.rsplit_once('.').is_some_and(|(_, ending)| KINDS.contains(&ending)) && !path.ends_with('/')
    };
    let starts: BTreeSet<String> =
        starts.map(|start| if start == "." { String::new() } else { start }).collect();
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut last: Option<&str> = None;
    for start in &starts {
        // What begins with the one before was found with that.
        if last.is_some_and(|last| start.starts_with(last)) {
            continue;
        }
        last = Some(start);
        let below = parcel::rests(files, start).map(|rest| format!("{start}{rest}"));
        found.extend(below.filter(|path| is_unit(&path.as_str())));
    }
    // Others may lie outside of the project.
    found.extend(starts.iter().filter(|start| is_unit(&start.as_str())).cloned());
    found
}

/// Adds services and timers; `started` sets what is known of starting them.
pub(in crate::init) fn add(
    draft: &mut Draft,
    units: &[Unit<'_>],
    prefixes: &Prefixes,
    started: &dyn Fn(&Unit<'_>, &mut Table),
) {
    let of_kind = |kind: &'static str| units.iter().filter(move |unit| unit.kind == kind);
    let mut jobs = Vec::new();
    for unit in of_kind("service") {
        let Some(mut table) = service(draft, unit, prefixes) else { continue };
        if of_kind("timer").any(|timer| timer.name == unit.name) {
            jobs.push((unit.name.as_str(), table));
        } else {
            started(unit, &mut table);
            draft.add(table);
        }
    }
    for Unit { name, path, text, .. } in of_kind("timer") {
        let Some(unit) = text.map(UnitFile::parse) else { continue };
        let job = jobs.iter().position(|(job, _)| job == name).map(|at| jobs.swap_remove(at).1);
        let mut table = timers::convert(name, &unit, job);
        table.comes_from(&Source::file(path.as_str()));
        draft.add(table);
    }
    for Unit { path, .. } in of_kind("socket").chain(of_kind("path")) {
        draft.remark(format!("`{path}` is left out; `[[socket]]` makes sockets"));
    }
}

/// The table of a service; why there is none is told.
fn service(draft: &mut Draft, unit: &Unit<'_>, prefixes: &Prefixes) -> Option<Table> {
    let Unit { name, path, text, .. } = unit;
    let Some(text) = text else {
        draft.remark(format!("`{path}` is not looked at: put its service into `[[service]]`"));
        return None;
    };
    let converted = if name.ends_with('@') {
        Err("it is a template; `instances` of `[[service]]` says which there are".to_owned())
    } else {
        services::convert(name, &UnitFile::parse(text), prefixes)
    };
    match converted {
        Err(reason) => {
            draft.remark(format!("`{path}` is left out: {reason}"));
            None
        }
        Ok(Converted { mut table, remarks }) => {
            table.comes_from(&Source::file(path.as_str()));
            remarks.into_iter().for_each(|remark| draft.remark(remark));
            Some(table)
        }
    }
}
