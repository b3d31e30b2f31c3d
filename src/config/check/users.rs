//! `[[user]]`, and the users that are needed without being declared.

use toml::Spanned;

use crate::config::check::scope::Scope;
use crate::config::check::unique::Names;
use crate::config::error::Fault;
use crate::config::raw::files;
use crate::config::recipe::HookRecipe;
use crate::config::recipe::ServiceRecipe;
use crate::config::recipe::TimerJob;
use crate::config::recipe::TimerRecipe;
use crate::config::recipe::UserRecipe;
use crate::types::name::AccountName;
use crate::types::path::InstallPath;

/// Every user to make: those declared, then those that something runs as.
pub(in crate::config) fn users(
    raw: Vec<Spanned<files::User>>,
    services: &[ServiceRecipe],
    timers: &[TimerRecipe],
    hooks: &[HookRecipe],
) -> Result<Vec<UserRecipe>, Fault> {
    let nowhere = InstallPath::root()
        .join("nonexistent")
        .map_err(|error| Scope::anywhere("[[user]]").invalid("home", 0..0, error))?;
    let mut names = Names::default();
    let mut users = Vec::new();
    for raw in raw {
        users.push(user(raw, &nowhere, &mut names)?);
    }
    let jobs = timers.iter().filter_map(|timer| match &timer.job {
        TimerJob::Own(job) => Some(&job.0.user),
        TimerJob::Service(_) => None,
    });
    let running = services.iter().map(|service| &service.process.user);
    for name in running.chain(jobs).chain(hooks.iter().map(|hook| &hook.user)) {
        if !name.is_root() && users.iter().all(|user| user.name != *name) {
            users.push(UserRecipe { name: name.clone(), home: nowhere.clone(), groups: Vec::new() });
        }
    }
    Ok(users)
}

fn user(raw: Spanned<files::User>, nowhere: &InstallPath, names: &mut Names) -> Result<UserRecipe, Fault> {
    let (scope, raw) = Scope::open("[[user]]", raw);
    let text = scope.require("name", "name = \"…\"", raw.name.as_ref())?;
    let name: AccountName = scope.parse("name", text)?;
    if name.is_root() {
        return Err(scope.invalid_but("name", text.span(), "`root` is always there", "leave it out"));
    }
    names.take(&scope, "name", text.span(), name.as_str())?;
    let groups = raw.groups.iter().map(|group| scope.parse("groups", group));
    Ok(UserRecipe {
        name,
        home: scope.parse_some("home", raw.home.as_ref())?.unwrap_or_else(|| nowhere.clone()),
        groups: groups.collect::<Result<_, _>>()?,
    })
}
