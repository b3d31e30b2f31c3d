//! Arguments of `mkdeb pack`: those of `dpkg-deb --build`.

use std::path::PathBuf;

use clap::ArgAction;
use clap::Args;

use crate::archive::compress;
use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::cli::args::threads;
use crate::command::failure::Failure;
use crate::command::pack::ControlCompression;
use crate::command::pack::PackRequest;

/// Arguments of `mkdeb pack`.
#[derive(Debug, Args)]
pub(in crate::cli) struct PackArguments {
    /// The tree, with its control files in `DEBIAN`
    tree: PathBuf,

    /// Where the package goes: a file, or a directory, which has `/` at its end where it is to be made
    /// [default: `TREE.deb`]
    #[arg(value_name = "DEST")]
    destination: Option<PathBuf>,

    /// Let everything belong to root, whoever owns it here
    #[arg(long)]
    root_owner_group: bool,

    /// Compression: `zstd`, `xz`, `gzip` or `none`, with a level: `zstd:19`
    #[arg(short = 'Z', long, value_name = "FORMAT[:LEVEL]", overrides_with = "compression")]
    compression: Option<Compression>,

    /// The level; it wins over one that `-Z` names
    #[arg(short = 'z', value_name = "LEVEL", overrides_with = "level", value_parser = level)]
    level: Option<u32>,

    /// Threads to use; the package is the same for any number [default: all cores]
    #[arg(long, alias = "threads-max", value_name = "N", value_parser = threads)]
    threads: Option<u16>,

    /// List what is packed
    #[arg(short, long, conflicts_with = "quiet")]
    pub(super) verbose: bool,

    /// Compress control.tar like the data; so it is by default
    #[arg(long, overrides_with = "no_uniform_compression", action = ArgAction::SetTrue)]
    uniform_compression: bool,

    /// Compress control.tar with gzip
    #[arg(long, overrides_with = "uniform_compression", action = ArgAction::SetTrue)]
    no_uniform_compression: bool,

    /// Pack without a look at what is packed; dpkg may not be able to install it
    #[arg(long)]
    nocheck: bool,
}

impl PackArguments {
    /// Fails where the format has no such level.
    pub(in crate::cli) fn request(&self) -> Result<PackRequest, Failure> {
        let compression = self.level.map_or(Ok(self.compression), |level| self.at(level).map(Some));
        let control =
            if self.no_uniform_compression { ControlCompression::Gzip } else { ControlCompression::Uniform };
        Ok(PackRequest {
            tree: self.tree.clone(),
            destination: self.destination.clone(),
            compression: compression.map_err(|error| Failure::new(error, None))?,
            control,
            root_owner: self.root_owner_group,
            unchecked: self.nocheck,
            threads: self.threads.map(usize::from),
        })
    }

    /// The chosen format at a level. Like dpkg-deb's, `-z0` turns gzip off and is zstd's own default, 3; `none`
    /// takes any level.
    fn at(&self, level: u32) -> Result<Compression, compress::Error> {
        match self.compression.map_or(Format::Zstd, |compression| compression.format) {
            Format::Gzip if level == 0 => Ok(Compression::of(Format::None)),
            Format::Zstd if level == 0 => Compression::with_level(Format::Zstd, 3),
            Format::None => Ok(Compression::of(Format::None)),
            format => Compression::with_level(format, level),
        }
    }
}

fn level(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "a level is a number, for example 9".to_owned())
}
