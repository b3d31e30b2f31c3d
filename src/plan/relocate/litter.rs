//! What tools leave behind and no host needs, and the optional slimming profiles.

use crate::config::recipe::DropProfile;
use crate::content::activator;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::case::Case;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::note::Part;
use crate::plan::relocate::venv::Venv;

pub(super) const CASES: &[Case] = &[
    Case { name: "litter of the root", applies: is_root_litter, act: |_, _, _| Ok(Act::Drop(Part::Litter)) },
    Case {
        name: "uv's notes on an installation",
        applies: is_uv_note,
        act: |_, _, _| Ok(Act::Drop(Part::UvNotes)),
    },
    Case { name: "pip, on request", applies: is_dropped_pip, act: |_, _, _| Ok(Act::Drop(Part::Pip)) },
    Case {
        name: "activators, on request",
        applies: is_dropped_activator,
        act: |_, _, _| Ok(Act::Drop(Part::Activators)),
    },
];

/// uv's lock may be writable by anyone; `CACHEDIR.TAG` makes backups skip the deployed application.
fn is_root_litter(_: &Venv<'_>, item: &Item<'_>) -> bool {
    const FILES: [&str; 6] =
        [".mkdeb-key", ".lock", "CACHEDIR.TAG", ".gitignore", "pip-selfcheck.json", ".coverage"];
    let is_file = item.file().is_some() && FILES.contains(&item.path);
    is_file || (item.file().is_some() && item.path.starts_with(".pytest_cache/"))
}

/// They hold times, so no two builds would agree.
fn is_uv_note(_: &Venv<'_>, item: &Item<'_>) -> bool {
    item.metadata_name().is_some_and(|name| name == "uv_cache.json" || name == "uv_build.json")
}

fn is_dropped_pip(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    if !venv.request.drop.contains(&DropProfile::Pip) || item.file().is_none() && item.target().is_none() {
        return false;
    }
    if let Some(name) = item.path.strip_prefix("bin/") {
        let version = name.strip_prefix("pip").map(|rest| rest.trim_start_matches('-'));
        return version.is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    }
    let below = item.path.strip_prefix(&venv.site_packages()).and_then(|rest| rest.strip_prefix('/'));
    let top = below.and_then(|below| below.split('/').next()).unwrap_or_default();
    let is_metadata = top.ends_with(".dist-info") || top.ends_with(".virtualenv");
    top == "pip" || top.starts_with("pip-") && is_metadata
}

fn is_dropped_activator(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    let name = item.path.strip_prefix("bin/").filter(|_| venv.request.drop.contains(&DropProfile::Activate));
    name.is_some_and(|name| activator::is_activator(name) || name == "pydoc.bat")
}
