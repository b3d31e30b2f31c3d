//! From the unit of a timer, and the service that it starts, to `[[timer]]`.

use toml::Table as Map;

use crate::content::unit_file::UnitFile;
use crate::init::draft::Table;

/// Directives of `[Timer]` with keys of their own.
const KEYS: [(&str, &str); 5] = [
    ("OnCalendar", "on-calendar"),
    ("OnBootSec", "on-boot-sec"),
    ("OnUnitActiveSec", "on-unit-active-sec"),
    ("RandomizedDelaySec", "randomized-delay-sec"),
    ("Persistent", "persistent"),
];
/// Keys of a service that the job of a timer does not take.
const OF_SERVICES: [&str; 4] = ["type", "restart", "enable", "start"];

/// The keys of a timer; `job` is the service of its name, which becomes the timer's own.
pub(in crate::init) fn convert(name: &str, unit: &UnitFile, job: Option<Table>) -> Table {
    let mut table = match job {
        Some(job) => job.renamed("[[timer]]"),
        None => Table::new("[[timer]]"),
    };
    OF_SERVICES.iter().for_each(|key| drop(table.take(key)));
    table.set("name", name);
    let service = unit.get("Timer", "Unit").and_then(|service| service.strip_suffix(".service"));
    if let Some(service) = service.filter(|service| *service != name) {
        table.set("service", service);
    }
    let mut others = Map::new();
    for (directive, value) in unit.section("Timer") {
        let key = KEYS.iter().find(|(known, _)| *known == directive).map(|(_, key)| *key);
        match (key, directive) {
            (Some("persistent"), _) => table.set("persistent", ["yes", "true", "on", "1"].contains(&value)),
            (Some("on-calendar"), _) => {
                let all = unit.all("Timer", "OnCalendar").into_iter().map(str::to_owned);
                table.set_list("on-calendar", all.collect());
            }
            (Some(key), _) if is_duration(value) => table.set(key, value.replace("min", "m")),
            (_, "Unit") => {}
            _ => drop(others.insert(directive.to_owned(), value.into())),
        }
    }
    if !others.is_empty() {
        let mut extra = table.take("extra").and_then(|value| value.as_table().cloned()).unwrap_or_default();
        extra.insert("Timer".to_owned(), others.into());
        table.set("extra", extra);
    }
    table.beginning_with("name")
}

/// What the manifest takes for a duration: a number with one unit, or of seconds.
fn is_duration(text: &str) -> bool {
    let number = ["min", "s", "m", "h"].iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text);
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::draft::Draft;

    #[test]
    fn a_timer_takes_its_service_along() {
        let mut job = Table::new("[[service]]");
        job.set("name", "report");
        job.set("exec", "venv/bin/report");
        job.set("type", "oneshot");
        let text = "[Timer]\nOnCalendar=daily\nOnCalendar=Mon 06:30\nOnBootSec=15min\nPersistent=true\nAccuracySec=1h\n\
            RandomizedDelaySec=1h 30min\nUnit=report.service\n";
        let mut draft = Draft::default();
        draft.add(convert("report", &UnitFile::parse(text), Some(job)));
        let manifest: Map = toml::from_str(&draft.text()).expect("TOML");
        let timer = &manifest["timer"][0];
        assert_eq!(timer["exec"].as_str(), Some("venv/bin/report"));
        assert_eq!(timer["on-calendar"].as_array().map(Vec::len), Some(2));
        assert_eq!((timer["on-boot-sec"].as_str(), timer["persistent"].as_bool()), (Some("15m"), Some(true)));
        assert_eq!(timer["extra"]["Timer"]["RandomizedDelaySec"].as_str(), Some("1h 30min"));
        assert!(timer.get("type").is_none() && timer.get("service").is_none());
        let text = "[Timer]\nOnUnitActiveSec=60\nUnit=other.service\n";
        let mut draft = Draft::default();
        draft.add(convert("tick", &UnitFile::parse(text), None));
        assert!(
            draft.text().contains("service = \"other\"\non-unit-active-sec = \"60\""),
            "{}",
            draft.text()
        );
    }
}
