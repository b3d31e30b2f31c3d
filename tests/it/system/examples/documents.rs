//! Commands that the documents tell readers to type: each is run by a test, or by CI.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::project::blocks;

/// How a command is known to work.
#[derive(Debug, Clone, Copy)]
enum Run {
    /// By the test of this name, which takes it from the document.
    Test(&'static str),
    /// By `.ci/run`, where the line stands.
    Ci,
}
use Run::{Ci, Test};

const FIRST: Run = Test("the_first_package_is_made_and_installed_as_its_guide_says");
const PACK: Run = Test("a_tree_is_packed_as_its_document_says");
const HELLO: Run = Test("the_hello_example_comes_and_goes");
const COMPILED: Run = Test("the_compiled_example_comes_and_goes");
const PYPROJECT: Run = Test("the_pyproject_example_comes_and_goes");
const FLASK: Run = Test("the_flask_service_example_serves_and_keeps_the_admins_settings_through_an_upgrade");
const MIGRATION: Run = Test("a_host_with_the_package_of_dh_virtualenv_is_upgraded_and_keeps_what_is_its_own");
const DJANGO: Run = Test("the_django_celery_example_migrates_serves_and_works_in_the_background");

const APT: Run = Test("apt_keeps_the_releases_that_can_be_gone_back_to_and_removes_the_others");
const ROLLBACK: Run = Test("rollback_goes_back_offline_asks_nothing_and_holds_the_package");
const SUITE: Run = Test("a_suite_is_read_by_its_release_and_what_does_not_agree_is_an_error");
const MAKING: Run = Test("another_lock_makes_another_virtualenv_and_the_first_one_stays");
const KILLED: Run = Test("dpkg_killed_at_some_moments_of_an_upgrade_leaves_a_release_that_runs");
const MOVES: Run = Test("a_repository_moves_what_changed_to_bookworm");
const KEY: Run = Test("a_key_is_twelve_characters_over_what_matters_and_nothing_else");
const PUBLISHING: Run = Test("a_repository_is_made_and_kept_as_the_documents_say");
const PROCFILE: Run = Test("processes_of_a_procfile_become_services_and_a_hook");
const FPM: Run = Test("a_service_that_fpm_packages_is_packaged_without_an_edit");
const NFPM: Run = Test("a_service_that_nfpm_packages_is_packaged_without_an_edit");
const STATIC: Run = Test("one_static_file_builds_the_same_package_in_an_empty_root_and_on_the_oldest_debian");
const EMULATED: Run = Test("a_static_file_for_another_machine_builds_the_same_package");
const PACKAGED: Run = Test("the_package_of_mkdeb_comes_and_goes_and_brings_pages_and_completions");
const WHEEL: Run = Test("pip_installs_the_wheel_also_an_old_one");
const TRIAL: Run =
    Test("the_command_of_the_documents_tries_an_application_whose_release_then_does_not_start");
const KEY_JSON: Run = Test("the_json_document_has_the_keys_that_are_documented");

/// Document, command, and how it is run.
const COMMANDS: &[(&str, &str, Run)] = &[
    ("README.md", "make demo", Ci),
    ("README.md", "make test", Ci),
    ("README.md", "mkdeb init", MIGRATION),
    ("README.md", "mkdeb build", MIGRATION),
    ("docs/from-dh-virtualenv.md", "mkdeb init", MIGRATION),
    ("docs/from-dh-virtualenv.md", "mkdeb build", MIGRATION),
    ("docs/from-fpm.md", "mkdeb init --fpm \"$(cat package.sh)\"", FPM),
    ("docs/from-fpm.md", "mkdeb build", FPM),
    ("docs/from-nfpm.md", "mkdeb init", NFPM),
    ("docs/from-nfpm.md", "mkdeb build", NFPM),
    ("docs/from-git-pull.md", "mkdeb init", PROCFILE),
    ("docs/from-git-pull.md", "mkdeb build", PROCFILE),
    ("docs/installing.md", "release/build", STATIC),
    ("docs/installing.md", "release/build aarch64-unknown-linux-musl", EMULATED),
    ("docs/installing.md", "release/deb", PACKAGED),
    ("docs/installing.md", "release/wheel", WHEEL),
    ("docs/first-package.md", "mkdir -p build", FIRST),
    ("docs/first-package.md", "git archive --prefix=orders/ --output build/orders.tar.gz HEAD", FIRST),
    ("docs/first-package.md", "/usr/bin/python3 -m venv build/venv", FIRST),
    ("docs/first-package.md", "build/venv/bin/pip install -r requirements.txt", FIRST),
    ("docs/first-package.md", "mkdeb build", FIRST),
    ("docs/first-package.md", "apt install ./dist/orders_1.4.2_amd64.deb", FIRST),
    ("docs/pack.md", "mkdeb pack --root-owner-group -Zxz tree dist/", PACK),
    ("docs/first-package.md", "mkdeb inspect dist/orders_1.4.2_amd64.deb", FIRST),
    ("docs/fleets.md", "mkdeb venv-key", KEY),
    ("docs/fleets.md", "mkdeb venv --wheels wheels", MAKING),
    ("docs/fleets.md", "apt-get install orders", MOVES),
    ("docs/fleets.md", "apt-get upgrade --with-new-pkgs", MOVES),
    ("docs/requirements.md", "mkdeb venv-key", KEY),
    ("docs/requirements.md", "mkdeb venv --wheels wheels", MAKING),
    ("docs/requirements.md", "mkdeb venv-key --target bookworm --json", KEY_JSON),
    (
        "docs/test.md",
        "mkdeb test dist/orders_1.4.2_amd64.deb --from orders_1.4.1_amd64.deb --root bookworm.tar",
        TRIAL,
    ),
    ("docs/fleets.md", "mkdeb build --repo \"https://apt.example.com bookworm main\"", SUITE),
    (
        "docs/fleets.md",
        "apt-get install ./dist/orders-venv-*.deb ./dist/orders-release-*.deb ./dist/orders_*.deb",
        APT,
    ),
    ("docs/fleets.md", "dpkg --configure -a", KILLED),
    ("docs/fleets.md", "orders-rollback --list", ROLLBACK),
    ("docs/fleets.md", "orders-rollback", ROLLBACK),
    ("docs/fleets.md", "orders-rollback 1.0", ROLLBACK),
    ("docs/fleets.md", "orders-rollback --release", ROLLBACK),
    ("docs/fleets.md", "apt-get purge orders", APT),
    ("docs/fleets.md", "apt-get autoremove --purge", APT),
    (
        "docs/publishing.md",
        "mkdeb repo key generate key.asc --user-id \"Acme archive <ops@acme.example>\"",
        PUBLISHING,
    ),
    ("docs/publishing.md", "mkdeb repo key check key.asc", PUBLISHING),
    (
        "docs/publishing.md",
        "mkdeb repo init /srv/apt --suite staging --origin Acme --label Acme --url https://apt.example.com --key key.asc",
        PUBLISHING,
    ),
    (
        "docs/publishing.md",
        "mkdeb repo init /srv/apt --suite production --origin Acme --label Acme --key key.asc",
        PUBLISHING,
    ),
    ("docs/publishing.md", "mkdeb publish /srv/apt dist/*.deb --suite staging --key key.asc", PUBLISHING),
    (
        "docs/publishing.md",
        "mkdeb repo init s3://acme-apt/prod --suite stable --origin Acme --label Acme --url https://apt.example.com --key key.asc",
        PUBLISHING,
    ),
    ("docs/publishing.md", "mkdeb publish s3://acme-apt/prod dist/*.deb --key key.asc", PUBLISHING),
    ("docs/publishing.md", "mkdeb repo list /srv/apt", PUBLISHING),
    (
        "docs/publishing.md",
        "mkdeb repo promote /srv/apt staging production orders=1.4.2 --key key.asc",
        PUBLISHING,
    ),
    (
        "docs/publishing.md",
        "mkdeb repo promote /srv/apt staging production orders --rollout 10 --key key.asc",
        PUBLISHING,
    ),
    (
        "docs/publishing.md",
        "mkdeb repo rollout /srv/apt orders 100 --suite production --key key.asc",
        PUBLISHING,
    ),
    ("docs/publishing.md", "mkdeb repo log /srv/apt", PUBLISHING),
    ("docs/publishing.md", "mkdeb repo restore /srv/apt 2 --suite staging --key key.asc", PUBLISHING),
    (
        "docs/publishing.md",
        "mkdeb repo republish /srv/apt orders 1.4.2 --as 1.4.3+rollback1 --suite production --key key.asc",
        PUBLISHING,
    ),
    (
        "docs/publishing.md",
        "mkdeb repo remove /srv/apt orders=1.4.2 --suite staging --key key.asc",
        PUBLISHING,
    ),
    (
        "docs/publishing.md",
        "mkdeb repo prune /srv/apt --keep 3 --keep-days 30 --suite production --key key.asc",
        PUBLISHING,
    ),
    ("docs/publishing.md", "mkdeb repo gc /srv/apt", PUBLISHING),
    ("docs/publishing.md", "mkdeb repo verify /srv/apt", PUBLISHING),
    ("docs/publishing.md", "mkdeb repo key generate new.asc --user-id \"Acme archive 2027\"", PUBLISHING),
    ("docs/publishing.md", "mkdeb repo key rotate /srv/apt --key key.asc --key new.asc", PUBLISHING),
    ("debian-examples/hello/README.md", "./make-inputs", HELLO),
    ("debian-examples/hello/README.md", "mkdeb build", HELLO),
    ("debian-examples/hello/README.md", "apt install ./dist/hello-app_1.0.0_all.deb", HELLO),
    ("debian-examples/hello/README.md", "hello-app Debian", HELLO),
    ("debian-examples/dh-virtualenv/README.md", "./make-inputs", MIGRATION),
    ("debian-examples/dh-virtualenv/README.md", "mkdeb init", MIGRATION),
    ("debian-examples/dh-virtualenv/README.md", "mkdeb build", MIGRATION),
    ("debian-examples/dh-virtualenv/README.md", "apt install ./dist/tally_1.3.0-1_amd64.deb", MIGRATION),
    ("debian-examples/dh-virtualenv/README.md", "tally --version", MIGRATION),
    ("debian-examples/dh-virtualenv/README.md", "systemctl status tally", MIGRATION),
    ("debian-examples/compiled/README.md", "./make-inputs", COMPILED),
    ("debian-examples/compiled/README.md", "mkdeb build", COMPILED),
    ("debian-examples/compiled/README.md", "apt install ./dist/seal_2.1.0_amd64.deb", COMPILED),
    ("debian-examples/compiled/README.md", "key=$(seal key)", COMPILED),
    (
        "debian-examples/compiled/README.md",
        "echo secret | seal close -- \"$key\" | seal open -- \"$key\"",
        COMPILED,
    ),
    ("debian-examples/pyproject/README.md", "./make-inputs", PYPROJECT),
    ("debian-examples/pyproject/README.md", "mkdeb build", PYPROJECT),
    ("debian-examples/pyproject/README.md", "apt install ./dist/word-count_0.3.0~rc1_all.deb", PYPROJECT),
    ("debian-examples/pyproject/README.md", "echo to be or not to be | word-count --top 1", PYPROJECT),
    ("debian-examples/flask-service/README.md", "./make-inputs", FLASK),
    ("debian-examples/flask-service/README.md", "mkdeb build", FLASK),
    ("debian-examples/flask-service/README.md", "apt install ./dist/orders_1.0.0-1_amd64.deb", FLASK),
    ("debian-examples/flask-service/README.md", "echo ORDERS_GREETING=welcome >/etc/orders/env", FLASK),
    ("debian-examples/flask-service/README.md", "systemctl restart orders", FLASK),
    ("debian-examples/flask-service/README.md", "systemctl status orders", FLASK),
    ("debian-examples/django-celery/README.md", "./make-inputs", DJANGO),
    ("debian-examples/django-celery/README.md", "mkdeb build", DJANGO),
    ("debian-examples/django-celery/README.md", "apt install ./dist/shop_1.0.0_amd64.deb", DJANGO),
    ("debian-examples/django-celery/README.md", "systemctl status shop-web shop-worker shop-beat", DJANGO),
    ("debian-examples/django-celery/README.md", "systemctl list-timers shop-clearsessions.timer", DJANGO),
    (
        "debian-examples/django-celery/README.md",
        "setpriv --reuid shop --regid shop --init-groups shop-manage showmigrations",
        DJANGO,
    ),
];

/// Every document with its commands, one a line.
fn documented() -> BTreeSet<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut commands = BTreeSet::new();
    let is_ours = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        entry.depth() == 0 || !(name.starts_with('.') || ["target", "build"].contains(&&*name))
    };
    for entry in walkdir::WalkDir::new(root).into_iter().filter_entry(is_ours).map(Result::unwrap) {
        if entry.path().extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let name = entry.path().strip_prefix(root).unwrap().to_str().unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        for language in ["sh", "bash", "shell", "console"] {
            for line in blocks(&text, language).iter().flat_map(|block| block.lines()) {
                commands.insert((name.to_owned(), line.to_owned()));
            }
        }
    }
    commands
}

#[test]
fn every_command_that_a_document_tells_readers_to_type_is_run() {
    let listed =
        COMMANDS.iter().map(|(document, command, _)| ((*document).to_owned(), (*command).to_owned()));
    assert_eq!(documented(), listed.collect(), "on the left what documents say, on the right what is run");
    let ci = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/run")).unwrap();
    let tests = concat!(
        include_str!("mod.rs"),
        include_str!("services.rs"),
        include_str!("../../adoption.rs"),
        include_str!("../../init.rs"),
        include_str!("../../init_fpm.rs"),
        include_str!("../../init_nfpm.rs"),
        include_str!("../../pack.rs"),
        include_str!("../fleet.rs"),
        include_str!("../fleet_apt.rs"),
        include_str!("../fleet_world.rs"),
        include_str!("../release.rs"),
        include_str!("../../soak/release.rs"),
        include_str!("../repo_documents.rs"),
        include_str!("../trial.rs"),
        include_str!("../venv.rs"),
        include_str!("../../venv_key.rs")
    );
    for (document, command, run) in COMMANDS {
        match run {
            Test(name) => assert!(tests.contains(&format!("fn {name}()")), "{document}: no test `{name}`"),
            Ci => assert!(ci.lines().any(|line| line == *command), "{document}: CI does not `{command}`"),
        }
    }
}
