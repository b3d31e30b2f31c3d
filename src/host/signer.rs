//! Who signs a repository: keys of this process, or a program that has them.

use std::error::Error as StdError;
use std::path::Path;

use crate::host::env::Env;
use crate::host::process::Program;
use crate::host::watch::Watch;
use crate::openpgp;
use crate::openpgp::certificate::Certificate;
use crate::openpgp::certificate::Fingerprint;
use crate::openpgp::secret::SecretKey;
use crate::openpgp::signed;
use crate::openpgp::signed::Signed;
use crate::repo::session::Signer;
use crate::types::date::SourceDate;

/// The variable in which a program is told how to sign: gpg's own options.
const MODE: &str = "MKDEB_SIGN";

/// Variables with secrets that are no other program's.
pub(in crate::host) const SECRETS: [&str; 2] = ["MKDEB_KEY", "MKDEB_PASSPHRASE"];

/// Keys that sign, and those whose signatures are known.
pub struct Keys {
    own: Vec<SecretKey>,
    /// Those that the user trusts. A text that none of them signed is nobody's, whatever the store says.
    trusted: Vec<Certificate>,
    /// Those that hosts are told of: whoever signs, and others that were heard of.
    known: Vec<Certificate>,
    command: Option<SignCommand>,
}

/// A command of the shell that signs what it reads.
pub struct SignCommand {
    text: String,
    env: Env,
    watch: Watch,
}

impl SignCommand {
    /// `text` is run by `sh`.
    pub fn new(text: &str, env: &Env, watch: &Watch) -> Self {
        Self { text: text.to_owned(), env: env.clone(), watch: watch.clone() }
    }

    fn sign(&self, text: &str, mode: &str) -> Result<String, crate::host::process::Error> {
        let program = Program::new(Path::new("/bin/sh"), &self.env, &SECRETS);
        program.args(&["-c", &self.text]).env(MODE, mode).input(text)?.run(&self.watch)
    }
}

impl Keys {
    /// Keys in memory.
    pub fn of(own: Vec<SecretKey>) -> Self {
        let known: Vec<_> = own.iter().map(SecretKey::certificate).collect();
        Self { own, trusted: known.clone(), known, command: None }
    }

    /// A program that signs by the keys with these public parts.
    pub fn of_command(command: SignCommand, known: Vec<Certificate>) -> Self {
        Self { own: Vec::new(), trusted: known.clone(), known, command: Some(command) }
    }

    /// Trusts more signatures. Hosts are not told of them.
    pub fn trusting(mut self, more: Vec<Certificate>) -> Self {
        self.trusted.extend(more);
        self
    }

    /// Those of some certificates that a trusted text carries signatures of; none where it is not trusted.
    pub fn vouched(&self, inline: &str, certificates: &[Certificate]) -> Vec<Certificate> {
        if signed::signers(inline, &self.trusted).is_err() {
            return Vec::new();
        }
        let signers = signed::signers(inline, certificates).unwrap_or_default();
        let has_signed = |certificate: &&Certificate| signers.contains(&certificate.fingerprint());
        certificates.iter().filter(has_signed).cloned().collect()
    }

    /// Whether there is anybody who signs.
    pub fn can_sign(&self) -> bool {
        !self.own.is_empty() || self.command.is_some()
    }

    /// The public parts of those that hosts are told of, those that sign first.
    pub fn certificates(&self) -> &[Certificate] {
        &self.known
    }

    /// Tells hosts of these keys and of no others.
    pub fn telling(mut self, known: Vec<Certificate>) -> Self {
        self.known = known;
        self
    }

    /// Knows more signatures, without more that sign.
    pub fn knowing(mut self, more: Vec<Certificate>) -> Self {
        for certificate in more {
            if !self.known.iter().any(|known| known.fingerprint() == certificate.fingerprint()) {
                self.known.push(certificate);
            }
        }
        self
    }
}

impl Signer for Keys {
    fn sign(&self, text: &str, date: SourceDate) -> Result<Signed, Box<dyn StdError + Send + Sync>> {
        let Some(command) = &self.command else { return Ok(signed::sign(text, &self.own, date)?) };
        let inline = command.sign(text, "--armor --clear-sign")?;
        // What was signed is looked at before anybody else sees it.
        signed::signers(&inline, &self.known)?;
        let detached = command.sign(text, "--armor --detach-sign")?;
        Ok(Signed { inline, detached })
    }

    fn signing(&self) -> Vec<Fingerprint> {
        match &self.command {
            Some(_) => self.trusted.iter().map(Certificate::fingerprint).collect(),
            None => self.own.iter().map(|key| key.certificate().fingerprint()).collect(),
        }
    }

    fn signers(&self, inline: &str) -> Result<Vec<Fingerprint>, openpgp::Error> {
        // Where nobody is trusted, what the repository shows has to do.
        if !self.trusted.is_empty() {
            signed::signers(inline, &self.trusted)?;
        }
        let is_new =
            |one: &&Certificate| !self.known.iter().any(|known| known.fingerprint() == one.fingerprint());
        let more: Vec<_> = self.trusted.iter().filter(is_new).cloned().collect();
        signed::signers(inline, &[&self.known[..], &more].concat())
    }
}
