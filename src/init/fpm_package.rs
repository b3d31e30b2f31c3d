//! From what fpm is told of a package to `[package]`.

use crate::init::Error;
use crate::init::draft::Draft;
use crate::init::fpm;
use crate::init::fpm::Input;
use crate::init::fpm::Spoken;
use crate::init::fpm_inputs;
use crate::init::package;
use crate::init::package::Package;
use crate::init::package::Said;
use crate::init::package::Version;
use crate::init::parcel;
use crate::packagers::fpm::Place;
use crate::packagers::fpm::relations;
use crate::packagers::fpm::relations::Fixed;
use crate::types::version::DebVersion;

/// Flags whose variables stay, and what stands for what only a shell knows.
pub(in crate::init) const KEPT: [&str; 3] = ["--version", "--epoch", "--iteration"];
/// The version that fpm takes where none is said.
const VERSION: &str = "1.0";
/// Flags of relations, and their keys.
const RELATIONS: [(&str, &str); 6] = [
    ("--deb-pre-depends", "pre-depends"),
    ("--deb-recommends", "recommends"),
    ("--deb-suggests", "suggests"),
    ("--conflicts", "conflicts"),
    ("--replaces", "replaces"),
    ("--provides", "provides"),
];

/// Adds the table.
pub(in crate::init) fn add(draft: &mut Draft, spoken: &Spoken<'_>, input: Input) -> Result<(), Error> {
    let no_name = || Error::NoName { of: "the command line".to_owned(), key: "--name" };
    let name = spoken.said("--name").or_else(|| fpm_inputs::name(spoken, input)).ok_or_else(no_name)?;
    let name = Said { text: name.text.to_lowercase().replace(['_', ' '], "-"), ..name };
    let version = version(draft, spoken, input);
    let maintainer = spoken.said("--maintainer");
    let description = spoken.said("--description");
    let description = description.unwrap_or_else(|| Said { at: name.at.clone(), text: String::new() });
    let description = Said { text: description.text.replace("\\n", "\n"), ..description };
    let (keys, relations, fields) = (keys(draft, spoken), relations(draft, spoken), fields(draft, spoken));
    let package = Package { name, version, maintainer, description, keys, relations, fields };
    package::add(draft, &package, spoken.facts);
    Ok(())
}

fn version(draft: &mut Draft, spoken: &Spoken<'_>, input: Input) -> Version {
    let mut names = Vec::new();
    let mut kept = |flag: &str, fallback: &str| {
        let token = spoken.command.texts(flag).next_back()?;
        let (text, of) = match &token.kept {
            Some(text) => (text.trim().to_owned(), token.names.clone()),
            None => (format!("${{{fallback}}}"), vec![fallback.to_owned()]),
        };
        names.extend(of);
        Some(text).filter(|text| !text.is_empty())
    };
    let epoch = kept("--epoch", "EPOCH");
    let given = kept("--version", "VERSION");
    let revision = kept("--iteration", "ITERATION");
    let said = spoken.command.all("--version").next_back().map(fpm::at);
    let at = said.unwrap_or_else(|| fpm::place("--version", &Place::default()));
    let version = match given.or_else(|| fpm_inputs::version(spoken, input)) {
        Some(version) => version,
        None if input == Input::Dir || input == Input::Tar => {
            draft.remark(format!("the version is {VERSION}, as with fpm where none is said"));
            VERSION.to_owned()
        }
        None => {
            names.push("VERSION".to_owned());
            "${VERSION}".to_owned()
        }
    };
    let bare =
        version.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || c == '$'));
    let bare = bare.unwrap_or(&version).to_owned();
    // What fpm writes is read by dpkg, to which the last `-` begins a revision.
    let (bare, revision) = match (bare.rsplit_once('-'), revision) {
        (Some((upstream, revision)), None) if names.is_empty() => {
            (upstream.to_owned(), Some(revision.to_owned()))
        }
        (_, revision) => (bare, revision),
    };
    let upstream = epoch.map_or_else(|| bare.clone(), |epoch| format!("{epoch}:{bare}"));
    let taken = DebVersion::from_python(&upstream).ok().map(|version| version.to_string());
    if let Some(taken) = taken.filter(|taken| names.is_empty() && *taken != upstream) {
        draft
            .remark(format!("{at}: the version `{upstream}` is a Python version too, and becomes `{taken}`"));
    }
    Version { at, upstream, revision, names }
}

/// Texts by the keys of the manifest.
fn keys(draft: &mut Draft, spoken: &Spoken<'_>) -> Vec<(&'static str, Said)> {
    let flags = [
        ("--category", "section"),
        ("--deb-priority", "priority"),
        ("--url", "homepage"),
        ("--license", "license"),
        ("--deb-changelog", "changelog"),
    ];
    let mut keys = Vec::new();
    for (flag, key) in flags {
        let Some(said) = spoken.said(flag) else { continue };
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-/".contains(c);
        if key == "section" && !said.text.chars().all(is_plain) {
            draft.remark(format!("{}: `{}` is left out: it is no section of Debian's", said.at, said.text));
        } else if key == "changelog" && !spoken.facts.files.contains(&parcel::relative(&said.text)) {
            draft.remark(format!("{}: `{}` is not there, and is left out", said.at, said.text));
        } else {
            keys.push((key, said));
        }
    }
    keys
}

fn relations(draft: &mut Draft, spoken: &Spoken<'_>) -> Vec<(&'static str, Vec<Said>)> {
    let is_any_iteration = spoken.is_on("--deb-ignore-iteration-in-dependencies");
    let (mut depends, mut breaks) = (Vec::new(), Vec::new());
    for said in spoken.all("--depends") {
        for fixed in relations::dependency(&said.text, is_any_iteration) {
            let (list, text) = match fixed {
                Fixed::Relation(text) => (&mut depends, text),
                Fixed::Breaks(text) => (&mut breaks, text),
            };
            list.push(Said { at: said.at.clone(), text });
        }
    }
    if spoken.is_on("--no-depends") && !depends.is_empty() {
        draft.remark("`--no-depends` leaves out all of `--depends`");
        depends.clear();
    }
    let mut lists = vec![("depends", depends), ("breaks", breaks)];
    for (flag, key) in RELATIONS {
        let texts = |said: &Said| match key {
            "provides" => vec![relations::provided(&said.text)],
            _ => relations::dependency(&said.text, is_any_iteration).into_iter().map(text).collect(),
        };
        let said = spoken.all(flag);
        let said = said.iter().flat_map(|said| {
            texts(said).into_iter().map(|text| Said { at: said.at.clone(), text }).collect::<Vec<_>>()
        });
        lists.push((key, said.collect()));
    }
    lists
}

fn text(fixed: Fixed) -> String {
    match fixed {
        Fixed::Relation(text) | Fixed::Breaks(text) => text,
    }
}

fn fields(draft: &mut Draft, spoken: &Spoken<'_>) -> Vec<(String, Said)> {
    let vendor = spoken.said("--vendor").map(|said| ("Vendor".to_owned(), said));
    let mut fields: Vec<(String, Said)> =
        vendor.into_iter().filter(|(_, said)| said.text != "none").collect();
    for said in spoken.all("--deb-field") {
        match said.text.split_once(':') {
            Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                let value = Said { at: said.at, text: value.trim().to_owned() };
                fields.push((name.trim().to_owned(), value));
            }
            _ => draft.remark(format!("{}: `{}` is left out: it is no `FIELD: VALUE`", said.at, said.text)),
        }
    }
    fields
}
