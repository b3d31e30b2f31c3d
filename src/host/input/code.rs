//! What the machine code among the inputs needs: a few places of each file are read.

use std::collections::BTreeMap;
use std::path::Path;

use crate::content::elf::dynamic::Dynamic;
use crate::content::elf::dynamic::dynamic;
use crate::content::elf::machine;
use crate::content::shared_library::Library;
use crate::host::input::Inputs;
use crate::host::input::Scan;
use crate::host::libraries;
use crate::host::workers;
use crate::source::tree::SourceEntry;
use crate::types::source_id::SourceId;

/// What machine code needs, and those of the libraries that the build host knows.
pub(super) type Code = (BTreeMap<SourceId, Dynamic>, BTreeMap<String, Library>);

/// Looks at every file of machine code. One that cannot be opened any more is told of when it is written.
pub(super) fn read(inputs: &Inputs, scan: &Scan<'_>) -> Code {
    let sources = &inputs.sources;
    let trees = [&sources.app].into_iter().chain(&sources.venv).chain(&sources.trees);
    let entries = trees.flat_map(|tree| tree.entries.values()).chain(sources.files.values());
    let mut architecture = None;
    let mut code = Vec::new();
    for facts in entries.filter_map(SourceEntry::file) {
        if let Some(machine) = machine(&facts.head) {
            architecture = architecture.or(machine.debian());
            code.push(facts.id);
        }
    }
    // Hard links share a body.
    code.sort();
    code.dedup();
    let found = workers::map(&code, scan.threads, |id| dynamic(inputs.store(*id).open_at(id.file).ok()?));
    let code: BTreeMap<_, _> =
        code.into_iter().zip(found).filter_map(|(id, found)| Some((id, found?))).collect();
    let needed = code.values().flat_map(|code| &code.needed).cloned().collect();
    let libraries =
        libraries::read(Path::new(libraries::DIRECTORY), (&needed, architecture.unwrap_or_default()));
    (code, libraries)
}
