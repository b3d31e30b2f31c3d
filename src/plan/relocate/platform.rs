//! Machines: what wheels, extension modules and programs were built for has to agree.

use std::collections::BTreeMap;

use crate::content::elf;
use crate::content::wheel;
use crate::content::wheel::Platform;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::venv::Venv;

/// What the machine code in a virtualenv is for.
pub(super) struct Machines {
    /// The one architecture of what Python imports and of the programs in `bin/`.
    pub(super) architecture: Option<&'static str>,
    /// Each ELF file that Debian has a name for.
    pub(super) machines: BTreeMap<String, &'static str>,
}

/// Refuses other systems and mixed machines. Debuggers ship helpers for several; those are only noted.
pub(super) fn examine(venv: &Venv<'_>, notes: &mut Vec<Note>) -> Result<Machines, Error> {
    let mut machines = BTreeMap::new();
    let (mut decisive, mut others) = (Vec::new(), Vec::new());
    for (path, entry) in &venv.tree.entries {
        let Some(path) = path.as_str() else { continue };
        let item = Item { path, entry };
        let named = named(venv, &item)?;
        let elf = item.file().and_then(|facts| elf::machine(&facts.head)?.debian());
        if let Some(architecture) = elf {
            machines.insert(path.to_owned(), architecture);
        }
        match elf.or(named) {
            // A copied interpreter is replaced by the host's.
            Some(_) if path.starts_with("bin/python") => {}
            Some(found) if decides(&item) => decisive.push((path, found)),
            Some(found) => others.push((path, found)),
            None => {}
        }
    }
    if decisive.is_empty() {
        decisive.append(&mut others);
    }
    let architecture = agreed(&decisive)?;
    for (path, found) in others.iter().filter(|(_, found)| Some(*found) != architecture) {
        notes.push(Note::OtherMachine { path: (*path).to_owned(), architecture: found });
    }
    Ok(Machines { architecture, machines })
}

/// Extension modules have tags in their names; programs lie in `bin/`; WHEEL speaks for its distribution.
fn decides(item: &Item<'_>) -> bool {
    let name = item.name();
    let tagged = name.contains(".cpython-") || name.ends_with(".abi3.so");
    tagged || item.parent() == "bin" || item.metadata_name() == Some("WHEEL")
}

fn agreed(files: &[(&str, &'static str)]) -> Result<Option<&'static str>, Error> {
    let Some((first, first_architecture)) = files.first() else { return Ok(None) };
    match files.iter().find(|(_, found)| found != first_architecture) {
        None => Ok(Some(first_architecture)),
        Some((second, second_architecture)) => Err(Error::MixedArchitectures {
            first: (*first).to_owned(),
            first_architecture,
            second: (*second).to_owned(),
            second_architecture,
        }),
    }
}

/// The architecture by name: of an extension module, or of the tags in WHEEL.
fn named(venv: &Venv<'_>, item: &Item<'_>) -> Result<Option<&'static str>, Error> {
    if item.metadata_name() == Some("WHEEL") {
        let text = item.file().and_then(|facts| facts.text.as_deref()).unwrap_or_default();
        return usable(item, &wheel::platforms(&String::from_utf8_lossy(text)));
    }
    if item.file().is_none() {
        return Ok(None);
    }
    let Some(extension) = wheel::extension(item.name()) else { return Ok(None) };
    if extension.version != venv.python && item.path.starts_with(&venv.site_packages()) {
        // Other versions' modules beside the right one are common (debuggers ship them all).
        let right = format!(".cpython-{}", extension.version.cache_tag().trim_start_matches("cpython-"));
        let ours = item.path.replace(&right, &format!(".{}", venv.python.cache_tag()));
        if venv.tree.get(&ours).is_none() {
            let (path, python) = (item.path.to_owned(), venv.python);
            return Err(Error::OtherAbi { path, found: extension.version, python });
        }
    }
    usable(item, &[extension.platform])
}

/// One usable platform is enough: a wheel may carry several tags.
fn usable(item: &Item<'_>, platforms: &[Platform<'_>]) -> Result<Option<&'static str>, Error> {
    let path = || item.path.to_owned();
    let mut refused = Ok(None);
    for platform in platforms {
        match platform {
            Platform::Any => return Ok(None),
            Platform::Glibc(cpu) => return Ok(wheel::debian(cpu)),
            Platform::Musl(_) => refused = Err(Error::Musl { path: path() }),
            Platform::Foreign(name) => {
                refused = refused.and(Err(Error::ForeignPlatform { path: path(), platform: (*name).into() }));
            }
        }
    }
    refused
}
