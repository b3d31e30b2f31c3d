//! Arguments of `mkdeb venv`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::selection::SelectionArguments;
use crate::command::venv::VenvRequest;

/// Arguments of `mkdeb venv`.
#[derive(Debug, Args)]
pub(in crate::cli) struct VenvArguments {
    /// A directory with wheels; may be repeated
    #[arg(short, long, value_name = "DIR", required = true)]
    wheels: Vec<PathBuf>,

    #[command(flatten)]
    selection: SelectionArguments,

    /// The interpreter [default: the manifest's, else `pythonX.Y` on `PATH`]
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
}

impl VenvArguments {
    pub(in crate::cli) fn request(&self) -> VenvRequest {
        VenvRequest {
            selection: self.selection.selection(),
            wheels: self.wheels.clone(),
            python: self.python.clone(),
        }
    }
}
