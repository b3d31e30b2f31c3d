//! Finds out which conditions a store keeps.

use crate::repo::error::Error;
use crate::repo::settings::Conditions;
use crate::repo::store::Bytes;
use crate::repo::store::Put;
use crate::repo::store::Store;

/// Where the probe writes.
const PLACE: &str = ".mkdeb/probe";

/// Tries what publishing relies on, with files of its own. None where files are not even created once.
pub fn conditions(store: &dyn Store) -> Result<Option<Conditions>, Error> {
    let unique = format!("{PLACE}-{}-{}", std::process::id(), store.now()?);
    let found = probe(store, &unique);
    store.delete(&unique)?;
    found
}

fn probe(store: &dyn Store, path: &str) -> Result<Option<Conditions>, Error> {
    store.create(path, &Bytes(b"first"))?;
    if store.create(path, &Bytes(b"second"))? == Put::Done {
        return Ok(None);
    }
    let Some(found) = store.get(path)? else { return Ok(None) };
    if found.bytes != b"first" {
        return Ok(None);
    }
    let bare = found.version.unquoted();
    for (version, conditions) in
        [(found.version, Conditions::CreateAndReplace), (bare, Conditions::CreateAndReplaceBare)]
    {
        // A store that does not know the condition may say so by an error.
        let first = store.replace(path, &Bytes(b"third"), Some(&version));
        let second = store.replace(path, &Bytes(b"fourth"), Some(&version));
        if matches!((first, second), (Ok(Put::Done), Ok(Put::Refused))) {
            return Ok(Some(conditions));
        }
    }
    Ok(Some(Conditions::Create))
}
