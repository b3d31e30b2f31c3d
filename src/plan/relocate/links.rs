//! Symbolic links: the interpreter's is set to the host's Python, all others stay within the virtualenv.

use std::collections::BTreeMap;

use crate::content::elf;
use crate::content::prefix::PrefixChange;
use crate::content::python::PythonVersion;
use crate::content::pyvenv_cfg::PyvenvCfg;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::case::Case;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::venv;
use crate::plan::relocate::venv::Venv;
use crate::source::tree::SourceKind;
use crate::source::tree::SourceTree;
use crate::types::path::InstallPath;

pub(super) const CASES: &[Case] = &[
    Case { name: "a copy of the interpreter", applies: is_copied_interpreter, act: link_interpreter },
    Case { name: "the link to the interpreter", applies: is_interpreter_link, act: retarget },
    Case { name: "an absolute link into the virtualenv", applies: is_absolute_inside, act: make_relative },
    Case { name: "a link out of the virtualenv", applies: leaves, act: refuse_outside },
    Case { name: "a link to nothing", applies: dangles, act: refuse_dangling },
];

/// How many links may lead to one file (`MAXSYMLINKS` of Linux).
const MOST_HOPS: usize = 40;

/// Where the chain of `bin/python` ends on the build host, as the same Python of a Debian host.
pub(super) fn interpreter(
    tree: &SourceTree,
    cfg: &PyvenvCfg,
    python: PythonVersion,
    changes: &[PrefixChange],
) -> Result<InstallPath, Error> {
    let home = cfg.home().unwrap_or_default().trim_end_matches('/');
    let end = chain_end(tree, changes).unwrap_or_else(|| format!("{home}/python{python}"));
    let (directory, name) = end.rsplit_once('/').unwrap_or(("", end.as_str()));
    let foreign = || Error::ForeignInterpreter { interpreter: end.clone(), maker: maker(&end), python };
    // `/bin` is a link to `/usr/bin` since Debian 12.
    if !["/usr/bin", "/bin"].contains(&directory) {
        return Err(foreign());
    }
    if PythonVersion::from_name(name).is_some_and(|named| named.minor > 0 && named != python) {
        return Err(Error::OtherVersion { interpreter: end.clone(), python });
    }
    format!("/usr/bin/python{python}").parse().map_err(|_| foreign())
}

/// The first absolute target outside; `None` when the chain ends in a file or is not there.
fn chain_end(tree: &SourceTree, changes: &[PrefixChange]) -> Option<String> {
    let mut path = "bin/python".to_owned();
    if tree.get(&path).is_none() {
        path = "bin/python3".to_owned();
    }
    for _ in 0..MOST_HOPS {
        let SourceKind::Symlink(target) = &tree.get(&path)?.kind else { return None };
        path = if target.starts_with(b"/") {
            match venv::inside(changes, target) {
                Some(inside) => inside,
                None => return String::from_utf8(target.clone()).ok(),
            }
        } else {
            joined("bin", std::str::from_utf8(target).ok()?)?
        };
    }
    None
}

/// Names that make the message plainer. The rule does not depend on them.
fn maker(path: &str) -> Option<&'static str> {
    const MAKERS: [(&str, &str); 9] = [
        ("/.pyenv/", "pyenv"),
        ("/uv/python/", "managed by uv"),
        ("/.asdf/", "asdf"),
        ("/mise/", "mise"),
        ("conda", "conda"),
        ("/nix/store/", "Nix"),
        ("/linuxbrew/", "Homebrew"),
        ("/hostedtoolcache/", "of a CI runner"),
        ("/usr/local/", "built by hand or of the `python` image"),
    ];
    MAKERS.iter().find(|(part, _)| path.contains(part)).map(|(_, words)| *words)
}

fn is_interpreter_name(path: &str) -> bool {
    let name = path.strip_prefix("bin/").and_then(|name| name.strip_prefix("python"));
    name.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b't'))
}

/// `--copies`: the program would look for its library beside `home`, so a link serves and saves 7 MB each.
fn is_copied_interpreter(_: &Venv<'_>, item: &Item<'_>) -> bool {
    is_interpreter_name(item.path) && item.file().is_some_and(|facts| elf::machine(&facts.head).is_some())
}

fn link_interpreter(venv: &Venv<'_>, item: &Item<'_>, notes: &mut Vec<Note>) -> Result<Act, Error> {
    notes.push(Note::Linked(item.path.to_owned()));
    let is_first = item.path == "bin/python" || venv.tree.get("bin/python").is_none();
    Ok(Act::Link(if is_first { venv.interpreter.to_string() } else { "python".to_owned() }))
}

fn is_interpreter_link(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    let target = item.target().filter(|_| is_interpreter_name(item.path));
    target.is_some_and(|target| target.starts_with(b"/") && venv.inside(target).is_none())
}

fn retarget(venv: &Venv<'_>, _: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    Ok(Act::Link(venv.interpreter.to_string()))
}

fn is_absolute_inside(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    item.target().is_some_and(|target| target.starts_with(b"/") && venv.inside(target).is_some())
}

fn make_relative(venv: &Venv<'_>, item: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    let inside = item.target().and_then(|target| venv.inside(target)).unwrap_or_default();
    let Some(end) = resolve(venv.tree, &inside) else { return Err(dangling(item)) };
    if !end.is_empty() && venv.tree.get(&inside).is_none() && venv.tree.get(&end).is_none() {
        return Err(dangling(item));
    }
    Ok(Act::Link(relative(item.parent(), &inside)))
}

/// The way from a directory to a path, both relative to the root.
fn relative(from: &str, to: &str) -> String {
    let split = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let (from, to): (Vec<String>, Vec<String>) = (split(from), split(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), from.len() - common);
    let way: Vec<String> = up.chain(to[common..].iter().cloned()).collect();
    if way.is_empty() { ".".to_owned() } else { way.join("/") }
}

fn leaves(_: &Venv<'_>, item: &Item<'_>) -> bool {
    let Some(target) = item.target() else { return false };
    target.starts_with(b"/") || joined(item.parent(), &String::from_utf8_lossy(target)).is_none()
}

fn refuse_outside(_: &Venv<'_>, item: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    Err(Error::OutsideLink { path: item.path.to_owned(), target: shown_target(item) })
}

fn dangles(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    item.target().is_some() && resolve(venv.tree, item.path).is_none()
}

fn refuse_dangling(_: &Venv<'_>, item: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    Err(dangling(item))
}

fn dangling(item: &Item<'_>) -> Error {
    Error::DanglingLink { path: item.path.to_owned(), target: shown_target(item) }
}

fn shown_target(item: &Item<'_>) -> String {
    String::from_utf8_lossy(item.target().unwrap_or_default()).into_owned()
}

/// A path with `.` and `..` taken out; `None` when it leaves the root.
pub(super) fn joined(directory: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in directory.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The file or directory that a path means once every link on its way is followed.
///
/// A chain that leaves the virtualenv counts as resolved where it does: those links have cases of their own.
pub(super) fn resolve(tree: &SourceTree, path: &str) -> Option<String> {
    // What is above an entry is a directory and no link.
    if tree.get(path).is_some_and(|entry| !matches!(entry.kind, SourceKind::Symlink(_))) {
        return Some(path.to_owned());
    }
    let mut path = path.to_owned();
    'hops: for _ in 0..MOST_HOPS {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        for end in ends.filter(|end| *end > 0).collect::<Vec<_>>() {
            let SourceKind::Symlink(target) = &tree.get(&path[..end])?.kind else { continue };
            if target.starts_with(b"/") {
                return Some(path);
            }
            let parent = path[..end].rsplit_once('/').map_or("", |(parent, _)| parent);
            let target = joined(parent, std::str::from_utf8(target).ok()?)?;
            path = joined(&target, &path[end..])?;
            continue 'hops;
        }
        return Some(path);
    }
    None
}

/// Leaves out links whose targets were left out.
pub(super) fn drop_dangling<'a>(venv: &Venv<'a>, items: &[Item<'a>], acts: &mut BTreeMap<&'a str, Act>) {
    let part = |item: &Item<'a>| {
        let end = item.target().and_then(|_| resolve(venv.tree, item.path))?;
        acts.get(end.as_str()).filter(|act| act.is_drop()).map(|act| (item.path, act.clone()))
    };
    let dropped: Vec<(&str, Act)> = items.iter().filter_map(part).collect();
    acts.extend(dropped);
}
