//! The command line: words to requests, outcomes to words or JSON. The only place that prints.

mod args;
mod manual;
mod progress;
mod repo;
mod report;

use std::process::ExitCode;

use crate::command::build;
use crate::command::diff;
use crate::command::export;
use crate::command::failure::Failure;
use crate::command::init;
use crate::command::inspect;
use crate::command::lint;
use crate::command::pack;
use crate::command::publish;
use crate::command::trial;
use crate::command::venv;
use crate::command::venv_key;
use crate::host::env::Env;
use crate::host::watch::Watch;

/// Runs the program for the arguments of this process.
pub fn main() -> ExitCode {
    let arguments = match args::Arguments::of_process() {
        Ok(arguments) => arguments,
        Err(error) => return report::usage(&error),
    };
    let env = Env::of_process().and_then(|mut env| arguments.enter(&mut env).map(|()| env));
    let env = match env {
        Ok(env) => env,
        Err(error) => return report::unheard(error),
    };
    let report = report::Report::new(&arguments.output_options(), &env);
    match run(&arguments, &env, &report) {
        Ok(code) => code,
        Err(failure) => report.failure(&failure),
    }
}

fn run(arguments: &args::Arguments, env: &Env, report: &report::Report) -> Result<ExitCode, Failure> {
    let watch = Watch::default();
    watch.catch_signals().map_err(|error| Failure::new(error, None))?;
    match &arguments.verb {
        args::Verb::Build(arguments) => {
            let outcome = progress::shown(report.shows_progress(), &watch, || {
                build::build(&arguments.request(), env, &watch)
            })?;
            report.build(&outcome)
        }
        args::Verb::Completions { shell } => report.completions(*shell),
        args::Verb::Diff(arguments) => {
            report.diff(&diff::diff(&arguments.request(), env, &watch)?, arguments.form())
        }
        args::Verb::Explain { rule } => {
            let rule = rule.as_deref().map(lint::explain).transpose()?;
            report.explain(rule)
        }
        args::Verb::Export(arguments) => report.export(&export::export(&arguments.request(), env, &watch)?),
        args::Verb::Init(arguments) if arguments.schema => report.schema(),
        args::Verb::Init(arguments) => report.init(&init::init(&arguments.request(), env, &watch)?),
        args::Verb::Lint(arguments) => {
            report.lint(&lint::lint(&arguments.request(), env, &watch)?, arguments.asked())
        }
        args::Verb::Man { verb, output } => report.man(verb, output.as_deref().map(|path| env.resolve(path))),
        args::Verb::Inspect(arguments) => {
            report.inspect(inspect::inspect(&arguments.request(), env, &watch)?, arguments.sbom)
        }
        args::Verb::Pack(arguments) => {
            let request = arguments.request()?;
            let outcome =
                progress::shown(report.shows_progress(), &watch, || pack::pack(&request, env, &watch))?;
            report.pack(&outcome)
        }
        args::Verb::Publish(arguments) => {
            let request = arguments.request();
            let outcome =
                progress::shown(report.shows_progress(), &watch, || publish::publish(&request, env, &watch))?;
            report.publish(&outcome)
        }
        args::Verb::Repo(verb) => repo::run(verb, (env, &watch), report),
        args::Verb::Test(arguments) => {
            let request = arguments.request();
            let outcome =
                progress::shown(report.shows_progress(), &watch, || trial::trial(&request, env, &watch))?;
            report.test(&outcome)
        }
        args::Verb::Venv(arguments) => report.venv(&venv::venv(&arguments.request(), env, &watch)?),
        args::Verb::VenvKey(arguments) => {
            report.venv_key(&venv_key::venv_key(&arguments.selection(), env, &watch)?)
        }
    }
}
