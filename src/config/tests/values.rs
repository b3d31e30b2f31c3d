//! Defaults, and spellings that are taken.

use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::config::tests;
use crate::config::tests::LEAST;

#[test]
fn what_is_left_out_has_a_default() {
    let recipe = tests::recipe(LEAST).expect("valid");
    assert_eq!((recipe.package.section.as_str(), recipe.package.priority.as_str()), ("python", "optional"));
    assert!(recipe.package.auto_depends && recipe.package.relations.is_empty());
    assert_eq!(recipe.prefix.as_str(), "/opt/orders");
    assert_eq!((recipe.target, recipe.compression), (None, None));
    assert!(recipe.venv.is_none() && recipe.users.is_empty() && recipe.hooks.is_empty());
    assert_eq!(recipe.app.strip_components, None);
}

#[test]
fn a_service_runs_as_a_user_of_the_package_s_name_and_so_do_hooks() {
    let text = "[[service]]\nname = \"web\"\nexec = \"venv/bin/x\"\n[hooks]\nafter-activate = \"warm.sh\"";
    let recipe = tests::good(text);
    let service = &recipe.services[0];
    assert_eq!(service.process.user.as_str(), "orders");
    assert_eq!((recipe.hooks[0].user.as_str(), recipe.hooks[0].timeout_seconds), ("orders", 600));
    assert_eq!(recipe.users.len(), 1);
    assert!(service.enable && service.start && service.instances.is_empty());
    assert!(tests::good("[hooks]\nafter-activate = \"warm.sh\"").hooks[0].user.is_root());
}

#[test]
fn a_level_goes_with_its_format_and_its_target() {
    let compression = |text: &str| tests::good(text).compression;
    let of = |format, level| Some(Compression { format, level });
    assert_eq!(compression("[compression]\nlevel = 3"), of(Format::Zstd, 3));
    assert_eq!(compression("[compression]\nlevel = 0\n[build]\ntarget = \"bullseye\""), of(Format::Xz, 0));
    assert_eq!(compression("[compression]\nformat = \"gzip\""), of(Format::Gzip, 6));
    assert_eq!(compression("[compression]\nformat = \"none\""), of(Format::None, 0));
}

#[test]
fn instances_have_names_or_numbers() {
    let names = |value: &str| {
        let text = format!("[[service]]\nname = \"web\"\nexec = \"x\"\ninstances = {value}");
        tests::good(&text).services[0].instances.iter().map(|name| name.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names("3"), ["1", "2", "3"]);
    assert_eq!(names("[\"eu\", \"us\"]"), ["eu", "us"]);
}

#[test]
fn the_maintainer_may_have_any_name() {
    for name in ["Ops", "Jörg Müller", "A. B. C, Inc."] {
        let text = LEAST.replace("Ops", name);
        assert_eq!(tests::recipe(&text).expect(name).package.maintainer, format!("{name} <ops@example.com>"));
    }
}

#[test]
fn prefixes_are_directories_of_the_package_s_own() {
    for prefix in ["/opt/orders", "/srv/orders", "/usr/lib/orders", "/usr/share/acme/x", "/var/lib/orders"] {
        assert_eq!(tests::good(&format!("[layout]\nprefix = \"{prefix}\"")).prefix.as_str(), prefix);
    }
}

#[test]
fn hostile_text_that_breaks_no_rule_stays_text() {
    let text = LEAST.replace("Order service", "$(reboot) `x` <b>%n</b> \\\"'");
    assert_eq!(tests::recipe(&text).expect("valid").package.summary, "$(reboot) `x` <b>%n</b> \"'");
}
