//! The options of `mkdeb lint`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::report::lint::Asked;
use crate::command::lint::LintRequest;
use crate::config::recipe::Suite;
use crate::host::input::budget::DEFAULT_UNPACKED;
use crate::types::size::Size;

#[derive(Debug, Args)]
pub(in crate::cli) struct LintArguments {
    /// The packages
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The manifest whose `[lint]` says how much rules matter
    #[arg(short = 'f', long, value_name = "FILE")]
    manifest: Option<PathBuf>,

    /// The suite of the hosts: `bookworm`
    #[arg(long, value_name = "SUITE", value_parser = crate::cli::args::suite)]
    target: Option<Suite>,

    /// Take warnings for errors
    #[arg(long)]
    strict: bool,

    /// Print SARIF, which code hosts show beside a change
    #[arg(long, conflicts_with = "json")]
    sarif: bool,

    #[arg(long, value_name = "SIZE", default_value_t = DEFAULT_UNPACKED, hide_default_value = true)]
    #[arg(help = format!("What each package may unpack to [default: {DEFAULT_UNPACKED}]"))]
    max_unpacked: Size,
}

impl LintArguments {
    pub(in crate::cli) fn asked(&self) -> Asked {
        Asked { is_strict: self.strict, as_sarif: self.sarif }
    }

    pub(in crate::cli) fn request(&self) -> LintRequest {
        LintRequest {
            files: self.files.clone(),
            manifest: self.manifest.clone(),
            target: self.target,
            max_unpacked: self.max_unpacked,
        }
    }
}
