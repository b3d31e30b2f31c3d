//! `mkdeb repo …`: each verb's words to its request, its outcome to words.

use std::process::ExitCode;

use crate::cli::args::repo::RepoVerb;
use crate::cli::args::repo_key::KeyVerb;
use crate::cli::progress;
use crate::cli::report::Report;
use crate::command::failure::Failure;
use crate::command::repo::changing;
use crate::command::repo::changing::Action;
use crate::command::repo::init;
use crate::command::repo::key;
use crate::command::repo::keyring;
use crate::command::repo::keyring::KeyringRequest;
use crate::command::repo::looking;
use crate::command::repo::republish;
use crate::command::repo::republish::RepublishRequest;
use crate::command::repo::rotate;
use crate::command::repo::rotate::RotateRequest;
use crate::host::env::Env;
use crate::host::watch::Watch;
use crate::repo::gc::Rule;

/// How long what is condemned stays at least, in seconds: longer than a commit may take.
const DELAY: u64 = 3600;

pub(in crate::cli) fn run(
    verb: &RepoVerb,
    (env, watch): (&Env, &Watch),
    report: &Report,
) -> Result<ExitCode, Failure> {
    let change = |request: changing::ChangeRequest| -> Result<ExitCode, Failure> {
        report.repo_change(&changing::change(&request, env, watch)?)
    };
    match verb {
        RepoVerb::Init(arguments) => report.repo_init(&init::init(&arguments.request(), env, watch)?),
        RepoVerb::List(look) => report.repo_list(&looking::list(&look.request(), env, watch)?),
        RepoVerb::Log(look) => report.repo_log(&looking::log(&look.request(), env, watch)?),
        RepoVerb::Promote { place, from, to, packages, rollout, change: how } => {
            let (from, packages, percent) = (from.clone(), packages.clone(), *rollout);
            let action = Action::Promote { from, packages, percent };
            change(how.request(place, Some(to), action))
        }
        RepoVerb::Remove { place, packages, suite, change: how } => {
            change(how.request(place, suite.suite.as_deref(), Action::Remove(packages.clone())))
        }
        RepoVerb::Restore { place, generation, suite, change: how } => {
            change(how.request(place, suite.suite.as_deref(), Action::Restore(*generation)))
        }
        RepoVerb::Rollout { place, package, percent, suite, change: how } => {
            change(how.request(place, suite.suite.as_deref(), Action::Rollout(package.clone(), *percent)))
        }
        RepoVerb::Prune { place, keep, keep_days, pins, suite, change: how } => {
            let keep = usize::try_from(*keep).unwrap_or(usize::MAX);
            let action = Action::Prune { keep, keep_days: *keep_days, pins: pins.clone() };
            change(how.request(place, suite.suite.as_deref(), action))
        }
        RepoVerb::Republish { place, name, version, higher, suite, change: how } => {
            let change = how.request(place, suite.suite.as_deref(), Action::Resign);
            let request = RepublishRequest {
                location: change.location,
                suite: change.suite,
                name: name.clone(),
                version: version.clone(),
                higher: higher.clone(),
                dry_run: change.dry_run,
                keys: change.keys,
            };
            report.publish(&republish::republish(&request, env, watch)?)
        }
        RepoVerb::Gc { place, grace, full, dry_run } => {
            // Without any grace its user vouches that nobody publishes meanwhile.
            let delay = if *grace == 0 { 0 } else { DELAY };
            let rule = Rule { grace: *grace, delay, full: *full, dry_run: *dry_run };
            report.repo_gc(&looking::collect(&place.location, &rule, (env, watch))?, *dry_run)
        }
        RepoVerb::Verify(arguments) => {
            let request = arguments.request();
            let verified =
                progress::shown(report.shows_progress(), watch, || looking::verify(&request, env, watch))?;
            report.repo_verify(&verified)
        }
        RepoVerb::Keyring { place, suite, output, keys } => {
            let (location, suite) = (place.location.clone(), suite.suite.clone());
            let request = KeyringRequest { location, suite, output: output.clone(), keys: keys.options() };
            report.repo_keyring(&keyring::keyring(&request, env, watch)?)
        }
        RepoVerb::Key(verb) => run_key(verb, (env, watch), report),
    }
}

fn run_key(verb: &KeyVerb, (env, watch): (&Env, &Watch), report: &Report) -> Result<ExitCode, Failure> {
    match verb {
        KeyVerb::Generate(arguments) => report.key_made(&key::generate(&arguments.request(), env)?),
        KeyVerb::Import { from, to, keys } => report.key_made(&key::import(from, to, &keys.options(), env)?),
        KeyVerb::Show { file } => report.key_show(&key::check(file, env)?),
        KeyVerb::Check { file } => report.key_check(&key::check(file, env)?),
        KeyVerb::Rotate { location, retire, keys } => {
            let request =
                RotateRequest { location: location.clone(), retire: retire.clone(), keys: keys.options() };
            report.key_rotated(&rotate::rotate(&request, env, watch)?)
        }
    }
}
