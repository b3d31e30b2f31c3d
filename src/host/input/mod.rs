//! The inputs on disk: looked at once, opened again when they are written.
//!
//! Inputs are never written to. uv links the files of a virtualenv from its cache, so that a change would
//! reach every other environment of the user.

mod body;
pub mod budget;
mod code;
mod compile;
mod directory;
mod facts;
pub mod packing;
mod shape;
mod stream;
mod tarball;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use crate::archive::tar::read::Error as TarError;
use crate::config::recipe::Bytecode;
use crate::config::recipe::Recipe;
use crate::config::recipe::VenvRecipe;
use crate::host::input::body::Stamp;
use crate::host::input::body::Store;
use crate::host::input::budget::Budget;
use crate::host::input::budget::Excess;
use crate::host::input::compile::Workshop;
use crate::host::input::compile::compile;
use crate::host::input::facts::Keep;
use crate::host::input::facts::Look;
use crate::host::input::shape::exclude;
use crate::host::input::shape::strip;
use crate::host::output::spool;
use crate::host::watch::Watch;
use crate::package::blob::Contents;
use crate::source::Sources;
use crate::source::tree::SourceTree;
use crate::types::path::ArchiveError;
use crate::types::path::ArchivePath;
use crate::types::source_id::SourceId;

/// What was found, and how to read it again.
pub struct Inputs {
    /// The facts.
    pub sources: Sources,
    stores: Vec<Store>,
}

/// Why an input cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk refused.
    #[error(transparent)]
    Host(#[from] crate::host::Error),
    /// Neither a directory nor a tarball.
    #[error("`{0}` is neither a directory nor a tar archive")]
    NotATree(String),
    /// More inputs than are told apart.
    #[error("the manifest names more than {} inputs", u16::MAX)]
    Many,
    /// Not a regular file where one is needed.
    #[error("`{0}` is not a regular file")]
    NotAFile(String),
    /// An entry with a path that leaves the tree or cannot be.
    #[error("`{input}` has an entry that cannot be installed")]
    Path {
        /// The input.
        input: String,
        /// What is wrong with the path.
        source: ArchiveError,
    },
    /// An archive with an entry twice, or below something that is no directory.
    #[error("`{input}` has the entry `{path}` {reason}")]
    Entry {
        /// The input.
        input: String,
        /// Where.
        path: ArchivePath,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An archive that stops without its end mark.
    #[error("`{0}` has no end: it was cut off")]
    Unfinished(String),
    /// An archive that cannot be read.
    #[error("failed to read `{input}`")]
    Archive {
        /// The input.
        input: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An archive of a kind that can be recognised but not read.
    #[error("`{input}` is packed with {format}, which is not supported")]
    Unsupported {
        /// The input.
        input: String,
        /// What it is packed with.
        format: &'static str,
    },
    /// The disk could not take what was unpacked.
    #[error("failed to unpack `{input}` into a temporary file in `{}`", .directory.display())]
    Unpack {
        /// The input.
        input: String,
        /// Where the file without a name is.
        directory: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// More than the inputs may be.
    #[error("`{input}` goes beyond the {excess}")]
    Excess {
        /// The input, which may be the last of several.
        input: String,
        /// Of what there is too much.
        excess: Excess,
    },
    /// The interpreter did not compile.
    #[error("failed to compile with `{interpreter}`")]
    Compiler {
        /// The interpreter.
        interpreter: String,
        /// Why.
        source: io::Error,
    },
    /// A pattern of `exclude` that is none.
    #[error("`exclude` has `{pattern}`, which is not a pattern")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        source: globset::Error,
    },
    /// More components to strip than there are.
    #[error("`strip-components = {count}` leaves nothing of `{input}`")]
    Stripped {
        /// The input.
        input: String,
        /// How many.
        count: usize,
    },
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        match self {
            // Relative, it is as the manifest has it; what a walk has met is not.
            Self::Host(error) if error.is_missing() && error.path.is_relative() => Some(
                "make it first, or correct the path, which is relative to the directory of the manifest"
                    .to_owned(),
            ),
            Self::Host(error) => error.hint(),
            Self::NotATree(_) | Self::Unsupported { .. } => {
                Some("give a directory, or a `.tar`, `.tar.gz`, `.tar.xz` or `.tar.zst`".to_owned())
            }
            Self::Stripped { .. } => {
                Some("take less of the paths: 1 is for one directory around everything".to_owned())
            }
            Self::NotAFile(_) => Some("name a file; `[[tree]]` takes a directory".to_owned()),
            Self::Excess { excess, .. } => Some(excess.hint()),
            Self::Archive { source, .. } if matches!(source.downcast_ref(), Some(TarError::Sparse(_))) => {
                Some("make the archive without `--sparse`".to_owned())
            }
            Self::Archive { .. } | Self::Unfinished(_) => {
                Some("fetch the archive again, or make it again".to_owned())
            }
            Self::Compiler { .. } => {
                Some("install it here, or leave out `bytecode = \"compile\"` and compile in CI".to_owned())
            }
            Self::Path { .. } | Self::Entry { .. } => {
                Some("make the archive again, for example with `git archive`".to_owned())
            }
            _ => None,
        }
    }
}

/// How inputs are looked at.
pub struct Scan<'a> {
    /// The directory that the manifest's paths are relative to.
    pub base: &'a Path,
    /// Where compressed archives are unpacked to, into files without a name.
    pub spool: &'a Path,
    /// How much the inputs may be.
    pub budget: Budget,
    /// How many threads hash.
    pub threads: usize,
    /// Counts and interrupts.
    pub watch: &'a Watch,
}

/// One input on its way to be looked at.
struct Input<'a> {
    /// What the user calls it.
    name: &'a str,
    /// Where it is.
    path: PathBuf,
    /// Its number in source ids.
    number: u16,
    /// What is kept of its bodies.
    keep: Keep,
}

impl Input<'_> {
    fn look<'a>(&self, scan: &'a Scan<'_>) -> Look<'a> {
        Look { keep: self.keep, watch: scan.watch, budget: &scan.budget }
    }
}

impl Inputs {
    /// Looks at everything that the recipe names, but for a virtualenv that is published already; the application has
    /// a name and a path. What is known beforehand stays in the sources.
    pub fn read(recipe: &Recipe, app: (&str, &Path), known: Sources, scan: &Scan<'_>) -> Result<Self, Error> {
        let mut inputs = Self { sources: known, stores: Vec::new() };
        let app = inputs.tree_at(app.0, app.1.to_owned(), Keep::Nothing, scan)?;
        let app = strip(app, recipe.app.strip_components)?;
        (inputs.sources.app, inputs.sources.unmatched) = exclude(app, &recipe.app.exclude)?;
        if let (Some(venv), None) = (&recipe.venv, &inputs.sources.published) {
            let tree = inputs.venv(venv, scan)?;
            inputs.sources.venv = Some(inputs.with_bytecode(tree, venv, scan)?);
        }
        for tree in &recipe.trees {
            let tree = inputs.tree(&tree.source, Keep::Nothing, scan)?;
            inputs.sources.trees.push(tree);
        }
        inputs.files(recipe, scan)?;
        if recipe.package.auto_depends {
            (inputs.sources.code, inputs.sources.libraries) = code::read(&inputs, scan);
        }
        Ok(inputs)
    }

    /// Looks at the virtualenv alone.
    pub fn virtualenv(recipe: &Recipe, scan: &Scan<'_>) -> Result<Option<SourceTree>, Error> {
        let mut inputs = Self { sources: Sources::default(), stores: Vec::new() };
        recipe.venv.as_ref().map(|venv| inputs.venv(venv, scan)).transpose()
    }

    fn venv(&mut self, venv: &VenvRecipe, scan: &Scan<'_>) -> Result<SourceTree, Error> {
        let tree = self.tree(&venv.source, Keep::ForRelocation, scan)?;
        let nested = tree.get("pyvenv.cfg").is_none();
        if nested { strip(tree, None) } else { Ok(tree) }
    }

    /// Looks at a directory or a tarball, by its path in the manifest.
    fn tree(&mut self, name: &str, keep: Keep, scan: &Scan<'_>) -> Result<SourceTree, Error> {
        self.tree_at(name, scan.base.join(name), keep, scan)
    }

    fn tree_at(
        &mut self,
        name: &str,
        path: PathBuf,
        keep: Keep,
        scan: &Scan<'_>,
    ) -> Result<SourceTree, Error> {
        let input = Input { name, path, number: self.next_number()?, keep };
        let metadata = fs::metadata(&input.path);
        let metadata = metadata.map_err(|error| crate::host::Error::new("read", Path::new(name), error))?;
        let (tree, store) = if metadata.is_dir() {
            directory::read(&input, scan)?
        } else if metadata.is_file() {
            tarball::read(&input, scan)?
        } else {
            // A fifo would wait for its writer, a device never end.
            return Err(Error::NotATree(name.to_owned()));
        };
        self.stores.push(store);
        Ok(tree)
    }

    /// The virtualenv with bytecode made anew, where the recipe asks for that.
    fn with_bytecode(
        &mut self,
        mut tree: SourceTree,
        venv: &VenvRecipe,
        scan: &Scan<'_>,
    ) -> Result<SourceTree, Error> {
        if venv.bytecode != Bytecode::Compile {
            return Ok(tree);
        }
        let workshop = Workshop {
            interpreter: venv.python.as_ref().map(|path| path.as_str()),
            number: self.next_number()?,
            spool: spool(scan.spool)?,
            watch: scan.watch,
            budget: &scan.budget,
        };
        let source = |id| {
            let mut bytes = Vec::new();
            self.open(id)?.read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let store = compile(&mut tree, &source, workshop)?;
        self.stores.extend(store);
        Ok(tree)
    }

    fn next_number(&self) -> Result<u16, Error> {
        u16::try_from(self.stores.len()).map_err(|_| Error::Many)
    }

    fn files(&mut self, recipe: &Recipe, scan: &Scan<'_>) -> Result<(), Error> {
        let input = self.next_number()?;
        let mut opened: Vec<(PathBuf, Stamp)> = Vec::new();
        let mut files = BTreeMap::new();
        let texts = recipe.texts().map(|name| (name, Keep::Everything));
        let files_of_recipe = recipe.files.iter().map(|file| (file.source.as_str(), Keep::Nothing));
        for (name, keep) in files_of_recipe.chain(texts) {
            let wrap = |error| crate::host::Error::new("read", Path::new(name), error);
            // The manifest may name a link; the file that it leads to is what is opened again.
            let path = fs::canonicalize(scan.base.join(name)).map_err(wrap)?;
            let metadata = fs::metadata(&path).map_err(wrap)?;
            if !metadata.is_file() {
                return Err(Error::NotAFile(name.to_owned()));
            }
            let excess = |excess| Error::Excess { input: name.to_owned(), excess };
            scan.budget.unpack(metadata.len()).map_err(excess)?;
            let id = SourceId { input, file: u32::try_from(opened.len()).unwrap_or(u32::MAX) };
            let look = Look { keep, watch: scan.watch, budget: &scan.budget };
            let entry = directory::single(&path, id, &metadata, look);
            let entry = entry.map_err(|error| match error.downcast() {
                Ok(found) => excess(found),
                Err(error) => wrap(error).into(),
            })?;
            files.insert(name.to_owned(), entry);
            opened.push((path, Stamp::of(&metadata)));
        }
        self.sources.files = files;
        self.stores.push(Store::Files { files: opened });
        Ok(())
    }
}

impl Contents for Inputs {
    fn open(&self, id: SourceId) -> io::Result<Box<dyn Read + '_>> {
        self.store(id).open(id.file)
    }

    fn name(&self, id: SourceId) -> String {
        self.store(id).name(id.file)
    }
}

impl Inputs {
    fn store(&self, id: SourceId) -> &Store {
        &self.stores[usize::from(id.input)]
    }
}
