//! `mkdeb repo init`: a repository, or one more suite in it.

use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::repo::Access;
use crate::command::repo::KeyOptions;
use crate::command::repo::by;
use crate::command::repo::key;
use crate::command::repo::key::GenerateRequest;
use crate::command::repo::keys;
use crate::command::repo::open_store;
use crate::command::repo::shown;
use crate::command::repo::vouched;
use crate::host::env::Env;
use crate::host::signer::Keys;
use crate::host::store::probe;
use crate::host::watch::Watch;
use crate::openpgp::certificate;
use crate::openpgp::certificate::Fingerprint;
use crate::openpgp::secret::Kind;
use crate::repo::error::Error;
use crate::repo::founding;
use crate::repo::founding::Change;
use crate::repo::layout;
use crate::repo::release::Release;
use crate::repo::settings::Conditions;
use crate::repo::settings::Settings;
use crate::repo::settings::VERSION;
use crate::repo::store::Bytes;
use crate::repo::store::Store;
use crate::repo::store::Version;
use crate::types::date::SourceDate;
use crate::types::repo_location::RepoLocation;

/// What to make.
#[derive(Debug, Clone)]
pub struct InitRequest {
    /// Where.
    pub location: RepoLocation,
    /// What its files are called by; by default the origin in small letters.
    pub name: Option<String>,
    /// Where hosts find it.
    pub url: Option<String>,
    /// How long caches may keep `InRelease`, in seconds.
    pub head_ttl: Option<u32>,
    /// The suite.
    pub suite: String,
    /// Its components.
    pub components: Vec<String>,
    /// `Origin`.
    pub origin: String,
    /// `Label`.
    pub label: String,
    /// `Description`.
    pub description: Option<String>,
    /// Whether hosts take from it only what is asked for.
    pub not_automatic: bool,
    /// Architectures that there are indices for from the start.
    pub architectures: Vec<String>,
    /// Whether `Contents` is written; what is not said stays as it is.
    pub contents: Option<bool>,
    /// Whether what hosts compare may change.
    pub allow_change: bool,
    /// Whether a store without conditions will do.
    pub single_writer: bool,
    /// Where a new key goes that signs.
    pub make_key: Option<PathBuf>,
    /// Who signs, where no key is made.
    pub keys: KeyOptions,
}

/// What was made.
#[derive(Debug)]
pub struct InitOutcome {
    /// The settings.
    pub settings: Settings,
    /// The suite.
    pub suite: String,
    /// Its generation; none where nothing changed.
    pub generation: Option<u64>,
    /// Whether what holds for the whole repository changed.
    pub is_changed: bool,
    /// The keys that sign.
    pub fingerprints: Vec<Fingerprint>,
    /// The file for `/etc/apt/sources.list.d`, where it lies.
    pub sources: String,
    /// A warning, where the store keeps no condition.
    pub remarks: Vec<String>,
}

/// Makes a repository or a suite, or changes what a suite says of itself.
pub fn init(request: &InitRequest, env: &Env, watch: &Watch) -> Result<InitOutcome, Failure> {
    let release = release(request, env)?;
    request.url.as_deref().map_or(Ok(()), check_url)?;
    let store = open_store(&request.location, (env, watch))?;
    let (there, mut settings) = settings(&*store, request)?;
    let before = settings.clone();
    if let Some(name) = request.name.as_ref().filter(|name| **name != settings.name) {
        return Err(Error::Named { there: settings.name, here: name.clone() }.into());
    }
    if let (Some(file), true) = (&request.make_key, there.is_some()) {
        return Err(Error::HasKey(file.display().to_string()).into());
    }
    let keys = signing(request, &*store, (env, watch))?;
    let access = Access { store, settings: before.clone(), keys, by: by(env) };
    access.session().judge_all()?;
    let Access { store, keys, by, .. } = access;
    settings.url = request.url.clone().or(settings.url);
    settings.head_ttl = request.head_ttl.unwrap_or(settings.head_ttl);
    settings.contents = request.contents.unwrap_or(settings.contents);
    if !settings.suites.contains(&request.suite) {
        settings.suites.push(request.suite.clone());
    }
    founding::put_settings(&*store, &settings, there.as_ref())?;
    let vouched = vouched(&*store, &settings.suites, &keys)?;
    let keys = keys.knowing(vouched);
    let fingerprints: Vec<_> =
        keys.certificates().iter().map(certificate::Certificate::fingerprint).collect();
    let armored = certificate::armored(keys.certificates())?;
    store.replace(layout::KEY, &Bytes(armored.as_bytes()), None)?;
    let access = Access { store, settings: settings.clone(), keys, by };
    let session = access.session();
    let change = if request.allow_change { Change::Allowed } else { Change::Frozen };
    let commit = session.found(&release, change)?;
    let mut view = session.view(&request.suite)?;
    shown::put_sources(&access, &session, &view.head.release)?;
    shown::put_page(&access, &session, &mut view)?;
    let mut remarks = Vec::new();
    if settings.url.is_none() {
        let place = shown::url(&settings, &session);
        remarks.push(format!(
            "hosts are told to ask `{place}`: give the address that they reach it at by `--url`, now or later"
        ));
    }
    if settings.conditions == Conditions::SingleWriter {
        remarks.push("the store does not keep conditions of writes: of two publishers at once, one may lose its packages".to_owned());
    }
    Ok(InitOutcome {
        sources: access.store.spelled(&layout::sources(&settings.name, &request.suite)),
        is_changed: settings != before,
        settings,
        suite: request.suite.clone(),
        generation: commit.map(|commit| commit.generation),
        fingerprints,
        remarks,
    })
}

fn check_url(url: &str) -> Result<(), Error> {
    let is_url = ["https://", "http://", "file:/"].iter().any(|scheme| url.starts_with(scheme));
    if is_url && url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let what = "an address that hosts can ask: `https://…`, `http://…` or `file:/…`";
    Err(Error::Value { what, value: url.to_owned() })
}

/// Who signs: the keys that were given, or one that is made.
fn signing(request: &InitRequest, store: &dyn Store, (env, watch): (&Env, &Watch)) -> Result<Keys, Failure> {
    let Some(file) = &request.make_key else { return keys(&request.keys, store, (env, watch)) };
    let options = KeyOptions { keys: vec![file.clone()], ..request.keys.clone() };
    let user_id = format!("{} archive", request.origin.trim());
    let made = GenerateRequest { file: file.clone(), user_id, kind: Kind::Ed25519, options: options.clone() };
    key::generate(&made, env)?;
    keys(&options, store, (env, watch))
}

/// The settings that are there, with their version, or those of a new repository.
fn settings(store: &dyn Store, request: &InitRequest) -> Result<(Option<Version>, Settings), Failure> {
    if let Some(found) = store.get(layout::SETTINGS)? {
        return Ok((Some(found.version), crate::repo::session::settings(store)?));
    }
    if store.get(&layout::of_suite(&request.suite, "Release"))?.is_some() {
        return Err(Error::Foreign(store.spelled(""), request.suite.clone()).into());
    }
    let conditions = match probe::conditions(store)? {
        Some(conditions) => conditions,
        None if request.single_writer => Conditions::SingleWriter,
        None => return Err(Error::Unconditional(store.spelled("")).into()),
    };
    let name = request.name.clone().unwrap_or_else(|| name(&request.origin));
    let settings = Settings {
        version: VERSION,
        name,
        url: request.url.clone(),
        head_ttl: request.head_ttl.unwrap_or(0),
        contents: false,
        conditions,
        suites: Vec::new(),
    };
    Ok((None, settings))
}

/// Each word once, in order.
fn distinct(words: &[String]) -> Vec<String> {
    let is_first = |(number, word): &(usize, &String)| !words[..*number].contains(word);
    words.iter().enumerate().filter(is_first).map(|(_, word)| word.clone()).collect()
}

/// A word for files: `Acme Shop` becomes `acme-shop`.
fn name(origin: &str) -> String {
    let letters =
        origin.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let words: String = letters.collect();
    let words = words.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-");
    if words.is_empty() { "archive".to_owned() } else { words }
}

fn release(request: &InitRequest, env: &Env) -> Result<Release, Failure> {
    let mut architectures = request.architectures.clone();
    if architectures.is_empty() {
        architectures.extend(env.architecture().map(|architecture| architecture.to_string()));
    }
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"+-._".contains(&b);
    let is_word = |word: &str| !word.is_empty() && !word.starts_with(['.', '-']) && word.bytes().all(inner);
    let is_suite = request.suite.split('/').all(is_word);
    let check = |what, value: &str, is_valid: bool| match is_valid {
        true => Ok(()),
        false => Err(Error::Value { what, value: value.to_owned() }),
    };
    check("a suite: letters, digits and `+ - . _ /`", &request.suite, is_suite)?;
    for component in &request.components {
        check("a component: letters, digits and `+ - . _`", component, is_word(component))?;
    }
    for architecture in &architectures {
        let is_known = architecture != "all" && architecture.parse::<crate::types::arch::Arch>().is_ok();
        check("an architecture of hosts", architecture, is_known)?;
    }
    let is_line = |text: &str| !text.trim().is_empty() && !text.chars().any(char::is_control);
    check("an origin: one line of text", &request.origin, is_line(&request.origin))?;
    check("a label: one line of text", &request.label, is_line(&request.label))?;
    if let Some(description) = &request.description {
        check("a description: one line of text", description, is_line(description))?;
    }
    Ok(Release {
        origin: request.origin.trim().to_owned(),
        label: request.label.trim().to_owned(),
        suite: request.suite.clone(),
        description: request.description.clone(),
        not_automatic: request.not_automatic,
        date: SourceDate::from_seconds(0),
        generation: 0,
        components: distinct(&request.components),
        architectures: distinct(&architectures),
        indices: Default::default(),
        contents: Default::default(),
    })
}
