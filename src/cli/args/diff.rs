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
    markdown: bool,

    /// Print a page for a browser
    #[arg(long, conflicts_with_all = ["json", "markdown"])]
    html: bool,

    /// List every file
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// How differences are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Telling {
    /// In lines.
    Plain,
    /// As Markdown.
    Markdown,
    /// As a page.
    Html,
}

impl DiffArguments {
    pub(in crate::cli) fn form(&self) -> Telling {
        match (self.markdown, self.html) {
            (true, _) => Telling::Markdown,
            (_, true) => Telling::Html,
            _ => Telling::Plain,
        }
    }

    pub(in crate::cli) fn request(&self) -> DiffRequest {
        let repository = self.repo.clone().map(|repo| (repo, self.suite.clone()));
        DiffRequest { old: self.old.clone(), new: self.new.clone(), repository }
    }
}
