//! The rendered scripts as text: they parse, ShellCheck has nothing to say, and hostile values stay text.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use mkdeb::template::Templates;
use mkdeb::template::scripts::{
    Check, EntryPoint, HealthProbe, Postinst, Postrm, Preflight, Preinst, Prerm, Rollback, Tree,
};

use crate::bed::missing;
use crate::system::fixture::App;

/// What an attacker would put into any text of the manifest.
const HOSTILE: &str = "'; touch pwned; \"$(touch pwned)`touch pwned`\\\n{{x}} # ${HOME}";

/// Has no values: what it needs it gets as arguments.
const BED: &str = include_str!("../../templates/trial/bed.sh");

fn app() -> App {
    let mut app = App::new("1.4.2");
    app.hooks.insert("before-activate", "true");
    app.secret = Some("/etc/orders/secret");
    app.replaces = vec!["old-orders"];
    app
}

/// Name and text of every script of a package.
fn rendered() -> Vec<(&'static str, String)> {
    let templates = Templates::new(&BTreeMap::new()).unwrap();
    let activate = app().activate();
    let release = || activate.release.clone();
    let preinst = Preinst { release: release(), interpreter: None, replaces: Vec::new() };
    let units = vec!["orders.service".to_owned()];
    let postrm = Postrm { release: release(), units, data: vec!["/var/lib/orders".parse().unwrap()] };
    let tree = Tree { directory: "/opt/orders/venvs/abc".parse().unwrap() };
    let render = |name: &'static str, text: Result<String, _>| (name, text.unwrap());
    vec![
        render("activate.sh", templates.render("activate.sh.hbs", &activate)),
        render("preinst.sh", templates.render("preinst.sh.hbs", &preinst)),
        render("postinst.sh", templates.render("postinst.sh.hbs", &Postinst { release: release() })),
        render("prerm.sh", templates.render("prerm.sh.hbs", &Prerm { release: release() })),
        render("postrm.sh", templates.render("postrm.sh.hbs", &postrm)),
        render("tree-prerm.sh", templates.render("tree-prerm.sh.hbs", &tree)),
        render("tree-postrm.sh", templates.render("tree-postrm.sh.hbs", &tree)),
        render("bed.sh", Ok::<_, mkdeb::template::Error>(BED.to_owned())),
        render("rollback.sh", templates.render("rollback.sh.hbs", &Rollback { release: release() })),
    ]
}

fn tool(words: &[&str], path: &Path) -> Option<Output> {
    let found = ["/usr/bin", "/bin"].iter().any(|dir| Path::new(dir).join(words[0]).exists());
    if !found {
        return missing(&format!("`{}`", words[0]));
    }
    Some(Command::new(words[0]).args(&words[1..]).arg(path).output().unwrap())
}

#[test]
fn every_script_parses_and_shellcheck_has_nothing_to_say() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in rendered() {
        let path = dir.path().join(name);
        fs::write(&path, &text).unwrap();
        for words in [vec!["dash", "-n"], vec!["bash", "--posix", "-n"], vec!["shellcheck", "-s", "sh"]] {
            let Some(output) = tool(&words, &path) else { continue };
            let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name}: {words:?}: {said}");
        }
    }
}

#[test]
fn lines_are_short_and_nothing_is_left_of_the_template_language() {
    for (name, text) in rendered() {
        for line in text.lines() {
            assert!(line.chars().count() <= 120, "{name}: {line}");
            assert!(!line.contains("{{") && !line.ends_with(' '), "{name}: {line}");
        }
    }
}

#[test]
fn hostile_text_stays_text_in_the_shell() {
    let dir = tempfile::tempdir().unwrap();
    let templates = Templates::new(&BTreeMap::new()).unwrap();
    let mut activate = app().activate();
    activate.release.id = HOSTILE.to_owned();
    activate.health[0].check = Check::Command(HOSTILE.to_owned());
    activate.health[0].unit = HOSTILE.to_owned();
    let text = templates.render("activate.sh.hbs", &activate).unwrap();
    let data = text.split("\ntrap ").next().unwrap();
    let script =
        format!("{data}\nshow() {{ printf '%s\\n' \"$@\"; }}\neach_health show; printf '%s\\n' \"$id\"\n");
    let path = dir.path().join("activate");
    fs::write(&path, script).unwrap();
    let output = Command::new("sh").arg(&path).current_dir(dir.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(said, format!("{HOSTILE}\norders\norders\n4\ncommand\n{HOSTILE}\n{HOSTILE}\n"));
    assert!(!dir.path().join("pwned").exists());
}

#[test]
fn hostile_text_stays_text_in_python() {
    let dir = tempfile::tempdir().unwrap();
    let templates = Templates::new(&BTreeMap::new()).unwrap();
    let entry_points = vec![EntryPoint { module: HOSTILE.to_owned(), object: String::new() }];
    let preflight = Preflight { prefix: None, python_path: Vec::new(), entry_points };
    let probe = HealthProbe { user_agent: HOSTILE.to_owned() };
    for (name, text) in [
        ("preflight.py", templates.render("preflight.py.hbs", &preflight).unwrap()),
        ("health.py", templates.render("health.py.hbs", &probe).unwrap()),
    ] {
        let path = dir.path().join(name);
        fs::write(&path, text).unwrap();
        let output = Command::new("python3")
            .args(["-I", "-B"])
            .arg(&path)
            .arg("http://127.0.0.1:1/")
            .current_dir(dir.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(!said.contains("SyntaxError") && !dir.path().join("pwned").exists(), "{name}: {said}");
    }
}

#[test]
fn the_thin_scripts_are_as_they_were_reviewed() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/scripts");
    for (name, text) in
        rendered().into_iter().filter(|(name, _)| !["activate.sh", "bed.sh", "rollback.sh"].contains(name))
    {
        let path = golden.join(name);
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(&golden).unwrap();
            fs::write(&path, &text).unwrap();
        }
        assert_eq!(text, fs::read_to_string(&path).unwrap(), "{name}; BLESS=1 writes it anew");
    }
}
