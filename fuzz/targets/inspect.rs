//! Whatever a `.deb` holds, reading it ends, in an answer or an error.
#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use mkdeb::archive::compress::Format;
use mkdeb::archive::compress::decode::decoder;
use mkdeb::deb::read::Bodies;
use mkdeb::deb::read::read;
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

fn inspect(bytes: &[u8]) {
    let mut shown = 0;
    let mut show = |_: &_, body: &mut dyn Read| {
        shown += 1;
        body.read_exact(&mut [0; 7]).or(Ok(()))
    };
    let read_whole = read(&mut &bytes[..], Bodies::Md5);
    let read_part = read(&mut &bytes[..], Bodies::Show(&mut show));
    let read_none = read(&mut &bytes[..], Bodies::Skip);
    let Ok(deb) = read_whole else { return };
    let _ = deb.paragraph();
    assert_eq!(deb.entries.len(), read_none.expect("read before").entries.len());
    assert_eq!(deb.entries.len(), read_part.expect("read before").entries.len());
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
