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
        let place = normal(&format!("{directory}/{soname}"));
        place.parse::<InstallPath>().is_ok_and(|place| tree.get(&place).is_some())
    })
}

/// A path without `.` and `..`.
fn normal(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::elf::dynamic::Symbol;
    use crate::package::tree::Node;
    use crate::types::mode::Mode;
    use crate::types::source_id::SourceId;

    /// What one library needs on a machine whose packages say nothing.
    fn needs(needed: &[&str], undefined: &[(&str, Option<(&str, &str)>)]) -> Result<Vec<String>, Error> {
        let id = SourceId { input: 0, file: 0 };
        let symbol = |(name, version): &(&str, Option<(&str, &str)>)| Symbol {
            name: (*name).to_owned(),
            version: version.map(|(version, soname)| (version.to_owned(), soname.to_owned())),
        };
        let dynamic = Dynamic {
            needed: needed.iter().map(|name| (*name).to_owned()).collect(),
            undefined: undefined.iter().map(symbol).collect(),
            ..Dynamic::default()
        };
        let kind = NodeKind::File { blob: Blob::Source { id, size: 1 }, mode: Mode::PLAIN, conffile: false };
        let mut tree = PackageTree::default();
        let path = "/opt/x/venv/lib/a.so".parse().expect("a path");
        tree.insert(path, Node { kind, origin: String::new(), mtime: None }).expect("free");
        let sources = Sources { code: [(id, dynamic)].into(), ..Sources::default() };
        needed_of(&tree, &sources)
    }

    fn needed_of(tree: &PackageTree, sources: &Sources) -> Result<Vec<String>, Error> {
        Ok(needed(tree, sources, &BTreeMap::new())?.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_wheels_may_take_is_known_without_the_build_hosts_packages() {
        let found = needs(
            &[
                "libc.so.6",
                "libm.so.6",
                "ld-linux-x86-64.so.2",
                "libstdc++.so.6",
                "libgcc_s.so.1",
                "libz.so.1",
            ],
            &[
                ("printf", Some(("GLIBC_2.2.5", "libc.so.6"))),
                ("exp", Some(("GLIBC_2.29", "libm.so.6"))),
                ("stat", Some(("GLIBC_2.33", "libc.so.6"))),
                ("x", Some(("GLIBC_PRIVATE", "libc.so.6"))),
                ("_ZSt4endl", Some(("GLIBCXX_3.4.21", "libstdc++.so.6"))),
                ("_Unwind_Resume", Some(("GCC_3.3.1", "libgcc_s.so.1"))),
                ("crc32", None),
                ("gzopen64", Some(("ZLIB_1.2.3.3", "libz.so.1"))),
            ],
        );
        let expected =
            ["libc6 (>= 2.33)", "libgcc-s1 (>= 3.3.1)", "libstdc++6 (>= 5.2)", "zlib1g (>= 1:1.2.3.3)"];
        assert_eq!(found.expect("known"), expected);
    }

    #[test]
    fn a_library_that_no_host_has_by_itself_is_named_with_its_file() {
        let error = needs(&["libodd.so.7"], &[]).expect_err("unknown").to_string();
        assert!(error.contains("`/opt/x/venv/lib/a.so` needs the library `libodd.so.7`"), "{error}");
    }
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
