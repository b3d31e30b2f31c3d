//! `[hooks]`.

use toml::Spanned;

use crate::config::check::scope::Scope;
use crate::config::check::words;
use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::raw::files;
use crate::config::recipe::HookMoment;
use crate::config::recipe::HookRecipe;
use crate::config::recipe::ServiceRecipe;
use crate::types::name::AccountName;

/// Ten minutes: a migration may take its time, a hanging one has to end.
const TIMEOUT: u32 = 600;

/// Every hook, in the manifest's order.
pub(in crate::config) fn hooks(
    raw: Spanned<files::Hooks>,
    services: &[ServiceRecipe],
) -> Result<Vec<HookRecipe>, Fault> {
    let (scope, raw) = Scope::open("[hooks]", raw);
    let user = match (scope.parse_some("run-as", raw.run_as.as_ref())?, services.first()) {
        (Some(user), _) => user,
        (None, Some(service)) => service.process.user.clone(),
        (None, None) => root(&scope)?,
    };
    let timeout = raw.timeout.as_ref().map(|value| words::seconds(&scope, "timeout", value)).transpose()?;
    let mut hooks = Vec::new();
    for moment in HookMoment::ALL {
        let source = match moment {
            HookMoment::BeforeActivate => &raw.before_activate,
            HookMoment::AfterActivate => &raw.after_activate,
            HookMoment::BeforeRollback => &raw.before_rollback,
            HookMoment::BeforeRemove => &raw.before_remove,
            HookMoment::AfterPurge => &raw.after_purge,
        };
        if let Some(source) = source {
            let (source, user) = (scope.source(moment.name(), source)?, user.clone());
            let timeout_seconds = timeout.unwrap_or(TIMEOUT);
            hooks.push(HookRecipe { moment, source, user, timeout_seconds });
        }
    }
    if hooks.is_empty() {
        let keys = HookMoment::ALL.iter().map(|moment| moment.name()).collect();
        return Err(scope.fault(Problem::NoneOf { table: scope.table.to_owned(), keys }));
    }
    Ok(hooks)
}

fn root(scope: &Scope) -> Result<AccountName, Fault> {
    scope.parse("run-as", &Spanned::new(0..0, "root".to_owned()))
}
