//! Editable installs: their modules lie in somebody's checkout, so they cannot be shipped.

use crate::content::direct_url::DirectUrl;
use crate::content::pth;
use crate::content::pth::Line;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::links;
use crate::plan::relocate::venv::Venv;
use crate::source::tree::SourceEntry;

/// Refuses the first editable install. PEP 610's word comes first: it names the distribution and its place.
pub(super) fn refuse(venv: &Venv<'_>) -> Result<(), Error> {
    for (path, entry) in &venv.tree.entries {
        let Some(path) = path.as_str().filter(|path| path.ends_with(".dist-info/direct_url.json")) else {
            continue;
        };
        let text = entry.file().and_then(|facts| facts.text.as_deref()).unwrap_or_default();
        if let Some(origin) = DirectUrl::parse(text).ok().filter(DirectUrl::is_editable) {
            let directory = path.trim_end_matches("/direct_url.json").rsplit('/').next().unwrap_or_default();
            let source_path = origin.local_path().unwrap_or(&origin.url);
            return Err(editable(directory, source_path));
        }
    }
    for (path, entry) in venv.files_in(&venv.site_packages()) {
        refuse_file(venv, path, entry)?;
    }
    for (path, entry) in venv.files_in("bin") {
        let text = entry.file().and_then(|facts| facts.text.as_deref()).unwrap_or_default();
        if memchr::memmem::find(text, b"EASY-INSTALL-DEV-SCRIPT").is_some() {
            return Err(editable(path, path));
        }
    }
    Ok(())
}

fn refuse_file(venv: &Venv<'_>, path: &str, entry: &SourceEntry) -> Result<(), Error> {
    let name = path.rsplit('/').next().unwrap_or_default();
    let text = entry.file().and_then(|facts| facts.text.as_deref()).unwrap_or_default();
    if name.ends_with(".egg-link") {
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        return Err(editable(name, &String::from_utf8_lossy(first.trim_ascii())));
    }
    if name.starts_with("__editable__") && name.ends_with(".py") {
        return Err(editable(name, path));
    }
    if !name.ends_with(".pth") {
        return Ok(());
    }
    for (_, line) in pth::lines(text) {
        match line {
            Line::Code(code) if pth::is_editable_code(code) => return Err(editable(name, path)),
            Line::Path(directory) if is_checkout(venv, directory) => {
                return Err(editable(name, &String::from_utf8_lossy(directory)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A directory of the build host, outside the virtualenv once `..` is followed. `/usr/lib/python3` is there on
/// every host.
fn is_checkout(venv: &Venv<'_>, directory: &[u8]) -> bool {
    let directory = String::from_utf8_lossy(directory);
    if !directory.starts_with('/') {
        return links::joined(&venv.site_packages(), &directory).is_none();
    }
    let Some(directory) = links::joined("", &directory).map(|path| format!("/{path}")) else { return true };
    venv.inside(directory.as_bytes()).is_none() && !directory.starts_with("/usr/lib/python3")
}

/// The distribution, from whatever file gave it away: `__editable___app_finder.py`, `_editable_impl_app.pth`,
/// `__editable__.app-1.0.pth`, `app.egg-link`, `app-1.0.dist-info`.
fn editable(file: &str, source_path: &str) -> Error {
    let name = file.rsplit('/').next().unwrap_or_default();
    let name = ["__editable___", "__editable__.", "_editable_impl_"]
        .iter()
        .find_map(|start| name.strip_prefix(start))
        .unwrap_or(name);
    let name = ["_finder.py", ".pth", ".egg-link", ".dist-info"]
        .iter()
        .fold(name, |name, end| name.trim_end_matches(end));
    let name = name.trim_start_matches('_').split('-').next().unwrap_or_default();
    Error::Editable { distribution: name.to_owned(), source_path: source_path.to_owned() }
}
