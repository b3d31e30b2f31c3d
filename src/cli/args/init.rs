//! The options of `mkdeb init`.

use std::path::PathBuf;

use clap::Args;

use crate::command::init::Given;
use crate::command::init::InitRequest;
use crate::command::init::OnExisting;

#[derive(Debug, Args)]
pub(in crate::cli) struct InitArguments {
    /// The manifest
    #[arg(short, long, value_name = "FILE", default_value = "mkdeb.toml")]
    output: PathBuf,

    /// Replace files that are there already
    #[arg(long)]
    force: bool,

    /// The file of nfpm that it is made from; found by itself where there is no `debian/control`
    #[arg(long, value_name = "FILE")]
    nfpm: Option<PathBuf>,

    /// The command line of fpm that it is made from, or a script with one
    #[arg(long, value_name = "COMMAND", conflicts_with = "nfpm", allow_hyphen_values = true)]
    fpm: Option<String>,

    /// Print the JSON Schema of manifests, for editors, and write nothing
    #[arg(long, conflicts_with_all = ["output", "force", "nfpm", "fpm"])]
    pub(in crate::cli) schema: bool,
}

impl InitArguments {
    pub(in crate::cli) fn request(&self) -> InitRequest {
        let existing = if self.force { OnExisting::Replace } else { OnExisting::Refuse };
        let (nfpm, fpm) = (self.nfpm.clone().map(Given::Nfpm), self.fpm.clone().map(Given::Fpm));
        InitRequest { output: self.output.clone(), existing, from: nfpm.or(fpm) }
    }
}
