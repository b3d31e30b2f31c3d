//! From `pyproject.toml`, or from nothing but the name of a directory.

use crate::content::pyproject::Pyproject;
use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::draft::Table;
use crate::init::values;

/// The file, in the project's own directory.
const FILE: &str = "pyproject.toml";
/// What no host needs of a repository, where it has that.
const LEFT_OUT: [&str; 5] = [".github", "debian", "docs", "test", "tests"];
/// What no host needs of a directory: one pattern, since one that matches nothing is told.
const LEFT_OUT_OF_DIRECTORIES: &str = "{.*,build,dist,debian,docs,test,tests,*.egg-info}";

/// A service of a project that does not tell of one.
const SERVICE: &str = include_str!("../../templates/init/service.toml");

/// How uv fills a virtualenv at a place.
const UV_SYNC: &str = "UV_PROJECT_ENVIRONMENT=build/venv uv sync --frozen --no-default-groups";

/// What stands above the commands that make a virtualenv.
const HOW: &str = "The virtualenv is made on the Debian release of the hosts, by CI or by hand:";

/// What a virtualenv holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::init) enum Holds {
    /// What the project needs.
    Needed,
    /// The project itself too, for its commands.
    Project,
}

/// Adds everything that the project says.
pub(in crate::init) fn add(draft: &mut Draft, facts: &Facts) {
    let nothing = Pyproject::default();
    let project = facts.pyproject.as_ref().unwrap_or(&nothing);
    draft.say(["Made by `mkdeb init`. All keys: docs/manifest.md of mkdeb."]);
    package(draft, facts, project);
    app(draft, facts);
    let commands: Vec<Table> =
        project.scripts.iter().filter_map(|script| command(draft, facts, script)).collect();
    let is_installed = commands.iter().any(|command| command.has("path"));
    virtualenv(draft, facts, (None, if is_installed { Holds::Project } else { Holds::Needed }));
    commands.into_iter().for_each(|command| draft.add(command));
}

/// Shows how a service would be written, where nothing tells of one.
pub(in crate::init) fn suggest_service(draft: &mut Draft) {
    let module = draft.package.replace('-', "_");
    let text = SERVICE.replace("PACKAGE", &draft.package).replace("MODULE", &module);
    draft.suggest(text.lines());
}

/// What `[project]` says is left to it: `mkdeb build` reads it there.
fn package(draft: &mut Draft, facts: &Facts, project: &Pyproject) {
    let mut table = Table::new("[package]");
    let stated = |value: &Option<String>| value.clone().filter(|_| !project.is_standard);
    let name = project.name.clone().unwrap_or_else(|| facts.directory.clone());
    draft.package = values::package_name(&name);
    if !project.is_standard || name.len() < 2 {
        table.set("name", draft.package.as_str());
    }
    match &project.version {
        Some(version) if !project.is_standard => {
            table.noted(
                "version",
                version.as_str(),
                "as in pyproject.toml; `--set package.version=…` overrides it",
            );
        }
        Some(_) => {}
        None => {
            table.noted("version", "${VERSION}", "`VERSION=1.2.3 mkdeb build`");
            draft.remark("no version is written down in the project: set `VERSION` when you build");
        }
    }
    let file = Source::file(FILE);
    let named_by = if project.name.is_some() { &file } else { &Source::Directory };
    table.comes_from(named_by);
    if project.author.as_deref().filter(|author| values::is_maintainer(author)).is_none() {
        table.set("maintainer", facts.maintainer.as_str());
        table.comes_from(&Source::Environment);
        draft.remark(format!("the maintainer is whoever ran this: {}", facts.maintainer));
    } else {
        table.set_some("maintainer", stated(&project.author));
    }
    let description = project.description.clone().unwrap_or_default();
    let summary = Some(values::summary(&description)).filter(|summary| !summary.is_empty()).unwrap_or(name);
    if !project.is_standard || summary != description {
        table.set("summary", summary);
    }
    table.comes_from(if description.is_empty() { named_by } else { &file });
    table.set_some("license", stated(&project.license));
    table.set_some("homepage", stated(&project.homepage).filter(|url| url.starts_with("http")));
    table.comes_from(&file);
    draft.add(table);
}

/// The application: the tree of the commit, or the directory.
pub(in crate::init) fn app(draft: &mut Draft, facts: &Facts) {
    let mut table = Table::new("[app]");
    let is_below =
        |directory: &str| facts.files.iter().any(|path| path.starts_with(&format!("{directory}/")));
    if facts.is_git {
        table.noted("git", "HEAD", "what is committed; or a `tarball` that CI made");
        let left: Vec<String> =
            LEFT_OUT.iter().filter(|name| is_below(name)).map(|name| (*name).to_owned()).collect();
        table.set_list("exclude", left);
        if is_below("src") {
            table.set("python-path", vec!["src"]);
        }
    } else if is_below("src") {
        table.noted("tarball", "src", "a directory, or a tarball that CI made");
    } else {
        table.noted("tarball", ".", "a directory, or a tarball that CI made");
        table.set("exclude", vec![LEFT_OUT_OF_DIRECTORIES]);
    }
    draft.add(table);
}

/// The virtualenv, and how it is made.
pub(in crate::init) fn virtualenv(draft: &mut Draft, facts: &Facts, (python, holds): (Option<&str>, Holds)) {
    let interpreter = python.unwrap_or("/usr/bin/python3");
    draft.say(["", HOW]);
    let is_uv = facts.lock.as_deref() == Some("uv.lock");
    let make = match is_uv {
        true => format!("    uv venv --python {interpreter} build/venv"),
        false => format!("    {interpreter} -m venv build/venv"),
    };
    let requirements = facts.lock.clone().or_else(|| {
        let name = "requirements.txt";
        facts.files.contains(name).then(|| name.to_owned())
    });
    let fill = match (is_uv, requirements, holds) {
        (true, _, Holds::Needed) => format!("    {UV_SYNC} --no-install-project"),
        (true, _, Holds::Project) => format!("    {UV_SYNC} --no-editable"),
        (false, Some(file), Holds::Needed) => format!("    build/venv/bin/pip install -r {file}"),
        (false, Some(file), Holds::Project) => format!("    build/venv/bin/pip install -r {file} ."),
        (false, None, _) => "    build/venv/bin/pip install .".to_owned(),
    };
    draft.say([make.as_str(), fill.as_str()]);
    let mut table = Table::new("[venv]");
    table.set("path", "build/venv");
    // A lock says what there is and nothing else: the project itself is not in it.
    table.set_some("requirements", facts.lock.as_deref().filter(|_| holds == Holds::Needed));
    table.set_some("python", python);
    draft.add(table);
}

/// The virtualenv that holds what pip is asked for, and how it is made.
pub(in crate::init) fn virtualenv_of(draft: &mut Draft, words: &str, lock: Option<&str>) {
    let fill = format!("    build/venv/bin/pip install {words}");
    draft.say(["", HOW, "    /usr/bin/python3 -m venv build/venv", fill.as_str()]);
    let mut table = Table::new("[venv]");
    table.set("path", "build/venv");
    table.set_some("requirements", lock);
    draft.add(table);
}

/// The commands of the project, which is installed in its virtualenv.
pub(in crate::init) fn commands(draft: &mut Draft, facts: &Facts) {
    let scripts = facts.pyproject.iter().flat_map(|project| project.scripts.keys());
    for name in scripts.filter(|name| values::is_name(name)) {
        let mut table = Table::new("[[command]]");
        table.set("name", name.as_str());
        table.set("path", format!("venv/bin/{name}"));
        table.comes_from(&Source::file(FILE));
        draft.add(table);
    }
}

/// A command of the project: its function, where the application has that; else what pip installs.
fn command(draft: &mut Draft, facts: &Facts, (name, target): (&String, &String)) -> Option<Table> {
    if !values::is_name(name) {
        draft.remark(format!("the command `{name}` is left out: its name needs quoting"));
        return None;
    }
    let mut table = Table::new("[[command]]");
    table.set("name", name.as_str());
    let module = target.split(':').next().unwrap_or_default().replace('.', "/");
    let is_here = ["", "src/"].iter().any(|root| {
        let files = [format!("{root}{module}.py"), format!("{root}{module}/__init__.py")];
        files.iter().any(|path| facts.files.contains(path))
    });
    if is_here && target.contains(':') {
        table.set("entry-point", target.as_str());
    } else {
        table.noted("path", format!("venv/bin/{name}"), "the project itself is installed in the virtualenv");
    }
    table.comes_from(&Source::file(FILE));
    Some(table)
}
