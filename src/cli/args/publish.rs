//! Arguments of `mkdeb publish`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::keys::KeyArguments;
use crate::command::publish::PublishRequest;
use crate::types::repo_location::RepoLocation;

/// Arguments of `mkdeb publish`.
#[derive(Debug, Args)]
pub(in crate::cli) struct PublishArguments {
    /// The repository: a directory, `s3://BUCKET/PREFIX`, `gs://…` or `az://…`
    #[arg(value_name = "REPO")]
    location: RepoLocation,

    /// The packages
    #[arg(value_name = "DEB", required = true)]
    packages: Vec<PathBuf>,

    /// The suite; not needed where there is only one
    #[arg(short, long, value_name = "SUITE")]
    suite: Option<String>,

    /// The component [default: the suite's first]
    #[arg(long, value_name = "COMPONENT")]
    component: Option<String>,

    /// Let other bytes of a published version replace it, under another path of the pool
    #[arg(long)]
    replace: bool,

    /// Tell what would be published, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,

    #[command(flatten)]
    keys: KeyArguments,
}

impl PublishArguments {
    pub(in crate::cli) fn request(&self) -> PublishRequest {
        PublishRequest {
            location: self.location.clone(),
            packages: self.packages.clone(),
            suite: self.suite.clone(),
            component: self.component.clone(),
            replace: self.replace,
            dry_run: self.dry_run,
            keys: self.keys.options(),
        }
    }
}
