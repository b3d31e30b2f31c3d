//! The options of `mkdeb export`.

use std::path::PathBuf;

use clap::Args;

use crate::command::export::ExportRequest;
use crate::command::git::Submodules;

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArguments {
    /// The commit: a tag, a branch, a hash [default: `HEAD`, where no file differs from it]
    #[arg(value_name = "REF")]
    reference: Option<String>,

    /// The tarball, a name that ends in `.tar.gz`, or a directory for one that is named after the commit
    #[arg(short, long, value_name = "FILE|DIR", default_value = "dist")]
    output: PathBuf,

    /// Take the trees of submodules too, which have to be checked out
    #[arg(long)]
    submodules: bool,
}

impl ExportArguments {
    pub(in crate::cli) fn request(&self) -> ExportRequest {
        let submodules = if self.submodules { Submodules::Included } else { Submodules::Empty };
        ExportRequest { reference: self.reference.clone(), output: self.output.clone(), submodules }
    }
}
