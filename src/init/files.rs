//! From lists and files of `debian/` to files, links, directories and configuration.

use crate::debhelper::lists;
use crate::init::Facts;
use crate::init::debian::Sources;
use crate::init::draft::Draft;
use crate::init::draft::Script;
use crate::init::draft::Source;
use crate::init::draft::Table;
use crate::init::prefix::Prefixes;
use crate::init::units;
use crate::init::values;

/// Files that debhelper puts at a place of their own: the name in `debian/`, and the place, in which `PACKAGE` stands
/// for the package (dh_installinit(1), dh_installlogrotate(1), dh_installcron(1), dh_installtmpfiles(1), …).
const PLACES: [(&str, &str); 10] = [
    ("default", "/etc/default/PACKAGE"),
    ("logrotate", "/etc/logrotate.d/PACKAGE"),
    ("cron.d", "/etc/cron.d/PACKAGE"),
    ("cron.daily", "/etc/cron.daily/PACKAGE"),
    ("cron.hourly", "/etc/cron.hourly/PACKAGE"),
    ("cron.weekly", "/etc/cron.weekly/PACKAGE"),
    ("cron.monthly", "/etc/cron.monthly/PACKAGE"),
    ("tmpfiles", "/usr/lib/tmpfiles.d/PACKAGE.conf"),
    ("sysusers", "/usr/lib/sysusers.d/PACKAGE.conf"),
    ("udev", "/usr/lib/udev/rules.d/60-PACKAGE.rules"),
];
/// The directories of cron's scripts.
const PERIODS: [&str; 4] = ["hourly", "daily", "weekly", "monthly"];
/// Where changed copies are written.
const MOVED: &str = "deploy";
/// Below these a directory belongs to one package, and goes with it.
const OWN_ROOTS: [&str; 5] = ["/var/lib/", "/var/log/", "/var/cache/", "/var/spool/", "/srv/"];

/// Adds the files with places of their own.
pub(in crate::init) fn add_placed(draft: &mut Draft, sources: &Sources<'_>, prefixes: &Prefixes) {
    for (name, place) in PLACES {
        let Some(file) = sources.file(name) else { continue };
        let path = place.replace("PACKAGE", sources.package);
        let source = moved(draft, (name, sources), prefixes).unwrap_or_else(|| format!("debian/{file}"));
        let mut table = placed(&source, &path);
        table.comes_from(&Source::file(format!("debian/{file}")));
        draft.add(table);
    }
    for path in sources.text("maintscript").map(lists::removed_conffiles).unwrap_or_default() {
        let mut table = Table::new("[[config]]");
        table.set("path", path);
        table.set("remove", true);
        table.comes_from(&Source::file(sources.path("maintscript")));
        draft.add(table);
    }
}

/// Writes a copy of a file that names the old virtualenv, with the new place in its stead; where it lies.
fn moved(draft: &mut Draft, (name, sources): (&str, &Sources<'_>), prefixes: &Prefixes) -> Option<String> {
    let text = sources.text(name)?;
    let moved = prefixes.moved(text);
    if moved == text {
        return None;
    }
    let (old, path) = (sources.path(name), format!("{MOVED}/{}.{name}", sources.package));
    draft.remark(format!(
        "{old}: it names the old virtualenv; the package has `{path}`, a copy with the new paths"
    ));
    draft.scripts.push(Script { path: path.clone(), text: moved });
    Some(path)
}

/// A file at a path: configuration below `/etc`, else nobody's to edit.
pub(in crate::init) fn placed(source: &str, path: &str) -> Table {
    let header = if path.starts_with("/etc/") { "[[config]]" } else { "[[file]]" };
    let mut table = Table::new(header);
    table.set("source", source);
    // `/lib` is a link to `/usr/lib` on every release that is supported.
    let path = path.strip_prefix("/lib/").map_or_else(|| path.to_owned(), |rest| format!("/usr/lib/{rest}"));
    // run-parts(8) runs what is executable there.
    let is_run = PERIODS.iter().any(|period| path.starts_with(&format!("/etc/cron.{period}/")));
    table.set("path", path);
    table.set_some("mode", is_run.then_some("0755"));
    table
}

/// Adds what `install` copies. Units among that are returned: their files and their names.
pub(in crate::init) fn add_installed(
    draft: &mut Draft,
    (facts, sources): (&Facts, &Sources<'_>),
    prefixes: &Prefixes,
) -> Vec<(String, String)> {
    let mut units = Vec::new();
    for line in sources.text("install").map(lists::install).unwrap_or_default() {
        for pattern in &line.sources {
            let found = matching(facts, pattern);
            if found.is_empty() || line.sources.contains(&"=>".to_owned()) {
                draft.remark(format!(
                    "debian/install: `{pattern}` is no file here; if CI makes it, add `[[file]]`"
                ));
            }
            for (source, below) in found {
                let directory = match (&line.directory, source.rsplit_once('/')) {
                    (Some(directory), _) => directory.clone(),
                    (None, Some((above, _))) => format!("/{above}"),
                    (None, None) => continue,
                };
                let path = format!("{directory}/{below}");
                if units::DIRECTORIES.contains(&directory.as_str()) {
                    units.push((source, below));
                } else if prefixes.below(&path).is_some() {
                    draft.remark(format!(
                        "debian/install: `{source}` went into the virtualenv; the application has it"
                    ));
                } else {
                    let mut table = placed(&source, &path);
                    table.comes_from(&Source::file(sources.path("install")));
                    draft.add(table);
                }
            }
        }
    }
    units
}

/// The files that a pattern of dh_install means, each with its path below the directory it is copied to.
fn matching(facts: &Facts, pattern: &str) -> Vec<(String, String)> {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let glob = globset::GlobBuilder::new(pattern).literal_separator(true).build();
    let Ok(glob) = glob.map(|glob| glob.compile_matcher()) else { return Vec::new() };
    let files = facts.files.iter().filter_map(|file| {
        // A directory is copied with all that is in it.
        let mut ends = file.match_indices('/').map(|(at, _)| at).chain([file.len()]);
        let end = ends.find(|end| glob.is_match(&file[..*end]))?;
        let start = file[..end].rfind('/').map_or(0, |at| at + 1);
        Some((file.clone(), file[start..].to_owned()))
    });
    files.collect()
}

/// Adds links: those in `/usr/bin` to programs of the virtualenv are commands.
pub(in crate::init) fn add_links(draft: &mut Draft, sources: &Sources<'_>, prefixes: &Prefixes) {
    for link in sources.text("links").map(lists::links).unwrap_or_default() {
        let command = link.path.strip_prefix("/usr/bin/").filter(|name| values::is_name(name));
        let mut table = match (command, prefixes.below(&link.target)) {
            (Some(name), Some(program)) => {
                let mut table = Table::new("[[command]]");
                table.set("name", name);
                table.set("path", format!("venv/{program}"));
                table
            }
            _ => {
                let mut table = Table::new("[[link]]");
                table.set("path", link.path.as_str());
                table.set("target", prefixes.moved(&link.target));
                table
            }
        };
        if link.path.starts_with("/etc/systemd/") {
            draft.remark(format!("debian/links: `{}` is left out: mkdeb enables units", link.path));
            table = Table::new("[[link]]");
        }
        table.comes_from(&Source::file(sources.path("links")));
        draft.add(table);
    }
}

/// Whether a directory may belong to one package.
pub(in crate::init) fn is_own_directory(path: &str) -> bool {
    OWN_ROOTS.iter().any(|root| path.strip_prefix(root).is_some_and(|rest| !rest.is_empty()))
}

/// The table of a directory.
pub(in crate::init) fn directory(path: &str) -> Table {
    let mut table = Table::new("[[directory]]");
    table.noted("path", path, "a purge removes it with all that is in it");
    table
}

/// Adds directories that are the package's own.
pub(in crate::init) fn add_directories(draft: &mut Draft, sources: &Sources<'_>) {
    for path in sources.text("dirs").map(lists::directories).unwrap_or_default() {
        if is_own_directory(&path) {
            let mut table = directory(&path);
            table.comes_from(&Source::file(sources.path("dirs")));
            draft.add(table);
        } else {
            draft.remark(format!("debian/dirs: `{path}` is left out: it comes with what lies in it"));
        }
    }
}
