//! Every table at once.

use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::config::recipe::AppSource;
use crate::config::recipe::Bytecode;
use crate::config::recipe::CommandRun;
use crate::config::recipe::ConfigKind;
use crate::config::recipe::DropProfile;
use crate::config::recipe::HealthCheck;
use crate::config::recipe::HookMoment;
use crate::config::recipe::OnUpgrade;
use crate::config::recipe::Recipe;
use crate::config::recipe::Suite;
use crate::config::recipe::TimerJob;
use crate::config::recipe::UnitSource;
use crate::config::recipe::Verdict;
use crate::config::tests;
use crate::control::binary::RelationField;

const FULL: &str = include_str!("full.toml");

fn full() -> Recipe {
    tests::recipe(FULL).unwrap_or_else(|error| panic!("{error}: {:?}", error.place()))
}

#[test]
fn the_package_says_what_the_manifest_says() {
    let package = full().package;
    assert_eq!(package.name.as_str(), "orders");
    assert_eq!(package.version.to_string(), "1:1.4.2~rc1-1");
    assert_eq!(package.maintainer, "Ops <ops@example.com>");
    assert_eq!(package.description, "Longer text.\n\nIn two paragraphs.");
    assert_eq!((package.section.as_str(), package.priority.as_str()), ("web", "optional"));
    assert_eq!(package.architecture, None);
    assert_eq!(package.homepage.as_deref(), Some("https://example.com/orders"));
    assert_eq!(package.license.as_deref(), Some("MIT"));
    assert_eq!(package.changelog.as_deref(), Some("debian/changelog"));
    assert!(package.auto_depends);
    let written: Vec<String> = package
        .relations
        .iter()
        .flat_map(|(field, items)| items.iter().map(|item| format!("{}: {item}", field.name())))
        .collect();
    assert_eq!(
        written,
        [
            "Pre-Depends: systemd | systemd-standalone-sysusers",
            "Depends: postgresql-client (>= 15)",
            "Recommends: redis",
            "Suggests: nginx | caddy",
            "Enhances: billing",
            "Conflicts: orders-old",
            "Breaks: billing (<< 2)",
            "Replaces: orders-old",
            "Provides: order-service (= 1)",
        ]
    );
    assert!(package.relations.contains_key(&RelationField::Provides));
    assert_eq!(
        package.fields,
        [
            ("XB-Team".to_owned(), "ops".to_owned()),
            ("Bugs".to_owned(), "https://example.com/bugs".to_owned())
        ]
    );
    let libraries: Vec<String> = package
        .libraries
        .iter()
        .map(|(soname, relation)| {
            format!("{soname}: {}", relation.as_ref().map_or(String::new(), ToString::to_string))
        })
        .collect();
    assert_eq!(libraries, ["libcuda.so.1: ", "libodd.so.7: libodd7 (>= 1.2)"]);
}

#[test]
fn the_inputs_and_the_layout_are_taken() {
    let recipe = full();
    assert_eq!(recipe.app.source, AppSource::Path("dist/orders-1.4.2.tar.gz".to_owned()));
    assert_eq!(recipe.app.strip_components, Some(1));
    assert_eq!((recipe.app.exclude, recipe.app.python_path), (vec!["tests/**".into()], vec!["src".into()]));
    let venv = recipe.venv.expect("there");
    assert_eq!((venv.source.as_str(), venv.bytecode), ("build/venv", Bytecode::Strip));
    assert_eq!(venv.python.map(|path| path.to_string()).as_deref(), Some("/usr/bin/python3.11"));
    assert_eq!(venv.drop, [DropProfile::Pip, DropProfile::Activate]);
    assert_eq!(recipe.prefix.as_str(), "/opt/acme/orders");
    assert_eq!(recipe.compression, Some(Compression { format: Format::Xz, level: 3 }));
    assert_eq!(recipe.target, Some(Suite::Trixie));
}

#[test]
fn rules_matter_as_the_manifest_says() {
    let recipe = full().lint;
    let said: Vec<_> =
        recipe.judgements.iter().map(|judgement| (judgement.rule.as_str(), judgement.verdict)).collect();
    assert_eq!(said, [("setuid", Verdict::Ignore), ("no-conffile", Verdict::Error)]);
    let covers = |number: usize, subject| recipe.judgements[number].covers(subject);
    assert!(covers(0, "/anywhere") && covers(0, "format"));
    assert!(covers(1, "/etc/orders/a/b") && !covers(1, "/etc/other") && !covers(1, "/opt/etc/orders/a"));
}

#[test]
fn services_are_taken_whole() {
    let recipe = full();
    let (rendered, file) = (&recipe.services[0], &recipe.services[1]);
    assert_eq!(rendered.process.exec, ["venv/bin/gunicorn", "--name", "two words", "${WORKERS}"]);
    assert_eq!(rendered.process.user.as_str(), "orders");
    assert_eq!(rendered.process.group.as_ref().map(|group| group.as_str()), Some("www-data"));
    assert_eq!(rendered.process.environment["LITERAL"], "${HOME}");
    assert_eq!(rendered.process.environment_file.as_ref().map(|path| path.as_str()), Some("/etc/orders/env"));
    let health = rendered.health.as_ref().expect("there");
    assert_eq!(health.check, HealthCheck::Http("http://127.0.0.1:8000/health".into()));
    assert_eq!(health.timeout_seconds, 120);
    assert_eq!(rendered.on_upgrade, OnUpgrade::Reload);
    assert!(!rendered.enable && !rendered.start);
    assert_eq!(rendered.instances.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    let UnitSource::Rendered(options) = &rendered.unit else { panic!("a rendered unit") };
    assert_eq!((options.kind.as_str(), options.restart.as_str()), ("notify", "always"));
    assert_eq!(options.working_directory.as_ref().map(|path| path.as_str()), Some("/var/lib/orders"));
    assert_eq!(options.state_directory, ["orders", "orders/cache"]);
    assert_eq!((options.logs_directory.len(), options.runtime_directory.len()), (1, 1));
    assert_eq!((options.after.as_slice(), options.wants.len()), (&["postgresql.service".to_owned()][..], 1));
    assert!(!options.hardening);
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        options.extra["Service"],
        [
            line("LimitNOFILE", "65536"),
            line("ExecStartPre", "/bin/true"),
            line("ExecStartPre", "/bin/echo"),
            line("PrivateTmp", "yes"),
        ]
    );
    assert!(matches!(&file.unit, UnitSource::File(path) if path == "deploy/worker.service"));
    assert!(file.process.exec.is_empty() && file.enable && file.start);
    assert_eq!(file.health.as_ref().map(|health| health.timeout_seconds), Some(30));
}

#[test]
fn timers_and_sockets_are_taken_whole() {
    let recipe = full();
    let line = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        recipe.timers[0].schedule,
        [
            line("OnCalendar", "Mon..Fri 06:30"),
            line("OnCalendar", "Sat *-*-* 09:00:00"),
            line("OnBootSec", "300s"),
            line("OnUnitActiveSec", "3600s"),
            line("RandomizedDelaySec", "30s"),
            line("Persistent", "yes"),
        ]
    );
    assert_eq!(recipe.timers[0].extra["Timer"], [line("AccuracySec", "1")]);
    let TimerJob::Own(job) = &recipe.timers[0].job else { panic!("a job of its own") };
    assert_eq!(
        (job.0.user.as_str(), job.1.kind.as_str(), job.1.restart.as_str()),
        ("reports", "oneshot", "no")
    );
    assert_eq!(job.1.extra["Service"], [line("Nice", "10")]);
    assert!(matches!(&recipe.timers[1].job, TimerJob::Service(name) if name.as_str() == "worker"));
    let socket = &recipe.sockets[0];
    assert_eq!((socket.service.as_str(), socket.listen.len()), ("orders", 2));
    assert_eq!(socket.mode.map(|mode| mode.to_string()).as_deref(), Some("0660"));
    assert_eq!(socket.user.as_ref().map(|user| user.as_str()), Some("www-data"));
}

#[test]
fn commands_users_files_and_hooks_are_taken_whole() {
    let recipe = full();
    assert!(matches!(&recipe.commands[0].run, CommandRun::EntryPoint(entry) if entry.attribute == "main"));
    assert_eq!(recipe.commands[1].run, CommandRun::Path("venv/bin/gunicorn".into()));
    let users: Vec<_> = recipe.users.iter().map(|user| (user.name.as_str(), user.home.as_str())).collect();
    assert_eq!(users, [("orders", "/var/lib/orders"), ("reports", "/nonexistent")]);
    let configs: Vec<_> = recipe
        .configs
        .iter()
        .map(|config| (config.path.as_str(), config.mode.bits(), &config.kind))
        .collect();
    assert_eq!(configs[0].1, 0o600);
    assert_eq!((configs[1].1, configs[1].2), (0o640, &ConfigKind::Secret));
    assert_eq!(configs[2], ("/etc/orders/old.conf", 0o644, &ConfigKind::Removed));
    assert_eq!(recipe.trees[0].path, "static");
    assert_eq!(recipe.files[0].path.as_str(), "/usr/lib/tmpfiles.d/orders.conf");
    assert_eq!(recipe.links[0].target, "../share/orders");
    assert_eq!(recipe.directories[0].mode.bits(), 0o2750);
    let hooks: Vec<_> =
        recipe.hooks.iter().map(|hook| (hook.moment, hook.source.as_str(), hook.timeout_seconds)).collect();
    assert_eq!(
        hooks,
        [
            (HookMoment::BeforeActivate, "deploy/migrate.sh", 1200),
            (HookMoment::AfterPurge, "deploy/purge.sh", 1200)
        ]
    );
    assert!(recipe.hooks.iter().all(|hook| hook.user.is_root()));
}
