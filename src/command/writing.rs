//! How every verb that makes a package writes it: into a file without a name, read back before it gets one.

use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use crate::archive::ar;
use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::archive::compress::encode::Resources;
use crate::command::failure::Failure;
use crate::deb::image::Image;
use crate::deb::read::Deb;
use crate::deb::verify;
use crate::deb::verify::Witness;
use crate::deb::write;
use crate::deb::write::Options;
use crate::deb::write::Output;
use crate::deb::write::Summary;
use crate::host::env::Env;
use crate::host::output::AtomicFile;
use crate::host::output::spool;
use crate::host::watch::Guarded;
use crate::host::watch::Watch;
use crate::host::watch::Watched;
use crate::package::Package;
use crate::package::blob::Contents;
use crate::types::source_id::SourceId;

/// What all packages of one run share.
pub(in crate::command) struct Writing<'a> {
    /// The bodies.
    pub contents: &'a dyn Contents,
    /// How packages are written.
    pub options: &'a Options,
    /// Where temporary files lie.
    pub spool: &'a Path,
    /// Progress and signals.
    pub watch: &'a Watch,
}

/// A package that is whole and has no name yet.
pub(in crate::command) struct Written {
    /// The file.
    pub file: AtomicFile,
    /// What was written.
    pub summary: Summary,
    /// What it was when it was read back; none where nobody asked.
    pub deb: Option<Deb>,
}

/// The disk would not take the package. It is told by the package's name: the temporary files have none.
#[derive(Debug, thiserror::Error)]
#[error("failed to write `{}`", .0.display())]
struct Unwritten(PathBuf, #[source] write::Error);

impl Writing<'_> {
    /// Writes the package that will be at `path`; it appears when the file is committed. The witness sees what is
    /// read back.
    pub(in crate::command) fn write<'w>(
        &self,
        image: &Image,
        path: &Path,
        witness: &'w mut Witness<'w>,
    ) -> Result<Written, Failure> {
        let mut file = AtomicFile::create(path)?;
        let mut spool = Guarded::new(spool(self.spool)?, self.watch);
        let contents = Watched::new(self.contents, self.watch);
        let mut out = Guarded::new(file.writer(), self.watch);
        let output = Output { spool: &mut spool, file: &mut out, witness };
        let written = write::write_to(image, &contents, self.options, output);
        let summary = written.map_err(|error| unwritten(path, error))?;
        let deb = match self.options.reads_back {
            true => {
                let mut back = Guarded::new(file.reread()?, self.watch);
                Some(verify::verify(&mut back, image, &summary)?)
            }
            false => None,
        };
        Ok(Written { file, summary, deb })
    }
}

/// Writes a package all of which is in memory, at its name in a directory.
pub(in crate::command) fn generated(
    package: &Package,
    directory: &Path,
    (env, watch): (&Env, &Watch),
) -> Result<PathBuf, Failure> {
    let compression = Compression::of(Format::Gzip);
    let options = Options {
        compression,
        control_compression: compression,
        resources: Resources::new(1, env.memory()),
        largest_member: ar::LARGEST,
        needles: Vec::new(),
        reads_back: true,
    };
    let spool = if env.is_directory(directory) { directory } else { &env.dir };
    let writing = Writing { contents: &Nothing, options: &options, spool, watch };
    let path = directory.join(package.file_name());
    let written = writing.write(&Image::from_package(package), &path, &mut |_, _| Ok(()))?;
    Ok(written.file.commit()?)
}

/// The inputs of what has none.
struct Nothing;

impl Contents for Nothing {
    fn open(&self, _: SourceId) -> io::Result<Box<dyn Read + '_>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn name(&self, _: SourceId) -> String {
        String::new()
    }
}

fn unwritten(path: &Path, error: write::Error) -> Failure {
    match error {
        write::Error::Compress(_) | write::Error::Container(_) => {
            Failure::new(Unwritten(path.to_owned(), error), None)
        }
        error => error.into(),
    }
}
