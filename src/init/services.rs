//! From the unit of a service to `[[service]]`.

use toml::Table as Map;
use toml::Value;

use crate::content::unit_file::UnitFile;
use crate::init::draft::Table;
use crate::init::prefix::Prefixes;

/// The types of services that the manifest takes (systemd.service(5)).
const TYPES: [&str; 7] = ["simple", "exec", "forking", "oneshot", "dbus", "notify", "idle"];
/// Directives of `[Service]` that have keys of their own, or are mkdeb's.
const OWN: [&str; 13] = [
    "ExecStart",
    "ExecReload",
    "User",
    "Group",
    "Type",
    "Restart",
    "Environment",
    "EnvironmentFile",
    "WorkingDirectory",
    "StateDirectory",
    "LogsDirectory",
    "RuntimeDirectory",
    "DynamicUser",
];
/// The order that every unit of mkdeb has.
const NETWORK: &str = "network.target";
/// What every unit of mkdeb is wanted by.
const WANTED_BY: &str = "multi-user.target";

/// A converted unit.
pub(in crate::init) struct Converted {
    pub(in crate::init) table: Table,
    pub(in crate::init) remarks: Vec<String>,
}

/// The keys of a service; none where it cannot be one, with the reason.
pub(in crate::init) fn convert(
    name: &str,
    unit: &UnitFile,
    prefixes: &Prefixes,
) -> Result<Converted, String> {
    let mut table = Table::new("[[service]]");
    let mut remarks = Vec::new();
    table.set("name", name);
    table.set("exec", exec(unit, prefixes)?);
    let get = |directive: &str| unit.get("Service", directive);
    match get("Type") {
        None | Some("exec") => {}
        Some(kind) if TYPES.contains(&kind) => table.set("type", kind),
        Some(kind) => remarks.push(format!("`{name}`: `Type={kind}` is left out")),
    }
    match get("User") {
        Some(user) => table.set("user", user),
        None if get("DynamicUser").is_some() => {
            remarks.push(format!("`{name}`: it had no user of its own (`DynamicUser`), and now has one"));
        }
        None => table.noted("user", "root", "as before; without this line it gets a user of its own"),
    }
    table.set_some("group", get("Group"));
    environment(&mut table, unit, prefixes, &mut remarks);
    if let Some(directory) = get("WorkingDirectory").map(|text| text.trim_start_matches('-')) {
        match directory.starts_with('/') && !directory.contains('%') {
            true => table.set("working-directory", prefixes.moved(directory)),
            false => remarks.push(format!("`{name}`: `WorkingDirectory={directory}` is left out")),
        }
    }
    for (directive, key) in [
        ("StateDirectory", "state-directory"),
        ("LogsDirectory", "logs-directory"),
        ("RuntimeDirectory", "runtime-directory"),
    ] {
        table.set_list(key, words(unit, "Service", directive));
    }
    table
        .set_list("after", words(unit, "Unit", "After").into_iter().filter(|unit| unit != NETWORK).collect());
    table.set_list("wants", words(unit, "Unit", "Wants"));
    table.set_some("restart", get("Restart"));
    if unit.section("Install").next().is_none() {
        table.set("enable", false);
    }
    table.noted("hardening", false, "the unit had its own; without this line it gets a sandbox");
    extra(&mut table, unit, prefixes);
    Ok(Converted { table, remarks })
}

fn words(unit: &UnitFile, section: &str, directive: &str) -> Vec<String> {
    let values = unit.all(section, directive);
    values.iter().flat_map(|value| value.split_whitespace()).map(str::to_owned).collect()
}

/// The command line, its program as one of the release where it was one of the virtualenv.
fn exec(unit: &UnitFile, prefixes: &Prefixes) -> Result<String, String> {
    let lines = unit.all("Service", "ExecStart");
    let line = match lines.as_slice() {
        [line] => line.trim_start_matches(['-', '+', '!', ':']),
        [] => return Err("it has no `ExecStart`".to_owned()),
        _ => return Err("it has more than one `ExecStart`".to_owned()),
    };
    if line.starts_with('@') {
        return Err("its `ExecStart` gives the program another name (`@`)".to_owned());
    }
    if line.replace("%%", "").contains('%') {
        return Err("its `ExecStart` has specifiers (`%`)".to_owned());
    }
    let line = line.replace("%%", "%");
    let (program, rest) = line.split_once(' ').unwrap_or((&line, ""));
    let program = match prefixes.in_release(program) {
        Some(path) => path,
        None if program.starts_with('/') => program.to_owned(),
        None => format!("/usr/bin/env {program}"),
    };
    Ok(format!("{program} {}", prefixes.moved(rest)).trim_end().to_owned())
}

fn environment(table: &mut Table, unit: &UnitFile, prefixes: &Prefixes, remarks: &mut Vec<String>) {
    let mut variables = Map::new();
    for line in unit.all("Service", "Environment") {
        for word in shlex::split(line).unwrap_or_default() {
            if let Some((name, value)) = word.split_once('=') {
                variables.insert(name.to_owned(), prefixes.moved(value).into());
            }
        }
    }
    if !variables.is_empty() {
        table.set("environment", variables);
    }
    let files = unit.all("Service", "EnvironmentFile");
    let mut files = files.iter().map(|file| file.trim_start_matches('-'));
    table.set_some("environment-file", files.next());
    remarks.extend(files.map(|file| format!("`EnvironmentFile={file}` is left out: a service has one")));
}

/// Directives without a key of their own.
fn extra(table: &mut Table, unit: &UnitFile, prefixes: &Prefixes) {
    let mut extra = Map::new();
    for (section, own) in
        [("Unit", &["Description", "After", "Wants"][..]), ("Service", &OWN), ("Install", &[])]
    {
        let mut directives = Map::new();
        for (name, value) in unit.section(section).filter(|(name, _)| !own.contains(name)) {
            if (section, name, value) != ("Install", "WantedBy", WANTED_BY) {
                insert(&mut directives, name, prefixes.moved(value));
            }
        }
        // mkdeb's own reload comes first; an empty value takes it back (systemd.service(5)).
        let reloads = unit.all("Service", "ExecReload").into_iter().filter(|_| section == "Service");
        let reloads: Vec<&str> = reloads.filter(|line| !line.ends_with("kill -HUP $MAINPID")).collect();
        if !reloads.is_empty() {
            insert(&mut directives, "ExecReload", String::new());
            reloads.iter().for_each(|line| insert(&mut directives, "ExecReload", prefixes.moved(line)));
        }
        if !directives.is_empty() {
            extra.insert(section.to_owned(), directives.into());
        }
    }
    if !extra.is_empty() {
        table.set("extra", extra);
    }
}

/// Sets a directive, or repeats it.
fn insert(directives: &mut Map, name: &str, value: String) {
    match directives.get_mut(name) {
        None => drop(directives.insert(name.to_owned(), value.into())),
        Some(Value::Array(values)) => values.push(value.into()),
        Some(single) => *single = Value::Array(vec![single.clone(), value.into()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debhelper::rules::Rules;
    use crate::init::draft::Draft;

    fn converted(text: &str) -> Result<(Map, Vec<String>), String> {
        let prefixes = Prefixes::new("orders", &Rules::default(), std::iter::empty());
        let Converted { table, remarks } = convert("orders", &UnitFile::parse(text), &prefixes)?;
        let mut draft = Draft::default();
        draft.add(table);
        let manifest: Map = toml::from_str(&draft.text()).expect("TOML");
        Ok((manifest["service"][0].as_table().expect("a table").clone(), remarks))
    }

    #[test]
    fn a_unit_becomes_keys_and_the_rest_directives() {
        let text = "[Unit]\nDescription=x\nAfter=network.target postgresql.service\nRequires=postgresql.service\n\
            [Service]\nType=notify\nUser=orders\nEnvironment=\"A=1 2\" B=/opt/venvs/orders/etc\n\
            EnvironmentFile=-/etc/default/orders\nExecStart=/opt/venvs/orders/bin/gunicorn --pid 5%% app\n\
            ExecStartPre=/opt/venvs/orders/bin/check\nExecStartPre=/bin/true\nLimitNOFILE=65536\nStateDirectory=orders\n\
            ExecReload=/bin/kill -HUP $MAINPID\n[Install]\nWantedBy=multi-user.target\nAlias=shop.service\n";
        let (service, remarks) = converted(text).expect("a service");
        assert_eq!(service["exec"].as_str(), Some("venv/bin/gunicorn --pid 5% app"));
        assert_eq!(service["environment"]["A"].as_str(), Some("1 2"));
        assert_eq!(service["environment"]["B"].as_str(), Some("/opt/orders/current/venv/etc"));
        assert_eq!(service["environment-file"].as_str(), Some("/etc/default/orders"));
        assert_eq!(service["after"].as_array().map(Vec::len), Some(1));
        let extra = &service["extra"];
        assert_eq!(extra["Unit"]["Requires"].as_str(), Some("postgresql.service"));
        assert_eq!(extra["Service"]["ExecStartPre"][0].as_str(), Some("/opt/orders/current/venv/bin/check"));
        assert_eq!(extra["Service"]["LimitNOFILE"].as_str(), Some("65536"));
        assert_eq!(extra["Install"].as_table().map(Map::len), Some(1));
        assert!(extra["Service"].get("ExecReload").is_none() && remarks.is_empty(), "{remarks:?}");
        assert!(service.get("enable").is_none());
    }

    #[test]
    fn what_differs_is_said_and_what_cannot_be_is_refused() {
        let text = "[Service]\nType=notify-reload\nDynamicUser=yes\nWorkingDirectory=~\nExecStart=gunicorn app\n\
            EnvironmentFile=/a\nEnvironmentFile=/b\nExecReload=/bin/reload\n";
        let (service, remarks) = converted(text).expect("a service");
        assert_eq!(remarks.len(), 4, "{remarks:?}");
        assert_eq!(service["exec"].as_str(), Some("/usr/bin/env gunicorn app"));
        assert_eq!(service["enable"].as_bool(), Some(false));
        assert_eq!(service["extra"]["Service"]["ExecReload"].as_array().map(Vec::len), Some(2));
        assert!(service.get("user").is_none());
        let (service, _) = converted("[Service]\nExecStart=/bin/x\n").expect("a service");
        assert_eq!(service["user"].as_str(), Some("root"));
        for line in ["", "ExecStart=/a\nExecStart=/b", "ExecStart=@/a b", "ExecStart=/a %i"] {
            assert!(converted(&format!("[Service]\n{line}\n")).is_err(), "{line}");
        }
    }
}
