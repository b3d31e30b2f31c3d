//! The values of the templates that start something: services, commands, their environment.

use serde::Serialize;

/// `run.sh.hbs`: what a unit starts.
#[derive(Debug, Serialize)]
pub struct Run<'a> {
    /// The service.
    pub name: &'a str,
    /// Whether the first argument is the instance.
    pub instantiated: bool,
    /// The environment file of the release, absolute.
    pub environment: &'a str,
    /// Where it runs.
    pub directory: &'a str,
    /// The command line, each word in parts.
    pub words: Vec<Vec<Part>>,
}

/// A part of a word of a command line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Text that stays as it is.
    pub text: String,
    /// The variable of `${NAME}` or `$NAME`.
    pub name: String,
    /// Whether this is `${NAME}`: its value, as part of the word.
    pub variable: bool,
    /// Whether this is `$NAME` as a word of its own: its value, split at blanks, as systemd does.
    pub split: bool,
}

/// `environment.sh.hbs`.
#[derive(Debug, Serialize)]
pub struct Environment<'a> {
    /// The service.
    pub name: &'a str,
    /// Variables that systemd always sets, which the manifest's value replaces.
    pub forced: Vec<Variable<'a>>,
    /// Variables that an environment file of the host may set otherwise.
    pub defaults: Vec<Variable<'a>>,
    /// Directories for `sys.path`, joined by `:`.
    pub python_path: &'a str,
}

/// A variable and its value.
#[derive(Debug, Serialize)]
pub struct Variable<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
}

/// `command.py.hbs`: an entry point in `/usr/bin`.
#[derive(Debug, Serialize)]
pub struct EntryPointCommand<'a> {
    /// The release's own interpreter, absolute.
    pub interpreter: &'a str,
    /// The command, for usage messages.
    pub name: &'a str,
    /// Directories for `sys.path`, absolute.
    pub python_path: &'a [String],
    /// The module.
    pub module: &'a str,
    /// The attribute, dotted.
    pub attribute: &'a str,
}

/// `command.sh.hbs`: a program of the release in `/usr/bin`.
#[derive(Debug, Serialize)]
pub struct ProgramCommand<'a> {
    /// Directories for `sys.path`, joined by `:`.
    pub python_path: &'a str,
    /// The program, absolute.
    pub program: &'a str,
}

/// Splits a word of a command line at its variables, as systemd's `ExecStart=` reads them: `${NAME}` anywhere,
/// `$NAME` as a whole word, `$$` for a dollar sign (`systemd.service(5)`, "Command lines").
pub fn parts(word: &str) -> Vec<Part> {
    if let Some(name) = word.strip_prefix('$').filter(|name| is_variable(name)) {
        return vec![Part { name: name.to_owned(), split: true, ..Part::default() }];
    }
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = word;
    while let Some(dollar) = rest.find('$') {
        text.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let Some(after) = rest.strip_prefix('$') {
            text.push('$');
            rest = after;
        } else if let Some((name, after)) = braced(rest) {
            if !text.is_empty() {
                parts.push(Part { text: std::mem::take(&mut text), ..Part::default() });
            }
            parts.push(Part { name: name.to_owned(), variable: true, ..Part::default() });
            rest = after;
        } else {
            text.push('$');
        }
    }
    text.push_str(rest);
    if !text.is_empty() || parts.is_empty() {
        parts.push(Part { text, ..Part::default() });
    }
    parts
}

fn braced(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.strip_prefix('{')?.split_once('}')?;
    is_variable(name).then_some((name, after))
}

fn is_variable(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        && name.bytes().next().is_some_and(|b| !b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_split_at_its_variables_as_systemd_does() {
        let text = |text: &str| Part { text: text.to_owned(), ..Part::default() };
        let variable = |name: &str| Part { name: name.to_owned(), variable: true, ..Part::default() };
        assert_eq!(parts("0.0.0.0:${PORT}/x"), [text("0.0.0.0:"), variable("PORT"), text("/x")]);
        assert_eq!(parts("$OPTS"), [Part { name: "OPTS".to_owned(), split: true, ..Part::default() }]);
        assert_eq!(parts("$$HOME"), [text("$HOME")]);
        assert_eq!(parts("a$(rm)${1}`x`"), [text("a$(rm)${1}`x`")]);
        assert_eq!(parts(""), [text("")]);
    }
}
