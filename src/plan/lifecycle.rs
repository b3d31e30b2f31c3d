//! What runs on the host when releases change: `activate`, hooks, maintainer scripts, and their data.

use crate::config::recipe::CommandRun;
use crate::config::recipe::ConfigKind;
use crate::config::recipe::ConfigRecipe;
use crate::config::recipe::HealthCheck;
use crate::config::recipe::HookMoment;
use crate::config::recipe::Layout;
use crate::config::recipe::OnUpgrade;
use crate::config::recipe::Process;
use crate::config::recipe::Recipe;
use crate::config::recipe::UnitOptions;
use crate::config::recipe::UnitSource;
use crate::control::binary::RelationField;
use crate::package::scripts::Scripts;
use crate::plan::Error;
use crate::plan::draft::Draft;
use crate::plan::launchers;
use crate::plan::units;
use crate::plan::venv::Python;
use crate::template::scripts;
use crate::template::scripts::Account;
use crate::types::digest::Md5;
use crate::types::mode::Mode;
use crate::types::name::AccountName;
use crate::types::path::InstallPath;

/// Adds `activate` with all it reads, and returns the maintainer scripts.
pub(in crate::plan) fn add(draft: &mut Draft<'_>, python: &Python) -> Result<Scripts, Error> {
    let recipe = draft.recipe;
    let release = scripts::Release {
        package: recipe.package.name.clone(),
        version: recipe.package.version.clone(),
        id: draft.place.id.to_string(),
        prefix: draft.place.prefix.clone(),
        split: draft.place.parts.is_some(),
        keep: match recipe.layout {
            Layout::Split { keep } => keep,
            Layout::Single => 0,
        },
    };
    add_lists(draft)?;
    add_hooks(draft)?;
    launchers::add_hook_environment(draft)?;
    let activate = activate(draft, &release, python)?;
    let text = draft.render("activate.sh.hbs", &activate)?;
    draft.write(draft.place.internal("activate")?, Mode::EXECUTABLE, text)?;
    let text = draft.render("preflight.py.hbs", &preflight(draft, python)?)?;
    draft.write(draft.place.internal("preflight.py")?, Mode::PLAIN, text)?;
    let probe = scripts::HealthProbe { user_agent: format!("mkdeb-health/{}", recipe.package.name) };
    let text = draft.render("health.py.hbs", &probe)?;
    draft.write(draft.place.internal("health.py")?, Mode::PLAIN, text)?;

    if release.split {
        let text = draft.render("rollback.sh.hbs", &scripts::Rollback { release: release.clone() })?;
        let path = format!("/usr/bin/{}-rollback", recipe.package.name).parse()?;
        draft.write(path, Mode::EXECUTABLE, text)?;
    }

    let replaces = recipe.package.relations.get(&RelationField::Replaces);
    let replaces = replaces.into_iter().flatten().flat_map(|relation| relation.names().cloned()).collect();
    let preinst =
        scripts::Preinst { release: release.clone(), interpreter: Some(python.host.clone()), replaces };
    let unit_names = activate.units.iter().map(|unit| unit.name.clone()).collect();
    let postrm = scripts::Postrm { release: release.clone(), units: unit_names, data: data(recipe)? };
    Ok(Scripts {
        preinst: Some(draft.render("preinst.sh.hbs", &preinst)?),
        postinst: Some(draft.render("postinst.sh.hbs", &scripts::Postinst { release: release.clone() })?),
        prerm: Some(draft.render("prerm.sh.hbs", &scripts::Prerm { release })?),
        postrm: Some(draft.render("postrm.sh.hbs", &postrm)?),
    })
}

/// Adds the lists that the next release's `activate` compares its own with.
fn add_lists(draft: &mut Draft<'_>) -> Result<(), Error> {
    let mut conffiles = String::new();
    for config in &draft.recipe.configs {
        if let ConfigKind::Shipped { source } = &config.kind {
            let digest = Md5::of(draft.file_text(source)?);
            conffiles.push_str(&format!("{digest}  {}\n", config.path));
        }
    }
    let units = all_units(draft.recipe);
    let units: String =
        units.iter().map(|unit| format!("{} {}\n", unit.name, kind_name(unit.kind))).collect();
    let data: String = data(draft.recipe)?.iter().map(|path| format!("{path}\n")).collect();
    if let Some(parts) = &draft.place.parts {
        let package = format!("{}\n", parts.release);
        draft.write(draft.place.internal("package")?, Mode::PLAIN, package)?;
    }
    draft.write(draft.place.internal("data")?, Mode::PLAIN, data)?;
    draft.write(draft.place.internal("conffiles")?, Mode::PLAIN, conffiles)?;
    draft.write(draft.place.internal("units")?, Mode::PLAIN, units)
}

fn kind_name(kind: scripts::UnitKind) -> &'static str {
    match kind {
        scripts::UnitKind::Service => "service",
        scripts::UnitKind::Timer => "timer",
        scripts::UnitKind::Socket => "socket",
    }
}

fn add_hooks(draft: &mut Draft<'_>) -> Result<(), Error> {
    let recipe = draft.recipe;
    for hook in &recipe.hooks {
        let text = draft.file_text(&hook.source)?.to_vec();
        let text = String::from_utf8(text).map_err(|_| Error::NotText(hook.source.clone()))?;
        let path = draft.place.internal(&format!("hooks/{}", hook.moment.name()))?;
        draft.write(path, Mode::EXECUTABLE, text)?;
    }
    Ok(())
}

fn activate(
    draft: &Draft<'_>,
    release: &scripts::Release,
    python: &Python,
) -> Result<scripts::Activate, Error> {
    let recipe = draft.recipe;
    let first = recipe.services.first().map(|service| &service.process);
    let account = first.map_or_else(root_account, |process| Ok(account(process)))?;
    let (mut secrets, mut conffiles) = (Vec::new(), Vec::new());
    for config in &recipe.configs {
        collect_config(config, &mut secrets, &mut conffiles)?;
    }
    Ok(scripts::Activate {
        release: release.clone(),
        python: Some(python.release.clone()),
        account,
        accounts: recipe.users.iter().map(|user| user.name.clone()).collect(),
        declared: declared(recipe),
        directories: directories(recipe)?,
        secrets,
        conffiles,
        units: all_units(recipe),
        health: health(recipe),
        hooks: hooks(recipe)?,
        environment_files: first.and_then(|process| process.environment_file.clone()).into_iter().collect(),
    })
}

/// Accounts before what may belong to them. The next boot would make all of that, but services start now
/// (`dh_installsysusers(1)`, `dh_installtmpfiles(1)`).
fn declared(recipe: &Recipe) -> Vec<scripts::Declared> {
    let of_kind = |kind: &'static str| {
        let directory = format!("/usr/lib/{kind}.d/");
        recipe.files.iter().filter_map(move |file| {
            let name = file.path.as_str().strip_prefix(&directory)?;
            let is_read = name.ends_with(".conf") && !name.contains('/');
            is_read.then(|| scripts::Declared { kind, file: name.to_owned() })
        })
    };
    of_kind("sysusers").chain(of_kind("tmpfiles")).collect()
}

fn account(process: &Process) -> Account {
    let group = process.group.clone().unwrap_or_else(|| process.user.clone());
    Account { user: process.user.clone(), group }
}

fn root() -> Result<AccountName, Error> {
    Ok("root".parse()?)
}

fn root_account() -> Result<Account, Error> {
    Ok(Account { user: root()?, group: root()? })
}

fn collect_config(
    config: &ConfigRecipe,
    secrets: &mut Vec<scripts::Secret>,
    conffiles: &mut Vec<scripts::Conffile>,
) -> Result<(), Error> {
    let group = config.group.clone().map_or_else(root, Ok)?;
    let (path, mode) = (config.path.clone(), config.mode);
    match config.kind {
        ConfigKind::Secret => secrets.push(scripts::Secret { path, group, mode }),
        ConfigKind::Shipped { .. } if config.group.is_some() || mode != Mode::PLAIN => {
            conffiles.push(scripts::Conffile { path, group, mode });
        }
        ConfigKind::Shipped { .. } | ConfigKind::Removed => {}
    }
    Ok(())
}

fn directories(recipe: &Recipe) -> Result<Vec<scripts::Directory>, Error> {
    let one = |directory: &crate::config::recipe::DirectoryRecipe| {
        let user = directory.owner.clone().map_or_else(root, Ok)?;
        let group = directory.group.clone().unwrap_or_else(|| user.clone());
        Ok(scripts::Directory { path: directory.path.clone(), user, group, mode: directory.mode })
    };
    let mut directories = recipe.directories.iter().map(one).collect::<Result<Vec<_>, Error>>()?;
    directories.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(directories)
}

fn boot(enable: bool) -> scripts::Boot {
    if enable { scripts::Boot::Enabled } else { scripts::Boot::Disabled }
}

fn start(start: bool) -> scripts::Start {
    if start { scripts::Start::Now } else { scripts::Start::Later }
}

/// Every unit in the order to start them: sockets before what they start, services, timers.
fn all_units(recipe: &Recipe) -> Vec<scripts::Unit> {
    let mut all = Vec::new();
    for socket in &recipe.sockets {
        let name = format!("{}.socket", socket.name);
        let (boot, start) = (boot(socket.enable), start(socket.start));
        all.push(scripts::Unit {
            name,
            kind: scripts::UnitKind::Socket,
            on_upgrade: scripts::OnUpgrade::Restart,
            boot,
            start,
        });
    }
    for service in &recipe.services {
        let on_upgrade = match service.on_upgrade {
            OnUpgrade::Restart => scripts::OnUpgrade::Restart,
            OnUpgrade::Reload => scripts::OnUpgrade::Reload,
            OnUpgrade::Leave => scripts::OnUpgrade::None,
        };
        let (boot, start) = (boot(service.enable), start(service.start));
        for name in unit_names(service) {
            all.push(scripts::Unit { name, kind: scripts::UnitKind::Service, on_upgrade, boot, start });
        }
    }
    for timer in &recipe.timers {
        let name = format!("{}.timer", timer.name);
        let (boot, start) = (boot(timer.enable), start(timer.start));
        all.push(scripts::Unit {
            name,
            kind: scripts::UnitKind::Timer,
            on_upgrade: scripts::OnUpgrade::Restart,
            boot,
            start,
        });
    }
    all
}

/// The unit of a service, or each instance of its template.
fn unit_names(service: &crate::config::recipe::ServiceRecipe) -> Vec<String> {
    if service.instances.is_empty() {
        return vec![units::service_unit(service)];
    }
    service.instances.iter().map(|instance| format!("{}@{instance}.service", service.name)).collect()
}

fn health(recipe: &Recipe) -> Vec<scripts::Health> {
    let mut all = Vec::new();
    for service in &recipe.services {
        let Some(health) = &service.health else { continue };
        let check = match &health.check {
            HealthCheck::Http(url) => scripts::Check::Http(url.clone()),
            HealthCheck::Command(command) => scripts::Check::Command(command.clone()),
        };
        let account = account(&service.process);
        for unit in unit_names(service) {
            all.push(scripts::Health {
                unit,
                account: account.clone(),
                seconds: health.timeout_seconds,
                check: check.clone(),
            });
        }
    }
    all
}

fn hooks(recipe: &Recipe) -> Result<Vec<scripts::Hook>, Error> {
    let group_of = |user: &AccountName| {
        let processes = recipe.services.iter().map(|service| &service.process);
        let same =
            processes.filter(|process| process.user == *user).find_map(|process| process.group.clone());
        same.unwrap_or_else(|| user.clone())
    };
    let one = |hook: &crate::config::recipe::HookRecipe| scripts::Hook {
        event: event(hook.moment),
        account: Account { user: hook.user.clone(), group: group_of(&hook.user) },
        seconds: hook.timeout_seconds,
    };
    Ok(recipe.hooks.iter().map(one).collect())
}

fn event(moment: HookMoment) -> scripts::HookEvent {
    match moment {
        HookMoment::BeforeActivate => scripts::HookEvent::BeforeActivate,
        HookMoment::AfterActivate => scripts::HookEvent::AfterActivate,
        HookMoment::BeforeRollback => scripts::HookEvent::BeforeRollback,
        HookMoment::BeforeRemove => scripts::HookEvent::BeforeRemove,
        HookMoment::AfterPurge => scripts::HookEvent::AfterPurge,
    }
}

fn preflight(draft: &Draft<'_>, python: &Python) -> Result<scripts::Preflight, Error> {
    let entry_points = draft.recipe.commands.iter().filter_map(|command| match &command.run {
        CommandRun::EntryPoint(entry) => {
            Some(scripts::EntryPoint { module: entry.module.clone(), object: entry.attribute.clone() })
        }
        CommandRun::Path(_) => None,
    });
    let python_path = draft.python_path()?.iter().map(|path| path.parse()).collect::<Result<_, _>>()?;
    Ok(scripts::Preflight {
        prefix: python.prefix.clone(),
        python_path,
        entry_points: entry_points.collect(),
    })
}

/// What a purge deletes besides the release: secrets, declared directories, and what systemd made for services.
fn data(recipe: &Recipe) -> Result<Vec<InstallPath>, Error> {
    let secrets = recipe.configs.iter().filter(|config| config.kind == ConfigKind::Secret);
    let mut data: Vec<InstallPath> = secrets.map(|config| config.path.clone()).collect();
    data.extend(recipe.directories.iter().map(|directory| directory.path.clone()));
    let services = recipe.services.iter().filter_map(|service| match &service.unit {
        UnitSource::Rendered(options) => Some(&**options),
        UnitSource::File(_) => None,
    });
    let jobs = recipe.timers.iter().filter_map(|timer| match &timer.job {
        crate::config::recipe::TimerJob::Own(job) => Some(&job.1),
        crate::config::recipe::TimerJob::Service(_) => None,
    });
    for options in services.chain(jobs) {
        data.extend(service_directories(options)?);
    }
    data.sort();
    data.dedup();
    Ok(data)
}

fn service_directories(options: &UnitOptions) -> Result<Vec<InstallPath>, Error> {
    let kinds = [
        ("/var/lib", &options.state_directory),
        ("/var/log", &options.logs_directory),
        ("/run", &options.runtime_directory),
    ];
    let mut paths = Vec::new();
    for (above, names) in kinds {
        for name in names {
            paths.push(format!("{above}/{name}").parse()?);
        }
    }
    Ok(paths)
}
