//! What starts something: commands in `/usr/bin`, and what units run.

use std::collections::BTreeMap;

use crate::config::recipe::CommandRecipe;
use crate::config::recipe::CommandRun;
use crate::config::recipe::Process;
use crate::package::tree::NodeKind;
use crate::plan::Error;
use crate::plan::Note;
use crate::plan::draft::Draft;
use crate::template::launchers::EntryPointCommand;
use crate::template::launchers::Environment;
use crate::template::launchers::Part;
use crate::template::launchers::ProgramCommand;
use crate::template::launchers::Run;
use crate::template::launchers::Variable;
use crate::template::launchers::parts;
use crate::types::mode::Mode;
use crate::types::name::UnitName;
use crate::types::path::InstallPath;

/// Variables that systemd sets for every service (`systemd.exec(5)`), so that "unset" does not tell whether an
/// environment file of the host set them.
const ALWAYS_SET: &[&str] = &["HOME", "LANG", "LOGNAME", "PATH", "SHELL", "USER"];

/// A launcher for a unit.
pub(in crate::plan) struct Launcher<'a> {
    pub(in crate::plan) name: &'a UnitName,
    pub(in crate::plan) process: &'a Process,
    pub(in crate::plan) directory: Option<&'a str>,
    pub(in crate::plan) instantiated: bool,
}

/// Adds the commands.
pub(in crate::plan) fn add_commands(draft: &mut Draft<'_>, interpreter: &str) -> Result<(), Error> {
    let recipe = draft.recipe;
    for command in &recipe.commands {
        if let CommandRun::EntryPoint(entry) = &command.run
            && !has_module(draft, &entry.module)?
        {
            let text =
                format!("`{}` is in no directory of `python-path` and not in the virtualenv", entry.module);
            draft.notes.push(Note::warning(&format!("[[command]] {}", command.name), text));
        }
        let text = command_text(draft, command, interpreter)?;
        let launcher = draft.place.internal(&format!("bin/{}", command.name))?;
        draft.write(launcher, Mode::EXECUTABLE, text)?;
        let link = format!("/usr/bin/{}", command.name).parse()?;
        // Policy 10.5: a link across top-level directories is absolute.
        let target = format!("{}/current/.mkdeb/bin/{}", draft.place.prefix, command.name);
        draft.link(link, target)?;
    }
    Ok(())
}

/// Whether a module is where launchers or the virtualenv would find it: as a file, a directory or an extension.
fn has_module(draft: &Draft<'_>, module: &str) -> Result<bool, Error> {
    let libraries = draft.place.venv.join("lib")?;
    let mut places = draft.python_path()?;
    let site = |path: &InstallPath| {
        let (above, _) = path.as_str().split_once("/site-packages")?;
        path.is_within(&libraries).then(|| format!("{above}/site-packages"))
    };
    let paths = || draft.tree.iter().map(|(path, _)| path).chain(draft.published());
    places.extend(paths().filter_map(site));
    places.sort();
    places.dedup();
    let module = module.replace('.', "/");
    let stems: Vec<String> = places.iter().map(|place| format!("{place}/{module}")).collect();
    let is_module = |path: &str| {
        let rest = stems.iter().find_map(|stem| path.strip_prefix(stem.as_str()));
        rest.is_some_and(|rest| {
            rest.is_empty()
                || rest.starts_with('/')
                || rest == ".py"
                || rest.starts_with('.') && rest.ends_with(".so")
        })
    };
    Ok(paths().any(|path| is_module(path.as_str())))
}

fn command_text(draft: &Draft<'_>, command: &CommandRecipe, interpreter: &str) -> Result<String, Error> {
    let python_path = draft.python_path()?;
    match &command.run {
        CommandRun::EntryPoint(entry) => draft.render(
            "command.py.hbs",
            &EntryPointCommand {
                interpreter,
                name: command.name.as_str(),
                python_path: &python_path,
                module: &entry.module,
                attribute: &entry.attribute,
            },
        ),
        CommandRun::Path(path) => {
            let program = program(draft, path, &format!("[[command]] {}", command.name))?;
            draft.render(
                "command.sh.hbs",
                &ProgramCommand { python_path: &python_path.join(":"), program: &program },
            )
        }
    }
}

/// Adds what a unit starts, and the environment that it and the hooks share.
pub(in crate::plan) fn add_launcher(draft: &mut Draft<'_>, launcher: &Launcher<'_>) -> Result<(), Error> {
    add_environment(draft, launcher.name, launcher.process)?;
    if launcher.process.exec.is_empty() {
        return Ok(());
    }
    let name = launcher.name.as_str();
    let environment = draft.place.internal(&format!("environment/{name}"))?;
    let release = draft.place.release.to_string();
    let run = Run {
        name,
        instantiated: launcher.instantiated,
        environment: environment.as_str(),
        directory: launcher.directory.unwrap_or(&release),
        words: words(draft, launcher)?,
    };
    let text = draft.render("run.sh.hbs", &run)?;
    draft.write(draft.place.internal(&format!("run/{name}"))?, Mode::EXECUTABLE, text)
}

fn words(draft: &Draft<'_>, launcher: &Launcher<'_>) -> Result<Vec<Vec<Part>>, Error> {
    let mut words: Vec<Vec<Part>> = launcher.process.exec.iter().map(|word| parts(word)).collect();
    if let Some(first) = launcher.process.exec.first() {
        let owner = format!("`exec` of `{}`", launcher.name);
        words[0] = vec![Part { text: program(draft, first, &owner)?, ..Part::default() }];
    }
    Ok(words)
}

/// The absolute path of a program: as it stands, or one that the release ships.
fn program(draft: &Draft<'_>, path: &str, owner: &str) -> Result<String, Error> {
    let prefix = format!("{}/", draft.place.prefix);
    let path = match path.strip_prefix(&prefix) {
        // Below the prefix there is only the release, whose directory has a name that nobody can know.
        Some(relative) => relative,
        None if path.starts_with('/') => return Ok(path.to_owned()),
        None => path,
    };
    let absolute = draft.place.shipped(path)?;
    let missing = |reason| {
        let in_venv = format!("venv/bin/{}", path.rsplit('/').next().unwrap_or(path));
        let shipped = |other: &str| {
            let there = |path| draft.tree.get(&path).is_some() || draft.is_published_program(&path);
            draft.place.shipped(other).is_ok_and(there)
        };
        let nearest = Some(in_venv).filter(|other| *other != path && shipped(other));
        Error::Program { owner: owner.to_owned(), path: path.to_owned(), reason, nearest }
    };
    match draft.tree.get(&absolute).map(|node| &node.kind) {
        None if draft.is_published_program(&absolute) => Ok(absolute.to_string()),
        None => Err(missing("is not in the release")),
        Some(NodeKind::Directory { .. }) => Err(missing("is a directory")),
        Some(NodeKind::File { mode, .. }) if mode.bits() & 0o111 == 0 => Err(missing("is not executable")),
        Some(_) => Ok(absolute.to_string()),
    }
}

fn add_environment(draft: &mut Draft<'_>, name: &UnitName, process: &Process) -> Result<(), Error> {
    let text = environment_text(draft, name.as_str(), &process.environment)?;
    draft.write(draft.place.internal(&format!("environment/{name}"))?, Mode::PLAIN, text)
}

fn environment_text(
    draft: &Draft<'_>,
    name: &str,
    environment: &BTreeMap<String, String>,
) -> Result<String, Error> {
    let python_path = draft.python_path()?.join(":");
    let (mut forced, mut defaults) = (Vec::new(), Vec::new());
    for (name, value) in environment {
        let variable = Variable { name, value };
        if ALWAYS_SET.contains(&name.as_str()) { forced.push(variable) } else { defaults.push(variable) }
    }
    draft.render("environment.sh.hbs", &Environment { name, forced, defaults, python_path: &python_path })
}

/// Adds the environment that hooks and checks run in: the first service's.
pub(in crate::plan) fn add_hook_environment(draft: &mut Draft<'_>) -> Result<(), Error> {
    let none = BTreeMap::new();
    let first = draft.recipe.services.first();
    let environment = first.map_or(&none, |service| &service.process.environment);
    let text = environment_text(draft, first.map_or("hooks", |service| service.name.as_str()), environment)?;
    draft.write(draft.place.internal("env")?, Mode::PLAIN, text)
}
