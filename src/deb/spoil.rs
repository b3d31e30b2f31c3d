//! A package made to fail: the same, but for a file more or for another text of one. For trials, never for hosts.
//!
//! Its data is not compressed: it is written once, and read once on the same machine.

use std::io;
use std::io::Read;
use std::io::SeekFrom;
use std::io::Write;

use crate::archive::ar;
use crate::archive::compress::decode::Coding;
use crate::archive::compress::decode::decoder;
use crate::deb::read::undotted;
use crate::deb::write::Spool;

/// The longest name that an entry may have in an entry of its own, in bytes.
const LONGEST_NAME: u64 = 1 << 20;

/// What is spoiled.
#[derive(Debug, Clone, Copy)]
pub enum Spoil<'a> {
    /// There is one file more, behind all others: its path, with or without `./`.
    Added(&'a str),
    /// The file at this path has another text.
    Replaced {
        /// The path, without `./` or `/`.
        path: &'a str,
        /// The text.
        text: &'a str,
    },
}

/// Why a package cannot be spoiled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The container cannot be followed, or written.
    #[error("the container cannot be copied")]
    Container(#[from] ar::Error),
    /// data.tar cannot be read, or written.
    #[error("its data.tar cannot be rewritten")]
    Data(#[source] io::Error),
    /// There is nothing to replace.
    #[error("it has no file `{0}`")]
    Nothing(String),
}

/// Copies a package, and spoils the copy.
pub fn spoil(
    input: &mut dyn Read,
    spoil: Spoil<'_>,
    spool: &mut dyn Spool,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut container = ar::Reader::new(input)?;
    let mut writer = ar::Writer::new(out);
    while let Some(header) = container.next_member()? {
        let suffix = header.name.strip_prefix("data.tar");
        let coding =
            suffix.and_then(|suffix| Coding::ALL.into_iter().find(|coding| coding.suffix() == suffix));
        let Some(coding) = coding else {
            writer.append(&header.name, header.date, header.size, &mut container)?;
            continue;
        };
        let mut decoded = decoder(coding, &mut container).map_err(Error::Data)?;
        let is_done = data(&mut *decoded, spoil, spool).map_err(Error::Data)?;
        if let (false, Spoil::Replaced { path, .. }) = (is_done, spoil) {
            return Err(Error::Nothing(path.to_owned()));
        }
        let size = spool.seek(SeekFrom::End(0)).map_err(Error::Data)?;
        spool.rewind().map_err(Error::Data)?;
        let mut spooled = spool.take(size);
        writer.append("data.tar", header.date, size, &mut spooled)?;
    }
    writer.finish()?;
    Ok(())
}

/// data.tar with what is spoiled in it, and whether that was there. Entries are copied as they are.
fn data(input: &mut dyn Read, spoil: Spoil<'_>, out: &mut dyn Write) -> io::Result<bool> {
    let mut builder = tar::Builder::new(out);
    let mut archive = tar::Archive::new(input);
    let (mut long_name, mut is_done) = (None::<Vec<u8>>, false);
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        let mut header = entry.header().clone();
        let kind = header.entry_type();
        if kind.is_gnu_longname() || kind.is_pax_local_extensions() {
            let mut body = Vec::new();
            entry.take(LONGEST_NAME).read_to_end(&mut body)?;
            long_name = name_in(&body, kind).or(long_name);
            builder.append(&header, &body[..])?;
            continue;
        }
        let is_name_apart = kind.is_gnu_longlink() || kind.is_pax_global_extensions();
        let path = match (is_name_apart, long_name.take()) {
            (true, name) => {
                long_name = name;
                Vec::new()
            }
            (false, Some(name)) => name,
            (false, None) => header.path_bytes().into_owned(),
        };
        match spoil {
            Spoil::Replaced { path: wanted, text } if undotted(&path) == wanted.as_bytes() => {
                header.set_size(text.len() as u64);
                header.set_cksum();
                builder.append(&header, text.as_bytes())?;
                is_done = true;
            }
            _ => builder.append(&header, &mut entry)?,
        }
    }
    if let Spoil::Added(path) = spoil {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o644);
        header.set_size(0);
        builder.append_data(&mut header, path, io::empty())?;
        is_done = true;
    }
    builder.finish()?;
    Ok(is_done)
}

/// The name of the entry that follows one which says it.
fn name_in(body: &[u8], kind: tar::EntryType) -> Option<Vec<u8>> {
    if kind.is_gnu_longname() {
        return Some(body.strip_suffix(b"\0").unwrap_or(body).to_vec());
    }
    let mut records = tar::PaxExtensions::new(body).filter_map(Result::ok);
    records.find(|record| record.key_bytes() == b"path").map(|record| record.value_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::compress::Compression;
    use crate::archive::compress::Format;
    use crate::archive::compress::encode::Encoder;
    use crate::archive::compress::encode::Resources;
    use crate::deb::read;
    use crate::deb::read::Limits;
    use crate::deb::read::Reader;
    use crate::types::size::Size;

    fn tarball(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o755);
            header.set_size(text.len() as u64);
            builder.append_data(&mut header, path, text.as_bytes()).expect("written");
        }
        builder.into_inner().expect("written")
    }

    fn package(files: &[(&str, &str)], format: Format) -> Vec<u8> {
        let control = tarball(&[("control", "Package: a\nVersion: 1\n")]);
        let plain = tarball(files);
        let one = Resources::new(1, u64::MAX);
        let mut encoder =
            Encoder::new(Vec::new(), Compression::of(format), one, plain.len() as u64).expect("made");
        encoder.write_all(&plain).expect("written");
        let data = encoder.finish().expect("written");
        let mut writer = ar::Writer::new(Vec::new());
        let data_name = format!("data.tar{}", format.suffix());
        for (name, bytes) in
            [("debian-binary", &b"2.0\n"[..]), ("control.tar", &control), (&data_name, &data)]
        {
            writer.append(name, 0, bytes.len() as u64, &mut &bytes[..]).expect("written");
        }
        writer.finish().expect("written")
    }

    fn spoiled(deb: &[u8], how: Spoil<'_>) -> Result<Vec<(String, String)>, Error> {
        let (mut spool, mut out) = (io::Cursor::new(Vec::new()), Vec::new());
        spoil(&mut &deb[..], how, &mut spool, &mut out)?;
        let mut files = Vec::new();
        let (mut input, limits) = (&out[..], Limits::of_stranger(Size::of_bytes(1 << 20)));
        let reader = Reader::open(&mut input, &limits).expect("a package");
        reader
            .walk::<read::Error>(&mut |entry, body| {
                let mut text = String::new();
                body.read_to_string(&mut text).expect("text");
                let path = String::from_utf8_lossy(undotted(&entry.header.path)).into_owned();
                files.push((path, text));
                Ok(())
            })
            .expect("followed");
        Ok(files)
    }

    #[test]
    fn one_file_is_added_or_replaced_and_all_others_stay() {
        let long = format!("opt/{}/preflight.py", "long".repeat(60));
        let files = [("usr/bin/a", "run"), (long.as_str(), "import"), ("usr/z", "last")];
        for format in [Format::None, Format::Gzip, Format::Xz, Format::Zstd] {
            let deb = package(&files, format);
            let own = |files: &[(&str, &str)]| -> Vec<(String, String)> {
                files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
            };
            let added = spoiled(&deb, Spoil::Added("./usr/share/x")).expect("added");
            assert_eq!(added, own(&[files[0], files[1], files[2], ("usr/share/x", "")]));
            let text = "sys.exit('on purpose, and longer')";
            let replaced = spoiled(&deb, Spoil::Replaced { path: &long, text }).expect("replaced");
            assert_eq!(replaced, own(&[files[0], (&long, text), files[2]]));
        }
    }

    #[test]
    fn what_cannot_be_spoiled_is_an_error() {
        let deb = package(&[("usr/bin/a", "run")], Format::Gzip);
        let error = spoiled(&deb, Spoil::Replaced { path: "usr/bin/b", text: "" }).expect_err("not there");
        assert_eq!(error.to_string(), "it has no file `usr/bin/b`");
        let error = spoiled(&deb[..deb.len() - 40], Spoil::Added("x")).expect_err("cut off");
        assert_eq!(error.to_string(), "its data.tar cannot be rewritten");
        let error = spoiled(b"not ar", Spoil::Added("x")).expect_err("no container");
        assert_eq!(error.to_string(), "the container cannot be copied");
    }
}
