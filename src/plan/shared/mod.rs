//! `$auto`: the packages that machine code needs libraries of, as dpkg-shlibdeps finds them.
//!
//! Libraries in the package itself come first; then what the build host's packages say; then what wheels may take
//! from every host.

pub mod baseline;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::content::elf::dynamic::Dynamic;
use crate::content::shared_library;
use crate::content::shared_library::Library;
use crate::content::shared_library::Need;
use crate::package::blob::Blob;
use crate::package::tree::NodeKind;
use crate::package::tree::PackageTree;
use crate::plan::Error;
use crate::source::Sources;
use crate::types::path::InstallPath;
use crate::types::path::led_to;
use crate::types::relation::Relation;
use crate::types::version::DebVersion;

/// Dependencies by their templates: the highest version that anything asks for.
type Needs = BTreeMap<String, Option<DebVersion>>;

/// What the files of a tree need. `given` says it for libraries that nobody knows: nothing is a library that is
/// there anyhow.
pub(in crate::plan) fn needed(
    tree: &PackageTree,
    sources: &Sources,
    given: &BTreeMap<String, Option<Relation>>,
) -> Result<Vec<Relation>, Error> {
    let code: BTreeMap<&InstallPath, &Dynamic> = code(tree, sources);
    let own: BTreeSet<&str> = names(tree, &code);
    let every = code.values().flat_map(|dynamic| &dynamic.needed);
    let usual: BTreeMap<&str, Library> =
        every.filter_map(|soname| Some((soname.as_str(), baseline::library(soname)?))).collect();
    let mut needs = Needs::new();
    for (path, dynamic) in &code {
        let mut libraries = BTreeMap::new();
        for soname in dynamic.needed.iter().filter(|soname| !own.contains(soname.as_str())) {
            if is_found(path, dynamic, soname, tree) {
                continue;
            }
            match given.get(soname) {
                Some(Some(relation)) => add(&mut needs, (relation.to_string(), None)),
                Some(None) => {}
                None => {
                    let known = sources.libraries.get(soname).or_else(|| usual.get(soname.as_str()));
                    let unknown = || Error::Library { soname: soname.clone(), file: path.to_string() };
                    libraries.insert(soname.as_str(), known.ok_or_else(unknown)?);
                }
            }
        }
        libraries.values().filter_map(|library| library.least()).for_each(|need| add(&mut needs, need));
        of_symbols(dynamic, (&libraries, &usual), &mut needs);
    }
    let spelled = needs.into_iter().map(|need| shared_library::spelled(&need));
    Ok(spelled.map(|text| text.parse()).collect::<Result<_, _>>()?)
}

fn code<'a>(tree: &'a PackageTree, sources: &'a Sources) -> BTreeMap<&'a InstallPath, &'a Dynamic> {
    let dynamic = |kind: &NodeKind| match kind {
        NodeKind::File { blob: Blob::Source { id, .. }, .. } => sources.code.get(id),
        _ => None,
    };
    tree.iter().filter_map(|(path, node)| Some((path, dynamic(&node.kind)?))).collect()
}

/// What libraries of the package are called: by themselves, by their files, and by links to those. What one file
/// has loaded, others find by its name, wherever it lies.
fn names<'a>(tree: &'a PackageTree, code: &BTreeMap<&'a InstallPath, &'a Dynamic>) -> BTreeSet<&'a str> {
    let of_code = code
        .iter()
        .flat_map(|(path, dynamic)| [path.file_name()].into_iter().chain(dynamic.soname.as_deref()));
    let links = tree.iter().filter(|(_, node)| matches!(node.kind, NodeKind::Symlink { .. }));
    let links = links.map(|(path, _)| path.file_name()).filter(|name| name.contains(".so"));
    of_code.chain(links).collect()
}

/// Whether a library is where the file that needs it has it looked for.
fn is_found(path: &InstallPath, dynamic: &Dynamic, soname: &str, tree: &PackageTree) -> bool {
    let origin = path.as_str().rsplit_once('/').map_or("", |(directory, _)| directory);
    dynamic.search.iter().any(|directory| {
        let directory = directory.replace("${ORIGIN}", origin).replace("$ORIGIN", origin);
        let place = led_to(path.as_str(), &format!("{directory}/{soname}"));
        place.parse::<InstallPath>().is_ok_and(|place| tree.get(&place).is_some())
    })
}

/// Libraries by their sonames.
type Known<'l> = BTreeMap<&'l str, &'l Library>;

fn of_symbols(
    dynamic: &Dynamic,
    (libraries, usual): (&Known<'_>, &BTreeMap<&str, Library>),
    needs: &mut Needs,
) {
    for symbol in &dynamic.undefined {
        let version = symbol.version.as_ref().map(|(version, _)| version.as_str());
        let found = libraries.values().find_map(|library| library.symbol(&symbol.name, version));
        // A library that is older on the build host than where the code was built does not know the symbol yet.
        let newer = || {
            let (version, soname) = symbol.version.as_ref()?;
            let library = libraries.get(soname.as_str())?;
            let of_name = || {
                let (template, since) = baseline::since(soname, version)?;
                Some((template, Some(since.parse().ok()?)))
            };
            let of_usual = || usual.get(soname.as_str())?.version(version);
            library.version(version).or_else(of_usual).or_else(of_name)
        };
        if let Some(need) = found.or_else(newer) {
            add(needs, need);
        }
    }
}

fn add(needs: &mut Needs, (templates, version): Need) {
    for template in templates.split(',').map(str::trim) {
        let there = needs.entry(template.to_owned()).or_default();
        if version > *there {
            there.clone_from(&version);
        }
    }
}
