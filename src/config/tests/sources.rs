//! Where values come from: the manifest, `pyproject.toml`, `--set` and the environment.

use crate::config::error::Subject;
use crate::config::manifest::Manifest;
use crate::config::manifest::Origin;
use crate::config::manifest::OriginKind;
use crate::config::recipe::AppSource;
use crate::config::tests;
use crate::config::tests::LEAST;

const PYPROJECT: &str = r#"
[project]
name = "Acme_Orders.Web"
version = "1.4.2rc1"
description = "Order service"
license = { text = "MIT" }
authors = [{ name = "Nobody" }, { name = "Ops", email = "ops@example.com" }]
[project.urls]
Home-Page = "https://example.com/"
[tool.mkdeb.app]
tarball = "dist/orders.tar.gz"
"#;

fn pyproject(text: &str) -> Result<crate::config::recipe::Recipe, crate::config::error::Error> {
    Manifest::parse(text, Origin { file: "pyproject.toml", kind: OriginKind::Pyproject })?
        .into_recipe(&tests::environment(), &tests::RULES)
}

#[test]
fn a_pyproject_says_enough() {
    let recipe = pyproject(PYPROJECT).expect("valid");
    assert_eq!(recipe.package.name.as_str(), "acme-orders-web");
    assert_eq!(recipe.package.version.to_string(), "1.4.2~rc1");
    assert_eq!(recipe.package.summary, "Order service");
    assert_eq!(recipe.package.license.as_deref(), Some("MIT"));
    assert_eq!(recipe.package.homepage.as_deref(), Some("https://example.com/"));
    assert_eq!(recipe.package.maintainer, "Ops <ops@example.com>");
    assert_eq!(recipe.prefix.as_str(), "/opt/acme-orders-web");
}

#[test]
fn a_pyproject_fills_only_what_the_manifest_leaves_out() {
    let text = "[package]\nname = \"shop\"\n[app]\ntarball = \"x.tar\"";
    let recipe = tests::recipe_with(text, Some(PYPROJECT), &[]).expect("valid");
    assert_eq!((recipe.package.name.as_str(), recipe.package.summary.as_str()), ("shop", "Order service"));
}

#[test]
fn a_pyproject_is_not_expanded() {
    let text = PYPROJECT.replace("Order service", "Costs ${USD}");
    assert_eq!(pyproject(&text).expect("valid").package.summary, "Costs ${USD}");
}

#[test]
fn a_pyproject_without_a_manifest_is_an_error() {
    tests::assert_refused(
        pyproject("[project]\nname = \"x\""),
        "there is no `[tool.mkdeb]` in it",
        "`mkdeb init` writes a `mkdeb.toml`; or add a `[tool.mkdeb.app]` table",
        "",
    );
}

#[test]
fn a_dynamic_version_has_to_be_given() {
    let text = PYPROJECT.replace("version = \"1.4.2rc1\"", "dynamic = [\"version\"]");
    tests::assert_refused(
        pyproject(&text),
        "`version` is dynamic in `[project]`, and only the build backend can compute it",
        "pass `--set package.version=…`, or write `version` in `[package]`",
        "\"version\"",
    );
    let origin = Origin { file: "pyproject.toml", kind: OriginKind::Pyproject };
    let mut manifest = Manifest::parse(&text, origin).expect("TOML");
    manifest.set("package.version=2.0").expect("an assignment");
    let recipe = manifest.into_recipe(&tests::environment(), &tests::RULES).expect("valid");
    assert_eq!(recipe.package.version.to_string(), "2.0");
}

#[test]
fn an_error_in_a_pyproject_is_placed_there() {
    let text = PYPROJECT.replace("Acme_Orders.Web", "ü");
    let error = pyproject(&text).expect_err("no name");
    let place = error.place().expect("a place");
    assert_eq!((place.file.as_str(), place.line, place.column), ("pyproject.toml", 3, 8));
}

#[test]
fn a_set_value_is_toml_or_else_text() {
    let recipe = tests::recipe_with(
        LEAST,
        None,
        &[
            "package.version=2.0",
            "package.section=web",
            "package.revision=3",
            "package.depends=[\"libpq5\"]",
            "layout.prefix=\"/opt/shop\"",
            "compression.level=4",
        ],
    )
    .expect("valid");
    assert_eq!(recipe.package.version.to_string(), "2.0-3");
    assert_eq!((recipe.package.section.as_str(), recipe.package.auto_depends), ("web", false));
    assert_eq!(recipe.prefix.as_str(), "/opt/shop");
    assert_eq!(recipe.compression.map(|compression| compression.level), Some(4));
}

#[test]
fn a_set_value_reaches_an_entry() {
    let text = format!("{LEAST}[[service]]\nname = \"web\"\nexec = \"x\"");
    let recipe = tests::recipe_with(&text, None, &["service.0.user=root", "service.0.health.command=true"]);
    let recipe = recipe.expect("valid");
    assert!(recipe.services[0].process.user.is_root() && recipe.users.is_empty());
    assert!(recipe.services[0].health.is_some());
}

#[test]
fn an_error_in_a_set_value_is_placed_there() {
    let refuse = |set: &str, message: &str, hint: &str, at: &str| {
        let text = format!("{LEAST}[[service]]\nname = \"web\"\nexec = \"x\"");
        tests::assert_refused(
            tests::recipe_with(&text, None, &["package.section=web", set]),
            message,
            hint,
            at,
        );
    };
    refuse("package.nmae=x", "unknown key `nmae` in `[package]`", "did you mean `name`?", "nmae");
    let example = "write it like `--set package.version=1.2.3`";
    refuse("package.version", "`package.version` is not `key=value`", example, "package.version");
    refuse("package..version=1", "`package..version=1` is not `key=value`", example, "package..version=1");
    refuse(
        "package.name.x=1",
        "`name` is not a table, so no key in it can be set",
        "name a table and its key, like `package.version`",
        "name",
    );
    refuse(
        "service.1.user=x",
        "`service` has 1 entry, so `1` is not one of them",
        "entries are counted from 0, as in `service.0.user`",
        "service",
    );
    refuse(
        "socket.0.name=x",
        "`socket` has 0 entries, so `0` is not one of them",
        "write `[[socket]]` into the manifest: `--set` changes entries, and makes none",
        "socket",
    );
    let brackets = "write it in brackets: `depends = [\"…\"]`";
    refuse("package.depends=3", "`depends` in `[package]` has to be an array, not a string", brackets, "3");
    refuse(
        "compression.level=x",
        "`level` in `[compression]` has to be a whole number, not a string",
        "",
        "x",
    );
}

#[test]
fn variables_are_expanded_where_the_build_is_described() {
    let text = LEAST.replace("\"1.4.2\"", "\"${TAG}\"").replace("orders.tar.gz", "$$${TAG}");
    let more = "[[service]]\nname = \"web\"\nunit = \"${TAG}.service\"\nuser = \"web\"
        [hooks]\nbefore-activate = \"${TAG}.sh\"
        [[service]]\nname = \"api\"\nexec = \"run ${TAG} $$\"";
    let recipe = tests::recipe(&format!("{text}{more}")).expect("valid");
    assert_eq!(recipe.app.source, AppSource::Path("dist/$1.4.2".to_owned()));
    assert_eq!(recipe.hooks[0].source, "1.4.2.sh");
    assert_eq!(recipe.services[1].process.exec, ["run", "${TAG}", "$$"]);
}

#[test]
fn variables_that_are_not_set_are_errors() {
    tests::refused(
        &LEAST.replace("1.4.2", "${TGA}"),
        "`version` in `[package]` needs the environment variable `TGA`, which is not set",
        "set `TGA`, or write `$${TGA}` for the text itself",
        "\"${TGA}\"",
    );
    tests::refused(
        &LEAST.replace("1.4.2", "${TAG"),
        "`version` in `[package]` has `${` without a variable's name and `}` after it",
        "write `${NAME}`, or `$$` for a dollar sign",
        "\"${TAG\"",
    );
}

#[test]
fn secrets_stay_out_of_control_fields() {
    tests::refused(
        &LEAST.replace("Order service", "${API_TOKEN}"),
        "`summary` in `[package]` has the value of the environment variable `API_TOKEN`, and control fields are public",
        "take it out of this key: whoever has the package could read it",
        "\"${API_TOKEN}\"",
    );
    // Shorter values match by chance.
    assert_eq!(
        tests::recipe(&LEAST.replace("[app]", "section = \"web\"\n[app]")).expect("valid").package.section,
        "web"
    );
}

#[test]
fn a_value_is_found_where_it_is_written() {
    let text = "[venv]\npath = \"build/venv\"\n[app]\ntarball = \"build/${TAG}.tar\"\nexclude = [\"a b\"]\n";
    let of = |subject: Subject| {
        let mut manifest =
            Manifest::parse(text, Origin { file: "mkdeb.toml", kind: OriginKind::MkdebToml }).expect("TOML");
        manifest.set("package.section=build/venv").expect("it can be set");
        manifest.place_of(&subject, &tests::environment()).map(|place| (place.file, place.line, place.column))
    };
    let place = |value: &str| of(value.into());
    let at = |line, column| Some(("mkdeb.toml".to_owned(), line, column));
    assert_eq!(place("build/venv"), at(2, 8), "the first of two");
    assert_eq!(place("build/1.4.2.tar"), at(4, 11), "with its variables");
    assert_eq!(place("a"), at(5, 12), "the program of a command line");
    assert_eq!(place("build"), None);
    assert_eq!(of(Subject::Key("app.tarball")), at(4, 11), "by its key");
    assert_eq!(of(Subject::Key("package.section")), Some(("--set".to_owned(), 1, 17)));
    assert_eq!(of(Subject::Key("path")), None);
}

#[test]
fn an_error_is_drawn_with_its_line_and_its_hint() {
    let error = tests::recipe(&LEAST.replace("name =", "nmae =")).expect_err("no such key");
    let (title, hint) = (error.to_string(), error.hint());
    let place = error.place().expect("it has a place");
    let drawn = place.draw((&title, hint.as_deref()), &annotate_snippets::Renderer::plain());
    for part in
        ["error: unknown key `nmae` in `[package]`", "mkdeb.toml:3:1", "^^^^", "hint: did you mean `name`?"]
    {
        assert!(drawn.contains(part), "{part} in\n{drawn}");
    }
}
