//! A command line of fpm, as a shell and fpm read it: flags with their values, and arguments. What only a shell knows,
//! and what fpm does not know, is told apart.

pub mod flags;
mod read;
pub mod relations;
mod tokens;
mod words;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use crate::packagers::fpm::read::Order;
pub use crate::packagers::fpm::tokens::Token;
use crate::packagers::fpm::words::Word;

/// The variable with more flags.
const VARIABLE: &str = "FPMOPTS";
/// Words that may stand in front of `fpm`.
const STARTERS: [&str; 5] = ["bundle", "exec", "sudo", "env", "time"];

/// A command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command {
    /// Its flags.
    pub given: Vec<Given>,
    /// What it packs.
    pub arguments: Vec<Token>,
    /// Flags for packages of others than Debian, as they are written.
    pub others: Vec<String>,
    /// Words in the place of flags of which nothing is known.
    pub unknown: Vec<Token>,
    /// Where more commands of fpm stand, which are not read.
    pub more: Vec<Place>,
}

/// A flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its first name.
    pub flag: &'static str,
    /// As it is written.
    pub written: String,
    /// Where it stands.
    pub at: Place,
    /// What it says.
    pub value: Value,
}

/// What a flag says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// It is switched on or off.
    Switch(bool),
    /// A text.
    Text(Token),
}

/// A place in the command, or in what it is completed from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, or the variable; none is the command itself.
    pub file: Option<String>,
    /// The line, from 1, where there are more.
    pub line: Option<usize>,
}

/// ``line 3 of `.fpm` ``.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line} of ")?;
        }
        match &self.file {
            Some(file) => write!(f, "`{file}`"),
            None => f.write_str("the command line"),
        }
    }
}

/// Why the text of a word is not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// A variable that the environment does not have.
    #[error("`{0}` is not set")]
    NotSet(String),
    /// What a command prints, or another way to say what only a shell knows.
    #[error("only a shell knows `{0}`")]
    Output(String),
}

/// Why a text is no such command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A quote or a bracket without an end.
    #[error("the quote or bracket in line {0} of the command line is not closed")]
    Unclosed(usize),
    /// The same of a file.
    #[error("a quote in {0} is not closed")]
    UnclosedIn(Place),
    /// There is no command.
    #[error("there is no command of fpm in it")]
    Nothing,
    /// A flag that fpm does not have.
    #[error("fpm has no flag `{flag}`, which {at} has")]
    Unknown {
        /// The flag.
        flag: String,
        /// Its place.
        at: Place,
        /// The one that is most like it.
        nearest: Option<&'static str>,
    },
    /// A flag without its value.
    #[error("`{flag}` of {at} has no value")]
    NoValue {
        /// The flag.
        flag: String,
        /// Its place.
        at: Place,
    },
    /// A flag where fpm takes none.
    #[error("`{flag}` of {at} stands behind what is packed")]
    Stray {
        /// The flag.
        flag: String,
        /// Its place.
        at: Place,
    },
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> String {
        match self {
            Self::Unclosed(_) | Self::UnclosedIn(_) => "close it, as the shell wants it too".to_owned(),
            Self::Nothing => "give it whole: `--fpm 'fpm -s dir -t deb …'`".to_owned(),
            Self::Unknown { nearest: Some(nearest), .. } => format!("it may stand for `{nearest}`"),
            Self::Unknown { nearest: None, .. } => "take it out: fpm does not take it either".to_owned(),
            Self::NoValue { .. } => "write its value behind it, or take it out".to_owned(),
            Self::Stray { .. } => {
                "put it in front of the arguments: fpm takes no flags behind them".to_owned()
            }
        }
    }
}

/// Reads a command, of whatever text it stands in: the first of fpm, or the only one.
pub fn parse(text: &str, variables: &BTreeMap<String, String>) -> Result<Command, Error> {
    let commands = words::commands(text)?;
    let is_long = text.trim().contains('\n');
    let at = |word: &Word| Place { file: None, line: Some(word.line).filter(|_| is_long) };
    let tokens = |words: &Vec<Word>| tokens::of(words, variables, at);
    let commands: Vec<(&Vec<Word>, Vec<Token>)> =
        commands.iter().map(|words| (words, tokens(words))).collect();
    let mut of_fpm = commands.iter().filter_map(|(words, tokens)| Some((words, behind_program(tokens)?)));
    let (found, more) = match (of_fpm.next(), commands.as_slice()) {
        (Some((_, found)), _) => (found, of_fpm.filter_map(|(words, _)| words.first().map(at)).collect()),
        (None, [(_, only)]) => (only.as_slice(), Vec::new()),
        (None, _) => return Err(Error::Nothing),
    };
    let command = Command { more, ..read::command(found.to_vec(), Order::FlagsFirst)? };
    match variables.get(VARIABLE) {
        Some(text) => command.preceded(VARIABLE, text),
        None => Ok(command),
    }
}

/// The words behind `fpm`.
fn behind_program(tokens: &[Token]) -> Option<&[Token]> {
    let is_starter = |token: &&Token| {
        let word = token.head().trim_start_matches('@');
        STARTERS.contains(&word) || word.split_once('=').is_some_and(|(name, _)| is_variable(name))
    };
    let rest = &tokens[tokens.iter().take_while(is_starter).count()..];
    let program = rest.first()?.head().trim_start_matches(['@', '-']);
    (program.rsplit('/').next() == Some("fpm")).then(|| &rest[1..])
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Command {
    /// The command with what a file of flags has, as fpm takes its `.fpm`: flags in front, arguments behind.
    pub fn preceded(mut self, file: &str, text: &str) -> Result<Self, Error> {
        let at = Place { file: Some(file.to_owned()), line: None };
        let words = shlex::split(text).ok_or_else(|| Error::UnclosedIn(at.clone()))?;
        let tokens = words.into_iter().map(|word| Token::plain(at.clone(), word));
        let more = read::command(tokens.collect(), Order::Any)?;
        self.given.splice(0..0, more.given);
        self.others.splice(0..0, more.others);
        self.arguments.extend(more.arguments);
        Ok(self)
    }

    /// The files that have more of it: of flags, of arguments, of patterns.
    pub fn lists(&self) -> BTreeSet<String> {
        let flags = ["--fpm-options-file", "--inputs", "--exclude-file"];
        flags.iter().flat_map(|flag| self.texts(flag)).filter_map(|text| text.known.clone().ok()).collect()
    }

    /// The command with what those of these files have that are there.
    pub fn completed(mut self, texts: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut given = Vec::new();
        for flag in std::mem::take(&mut self.given) {
            let path = match &flag.value {
                Value::Text(Token { known: Ok(path), .. }) => path,
                _ => "",
            };
            let Some(text) = texts.get(path) else {
                given.push(flag);
                continue;
            };
            let lines = || text.lines().zip(1..).map(|(line, number)| (line.trim(), number));
            let lines = || lines().filter(|(line, _)| !line.is_empty());
            let at = |line: usize| Place { file: Some(path.to_owned()), line: Some(line) };
            let plain = |(text, line): (&str, usize)| Token::plain(at(line), text.to_owned());
            match flag.flag {
                "--fpm-options-file" => {
                    for (line, number) in lines() {
                        let words = shlex::split(line).ok_or_else(|| Error::UnclosedIn(at(number)))?;
                        let tokens = words.into_iter().map(|word| Token::plain(at(number), word));
                        let more = read::command(tokens.collect(), Order::Any)?;
                        given.extend(more.given);
                        self.others.extend(more.others);
                    }
                }
                "--inputs" => self.arguments.extend(lines().map(plain)),
                "--exclude-file" => given.extend(lines().map(|line| {
                    let (at, value) = (at(line.1), Value::Text(plain(line)));
                    Given { flag: "--exclude", written: "--exclude".to_owned(), at, value }
                })),
                _ => given.push(flag),
            }
        }
        Ok(Self { given, ..self })
    }

    /// All that a flag says.
    pub fn all<'c>(&'c self, flag: &str) -> impl DoubleEndedIterator<Item = &'c Given> {
        self.given.iter().filter(move |given| given.flag == flag)
    }

    /// The texts that it says.
    pub fn texts<'c>(&'c self, flag: &str) -> impl DoubleEndedIterator<Item = &'c Token> {
        self.all(flag).filter_map(|given| match &given.value {
            Value::Text(text) => Some(text),
            Value::Switch(_) => None,
        })
    }

    /// What it says last, where that is known.
    pub fn last(&self, flag: &str) -> Option<&str> {
        self.texts(flag).next_back()?.known.as_deref().ok()
    }

    /// Whether it is switched on or off, where it is said.
    pub fn switch(&self, flag: &str) -> Option<bool> {
        match self.all(flag).next_back()?.value {
            Value::Switch(is_on) => Some(is_on),
            Value::Text(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Command, Error> {
        let variables = [("NAME", "orders"), ("OPTS", "-s dir --verbose"), ("DIR", "build")];
        parse(text, &variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    fn shown(command: &Command) -> String {
        let text = |token: &Token| token.known.clone().unwrap_or_else(|unknown| format!("<{unknown}>"));
        let given = command.given.iter().map(|given| match &given.value {
            Value::Switch(is_on) => format!("{}:{is_on}", given.flag),
            Value::Text(token) => format!("{}={}", given.flag, text(token)),
        });
        given.chain(command.arguments.iter().map(text)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn flags_and_arguments_are_those_of_fpm() {
        for (text, expect) in [
            ("fpm -s dir -tdeb --name=$NAME a b", "--input-type=dir --output-type=deb --name=orders a b"),
            ("bundle exec /opt/bin/fpm -fe -vf1 .", "--force:true --edit:true --version=f1 ."),
            (
                "@A=1 sudo fpm --deb-systemd-enable --no-deb-systemd-auto-start x",
                "--deb-systemd-enable:true --deb-systemd-auto-start:false x",
            ),
            (
                "fpm $OPTS -n$NO ${DIR}/=/opt",
                "--input-type=dir --verbose:true --name=<`NO` is not set> build/=/opt",
            ),
            ("-s dir -- -x", "--input-type=dir -x"),
            ("-p -n --description '-x' a", "--package=-n --description=-x a"),
            ("#!/bin/sh\nset -e\nfpm -s dir \\\n  a && ls\nfpm b", "--input-type=dir a"),
            ("--post-install x -S y", "--after-install=x --package-name-suffix=y"),
        ] {
            assert_eq!(shown(&read(text).expect(text)), expect, "{text}");
        }
        let command =
            read("fpm --rpm-os linux --no-rpm-sign --gem-gem x $MORE -s dir\nfpm b").expect("a command");
        assert_eq!((shown(&command).as_str(), command.others.len()), ("--input-type=dir", 3));
        assert_eq!(command.unknown[0].known, Err(Unknown::NotSet("MORE".to_owned())));
        assert_eq!(command.more[0].line, Some(2));
        assert_eq!((command.given[0].at.to_string().as_str()), "line 1 of the command line");
    }

    #[test]
    fn files_have_more_of_a_command() {
        let command =
            read("fpm -n a --inputs in --fpm-options-file opts -x y --exclude-file ex c").expect("a command");
        let command = command.preceded(".fpm", "--name b\n-s 'dir' d --license=MIT").expect("flags");
        assert_eq!(command.lists().into_iter().collect::<Vec<_>>(), ["ex", "in", "opts"]);
        let texts = [("in", " e \n\nf"), ("opts", "--url x\n\n-d 'a b'\n"), ("ex", "*.pyc\n")];
        let texts = texts.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
        let command = command.completed(&texts).expect("flags");
        assert_eq!(
            shown(&command),
            "--name=b --input-type=dir --license=MIT --name=a --url=x --depends=a b --exclude=y --exclude=*.pyc c d e f"
        );
        assert_eq!(command.last("--name"), Some("a"));
        assert_eq!(
            command.texts("--depends").next().map(|it| it.at.to_string()),
            Some("line 3 of `opts`".to_owned())
        );
    }

    #[test]
    fn what_is_no_such_command_is_an_error() {
        let place = Place::default();
        for (text, expect) in [
            ("", Error::Nothing),
            ("ls\nls", Error::Nothing),
            ("fpm 'a", Error::Unclosed(1)),
            (
                "fpm --deb-sytemd x",
                Error::Unknown {
                    flag: "--deb-sytemd".to_owned(),
                    at: place.clone(),
                    nearest: Some("--deb-systemd"),
                },
            ),
            ("fpm -fz", Error::Unknown { flag: "-z".to_owned(), at: place.clone(), nearest: None }),
            ("fpm -n", Error::NoValue { flag: "-n".to_owned(), at: place.clone() }),
            ("fpm a -n b", Error::Stray { flag: "-n".to_owned(), at: place.clone() }),
        ] {
            assert_eq!(read(text), Err(expect), "{text}");
        }
        let error = read("fpm a").expect("a command").preceded(".fpm", "'a").expect_err("no flags");
        assert_eq!(error.to_string(), "a quote in `.fpm` is not closed");
        let error = read("fpm --$X").expect_err("no flag");
        assert!(error.to_string().contains("`--${X}`") && !error.hint().is_empty(), "{error}");
    }
}
