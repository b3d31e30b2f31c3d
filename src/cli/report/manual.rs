//! The outcomes of `mkdeb man` and `mkdeb completions`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::manual;
use crate::cli::report::Report;
use crate::command::failure::Failure;

/// A verb that there is not.
#[derive(Debug, thiserror::Error)]
#[error("there is no verb `{0}`")]
struct NoVerb(String);

impl Report {
    pub(in crate::cli) fn completions(&self, shell: clap_complete::Shell) -> Result<ExitCode, Failure> {
        self.print(&manual::completions(shell))
    }

    pub(in crate::cli) fn man(
        &self,
        verb: &[String],
        directory: Option<PathBuf>,
    ) -> Result<ExitCode, Failure> {
        if let Some(directory) = directory {
            let paths = manual::write(&directory)?;
            let lines: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
            return self.print(lines.as_bytes());
        }
        let page = manual::page(verb).map_err(|error| Failure::new(error, None))?;
        let Some(page) = page else {
            let hint = "`mkdeb --help` lists them".to_owned();
            return Err(Failure::new(NoVerb(verb.join(" ")), Some(hint)));
        };
        self.print(&page)
    }
}
