//! Deleting what no host can ask for any more, without a list of the pool.

use serde::Deserialize;
use serde::Serialize;

use crate::repo::error::Error;
use crate::repo::layout;
use crate::repo::store::Store;

/// Files that nothing refers to and that are deleted by a later run.
///
/// Whoever publishes takes a file that is named here for gone, so that none is deleted which a commit in the making
/// relies on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condemned {
    /// The paths, sorted, each with the time since when it is named here.
    pub paths: std::collections::BTreeMap<String, u64>,
}

impl Condemned {
    /// Reads the list; there may be none.
    pub fn read(store: &dyn Store) -> Result<Self, Error> {
        let Some(found) = store.get(layout::CONDEMNED)? else { return Ok(Self::default()) };
        serde_json::from_slice(&found.bytes).map_err(|error| Error::Damaged {
            place: store.spelled(layout::CONDEMNED),
            reason: error.to_string(),
        })
    }

    /// Whether a path is in it.
    pub fn holds(&self, path: &str) -> bool {
        self.paths.contains_key(path)
    }
}
