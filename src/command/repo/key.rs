//! `mkdeb repo key …`: keys of repositories, made, taken in, judged and changed.

use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::repo::Error;
use crate::command::repo::KeyOptions;
use crate::command::repo::passphrase;
use crate::host::env::Env;
use crate::host::output::AtomicFile;
use crate::openpgp::certificate::Certificate;
use crate::openpgp::policy;
use crate::openpgp::policy::Remark;
use crate::openpgp::secret::Kind;
use crate::openpgp::secret::SecretKey;
use crate::types::date::SourceDate;

/// A year, which apt looks ahead too, in seconds.
const YEAR: u64 = 365 * 86_400;

/// A key to make.
#[derive(Debug, Clone)]
pub struct GenerateRequest {
    /// Where the secret key goes.
    pub file: PathBuf,
    /// What it is called: `Acme archive <ops@acme.example>`.
    pub user_id: String,
    /// What kind of key.
    pub kind: Kind,
    /// The passphrase.
    pub options: KeyOptions,
}

/// What a key is.
#[derive(Debug, Clone)]
pub struct KeyOutcome {
    /// The file that was written.
    pub file: Option<PathBuf>,
    /// The public part.
    pub certificate: Certificate,
    /// What hosts say of it today.
    pub today: Vec<Remark>,
    /// What hosts will say of it in a year.
    pub in_a_year: Vec<Remark>,
}

impl KeyOutcome {
    /// Judges a key.
    pub fn of(certificate: Certificate, file: Option<PathBuf>, now: SourceDate) -> Self {
        let today = policy::remarks(&certificate, now);
        let in_a_year = policy::remarks(&certificate, now.plus(YEAR));
        Self { file, certificate, today, in_a_year }
    }

    /// Whether hosts refuse it today.
    pub fn is_refused(&self) -> bool {
        self.today.iter().any(|remark| remark.refused)
    }
}

/// A file that must not be lost.
#[derive(Debug, thiserror::Error)]
#[error("`{}` exists already, and a key is never overwritten", .0.display())]
struct Taken(PathBuf);

/// Makes a key and writes its secret part.
pub fn generate(request: &GenerateRequest, env: &Env) -> Result<KeyOutcome, Failure> {
    let now = env.now();
    let mut rng = rand::rngs::OsRng;
    let key = SecretKey::generate(request.kind, &request.user_id, (&mut rng, now))?;
    let passphrase = passphrase(&request.options, env)?;
    let text = key.armored(passphrase.as_deref(), &mut rng)?;
    write_secret(&request.file, &text, env)?;
    Ok(KeyOutcome::of(key.certificate(), Some(request.file.clone()), now))
}

/// Takes over a key that another program exported: opens it, judges it, and writes it as it was.
pub fn import(from: &Path, to: &Path, options: &KeyOptions, env: &Env) -> Result<KeyOutcome, Failure> {
    let now = env.now();
    let bytes = env.read_bytes(from)?;
    let passphrase = passphrase(options, env)?;
    let place = from.display().to_string();
    let key = SecretKey::parse(&bytes, passphrase.as_deref(), now);
    let key = key.map_err(|source| Error::Key { place, source })?;
    let outcome = KeyOutcome::of(key.certificate(), Some(to.to_owned()), now);
    if let Some(remark) = outcome.today.iter().find(|remark| remark.refused) {
        let fingerprint = key.certificate().fingerprint().to_string();
        return Err(Error::Refused { fingerprint, reason: remark.text.clone() }.into());
    }
    let text = key.armored(None, &mut rand::rngs::OsRng)?;
    write_secret(to, &text, env)?;
    Ok(outcome)
}

/// Reads public or secret keys, and judges each.
pub fn check(file: &Path, env: &Env) -> Result<Vec<KeyOutcome>, Failure> {
    let place = file.display().to_string();
    let found = Certificate::parse_all(&env.read_bytes(file)?);
    let found = found.map_err(|source| Error::Key { place, source })?;
    Ok(found.into_iter().map(|certificate| KeyOutcome::of(certificate, None, env.now())).collect())
}

/// For its owner alone, and never in the place of another file.
fn write_secret(file: &Path, text: &str, env: &Env) -> Result<(), Failure> {
    if env.is_taken(file) {
        return Err(Failure::new(Taken(file.to_owned()), Some("name another file".to_owned())));
    }
    let path = env.resolve(file);
    let mut secret = AtomicFile::create_secret(&path)?;
    let fail = |error| crate::host::Error::new("write", file, error);
    secret.writer().write_all(text.as_bytes()).map_err(fail)?;
    secret.commit()?;
    Ok(())
}
