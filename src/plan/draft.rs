//! The package while it is being planned: a tree that the parts add to.

use crate::config::recipe::Recipe;
use crate::package::blob::Blob;
use crate::package::tree::Node;
use crate::package::tree::NodeKind;
use crate::package::tree::PackageTree;
use crate::plan::Error;
use crate::plan::Note;
use crate::plan::place::Place;
use crate::source::Sources;
use crate::source::tree::SourceEntry;
use crate::template::Templates;
use crate::types::date::SourceDate;
use crate::types::mode::Mode;
use crate::types::path::InstallPath;

/// What every part of the plan works on.
pub(in crate::plan) struct Draft<'a> {
    pub(in crate::plan) recipe: &'a Recipe,
    pub(in crate::plan) sources: &'a Sources,
    pub(in crate::plan) templates: &'a Templates,
    pub(in crate::plan) date: SourceDate,
    pub(in crate::plan) place: Place,
    pub(in crate::plan) tree: PackageTree,
    pub(in crate::plan) notes: Vec<Note>,
}

impl Draft<'_> {
    /// Adds text that mkdeb wrote.
    pub(in crate::plan) fn write(
        &mut self,
        path: InstallPath,
        mode: Mode,
        text: String,
    ) -> Result<(), Error> {
        let kind = NodeKind::File { blob: Blob::Inline(text.into_bytes().into()), mode, conffile: false };
        Ok(self.tree.insert(path, Node { kind, origin: "mkdeb".to_owned(), mtime: None })?)
    }

    /// Adds a link that mkdeb makes.
    pub(in crate::plan) fn link(&mut self, path: InstallPath, target: String) -> Result<(), Error> {
        let kind = NodeKind::Symlink { target };
        Ok(self.tree.insert(path, Node { kind, origin: "mkdeb".to_owned(), mtime: None })?)
    }

    /// The files of a virtualenv that was published, which are in no package of this plan.
    pub(in crate::plan) fn published(&self) -> impl Iterator<Item = &InstallPath> {
        self.sources.published.iter().flat_map(|published| &published.files)
    }

    /// Whether a path is a program of a virtualenv that was published. Its links to the interpreter are not listed.
    pub(in crate::plan) fn is_published_program(&self, path: &InstallPath) -> bool {
        let in_bin = path.parent() == self.place.venv.join("bin").ok();
        let is_python = self.sources.published.is_some() && path.file_name().starts_with("python");
        in_bin && (is_python || self.published().any(|file| file == path))
    }

    /// A single file of the recipe. `host` has read every one that the recipe names.
    pub(in crate::plan) fn file(&self, name: &str) -> Result<&SourceEntry, Error> {
        self.sources.files.get(name).ok_or_else(|| Error::Unread(name.to_owned()))
    }

    /// The text of a single file of the recipe.
    pub(in crate::plan) fn file_text(&self, name: &str) -> Result<&[u8], Error> {
        let text = self.file(name)?.file().and_then(|facts| facts.text.as_deref());
        text.ok_or_else(|| Error::TooLarge(name.to_owned()))
    }

    /// Renders a template.
    pub(in crate::plan) fn render(&self, name: &str, data: &impl serde::Serialize) -> Result<String, Error> {
        Ok(self.templates.render(name, data)?)
    }

    /// The directories that launchers put on `sys.path`, absolute.
    pub(in crate::plan) fn python_path(&self) -> Result<Vec<String>, Error> {
        let directories = &self.recipe.app.python_path;
        if directories.is_empty() {
            return Ok(vec![self.place.release.to_string()]);
        }
        directories.iter().map(|directory| Ok(self.place.below(directory)?.to_string())).collect()
    }
}
