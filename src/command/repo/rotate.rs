//! `mkdeb repo key rotate`: other keys sign from now on.

use crate::command::failure::Failure;
use crate::command::repo::Access;
use crate::command::repo::KeyOptions;
use crate::command::repo::changing::Action;
use crate::command::repo::changing::ChangeOutcome;
use crate::command::repo::changing::ChangeRequest;
use crate::command::repo::changing::change_with;
use crate::host::env::Env;
use crate::host::watch::Watch;
use crate::openpgp::certificate;
use crate::openpgp::certificate::Certificate;
use crate::openpgp::certificate::Fingerprint;
use crate::repo::error::Error as RepoError;
use crate::repo::layout;
use crate::repo::session::Signer;
use crate::repo::session::Signers;
use crate::repo::store::Bytes;
use crate::repo::view::Head;
use crate::types::repo_location::RepoLocation;

/// What to change.
#[derive(Debug, Clone)]
pub struct RotateRequest {
    /// The repository.
    pub location: RepoLocation,
    /// The key that signs no more.
    pub retire: Option<String>,
    /// The keys that sign from now on.
    pub keys: KeyOptions,
}

/// What was done.
#[derive(Debug)]
pub struct RotateOutcome {
    /// The keys that hosts are told of.
    pub fingerprints: Vec<Fingerprint>,
    /// Each suite.
    pub suites: Vec<ChangeOutcome>,
}

/// What cannot be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No fingerprint.
    #[error("`{0}` is not a fingerprint, which has 40 hexadecimal digits")]
    NoFingerprint(String),
    /// It is among those that sign.
    #[error("the key {0} was given to sign, and is to be retired")]
    StillSigns(Fingerprint),
    /// It signs, and would no longer.
    #[error("the key {0} signs now, and was not given")]
    NotGiven(Fingerprint),
    /// It never was one.
    #[error("the repository has no key {0}")]
    Unknown(Fingerprint),
}

/// Signs every suite anew by the keys that are given, and tells hosts of them.
pub fn rotate(request: &RotateRequest, env: &Env, watch: &Watch) -> Result<RotateOutcome, Failure> {
    let mut access = Access::open(&request.location, &request.keys, (env, watch))?;
    let shown = access.vouched_keys()?;
    let is_own = |certificate: &Certificate, print: &Fingerprint| certificate.fingerprint() == *print;
    let mut retired = None;
    let mut kept = shown.clone();
    if let Some(text) = &request.retire {
        let failed = |error: Error| {
            let prints = shown.iter().map(|certificate| certificate.fingerprint().to_string());
            let hint = match error {
                Error::StillSigns(_) => {
                    "give the keys that go on signing by `--key`, without this one".to_owned()
                }
                _ => format!("its keys are {}", prints.collect::<Vec<_>>().join(", ")),
            };
            Failure::new(error, Some(hint))
        };
        let print = Fingerprint::parse(text).ok_or_else(|| failed(Error::NoFingerprint(text.clone())))?;
        if access.keys.signing().contains(&print) {
            return Err(failed(Error::StillSigns(print)));
        }
        if !shown.iter().any(|certificate| is_own(certificate, &print)) {
            return Err(failed(Error::Unknown(print)));
        }
        kept.retain(|certificate| !is_own(certificate, &print));
        retired = Some(print);
    }
    for suite in &access.settings.suites {
        let head = Head::read(&*access.store, suite)?;
        let signers = head.map(|head| access.keys.signers(&head.inline)).transpose();
        let place = access.store.spelled(&layout::of_suite(suite, "InRelease"));
        let signers = signers.map_err(|source| RepoError::OtherKey { place, source })?.unwrap_or_default();
        let signing = access.keys.signing();
        let is_lost = |print: &Fingerprint| !signing.contains(print) && retired.as_ref() != Some(print);
        if let Some(print) = signers.into_iter().find(is_lost) {
            let hint =
                "give its secret key too, or take it out of use by `--retire`; hosts that know only it stop";
            return Err(Failure::new(Error::NotGiven(print), Some(hint.to_owned())));
        }
    }
    access.keys = access.keys.knowing(kept);
    let armored = certificate::armored(access.keys.certificates())?;
    access.store.replace(layout::KEY, &Bytes(armored.as_bytes()), None)?;
    let mut suites = Vec::new();
    for suite in access.settings.suites.clone() {
        let change = ChangeRequest {
            location: request.location.clone(),
            suite: Some(suite),
            action: Action::Resign,
            dry_run: false,
            keys: request.keys.clone(),
        };
        suites.push(change_with(&access, &change, Signers::Change)?);
    }
    let fingerprints = access.keys.certificates().iter().map(Certificate::fingerprint).collect();
    Ok(RotateOutcome { fingerprints, suites })
}
