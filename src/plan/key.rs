//! The name of a virtualenv: twelve characters over everything that makes it what it is on the host.

use std::fmt;

use crate::config::recipe::Bytecode;
use crate::config::recipe::DropProfile;
use crate::config::recipe::Recipe;
use crate::config::recipe::Suite;
use crate::content::lock::Lock;
use crate::content::python::PythonVersion;
use crate::plan::installed;
use crate::source::tree::SourceTree;
use crate::types::arch::Arch;
use crate::types::digest::Sha256;

/// Grows with every change of what relocation makes of one virtualenv: other bytes need another name.
const FORMAT: u32 = 1;
/// How many characters a key has: 60 bits.
const LENGTH: usize = 12;

/// The key of a virtualenv: twelve of `a-z` and `2-7`, which a package name takes as they are (RFC 4648, 6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VenvKey(String);

/// What a key is made of, besides the distributions.
#[derive(Debug, Clone, Copy)]
pub struct KeyParts<'a> {
    /// The recipe: prefix, target, interpreter and options of relocation.
    pub recipe: &'a Recipe,
    /// The host.
    pub machine: &'a Machine,
}

/// The host that a virtualenv is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its Python.
    pub python: PythonVersion,
    /// Its architecture.
    pub architecture: Arch,
}

impl VenvKey {
    /// The key of what a lock says.
    pub fn of_lock(parts: &KeyParts<'_>, lock: &Lock) -> Self {
        Self::new(parts, lock.lines())
    }

    /// The key of what is installed, where there is no lock.
    pub fn of_installed(parts: &KeyParts<'_>, venv: &SourceTree) -> Self {
        Self::new(parts, installed::lines(venv).into_iter())
    }

    fn new(parts: &KeyParts<'_>, distributions: impl Iterator<Item = String>) -> Self {
        let mut text = parts.text();
        for line in distributions {
            text.push_str(&line);
            text.push('\n');
        }
        Self(base32(Sha256::of(text.as_bytes()).bytes()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VenvKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl KeyParts<'_> {
    /// One line for each part; none of them can hold a line feed.
    fn text(&self) -> String {
        let venv = self.recipe.venv.as_ref();
        let interpreter = venv.and_then(|venv| venv.python.as_ref()).map_or("-", |path| path.as_str());
        let bytecode = venv.map_or(Bytecode::Auto, |venv| venv.bytecode);
        let mut drop: Vec<DropProfile> = venv.map(|venv| venv.drop.clone()).unwrap_or_default();
        drop.sort();
        let drop: Vec<&str> = drop.into_iter().map(dropped).collect();
        let target = self.recipe.target.map_or("-", Suite::name);
        format!(
            "format {FORMAT}\npython cpython {}\narchitecture {}\nprefix {}\ntarget {target}\n\
             interpreter {interpreter}\nbytecode {}\ndrop {}\n",
            self.machine.python,
            self.machine.architecture,
            self.recipe.virtualenvs().1,
            kept(bytecode),
            drop.join(" "),
        )
    }
}

fn dropped(profile: DropProfile) -> &'static str {
    match profile {
        DropProfile::Pip => "pip",
        DropProfile::Activate => "activate",
    }
}

fn kept(bytecode: Bytecode) -> &'static str {
    match bytecode {
        Bytecode::Auto => "auto",
        Bytecode::Keep => "keep",
        Bytecode::Strip => "strip",
        Bytecode::Compile => "compile",
    }
}

/// The first characters of base32, five bits each.
fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bit = |at: usize| bytes[at / 8] >> (7 - at % 8) & 1;
    let letter = |at: usize| (0..5).fold(0, |value, of| value << 1 | bit(5 * at + of));
    (0..LENGTH).map(|at| char::from(ALPHABET[usize::from(letter(at))])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_beginning_of_base32() {
        // printf foobar12 | base32
        assert_eq!(base32(b"foobar12"), "mzxw6ytboiyt");
    }
}
