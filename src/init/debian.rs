//! From `debian/`, as dh-virtualenv's users have it.

use crate::control::stanza::Stanza;
use crate::debhelper::changelog;
use crate::debhelper::control;
use crate::debhelper::control::Control;
use crate::debhelper::control::Item;
use crate::debhelper::lists;
use crate::debhelper::rules;
use crate::debhelper::rules::Rules;
use crate::init::Error;
use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::draft::Table;
use crate::init::files;
use crate::init::prefix::Prefixes;
use crate::init::project;
use crate::init::project::Holds;
use crate::init::reading;
use crate::init::relations;
use crate::init::scripts;
use crate::init::scripts::Given;
use crate::init::units;
use crate::init::units::Unit;
use crate::init::values;
use crate::types::relation::Relation;
use crate::types::version::DebVersion;

/// What is read, or has no part in a package that is built already.
const KNOWN: [&str; 24] = [
    "control",
    "changelog",
    "rules",
    "compat",
    "copyright",
    "install",
    "links",
    "dirs",
    "triggers",
    "maintscript",
    "default",
    "logrotate",
    "tmpfiles",
    "sysusers",
    "udev",
    "postinst",
    "prerm",
    "postrm",
    "preinst",
    "watch",
    "gbp.conf",
    "lintian-overrides",
    "source",
    "tests",
];
/// Steps of debhelper that a package of mkdeb has no need of.
const PACKING: [&str; 16] = [
    "dh_strip",
    "dh_dwz",
    "dh_shlibdeps",
    "dh_builddeb",
    "dh_makeshlibs",
    "dh_missing",
    "dh_auto_test",
    "dh_auto_configure",
    "dh_auto_clean",
    "dh_clean",
    "dh_strip_nondeterminism",
    "dh_python3",
    "dh_compress",
    "dh_gencontrol",
    "dh_fixperms",
    "dh_usrlocal",
];
/// Options of dh_virtualenv that are understood, or say nothing that is of use here.
const READ: [&str; 8] = [
    "python",
    "install-suffix",
    "skip-install",
    "builtin-venv",
    "package",
    "no-package",
    "no-test",
    "verbose",
];
/// The relation fields and their keys.
const RELATIONS: [(&str, &str); 8] = [
    ("Pre-Depends", "pre-depends"),
    ("Recommends", "recommends"),
    ("Suggests", "suggests"),
    ("Enhances", "enhances"),
    ("Conflicts", "conflicts"),
    ("Breaks", "breaks"),
    ("Replaces", "replaces"),
    ("Provides", "provides"),
];
/// dh-virtualenv's own way to notice a new Python.
const PYTHON_TRIGGERS: [&str; 2] = ["/usr/bin/python", "/usr/lib/python"];

/// Maintainer scripts.
const SCRIPTS: [&str; 4] = ["preinst", "postinst", "prerm", "postrm"];

/// The files of one package.
pub(in crate::init) struct Sources<'f> {
    pub(in crate::init) package: &'f str,
    /// The other packages of the source, whose files these are not.
    others: Vec<&'f str>,
    facts: &'f Facts,
}

impl<'f> Sources<'f> {
    /// The name of a file in `debian/`: with the package's name in front, or without for the only package.
    pub(in crate::init) fn file(&self, name: &str) -> Option<String> {
        let own = format!("{}.{name}", self.package);
        [own, name.to_owned()].into_iter().find(|file| self.facts.debian.contains(file))
    }

    /// The path of such a file in the project.
    pub(in crate::init) fn path(&self, name: &str) -> String {
        format!("debian/{}", self.file(name).as_deref().unwrap_or(name))
    }

    /// Whether a file is one of another package.
    fn is_others(&self, file: &str) -> bool {
        self.others.iter().any(|other| file.strip_prefix(other).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Its text.
    pub(in crate::init) fn text(&self, name: &str) -> Option<&'f str> {
        debug_assert!(reading::is_read(name), "{name}");
        self.facts.texts.get(&self.file(name)?).map(String::as_str)
    }

    /// The files of units of a kind, with the names of the units: `PACKAGE.KIND`, `PACKAGE.NAME.KIND`, `NAME.KIND`.
    fn units(&self, kind: &str) -> Vec<(String, String)> {
        let suffix = format!(".{kind}");
        let own = self.facts.debian.iter().filter(|file| !self.is_others(file));
        let units = own.filter_map(|file| {
            let stem = if file == kind { self.package } else { file.strip_suffix(&suffix)? };
            let name =
                stem.strip_prefix(self.package).and_then(|rest| rest.strip_prefix('.')).unwrap_or(stem);
            Some((file.clone(), name.to_owned()))
        });
        units.collect()
    }
}

/// Adds everything that `debian/` says.
pub(in crate::init) fn add(draft: &mut Draft, facts: &Facts) -> Result<(), Error> {
    let text = |name: &str| facts.texts.get(name).map(String::as_str).unwrap_or_default();
    let control = control::parse(text("control")).ok_or(Error::Control)?;
    let (binary, others) = control.binaries.split_first().ok_or(Error::Control)?;
    let others: Vec<&str> = others.iter().filter_map(|other| other.get("Package")).collect();
    for name in &others {
        draft.remark(format!("debian/control: the package `{name}` is left out; a manifest makes one"));
    }
    let package = binary.get("Package").unwrap_or_default();
    let sources = Sources { package, others, facts };
    let rules = rules::parse(text("rules"));
    let prefixes = Prefixes::new(package, &rules, facts.texts.values().map(String::as_str));
    draft.say(["Made by `mkdeb init` from debian/. All keys: docs/manifest.md of mkdeb."]);
    self::package(draft, (&control, binary), facts)?;
    project::app(draft, facts);
    let is_versioned = |python: &&String| {
        let version = python.strip_prefix("/usr/bin/python3.").unwrap_or_default();
        !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit())
    };
    let python = rules.virtualenv.get("python").filter(is_versioned);
    let is_left_out = rules.virtualenv.contains_key("skip-install");
    let holds = if is_left_out { Holds::Needed } else { Holds::Project };
    project::virtualenv(draft, facts, (python.map(String::as_str), holds));
    files::add_links(draft, &sources, &prefixes);
    let installed = files::add_installed(draft, (facts, &sources), &prefixes);
    let unit_files = unit_files(&sources, &installed);
    units::add(draft, &unit_files, &prefixes, &|_, table| started(table, &rules));
    files::add_placed(draft, &sources, &prefixes);
    files::add_directories(draft, &sources);
    let of = |name: &'static str| {
        let text = sources.text(name)?;
        Some(Given { name, path: sources.path(name), text })
    };
    let scripts: Vec<Given<'_>> = SCRIPTS.into_iter().filter_map(of).collect();
    scripts::add(draft, &scripts, &prefixes);
    leftovers(draft, &sources, &rules);
    Ok(())
}

fn package(draft: &mut Draft, (control, binary): (&Control, &Stanza), facts: &Facts) -> Result<(), Error> {
    let mut table = Table::new("[package]");
    draft.package = binary.get("Package").unwrap_or_default().to_owned();
    table.set("name", draft.package.as_str());
    table.comes_from(&Source::file("debian/control"));
    let entry =
        facts.texts.get("changelog").and_then(|text| changelog::newest(text)).ok_or(Error::Changelog)?;
    version(draft, &mut table, &entry.version);
    table.comes_from(&Source::file("debian/changelog"));
    let maintainer = control.source.get("Maintainer").filter(|text| values::is_maintainer(text));
    table.set("maintainer", maintainer.unwrap_or(&facts.maintainer));
    table.comes_from(&maintainer.map_or(Source::Environment, |_| Source::file("debian/control")));
    let description = binary.lines("Description").unwrap_or_default();
    let (first, rest) = description.split_once('\n').unwrap_or((&description, ""));
    table.set("summary", Some(values::summary(first)).filter(|it| !it.is_empty()).unwrap_or(entry.source));
    table.set_some("description", Some(format!("{}\n", rest.trim())).filter(|text| text.len() > 1));
    table.set_some("section", control.inherited(binary, "Section").filter(|section| *section != "python"));
    // `extra` is another word for it (Policy 2.5).
    let priority =
        control.inherited(binary, "Priority").filter(|priority| !["optional", "extra"].contains(priority));
    table.set_some("priority", priority);
    table.set_some("homepage", control.inherited(binary, "Homepage").filter(|url| url.starts_with("http")));
    table.set("changelog", "debian/changelog");
    let mut depends = vec!["$auto".to_owned()];
    depends.extend(related(draft, binary, "Depends"));
    table.set("depends", depends);
    for (field, key) in RELATIONS {
        table.set_list(key, related(draft, binary, field));
    }
    table.comes_from(&Source::file("debian/control"));
    draft.add(table);
    Ok(())
}

/// The version in two keys: `1.3.0-1` as a whole is a Python version too, and another one (PEP 440, "Post-releases").
fn version(draft: &mut Draft, table: &mut Table, version: &DebVersion) {
    const NOTE: &str = "as in debian/changelog; `--set package.version=…` overrides it";
    let text = version.to_string();
    let (upstream, revision) = match text.rsplit_once('-') {
        Some((upstream, revision)) => (upstream, Some(revision)),
        None => (text.as_str(), None),
    };
    table.noted("version", upstream, NOTE);
    table.set_some("revision", revision);
    let taken = DebVersion::from_python(upstream).ok();
    let taken =
        taken.and_then(|it| revision.map_or(Some(it.clone()), |revision| it.with_revision(revision).ok()));
    if let Some(taken) = taken.filter(|taken| taken != version) {
        draft.remark(format!(
            "debian/changelog: the version `{text}` is a Python version too, and becomes `{taken}`"
        ));
    }
}

/// The relations that the manifest takes. What the interpreter needs is found by `$auto`.
fn related(draft: &mut Draft, binary: &Stanza, field: &str) -> Vec<String> {
    let mut kept = Vec::new();
    for item in control::relations(binary, field) {
        match item {
            Item::Variable(_) => {}
            Item::Relation(text) if relations::is_interpreter(&text) => {}
            Item::Relation(text) if text.parse::<Relation>().is_ok() => kept.push(text),
            Item::Relation(text) | Item::Restricted(text) => {
                draft.remark(format!("debian/control: `{text}` in `{field}` is left out"));
            }
        }
    }
    kept
}

/// The package's units, with those among what is installed, whose texts are not read.
fn unit_files<'f>(sources: &Sources<'f>, installed: &[(String, String)]) -> Vec<Unit<'f>> {
    let mut found = Vec::new();
    for kind in units::KINDS {
        let own = sources.units(kind).into_iter().map(|(file, name)| {
            let text = sources.facts.texts.get(&file).map(String::as_str);
            Unit { kind, name, path: format!("debian/{file}"), text }
        });
        found.extend(own);
        let suffix = format!(".{kind}");
        found.extend(installed.iter().filter_map(|(path, file)| {
            let name = file.strip_suffix(&suffix)?.to_owned();
            let text = path.strip_prefix("debian/").and_then(|file| sources.facts.texts.get(file));
            Some(Unit { kind, name, path: path.clone(), text: text.map(String::as_str) })
        }));
    }
    found
}

/// What `debian/rules` says about starting.
fn started(table: &mut Table, rules: &Rules) {
    let has = |flags: &[&str]| rules.services.iter().any(|flag| flags.contains(&flag.as_str()));
    if has(&["--no-enable"]) {
        table.set("enable", false);
    }
    if has(&["--no-start"]) {
        table.set("start", false);
    }
    if has(&["--no-restart-on-upgrade", "--no-stop-on-upgrade", "--no-restart-after-upgrade", "-r"]) {
        table.noted("on-upgrade", "none", "as in debian/rules: the old release runs until it is restarted");
    }
    table.comes_from(&Source::file("debian/rules"));
}

/// What has no counterpart.
fn leftovers(draft: &mut Draft, sources: &Sources<'_>, rules: &Rules) {
    for target in rules.others.iter().filter(|target| !PACKING.iter().any(|step| target.ends_with(step))) {
        draft.remark(format!("debian/rules: `{target}` is left out: CI does what a build needs"));
    }
    if rules.others.iter().any(|target| target.ends_with("dh_fixperms")) {
        draft.remark("debian/rules: modes set after `dh_fixperms` are left out: `mode` in `[[config]]` and `[[file]]` sets them");
    }
    for option in rules.virtualenv.keys().filter(|option| !READ.contains(&option.as_str())) {
        draft.remark(format!("debian/rules: `--{option}` is for whoever makes the virtualenv now"));
    }
    for trigger in sources.text("triggers").map(lists::plain).unwrap_or_default() {
        if !PYTHON_TRIGGERS.iter().any(|python| trigger.contains(python)) {
            draft.remark(format!("{}: `{trigger}` is left out", sources.path("triggers")));
        }
    }
    let prefix = format!("{}.", sources.package);
    let left = sources.facts.debian.iter().filter(|file| {
        let name = file.strip_prefix(&prefix).unwrap_or(file);
        let is_unit = ["service", "timer", "socket", "path"].iter().any(|kind| name.ends_with(kind));
        !sources.is_others(file) && !KNOWN.contains(&name) && !name.starts_with("cron.") && !is_unit
    });
    let left: Vec<&str> = left.map(String::as_str).collect();
    if !left.is_empty() {
        draft.remark(format!("left out of debian/: {}", left.join(", ")));
    }
}
