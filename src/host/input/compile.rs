//! Bytecode made anew by the interpreter, for `bytecode = "compile"`.
//!
//! One process for all modules, so that the same modules give the same bytes; what it makes goes into a file
//! without a name, and the virtualenv is never written to.

use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use crate::content::bytecode::COMPILED_AT;
use crate::content::python::PythonVersion;
use crate::host::deb_file::Patient;
use crate::host::input::Error;
use crate::host::input::body::Body;
use crate::host::input::body::Stamp;
use crate::host::input::body::Store;
use crate::host::input::budget::Budget;
use crate::host::process;
use crate::host::watch::Watch;
use crate::source::tree::FileFacts;
use crate::source::tree::SourceEntry;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::digest::Sha256;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// The largest module that is compiled, and the largest bytecode that is taken, in bytes.
const LARGEST: u64 = 64 << 20;

/// A module to compile.
struct Module {
    path: ArchivePath,
    id: SourceId,
    size: u64,
    mtime: u64,
}

/// What compiling works with.
pub(super) struct Workshop<'a> {
    /// The interpreter that the manifest names; `/usr/bin/pythonX.Y` by default.
    pub(super) interpreter: Option<&'a str>,
    /// The number that the new bodies get.
    pub(super) number: u16,
    /// Takes the new bodies.
    pub(super) spool: File,
    /// Interrupts.
    pub(super) watch: &'a Watch,
    /// What is left for the new bodies.
    pub(super) budget: &'a Budget,
}

/// Puts new bytecode beside every module of the virtualenv, in place of what was there.
pub(super) fn compile(
    tree: &mut SourceTree,
    sources: &dyn Fn(SourceId) -> io::Result<Vec<u8>>,
    workshop: Workshop<'_>,
) -> Result<Option<Store>, Error> {
    // Without a single `lib/pythonX.Y` relocation refuses the virtualenv, in better words.
    let Some(python) = python_of(tree) else { return Ok(None) };
    let interpreter = workshop.interpreter.map_or_else(|| format!("/usr/bin/python{python}"), str::to_owned);
    tree.entries.retain(|path, _| !path.as_bytes().ends_with(b".pyc") || !in_cache(path));
    let modules = modules(tree);
    let wrap = |source| Error::Compiler { interpreter: interpreter.clone(), source };
    let mut child = start(&interpreter).map_err(wrap)?;
    let made = converse(&mut child, &modules, sources, &workshop);
    let ended = if made.is_ok() { process::wait(&mut child, workshop.watch) } else { Ok(None) };
    let status = ended.and_then(|ended| {
        // It may be at work on a module still. That it is gone already is no other error.
        let _ = ended.is_none().then(|| child.kill());
        child.wait()
    });
    workshop.watch.check().map_err(wrap)?;
    let made = made.map_err(|error| match error.downcast() {
        Ok(excess) => Error::Excess { input: tree.name.clone(), excess },
        Err(error) => wrap(error),
    })?;
    if !status.map_err(wrap)?.success() {
        return Err(wrap(io::Error::other("it ended with an error")));
    }
    let mut bodies = Vec::new();
    let mut offset = 0;
    for (module, bytecode) in modules.iter().zip(made) {
        if let Some(facts) = bytecode {
            let size = facts.size;
            if let Some(path) = cached(&module.path, python) {
                bodies.push(Body { path: path.clone(), offset, size });
                tree.entries.insert(
                    path,
                    SourceEntry { mode: 0o644, mtime: module.mtime, kind: SourceKind::File(facts) },
                );
            }
            offset += size;
        }
    }
    let stamp = Stamp::of(&workshop.spool.metadata().map_err(wrap)?);
    Ok(Some(Store::Archive { name: "compiled bytecode".to_owned(), file: workshop.spool, stamp, bodies }))
}

fn python_of(tree: &SourceTree) -> Option<PythonVersion> {
    let names = tree.entries.keys().filter_map(|path| path.as_str()?.strip_prefix("lib/"));
    let mut versions = names.filter_map(PythonVersion::from_name);
    let first = versions.next();
    if versions.next().is_some() { None } else { first }
}

fn in_cache(path: &ArchivePath) -> bool {
    path.parent().is_some_and(|parent| parent.file_name() == b"__pycache__")
}

fn modules(tree: &SourceTree) -> Vec<Module> {
    let modules = tree.entries.iter().filter(|(path, _)| {
        path.as_str().is_some_and(|path| path.starts_with("lib/") && path.ends_with(".py"))
    });
    let module = |(path, entry): (&ArchivePath, &SourceEntry)| {
        let facts = entry.file()?;
        Some(Module { path: path.clone(), id: facts.id, size: facts.size, mtime: entry.mtime })
    };
    modules.filter_map(module).filter(|module| module.size <= LARGEST).collect()
}

/// Where the bytecode of a module goes: `a/__pycache__/m.cpython-311.pyc` for `a/m.py` (PEP 3147).
fn cached(module: &ArchivePath, python: PythonVersion) -> Option<ArchivePath> {
    let (directory, name) = module.as_str()?.rsplit_once('/')?;
    let stem = name.strip_suffix(".py")?;
    ArchivePath::new(format!("{directory}/__pycache__/{stem}.{}.pyc", python.cache_tag()).as_bytes()).ok()
}

/// Without the user's environment and site, and with one seed: sets are written in the order of their hashes.
fn start(interpreter: &str) -> io::Result<Child> {
    Command::new(interpreter)
        .args(["-s", "-S", "-B", "-W", "ignore", "-c", include_str!("compile.py")])
        .env_clear()
        .env("PYTHONHASHSEED", "0")
        .current_dir(Path::new("/"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
}

/// Hands over every module and takes down the answers, in order.
fn converse(
    child: &mut Child,
    modules: &[Module],
    sources: &dyn Fn(SourceId) -> io::Result<Vec<u8>>,
    workshop: &Workshop<'_>,
) -> io::Result<Vec<Option<FileFacts>>> {
    let (Some(to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let from = Patient::new(File::from(OwnedFd::from(from)), workshop.watch);
    let (mut to, mut from) = (BufWriter::new(to), BufReader::new(from));
    let mut spool = BufWriter::new(&workshop.spool);
    let mut answers = Vec::with_capacity(modules.len());
    let mut count = 0;
    for module in modules {
        workshop.watch.check()?;
        let path = format!("{COMPILED_AT}/{}", module.path.as_str().unwrap_or_default());
        let source = sources(module.id)?;
        to.write_all(&(path.len() as u64).to_le_bytes())?;
        to.write_all(&(source.len() as u64).to_le_bytes())?;
        to.write_all(path.as_bytes())?;
        to.write_all(&source)?;
        to.flush()?;
        let bytecode = answer(&mut from)?;
        workshop.budget.unpack(bytecode.len() as u64)?;
        spool.write_all(&bytecode)?;
        answers.push((!bytecode.is_empty()).then(|| {
            let id = SourceId { input: workshop.number, file: count };
            count += 1;
            let head = bytecode[..bytecode.len().min(FileFacts::HEAD)].to_vec();
            FileFacts { id, size: bytecode.len() as u64, sha256: Sha256::of(&bytecode), head, text: None }
        }));
    }
    spool.flush()?;
    Ok(answers)
}

fn answer(from: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > LARGEST {
        return Err(io::Error::other("it made more bytecode than any module has"));
    }
    let mut bytecode = Vec::new();
    from.take(length).read_to_end(&mut bytecode)?;
    if bytecode.len() as u64 == length { Ok(bytecode) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
