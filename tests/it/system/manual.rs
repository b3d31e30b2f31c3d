//! Man pages and completions, taken by the programs that read them.

use std::process::Command;

use crate::bed::missing;
use crate::project::{Project, ran};

#[test]
fn man_has_nothing_against_the_pages() {
    if !std::path::Path::new("/usr/bin/man").exists() {
        return missing("man").unwrap_or_default();
    }
    let project = Project::new("");
    let written = project.run(&["man", "--output", "pages"]);
    assert_eq!(written.code, Some(0), "{}", written.err);
    let names: Vec<&str> = written.out.lines().map(|path| path.rsplit('/').next().unwrap()).collect();
    for name in ["mkdeb.1", "mkdeb-build.1", "mkdeb-repo-promote.1", "mkdeb-repo-key-rotate.1"] {
        assert!(names.contains(&name), "{names:?}");
    }
    for path in written.out.lines() {
        let shown = ran(Command::new("man")
            .args(["--warnings", "-l", path])
            .env("MANPAGER", "cat")
            .env("LC_ALL", "C.UTF-8"));
        assert_eq!((shown.code, shown.err.as_str()), (Some(0), ""), "{path}");
        assert!(shown.out.contains("SYNOPSIS"), "{path}");
    }
    let one = project.run(&["man", "repo", "promote"]);
    assert!(one.out.contains("\\-\\-rollout"), "{}", one.out);
    let none = project.run(&["man", "unknown"]);
    assert!(none.code == Some(2) && none.err.contains("there is no verb `unknown`"), "{}", none.err);
}

#[test]
fn bash_completes_verbs_and_options() {
    let project = Project::new("");
    let script = project.run(&["completions", "bash"]).out;
    project.write("complete.sh", script);
    let ask = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let script = format!(
            ". ./complete.sh; COMP_WORDS=({line}); COMP_CWORD={}; _mkdeb mkdeb '{}' ''; echo \"${{COMPREPLY[@]}}\"",
            words.len() - 1,
            words[words.len() - 1],
        );
        let ran = ran(Command::new("bash").args(["-c", &script]).current_dir(project.dir()));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        ran.out
    };
    assert!(ask("mkdeb pub").contains("publish"), "{}", ask("mkdeb pub"));
    assert!(ask("mkdeb build --dr").contains("--dry-run"), "{}", ask("mkdeb build --dr"));
    assert!(ask("mkdeb repo pr").contains("promote"), "{}", ask("mkdeb repo pr"));
}

/// What a shell answers to a script that completes a line, with the completions of mkdeb in its directory.
fn asked(shell: &str, words: &[&str], name: &str) -> Option<String> {
    if !std::path::Path::new("/usr/bin").join(shell).exists() {
        return missing(shell);
    }
    let project = Project::new("");
    project.write(name, project.run(&["completions", shell]).out);
    let mut command = Command::new(shell);
    command.args(words).current_dir(project.dir()).env("HOME", project.dir()).env("TERM", "dumb");
    let ran = ran(&mut command);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    Some(ran.out)
}

#[test]
fn fish_completes_verbs_and_options() {
    let ask = "source mkdeb.fish; for line in 'mkdeb pub' 'mkdeb build --dr' 'mkdeb repo pr'; complete -C $line; end";
    let Some(said) = asked("fish", &["--no-config", "-c", ask], "mkdeb.fish") else { return };
    for word in ["publish\t", "--dry-run\t", "promote\t"] {
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn zsh_completes_verbs_and_options() {
    // Completion is a matter of its line editor, which wants a terminal.
    let ask = r#"
        zmodload zsh/zpty
        zpty shell 'TERM=dumb PS1= zsh -f -i'
        answer() {
            for turn in {1..300}; do
                while zpty -r -t shell part; do text+=$part; done
                [[ $text != *$1* ]] || return 0
                sleep 0.1
            done
            print -r -- "no $1 in $text"; exit 1
        }
        zpty -w shell 'fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -d $PWD/dump; print re""ady'
        answer ready
        for line in 'mkdeb publ:publish' 'mkdeb build --dry:dry-run' 'mkdeb repo prom:promote'; do
            zpty -w -n shell $'\C-u'"${line%:*}"$'\t'
            answer ${line#*:}
        done
        print -r -- $text"#;
    let Some(said) = asked("zsh", &["-f", "-c", ask], "_mkdeb") else { return };
    for word in ["publish", "--dry-run", "promote"] {
        assert!(said.contains(word), "{said}");
    }
}
