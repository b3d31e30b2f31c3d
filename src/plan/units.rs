//! Units for systemd: services, timers and sockets, rendered or given as files.

use std::collections::BTreeMap;

use crate::config::recipe::PackageRecipe;
use crate::config::recipe::Process;
use crate::config::recipe::ServiceRecipe;
use crate::config::recipe::SocketRecipe;
use crate::config::recipe::TimerJob;
use crate::config::recipe::TimerRecipe;
use crate::config::recipe::UnitOptions;
use crate::config::recipe::UnitSource;
use crate::plan::Error;
use crate::plan::draft::Draft;
use crate::plan::launchers::Launcher;
use crate::plan::launchers::add_launcher;
use crate::template::units::Head;
use crate::template::units::Service;
use crate::template::units::Socket;
use crate::template::units::Timer;
use crate::types::mode::Mode;
use crate::types::name::UnitName;
use crate::types::path::InstallPath;

/// Adds every unit with what it starts.
pub(in crate::plan) fn add(draft: &mut Draft<'_>) -> Result<(), Error> {
    let recipe = draft.recipe;
    for service in &recipe.services {
        add_service(draft, service)?;
    }
    for timer in &recipe.timers {
        add_timer(draft, timer)?;
    }
    for socket in &recipe.sockets {
        add_socket(draft, socket)?;
    }
    Ok(())
}

/// The file name of a service's unit: `name.service`, or `name@.service` for one with instances.
pub(in crate::plan) fn service_unit(service: &ServiceRecipe) -> String {
    if service.instances.is_empty() {
        format!("{}.service", service.name)
    } else {
        format!("{}@.service", service.name)
    }
}

fn unit_path(unit: &str) -> Result<InstallPath, Error> {
    Ok(format!("/usr/lib/systemd/system/{unit}").parse()?)
}

fn add_service(draft: &mut Draft<'_>, service: &ServiceRecipe) -> Result<(), Error> {
    let unit = service_unit(service);
    let instantiated = !service.instances.is_empty();
    let (text, directory) = match &service.unit {
        UnitSource::File(source) => (unit_of_user(draft, source)?, None),
        UnitSource::Rendered(options) => {
            let kind = Rendering { unit: &unit, name: &service.name, instantiated, installable: true };
            let text = service_text(draft, &kind, &service.process, options)?;
            (text, options.working_directory.as_ref().map(InstallPath::as_str))
        }
    };
    draft.write(unit_path(&unit)?, Mode::PLAIN, text)?;
    add_launcher(draft, &Launcher { name: &service.name, process: &service.process, directory, instantiated })
}

/// A unit of the user's must not start anything through `current/venv`: it would mix two releases.
fn unit_of_user(draft: &Draft<'_>, source: &str) -> Result<String, Error> {
    let text = String::from_utf8(draft.file_text(source)?.to_vec())
        .map_err(|_| Error::NotText(source.to_owned()))?;
    let through = format!("{}/current/venv/", draft.place.prefix);
    match text.lines().position(|line| !line.trim_start().starts_with(['#', ';']) && line.contains(&through))
    {
        Some(index) => Err(Error::UnitThroughCurrent { source_name: source.to_owned(), line: index + 1 }),
        None => Ok(text),
    }
}

struct Rendering<'a> {
    unit: &'a str,
    name: &'a UnitName,
    instantiated: bool,
    installable: bool,
}

fn service_text(
    draft: &Draft<'_>,
    rendering: &Rendering<'_>,
    process: &Process,
    options: &UnitOptions,
) -> Result<String, Error> {
    let package = &draft.recipe.package;
    let version = package.version.to_string();
    let data = Service {
        head: head(package, &version, rendering.unit, &options.extra),
        prefix: draft.place.prefix.as_str(),
        name: rendering.name.as_str(),
        instantiated: rendering.instantiated,
        long_running: options.kind != "oneshot",
        installable: rendering.installable,
        hardening: options.hardening,
        kind: &options.kind,
        user: process.user.as_str(),
        group: process.group.as_ref().map(|group| group.as_str()),
        environment_file: process.environment_file.as_ref().map(InstallPath::as_str),
        restart: &options.restart,
        working_directory: options.working_directory.as_ref().map(InstallPath::as_str),
        after: &options.after,
        wants: &options.wants,
        state_directory: &options.state_directory,
        logs_directory: &options.logs_directory,
        runtime_directory: &options.runtime_directory,
        extra_service: section(&options.extra, "Service"),
    };
    draft.render("service.unit.hbs", &data)
}

fn add_timer(draft: &mut Draft<'_>, timer: &TimerRecipe) -> Result<(), Error> {
    let service = match &timer.job {
        TimerJob::Service(name) => format!("{name}.service"),
        TimerJob::Own(job) => add_job(draft, timer, &job.0, &job.1)?,
    };
    let package = &draft.recipe.package;
    let version = package.version.to_string();
    let unit = format!("{}.timer", timer.name);
    let data = Timer {
        head: head(package, &version, &unit, &timer.extra),
        service: &service,
        schedule: &timer.schedule,
        extra_timer: section(&timer.extra, "Timer"),
    };
    let text = draft.render("timer.unit.hbs", &data)?;
    draft.write(unit_path(&unit)?, Mode::PLAIN, text)
}

/// The oneshot service of a timer with a job of its own.
fn add_job(
    draft: &mut Draft<'_>,
    timer: &TimerRecipe,
    process: &Process,
    options: &UnitOptions,
) -> Result<String, Error> {
    let unit = format!("{}.service", timer.name);
    let rendering = Rendering { unit: &unit, name: &timer.name, instantiated: false, installable: false };
    let text = service_text(draft, &rendering, process, options)?;
    draft.write(unit_path(&unit)?, Mode::PLAIN, text)?;
    let directory = options.working_directory.as_ref().map(InstallPath::as_str);
    add_launcher(draft, &Launcher { name: &timer.name, process, directory, instantiated: false })?;
    Ok(unit)
}

fn add_socket(draft: &mut Draft<'_>, socket: &SocketRecipe) -> Result<(), Error> {
    let package = &draft.recipe.package;
    let version = package.version.to_string();
    let unit = format!("{}.socket", socket.name);
    let data = Socket {
        head: head(package, &version, &unit, &socket.extra),
        service: &format!("{}.service", socket.service),
        listen: &socket.listen,
        user: socket.user.as_ref().map(|user| user.as_str()),
        mode: socket.mode.map(|mode| mode.to_string()),
        extra_socket: section(&socket.extra, "Socket"),
    };
    let text = draft.render("socket.unit.hbs", &data)?;
    draft.write(unit_path(&unit)?, Mode::PLAIN, text)
}

fn head<'a>(package: &'a PackageRecipe, version: &'a str, unit: &'a str, extra: &'a Extra) -> Head<'a> {
    Head {
        package: package.name.as_str(),
        version,
        unit,
        description: &package.summary,
        extra_unit: section(extra, "Unit"),
        extra_install: section(extra, "Install"),
    }
}

/// Directives of the user's own, by section.
type Extra = BTreeMap<String, Vec<(String, String)>>;

fn section<'a>(extra: &'a Extra, name: &str) -> &'a [(String, String)] {
    extra.get(name).map_or(&[], Vec::as_slice)
}
