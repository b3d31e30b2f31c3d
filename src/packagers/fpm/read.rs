//! Words to flags and arguments, as fpm's command line takes them.

use crate::packagers::fpm::Command;
use crate::packagers::fpm::Error;
use crate::packagers::fpm::Given;
use crate::packagers::fpm::Value;
use crate::packagers::fpm::flags;
use crate::packagers::fpm::flags::Found;
use crate::packagers::fpm::flags::Takes;
use crate::packagers::fpm::tokens::Token;
use crate::types::spelling;

/// Where flags may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::packagers::fpm) enum Order {
    /// In front of the arguments.
    FlagsFirst,
    /// Anywhere.
    Any,
}

/// Reads the words behind `fpm`.
pub(in crate::packagers::fpm) fn command(tokens: Vec<Token>, order: Order) -> Result<Command, Error> {
    let mut command = Command::default();
    let mut tokens = tokens.into_iter().peekable();
    let (mut is_behind, mut is_ended) = (false, false);
    while let Some(token) = tokens.next() {
        let is_flag = token.head().len() > 1 && token.head().starts_with('-') && !is_ended;
        if is_behind && is_flag {
            return Err(Error::Stray { flag: token.written.clone(), at: token.at });
        } else if is_flag && token.known.as_deref() == Ok("--") {
            is_ended = true;
        } else if is_flag {
            let is_long = token.head().starts_with("--");
            let take = if is_long { long } else { short };
            take(&mut command, token, &mut tokens)?;
        } else if token.is_unknown() && tokens.peek().is_some_and(|next| next.head().starts_with('-')) {
            // Options of a variable, most likely.
            command.unknown.push(token);
        } else {
            command.arguments.push(token);
            is_behind = order == Order::FlagsFirst;
        }
    }
    Ok(command)
}

/// `--name VALUE` and `--name=VALUE`.
fn long(
    command: &mut Command,
    token: Token,
    following: &mut impl Iterator<Item = Token>,
) -> Result<(), Error> {
    let (name, is_joined) = match token.head().split_once('=') {
        Some((name, _)) => (name.to_owned(), true),
        None if token.known.is_err() => (token.written.clone(), false),
        None => (token.head().to_owned(), false),
    };
    let found = flags::find(&name).ok_or_else(|| unknown(&name, &token))?;
    let at = token.at.clone();
    let value = match found.takes {
        Takes::Nothing | Takes::Either => Value::Switch(!found.is_off),
        Takes::Value if is_joined => Value::Text(token.after(name.len() + 1)),
        Takes::Value => Value::Text(following.next().ok_or_else(|| no_value(&name, &token))?),
    };
    push(command, found, Given { flag: "", written: name, at, value });
    Ok(())
}

/// `-n VALUE` and `-nVALUE`; `-fe` is `-f -e`.
fn short(
    command: &mut Command,
    token: Token,
    following: &mut impl Iterator<Item = Token>,
) -> Result<(), Error> {
    let head = token.head().to_owned();
    for (start, letter) in head.char_indices().skip(1) {
        let name = format!("-{letter}");
        let found = flags::find(&name).ok_or_else(|| unknown(&name, &token))?;
        let (end, at, flag) = (start + letter.len_utf8(), token.at.clone(), "");
        if found.takes != Takes::Value {
            push(command, found, Given { flag, written: name, at, value: Value::Switch(true) });
            continue;
        }
        let value = match end == head.len() && token.known.is_ok() {
            true => following.next().ok_or_else(|| no_value(&name, &token))?,
            false => token.after(end),
        };
        push(command, found, Given { flag, written: name, at, value: Value::Text(value) });
        return Ok(());
    }
    Ok(())
}

fn unknown(name: &str, token: &Token) -> Error {
    // Of letters each is near to each.
    let nearest = spelling::nearest(name, flags::names()).filter(|_| name.starts_with("--"));
    Error::Unknown { nearest, flag: name.to_owned(), at: token.at.clone() }
}

fn no_value(name: &str, token: &Token) -> Error {
    Error::NoValue { flag: name.to_owned(), at: token.at.clone() }
}

/// Adds a flag by its first name.
fn push(command: &mut Command, found: Found, given: Given) {
    match found.name {
        Some(flag) => command.given.push(Given { flag, ..given }),
        None => command.others.push(given.written),
    }
}
