//! Arguments of `mkdeb venv-key`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::suite;
use crate::command::venv_key::KeyRequest;
use crate::config::recipe::Suite;

/// Arguments of `mkdeb venv-key`.
#[derive(Debug, Args)]
pub(in crate::cli) struct KeyArguments {
    /// The manifest [default: `mkdeb.toml`, else `pyproject.toml`]
    #[arg(short = 'f', long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// Set one key of the manifest, for example `venv.requirements=other.txt`; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,

    /// The oldest suite that has to install the package, for example `bookworm`
    #[arg(long, value_name = "SUITE", value_parser = suite)]
    target: Option<Suite>,
}

impl KeyArguments {
    pub(in crate::cli) fn request(&self) -> KeyRequest {
        let Self { manifest, overrides, target } = self;
        KeyRequest { manifest: manifest.clone(), overrides: overrides.clone(), target: *target }
    }
}
