//! From what fpm packs to things at places (its `package/dir.rb`, `tar.rb`, `virtualenv.rb` and `python.rb`).

use std::collections::BTreeSet;

use globset::GlobBuilder;

use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::fpm;
use crate::init::fpm::Input;
use crate::init::fpm::Spoken;
use crate::init::package::Said;
use crate::init::parcel;
use crate::init::parcel::Item;
use crate::init::parcel::Kind;
use crate::init::parts;
use crate::init::parts::Made;
use crate::init::values;
use crate::packagers::fpm::Command;
use crate::packagers::fpm::Token;

/// Where fpm puts virtualenvs.
const LOCATION: &str = "/usr/share/python";
/// What makes a pattern of a path.
const SIGNS: [char; 4] = ['*', '?', '[', '{'];
/// What names the project itself to pip.
const PROJECT: [&str; 5] = [".", "./", "setup.py", "pyproject.toml", "./setup.py"];

/// Where what is packed comes from, and where it goes.
struct Mapping {
    /// The path in the project.
    source: String,
    /// The path on the host, as it is written.
    target: String,
    /// Whether only what lies in the source goes there.
    is_contents: bool,
    /// Whether the target is said, and not that of the source itself.
    is_mapped: bool,
}

/// The paths in the project that it packs, up to what makes a pattern of one.
pub(in crate::init) fn sources(command: &Command) -> BTreeSet<String> {
    let plain = |token: &Token| {
        let end = token.pattern.as_ref().map_or(usize::MAX, |pattern| pattern.find(SIGNS).unwrap_or(0));
        let text = token.text()?;
        Some(mapping(command, text.get(..end).unwrap_or(text), &Facts::default()).source)
    };
    let mut sources: BTreeSet<String> = command.arguments.iter().filter_map(plain).collect();
    if command.arguments.is_empty() {
        sources.extend(command.last("--chdir").map(parcel::relative));
    }
    sources
}

/// The things that the package has, and the virtualenv that fpm makes for it.
pub(in crate::init) fn items(
    draft: &mut Draft,
    spoken: &Spoken<'_>,
    input: Input,
) -> (Vec<Item>, Option<Made>) {
    let mut items = Vec::new();
    let mut made = None;
    for (said, is_literal) in arguments(draft, spoken, input) {
        match input {
            Input::Dir => items.extend(file(draft, spoken, (&said, is_literal), &items)),
            Input::Tar => items.extend(tarball(draft, spoken, &said)),
            Input::Virtualenv | Input::Python if made.is_none() => {
                made = Some(virtualenv(spoken, &said, input));
            }
            Input::Virtualenv | Input::Python => {
                draft.remark(format!("{} is left out: a package has one virtualenv", said.at));
            }
        }
    }
    if input == Input::Python {
        draft.remark(
            "the package has a virtualenv of its own: what others import from `python3` is not in it",
        );
    }
    if let Some(said) = spoken.said("--virtualenv-other-files-dir") {
        items.push(Item::new(said.at, Kind::Tree, &said.text, "/"));
    }
    more(draft, spoken, &mut items);
    (items, made)
}

/// What is packed, each with whether no shell made it of a pattern.
fn arguments(draft: &mut Draft, spoken: &Spoken<'_>, input: Input) -> Vec<(Said, bool)> {
    let mut arguments = Vec::new();
    for token in &spoken.command.arguments {
        let at = fpm::place(&token.written, &token.at);
        match (&token.known, &token.pattern) {
            (Err(unknown), _) => draft.remark(format!("{at} is left out: {unknown}")),
            // No shell looks for a pattern behind `=`, nor for the `=`.
            (Ok(text), Some(pattern)) if input == Input::Dir && !text.contains('=') => {
                let found = matching(spoken.facts, pattern);
                if found.is_empty() {
                    draft.remark(format!("{at} is no file here; if CI makes it, add `[[file]]`"));
                }
                arguments.extend(found.into_iter().map(|text| (Said { at: at.clone(), text }, false)));
            }
            (Ok(text), _) => arguments.push((Said { at, text: text.trim().to_owned() }, true)),
        }
    }
    if let (Some(chdir), true, Input::Dir) = (spoken.said("--chdir"), arguments.is_empty(), input) {
        arguments.push((Said { text: ".".to_owned(), ..chdir }, true));
    }
    arguments
}

/// The files and directories that a pattern of a shell means: none whose names begin with a dot that is not written.
fn matching(facts: &Facts, pattern: &str) -> BTreeSet<String> {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let Ok(glob) = glob.map(|glob| glob.compile_matcher()) else { return BTreeSet::new() };
    let depth = pattern.matches('/').count();
    let is_hidden = |path: &str| {
        path.split('/')
            .zip(pattern.split('/'))
            .any(|(name, part)| name.starts_with('.') && !part.starts_with('.'))
    };
    let of_depth = |path: &String| {
        let end = path.match_indices('/').map(|(at, _)| at).chain([path.len()]).nth(depth)?;
        path.get(..end).map(str::to_owned)
    };
    let paths = facts.files.iter().chain(&facts.virtualenvs).filter_map(of_depth);
    paths.filter(|path| glob.is_match(path) && !is_hidden(path)).collect()
}

/// What an argument of `-s dir` maps, as fpm does it, which follows rsync(1).
fn mapping(command: &Command, argument: &str, facts: &Facts) -> Mapping {
    let chdir = command.last("--chdir").unwrap_or_default();
    let joined = |path: &str| match (chdir, path.starts_with('/')) {
        ("", _) | (_, true) => path.to_owned(),
        (chdir, false) => format!("{chdir}/{path}"),
    };
    let is_there = |path: &str| facts.files.contains(&parcel::relative(path));
    let pair = argument.split_once('=').filter(|(source, target)| !source.is_empty() && !target.is_empty());
    let (source, target) = match pair.filter(|_| !is_there(&joined(argument))) {
        Some((source, target)) => (source, target),
        None => {
            let (source, target) = (parcel::relative(&joined(argument)), argument.to_owned());
            return Mapping { source, target, is_contents: true, is_mapped: false };
        }
    };
    // Whether a slash at its end counts is asked of the directory that fpm is started in.
    let is_contents =
        source.ends_with('/') && (chdir.is_empty() || parcel::is_directory(facts, &parcel::relative(source)));
    Mapping {
        source: parcel::relative(&joined(source)),
        target: target.to_owned(),
        is_contents,
        is_mapped: true,
    }
}

/// A file or a directory at its place.
fn file(
    draft: &mut Draft,
    spoken: &Spoken<'_>,
    (said, is_literal): (&Said, bool),
    before: &[Item],
) -> Option<Item> {
    let facts = spoken.facts;
    let Mapping { source, mut target, is_contents, is_mapped } = mapping(spoken.command, &said.text, facts);
    if let Some(prefix) = spoken.command.last("--prefix") {
        target = format!("{prefix}/{target}");
    }
    let name = source.rsplit('/').next().unwrap_or_default();
    let is_directory = parcel::is_directory(facts, &source);
    let (kind, is_known) = match facts.links.get(&source) {
        Some(_) if !is_contents || !is_mapped => (Kind::Link, true),
        _ if facts.files.contains(&source) => (Kind::File, true),
        _ if is_directory || is_contents && is_mapped || source == "." => (Kind::Tree, true),
        _ if parts::is_named(name) => (Kind::Tree, false),
        _ => (Kind::File, false),
    };
    if !is_known && is_literal && source.contains(SIGNS) {
        draft.remark(format!("{} is left out: no shell expands a pattern in front of `=`", said.at));
        return None;
    }
    if !is_known {
        let what = if kind == Kind::Tree { "directory" } else { "file" };
        let how = if is_literal && kind == Kind::File {
            "; write it with `/` at its end where it is a directory"
        } else {
            ""
        };
        draft.remark(format!("{}: `{source}` is not here yet, and is taken for a {what}{how}", said.at));
    }
    let place = parcel::absolute(&target);
    let is_in_directory = || {
        let below = format!("{place}/");
        target.ends_with('/') || before.iter().any(|item| item.path == place || item.path.starts_with(&below))
    };
    let is_below = is_mapped && !is_contents && (kind == Kind::Tree || is_in_directory());
    let path = if is_below { format!("{place}/{name}") } else { place };
    let source = match (kind, facts.links.get(&source)) {
        (Kind::Link, Some(target)) => target,
        _ => &source,
    };
    Some(Item::new(said.at.clone(), kind, source, &path))
}

/// A tarball, which is unpacked at a place.
fn tarball(draft: &mut Draft, spoken: &Spoken<'_>, said: &Said) -> Option<Item> {
    if let Some(chdir) = spoken.said("--chdir") {
        draft.remark(format!(
            "{}: `strip-components` in `[app]` says how much of the paths in a tarball goes",
            chdir.at
        ));
    }
    match spoken.command.last("--prefix").map(parcel::absolute).filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => Some(Item::new(said.at.clone(), Kind::Tree, &said.text, &prefix)),
        None => {
            draft.remark(format!(
                "{} is left out: what is in it would lie at `/`; unpack it, and give the directory to `-s dir`",
                said.at
            ));
            None
        }
    }
}

/// Whether an argument is the project itself.
pub(in crate::init) fn is_project(command: &Command) -> bool {
    command.arguments.first().and_then(Token::text).is_some_and(|text| PROJECT.contains(&text))
}

/// The virtualenv that pip fills.
fn virtualenv(spoken: &Spoken<'_>, said: &Said, input: Input) -> Made {
    let text = said.text.as_str();
    let is_file =
        input == Input::Virtualenv && (text == "requirements.txt" || text.ends_with("/requirements.txt"));
    let words = match text {
        _ if is_file => format!("-r {}", parcel::relative(text)),
        text if PROJECT.contains(&text) => ".".to_owned(),
        text => text.to_owned(),
    };
    let lock = spoken.facts.lock.clone().filter(|lock| is_file && *lock == parcel::relative(text));
    let location = spoken.command.last("--virtualenv-install-location").unwrap_or(LOCATION);
    let own = format!("{location}/{}", distribution(spoken).unwrap_or_default());
    let place = match input {
        Input::Virtualenv => parcel::absolute(spoken.command.last("--prefix").unwrap_or(&own)),
        _ => String::new(),
    };
    Made { at: said.at.clone(), place, words: quoted(&words), lock }
}

/// The words for a shell, in a comment.
fn quoted(words: &str) -> String {
    match words.strip_prefix("-r ") {
        Some(file) => format!("-r {}", shlex::try_quote(file).unwrap_or_default()),
        None => shlex::try_quote(words).unwrap_or_default().into_owned(),
    }
}

/// What the argument calls the distribution.
fn distribution(spoken: &Spoken<'_>) -> Option<String> {
    let text = spoken.command.arguments.first()?.text()?;
    let above = |path: &str| {
        path.rsplit_once('/').map(|(above, _)| above.rsplit('/').next().unwrap_or_default().to_owned())
    };
    if text == "requirements.txt" || text.ends_with("/requirements.txt") {
        return Some(above(text).unwrap_or_else(|| spoken.facts.directory.clone()));
    }
    if PROJECT.contains(&text) {
        return spoken.facts.pyproject.as_ref()?.name.clone();
    }
    text.split("==").next().map(str::to_owned)
}

/// The name that fpm gives a package without one.
pub(in crate::init) fn name(spoken: &Spoken<'_>, input: Input) -> Option<Said> {
    let argument = spoken.command.arguments.first()?;
    let at = fpm::place(&argument.written, &argument.at);
    let command = spoken.command;
    let prefixed = |(kind, fix, prefix): (&str, &str, &str)| {
        let name = distribution(spoken)?;
        let is_prefixed = command.switch(fix) != Some(false);
        Some(if is_prefixed { format!("{}-{name}", command.last(prefix).unwrap_or(kind)) } else { name })
    };
    let text = match input {
        Input::Dir => return None,
        Input::Tar => argument.text()?.rsplit('/').next()?.split('.').next()?.to_owned(),
        Input::Virtualenv => {
            prefixed(("virtualenv", "--virtualenv-fix-name", "--virtualenv-package-name-prefix"))?
        }
        Input::Python => prefixed(("python", "--python-fix-name", "--python-package-name-prefix"))?,
    };
    Some(Said { at, text: values::package_name(&text) })
}

/// The version that what is packed has.
pub(in crate::init) fn version(spoken: &Spoken<'_>, input: Input) -> Option<String> {
    let text = spoken.command.arguments.first()?.text()?;
    match input {
        Input::Dir | Input::Tar => None,
        _ if PROJECT.contains(&text) => spoken.facts.pyproject.as_ref()?.version.clone(),
        _ => text.split_once("==").map(|(_, version)| version.to_owned()),
    }
}

/// What flags add: units, defaults, configuration and directories, and whose things are.
fn more(draft: &mut Draft, spoken: &Spoken<'_>, items: &mut Vec<Item>) {
    let directory = spoken.command.last("--deb-systemd-path").unwrap_or("lib/systemd/system");
    for said in spoken.all("--deb-systemd") {
        let file = last(&said.text);
        let name = if file.contains('.') { file.to_owned() } else { format!("{file}.service") };
        items.push(Item::new(said.at, Kind::File, &said.text, &format!("{directory}/{name}")));
    }
    for said in spoken.all("--deb-default") {
        let name = last(&said.text);
        let place = format!("/etc/default/{}", name.strip_suffix(".default").unwrap_or(name));
        items.push(Item::new(said.at, Kind::Config, &said.text, &place));
    }
    for said in spoken.all("--config-files") {
        let place = parcel::absolute(&said.text);
        configuration(draft, spoken, (said, &place), items);
    }
    let (user, group) = (spoken.said("--deb-user"), spoken.said("--deb-group"));
    let (user, group) = (user.filter(|it| it.text != "root"), group.filter(|it| it.text != "root"));
    for said in spoken.all("--directories") {
        let mut item = Item::new(said.at, Kind::Directory, "", &said.text);
        item.owned.owner = user.as_ref().map(|said| said.text.clone());
        items.push(item);
    }
    for item in items.iter_mut().filter(|item| item.path.starts_with("/etc/") || item.kind == Kind::Directory)
    {
        item.owned.group = group.as_ref().map(|said| said.text.clone());
    }
    for said in user.iter().chain(&group) {
        draft.remark(format!(
            "{}: files belong to root, and not to `{}`; `[[directory]]` and `[[config]]` have a group",
            said.at, said.text
        ));
    }
}

/// Configuration: what is in the package already, or a file of the project at the same place.
fn configuration(draft: &mut Draft, spoken: &Spoken<'_>, (said, place): (Said, &str), items: &mut Vec<Item>) {
    let is_within = |path: &str, directory: &str| {
        path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_packed = items.iter().any(|item| {
        is_within(&item.path, place) || (item.kind == Kind::Tree && is_within(place, &item.path))
    });
    let source = parcel::relative(&said.text);
    let is_directory = parcel::is_directory(spoken.facts, &source);
    if !is_packed && !is_directory && !spoken.facts.files.contains(&source) {
        draft.remark(format!("{}: `{}` is left out: nothing of the package lies there", said.at, said.text));
        return;
    }
    if !is_within(place, "/etc") {
        draft.remark(format!(
            "{}: `{place}` does not keep the admin's edits: configuration lies below `/etc`",
            said.at
        ));
    }
    if !is_packed {
        let kind = if is_directory { Kind::Tree } else { Kind::File };
        items.push(Item::new(said.at, kind, &source, place));
    }
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
