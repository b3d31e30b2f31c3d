//! Which trees of another packer are the parts of a release: the virtualenv, the application, and more.

use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::draft::Table;
use crate::init::parcel;
use crate::init::parcel::Item;
use crate::init::parcel::Kind;
use crate::init::prefix::Place;
use crate::init::project;
use crate::init::project::Holds;

/// What directories of virtualenvs are called, where there is none to look into.
const NAMES: [&str; 6] = ["venv", ".venv", "virtualenv", ".virtualenv", "env", "virtualenvs"];
/// Below these lie whole applications.
const ROOTS: [&str; 7] = ["/opt/", "/srv/", "/home/", "/var/www/", "/usr/local/", "/usr/share/", "/usr/lib/"];
/// Below these lie the system's parts of applications too: there only what has Python is one.
const SYSTEM: [&str; 2] = ["/usr/share/", "/usr/lib/"];

/// The parts of a release.
#[derive(Debug, Default)]
pub(in crate::init) struct Parts {
    /// The virtualenv: where it is made, and where it was on the host.
    venv: Option<Item>,
    /// The virtualenv that the other packer made itself.
    made: Option<Made>,
    /// The application: where it lies, and where it was on the host.
    app: Option<Item>,
    /// More of the release, by their names there.
    trees: Vec<(String, Item)>,
    /// What is no part of it.
    pub(in crate::init) rest: Vec<Item>,
}

/// A virtualenv that another packer makes while it packs.
#[derive(Debug)]
pub(in crate::init) struct Made {
    /// Where that is said.
    pub(in crate::init) at: Source,
    /// Where it was on the host.
    pub(in crate::init) place: String,
    /// What pip is asked for.
    pub(in crate::init) words: String,
    /// The file that pins it, where it is one.
    pub(in crate::init) lock: Option<String>,
}

impl Parts {
    /// Finds them.
    pub(in crate::init) fn find(draft: &mut Draft, items: Vec<Item>, facts: &Facts) -> Self {
        let mut parts = Self { rest: parcel::opened(items, facts), ..Self::default() };
        let is_tree = |item: &Item| item.kind == Kind::Tree;
        let at = parts.rest.iter().position(|item| is_tree(item) && facts.virtualenvs.contains(&item.source));
        if let Some(at) = at {
            parts.venv = Some(parts.rest.remove(at));
        } else if let Some(nested) =
            parts.rest.iter().filter(|it| is_tree(it)).find_map(|it| nested(it, facts))
        {
            parts.venv = Some(nested);
        } else if let Some(at) = parts.rest.iter().position(|item| is_tree(item) && is_named_so(item)) {
            let venv = parts.rest.remove(at);
            draft.remark(format!(
                "{}: `{}` is taken for the virtualenv by its name: there is none yet",
                venv.at, venv.source
            ));
            parts.venv = Some(venv);
        }
        parts.find_app(facts);
        parts.find_trees(draft, facts);
        parts
    }

    /// Takes the virtualenv that the packer made, where it packed none.
    pub(in crate::init) fn make(&mut self, draft: &mut Draft, made: Option<Made>) {
        let Some(made) = made else { return };
        match &self.venv {
            None => self.made = Some(made),
            Some(venv) => draft.remark(format!(
                "{}: this is left out: `{}` is the virtualenv already",
                made.at, venv.source
            )),
        }
    }

    fn find_app(&mut self, facts: &Facts) {
        let has_python = |item: &Item| {
            let prefix = parcel::below(&item.source);
            parcel::rests(&facts.files, &prefix).any(|rest| rest.ends_with(".py"))
        };
        let around = |item: &Item| {
            let venv = self.venv.as_ref().map(|venv| venv.path.as_str()).unwrap_or_default();
            venv.strip_prefix(&item.path).is_some_and(|rest| rest.starts_with('/'))
        };
        let candidates = || self.rest.iter().enumerate().filter(|(_, item)| is_own(item));
        let is_outside = |item: &Item| !SYSTEM.iter().any(|root| item.path.starts_with(root));
        let at = candidates().find(|(_, item)| has_python(item)).map(|(at, _)| at);
        let at = at.or_else(|| candidates().find(|(_, item)| around(item)).map(|(at, _)| at));
        let at = at.or_else(|| candidates().find(|(_, item)| is_outside(item)).map(|(at, _)| at));
        self.app = at.map(|at| self.rest.remove(at));
    }

    /// The other trees: of the application's own directory, and of the places where nothing else is.
    fn find_trees(&mut self, draft: &mut Draft, facts: &Facts) {
        let rest = std::mem::take(&mut self.rest);
        for item in rest {
            let below =
                self.app.as_ref().and_then(|app| item.path.strip_prefix(&app.path)?.strip_prefix('/'));
            let is_system = SYSTEM.iter().any(|root| item.path.starts_with(root));
            let name = match below {
                Some(below) => below.to_owned(),
                None => item.path.rsplit('/').next().unwrap_or_default().to_owned(),
            };
            let is_taken = self.trees.iter().any(|(taken, _)| *taken == name);
            let top = name.split('/').next().unwrap_or_default();
            if !is_own(&item) || (is_system && below.is_none()) {
                self.rest.push(item);
            } else if facts.virtualenvs.contains(&item.source) {
                draft.remark(format!(
                    "{}: `{}` is left out: a package has one virtualenv",
                    item.at, item.source
                ));
            } else if is_taken || ["venv", ".mkdeb", "..", ""].contains(&top) {
                draft.remark(format!("{}: `{}` is left out: a release has a `{name}`", item.at, item.source));
            } else {
                self.trees.push((name, item));
            }
        }
    }

    /// Where the parts were on the host.
    pub(in crate::init) fn places(&self) -> Vec<Place> {
        let place = |item: &Item, part: &str| Place { old: item.path.clone(), part: part.to_owned() };
        let trees = self.trees.iter().map(|(name, item)| place(item, name));
        let venv = self.venv.iter().map(|item| place(item, "venv"));
        let made = self.made.iter().map(|made| Place { old: made.place.clone(), part: "venv".to_owned() });
        let app = self.app.iter().map(|item| place(item, ""));
        app.chain(venv).chain(made).chain(trees).filter(|place| !place.old.is_empty()).collect()
    }

    /// The path in the release of a file of the project that lies in a part of it.
    pub(in crate::init) fn of_source(&self, source: &str) -> Option<String> {
        let of = |item: &Item, part: &str| {
            let rest = source.strip_prefix(&parcel::below(&item.source))?;
            Some(if part.is_empty() { rest.to_owned() } else { format!("{part}/{rest}") })
        };
        let venv = self.venv.as_ref().and_then(|item| of(item, "venv"));
        venv.or_else(|| self.trees.iter().find_map(|(name, item)| of(item, name)))
            .or_else(|| self.app.as_ref().and_then(|item| of(item, "")))
    }

    /// Adds the tables; `excluded` has the patterns of what is left out of a tree at a path on the host.
    pub(in crate::init) fn add(
        &self,
        draft: &mut Draft,
        facts: &Facts,
        excluded: &dyn Fn(&str) -> Vec<String>,
    ) {
        match &self.app {
            None => project::app(draft, facts),
            Some(app) => self.app(draft, app, (facts, excluded(&app.path))),
        }
        match (&self.venv, &self.made) {
            (None, Some(made)) => {
                project::virtualenv_of(draft, &made.words, made.lock.as_deref());
            }
            (None, None) => project::virtualenv(draft, facts, (None, Holds::Project)),
            (Some(venv), _) => {
                draft.say(["", "The virtualenv is the one that was packaged before, made on the Debian release of the hosts."]);
                let mut table = Table::new("[venv]");
                table.set("path", literal(&venv.source));
                table.comes_from(&venv.at);
                draft.add(table);
            }
        }
        for (name, item) in &self.trees {
            let mut table = Table::new("[[tree]]");
            table.set("source", literal(&item.source));
            table.set("path", name.as_str());
            table.comes_from(&item.at);
            draft.add(table);
        }
        for item in self.venv.iter().chain(&self.app).chain(self.trees.iter().map(|(_, item)| item)) {
            let root = |name: &Option<String>| name.as_deref().is_none_or(|name| name == "root");
            if !root(&item.owned.owner) || !root(&item.owned.group) || item.owned.mode.is_some() {
                draft.remark(format!(
                    "{}: what is in `{}` belongs to root, with the permission bits that it has",
                    item.at, item.source
                ));
            }
        }
    }

    fn app(&self, draft: &mut Draft, app: &Item, (facts, excluded): (&Facts, Vec<String>)) {
        let mut table = Table::new("[app]");
        table.noted("tarball", literal(&app.source), "a directory, or a tarball that CI made");
        if is_tarball(&app.source) {
            // Other packers take what is in it as it is.
            table.set("strip-components", 0);
        }
        // The virtualenv has a place of its own.
        let prefix = parcel::below(&app.source);
        let inside = parcel::rests(&facts.virtualenvs, &prefix).filter(|rest| !rest.is_empty());
        table.set_list("exclude", inside.map(globset::escape).chain(excluded).collect());
        table.comes_from(&app.at);
        draft.add(table);
    }
}

/// Whether a file is a tarball, by its name.
pub(in crate::init) fn is_tarball(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.ends_with(".tgz") || name.ends_with(".tar") || name.contains(".tar.")
}

/// A path that the manifest takes as it is: there `$` is the start of a variable.
pub(in crate::init) fn literal(text: &str) -> String {
    if text.contains("$$") { text.replace('$', "$$") } else { text.to_owned() }
}

/// A virtualenv in a tree, as a tree of its own.
fn nested(tree: &Item, facts: &Facts) -> Option<Item> {
    let prefix = parcel::below(&tree.source);
    let rest = parcel::rests(&facts.virtualenvs, &prefix).find(|rest| !rest.is_empty())?;
    let (source, path) = (format!("{prefix}{rest}"), format!("{}/{rest}", tree.path));
    Some(Item { source, path, ..tree.clone() })
}

fn is_named_so(item: &Item) -> bool {
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    [&item.source, &item.path].iter().any(|path| is_named(&last(path)))
        || item.path.starts_with("/opt/venvs/")
}

/// Whether virtualenvs are called so.
pub(in crate::init) fn is_named(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Whether a tree lies where applications do.
fn is_own(item: &Item) -> bool {
    item.kind == Kind::Tree && ROOTS.iter().any(|root| item.path.starts_with(root))
}
