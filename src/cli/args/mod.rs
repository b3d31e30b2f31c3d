//! The arguments, as clap reads them. The options of each verb are in a file of its own.

mod build;
mod diff;
mod export;
mod habits;
mod init;
mod inspect;
mod keys;
mod lint;
mod pack;
mod publish;
pub(in crate::cli) mod repo;
pub(in crate::cli) mod repo_key;
mod selection;
mod test;
mod venv;

use std::path::PathBuf;

use clap::Parser;
use clap::Subcommand;

use crate::cli::args::build::BuildArguments;
use crate::cli::args::diff::DiffArguments;
pub(in crate::cli) use crate::cli::args::diff::Telling;
use crate::cli::args::export::ExportArguments;
use crate::cli::args::init::InitArguments;
pub(in crate::cli) use crate::cli::args::inspect::Form;
use crate::cli::args::inspect::InspectArguments;
use crate::cli::args::lint::LintArguments;
use crate::cli::args::pack::PackArguments;
use crate::cli::args::publish::PublishArguments;
use crate::cli::args::repo::RepoVerb;
use crate::cli::args::selection::SelectionArguments;
use crate::cli::args::test::TestArguments;
use crate::cli::args::venv::VenvArguments;
use crate::config::recipe::Suite;
use crate::host::env::Env;

/// The version with the facts of its build.
const LONG_VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (",
    env!("MKDEB_TARGET"),
    ", ",
    env!("MKDEB_RUSTC"),
    ", ",
    env!("MKDEB_PROFILE"),
    env!("MKDEB_SOURCE"),
    ")"
);

/// What each verb takes stands behind its own options.
const COMMON: &str = "Common options";

/// Turns a Python application and its virtualenv into Debian packages.
#[derive(Debug, Parser)]
#[command(name = "mkdeb", version, long_version = LONG_VERSION, max_term_width = 100)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    pub(in crate::cli) verb: Verb,

    /// Work in this directory
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true, help_heading = COMMON)]
    directory: Option<PathBuf>,

    /// Print one JSON document instead of lines
    #[arg(long, global = true, help_heading = COMMON)]
    json: bool,

    /// Say nothing but errors; results are printed
    #[arg(short, long, global = true, help_heading = COMMON)]
    quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Verb {
    /// Build the package that a manifest describes
    ///
    /// Reads `mkdeb.toml` (or `[tool.mkdeb]` of `pyproject.toml`), the application and its virtualenv, and
    /// writes a package that dpkg installs. Inputs are never changed. The path of each package is printed.
    Build(Box<BuildArguments>),

    /// Print what completes the words of mkdeb in a shell
    ///
    /// For bash, for example: `mkdeb completions bash > /etc/bash_completion.d/mkdeb`.
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },

    /// Tell what a deploy changes
    ///
    /// Python distributions, control fields, scripts, units, conffiles, files and sizes, of two packages, of two
    /// directories with the packages of a split application, or of two versions in a repository. Exits with 1 where
    /// something differs.
    Diff(DiffArguments),

    /// Say what a rule of `lint` is about, or list the rules
    Explain {
        /// The rule: `world-writable`
        #[arg(value_name = "RULE")]
        rule: Option<String>,
    },

    /// Write the application's tarball from a commit of git
    ///
    /// The same commit gives the same bytes on every machine. `export-ignore` and `export-subst` of `.gitattributes` are
    /// honoured. The path of the tarball is printed.
    Export(ExportArguments),

    /// Write a first manifest from what a project has already
    ///
    /// From `debian/` as dh-virtualenv has it, else from `nfpm.yaml`, else from `pyproject.toml` (PEP 621, poetry, uv), or
    /// from a command line of fpm; processes come from a `Procfile`. Asks nothing: what has no counterpart is told. The
    /// paths of the files written are printed.
    Init(InitArguments),

    /// Look for mistakes in packages
    ///
    /// What dpkg refuses, what Policy wants, and what keeps a virtualenv from working on a host. Exits with 1 where there
    /// is an error.
    Lint(LintArguments),

    /// Print a man page, or write all of them
    ///
    /// Without a verb that of mkdeb itself: `mkdeb man repo promote | man -l -`.
    Man {
        /// The verb that the page is about: `build`, `repo init`
        #[arg(value_name = "VERB", conflicts_with = "output")]
        verb: Vec<String>,
        /// Write all pages into this directory
        #[arg(short, long, value_name = "DIR")]
        output: Option<PathBuf>,
    },

    /// Show what is in a package
    ///
    /// Prints what the package is, what it holds and, where it brings a virtualenv, which Python that is for, what is
    /// installed in it and what was relocated. Reads every package that dpkg reads, also from a pipe.
    Inspect(Box<InspectArguments>),

    /// Pack a tree with `DEBIAN/control`, as `dpkg-deb --build` does
    ///
    /// Refuses what dpkg-deb refuses, and what dpkg-deb packs and dpkg then cannot install. Entries, order,
    /// modes and control files are those of dpkg-deb. The path of the package is printed.
    Pack(PackArguments),

    /// Publish packages in a signed apt repository
    ///
    /// All packages are judged before the first is uploaded, and hosts see all of them or none. What is published
    /// already is left alone; other bytes under a published version are an error. Any number of publishers may run
    /// at once. The packages that are new are printed.
    Publish(PublishArguments),

    /// Make and keep signed apt repositories
    #[command(subcommand)]
    Repo(RepoVerb),

    /// Try packages in a throw-away root: install, upgrade, fail, roll back, purge
    ///
    /// What a CI runs before it publishes. The real dpkg of a root installs the packages, upgrades to them, is made to
    /// fail while it does, goes back, and purges them; after each step everything has to be as it should. Needs root, or
    /// user namespaces, and asks no network. Scripts run as root there: try what you would install. Exits with 1 where a step failed.
    Test(TestArguments),

    /// Make the virtualenv that the requirements ask for, from wheels and without a network
    ///
    /// It is made beside its path in the manifest, under a name that ends in its key, and the path becomes a link to
    /// it. One that is there already is left as it is. uv makes it where it is on `PATH`, else `venv` and pip.
    Venv(VenvArguments),

    /// Print the name of the virtualenv that the requirements ask for
    ///
    /// Twelve characters over the requirements, the Python, the architecture, the prefix and the options: what a CI
    /// names a cache by, and skips making the virtualenv for. The virtualenv need not be there.
    VenvKey(SelectionArguments),
}

/// How to talk.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct OutputOptions {
    pub(in crate::cli) json: bool,
    pub(in crate::cli) verbosity: Verbosity,
}

/// How much to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cli) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

impl Arguments {
    /// What this process was started with, or what is wrong with it.
    pub(in crate::cli) fn of_process() -> Result<Self, clap::Error> {
        Self::try_parse().map_err(habits::answered)
    }

    pub(in crate::cli) fn output_options(&self) -> OutputOptions {
        let verbose = match &self.verb {
            Verb::Build(arguments) => arguments.verbose,
            Verb::Diff(arguments) => arguments.verbose,
            Verb::Inspect(arguments) => arguments.verbose,
            Verb::Pack(arguments) => arguments.verbose,
            Verb::Publish(_) | Verb::Repo(_) | Verb::Venv(_) | Verb::VenvKey(_) => false,
            Verb::Completions { .. }
            | Verb::Explain { .. }
            | Verb::Export(_)
            | Verb::Init(_)
            | Verb::Lint(_)
            | Verb::Man { .. }
            | Verb::Test(_) => false,
        };
        let verbosity = match (self.quiet, verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        OutputOptions { json: self.json, verbosity }
    }

    /// The surroundings, with the directory that the user chose.
    pub(in crate::cli) fn enter(&self, env: &mut Env) -> Result<(), crate::host::Error> {
        match &self.directory {
            Some(directory) => env.enter(directory),
            None => Ok(()),
        }
    }
}

fn threads(text: &str) -> Result<u16, String> {
    let threads = text.parse().ok().filter(|threads| (1..=1024).contains(threads));
    threads.ok_or_else(|| "a number from 1 to 1024 is needed".to_owned())
}

/// A suite by its name.
fn suite(text: &str) -> Result<Suite, String> {
    let known = Suite::ALL;
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, suite)| *suite);
    found.ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        format!("known suites are {}", names.join(", "))
    })
}
