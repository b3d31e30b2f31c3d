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

    /// Print the JSON Schema of manifests, for editors, and write nothing
    #[arg(long, conflicts_with_all = ["output", "force", "nfpm"])]
    pub(in crate::cli) schema: bool,
}

impl InitArguments {
    pub(in crate::cli) fn request(&self) -> InitRequest {
        let existing = if self.force { OnExisting::Replace } else { OnExisting::Refuse };
        InitRequest { output: self.output.clone(), existing, from: self.nfpm.clone().map(Given::Nfpm) }
    }
}
