//! What runs on a host and when: the units of a package, and what they start. All of it is bounded, as a page is, and
//! one unit is read at a time: whoever made the package may have wanted that to take for ever.

use crate::content::unit_file::UnitFile;
use crate::page::holdings::Holdings;
use crate::page::scripts::Values;

/// How many units are told.
const MOST: usize = 100;
/// How many lines are told of when one of them runs, and how many of what it starts.
const MOST_LINES: usize = 20;
/// The keys of timers that say when.
const TIMES: [&str; 6] =
    ["OnCalendar", "OnBootSec", "OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec", "OnActiveSec"];
/// The keys of sockets that say where.
const LISTENS: [&str; 5] =
    ["ListenStream", "ListenDatagram", "ListenSequentialPacket", "ListenFIFO", "ListenNetlink"];

/// A unit, as it is told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    /// Its name with its suffix.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// When it runs.
    pub when: Vec<String>,
    /// What it starts.
    pub commands: Vec<String>,
    /// As whom.
    pub user: String,
}

/// The units of a package, by name, and how many more there are; `activation` says which are enabled and started.
pub fn units(holdings: &Holdings, activation: Option<&Values>) -> (Vec<Unit>, usize) {
    let (mut units, mut starters) = (Vec::new(), Vec::new());
    for (name, text) in holdings.units().take(MOST) {
        let file = UnitFile::parse(text);
        starters.extend(started_by(name, &file).map(|service| (service, name)));
        units.push(told(name, &file, (holdings, activation)));
    }
    for unit in &mut units {
        let own = starters.iter().filter(|(service, _)| *service == unit.name);
        unit.when.splice(0..0, own.map(|(_, starter)| format!("by {starter}")));
        unit.when.truncate(MOST_LINES);
        if unit.when.is_empty() {
            unit.when.push("when something asks for it".to_owned());
        }
    }
    let more = holdings.units().count() - units.len();
    (units, more)
}

/// The service that a timer or a socket starts: that of its own name, where it names none.
fn started_by(name: &str, unit: &UnitFile) -> Option<String> {
    let named = match name.rsplit_once('.')?.1 {
        "timer" => unit.get("Timer", "Unit"),
        "socket" => unit.get("Socket", "Service"),
        _ => return None,
    };
    Some(named.map_or_else(|| sibling(name), str::to_owned))
}

fn told(name: &str, unit: &UnitFile, (holdings, activation): (&Holdings, Option<&Values>)) -> Unit {
    let mut found = Unit {
        name: name.to_owned(),
        description: unit.get("Unit", "Description").unwrap_or_default().to_owned(),
        ..Unit::default()
    };
    if name.ends_with(".timer") {
        let times =
            TIMES.iter().flat_map(|key| unit.all("Timer", key).into_iter().map(move |it| timed(key, it)));
        found.when.extend(times.take(MOST_LINES));
        if unit.get("Timer", "Persistent").is_some_and(is_yes) {
            found.when.push("and once for those that were missed".to_owned());
        }
    } else if name.ends_with(".socket") {
        let listens = LISTENS.iter().flat_map(|key| unit.all("Socket", key));
        found.when.extend(listens.map(|place| format!("when somebody connects to {place}")).take(MOST_LINES));
        found.user = unit.get("Socket", "SocketUser").unwrap_or_default().to_owned();
    } else if name.ends_with(".service") {
        let keys = ["ExecStartPre", "ExecStart", "ExecStartPost"];
        let commands = keys.iter().flat_map(|key| unit.all("Service", key));
        found.commands.extend(commands.take(MOST_LINES).map(|command| started(command, holdings)));
        found.user = unit.get("Service", "User").unwrap_or("root").to_owned();
    }
    found.commands.extend(started_by(name, unit).map(|service| format!("starts {service}")));
    found.when.extend(enabled(name, unit, activation));
    found
}

/// What the package does about a unit, else what an admin could.
fn enabled(name: &str, unit: &UnitFile, activation: Option<&Values>) -> Vec<String> {
    let is_instance = |unit: &str| {
        let template = name.split_once("@.");
        template.is_some_and(|(stem, kind)| {
            unit.starts_with(&format!("{stem}@")) && unit.ends_with(&format!(".{kind}"))
        })
    };
    let listed = activation.map(|values| values.list("each_unit")).unwrap_or_default();
    let mut own =
        listed.iter().filter(|it| it.len() == 5 && (it[0] == name || is_instance(&it[0]))).peekable();
    if own.peek().is_some() {
        let told = own.map(|it| match (it[3].as_str(), it[4].as_str()) {
            ("enabled", "now") => format!("{}at boot, and with the activation", instance(&it[0])),
            ("enabled", _) => format!("{}at boot", instance(&it[0])),
            _ => format!("{}where the admin enables it", instance(&it[0])),
        });
        return told.collect();
    }
    let targets = unit.all("Install", "WantedBy");
    let targets =
        targets.into_iter().filter(|target| *target != "timers.target" && *target != "sockets.target");
    targets.map(|target| format!("with {target}, where it is enabled")).collect()
}

/// `worker@1: ` before what is said of one of several.
fn instance(unit: &str) -> String {
    let stem = unit.rsplit_once('.').map_or(unit, |(stem, _)| stem);
    if stem.contains('@') { format!("{stem}: ") } else { String::new() }
}

fn timed(key: &str, value: &str) -> String {
    match key {
        "OnCalendar" => value.to_owned(),
        "OnBootSec" | "OnStartupSec" => format!("{value} after boot"),
        "OnUnitActiveSec" => format!("{value} after it last began"),
        "OnUnitInactiveSec" => format!("{value} after it last ended"),
        _ => format!("{value} after the timer"),
    }
}

fn sibling(name: &str) -> String {
    format!("{}.service", name.rsplit_once('.').map_or(name, |(stem, _)| stem))
}

/// A command; of one that goes through a script of mkdeb's, what that runs.
fn started(command: &str, holdings: &Holdings) -> String {
    let program = command.split(' ').next().unwrap_or_default();
    let script = program.split_once("/current/.mkdeb/run/").and_then(|(prefix, name)| {
        let end = format!("/.mkdeb/run/{name}");
        let mut texts = holdings.texts.iter();
        texts.find(|(path, _)| path.starts_with(&format!("{prefix}/releases/")) && path.ends_with(&end))
    });
    let run = script.and_then(|(_, text)| text.lines().last()?.strip_prefix("exec "));
    run.unwrap_or(command).to_owned()
}

fn is_yes(value: &str) -> bool {
    ["yes", "true", "on", "1"].contains(&value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::holdings::tests::held;

    #[test]
    fn a_timer_says_when_and_its_service_what() {
        let holdings = held(&[
            ("usr/lib/systemd/system/r.timer", b"[Timer]\nOnCalendar=daily\nOnBootSec=5m\nPersistent=true\nUnit=r.service\n[Install]\nWantedBy=timers.target\n"),
            ("usr/lib/systemd/system/r.service", b"[Service]\nUser=o\nExecStart=/opt/o/current/.mkdeb/run/r %i\n"),
            ("opt/o/releases/1/.mkdeb/run/r", b"#!/bin/sh\nexec python -m 'a b'\n"),
            ("lib/systemd/system/s.socket", b"[Socket]\nListenStream=80\n"),
            ("lib/systemd/system/s.service", b"[Service]\nExecStart=/bin/s\n"),
            ("lib/systemd/system/t.service", b"[Service]\nExecStart=/bin/a \\\n  -b\n[Install]\nWantedBy=multi-user.target\n"),
        ]);
        let (found, more) = units(&holdings, None);
        assert_eq!(more, 0);
        let told: Vec<(&str, String, String, &str)> = found
            .iter()
            .map(|unit| {
                (unit.name.as_str(), unit.when.join("; "), unit.commands.join("; "), unit.user.as_str())
            })
            .collect();
        let expected = [
            ("s.service", "by s.socket", "/bin/s", "root"),
            ("s.socket", "when somebody connects to 80", "starts s.service", ""),
            ("t.service", "with multi-user.target, where it is enabled", "/bin/a  -b", "root"),
            ("r.service", "by r.timer", "python -m 'a b'", "o"),
            ("r.timer", "daily; 5m after boot; and once for those that were missed", "starts r.service", ""),
        ];
        assert_eq!(
            told,
            expected.map(|(name, when, what, user)| (name, when.to_owned(), what.to_owned(), user))
        );
    }

    #[test]
    fn a_package_of_many_units_is_told_in_a_few() {
        let timer = "[Timer]\nOnCalendar=daily\nUnit=u0.service\n".repeat(99);
        let service = "[Service]\nExecStart=/opt/o/current/.mkdeb/run/r\n".repeat(999);
        let service = service + "[Install]\n" + &"WantedBy=a.target\n".repeat(999);
        let path = |number: usize, kind| format!("usr/lib/systemd/system/u{number}.{kind}");
        let paths: Vec<(String, &str)> = (0..99)
            .flat_map(|number| [(path(number, "service"), &service[..]), (path(number, "timer"), &timer[..])])
            .collect();
        let entries: Vec<(&str, &[u8])> =
            paths.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
        let (found, more) = units(&held(&entries), None);
        assert_eq!((found.len(), more), (MOST, 98));
        for unit in found {
            let lines = (unit.when.len(), unit.commands.len());
            assert!(lines.0 <= MOST_LINES && lines.1 <= MOST_LINES, "{}: {lines:?}", unit.name);
        }
    }
}
