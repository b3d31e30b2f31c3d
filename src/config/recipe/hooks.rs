//! Scripts that run when a release changes.

use crate::types::name::AccountName;

/// A script that runs when a release changes.
#[derive(Debug, Clone)]
pub struct HookRecipe {
    /// When it runs.
    pub moment: HookMoment,
    /// The script.
    pub source: String,
    /// Who runs it: the first service's user, or root.
    pub user: AccountName,
    /// How long it may take, in seconds.
    pub timeout_seconds: u32,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookMoment {
    /// Before the switch; failing keeps the old release.
    BeforeActivate,
    /// After the switch and the health check; failing switches back.
    AfterActivate,
    /// Before an older release is switched to, run by the newer one.
    BeforeRollback,
    /// Before the package is removed.
    BeforeRemove,
    /// When the package is purged; the release is gone by then.
    AfterPurge,
}

impl HookMoment {
    /// Every moment, in the manifest's order.
    pub const ALL: [Self; 5] = [
        Self::BeforeActivate,
        Self::AfterActivate,
        Self::BeforeRollback,
        Self::BeforeRemove,
        Self::AfterPurge,
    ];

    /// The manifest's key, which is also the file's name in the release.
    pub fn name(self) -> &'static str {
        match self {
            Self::BeforeActivate => "before-activate",
            Self::AfterActivate => "after-activate",
            Self::BeforeRollback => "before-rollback",
            Self::BeforeRemove => "before-remove",
            Self::AfterPurge => "after-purge",
        }
    }
}
