//! Whom an entry belongs to.

use std::sync::Arc;

/// An owner: dpkg takes the names where the host knows them, else the numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owner {
    /// The numeric user.
    pub uid: u64,
    /// The numeric group.
    pub gid: u64,
    /// The user's name; empty where there is none.
    pub user: Vec<u8>,
    /// The group's name; empty where there is none.
    pub group: Vec<u8>,
}

impl Owner {
    /// The superuser, whom almost every file of a package belongs to. Each call makes one: entries of a package clone
    /// the pointer.
    pub fn root() -> Arc<Self> {
        Arc::new(Self { uid: 0, gid: 0, user: b"root".to_vec(), group: b"root".to_vec() })
    }
}
