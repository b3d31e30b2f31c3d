//! `[[service]]`.

use std::ops::Range;

use toml::Spanned;

use crate::config::check::process;
use crate::config::check::scope::Scope;
use crate::config::check::unique::Names;
use crate::config::check::words;
use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::raw::Text;
use crate::config::raw::units;
use crate::config::raw::value::Value;
use crate::config::recipe::Health;
use crate::config::recipe::HealthCheck;
use crate::config::recipe::OnUpgrade;
use crate::config::recipe::Process;
use crate::config::recipe::ServiceRecipe;
use crate::config::recipe::UnitOptions;
use crate::config::recipe::UnitSource;
use crate::types::name::PackageName;
use crate::types::name::UnitName;

/// A health check that takes longer is a failed deploy.
const HEALTH_TIMEOUT: u32 = 30;

/// Every service.
pub(in crate::config) fn services(
    raw: Vec<Spanned<units::Service>>,
    package: &PackageName,
) -> Result<Vec<ServiceRecipe>, Fault> {
    let mut names = Names::default();
    raw.into_iter().map(|raw| service(raw, package, &mut names)).collect()
}

fn service(
    raw: Spanned<units::Service>,
    package: &PackageName,
    names: &mut Names,
) -> Result<ServiceRecipe, Fault> {
    let (scope, raw) = Scope::open("[[service]]", raw);
    let name = names.claim(&scope, raw.name.as_ref())?;
    let on_upgrade =
        [("restart", OnUpgrade::Restart), ("reload", OnUpgrade::Reload), ("none", OnUpgrade::Leave)];
    let on_upgrade = raw
        .on_upgrade
        .as_ref()
        .map(|text| scope.word("on-upgrade", text, "what an upgrade can do", &on_upgrade))
        .transpose()?;
    Ok(ServiceRecipe {
        name,
        unit: unit(&scope, &raw)?,
        process: process(&scope, &raw, package)?,
        health: raw.health.as_ref().map(health).transpose()?,
        on_upgrade: on_upgrade.unwrap_or(OnUpgrade::Restart),
        enable: raw.enable.unwrap_or(true),
        start: raw.start.unwrap_or(true),
        instances: instances(&scope, raw.instances.as_ref())?,
    })
}

fn unit(scope: &Scope, raw: &units::Service) -> Result<UnitSource, Fault> {
    match (&raw.unit, &raw.exec) {
        (Some(_), Some(exec)) => Err(scope.exclusive("exec", exec.span(), "unit")),
        (None, None) => {
            let (table, keys) = (scope.table.to_owned(), vec!["exec", "unit"]);
            Err(scope.fault(Problem::NoneOf { table, keys }))
        }
        (None, Some(_)) => options(scope, raw).map(|options| UnitSource::Rendered(Box::new(options))),
        (Some(file), None) => {
            scope.no_effect("unit", &rendered_only(raw))?;
            // Nothing but the file knows its `User=`, so the default could be wrong.
            scope.require("user", "user = \"…\"", raw.user.as_ref())?;
            scope.source("unit", file).map(UnitSource::File)
        }
    }
}

/// The keys that only a rendered unit uses.
fn rendered_only(raw: &units::Service) -> Vec<(&'static str, Option<Range<usize>>)> {
    fn span<T>(value: &Option<Spanned<T>>) -> Option<Range<usize>> {
        value.as_ref().map(Spanned::span)
    }
    vec![
        ("type", span(&raw.r#type)),
        ("working-directory", span(&raw.working_directory)),
        ("state-directory", span(&raw.state_directory)),
        ("logs-directory", span(&raw.logs_directory)),
        ("runtime-directory", span(&raw.runtime_directory)),
        ("after", span(&raw.after)),
        ("wants", span(&raw.wants)),
        ("restart", span(&raw.restart)),
        ("hardening", span(&raw.hardening)),
        ("extra", raw.extra.0.first().map(|(section, _)| section.span())),
    ]
}

fn options(scope: &Scope, raw: &units::Service) -> Result<UnitOptions, Fault> {
    const KINDS: [&str; 7] = ["simple", "exec", "forking", "oneshot", "dbus", "notify", "idle"];
    const RESTARTS: [&str; 7] =
        ["no", "on-success", "on-failure", "on-abnormal", "on-watchdog", "on-abort", "always"];
    let one_of = |name, text: Option<&Text>, what, words: &[&'static str], default: &str| match text {
        None => Ok(default.to_owned()),
        Some(text) => {
            let words: Vec<_> = words.iter().map(|word| (*word, *word)).collect();
            scope.word(name, text, what, &words).map(str::to_owned)
        }
    };
    Ok(UnitOptions {
        kind: one_of("type", raw.r#type.as_ref(), "a type of service", &KINDS, "exec")?,
        working_directory: process::unit_path(scope, "working-directory", raw.working_directory.as_ref())?,
        state_directory: process::state(scope, "state-directory", raw.state_directory.as_ref())?,
        logs_directory: process::state(scope, "logs-directory", raw.logs_directory.as_ref())?,
        runtime_directory: process::state(scope, "runtime-directory", raw.runtime_directory.as_ref())?,
        after: process::units(scope, "after", raw.after.as_ref())?,
        wants: process::units(scope, "wants", raw.wants.as_ref())?,
        restart: one_of("restart", raw.restart.as_ref(), "a way to restart", &RESTARTS, "on-failure")?,
        hardening: raw.hardening.as_ref().is_none_or(|flag| *flag.get_ref()),
        extra: process::extra(scope, &[("Unit", ()), ("Service", ()), ("Install", ())], &raw.extra)?,
    })
}

fn process(scope: &Scope, raw: &units::Service, package: &PackageName) -> Result<Process, Fault> {
    Ok(Process {
        exec: raw.exec.as_ref().map(|text| process::exec(scope, text)).transpose()?.unwrap_or_default(),
        user: process::user(scope, raw.user.as_ref(), package)?,
        group: scope.parse_some("group", raw.group.as_ref())?,
        environment: process::environment(scope, &raw.environment)?,
        environment_file: process::unit_path(scope, "environment-file", raw.environment_file.as_ref())?,
    })
}

fn health(raw: &Spanned<units::Health>) -> Result<Health, Fault> {
    let scope = Scope { table: "[service.health]", span: Some(raw.span()) };
    let raw = raw.get_ref();
    let check = match (&raw.http, &raw.command) {
        (Some(_), Some(command)) => return Err(scope.exclusive("command", command.span(), "http")),
        (None, None) => {
            let (table, keys) = (scope.table.to_owned(), vec!["http", "command"]);
            return Err(scope.fault(Problem::NoneOf { table, keys }));
        }
        (None, Some(command)) => HealthCheck::Command(scope.filled("command", command)?.to_owned()),
        (Some(url), None) => {
            let given = scope.filled("http", url)?;
            if !words::is_web_url(given) {
                let reason = format_args!("`{given}` is not a web address");
                let hint = "write it like `http://127.0.0.1:8000/health`";
                return Err(scope.invalid_but("http", url.span(), reason, hint));
            }
            HealthCheck::Http(given.to_owned())
        }
    };
    let timeout = raw.timeout.as_ref().map(|value| words::seconds(&scope, "timeout", value)).transpose()?;
    Ok(Health { check, timeout_seconds: timeout.unwrap_or(HEALTH_TIMEOUT) })
}

/// Names, or a number that stands for `1` to itself.
fn instances(scope: &Scope, value: Option<&Spanned<Value>>) -> Result<Vec<UnitName>, Fault> {
    const KEY: &str = "instances";
    let Some(value) = value else { return Ok(Vec::new()) };
    let span = value.span();
    let list: Vec<String> = match value.get_ref() {
        Value::Number(count) => {
            let count = words::in_range(scope, KEY, &Spanned::new(span.clone(), *count), (1, 1000))?;
            (1..=count).map(|number| number.to_string()).collect()
        }
        Value::List(items) if items.is_empty() => {
            return Err(Fault::at(span, Problem::Empty(scope.key(KEY))));
        }
        Value::List(items) => items
            .iter()
            .map(|item| match item {
                Value::Text(text) => Ok(text.clone()),
                other => Err(words::wrong_type(scope, KEY, span.clone(), "an array of strings", other)),
            })
            .collect::<Result<_, _>>()?,
        other => return Err(words::wrong_type(scope, KEY, span, "a number or an array of names", other)),
    };
    let mut names = Names::default();
    let mut instances = Vec::new();
    for text in list {
        names.take(scope, KEY, span.clone(), &text)?;
        instances.push(scope.parse(KEY, &Spanned::new(span.clone(), text))?);
    }
    Ok(instances)
}
