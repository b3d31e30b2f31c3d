//! What installers noted in `site-packages`: `.pth`, `direct_url.json`, commands. RECORD comes last, apart.

use std::collections::BTreeMap;

use crate::content::direct_url::DirectUrl;
use crate::content::entry_points;
use crate::content::pth;
use crate::content::pth::Line;
use crate::plan::relocate::case;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::case::Case;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::note::Part;
use crate::plan::relocate::venv::Venv;

pub(super) const CASES: &[Case] = &[
    Case { name: "a .pth file", applies: is_pth, act: rewrite_pth },
    Case { name: "an origin", applies: is_origin, act: keep_public_origin },
    Case { name: "a zipped egg", applies: is_zipped, act: mention },
];

fn is_pth(_: &Venv<'_>, item: &Item<'_>) -> bool {
    let in_library = item.path.starts_with("lib/") && item.parent().ends_with("/site-packages");
    item.file().is_some() && in_library && item.path.ends_with(".pth")
}

fn rewrite_pth(venv: &Venv<'_>, item: &Item<'_>, notes: &mut Vec<Note>) -> Result<Act, Error> {
    let (text, mut out) = (item.text()?, Vec::new());
    for (raw, line) in pth::lines(text) {
        match line {
            Line::Path(path) if path.starts_with(b"/") => match venv.replaced(raw) {
                Some(moved) => out.extend(moved),
                None => {
                    let directory = String::from_utf8_lossy(path).into_owned();
                    notes.push(Note::PthHost { path: item.path.to_owned(), directory });
                    out.extend_from_slice(raw);
                }
            },
            Line::Code(code) => {
                if !pth::is_known_code(code) {
                    let code = String::from_utf8_lossy(code).into_owned();
                    notes.push(Note::PthCode { path: item.path.to_owned(), code });
                }
                out.extend(venv.replaced(raw).unwrap_or_else(|| raw.to_vec()));
            }
            _ => out.extend_from_slice(raw),
        }
    }
    Ok(if out == text { Act::Keep } else { Act::Inline(out) })
}

fn is_origin(_: &Venv<'_>, item: &Item<'_>) -> bool {
    item.metadata_name() == Some("direct_url.json")
}

/// A path of the build host says nothing to others; a public origin is worth keeping.
fn keep_public_origin(_: &Venv<'_>, item: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    let path = item.path.to_owned();
    let origin = DirectUrl::parse(item.text()?)
        .map_err(|source| Error::Unreadable { path: path.clone(), source: source.into() })?;
    if origin.has_credentials() {
        return Err(Error::Credentials { path });
    }
    if origin.local_path().is_some() {
        return Ok(Act::Drop(Part::Origins));
    }
    Ok(Act::Keep)
}

fn is_zipped(_: &Venv<'_>, item: &Item<'_>) -> bool {
    let named = item.path.ends_with(".egg") || item.path.ends_with(".whl");
    named && item.file().is_some() && item.parent().ends_with("/site-packages")
}

fn mention(_: &Venv<'_>, item: &Item<'_>, notes: &mut Vec<Note>) -> Result<Act, Error> {
    notes.push(Note::Zipped(item.path.to_owned()));
    Ok(Act::Keep)
}

/// Notes each command that a distribution declares and `bin/` lacks.
pub(super) fn check_commands(venv: &Venv<'_>, acts: &BTreeMap<&str, Act>, notes: &mut Vec<Note>) {
    for (path, act) in acts.iter().filter(|(path, _)| case::is_metadata(path, "entry_points.txt")) {
        let text = venv.tree.text(path).and_then(|text| std::str::from_utf8(text).ok());
        if act.is_drop() {
            continue;
        }
        for command in entry_points::commands(text.unwrap_or_default()) {
            if !acts.contains_key(format!("bin/{command}").as_str()) {
                let distribution = path.trim_end_matches("/entry_points.txt");
                let distribution = distribution.rsplit('/').next().unwrap_or_default().to_owned();
                notes.push(Note::CommandMissing { distribution, command: command.to_owned() });
            }
        }
    }
}
