//! From things at places on the host to files, configuration, links, directories, commands and units.

use std::collections::BTreeSet;

use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::draft::Table;
use crate::init::files;
use crate::init::parcel;
use crate::init::parcel::Item;
use crate::init::parcel::Kind;
use crate::init::parts;
use crate::init::parts::Parts;
use crate::init::prefix::Prefixes;
use crate::init::units;
use crate::init::units::Unit;
use crate::init::values;

/// The most files of a tree that get a table each.
const MOST: usize = 500;
/// Where programs lie that people start by their names.
const PROGRAMS: [&str; 3] = ["/usr/bin/", "/bin/", "/usr/local/bin/"];
/// Where other ways to start a service lie than systemd's.
const STARTERS: [&str; 2] = ["/etc/init.d/", "/etc/init/"];

/// What is known while things become tables.
pub(in crate::init) struct Context<'c> {
    pub(in crate::init) facts: &'c Facts,
    pub(in crate::init) parts: &'c Parts,
    pub(in crate::init) prefixes: &'c Prefixes,
    /// Which paths on the host are left out.
    pub(in crate::init) is_left_out: &'c dyn Fn(&str) -> bool,
}

/// Adds everything but the parts of a release. Units are returned: they have tables of their own.
pub(in crate::init) fn add<'c>(draft: &mut Draft, context: &Context<'c>) -> Vec<Unit<'c>> {
    let mut units = Vec::new();
    let mut taken = BTreeSet::new();
    for item in single(draft, context).into_iter().filter(|item| !(context.is_left_out)(&item.path)) {
        if let Some(unit) = unit(&item, context.facts) {
            units.push(unit);
            continue;
        }
        let table = match item.kind {
            Kind::Link => link(draft, &item, context),
            Kind::Directory => directory(draft, &item, context),
            Kind::File | Kind::Config | Kind::Tree => file(draft, &item, context),
        };
        let Some(mut table) = table else { continue };
        if !taken.insert(item.path.clone()) {
            draft.remark(format!("{}: `{}` is there already, and this is left out", item.at, item.path));
            continue;
        }
        table.comes_from(&item.at);
        draft.add(table);
    }
    units
}

/// The things, each tree as its files.
fn single(draft: &mut Draft, Context { facts, parts, .. }: &Context<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for item in &parts.rest {
        if item.kind != Kind::Tree {
            items.push(item.clone());
            continue;
        }
        let mut files = parcel::files(item, facts);
        if files.is_empty() {
            draft.remark(format!(
                "{}: nothing is in `{}` yet; if CI makes it, add `[[file]]`",
                item.at, item.source
            ));
        } else if files.len() > MOST {
            draft.remark(format!(
                "{}: `{}` is left out: it has {} files, and each would have a `[[file]]`",
                item.at,
                item.source,
                files.len()
            ));
            files.clear();
        }
        items.extend(files);
    }
    items
}

/// The unit that a file is.
fn unit<'c>(item: &Item, facts: &'c Facts) -> Option<Unit<'c>> {
    let (directory, name) = item.path.rsplit_once('/')?;
    let (name, ending) = name.rsplit_once('.')?;
    let kind = units::KINDS.into_iter().find(|kind| *kind == ending)?;
    let is_unit = matches!(item.kind, Kind::File | Kind::Config) && units::DIRECTORIES.contains(&directory);
    let text = facts.named.get(&item.source).map(String::as_str);
    is_unit.then(|| Unit { kind, name: name.to_owned(), path: item.source.clone(), text })
}

fn file(draft: &mut Draft, item: &Item, context: &Context<'_>) -> Option<Table> {
    let Item { at, source, path, owned, .. } = item;
    let part = context.parts.of_source(source);
    if let (Some(name), Some(program)) = (command_name(path), &part) {
        return Some(command(draft, item, (name, program)));
    }
    if let Some(place) = in_the_way(path, context, draft) {
        // What a part has already needs no word.
        if part.as_ref() != Some(&place) {
            draft.remark(format!(
                "{at}: put `{source}` at `{place}` of the application, or of the virtualenv"
            ));
        }
        return None;
    }
    if STARTERS.iter().any(|root| path.starts_with(root)) {
        draft.remark(format!("{at}: `{path}` is left out: `[[service]]` makes services of systemd"));
        return None;
    }
    let place = outside_of_local(draft, item);
    let mut table = files::placed(&parts::literal(source), &place);
    let is_config = place.starts_with("/etc/");
    if item.kind == Kind::Config && !is_config {
        draft.remark(format!(
            "{at}: `{path}` does not keep the admin's edits: configuration lies below `/etc`"
        ));
    }
    table.set_some("mode", owned.mode.clone());
    let other = |name: &Option<String>| name.clone().filter(|name| name != "root");
    match other(&owned.group) {
        Some(group) if is_config => table.set("group", group),
        Some(group) => {
            draft.remark(format!("{at}: `{path}` belongs to root, and not to the group `{group}`"))
        }
        None => {}
    }
    if let Some(owner) = other(&owned.owner) {
        draft.remark(format!(
            "{at}: `{path}` belongs to root, and not to `{owner}`; a group may read what it has to"
        ));
    }
    Some(table)
}

/// The path of a release that something on the host would lie in the way of, or in.
fn in_the_way(path: &str, context: &Context<'_>, draft: &Draft) -> Option<String> {
    let prefix = format!("/opt/{}/", draft.package);
    context.prefixes.in_release(path).or_else(|| path.strip_prefix(&prefix).map(str::to_owned))
}

/// The path, where it is the admin's `/usr/local` that of a package (Policy 9.1.2).
fn outside_of_local(draft: &mut Draft, Item { at, path, .. }: &Item) -> String {
    let Some(rest) = path.strip_prefix("/usr/local/") else { return path.clone() };
    let (top, below) = rest.split_once('/').unwrap_or((rest, ""));
    let moved = match top {
        "etc" => format!("/etc/{below}"),
        _ => format!("/usr/{rest}"),
    };
    draft.remark(format!("{at}: `{path}` becomes `{moved}`: `/usr/local` is the admin's"));
    moved
}

/// The name of a command at a path.
fn command_name(path: &str) -> Option<&str> {
    let name = PROGRAMS.iter().find_map(|directory| path.strip_prefix(directory))?;
    values::is_name(name).then_some(name)
}

fn command(draft: &mut Draft, Item { at, path, .. }: &Item, (name, program): (&str, &str)) -> Table {
    if path.starts_with("/usr/local/") {
        draft.remark(format!("{at}: the command `{name}` is in `/usr/bin` now: `/usr/local` is the admin's"));
    }
    let mut table = Table::new("[[command]]");
    table.set("name", name);
    table.set("path", program);
    table
}

fn link(draft: &mut Draft, item: &Item, context: &Context<'_>) -> Option<Table> {
    let Item { at, source: target, path, .. } = item;
    let absolute = resolved(path, target);
    if let (Some(name), Some(program)) = (command_name(path), context.prefixes.in_release(&absolute)) {
        return Some(command(draft, item, (name, &program)));
    }
    if path.starts_with("/etc/systemd/") {
        draft.remark(format!("{at}: `{path}` is left out: mkdeb enables units"));
        return None;
    }
    if in_the_way(path, context, draft).is_some() {
        draft.remark(format!("{at}: `{path}` is left out: a link in the application is a part of that"));
        return None;
    }
    let mut table = Table::new("[[link]]");
    table.set("path", outside_of_local(draft, item));
    let moved = context.prefixes.moved(&absolute);
    table.set("target", if moved == absolute { target.clone() } else { moved });
    Some(table)
}

/// Where a link leads, as an absolute path.
fn resolved(path: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.to_owned();
    }
    let directory = path.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

fn directory(draft: &mut Draft, Item { at, path, owned, .. }: &Item, context: &Context<'_>) -> Option<Table> {
    if in_the_way(path, context, draft).is_some() || !files::is_own_directory(path) {
        draft.remark(format!("{at}: the directory `{path}` is left out: it comes with what lies in it"));
        return None;
    }
    let mut table = files::directory(path);
    table.set_some("owner", owned.owner.clone().filter(|name| name != "root"));
    table.set_some("group", owned.group.clone().filter(|name| name != "root"));
    table.set_some("mode", owned.mode.clone());
    Some(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_where_the_host_takes_them() {
        assert_eq!(resolved("/usr/bin/x", "../../opt/a/bin/x"), "/opt/a/bin/x");
        assert_eq!(resolved("/usr/bin/x", "./y"), "/usr/bin/y");
        assert_eq!(resolved("/x", "../../../y"), "/y");
        assert_eq!(resolved("/x", "/y"), "/y");
    }

    #[test]
    fn commands_are_known_by_their_place() {
        assert_eq!(command_name("/usr/local/bin/orders"), Some("orders"));
        for path in ["/usr/sbin/orders", "/usr/bin/a/b", "/usr/bin/a b", "/usr/bin/"] {
            assert_eq!(command_name(path), None, "{path}");
        }
    }
}
