//! The same package under another version: its control file says so, its data is copied as it is.

use std::io;
use std::io::Read;
use std::io::Write;

use crate::archive::ar;
use crate::archive::compress::Compression;
use crate::archive::compress::Format;
use crate::archive::compress::decode::Coding;
use crate::archive::compress::decode::decoder;
use crate::archive::compress::encode::Encoder;
use crate::archive::compress::encode::Resources;
use crate::types::version::DebVersion;

/// The most that control.tar may unpack to, in bytes.
const LARGEST_CONTROL: u64 = 64 << 20;

/// Why a package cannot have another version.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The container cannot be followed, or written.
    #[error("the container cannot be copied")]
    Container(#[from] ar::Error),
    /// control.tar cannot be read, or written.
    #[error("its control.tar cannot be rewritten")]
    Control(#[source] io::Error),
    /// No control file, or one without a version.
    #[error("its control file has no `Version`")]
    NoVersion,
}

/// Copies a package, with another version in its control file.
pub fn reversion(input: &mut dyn Read, version: &DebVersion, out: &mut dyn Write) -> Result<(), Error> {
    let mut container = ar::Reader::new(input)?;
    let mut writer = ar::Writer::new(out);
    let mut is_done = false;
    while let Some(header) = container.next_member()? {
        let suffix = header.name.strip_prefix("control.tar");
        let coding =
            suffix.and_then(|suffix| Coding::ALL.into_iter().find(|coding| coding.suffix() == suffix));
        let Some(Coding::Format(format)) = coding else {
            writer.append(&header.name, header.date, header.size, &mut container)?;
            continue;
        };
        let mut tar = Vec::new();
        let decoded = decoder(format, &mut container).and_then(|decoder| {
            decoder.take(LARGEST_CONTROL).read_to_end(&mut tar)?;
            Ok(())
        });
        decoded.map_err(Error::Control)?;
        let tar = control(&tar, version)?;
        let packed = compressed(&tar, format).map_err(Error::Control)?;
        writer.append(&header.name, header.date, packed.len() as u64, &mut &packed[..])?;
        is_done = true;
    }
    writer.finish()?;
    if is_done { Ok(()) } else { Err(Error::NoVersion) }
}

/// control.tar with the version in its control file; the other entries as they are.
fn control(tar: &[u8], version: &DebVersion) -> Result<Vec<u8>, Error> {
    let mut builder = tar::Builder::new(Vec::new());
    let mut is_done = false;
    let mut archive = tar::Archive::new(tar);
    for entry in archive.entries().map_err(Error::Control)? {
        let mut entry = entry.map_err(Error::Control)?;
        let mut header = entry.header().clone();
        let mut body = Vec::new();
        entry.read_to_end(&mut body).map_err(Error::Control)?;
        if [&b"control"[..], b"./control"].contains(&&*entry.path_bytes()) {
            let text = String::from_utf8_lossy(&body).into_owned();
            body = with_version(&text, version).ok_or(Error::NoVersion)?.into_bytes();
            header.set_size(body.len() as u64);
            header.set_cksum();
            is_done = true;
        }
        builder.append(&header, &body[..]).map_err(Error::Control)?;
    }
    let tar = builder.into_inner().map_err(Error::Control)?;
    if is_done { Ok(tar) } else { Err(Error::NoVersion) }
}

fn with_version(text: &str, version: &DebVersion) -> Option<String> {
    let is_version = |line: &str| line.len() >= 8 && line.as_bytes()[..8].eq_ignore_ascii_case(b"version:");
    text.lines().any(is_version).then(|| {
        let lines = text
            .lines()
            .map(|line| if is_version(line) { format!("Version: {version}\n") } else { format!("{line}\n") });
        lines.collect()
    })
}

fn compressed(tar: &[u8], format: Format) -> io::Result<Vec<u8>> {
    let one = Resources::new(1, u64::MAX);
    let mut encoder = Encoder::new(Vec::new(), Compression::of(format), one, tar.len() as u64)?;
    encoder.write_all(tar)?;
    encoder.finish()
}
