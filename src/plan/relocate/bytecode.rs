//! Bytecode: what Python would load at the destination is shipped, with the time of its source's new entry.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::recipe::Bytecode;
use crate::content::bytecode::Header;
use crate::content::bytecode::Validity;
use crate::package::blob::Rewrite;
use crate::plan::relocate::case;
use crate::plan::relocate::case::Act;
use crate::plan::relocate::case::Case;
use crate::plan::relocate::case::Item;
use crate::plan::relocate::error::Error;
use crate::plan::relocate::note::Note;
use crate::plan::relocate::note::Part;
use crate::plan::relocate::venv::Venv;
use crate::types::path::ArchivePath;

pub(super) const CASES: &[Case] = &[
    Case { name: "bytecode without a source beside it", applies: is_sourceless, act: keep_sourceless },
    Case {
        name: "bytecode that is not wanted",
        applies: is_stripped,
        act: |_, _, _| Ok(Act::Drop(Part::Bytecode)),
    },
    Case { name: "bytecode of another Python or level", applies: is_of_another_python, act: drop_stale },
    Case { name: "bytecode whose source is gone", applies: is_orphan, act: drop_stale },
    Case { name: "bytecode that Python would not load", applies: is_stale, act: drop_stale },
    Case {
        name: "bytecode whose source is rewritten",
        applies: |_, item| is_bytecode(item),
        act: move_fresh,
    },
];

fn is_bytecode(item: &Item<'_>) -> bool {
    item.file().is_some() && item.name().ends_with(".pyc")
}

fn is_cached(item: &Item<'_>) -> bool {
    is_bytecode(item) && item.parent().rsplit('/').next() == Some("__pycache__")
}

/// `x.pyc` where `x.py` would be is imported without any source, and never compared with one.
fn is_sourceless(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    is_bytecode(item) && !is_cached(item) && venv.tree.get(item.path.trim_end_matches('c')).is_none()
}

fn keep_sourceless(venv: &Venv<'_>, item: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    let header = item.file().and_then(|facts| Header::parse(&facts.head));
    let Some(header) =
        header.filter(|header| header.version() == Some((venv.python.major, venv.python.minor)))
    else {
        return Ok(Act::Drop(Part::StaleBytecode));
    };
    let source_mtime = match header.validity {
        Validity::Timestamp { mtime, .. } => venv.request.date.clamp(u64::from(mtime)),
        _ => 0,
    };
    Ok(moved(venv, item.path.trim_end_matches('c'), source_mtime))
}

fn is_stripped(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    is_bytecode(item) && venv.request.bytecode == Bytecode::Strip
}

/// Only `NAME.cpython-311.pyc` is loaded by a Python 3.11 that runs without `-O`.
fn is_of_another_python(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    let end = format!(".{}.pyc", venv.python.cache_tag());
    is_bytecode(item) && !(is_cached(item) && item.name().ends_with(&end))
}

fn is_orphan(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    is_bytecode(item) && source(venv, item).is_none()
}

fn is_stale(venv: &Venv<'_>, item: &Item<'_>) -> bool {
    is_bytecode(item) && !is_fresh(venv, item).unwrap_or(false)
}

fn is_fresh(venv: &Venv<'_>, item: &Item<'_>) -> Option<bool> {
    let header = Header::parse(&item.file()?.head)?;
    if header.version() != Some((venv.python.major, venv.python.minor)) {
        return Some(false);
    }
    let Validity::Timestamp { mtime, size } = header.validity else { return Some(true) };
    let source = source(venv, item)?;
    // CPython compares the lower 32 bits of both.
    let cut = |number: u64| number & u64::from(u32::MAX);
    let same_size = cut(source.file()?.size) == u64::from(size);
    let same_time = cut(source.entry.mtime) == u64::from(mtime);
    Some(same_size && (same_time || venv.request.bytecode == Bytecode::Keep))
}

/// The `.py` that the cached bytecode is of.
fn source<'a>(venv: &Venv<'a>, item: &Item<'a>) -> Option<Item<'a>> {
    let stem = item.name().strip_suffix(&format!(".{}.pyc", venv.python.cache_tag()))?;
    let path = format!("{}/{stem}.py", item.parent().strip_suffix("/__pycache__")?);
    let path = ArchivePath::new(path.as_bytes()).ok()?;
    let (path, entry) = venv.tree.entries.get_key_value(&path)?;
    Some(Item { path: path.as_str()?, entry }).filter(|item| item.file().is_some())
}

fn drop_stale(_: &Venv<'_>, _: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    Ok(Act::Drop(Part::StaleBytecode))
}

fn move_fresh(venv: &Venv<'_>, item: &Item<'_>, _: &mut Vec<Note>) -> Result<Act, Error> {
    let Some(source) = source(venv, item) else { return Ok(Act::Drop(Part::StaleBytecode)) };
    // Notes on the source are taken when its own turn comes.
    if case::decide(venv, &source, &mut Vec::new())? != Act::Keep {
        return Ok(Act::Drop(Part::StaleBytecode));
    }
    let source_mtime = venv.request.date.clamp(source.entry.mtime);
    Ok(moved(venv, source.path, source_mtime))
}

fn moved(venv: &Venv<'_>, source: &str, source_mtime: u64) -> Act {
    Act::Stream(Rewrite::Bytecode {
        source_mtime,
        prefixes: Arc::clone(&venv.compiled_at),
        source: source.into(),
    })
}

/// Fails where the policy wants bytecode and there is none.
pub(super) fn check_policy(venv: &Venv<'_>, acts: &BTreeMap<&str, Act>) -> Result<(), Error> {
    let mut all = acts.iter().filter(|(path, _)| path.ends_with(".pyc"));
    if venv.request.bytecode == Bytecode::Keep && all.all(|(_, act)| act.is_drop()) {
        return Err(Error::NoBytecode(venv.python));
    }
    Ok(())
}
