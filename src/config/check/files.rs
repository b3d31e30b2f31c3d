//! `[[command]]`, `[[config]]`, `[[tree]]`, `[[file]]`, `[[link]]` and `[[directory]]`.

use toml::Spanned;

use crate::config::check::scope::Scope;
use crate::config::check::unique::Names;
use crate::config::check::unique::Paths;
use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::raw::Text;
use crate::config::raw::files;
use crate::config::recipe::CommandRecipe;
use crate::config::recipe::CommandRun;
use crate::config::recipe::ConfigKind;
use crate::config::recipe::ConfigRecipe;
use crate::config::recipe::DirectoryRecipe;
use crate::config::recipe::EntryPoint;
use crate::config::recipe::FileRecipe;
use crate::config::recipe::LinkRecipe;
use crate::config::recipe::TreeRecipe;
use crate::types::mode::Mode;
use crate::types::path::InstallPath;

/// Every command.
pub(in crate::config) fn commands(raw: Vec<Spanned<files::Command>>) -> Result<Vec<CommandRecipe>, Fault> {
    let mut names = Names::default();
    let mut commands = Vec::new();
    for raw in raw {
        let (scope, raw) = Scope::open("[[command]]", raw);
        let name = names.claim(&scope, raw.name.as_ref())?;
        let run = match (&raw.entry_point, &raw.path) {
            (Some(text), None) => CommandRun::EntryPoint(entry_point(&scope, text)?),
            (None, Some(path)) => CommandRun::Path(scope.below("path", path)?),
            (Some(_), Some(path)) => return Err(scope.exclusive("path", path.span(), "entry-point")),
            (None, None) => {
                let (table, keys) = (scope.table.to_owned(), vec!["entry-point", "path"]);
                return Err(scope.fault(Problem::NoneOf { table, keys }));
            }
        };
        commands.push(CommandRecipe { name, run });
    }
    Ok(commands)
}

/// `module:attribute`, both dotted ASCII identifiers (Entry points specification).
fn entry_point(scope: &Scope, text: &Text) -> Result<EntryPoint, Fault> {
    let given = scope.filled("entry-point", text)?;
    let identifier = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    match given.split_once(':') {
        Some((module, attribute))
            if module.split('.').all(identifier) && attribute.split('.').all(identifier) =>
        {
            Ok(EntryPoint { module: module.to_owned(), attribute: attribute.to_owned() })
        }
        _ => {
            let reason = format_args!("`{given}` is not an entry point");
            Err(scope.invalid_but("entry-point", text.span(), reason, "write it like `orders.cli:main`"))
        }
    }
}

/// Every conffile and what is like one.
pub(in crate::config) fn configs(
    raw: Vec<Spanned<files::Config>>,
    paths: &mut Paths,
) -> Result<Vec<ConfigRecipe>, Fault> {
    raw.into_iter().map(|raw| config(raw, paths)).collect()
}

fn config(raw: Spanned<files::Config>, paths: &mut Paths) -> Result<ConfigRecipe, Fault> {
    let (scope, raw) = Scope::open("[[config]]", raw);
    let path = paths.claim(&scope, raw.path.as_ref())?;
    if !is_below_etc(&path) {
        let span = raw.path.as_ref().map_or(0..0, Spanned::span);
        let reason = format_args!("`{path}` is not below `/etc`");
        return Err(scope.invalid_but("path", span, reason, "use `[[file]]` for what nobody edits"));
    }
    check_readable(&scope, raw.path.as_ref(), &path)?;
    let set = |flag: Option<&Spanned<bool>>| flag.filter(|flag| *flag.get_ref()).map(Spanned::span);
    let kind = match (&raw.source, set(raw.secret.as_ref()), set(raw.remove.as_ref())) {
        (Some(source), None, None) => ConfigKind::Shipped { source: scope.source("source", source)? },
        (None, Some(_), None) => ConfigKind::Secret,
        (None, None, Some(_)) => ConfigKind::Removed,
        (Some(_), Some(span), _) => return Err(scope.exclusive("secret", span, "source")),
        (Some(_), None, Some(span)) => return Err(scope.exclusive("remove", span, "source")),
        (None, Some(_), Some(span)) => return Err(scope.exclusive("remove", span, "secret")),
        (None, None, None) => {
            let (table, keys) = (scope.table.to_owned(), vec!["source", "secret", "remove"]);
            return Err(scope.fault(Problem::NoneOf { table, keys }));
        }
    };
    if kind == ConfigKind::Removed {
        let span = |text: &Option<Text>| text.as_ref().map(Spanned::span);
        scope.no_effect("remove", &[("mode", span(&raw.mode)), ("group", span(&raw.group))])?;
    }
    let mode = scope.parse_some("mode", raw.mode.as_ref())?;
    let default = if kind == ConfigKind::Secret { secret_mode(&scope)? } else { Mode::PLAIN };
    let group = scope.parse_some("group", raw.group.as_ref())?;
    Ok(ConfigRecipe { path, kind, mode: mode.unwrap_or(default), group })
}

/// The longest path of a conffile, in bytes: dpkg reads lines of 1000 with their end, some of which begin with
/// `remove-on-upgrade `.
const LONGEST_CONFFILE: usize = 980;

/// Refuses what dpkg would read as another path (`deb-conffiles(5)`): it cuts blanks off the end.
fn check_readable(scope: &Scope, text: Option<&Text>, path: &InstallPath) -> Result<(), Fault> {
    let span = text.map_or(0..0, Spanned::span);
    if path.as_str().ends_with(' ') {
        let reason = format_args!("`{path}` ends in a blank, which dpkg drops");
        return Err(scope.invalid_but("path", span, reason, "remove the blank at its end"));
    }
    if path.as_str().len() > LONGEST_CONFFILE {
        let reason = format_args!("it is longer than the {LONGEST_CONFFILE} bytes that dpkg reads");
        return Err(scope.invalid_but("path", span, reason, "choose a shorter path"));
    }
    Ok(())
}

fn secret_mode(scope: &Scope) -> Result<Mode, Fault> {
    scope.parse("mode", &Spanned::new(0..0, "0640".to_owned()))
}

fn is_below_etc(path: &InstallPath) -> bool {
    path.as_str().starts_with("/etc/")
}

/// More of the release.
pub(in crate::config) fn trees(raw: Vec<Spanned<files::Tree>>) -> Result<Vec<TreeRecipe>, Fault> {
    let mut names = Names::default();
    let mut trees = Vec::new();
    for raw in raw {
        let (scope, raw) = Scope::open("[[tree]]", raw);
        let source = scope.require("source", "source = \"build/static\"", raw.source.as_ref())?;
        let text = scope.require("path", "path = \"static\"", raw.path.as_ref())?;
        let path = scope.below("path", text)?;
        let top = path.split('/').next().unwrap_or_default();
        if matches!(top, "venv" | ".mkdeb") {
            let reason = format_args!("`{top}` of a release is mkdeb's own");
            return Err(scope.invalid_but("path", text.span(), reason, "choose another directory"));
        }
        names.take(&scope, "path", text.span(), &path)?;
        trees.push(TreeRecipe { source: scope.source("source", source)?, path });
    }
    Ok(trees)
}

/// Files outside the prefix.
pub(in crate::config) fn files(
    raw: Vec<Spanned<files::File>>,
    paths: &mut Paths,
) -> Result<Vec<FileRecipe>, Fault> {
    let mut files = Vec::new();
    for raw in raw {
        let (scope, raw) = Scope::open("[[file]]", raw);
        let source = scope.require("source", "source = \"…\"", raw.source.as_ref())?;
        let path = paths.claim(&scope, raw.path.as_ref())?;
        if is_below_etc(&path) {
            let span = raw.path.as_ref().map_or(0..0, Spanned::span);
            let reason =
                format_args!("`{path}` is below `/etc`, where upgrades have to keep the admin's edits");
            return Err(scope.invalid_but("path", span, reason, "use `[[config]]`"));
        }
        let mode = scope.parse_some("mode", raw.mode.as_ref())?;
        files.push(FileRecipe { source: scope.source("source", source)?, path, mode });
    }
    Ok(files)
}

/// Symbolic links outside the prefix.
pub(in crate::config) fn links(
    raw: Vec<Spanned<files::Link>>,
    paths: &mut Paths,
) -> Result<Vec<LinkRecipe>, Fault> {
    let mut links = Vec::new();
    for raw in raw {
        let (scope, raw) = Scope::open("[[link]]", raw);
        let path = paths.claim(&scope, raw.path.as_ref())?;
        let target = scope.require("target", "target = \"…\"", raw.target.as_ref())?;
        links.push(LinkRecipe { path, target: scope.filled("target", target)?.to_owned() });
    }
    Ok(links)
}

/// Directories outside the prefix.
pub(in crate::config) fn directories(
    raw: Vec<Spanned<files::Directory>>,
    paths: &mut Paths,
) -> Result<Vec<DirectoryRecipe>, Fault> {
    let mut directories = Vec::new();
    for raw in raw {
        let (scope, raw) = Scope::open("[[directory]]", raw);
        directories.push(DirectoryRecipe {
            path: paths.claim(&scope, raw.path.as_ref())?,
            owner: scope.parse_some("owner", raw.owner.as_ref())?,
            group: scope.parse_some("group", raw.group.as_ref())?,
            mode: scope.parse_some("mode", raw.mode.as_ref())?.unwrap_or(Mode::EXECUTABLE),
        });
    }
    Ok(directories)
}
