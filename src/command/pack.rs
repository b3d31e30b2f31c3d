//! `mkdeb pack`: a tree with `DEBIAN/` becomes a package, as `dpkg-deb --build` makes it.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::path::PathBuf;

use crate::archive::ar;
use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::archive::compress::encode::Resources;
use crate::command::dated;
use crate::command::failure::Failure;
use crate::command::writing::Writing;
use crate::command::writing::Written;
use crate::control::given::Given;
use crate::deb::image::Entry;
use crate::deb::pack;
use crate::deb::write;
use crate::host::env::Env;
use crate::host::input::packing;
use crate::host::input::packing::PackingError;
use crate::host::watch::Watch;

/// What to pack and how.
#[derive(Debug, Clone, Default)]
pub struct PackRequest {
    /// The tree.
    pub tree: PathBuf,
    /// A directory or a file; by default `TREE.deb`.
    pub destination: Option<PathBuf>,
    /// How the data is compressed, where it is not zstd.
    pub compression: Option<Compression>,
    /// How control.tar is compressed.
    pub control: ControlCompression,
    /// Whether everything belongs to root, whoever owns it in the tree.
    pub root_owner: bool,
    /// Whether to pack without a look at what is packed.
    pub unchecked: bool,
    /// Threads, where they are not all cores.
    pub threads: Option<usize>,
}

/// How control.tar is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ControlCompression {
    /// Like the data.
    #[default]
    Uniform,
    /// With gzip, which every dpkg reads.
    Gzip,
}

/// A packed tree.
#[derive(Debug)]
pub struct PackOutcome {
    /// Where the package is.
    pub path: PathBuf,
    /// What its control file says; none where nothing was judged.
    pub given: Option<Given>,
    /// Its size in bytes.
    pub size: u64,
    /// The entries of its data, in order.
    pub entries: Vec<Entry>,
    /// What dpkg would warn of.
    pub remarks: Vec<String>,
}

/// Why nothing was packed, besides what other modules say.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Without a look at the control file its name is not known.
    #[error("`{}` is a directory, and with `--nocheck` no file name is made from the control file", .0.display())]
    Nameless(PathBuf),
    /// `.` and `/` leave no name to append `.deb` to.
    #[error("`{}` gives no name for the package", .0.display())]
    NoDestination(PathBuf),
    /// Something else is in the package's place.
    #[error("`{}` is not a regular file, and is not replaced", .0.display())]
    NotAFile(PathBuf),
    /// Something else is in the place of a directory.
    #[error("`{}` is not a directory, so the package cannot be put in it", .0.display())]
    NotADirectory(PathBuf),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::Nameless(_) => "name the file, or pack without `--nocheck`",
            Error::NoDestination(_) => "name a directory or a file for it, as the second argument",
            Error::NotAFile(_) => "name another file",
            Error::NotADirectory(_) => "name another directory",
        };
        Self::new(error, Some(hint.to_owned()))
    }
}

impl From<PackingError> for Failure {
    fn from(error: PackingError) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

/// Packs a tree. The package appears when it is whole and was read back.
pub fn pack(request: &PackRequest, env: &Env, watch: &Watch) -> Result<PackOutcome, Failure> {
    pack_watched(request, env, watch).map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn pack_watched(request: &PackRequest, env: &Env, watch: &Watch) -> Result<PackOutcome, Failure> {
    let (tree, files) = packing::read(&env.resolve(&request.tree), &request.tree, watch)?;
    let date = dated::date(tree.newest(), env)?;
    let options = pack::Options { root_owner: request.root_owner, check: !request.unchecked, date };
    let mut packing = pack::packing(&tree, options)
        .map_err(|source| PackingError::Fault { tree: request.tree.clone(), source })?;
    drop(tree);
    let path = destination(request, packing.given.as_ref(), env)?;
    leave_out(&path, &mut packing, &request.tree, env);
    // Directories that are missing are made when the package is whole.
    let directory = path.ancestors().skip(1).find(|above| env.is_directory(above)).unwrap_or(&env.dir);

    watch.expect(packing.image.input_bytes());
    let options = &write_options(request, env);
    let writing = Writing { contents: &files, options, spool: directory, watch };
    let Written { file, summary, .. } = writing.write(&packing.image, &path, &mut |_, _| Ok(()))?;
    watch.check().map_err(|error| Failure::new(error, None))?;
    let path = file.commit()?;
    let (given, remarks) = (packing.given, packing.remarks);
    Ok(PackOutcome { path, given, size: summary.size, entries: packing.image.entries, remarks })
}

/// Leaves an older package out of the new one that replaces it.
fn leave_out(path: &Path, packing: &mut pack::Packing, tree: &Path, env: &Env) {
    let directory = path.parent().map(|directory| env.canonical(directory)).unwrap_or_default();
    let full = directory.join(path.file_name().unwrap_or_default());
    let below = full.strip_prefix(env.canonical(tree)).ok().map(|path| path.as_os_str().as_bytes());
    let Some(below) = below else { return };
    let entries = &mut packing.image.entries;
    let count = entries.len();
    entries.retain(|entry| entry.path.as_bytes() != below);
    if entries.len() < count {
        packing.remarks.push(format!("`{}` is left out: the package will replace it", path.display()));
    }
}

fn write_options(request: &PackRequest, env: &Env) -> write::Options {
    let compression = request.compression.unwrap_or_else(|| Compression::of(Format::Zstd));
    let threads = request.threads.unwrap_or(env.cores);
    let control_compression = match request.control {
        ControlCompression::Uniform => compression,
        ControlCompression::Gzip => Compression::of(Format::Gzip),
    };
    write::Options {
        compression,
        control_compression,
        resources: Resources::new(threads, env.memory()),
        largest_member: ar::LARGEST,
        needles: Vec::new(),
        // What was packed without a check may be nothing that can be read.
        reads_back: !request.unchecked,
    }
}

/// Where the package goes: the file that was named, or the conventional name in a directory, which may have to be made.
fn destination(request: &PackRequest, given: Option<&Given>, env: &Env) -> Result<PathBuf, Error> {
    let path = match &request.destination {
        None => beside(&request.tree, env)?,
        // dpkg-deb too takes a directory for one only where it is there, or has a slash at its end.
        Some(named) if env.is_directory(named) || named.as_os_str().as_bytes().ends_with(b"/") => match given
        {
            Some(given) => env.resolve(named).join(given.file_name()),
            None => return Err(Error::Nameless(named.clone())),
        },
        Some(named) => env.resolve(named),
    };
    // A link is replaced, never followed: one that another user planted would choose what is overwritten.
    if env.is_special(&path) {
        return Err(Error::NotAFile(path));
    }
    match path.ancestors().skip(1).find(|above| env.is_taken(above)) {
        Some(above) if !env.is_directory(above) => Err(Error::NotADirectory(above.to_owned())),
        _ => Ok(path),
    }
}

/// `TREE.deb`.
fn beside(tree: &Path, env: &Env) -> Result<PathBuf, Error> {
    let named = tree.components().next_back();
    let (Some(std::path::Component::Normal(name)), path) = (named, env.resolve(tree)) else {
        return Err(Error::NoDestination(tree.to_owned()));
    };
    let mut name = name.to_owned();
    name.push(".deb");
    Ok(path.with_file_name(name))
}
