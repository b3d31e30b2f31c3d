//! The options of `mkdeb test`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::command::trial::TrialRequest;

#[derive(Debug, Args)]
pub(in crate::cli) struct TestArguments {
    /// The packages, installed together: of the layout `split` all three
    #[arg(value_name = "DEB", required = true)]
    files: Vec<PathBuf>,

    /// A package of the version before; may be given several times
    #[arg(long, value_name = "DEB")]
    from: Vec<PathBuf>,

    /// A package that they depend on, and that is not tried itself; may be given several times
    #[arg(long, value_name = "DEB")]
    with: Vec<PathBuf>,

    /// The root: a tarball, plain or with zstd, xz or gzip, or a directory. It is not changed
    #[arg(long, value_name = "ROOT")]
    root: Option<PathBuf>,

    /// Write all that dpkg says into this file
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    /// How long a call of dpkg may take
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
}

impl TestArguments {
    pub(in crate::cli) fn request(&self) -> TrialRequest {
        TrialRequest {
            files: self.files.clone(),
            from: self.from.clone(),
            with: self.with.clone(),
            root: self.root.clone(),
            log: self.log.clone(),
            limit: Duration::from_secs(self.timeout),
        }
    }
}
