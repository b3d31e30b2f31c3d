//! The options of `mkdeb diff`.

use clap::Args;

use crate::command::diff::DiffRequest;
use crate::types::repo_location::RepoLocation;

#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArguments {
    /// The old package, a directory with packages, or with `--repo` a package of that: `orders=1.4`
    #[arg(value_name = "OLD")]
    old: String,

    /// The new one
    #[arg(value_name = "NEW")]
    new: String,

    /// The repository that has what is no file
    #[arg(long, value_name = "REPO")]
    repo: Option<RepoLocation>,

    /// The suite of it [default: the only one]
    #[arg(short, long, value_name = "SUITE", requires = "repo")]
    suite: Option<String>,

    /// Print Markdown, for a comment at a change
    #[arg(long, conflicts_with = "json")]
    pub(in crate::cli) markdown: bool,

    /// List every file
    #[arg(short, long)]
    pub(super) verbose: bool,
}

impl DiffArguments {
    pub(in crate::cli) fn request(&self) -> DiffRequest {
        let repository = self.repo.clone().map(|repo| (repo, self.suite.clone()));
        DiffRequest { old: self.old.clone(), new: self.new.clone(), repository }
    }
}
