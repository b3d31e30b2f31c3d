//! The options of `mkdeb inspect`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;

use crate::command::inspect::InspectRequest;
use crate::command::inspect::Part;
use crate::host::input::budget::DEFAULT_UNPACKED;
use crate::types::size::Size;

/// A form of bills of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Form {
    /// CycloneDX 1.5.
    #[value(name = "cyclonedx")]
    CycloneDx,
    /// SPDX 2.3.
    Spdx,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct InspectArguments {
    /// The package; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// List the files, as `dpkg-deb --contents` does, with times in UTC
    #[arg(long, group = "part")]
    files: bool,

    /// Print the control file as it is
    #[arg(long, group = "part")]
    control: bool,

    /// Print the maintainer scripts
    #[arg(long, group = "part")]
    scripts: bool,

    /// Print a bill of materials: the distributions of its virtualenvs with licenses and digests
    #[arg(long, value_name = "FORM", group = "part", value_enum)]
    pub(in crate::cli) sbom: Option<Form>,

    /// Print a page for a browser: where its megabytes are, what was rewritten, what runs and what its scripts do
    #[arg(long, group = "part", conflicts_with = "json")]
    html: bool,

    /// Print one file: `/usr/bin/x`, or `DEBIAN/postinst` for a control file
    #[arg(long, value_name = "PATH", group = "part", conflicts_with = "json")]
    cat: Option<OsString>,

    /// Unpack the files into a directory, and nowhere else
    #[arg(long, value_name = "DIR", group = "part")]
    extract: Option<PathBuf>,

    /// List what is unpacked, as `dpkg-deb --vextract` does
    // clap waives a requirement that conflicts with what is given, so the other parts are named too.
    #[arg(short, long, requires = "extract", conflicts_with_all = ["control", "files", "scripts", "cat", "html", "sbom", "quiet"])]
    pub(super) verbose: bool,

    #[arg(long, value_name = "SIZE", default_value_t = DEFAULT_UNPACKED, hide_default_value = true)]
    #[arg(help = format!("What the package may unpack to [default: {DEFAULT_UNPACKED}]"))]
    max_unpacked: Size,
}

impl InspectArguments {
    pub(in crate::cli) fn request(&self) -> InspectRequest {
        let part = match (&self.cat, &self.extract) {
            (Some(path), _) => Part::Cat(path.clone().into_vec()),
            (_, Some(directory)) => Part::Extract(directory.clone()),
            _ if self.control => Part::Control,
            _ if self.html => Part::Page,
            _ if self.files => Part::Files,
            _ if self.scripts => Part::Scripts,
            _ => Part::Summary,
        };
        InspectRequest { file: self.file.clone(), part, max_unpacked: self.max_unpacked }
    }
}
