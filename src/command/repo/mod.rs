//! `mkdeb repo …` and what `mkdeb publish` shares with it: getting at a repository, and at keys.

pub mod candidate;
pub mod changing;
pub mod init;
pub mod key;
pub mod keyring;
pub mod looking;
pub mod republish;
pub mod rotate;
pub mod shown;

use std::path::Path;
use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::host::env::Env;
use crate::host::signer::Keys;
use crate::host::signer::SignCommand;
use crate::host::store::connect;
use crate::host::store::directory::Directory;
use crate::host::watch::Watch;
use crate::openpgp;
use crate::openpgp::certificate::Certificate;
use crate::openpgp::policy;
use crate::openpgp::secret::SecretKey;
use crate::repo;
use crate::repo::layout;
use crate::repo::session;
use crate::repo::session::Session;
use crate::repo::session::Signers;
use crate::repo::settings::Settings;
use crate::repo::store::Store;
use crate::repo::store::StoreError;
use crate::repo::view::Head;
use crate::types::date::SourceDate;
use crate::types::repo_location::RepoLocation;

/// The variable with a secret key as text, for CI systems that keep secrets in variables.
pub const KEY_VARIABLE: &str = "MKDEB_KEY";
/// The variable with the passphrase of the keys.
pub const PASSPHRASE_VARIABLE: &str = "MKDEB_PASSPHRASE";

/// Who signs.
#[derive(Debug, Clone, Default)]
pub struct KeyOptions {
    /// Files with secret keys.
    pub keys: Vec<PathBuf>,
    /// A file with the passphrase of all of them.
    pub passphrase_file: Option<PathBuf>,
    /// A command that signs instead.
    pub sign_command: Option<String>,
    /// The public keys that the command signs by; without one, keys whose signatures are trusted too.
    pub public_key: Option<PathBuf>,
}

impl KeyOptions {
    /// Whether anybody was given to sign: on the command line, or in the environment.
    pub fn has_any(&self, env: &Env) -> bool {
        !self.keys.is_empty() || self.sign_command.is_some() || env.var(KEY_VARIABLE).is_some()
    }
}

/// A repository that may be changed.
pub struct Access {
    /// Where it is.
    pub store: Box<dyn Store>,
    /// What holds for it.
    pub settings: Settings,
    /// Who signs.
    pub keys: Keys,
    by: String,
}

/// Why a repository or a key cannot be got at, besides what other modules say.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file where a repository should be.
    #[error("`{0}` is not a directory")]
    NoDirectory(String),
    /// Nobody to sign.
    #[error("no key to sign with was given")]
    NoKey,
    /// A command whose keys nobody knows.
    #[error("`--sign-command` signs, and it is not known with which key")]
    NoPublicKey,
    /// A file that is no key, or one that cannot be used.
    #[error("failed to use the key in `{place}`")]
    Key {
        /// A file or a variable.
        place: String,
        /// Why.
        source: openpgp::Error,
    },
    /// A key that some host would refuse.
    #[error("the key {fingerprint} cannot sign: {reason}")]
    Refused {
        /// Which.
        fingerprint: String,
        /// Who would refuse it, and why.
        reason: String,
    },
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let hint = match &error {
            Error::NoKey => Some(format!(
                "give a file by `--key`, as `mkdeb repo key generate` makes one, the key itself in `{KEY_VARIABLE}`, or a program by `--sign-command`"
            )),
            Error::NoPublicKey => {
                Some("give the public one by `--public-key`: `gpg --armor --export KEY`".to_owned())
            }
            Error::Key { place, .. } if place == KEY_VARIABLE => {
                Some(format!("`{KEY_VARIABLE}` holds the key itself; give a file by `--key`"))
            }
            Error::Key { source, .. } => source.hint(),
            Error::NoDirectory(_) => None,
            Error::Refused { .. } => {
                Some("`mkdeb repo key generate` makes one that every host takes".to_owned())
            }
        };
        Self::new(error, hint)
    }
}

impl From<repo::error::Error> for Failure {
    fn from(error: repo::error::Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let hint = error.hint.clone();
        Self::new(error, hint)
    }
}

impl From<openpgp::Error> for Failure {
    fn from(error: openpgp::Error) -> Self {
        let hint = error.hint();
        Self::new(error, hint)
    }
}

impl Access {
    /// Opens a repository to change it.
    pub fn open(
        location: &RepoLocation,
        options: &KeyOptions,
        (env, watch): (&Env, &Watch),
    ) -> Result<Self, Failure> {
        let store = open_store(location, (env, watch))?;
        let settings = session::settings(&*store)?;
        let keys = keys(options, &*store, (env, watch))?;
        Ok(Self { store, settings, keys, by: by(env) })
    }

    /// Opens a repository to look at it, or to do what needs no signature. Without a key that is trusted, all that
    /// is known are its own keys.
    pub fn look(
        location: &RepoLocation,
        trusted: Option<&Path>,
        (env, watch): (&Env, &Watch),
    ) -> Result<Self, Failure> {
        let store = open_store(location, (env, watch))?;
        let settings = session::settings(&*store)?;
        let given = trusted.map_or(Ok(Vec::new()), |path| certificates(path, env))?;
        let keys = Keys::of(Vec::new()).trusting(given).knowing(published_keys(&*store)?);
        Ok(Self { store, settings, keys, by: by(env) })
    }

    /// Opens a repository to hand on its keys: those that a key that was given vouches for.
    pub fn trusting(
        location: &RepoLocation,
        options: &KeyOptions,
        (env, watch): (&Env, &Watch),
    ) -> Result<Self, Failure> {
        let mut access = match &options.public_key {
            Some(path) if !options.has_any(env) => Self::look(location, Some(path), (env, watch))?,
            _ => Self::open(location, options, (env, watch))?,
        };
        let vouched = access.vouched_keys()?;
        access.keys = access.keys.telling(vouched);
        Ok(access)
    }

    /// The keys that the repository shows, as far as they sign what a key that was given signs too. The list
    /// itself is not signed.
    pub fn vouched_keys(&self) -> Result<Vec<Certificate>, Failure> {
        vouched(&*self.store, &self.settings.suites, &self.keys)
    }

    /// Somebody who changes it.
    pub fn session(&self) -> Session<'_> {
        Session {
            store: &*self.store,
            signer: &self.keys,
            settings: self.settings.clone(),
            by: self.by.clone(),
            signers: Signers::Keep,
        }
    }
}

/// Whoever keeps the files of a repository.
pub fn open_store(location: &RepoLocation, (env, watch): (&Env, &Watch)) -> Result<Box<dyn Store>, Failure> {
    match location {
        RepoLocation::Directory(path) if env.is_file(path.as_ref()) => {
            let hint = "the repository is the first argument, and the packages follow it".to_owned();
            Err(Failure::new(Error::NoDirectory(path.clone()), Some(hint)))
        }
        RepoLocation::Directory(path) => Ok(Box::new(Directory::new(env.resolve(path.as_ref()), watch))),
        RepoLocation::Bucket { service, bucket, prefix } => {
            let bucket = connect::bucket(*service, (bucket, prefix), (env, watch));
            let failed = |error: connect::Error| {
                let hint = error.hint();
                Failure::new(error, hint)
            };
            Ok(Box::new(bucket.map_err(failed)?))
        }
    }
}

/// The keys that were given. A key that hosts refuse, now or in 30 days, signs nothing.
pub fn keys(options: &KeyOptions, store: &dyn Store, (env, watch): (&Env, &Watch)) -> Result<Keys, Failure> {
    let now = store.now()?;
    if let Some(command) = &options.sign_command {
        let known = match &options.public_key {
            Some(path) => certificates(path, env)?,
            None => return Err(Error::NoPublicKey.into()),
        };
        known.iter().try_for_each(|certificate| judge(certificate, now))?;
        return Ok(Keys::of_command(SignCommand::new(command, env, watch), known));
    }
    let passphrase = passphrase(options, env)?;
    let open = |place: String, bytes: &[u8]| -> Result<SecretKey, Failure> {
        let key = SecretKey::parse(bytes, passphrase.as_deref(), now);
        let key = key.map_err(|source| Error::Key { place, source })?;
        judge(&key.certificate(), now)?;
        Ok(key)
    };
    let mut found = Vec::new();
    for path in &options.keys {
        let bytes = env.read_bytes(path)?;
        found.push(open(path.display().to_string(), &bytes)?);
    }
    if let (true, Some(text)) = (found.is_empty(), env.var(KEY_VARIABLE)) {
        found.push(open(KEY_VARIABLE.to_owned(), text.as_bytes())?);
    }
    if found.is_empty() {
        return Err(Error::NoKey.into());
    }
    let trusted = options.public_key.as_deref().map_or(Ok(Vec::new()), |path| certificates(path, env))?;
    Ok(Keys::of(found).trusting(trusted))
}

/// The public keys in a file.
fn certificates(path: &Path, env: &Env) -> Result<Vec<Certificate>, Failure> {
    let place = path.display().to_string();
    Ok(Certificate::parse_all(&env.read_bytes(path)?).map_err(|source| Error::Key { place, source })?)
}

/// Those of the keys that a repository shows that sign some suite beside a key that was given.
pub fn vouched(store: &dyn Store, suites: &[String], keys: &Keys) -> Result<Vec<Certificate>, Failure> {
    let shown = published_keys(store)?;
    let mut found: Vec<Certificate> = Vec::new();
    for suite in suites {
        // One that cannot be read vouches for nobody; whoever changes it is told.
        if let Ok(Some(head)) = Head::read(store, suite) {
            found.extend(keys.vouched(&head.inline, &shown));
        }
    }
    Ok(found)
}

/// The public keys that a repository shows.
pub fn published_keys(store: &dyn Store) -> Result<Vec<Certificate>, Failure> {
    let Some(found) = store.get(layout::KEY)? else { return Ok(Vec::new()) };
    let place = store.spelled(layout::KEY);
    Ok(Certificate::parse_all(&found.bytes).map_err(|source| Error::Key { place, source })?)
}

/// The passphrase, from a file or the environment. Its last line feed is not a part of it.
pub fn passphrase(options: &KeyOptions, env: &Env) -> Result<Option<String>, Failure> {
    match &options.passphrase_file {
        Some(path) => Ok(Some(env.read(path)?.trim_end_matches(['\n', '\r']).to_owned())),
        None => Ok(env.var(PASSPHRASE_VARIABLE)),
    }
}

fn judge(certificate: &Certificate, now: SourceDate) -> Result<(), Error> {
    let refused = policy::remarks(certificate, now).into_iter().find(|remark| remark.refused);
    refused.map_or(Ok(()), |remark| {
        Err(Error::Refused { fingerprint: certificate.fingerprint().to_string(), reason: remark.text })
    })
}

/// Who publishes, for the journal: `deploy@ci-7`.
fn by(env: &Env) -> String {
    let user = env.var("USER").or_else(|| env.var("LOGNAME")).unwrap_or_else(|| env.user_name());
    format!("{user}@{}", env.host_name())
}
