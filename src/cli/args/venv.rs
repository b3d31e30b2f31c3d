//! Arguments of `mkdeb venv`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::suite;
use crate::command::venv::VenvRequest;
use crate::config::recipe::Suite;

/// Arguments of `mkdeb venv`.
#[derive(Debug, Args)]
pub(in crate::cli) struct VenvArguments {
    /// A directory with wheels; may be repeated
    #[arg(short, long, value_name = "DIR", required = true)]
    wheels: Vec<PathBuf>,

    /// The manifest [default: `mkdeb.toml`, else `pyproject.toml`]
    #[arg(short = 'f', long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// Set one key of the manifest, for example `venv.requirements=other.txt`; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,

    /// The oldest suite that has to install the package, for example `bookworm`
    #[arg(long, value_name = "SUITE", value_parser = suite)]
    target: Option<Suite>,

    /// The interpreter [default: the manifest's, else `pythonX.Y` on `PATH`]
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
}

impl VenvArguments {
    pub(in crate::cli) fn request(&self) -> VenvRequest {
        VenvRequest {
            manifest: self.manifest.clone(),
            overrides: self.overrides.clone(),
            target: self.target,
            wheels: self.wheels.clone(),
            python: self.python.clone(),
        }
    }
}
