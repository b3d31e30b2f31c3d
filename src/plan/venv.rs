//! The virtualenv at its place, and the Python that runs the release.

use std::collections::BTreeMap;

use crate::config::recipe::VenvRecipe;
use crate::content::lock::Lock;
use crate::content::python::PythonVersion;
use crate::content::relocation::Relocation;
use crate::plan::Error;
use crate::plan::Note;
use crate::plan::draft::Draft;
use crate::plan::installed;
use crate::plan::key::Machine;
use crate::plan::relocate;
use crate::plan::twice;
use crate::source::published::PublishedVenv;
use crate::source::tree::SourceTree;
use crate::types::arch::Arch;
use crate::types::mode::Mode;
use crate::types::path::InstallPath;
use crate::types::relation::Relation;

/// The Python of a release.
pub(in crate::plan) struct Python {
    /// Its version; none without a virtualenv.
    pub(in crate::plan) version: Option<PythonVersion>,
    /// What launchers start: the virtualenv's, or the system's where there is none.
    pub(in crate::plan) release: InstallPath,
    /// What that leads to on the host.
    pub(in crate::plan) host: InstallPath,
    /// What its `sys.prefix` has to be; none without a virtualenv.
    pub(in crate::plan) prefix: Option<InstallPath>,
    /// The packages of the host's interpreter.
    pub(in crate::plan) packages: Vec<Relation>,
    /// Machine code in the virtualenv: what it is called in messages, and its architecture.
    pub(in crate::plan) machines: BTreeMap<String, &'static str>,
    /// Where the virtualenv was built.
    pub(in crate::plan) old_prefixes: Vec<String>,
}

/// Adds the virtualenv, where there is one.
pub(in crate::plan) fn add(draft: &mut Draft<'_>, machine: &Machine) -> Result<Python, Error> {
    let sources = draft.sources;
    if let (Some(recipe), Some(published)) = (&draft.recipe.venv, &sources.published) {
        return adopt(draft, (recipe, published), machine.python);
    }
    match (&draft.recipe.venv, &sources.venv) {
        (Some(recipe), Some(tree)) => {
            check(recipe, tree, sources.lock.as_ref())?;
            twice::warn(draft, recipe, tree);
            let request = relocate::Request {
                destination: draft.place.venv.clone(),
                interpreter: recipe.python.clone(),
                bytecode: recipe.bytecode,
                drop: recipe.drop.iter().copied().collect(),
                date: draft.place.parts.as_ref().map_or(draft.date, |parts| parts.venv_date),
            };
            let relocated = relocate::relocate(tree, &request)?;
            place(draft, recipe, relocated)
        }
        _ => system(),
    }
}

/// Refuses a virtualenv that does not hold what its lock says, no more and no less.
fn check(recipe: &VenvRecipe, tree: &SourceTree, lock: Option<&Lock>) -> Result<(), Error> {
    let (Some(lock), Some(requirements)) = (lock, &recipe.requirements) else { return Ok(()) };
    let differences = installed::differences(&installed::versions(tree), lock);
    if differences.is_empty() {
        return Ok(());
    }
    let (venv, requirements) = (recipe.source.clone(), requirements.clone());
    Err(Error::Unsatisfied { venv, requirements, differences })
}

fn place(
    draft: &mut Draft<'_>,
    recipe: &VenvRecipe,
    relocated: relocate::Relocated,
) -> Result<Python, Error> {
    add_record(draft, &relocated)?;
    draft.notes.push(Note::detail(&recipe.source, format!("relocated: {}", relocated.counts)));
    for (path, node) in relocated.nodes {
        draft.tree.insert(path, node)?;
    }
    draft.notes.extend(relocated.notes.iter().map(|note| user_note(&recipe.source, note)));
    let packages: Vec<Relation> = package_of(&relocated.interpreter, relocated.python).into_iter().collect();
    if packages.is_empty() && draft.recipe.package.auto_depends {
        let interpreter = &relocated.interpreter;
        let text = format!("no Debian package of `{interpreter}` is known; name it in `depends`");
        draft.notes.push(Note::warning(&recipe.source, text));
    }
    warn_of_target(draft, &recipe.source, relocated.python);
    let destination = draft.place.venv.clone();
    Ok(Python {
        version: Some(relocated.python),
        release: destination.join("bin/python")?,
        host: relocated.interpreter,
        prefix: Some(destination),
        packages,
        machines: relocated
            .machines
            .into_iter()
            .map(|(path, machine)| (format!("`venv/{path}`"), machine))
            .collect(),
        old_prefixes: relocated.old_prefixes,
    })
}

/// Takes the virtualenv as it was published: nothing of it becomes part of the plan.
fn adopt(
    draft: &Draft<'_>,
    (recipe, published): (&VenvRecipe, &PublishedVenv),
    python: PythonVersion,
) -> Result<Python, Error> {
    check_published(draft, recipe, published)?;
    let destination = draft.place.venv.clone();
    let interpreter = match &recipe.python {
        Some(stated) => stated.clone(),
        // What relocation would find, or refuse.
        None => format!("/usr/bin/python{python}").parse()?,
    };
    let machine = Some(published.architecture.as_str()).filter(|machine| *machine != Arch::ALL.as_str());
    Ok(Python {
        version: Some(python),
        release: destination.join("bin/python")?,
        prefix: Some(destination),
        packages: package_of(&interpreter, python).into_iter().collect(),
        host: interpreter,
        machines: machine.map(|machine| (format!("`{}`", published.package), machine)).into_iter().collect(),
        old_prefixes: Vec::new(),
    })
}

/// Refuses a package of this key that holds other distributions than the key stands for.
fn check_published(draft: &Draft<'_>, recipe: &VenvRecipe, published: &PublishedVenv) -> Result<(), Error> {
    let found = installed::published(published, &draft.place.venv);
    let differences = match (&draft.sources.lock, &draft.sources.venv) {
        (Some(lock), _) => installed::differences(&found, lock),
        (None, Some(tree)) => installed::differences(&found, &installed::lock(tree)),
        (None, None) => Vec::new(),
    };
    if differences.is_empty() {
        return Ok(());
    }
    let (package, place) = (published.package.clone(), published.place.clone());
    let requirements = recipe.requirements.clone().unwrap_or_else(|| recipe.source.clone());
    Err(Error::Published { package, place, requirements, differences })
}

/// Adds what was done, which `inspect` tells. It lies among the documents: two builds of one release may differ in
/// it, where only one of the virtualenvs was built at its final place.
fn add_record(draft: &mut Draft<'_>, relocated: &relocate::Relocated) -> Result<(), Error> {
    let record = Relocation {
        prefix: draft.place.venv.to_string(),
        python: relocated.python.to_string(),
        interpreter: relocated.interpreter.to_string(),
        files: relocated.counts,
        changed: relocated.changed.clone(),
    };
    let package = draft.place.parts.as_ref().map_or(&draft.recipe.package.name, |parts| &parts.venv);
    let path = format!("/usr/share/doc/{package}/{}", Relocation::NAME);
    draft.write(path.parse()?, Mode::PLAIN, record.text())
}

/// What was mended is a detail; what may break on the host is a warning.
fn user_note(source: &str, note: &relocate::note::Note) -> Note {
    use relocate::note::Note as Fact;
    match note {
        Fact::Adopted { .. }
        | Fact::Linked(_)
        | Fact::Substituted { .. }
        | Fact::LeftOut { .. }
        | Fact::OtherMachine { .. }
        | Fact::Zipped(_) => Note::detail(source, note.to_string()),
        _ => Note::warning(source, note.to_string()),
    }
}

/// Debian names the package of an interpreter as the interpreter (Python Policy 2.2).
fn package_of(interpreter: &InstallPath, python: PythonVersion) -> Option<Relation> {
    let name = format!("python{}.{}", python.major, python.minor);
    (interpreter.as_str() == format!("/usr/bin/{name}")).then(|| name.parse().ok()).flatten()
}

/// A target suite whose Python is another one will not find the interpreter's package.
fn warn_of_target(draft: &mut Draft<'_>, source: &str, python: PythonVersion) {
    let Some(target) = draft.recipe.target else { return };
    let Some(minor) = target.python_minor() else { return };
    if (python.major, python.minor) != (3, minor) {
        let text = format!("it is for Python {python}, but {} has Python 3.{minor}", target.name());
        draft.notes.push(Note::warning(source, text));
    }
}

/// An application without a virtualenv runs on the system's Python, whichever that is.
fn system() -> Result<Python, Error> {
    let python: InstallPath = "/usr/bin/python3".parse()?;
    Ok(Python {
        version: None,
        release: python.clone(),
        host: python,
        prefix: None,
        packages: "python3".parse::<Relation>().into_iter().collect(),
        machines: BTreeMap::new(),
        old_prefixes: Vec::new(),
    })
}
