//! `mkdeb repo …`: each verb's words to its request, its outcome to words.

use std::process::ExitCode;

use crate::cli::args::repo::KeyVerb;
use crate::cli::args::repo::RepoVerb;
use crate::cli::report::Report;
use crate::command::failure::Failure;
use crate::command::repo::init;
use crate::command::repo::key;
use crate::host::env::Env;
use crate::host::watch::Watch;

pub(in crate::cli) fn run(
    verb: &RepoVerb,
    (env, watch): (&Env, &Watch),
    report: &Report,
) -> Result<ExitCode, Failure> {
    match verb {
        RepoVerb::Init(arguments) => report.repo_init(&init::init(&arguments.request(), env, watch)?),
        RepoVerb::Key(verb) => run_key(verb, env, report),
    }
}

fn run_key(verb: &KeyVerb, env: &Env, report: &Report) -> Result<ExitCode, Failure> {
    match verb {
        KeyVerb::Generate(arguments) => report.key_made(&key::generate(&arguments.request(), env)?),
        KeyVerb::Import { from, to, keys } => report.key_made(&key::import(from, to, &keys.options(), env)?),
        KeyVerb::Show { file } => report.key_show(&key::check(file, env)?),
        KeyVerb::Check { file } => report.key_check(&key::check(file, env)?),
    }
}
