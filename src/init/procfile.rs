//! From a `Procfile`: a service for each process, and a hook for what runs before a release.

use toml::Table as Map;

use crate::content::procfile::Process;
use crate::init::draft::Draft;
use crate::init::draft::Script;
use crate::init::draft::Source;
use crate::init::draft::Table;

/// The file, in the project's own directory.
pub(in crate::init) const FILE: &str = "Procfile";
/// The process that runs once before a release, on the platforms that Procfiles come from.
const RELEASE: &str = "release";
/// Where the hook is written.
const HOOK: &str = "deploy/before-activate";
/// The port that is given where a process asks for one.
const PORT: &str = "8000";
/// How the hook starts.
const START: &str = include_str!("../../templates/init/release.sh");
/// What a shell is needed for.
const SHELL: [&str; 12] = ["&&", "||", ";", "|", ">", "<", "`", "$(", ":-", "*", "~", "&"];

/// Adds every process.
pub(in crate::init) fn add(draft: &mut Draft, processes: &[Process]) {
    for process in processes {
        if process.name == RELEASE {
            hook(draft, &process.command);
        } else {
            service(draft, process);
        }
    }
    if draft.has("[[service]]") {
        draft.remark(
            "a service with `health` is asked whether it works before the old release is left: see `[[service]]`",
        );
    }
}

fn service(draft: &mut Draft, Process { name, command }: &Process) {
    let mut table = Table::new("[[service]]");
    // A host may have the `web` of several applications.
    let unit = format!("{}-{}", draft.package, name.to_lowercase().replace('_', "-"));
    table.set("name", unit);
    let (environment, command) = assignments(command);
    table.set("exec", exec(command));
    let mut environment: Map = environment.into_iter().map(|(name, value)| (name, value.into())).collect();
    if command.contains("$PORT") || command.contains("${PORT") {
        environment.insert("PORT".to_owned(), PORT.into());
        draft.remark(format!("`{name}` listens on port {PORT}, which is in its `environment`"));
    }
    if !environment.is_empty() {
        table.set("environment", environment);
    }
    table.comes_from(&Source::file(FILE));
    draft.add(table);
}

/// Takes `A=1 B=2` off the front of a command line.
fn assignments(command: &str) -> (Vec<(String, String)>, &str) {
    let (mut found, mut rest) = (Vec::new(), command);
    while let Some((word, after)) = rest.split_once(' ') {
        let Some((name, value)) = word.split_once('=') else { break };
        let is_name = name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if !is_name || name.is_empty() || value.contains(['"', '\'', '$']) {
            break;
        }
        found.push((name.to_owned(), value.to_owned()));
        rest = after.trim_start();
    }
    (found, rest)
}

/// The command line of a service: a program of the virtualenv, or a shell that finds it there.
fn exec(command: &str) -> String {
    let needs_shell = SHELL.iter().any(|sign| command.contains(sign)) || shlex::split(command).is_none();
    let (program, rest) = command.split_once(' ').unwrap_or((command, ""));
    if !needs_shell && !program.contains(['=', '$', '"', '\'']) {
        // A bare name is found on `PATH`, which begins with the virtualenv's programs there.
        let program = if program.contains('/') { program.to_owned() } else { format!("venv/bin/{program}") };
        return format!("{program} {rest}").trim_end().to_owned();
    }
    let script = format!("PATH=\"$PWD/venv/bin:$PATH\"; export PATH; {command}");
    // `$$` is a dollar sign there: the variables are the shell's.
    let word = crate::template::quote::shell(&script.replace('$', "$$"));
    format!("/bin/sh -c {word}")
}

fn hook(draft: &mut Draft, command: &str) {
    if draft.has("[hooks]") {
        draft.remark(format!("Procfile: `{RELEASE}` is left out: {HOOK} is there already"));
        return;
    }
    let text = format!("{START}{command}\n");
    draft.scripts.push(Script { path: HOOK.to_owned(), text });
    let mut table = Table::new("[hooks]");
    table.set("before-activate", HOOK);
    draft.add(table);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::procfile::parse;

    #[test]
    fn processes_are_services_and_the_release_is_a_hook() {
        let mut draft = Draft::default();
        "orders".clone_into(&mut draft.package);
        let text = "web: DEBUG=0 gunicorn orders.wsgi --bind 127.0.0.1:$PORT\nworker_2: cd app && celery worker\n\
            release: python manage.py migrate\n";
        add(&mut draft, &parse(text));
        let manifest: toml::Table = toml::from_str(&draft.text()).expect("TOML");
        let service = |at: usize| &manifest["service"][at];
        assert_eq!(service(0)["exec"].as_str(), Some("venv/bin/gunicorn orders.wsgi --bind 127.0.0.1:$PORT"));
        assert_eq!(service(0)["environment"]["PORT"].as_str(), Some("8000"));
        assert_eq!(service(0)["environment"]["DEBUG"].as_str(), Some("0"));
        assert_eq!(service(1)["name"].as_str(), Some("orders-worker-2"));
        let exec = service(1)["exec"].as_str().expect("text");
        let words = shlex::split(exec).expect("words");
        assert_eq!(words[2], "PATH=\"$$PWD/venv/bin:$$PATH\"; export PATH; cd app && celery worker");
        assert_eq!(manifest["hooks"]["before-activate"].as_str(), Some("deploy/before-activate"));
        assert!(draft.scripts[0].text.ends_with("\npython manage.py migrate\n"), "{:?}", draft.scripts);
    }
}
