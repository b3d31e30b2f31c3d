//! Writes a `.deb` in one pass over the inputs: reader, hashers, encoder, spool.
//!
//! The stages are joined by bounded channels in one scope; a stage that fails closes them all.

mod error;

use std::io;
use std::io::BufWriter;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::sync::mpsc::channel;
use std::sync::mpsc::sync_channel;
use std::thread::Scope;
use std::thread::ScopedJoinHandle;

use crate::archive::ar;
use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::archive::compress::encode::Encoder;
use crate::archive::compress::encode::Resources;
use crate::archive::compress::written::Written;
use crate::archive::compress::written::pipe;
use crate::deb::chunk;
use crate::deb::chunk::Chunk;
use crate::deb::control_tar;
use crate::deb::data;
use crate::deb::data::Facts;
use crate::deb::data::Sinks;
use crate::deb::data::Stop;
use crate::deb::hash;
use crate::deb::image::ControlArchive;
use crate::deb::image::Entry;
use crate::deb::image::EntryKind;
use crate::deb::image::Image;
use crate::deb::limit;
use crate::deb::limit::Limited;
use crate::deb::problem::Problems;
use crate::deb::verify;
use crate::deb::verify::Decoded;
use crate::deb::verify::Mismatch;
use crate::deb::verify::Witness;
pub use crate::deb::write::error::Error;
use crate::package::blob::Contents;
use crate::types::digest::Crc32;
use crate::types::digest::Md5;
use crate::types::path::ArchivePath;

/// How many chunks wait for the encoder, and half as many for each hasher: 4 MiB in flight.
const QUEUE: usize = 16;

/// How a `.deb` is written.
#[derive(Debug, Clone)]
pub struct Options {
    /// How data.tar is compressed.
    pub compression: Compression,
    /// How control.tar is compressed. dpkg-deb uses one compressor for both, where it is not told otherwise.
    pub control_compression: Compression,
    /// What the encoder may use. It does not reach the output.
    pub resources: Resources,
    /// The most bytes a member may have: [`ar::LARGEST`], but where a test wants to see it passed.
    pub largest_member: u64,
    /// Byte strings that should not be in any body: paths of the build host.
    pub needles: Vec<Vec<u8>>,
    /// Whether what is written is decoded again and compared.
    pub reads_back: bool,
}

/// A place for the compressed data until its size is known: an unlinked temporary file.
pub trait Spool: Read + Write + Seek {}

impl<T: Read + Write + Seek> Spool for T {}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How it is compressed.
    pub compression: Compression,
    /// `Installed-Size`, in KiB.
    pub installed_kib: u64,
    /// How control.tar is compressed.
    pub control_compression: Compression,
    /// The text of `control` that was made; empty where the control files were given.
    pub control: String,
    /// The text of `md5sums` that was made; paths are bytes.
    pub md5sums: Vec<u8>,
    /// The digest of each body in control.tar, in its order.
    pub control_digests: Vec<Md5>,
    /// The checksum of data.tar as it is stored.
    pub data: Crc32,
    /// How many entries the data has.
    pub entries: usize,
    /// Which bodies hold which needles, once each.
    pub leaks: Vec<Leak>,
    /// What dpkg would refuse of the entries, as they were read back.
    pub problems: Problems,
    /// The size of the whole `.deb` in bytes.
    pub size: u64,
}

/// Where a package goes.
pub struct Output<'a> {
    /// Takes the data until its size is known.
    pub spool: &'a mut dyn Spool,
    /// Takes the package.
    pub file: &'a mut dyn Write,
    /// Sees what is read back.
    pub witness: &'a mut Witness<'a>,
}

/// A needle in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The file.
    pub path: ArchivePath,
    /// The needle, by its place in [`Options::needles`].
    pub needle: usize,
}

/// Writes `image` to `out`, its bodies taken from `contents`, and nobody sees what is read back.
pub fn write(
    image: &Image,
    contents: &dyn Contents,
    options: &Options,
    spool: &mut dyn Spool,
    out: &mut dyn Write,
) -> Result<Summary, Error> {
    write_to(image, contents, options, Output { spool, file: out, witness: &mut |_, _| Ok(()) })
}

/// Writes `image`, its bodies taken from `contents`.
pub fn write_to(
    image: &Image,
    contents: &dyn Contents,
    options: &Options,
    Output { spool, file, witness }: Output<'_>,
) -> Result<Summary, Error> {
    check(image, options)?;
    let rewound = spool.rewind();
    rewound.map_err(Error::Compress)?;
    let Data { facts: Facts { sizes, leaks }, digests, problems, stored } =
        data((image, contents), options, spool, witness)?;
    let data_size = spool.stream_position().map_err(Error::Compress)?;
    spool.seek(SeekFrom::Start(0)).map_err(Error::Compress)?;

    let installed_kib = installed_kib(image, &sizes);
    let (control, md5sums) = match &image.control {
        ControlArchive::AsGiven(_) => Default::default(),
        ControlArchive::Generated { control, .. } => {
            let paragraph = control.paragraph(installed_kib).map_err(Error::Control)?;
            (paragraph.to_string(), md5sums(image, digests))
        }
    };
    let entries = control_tar::entries(image, &control, &md5sums);
    let (control_tar, control_digests) = control_tar::encode(&entries, contents, options)?;

    let suffixes = [options.control_compression, options.compression].map(|c| c.format.suffix());
    let members: [(&str, u64, &mut dyn Read); 3] = [
        ("debian-binary", 4, &mut &b"2.0\n"[..]),
        (&format!("control.tar{}", suffixes[0]), control_tar.len() as u64, &mut &control_tar[..]),
        (&format!("data.tar{}", suffixes[1]), data_size, &mut spool.take(data_size)),
    ];
    let size = 8 + members.iter().map(|(_, size, _)| 60 + size.next_multiple_of(2)).sum::<u64>();
    // The container copies its members through this buffer.
    let mut container = ar::Writer::new(BufWriter::with_capacity(256 << 10, file));
    for (name, size, body) in members {
        container.append(name, image.date, size, body).map_err(Error::Container)?;
    }
    container.finish().map_err(Error::Container)?;
    let Options { compression, control_compression, .. } = *options;
    Ok(Summary {
        compression,
        installed_kib,
        control_compression,
        control,
        md5sums,
        control_digests,
        data: stored,
        entries: image.entries.len(),
        leaks,
        problems,
        size,
    })
}

/// What can be refused before anything is read.
fn check(image: &Image, options: &Options) -> Result<(), Error> {
    let is_generated = matches!(image.control, ControlArchive::Generated { .. });
    let broken = |entry: &&Entry| is_generated && entry.path.as_bytes().contains(&b'\n');
    if let Some(entry) = image.entries.iter().find(broken) {
        return Err(Error::LineFeed { path: entry.path.clone() });
    }
    limit::check(image, options)
}

/// What the stages gave.
struct Data {
    /// Of the bodies.
    facts: Facts,
    /// Of the bodies, by entry.
    digests: Vec<(usize, Md5)>,
    /// Of what was read back.
    problems: Problems,
    /// The checksum of what was stored.
    stored: Crc32,
}

/// The stages, and one that decodes what comes out of them. Returns when all threads have ended.
fn data(
    (image, contents): (&Image, &dyn Contents),
    options: &Options,
    spool: &mut dyn Spool,
    witness: &mut Witness<'_>,
) -> Result<Data, Error> {
    // One hasher keeps up with some ten threads of zstd.
    let hashers = options.resources.threads.get().div_ceil(8).min(4) as usize;
    let format = options.compression.format;
    std::thread::scope(|scope| {
        let (encoder, chunks) = sync_channel::<Arc<Chunk>>(QUEUE);
        let (given_back, used) = channel();
        let mut sinks = Sinks { encoder, hashers: Vec::new(), used };
        let mut digesting = Vec::new();
        for number in 0..hashers {
            let (sender, receiver) = sync_channel::<Arc<Chunk>>(QUEUE / 2);
            sinks.hashers.push(sender);
            let given_back = given_back.clone();
            digesting.push(started(scope, move || hash::run(number, &receiver, &given_back))?);
        }
        let (copy, written) = pipe();
        let check = || started(scope, move || read_back(written, format, (image, witness)));
        let checking = options.reads_back.then(check).transpose()?;
        let reading = started(scope, move || data::send(&image.entries, contents, options, sinks))?;
        // The receiver ends with this call: a reader that still sends is refused, and stops.
        let out = Limited::new(spool, options, copy);
        let encoded = encode(chunks.into_iter(), &given_back, (options, image.tar_bytes()), out);
        let sent = joined(reading.join());
        let digests = digesting.into_iter().flat_map(|thread| joined(thread.join())).collect();
        let checked = checking.map(|thread| joined(thread.join())).transpose();
        match (sent, encoded) {
            (Err(Stop::Failed(error)), _) => Err(error),
            (_, Err(error)) => Err(limit::explained(error, image, options)),
            (Err(Stop::Refused), Ok(_)) => Err(Error::Compress(io::ErrorKind::BrokenPipe.into())),
            (Ok(facts), Ok(checksum)) => {
                let decoded = checked?;
                if let Some(decoded) = &decoded {
                    verify::sizes(&decoded.sizes, &facts.sizes, image)?;
                }
                let problems = decoded.unwrap_or_default().problems;
                Ok(Data { facts, digests, problems, stored: checksum })
            }
        }
    })
}

/// Starts a stage. Where the machine gives no thread for it, those before end as their channels do.
fn started<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    stage: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>, Error> {
    std::thread::Builder::new().spawn_scoped(scope, stage).map_err(Error::Thread)
}

/// Decodes what the encoder wrote, and compares it with what was meant.
fn read_back(
    written: Written,
    format: Format,
    (image, witness): (&Image, &mut Witness<'_>),
) -> Result<Decoded, Mismatch> {
    let mut decoded = written.decoded(format).map_err(Mismatch::Undecodable)?;
    verify::data(&mut *decoded, image, witness)
}

fn encode(
    chunks: impl Iterator<Item = Arc<Chunk>>,
    used: &Sender<Chunk>,
    (options, length): (&Options, u64),
    out: Limited<'_>,
) -> io::Result<Crc32> {
    let mut encoder = Encoder::new(out, options.compression, options.resources, length)?;
    for chunk in chunks {
        encoder.write_all(chunk.bytes())?;
        chunk::give_back(chunk, used);
    }
    encoder.finish()?.finish()
}

/// What a thread returned; a panic of it goes on here.
fn joined<T>(result: std::thread::Result<T>) -> T {
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The rule of dpkg-gencontrol(1): files and links in KiB rounded up, 1 for everything else, the root too.
fn installed_kib(image: &Image, sizes: &[u64]) -> u64 {
    let each = image.entries.iter().zip(sizes).map(|(entry, size)| match &entry.kind {
        EntryKind::File { .. } => size.div_ceil(1024),
        EntryKind::Symlink(target) => (target.len() as u64).div_ceil(1024),
        // Its body counts once, where the file stands.
        EntryKind::Hardlink(_) => 0,
        EntryKind::Directory | EntryKind::Fifo | EntryKind::Character(..) | EntryKind::Block(..) => 1,
    });
    each.sum()
}

/// Digest and path of each file but the conffiles, in byte order of the paths.
fn md5sums(image: &Image, digests: Vec<(usize, Md5)>) -> Vec<u8> {
    let mut lines: Vec<(&[u8], Md5)> = Vec::new();
    for (number, digest) in digests {
        let entry = &image.entries[number];
        if matches!(entry.kind, EntryKind::File { conffile: false, .. }) {
            lines.push((entry.path.as_bytes(), digest));
        }
    }
    md5sums_text(lines)
}

/// The lines of `md5sums`, in byte order of the paths.
pub(in crate::deb) fn md5sums_text(mut lines: Vec<(&[u8], Md5)>) -> Vec<u8> {
    lines.sort_by_key(|(path, _)| *path);
    let mut text = Vec::with_capacity(lines.iter().map(|(path, _)| path.len() + 35).sum());
    for (path, digest) in lines {
        text.extend_from_slice(format!("{digest}  ").as_bytes());
        text.extend_from_slice(path);
        text.push(b'\n');
    }
    text
}
