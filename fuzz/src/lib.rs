//! What the targets share: archives around bytes that a fuzzer would never get right by itself.

use std::collections::BTreeMap;

use mkdeb::content::lock;
use mkdeb::content::lock::Lock;
use mkdeb::content::lock::target::Target;
use mkdeb::content::python::PythonVersion;

const BLOCK: usize = 512;

/// Gives every header of a tar its checksum, so that what lies behind the check is reached.
pub fn mend_tar(tar: &mut [u8]) {
    let mut offset = 0;
    while let Some(header) = tar.get_mut(offset..offset + BLOCK) {
        if header.iter().all(|byte| *byte == 0) {
            return;
        }
        header[148..156].fill(b' ');
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        offset = offset.saturating_add(BLOCK).saturating_add(body_blocks(&header[124..136]));
    }
}

/// How many bytes of blocks the size field announces.
fn body_blocks(field: &[u8]) -> usize {
    let digits = field.iter().skip_while(|byte| **byte == b' ').take_while(|byte| byte.is_ascii_digit());
    let size =
        digits.fold(0usize, |size, digit| size.saturating_mul(8).saturating_add(usize::from(digit & 7)));
    size.checked_next_multiple_of(BLOCK).unwrap_or(usize::MAX)
}

/// A `.deb` of two tars that are not compressed.
pub fn deb(control: &[u8], data: &[u8]) -> Vec<u8> {
    let mut deb = b"!<arch>\n".to_vec();
    for (name, body) in [("debian-binary", &b"2.0\n"[..]), ("control.tar", control), ("data.tar", data)] {
        let size = body.len();
        deb.extend_from_slice(
            format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{size:<10}`\n", 0, 0, 0, 100_644).as_bytes(),
        );
        deb.extend_from_slice(body);
        if size % 2 == 1 {
            deb.push(b'\n');
        }
    }
    deb
}

/// Reads a lock. A line of this kind parts the file from the one that it may include as `more.txt`.
pub fn read_lock(file: &str, text: &str) {
    let (first, second) = text.split_once("\n#--\n").unwrap_or((text, ""));
    let _ = lock::includes(file, first);
    let Ok(found) = lock_of(file, &[(file, first), ("more.txt", second)]) else { return };
    for (name, pin) in &found.pins {
        assert!(lock::satisfies(&pin.version, &pin.version), "{name}");
    }
    // A virtualenv is named after these lines: what they pin is what was read.
    assert_eq!(found.lines().count(), found.pins.len());
    let pins: String = found.pins.iter().map(|(name, pin)| format!("{name}=={}\n", pin.version)).collect();
    let again = lock_of("again.txt", &[("again.txt", &pins)]).expect("a list of pins is a lock");
    let versions = |lock: &Lock| -> Vec<String> {
        lock.pins.iter().map(|(name, pin)| format!("{name} {}", pin.version)).collect()
    };
    assert_eq!(versions(&again), versions(&found));
}

fn lock_of(file: &str, texts: &[(&str, &str)]) -> Result<Lock, lock::Error> {
    let texts: BTreeMap<String, String> =
        texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let python = PythonVersion { major: 3, minor: 11, free_threaded: false };
    let found = lock::read(file, &texts, &Target { python, patch: Some(2), machine: "x86_64" });
    if let Err(error) = &found {
        let _ = (error.to_string(), error.hint());
    }
    found
}
