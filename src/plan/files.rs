//! What lies outside the prefix: configuration, files, links, users.
//!
//! Directories are made on the host by `activate`, since they belong to users that exist only there.

use crate::config::recipe::ConfigKind;
use crate::package::blob::Blob;
use crate::package::tree::Node;
use crate::package::tree::NodeKind;
use crate::plan::Error;
use crate::plan::Note;
use crate::plan::draft::Draft;
use crate::template::units::Sysuser;
use crate::template::units::Sysusers;
use crate::types::mode::Mode;
use crate::types::path::InstallPath;

/// Adds conffiles, files and links.
pub(in crate::plan) fn add(draft: &mut Draft<'_>) -> Result<(), Error> {
    let recipe = draft.recipe;
    for config in &recipe.configs {
        if let ConfigKind::Shipped { source } = &config.kind {
            let origin = format!("`[[config]]` {source}");
            insert_file(
                draft,
                source,
                &config.path,
                FileKind { mode: Some(config.mode), conffile: true, origin },
            )?;
        }
    }
    for file in &recipe.files {
        let origin = format!("`[[file]]` {}", file.source);
        insert_file(draft, &file.source, &file.path, FileKind { mode: file.mode, conffile: false, origin })?;
    }
    for link in &recipe.links {
        let kind = NodeKind::Symlink { target: link.target.clone() };
        let node = Node { kind, origin: format!("`[[link]]` {}", link.path), mtime: None };
        draft.tree.insert(link.path.clone(), node)?;
    }
    Ok(())
}

/// Refuses what lies in a directory that is to be another account's, or has a mode of its own: dpkg would make
/// that directory first, as root's, and whoever owns it could change what root puts there.
pub(in crate::plan) fn check_directories(draft: &Draft<'_>) -> Result<(), Error> {
    let recipe = draft.recipe;
    let secrets = recipe.configs.iter().filter(|config| config.kind == ConfigKind::Secret);
    let secrets = secrets.map(|config| &config.path);
    for directory in &recipe.directories {
        let is_roots =
            directory.owner.as_ref().is_none_or(|owner| owner.is_root()) && directory.group.is_none();
        if is_roots && directory.mode == Mode::EXECUTABLE {
            continue;
        }
        let mut shipped = draft.tree.iter().map(|(path, _)| path).chain(secrets.clone());
        if let Some(path) = shipped.find(|path| **path != directory.path && path.is_within(&directory.path)) {
            return Err(Error::Shared { directory: directory.path.clone(), path: path.clone() });
        }
    }
    Ok(())
}

struct FileKind {
    mode: Option<Mode>,
    conffile: bool,
    origin: String,
}

fn insert_file(draft: &mut Draft<'_>, source: &str, path: &InstallPath, kind: FileKind) -> Result<(), Error> {
    let entry = draft.file(source)?;
    let facts = entry.file().ok_or_else(|| Error::Unread(source.to_owned()))?;
    let mode = kind.mode.unwrap_or_else(|| Mode::normalised(entry.mode));
    let note = privileged(source, path, kind.mode, entry.mode);
    let blob = Blob::Source { id: facts.id, size: facts.size };
    let mtime = Some(entry.mtime);
    let file = NodeKind::File { blob, mode, conffile: kind.conffile };
    draft.notes.extend(note);
    Ok(draft.tree.insert(path.clone(), Node { kind: file, origin: kind.origin, mtime })?)
}

/// What runs with more rights than who starts it has is told; what loses them is warned of.
fn privileged(source: &str, path: &InstallPath, stated: Option<Mode>, found: u32) -> Option<Note> {
    match stated {
        Some(mode) if Mode::is_privileged(mode.bits()) => {
            Some(Note::detail(path.as_str(), format!("is setuid or setgid, as root's file of mode {mode}")))
        }
        None if Mode::is_privileged(found) => Some(Note::warning(
            source,
            "is setuid or setgid here, and will be neither on the host; set `mode` if it has to be",
        )),
        _ => None,
    }
}

/// Adds the sysusers.d file, where the package has users of its own.
pub(in crate::plan) fn add_users(draft: &mut Draft<'_>) -> Result<(), Error> {
    let recipe = draft.recipe;
    let Some(path) = sysusers_path(draft)? else { return Ok(()) };
    let users = recipe.users.iter().map(|user| Sysuser {
        name: user.name.as_str(),
        gecos: recipe.package.name.as_str(),
        home: user.home.as_str(),
        groups: user.groups.iter().map(|group| group.as_str()).collect(),
    });
    let data = Sysusers { package: recipe.package.name.as_str(), users: users.collect() };
    let text = draft.render("sysusers.unit.hbs", &data)?;
    draft.write(path, Mode::PLAIN, text)
}

/// Where the sysusers.d file lies; none when the package has no users.
pub(in crate::plan) fn sysusers_path(draft: &Draft<'_>) -> Result<Option<InstallPath>, Error> {
    if draft.recipe.users.is_empty() {
        return Ok(None);
    }
    Ok(Some(format!("/usr/lib/sysusers.d/{}.conf", draft.recipe.package.name).parse()?))
}
