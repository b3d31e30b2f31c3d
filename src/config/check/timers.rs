//! `[[timer]]` and `[[socket]]`.

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
use crate::config::raw::value::Words;
use crate::config::recipe::Process;
use crate::config::recipe::ServiceRecipe;
use crate::config::recipe::SocketRecipe;
use crate::config::recipe::TimerJob;
use crate::config::recipe::TimerRecipe;
use crate::config::recipe::UnitOptions;
use crate::types::name::PackageName;
use crate::types::name::UnitName;

/// Every timer.
pub(in crate::config) fn timers(
    raw: Vec<Spanned<units::Timer>>,
    services: &[ServiceRecipe],
    package: &PackageName,
) -> Result<Vec<TimerRecipe>, Fault> {
    let mut names = Names::default();
    raw.into_iter()
        .map(|raw| {
            let (scope, raw) = Scope::open("[[timer]]", raw);
            let name = names.claim(&scope, raw.name.as_ref())?;
            let mut job = job(&scope, &raw, &name, (services, package))?;
            Ok(TimerRecipe {
                name,
                schedule: schedule(&scope, &raw)?,
                extra: extra(&scope, &raw, &mut job)?,
                enable: raw.enable.unwrap_or(true),
                start: raw.start.unwrap_or(true),
                job,
            })
        })
        .collect()
}

fn job(
    scope: &Scope,
    raw: &units::Timer,
    name: &UnitName,
    (services, package): (&[ServiceRecipe], &PackageName),
) -> Result<TimerJob, Fault> {
    let Some(exec) = &raw.exec else {
        let service = match &raw.service {
            Some(text) => known_service(scope, text, services)?,
            None if services.iter().any(|service| service.name == *name) => name.clone(),
            None => {
                let (table, keys) = (scope.table.to_owned(), vec!["exec", "service"]);
                return Err(scope.fault(Problem::NoneOf { table, keys }));
            }
        };
        scope.no_effect("service", &own_job_only(raw))?;
        return Ok(TimerJob::Service(service));
    };
    if let Some(service) = &raw.service {
        return Err(scope.exclusive("service", service.span(), "exec"));
    }
    if services.iter().any(|service| service.name == *name) {
        // Both would be rendered to `NAME.service`.
        let (key, value) = (scope.key("name"), name.to_string());
        let span = raw.name.as_ref().map(Spanned::span);
        return Err(Fault::new(span, Problem::Twice { key, value }));
    }
    let process = Process {
        exec: process::exec(scope, exec)?,
        user: process::user(scope, raw.user.as_ref(), package)?,
        group: scope.parse_some("group", raw.group.as_ref())?,
        environment: process::environment(scope, &raw.environment)?,
        environment_file: process::unit_path(scope, "environment-file", raw.environment_file.as_ref())?,
    };
    Ok(TimerJob::Own(Box::new((process, options(scope, raw)?))))
}

/// The keys that describe a job of the timer's own.
fn own_job_only(raw: &units::Timer) -> Vec<(&'static str, Option<Range<usize>>)> {
    fn span<T>(value: &Option<Spanned<T>>) -> Option<Range<usize>> {
        value.as_ref().map(Spanned::span)
    }
    vec![
        ("user", span(&raw.user)),
        ("group", span(&raw.group)),
        ("environment", raw.environment.0.first().map(|(name, _)| name.span())),
        ("environment-file", span(&raw.environment_file)),
        ("working-directory", span(&raw.working_directory)),
        ("state-directory", span(&raw.state_directory)),
        ("logs-directory", span(&raw.logs_directory)),
        ("runtime-directory", span(&raw.runtime_directory)),
        ("after", span(&raw.after)),
        ("wants", span(&raw.wants)),
        ("hardening", span(&raw.hardening)),
    ]
}

fn options(scope: &Scope, raw: &units::Timer) -> Result<UnitOptions, Fault> {
    Ok(UnitOptions {
        kind: "oneshot".to_owned(),
        working_directory: process::unit_path(scope, "working-directory", raw.working_directory.as_ref())?,
        state_directory: process::state(scope, "state-directory", raw.state_directory.as_ref())?,
        logs_directory: process::state(scope, "logs-directory", raw.logs_directory.as_ref())?,
        runtime_directory: process::state(scope, "runtime-directory", raw.runtime_directory.as_ref())?,
        after: process::units(scope, "after", raw.after.as_ref())?,
        wants: process::units(scope, "wants", raw.wants.as_ref())?,
        restart: "no".to_owned(),
        hardening: raw.hardening.as_ref().is_none_or(|flag| *flag.get_ref()),
        extra: process::Directives::new(),
    })
}

/// The directives of the timer; those of `[Service]` go to its own job.
fn extra(scope: &Scope, raw: &units::Timer, job: &mut TimerJob) -> Result<process::Directives, Fault> {
    let mut sections = vec![("Unit", ()), ("Timer", ()), ("Install", ())];
    let TimerJob::Own(own) = job else { return process::extra(scope, &sections, &raw.extra) };
    sections.push(("Service", ()));
    let mut extra = process::extra(scope, &sections, &raw.extra)?;
    own.1.extra = extra.remove_entry("Service").into_iter().collect();
    Ok(extra)
}

/// The directives of `[Timer]` (`systemd.timer(5)`).
fn schedule(scope: &Scope, raw: &units::Timer) -> Result<Vec<(String, String)>, Fault> {
    let calendar = process::items(raw.on_calendar.as_ref(), |text, span| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b" *:/,.~_+-".contains(&b);
        if !text.trim().is_empty() && text.bytes().all(plain) {
            return Ok(text.trim().to_owned());
        }
        let reason = format_args!("`{text}` is not a calendar event");
        Err(scope.invalid_but("on-calendar", span, reason, "write it like `daily` or `Mon..Fri 06:30`"))
    })?;
    let mut schedule: Vec<(String, String)> =
        calendar.into_iter().map(|event| ("OnCalendar".to_owned(), event)).collect();
    let mut push = |directive: &str, name, value: Option<&Spanned<_>>| {
        if let Some(value) = value {
            schedule.push((directive.to_owned(), format!("{}s", words::seconds(scope, name, value)?)));
        }
        Ok(())
    };
    push("OnBootSec", "on-boot-sec", raw.on_boot_sec.as_ref())?;
    push("OnUnitActiveSec", "on-unit-active-sec", raw.on_unit_active_sec.as_ref())?;
    if schedule.is_empty() {
        let keys = vec!["on-calendar", "on-boot-sec", "on-unit-active-sec"];
        return Err(scope.fault(Problem::NoneOf { table: scope.table.to_owned(), keys }));
    }
    if let Some(delay) = &raw.randomized_delay_sec {
        let delay = words::seconds(scope, "randomized-delay-sec", delay)?;
        schedule.push(("RandomizedDelaySec".to_owned(), format!("{delay}s")));
    }
    if let Some(persistent) = raw.persistent {
        schedule.push(("Persistent".to_owned(), if persistent { "yes" } else { "no" }.to_owned()));
    }
    Ok(schedule)
}

/// Every socket.
pub(in crate::config) fn sockets(
    raw: Vec<Spanned<units::Socket>>,
    services: &[ServiceRecipe],
) -> Result<Vec<SocketRecipe>, Fault> {
    const SECTIONS: [(&str, ()); 3] = [("Unit", ()), ("Socket", ()), ("Install", ())];
    let mut names = Names::default();
    raw.into_iter()
        .map(|raw| {
            let (scope, raw) = Scope::open("[[socket]]", raw);
            let name = names.claim(&scope, raw.name.as_ref())?;
            let service = match &raw.service {
                Some(text) => known_service(&scope, text, services)?,
                None => {
                    let same = services.iter().any(|service| service.name == name).then(|| name.clone());
                    scope.require("service", "service = \"…\"", same)?
                }
            };
            let listen = scope.require("listen", "listen = \"127.0.0.1:8000\"", raw.listen.as_ref())?;
            Ok(SocketRecipe {
                name,
                service,
                listen: addresses(&scope, listen)?,
                user: scope.parse_some("user", raw.user.as_ref())?,
                mode: scope.parse_some("mode", raw.mode.as_ref())?,
                extra: process::extra(&scope, &SECTIONS, &raw.extra)?,
                enable: raw.enable.unwrap_or(true),
                start: raw.start.unwrap_or(true),
            })
        })
        .collect()
}

fn addresses(scope: &Scope, raw: &Spanned<Words>) -> Result<Vec<String>, Fault> {
    let listen = process::items(Some(raw), |text, span| {
        let number = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
        let port = text.rsplit_once(':').map_or(text, |(_, port)| port);
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && !b"\\%\"'".contains(&b));
        if plain && (text.starts_with(['/', '@']) || number(port)) {
            return Ok(text.to_owned());
        }
        let reason = format_args!("`{text}` is not an address to listen on");
        let hint = "write it like `8000`, `127.0.0.1:8000` or `/run/orders.sock`";
        Err(scope.invalid_but("listen", span, reason, hint))
    })?;
    if listen.is_empty() {
        return Err(Fault::at(raw.span(), Problem::Empty(scope.key("listen"))));
    }
    Ok(listen)
}

fn known_service(scope: &Scope, text: &Text, services: &[ServiceRecipe]) -> Result<UnitName, Fault> {
    let name: UnitName = scope.parse("service", text)?;
    if services.iter().any(|service| service.name == name) {
        return Ok(name);
    }
    let known = services.iter().map(|service| service.name.to_string()).collect();
    let problem = Problem::NoService { key: scope.key("service"), service: name.to_string(), known };
    Err(Fault::at(text.span(), problem))
}
