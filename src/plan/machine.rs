//! The architecture of a package, from the machine code in it.

use crate::content::elf;
use crate::plan::Error;
use crate::plan::draft::Draft;
use crate::plan::venv::Python;
use crate::types::arch::Arch;

/// The one architecture that all ELF files are for; `all` when there are none. What the manifest says has to
/// agree.
pub(in crate::plan) fn architecture(draft: &Draft<'_>, python: &Python) -> Result<Arch, Error> {
    let mut found: Option<(String, &'static str)> = None;
    let venv = python.machines.iter().map(|(name, machine)| (name.clone(), *machine));
    for (file, machine) in venv.chain(others(draft)) {
        match &found {
            Some((first, known)) if *known != machine => {
                return Err(Error::Architectures {
                    first: first.clone(),
                    first_arch: (*known).to_owned(),
                    second: file,
                    second_arch: machine.to_owned(),
                });
            }
            Some(_) => {}
            None => found = Some((file, machine)),
        }
    }
    match (&draft.recipe.package.architecture, found) {
        (Some(stated), Some((file, machine))) if stated.as_str() != machine => {
            Err(Error::Architecture { stated: stated.to_string(), file, found: machine.to_owned() })
        }
        (Some(stated), _) => Ok(stated.clone()),
        (None, Some((_, machine))) => Ok(machine.parse()?),
        (None, None) => Ok(Arch::ALL),
    }
}

/// Machine code in the application and in `[[tree]]` and `[[file]]`.
fn others<'a>(draft: &Draft<'a>) -> impl Iterator<Item = (String, &'static str)> + 'a {
    let sources = draft.sources;
    let trees = [&sources.app].into_iter().chain(&sources.trees);
    let entries = trees.flat_map(|tree| {
        tree.entries.iter().map(|(path, entry)| (format!("`{}: {path}`", tree.name), entry))
    });
    let files = draft
        .recipe
        .files
        .iter()
        .filter_map(|file| Some((format!("`{}`", file.source), sources.files.get(&file.source)?)));
    entries
        .chain(files)
        .filter_map(|(name, entry)| Some((name, elf::machine(&entry.file()?.head)?.debian()?)))
}
