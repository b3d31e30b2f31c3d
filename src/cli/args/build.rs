//! Arguments of `mkdeb build`.

use std::path::PathBuf;

use clap::Args;

use crate::archive::compress::Compression;
use crate::cli::args::selection::SelectionArguments;
use crate::cli::args::threads;
use crate::command::build::BuildRequest;
use crate::host::input::budget::DEFAULT_UNPACKED;
use crate::types::apt_source::AptSource;
use crate::types::size::Size;

/// Arguments of `mkdeb build`.
#[derive(Debug, Args)]
pub(in crate::cli) struct BuildArguments {
    #[command(flatten)]
    selection: SelectionArguments,

    /// Where the package goes: a directory, or a file that ends in `.deb` [default: `dist`]
    #[arg(short, long, value_name = "DIR|FILE")]
    output: Option<PathBuf>,

    /// Compression: `zstd`, `xz`, `gzip` or `none`, with a level: `zstd:19`
    #[arg(short = 'Z', long, value_name = "FORMAT[:LEVEL]", conflicts_with = "fast")]
    compression: Option<Compression>,

    /// Threads to use; the package is the same for any number [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<u16>,

    /// Compress at the lowest level, for trying things out
    #[arg(long)]
    fast: bool,

    /// Take warnings for errors
    #[arg(long)]
    strict: bool,

    /// Print what would be in the package, and write nothing
    #[arg(long)]
    dry_run: bool,

    // clap would give the default a paragraph of its own, behind a line of blanks.
    #[arg(long, value_name = "SIZE", default_value_t = DEFAULT_UNPACKED, hide_default_value = true)]
    #[arg(help = format!("The most that the inputs may unpack to together, for example `20G` [default: {DEFAULT_UNPACKED}]"))]
    max_unpacked: Size,

    /// Write a page for a browser about what was built: sizes, what was rewritten, what runs on a host
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    report: Option<PathBuf>,

    /// A directory of templates that replace the built-in ones of the same name
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,

    /// A repository that may have the virtualenv's package already: a directory or an address, with suite and
    /// components as in `sources.list`; may be repeated
    #[arg(long = "repo", value_name = "DIR|URL [SUITE [COMPONENT…]]")]
    repositories: Vec<AptSource>,

    /// Say what was mended, left out and found
    #[arg(short, long, conflicts_with = "quiet")]
    pub(super) verbose: bool,
}

impl BuildArguments {
    pub(in crate::cli) fn request(&self) -> BuildRequest {
        BuildRequest {
            selection: self.selection.selection(),
            output: self.output.clone(),
            compression: self.compression,
            threads: self.threads.map(usize::from),
            fast: self.fast,
            strict: self.strict,
            dry_run: self.dry_run,
            report: self.report.clone(),
            templates: self.templates.clone(),
            max_unpacked: self.max_unpacked,
            repositories: self.repositories.clone(),
        }
    }
}
