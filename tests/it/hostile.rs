//! What an attacker writes into a manifest stays text in every file that is made of it.

use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bed::missing;
use crate::project::{Project, field, release};

/// Everything that some language takes for more than text, on one line.
const NASTY: &str =
    r#"'; touch pwned; "$(touch pwned)`touch pwned` %n %% $HOME ${HOME} {{x}} #c ; é日 \n \ end"#;

fn toml(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A word that a shell reads as this text.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A word of `exec` whose dollars are systemd's escape for themselves.
fn exec_word(text: &str) -> String {
    quoted(&text.replace('$', "$$"))
}

/// Puts a summary that fits beside what else can be hostile.
fn hostile() -> Project {
    let summary = r#"'$(x)`x` "q" %n {{x}} é #"#.to_owned() + "\\";
    let project = Project::new("");
    let head = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    let package = format!(
        "summary = {}\ndescription = {}\nlicense = {}\nhomepage = \"https://example.com/$(x)%n'\"\n",
        toml(&summary),
        toml(&NASTY.replace('$', "$$")),
        toml(&NASTY.replace('$', "$$")),
    );
    let maintainer = toml("O'Ps $(x)`x` %n {{x}} é \\ <ops@example.com>");
    let head = head
        .replace("summary = \"order service\"\n", &package.replace("%n'\"", "%n\""))
        .replace("\"Ops <ops@example.com>\"", &maintainer);
    project.write("mkdeb.toml", head);
    project.append(&format!(
        "[[command]]\nname = \"orders\"\nentry-point = \"orders:main\"\n\
         [[command]]\nname = \"serve\"\npath = \"venv/bin/serve\"\n\
         [[service]]\nname = \"orders\"\nexec = {}\nenvironment = {{ NASTY = {}, HOME = {}, EMPTY = \"\", LAST = \"\\\\\" }}\n\
         environment-file = {}\nhealth = {{ command = {} }}\n\
         [[timer]]\nname = \"tick\"\nexec = {}\non-calendar = \"daily\"\n\
         [[socket]]\nname = \"orders\"\nlisten = \"/run/orders.sock\"\n\
         [[config]]\nsource = {}\npath = {}\n\
         [[tree]]\nsource = \"more\"\npath = {}\n",
        toml(&format!("venv/bin/serve {} '' '\\' ${{MKDEB_PORT}}x $$HOME", exec_word(NASTY))),
        toml(NASTY),
        toml(NASTY),
        toml("/etc/a b'$(x)%n/env"),
        toml(NASTY),
        toml(&format!("venv/bin/serve {}", exec_word(NASTY))),
        toml("deploy/a b'$(x)"),
        toml("/etc/orders/a b'$(x)`x`%n{{x}}é\\"),
        toml("st 'a\"$(x)`x`%n{{x}}é\\"),
    ));
    project.write("deploy/a b'$(x)", "x\n");
    project.write("more/a 'b\"$(x)`x`%n{{x}}é\\", "x\n");
    project
}

fn tool(words: &[&str]) -> Option<Command> {
    if !["/usr/bin", "/bin"].iter().any(|dir| Path::new(dir).join(words[0]).exists()) {
        return missing(&format!("`{}`", words[0]));
    }
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::null());
    Some(command)
}

fn succeeds(words: &[&str], path: &Path) {
    let Some(mut command) = tool(words) else { return };
    let output = command.arg(path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?} {}: {said}", path.display());
}

/// Files of the release that mkdeb wrote.
fn written(tree: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(release(tree).join(".mkdeb")).into_iter().map(Result::unwrap);
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

#[test]
fn the_scripts_and_launchers_parse() {
    let project = hostile();
    let (_, tree) = project.unpacked();
    for name in ["preinst", "postinst", "prerm", "postrm"] {
        succeeds(&["dash", "-n"], &tree.join("DEBIAN").join(name));
        succeeds(&["shellcheck", "-s", "sh"], &tree.join("DEBIAN").join(name));
    }
    let (mut shell, mut python) = (0, 0);
    for path in written(&tree) {
        let text = fs::read_to_string(&path).unwrap();
        let below = path.strip_prefix(release(&tree)).unwrap().to_str().unwrap();
        if text.starts_with("#!/bin/sh\n") || below.contains("env") {
            succeeds(&["dash", "-n"], &path);
            shell += 1;
        } else if text.contains("\"\"\"") {
            let compile = "import sys; compile(open(sys.argv[1], encoding='utf-8').read(), 'x', 'exec')";
            succeeds(&["python3", "-c", compile], &path);
            python += 1;
        }
    }
    assert!(shell >= 5 && python >= 3, "{shell} {python}");
}

#[test]
fn the_control_file_holds_the_text() {
    let project = hostile();
    let (deb, _) = project.unpacked();
    let summary = r#"'$(x)`x` "q" %n {{x}} é #\"#;
    assert_eq!(field(&deb, "Description").lines().next(), Some(summary));
    assert!(field(&deb, "Description").contains(&format!("\n {NASTY}")), "{}", field(&deb, "Description"));
    assert_eq!(field(&deb, "Maintainer"), "O'Ps $(x)`x` %n {{x}} é \\ <ops@example.com>");
    assert_eq!(field(&deb, "Homepage"), "https://example.com/$(x)%n");
    assert_eq!(field(&deb, "Version"), "1.4.2");
    let script = "import sys\ntry:\n    from debian.debfile import DebFile\nexcept ImportError:\n    sys.exit(0)\n\
        control = DebFile(sys.argv[1]).debcontrol()\nprint(control['Maintainer'], sorted(control.keys()))\n";
    let output = Command::new("/usr/bin/python3").args(["-c", script]).arg(&deb).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.is_empty() || said.starts_with("O'Ps $(x)`x` %n {{x}} é \\ <ops@example.com> ["), "{said}");
}

/// The settings of a unit file as systemd reads them: sections, and lines that a backslash joins.
fn settings(text: &str) -> Vec<(String, String)> {
    let mut section = String::new();
    let mut settings = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', ';'])) {
        assert!(!line.ends_with('\\'), "{line} goes on in the next line");
        if line.starts_with('[') {
            section = line.to_owned();
        } else {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
            settings.push((format!("{section}{name}"), value.to_owned()));
        }
    }
    settings
}

#[test]
fn the_units_say_what_was_meant_and_nothing_else() {
    let project = hostile();
    let (_, tree) = project.unpacked();
    let units = tree.join("usr/lib/systemd/system");
    let text = fs::read_to_string(units.join("orders.service")).unwrap();
    let found = settings(&text);
    let one = |name: &str| {
        let values: Vec<&str> =
            found.iter().filter(|(it, _)| it == name).map(|(_, value)| value.as_str()).collect();
        assert_eq!(values.len(), 1, "{name} in {text}");
        values[0].to_owned()
    };
    assert_eq!(one("[Unit]Description"), r#"'$(x)`x` "q" %%n {{x}} é #"#);
    assert_eq!(one("[Service]EnvironmentFile"), "-/etc/a b'$(x)%%n/env");
    assert_eq!(one("[Service]ExecStart"), "/opt/orders/current/.mkdeb/run/orders");
    assert_eq!(one("[Service]User"), "orders");
    let Some(mut verify) = tool(&["systemd-analyze", "verify", "--man=no"]) else { return };
    // The program lies below /opt; a unit that is checked here needs one that is there.
    for name in ["orders.service", "tick.service", "tick.timer", "orders.socket"] {
        let text = fs::read_to_string(units.join(name)).unwrap();
        let lines = text
            .lines()
            .map(|line| if line.starts_with("ExecStart=") { "ExecStart=/bin/true" } else { line });
        fs::write(units.join(name), lines.collect::<Vec<_>>().join("\n") + "\n").unwrap();
        verify.arg(units.join(name));
    }
    verify.env("SYSTEMD_UNIT_PATH", format!("{}:", units.display()));
    let output = verify.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let ours: Vec<&str> =
        said.lines().filter(|line| line.contains("orders") || line.contains("tick")).collect();
    assert!(ours.is_empty(), "{said}");
}

#[test]
fn the_files_lie_at_the_paths_that_were_named() {
    let project = hostile();
    let (deb, tree) = project.unpacked();
    assert!(tree.join("etc/orders/a b'$(x)`x`%n{{x}}é\\").is_file());
    assert!(release(&tree).join("st 'a\"$(x)`x`%n{{x}}é\\/a 'b\"$(x)`x`%n{{x}}é\\").is_file());
    let conffiles = fs::read_to_string(tree.join("DEBIAN/conffiles")).unwrap();
    assert_eq!(conffiles, "/etc/orders/a b'$(x)`x`%n{{x}}é\\\n");
    assert_eq!(field(&deb, "Conffiles"), "");
    let copyright = fs::read_to_string(tree.join("usr/share/doc/orders/copyright")).unwrap();
    assert!(copyright.contains(NASTY), "{copyright}");
}

/// The release of a package at a place where it can run: its scripts name `/opt/…`, these a directory of the test.
fn runnable(project: &Project, tree: &Path, name: &str) -> PathBuf {
    let real = release(tree);
    let id = real.file_name().unwrap().to_str().unwrap();
    let installed = format!("/opt/orders/releases/{id}");
    let path = real.join(".mkdeb").join(name);
    for path in written(tree) {
        let text = fs::read_to_string(&path).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions();
        fs::write(&path, text.replace(&installed, real.to_str().unwrap())).unwrap();
        fs::set_permissions(&path, mode).unwrap();
    }
    // What is started says what it was given.
    let echo = format!(
        "#!/usr/bin/python3 -S\nimport os, sys\nout = open({:?}, 'wb')\n\
         out.write(b'\\0'.join(os.fsencode(word) for word in sys.argv[1:]) + b'\\0\\0')\n\
         out.write(b'\\0'.join(name + b'=' + value for name, value in os.environb.items()))\n",
        project.path("given").to_str().unwrap()
    );
    fs::write(real.join("venv/bin/serve"), echo).unwrap();
    path
}

/// Arguments and environment that the program was started with.
fn given(project: &Project, command: &mut Command) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
    let output = command.current_dir(project.dir()).stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bytes = fs::read(project.path("given")).unwrap();
    // An empty word makes two zeros in a row; the last such pair ends the arguments.
    let end = bytes.windows(2).rposition(|pair| pair == b"\0\0").unwrap();
    let split = |bytes: &[u8]| bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
    (split(&bytes[..end]), split(&bytes[end + 2..]))
}

fn has(environment: &[Vec<u8>], name: &str, value: &[u8]) {
    let wanted = [name.as_bytes(), b"=", value].concat();
    let near = environment.iter().filter(|it| it.starts_with(&[name.as_bytes(), b"="].concat()));
    let near: Vec<_> = near.map(|it| String::from_utf8_lossy(it)).collect();
    assert!(environment.contains(&wanted), "{name}: {near:?}");
}

#[test]
fn a_service_gets_its_arguments_and_environment_byte_for_byte() {
    let project = hostile();
    let (_, tree) = project.unpacked();
    let run = runnable(&project, &tree, "run/orders");
    let start = || {
        let mut command = Command::new(&run);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", "/").env("MKDEB_PORT", "1 2*$(x)");
        command
    };
    let (arguments, environment) = given(&project, &mut start());
    let arguments: Vec<_> = arguments.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    assert_eq!(arguments, [NASTY, "", "\\", "1 2*$(x)x", "$HOME"]);
    for name in ["NASTY", "HOME"] {
        has(&environment, name, NASTY.as_bytes());
    }
    has(&environment, "EMPTY", b"");
    has(&environment, "LAST", b"\\");
    has(&environment, "PYTHONDONTWRITEBYTECODE", b"1");
    let pythonpath = release(&tree).into_os_string().into_vec();
    has(&environment, "PYTHONPATH", &pythonpath);
    assert!(!project.path("pwned").exists());
    let (arguments, _) =
        given(&project, Command::new(run.with_file_name("tick")).env("PATH", "/usr/bin:/bin"));
    assert_eq!(arguments, [NASTY.as_bytes()]);
}

#[test]
fn a_file_of_the_host_wins_over_the_manifests_environment() {
    let project = hostile();
    let (_, tree) = project.unpacked();
    let run = runnable(&project, &tree, "run/orders");
    // systemd hands over what `EnvironmentFile=` holds, and `HOME`, which it sets for every service itself.
    let mut command = Command::new(&run);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("NASTY", "the admin's").env("EMPTY", "");
    command.env("LAST", "").env("HOME", "/nonexistent").env("PYTHONPATH", "/admin");
    let (_, environment) = given(&project, &mut command);
    has(&environment, "NASTY", b"the admin's");
    has(&environment, "LAST", b"");
    has(&environment, "HOME", NASTY.as_bytes());
    let mut path = release(&tree).into_os_string().into_vec();
    path.extend(b":/admin");
    has(&environment, "PYTHONPATH", &path);
}

#[test]
fn a_command_passes_its_arguments_on() {
    let project = hostile();
    let (_, tree) = project.unpacked();
    let serve = runnable(&project, &tree, "bin/serve");
    let raw = std::ffi::OsStr::from_bytes(b"\xff\n'\"$(x)");
    let (arguments, _) = given(&project, Command::new(&serve).args([NASTY, "", "-x", "a b"]).arg(raw));
    assert_eq!(arguments, [NASTY.as_bytes(), b"", b"-x", b"a b", b"\xff\n'\"$(x)"]);
    // An entry point is called with the command's name and arguments, by whatever link.
    let code = "import sys\ndef main():\n    print(sys.argv[0], sys.argv[1:])\n";
    fs::write(release(&tree).join("orders/__init__.py"), code).unwrap();
    let link = project.path("link");
    symlink(serve.with_file_name("orders"), &link).unwrap();
    let text = fs::read_to_string(serve.with_file_name("orders")).unwrap();
    let rest = text.split_once('\n').unwrap().1;
    fs::write(serve.with_file_name("orders"), format!("#!/usr/bin/python3\n{rest}")).unwrap();
    let output = Command::new(&link).args([NASTY, ""]).current_dir(project.dir()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let shown = |text: &str| {
        let code = "import sys; print(sys.argv[1:])";
        let output = Command::new("/usr/bin/python3").args(["-c", code, text, ""]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(said, format!("orders {}", shown(NASTY)), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!project.path("pwned").exists());
}

#[test]
fn what_could_not_stay_text_is_refused() {
    let project = hostile();
    for (assignment, words) in [
        ("package.summary=\"a\\nb\"", "holds a control character"),
        ("service.0.exec=\"venv/bin/serve a\\nb\"", "holds a control character"),
        ("service.0.environment.X=\"a\\nb\"", "holds a control character"),
        ("service.0.environment-file=\"/etc/a\\nb\"", "holds a control character"),
        ("service.0.user=a b", "`user` in `[[service]]`"),
        ("service.0.user='%n'", "`user` in `[[service]]`"),
        ("service.0.environment-file='/etc/a\\'", "ends in a backslash"),
        ("service.0.working-directory='/srv/a\\'", "ends in a backslash"),
        ("service.0.environment={ \"A B\" = \"x\" }", "cannot be the name of a variable"),
        ("service.0.environment={ OPTIND = \"x\" }", "`OPTIND` is the shell's own"),
        ("package.homepage=javascript:alert(1)", "is not a web address"),
        ("package.maintainer=x <a@b> <c@d>", "is not a name and an address"),
        ("layout.prefix=/opt/$(x)", "`prefix` in `[layout]`"),
        ("command.0.entry-point=os:system('x')", "`entry-point`"),
        ("config.0.path=\"/etc/a\\nb\"", "holds a control character"),
    ] {
        project.refused(&["--set", assignment], &[words]);
    }
}
