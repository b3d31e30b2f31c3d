//! The inputs on disk: looked at once, opened again when they are written.
//!
//! Inputs are never written to. uv links the files of a virtualenv from its cache, so that a change would
//! reach every other environment of the user.

mod body;
pub mod budget;
mod code;
mod compile;
mod directory;
pub mod error;
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

use crate::config::recipe::Bytecode;
use crate::config::recipe::Recipe;
use crate::config::recipe::VenvRecipe;
use crate::host::input::body::Stamp;
use crate::host::input::body::Store;
use crate::host::input::budget::Budget;
use crate::host::input::compile::Workshop;
use crate::host::input::compile::compile;
pub use crate::host::input::error::Error;
use crate::host::input::facts::Keep;
use crate::host::input::facts::Look;
use crate::host::input::shape::exclude;
use crate::host::input::shape::strip;
use crate::host::output::spool;
use crate::host::watch::Watch;
use crate::package::blob::Contents;
use crate::source::Sources;
use crate::source::tree::SourceTree;
use crate::types::source_id::SourceId;

/// What was found, and how to read it again.
pub struct Inputs {
    /// The facts.
    pub sources: Sources,
    stores: Vec<Store>,
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
        let metadata = metadata.map_err(|error| Error::unread(scan.base, name, error))?;
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
            let path = fs::canonicalize(scan.base.join(name))
                .map_err(|error| Error::unread(scan.base, name, error))?;
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
