//! From a command line of fpm to a manifest.

use std::collections::BTreeSet;

use crate::init::Error;
use crate::init::Facts;
use crate::init::compression;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::draft::Table;
use crate::init::fpm_excludes::Excludes;
use crate::init::fpm_flags;
use crate::init::fpm_inputs;
use crate::init::fpm_package;
use crate::init::fpm_scripts;
use crate::init::package::Said;
use crate::init::packing;
use crate::init::packing::Choices;
use crate::init::parcel;
use crate::init::project;
use crate::init::units;
use crate::init::units::Unit;
use crate::packagers::fpm::Command;
use crate::packagers::fpm::Given;
use crate::packagers::fpm::Place;
use crate::packagers::fpm::Token;
use crate::packagers::fpm::Value;

/// How much of a word names it, in characters.
const LONGEST: usize = 60;

/// A command, and what is known of the project.
pub(in crate::init) struct Spoken<'c> {
    pub(in crate::init) command: &'c Command,
    pub(in crate::init) facts: &'c Facts,
}

/// What fpm makes packages from, as far as mkdeb does it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::init) enum Input {
    /// Files and directories.
    Dir,
    /// Tarballs.
    Tar,
    /// What pip puts into a virtualenv.
    Virtualenv,
    /// A Python project, or one of an index.
    Python,
}

impl Spoken<'_> {
    /// What a flag says last, where that is known.
    pub(in crate::init) fn said(&self, flag: &str) -> Option<Said> {
        self.all(flag).pop()
    }

    /// All that it says, likewise.
    pub(in crate::init) fn all(&self, flag: &str) -> Vec<Said> {
        let said = self.command.all(flag).filter_map(|given| match &given.value {
            Value::Text(Token { known: Ok(text), .. }) => {
                Some(Said { at: at(given), text: text.trim().to_owned() })
            }
            _ => None,
        });
        said.filter(|said| !said.text.is_empty()).collect()
    }

    /// Whether a flag is given and not switched off.
    pub(in crate::init) fn is_on(&self, flag: &str) -> bool {
        self.command.switch(flag).unwrap_or_default()
    }

    fn input(&self) -> Result<Input, Error> {
        match self.command.last("--output-type") {
            None | Some("deb") => {}
            Some(other) => return Err(Error::NotForDebian(other.to_owned())),
        }
        match self.command.last("--input-type") {
            Some("dir") => Ok(Input::Dir),
            Some("tar") => Ok(Input::Tar),
            Some("virtualenv") => Ok(Input::Virtualenv),
            Some("python") => Ok(Input::Python),
            Some(other) => Err(Error::Input(other.to_owned())),
            None => Err(Error::NoInput),
        }
    }
}

/// The place of a flag.
pub(in crate::init) fn at(given: &Given) -> Source {
    place(&given.written, &given.at)
}

/// The place of a word, of which people see no more than they need to find it.
pub(in crate::init) fn place(word: &str, at: &Place) -> Source {
    let shown: String = word.replace(char::is_control, " ").chars().take(LONGEST).collect();
    let end = if word.chars().count() > LONGEST { "…" } else { "" };
    Source::Word { word: shown + end, of: at.to_string() }
}

/// The files that it names and whose texts count: scripts and units.
pub(in crate::init) fn named(command: &Command, files: &BTreeSet<String>) -> BTreeSet<String> {
    let flags = fpm_scripts::FLAGS.iter().chain(&["--deb-systemd"]);
    let texts = flags.flat_map(|flag| command.texts(flag)).filter_map(|token| token.known.as_deref().ok());
    let sources = fpm_inputs::sources(command);
    texts.map(parcel::relative).chain(units::named(sources.into_iter(), files)).collect()
}

/// Adds everything that the command says.
pub(in crate::init) fn add(draft: &mut Draft, command: &Command, facts: &Facts) -> Result<(), Error> {
    let spoken = Spoken { command, facts };
    let input = spoken.input()?;
    draft.say(["Made by `mkdeb init` from a command line of fpm. All keys: docs/manifest.md of mkdeb."]);
    fpm_package::add(draft, &spoken, input)?;
    let (items, made) = fpm_inputs::items(draft, &spoken, input);
    let excludes = Excludes::of(draft, &spoken);
    let is_left_out = |path: &str| excludes.has(path);
    let excluded = |path: &str| excludes.below(path);
    let start = Start::of(draft, &spoken);
    let started = |unit: &Unit<'_>, table: &mut Table| start.set(unit, table);
    let choices = Choices { is_left_out: &is_left_out, excluded: &excluded, started: &started, made };
    let prefixes = packing::add(draft, items, facts, choices);
    if input == Input::Python && fpm_inputs::is_project(command) {
        project::commands(draft, facts);
    }
    fpm_scripts::add(draft, &spoken, &prefixes);
    self::compression(draft, &spoken);
    leftovers(draft, &spoken);
    Ok(())
}

/// How units of `--deb-systemd` are started.
struct Start {
    /// The paths of their files.
    paths: BTreeSet<String>,
    is_enabled: bool,
    is_started: bool,
    is_restarted: bool,
}

impl Start {
    fn of(draft: &mut Draft, spoken: &Spoken<'_>) -> Self {
        let given = spoken.all("--deb-systemd");
        // Whoever did not leave it to fpm did it in a script.
        let script = spoken.said("--after-install");
        let script = script.and_then(|said| spoken.facts.named.get(&parcel::relative(&said.text)));
        let does = |words: &[&str]| script.is_some_and(|text| words.iter().any(|word| text.contains(word)));
        let start = Self {
            paths: given.iter().map(|said| parcel::relative(&said.text)).collect(),
            is_enabled: spoken.is_on("--deb-systemd-enable") || does(&["enable "]),
            is_started: spoken.is_on("--deb-systemd-auto-start")
                || does(&["systemctl start ", "systemctl restart ", "deb-systemd-invoke ", "--now"]),
            is_restarted: spoken.command.switch("--deb-systemd-restart-after-upgrade") != Some(false),
        };
        if let Some(said) = given.first().filter(|_| !start.is_enabled || !start.is_started) {
            let what = match (start.is_enabled, start.is_started) {
                (true, _) => "not started",
                (false, true) => "not enabled",
                (false, false) => "neither enabled nor started",
            };
            draft.remark(format!(
                "{}: a first install has it {what}, as with fpm; take `enable` and `start` out where mkdeb is to do that",
                said.at
            ));
        }
        start
    }

    fn set(&self, unit: &Unit<'_>, table: &mut Table) {
        if !self.paths.contains(&unit.path) {
            return;
        }
        if !self.is_enabled {
            table.set("enable", false);
        }
        if !self.is_started {
            table.set("start", false);
        }
        if !self.is_restarted {
            table.set("on-upgrade", "none");
        }
    }
}

/// The compression, where it is said; fpm's own default is no choice of anybody's.
fn compression(draft: &mut Draft, spoken: &Spoken<'_>) {
    let Some(given) = spoken.said("--deb-compression") else { return };
    let level = spoken.said("--deb-compression-level").map(|said| said.text);
    let format = match given.text.as_str() {
        "gz" => "gzip",
        "zst" => "zstd",
        other => other,
    };
    compression::add(draft, (&given.at, &given.text), (format, level.as_deref()));
}

/// What has no counterpart, and what is not known.
fn leftovers(draft: &mut Draft, spoken: &Spoken<'_>) {
    let Command { given, others, unknown, more, .. } = spoken.command;
    for given in given {
        let at = at(given);
        match &given.value {
            Value::Text(Token { known: Err(unknown), written, .. })
                if !fpm_package::KEPT.contains(&given.flag) =>
            {
                draft.remark(format!("{at}: `{written}` is left out: {unknown}"));
            }
            _ => {
                if let Some((_, why)) = fpm_flags::LEFT_OUT.iter().find(|(flag, _)| *flag == given.flag) {
                    draft.remark(format!("{at} is left out: {why}"));
                }
            }
        }
    }
    for Token { at, written, known, .. } in unknown {
        let why = known.as_ref().err().map(ToString::to_string).unwrap_or_default();
        draft.remark(format!("{} is left out: {why}", place(written, at)));
    }
    for at in more {
        draft.remark(format!("{at}: this is another command of fpm, and is not read"));
    }
    if !others.is_empty() {
        draft.remark(format!("left out: {}, for packages of others than Debian", others.join(", ")));
    }
}
