//! Whatever a `.deb` holds, reading it ends, in an answer or an error.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use mkdeb::archive::compress::Format;
use mkdeb::archive::compress::decode::decoder;
use mkdeb::deb::read::Error;
use mkdeb::deb::read::Limits;
use mkdeb::deb::read::Reader;
use mkdeb::types::size::Size;
use mkdeb_fuzz::deb;
use mkdeb_fuzz::mend_tar;

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    match kind % 8 {
        0 => inspect(bytes),
        1 => unpack(Format::Gzip, bytes),
        2 => unpack(Format::Xz, bytes),
        3 => unpack(Format::Zstd, bytes),
        // Two tars whose checksums are right; where the first ends is the input's choice too.
        _ => {
            let Some((split, bytes)) = bytes.split_first() else { return };
            let mut bytes = bytes.to_vec();
            let middle = (usize::from(*split) * 512).min(bytes.len());
            let (control, data) = bytes.split_at_mut(middle);
            mend_tar(control);
            mend_tar(data);
            inspect(&deb(control, data));
        }
    }
});

/// How much of each body is taken: how much must not change what else is found.
#[derive(Clone, Copy)]
enum Take {
    Nothing,
    Part,
    Whole,
}

fn inspect(bytes: &[u8]) {
    let Ok(whole) = entries(bytes, Take::Whole) else { return };
    assert_eq!(whole, entries(bytes, Take::Part).expect("read before"));
    assert_eq!(whole, entries(bytes, Take::Nothing).expect("read before"));
}

fn entries(bytes: &[u8], take: Take) -> Result<usize, Error> {
    let mut input = bytes;
    let limits = Limits::of_stranger(Size::of_bytes(32 << 20));
    let reader = Reader::open(&mut input, &limits)?;
    let _ = reader.deb().paragraph();
    let mut count = 0;
    let deb = reader.walk::<Error>(&mut |_, body| {
        count += 1;
        // What goes wrong here is for the reader to find.
        let _ = match take {
            Take::Nothing => Ok(0),
            Take::Part => body.read(&mut [0; 7]).map(|read| read as u64),
            Take::Whole => std::io::copy(body, &mut std::io::sink()),
        };
        Ok(())
    })?;
    assert!(deb.size <= bytes.len() as u64 + 1, "{} of {}", deb.size, bytes.len());
    Ok(count)
}

fn unpack(format: Format, bytes: &[u8]) {
    let Ok(mut decoder) = decoder(format, bytes) else { return };
    let mut buffer = [0; 8192];
    // Some bytes unpack to gigabytes. The reader above has its limits; here is one too.
    for _ in 0..4096 {
        match decoder.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}
