//! The numbers of a tar header: octal text, or base 256 for large ones.

/// A number of a header field. Negative ones and those beyond 64 bits are none.
pub(in crate::archive::tar) fn parse(field: &[u8]) -> Option<u64> {
    match field.first() {
        Some(0x80) => binary(&field[1..]),
        Some(first) if first & 0x80 != 0 => None,
        _ => octal(field),
    }
}

/// A time of a header field, which may lie before 1970: a negative number to the base 256 is filled up with ones.
pub(in crate::archive::tar) fn time(field: &[u8; 12]) -> Option<i64> {
    let [0xff, 0xff, 0xff, 0xff, rest @ ..] = field else {
        return parse(field).and_then(|number| i64::try_from(number).ok());
    };
    Some(i64::from_be_bytes(*rest))
}

/// Whether the checksum of a header is right. Some old writers summed signed bytes.
pub(in crate::archive::tar) fn is_checksum(block: &[u8; 512]) -> bool {
    let (before, after) = (&block[..148], &block[156..]);
    // The checksum itself counts as blanks.
    let blanks = 8 * i32::from(b' ');
    let bytes = || before.iter().chain(after);
    let unsigned = blanks + bytes().map(|byte| i32::from(*byte)).sum::<i32>();
    let signed = blanks + bytes().map(|byte| i32::from(byte.cast_signed())).sum::<i32>();
    let stored = parse(&block[148..156]).and_then(|sum| i32::try_from(sum).ok());
    stored == Some(unsigned) || stored == Some(signed)
}

fn octal(field: &[u8]) -> Option<u64> {
    let start = field.iter().position(|byte| *byte != b' ').unwrap_or(field.len());
    let field = &field[start..];
    let end = field.iter().position(|byte| *byte == b' ' || *byte == 0).unwrap_or(field.len());
    field[..end].iter().try_fold(0u64, |number, digit| match digit {
        b'0'..=b'7' => number.checked_mul(8)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

fn binary(field: &[u8]) -> Option<u64> {
    field.iter().try_fold(0u64, |number, byte| number.checked_mul(256)?.checked_add(u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_octal_or_base_256() {
        for (field, number) in [
            (&b"0000644\0"[..], Some(0o644)),
            (b"    644 ", Some(0o644)),
            (b"77777777777", Some(0o77_777_777_777)),
            (b"\0\0\0\0", Some(0)),
            (b"", Some(0)),
            (b"\x80\0\0\0\0\0\0\x02\0\0\0\0", Some(8 << 30)),
            (b"\x80\x01\0\0\0\0\0\0\0\0", None),
            (b"\xff\xff\xff\xff", None),
            (b"0000648\0", None),
            (b"-1\0", None),
            (b"7777777777777777777777777", None),
        ] {
            assert_eq!(parse(field), number, "{}", field.escape_ascii());
        }
    }

    #[test]
    fn times_may_lie_before_1970() {
        assert_eq!(time(b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe"), Some(-2));
        assert_eq!(time(b"00000000017\0"), Some(15));
        assert_eq!(time(b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff"), None);
    }
}
