//! Arguments of every verb that reads a manifest.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::suite;
use crate::command::manifest::Selection;
use crate::config::recipe::Suite;

/// Which manifest, and what is different from what it says.
#[derive(Debug, Args)]
pub(in crate::cli) struct SelectionArguments {
    /// The manifest [default: `mkdeb.toml`, else `pyproject.toml`]
    #[arg(short = 'f', long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// Set one key of the manifest, for example `package.version=1.4.2`; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE")]
    overrides: Vec<String>,

    /// The oldest suite that has to install the package, for example `bookworm`
    #[arg(long, value_name = "SUITE", value_parser = suite)]
    target: Option<Suite>,
}

impl SelectionArguments {
    pub(in crate::cli) fn selection(&self) -> Selection {
        let Self { manifest, overrides, target } = self;
        Selection { manifest: manifest.clone(), overrides: overrides.clone(), target: *target }
    }
}
