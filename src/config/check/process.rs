//! What services and timers have in common: a command line, a user, an environment, directives.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use crate::config::check::scope::Scope;
use crate::config::check::words;
use crate::config::error::Fault;
use crate::config::expand;
use crate::config::problem::Problem;
use crate::config::raw::Text;
use crate::config::raw::value::Pairs;
use crate::config::raw::value::Value;
use crate::config::raw::value::Words;
use crate::types::name::AccountName;
use crate::types::name::PackageName;
use crate::types::path::ArchivePath;
use crate::types::path::InstallPath;

/// Variables that change what a shell does, or that it refuses to take (POSIX XCU 2.5.3).
const OF_THE_SHELL: [&str; 3] = ["IFS", "OPTIND", "PPID"];

/// Directives that have a key of their own; a second one in the unit would win over it.
const OWN_DIRECTIVES: [(&str, &str); 10] = [
    ("ExecStart", "exec"),
    ("User", "user"),
    ("Group", "group"),
    ("Type", "type"),
    ("Restart", "restart"),
    ("WorkingDirectory", "working-directory"),
    ("StateDirectory", "state-directory"),
    ("LogsDirectory", "logs-directory"),
    ("RuntimeDirectory", "runtime-directory"),
    ("SocketMode", "mode"),
];

/// Directives by section, in the order they are written.
pub(in crate::config) type Directives = BTreeMap<String, Vec<(String, String)>>;

/// The words of a command line.
pub(in crate::config) fn exec(scope: &Scope, text: &Text) -> Result<Vec<String>, Fault> {
    const END: &str = "\u{1}";
    let given = scope.filled("exec", text)?;
    let Some(words) = shlex::split(given) else {
        let reason = "a quotation mark or a backslash is left open in it";
        return Err(scope.invalid_but("exec", text.span(), reason, "close it, or quote it with `'…'`"));
    };
    // A comment would swallow the end, and silently whatever stands before it.
    let marked = shlex::split(&format!("{given} {END}")).unwrap_or_default();
    if marked.last().is_none_or(|word| word != END) {
        let reason = "`#` starts a comment in it";
        return Err(scope.invalid_but("exec", text.span(), reason, "quote the word with `'…'`"));
    }
    let program = words.first().map(String::as_str).unwrap_or_default();
    if program.is_empty() || program.split('/').any(|part| part == "..") {
        let reason = format_args!("`{program}` is not a program of the release or an absolute path");
        return Err(scope.invalid("exec", text.span(), reason));
    }
    Ok(words)
}

/// The user that runs it; the package's name by default.
pub(in crate::config) fn user(
    scope: &Scope,
    text: Option<&Text>,
    package: &PackageName,
) -> Result<AccountName, Fault> {
    if let Some(user) = scope.parse_some("user", text)? {
        return Ok(user);
    }
    // Some package names cannot be user names, `2048` for one.
    scope.require("user", "user = \"…\"", package.as_str().parse().ok())
}

/// A path that is the rest of a line of a unit: what it ends in has to be part of it.
pub(in crate::config) fn unit_path(
    scope: &Scope,
    name: &str,
    text: Option<&Text>,
) -> Result<Option<InstallPath>, Fault> {
    let path: Option<InstallPath> = scope.parse_some(name, text)?;
    if let (Some(path), Some(text)) = (&path, text)
        && path.as_str().ends_with(['\\', ' '])
    {
        let reason =
            format_args!("`{path}` ends in a backslash or a blank, which no systemd unit can express");
        return Err(scope.invalid_but(name, text.span(), reason, "choose another path"));
    }
    Ok(path)
}

/// Environment variables by name.
pub(in crate::config) fn environment(
    scope: &Scope,
    raw: &Pairs<Text>,
) -> Result<BTreeMap<String, String>, Fault> {
    let mut environment = BTreeMap::new();
    for (name, value) in &raw.0 {
        let text = name.get_ref();
        if !expand::is_variable(text) {
            let reason = format_args!("`{text}` cannot be the name of a variable");
            let hint = "use letters, digits and `_`, and do not start with a digit";
            return Err(scope.invalid_but("environment", name.span(), reason, hint));
        }
        if text.starts_with("MKDEB_") {
            let reason = format_args!("`{text}` is mkdeb's own: names that start with `MKDEB_` are");
            return Err(scope.invalid_but("environment", name.span(), reason, "choose another name"));
        }
        if OF_THE_SHELL.contains(&text.as_str()) {
            let reason = format_args!("`{text}` is the shell's own, and launchers are shell scripts");
            return Err(scope.invalid_but("environment", name.span(), reason, "choose another name"));
        }
        environment.insert(text.clone(), value.get_ref().clone());
    }
    Ok(environment)
}

/// Directories below `/var/lib`, `/var/log` and `/run` that no service may have.
const SYSTEM: [&[u8]; 10] =
    [b"apt", b"dbus", b"dpkg", b"journal", b"mkdeb", b"postgresql", b"private", b"sudo", b"systemd", b"ucf"];

/// Names of directories below `/var/lib`, `/var/log` or `/run`.
pub(in crate::config) fn state(
    scope: &Scope,
    name: &str,
    raw: Option<&Spanned<Words>>,
) -> Result<Vec<String>, Fault> {
    items(raw, |text, span| {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b));
        match ArchivePath::new(text.as_bytes()) {
            // systemd would give all below it to the service (systemd.exec(5), `StateDirectory=`).
            Ok(path)
                if SYSTEM
                    .iter()
                    .any(|system| path.as_bytes().split(|b| *b == b'/').next() == Some(system)) =>
            {
                Err(scope.invalid_but(
                    name,
                    span,
                    format_args!("`{text}` is the system's"),
                    "choose another name",
                ))
            }
            Ok(path) if plain && !path.is_root() => Ok(path.as_str().unwrap_or_default().to_owned()),
            _ => {
                let reason = format_args!("`{text}` is not a relative path of letters, digits and `. _ - /`");
                Err(scope.invalid_but(name, span, reason, "write it like `orders`"))
            }
        }
    })
}

/// Names of units with their suffix.
pub(in crate::config) fn units(
    scope: &Scope,
    name: &str,
    raw: Option<&Spanned<Words>>,
) -> Result<Vec<String>, Fault> {
    const SUFFIXES: [&str; 8] = ["service", "socket", "target", "timer", "mount", "path", "device", "slice"];
    items(raw, |text, span| {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b":_.\\@-".contains(&b));
        match text.rsplit_once('.') {
            Some((stem, suffix)) if plain && !stem.is_empty() && SUFFIXES.contains(&suffix) => {
                Ok(text.to_owned())
            }
            _ => {
                let reason = format_args!("`{text}` is not the name of a unit");
                Err(scope.invalid_but(name, span, reason, "write it like `postgresql.service`"))
            }
        }
    })
}

/// Every word, checked.
pub(in crate::config) fn items(
    raw: Option<&Spanned<Words>>,
    check: impl Fn(&str, Range<usize>) -> Result<String, Fault>,
) -> Result<Vec<String>, Fault> {
    let Some(raw) = raw else { return Ok(Vec::new()) };
    raw.get_ref().0.iter().map(|text| check(text, raw.span())).collect()
}

/// Directives of the user's own; `sections` are those that the manifest's units have.
pub(in crate::config) fn extra(
    scope: &Scope,
    sections: &[(&'static str, ())],
    raw: &Pairs<Pairs<Spanned<Value>>>,
) -> Result<Directives, Fault> {
    let mut extra = Directives::new();
    for (section, directives) in &raw.0 {
        scope.word("extra", section, "a section of the unit", sections)?;
        let mut lines = Vec::new();
        for (name, value) in &directives.0 {
            directive_name(scope, name)?;
            for line in directive_values(scope, value.get_ref(), &value.span())? {
                lines.push((name.get_ref().clone(), line));
            }
        }
        extra.insert(section.get_ref().clone(), lines);
    }
    Ok(extra)
}

fn directive_name(scope: &Scope, name: &Text) -> Result<(), Fault> {
    let text = name.get_ref();
    if let Some((_, key)) = OWN_DIRECTIVES.iter().find(|(directive, _)| directive == text) {
        let reason = format_args!("the directive `{text}` has a key of its own");
        return Err(scope.invalid_but("extra", name.span(), reason, &format!("use `{key}`")));
    }
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plain && text.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Ok(());
    }
    let reason = format_args!("`{text}` cannot be the name of a directive");
    Err(scope.invalid_but("extra", name.span(), reason, "write it like `LimitNOFILE`"))
}

/// The values of a directive: an array repeats it.
fn directive_values(scope: &Scope, value: &Value, span: &Range<usize>) -> Result<Vec<String>, Fault> {
    let one = |value: &Value| match value {
        Value::Text(text) if text.ends_with('\\') => {
            let reason = "a backslash at the end would join the next line to it";
            Err(scope.invalid("extra", span.clone(), reason))
        }
        Value::Text(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Flag(flag) => Ok(if *flag { "yes" } else { "no" }.to_owned()),
        Value::List(_) => {
            Err(words::wrong_type(scope, "extra", span.clone(), "strings, numbers or booleans", value))
        }
    };
    match value {
        Value::List(list) if list.is_empty() => {
            Err(Fault::at(span.clone(), Problem::Empty(scope.key("extra"))))
        }
        Value::List(list) => list.iter().map(one).collect(),
        other => Ok(vec![one(other)?]),
    }
}
