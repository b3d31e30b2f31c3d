//! What the targets share: archives around bytes that a fuzzer would never get right by itself.

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
