//! PAX records: `length key=value` lines that override a header (`pax(1)`, "pax Extended Header").

/// The longest name or target, in bytes.
const LONGEST_NAME: usize = 64 << 10;
/// The longest name of a user or group, in bytes; `useradd` takes 32.
const LONGEST_ACCOUNT: usize = 256;

/// The values that matter; the last of two with one key counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::archive::tar) struct Values {
    /// `path`.
    pub path: Option<Vec<u8>>,
    /// `linkpath`.
    pub link: Option<Vec<u8>>,
    /// `size`.
    pub size: Option<u64>,
    /// `mtime`, the whole second that it lies in; negative before 1970.
    pub mtime: Option<i64>,
    /// `uid`.
    pub uid: Option<u64>,
    /// `gid`.
    pub gid: Option<u64>,
    /// `uname`.
    pub user: Option<Vec<u8>>,
    /// `gname`.
    pub group: Option<Vec<u8>>,
    /// Whether there is any `GNU.sparse` record.
    pub sparse: bool,
    /// Every `comment`, in order.
    pub comments: Vec<Vec<u8>>,
}

/// Reads all records of one header.
pub(in crate::archive::tar) fn parse(mut text: &[u8]) -> Result<Values, &'static str> {
    let mut values = Values::default();
    while !text.is_empty() {
        let (key, value, rest) = record(text).ok_or("its PAX records are malformed")?;
        text = rest;
        let number = || decimal(value).ok_or("a PAX record is not a number");
        match key {
            b"path" => values.path = Some(name(value)?),
            b"linkpath" => values.link = Some(name(value)?),
            b"size" => values.size = Some(number()?),
            b"uid" => values.uid = Some(number()?),
            b"gid" => values.gid = Some(number()?),
            b"uname" => values.user = Some(account(value)?),
            b"gname" => values.group = Some(account(value)?),
            b"mtime" => values.mtime = Some(seconds(value).ok_or("a PAX time is not a number")?),
            b"comment" => values.comments.push(value.to_vec()),
            key if key.starts_with(b"GNU.sparse.") => values.sparse = true,
            _ => {}
        }
    }
    Ok(values)
}

fn record(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = text.iter().take(20).position(|byte| *byte == b' ')?;
    let length = usize::try_from(decimal(&text[..space])?).ok()?;
    if length > text.len() || length < space + 2 {
        return None;
    }
    let (record, rest) = text.split_at(length);
    let body = record[space + 1..].strip_suffix(b"\n")?;
    let equals = body.iter().position(|byte| *byte == b'=')?;
    Some((&body[..equals], &body[equals + 1..], rest))
}

fn name(value: &[u8]) -> Result<Vec<u8>, &'static str> {
    match value {
        _ if value.contains(&0) => Err("a PAX name holds a NUL byte"),
        _ if value.len() > LONGEST_NAME => Err("a PAX name is longer than any path"),
        _ => Ok(value.to_vec()),
    }
}

fn account(value: &[u8]) -> Result<Vec<u8>, &'static str> {
    if value.len() > LONGEST_ACCOUNT {
        Err("a PAX user or group has too long a name")
    } else {
        Ok(value.to_vec())
    }
}

fn seconds(value: &[u8]) -> Option<i64> {
    let (is_negative, digits) = match value.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    let mut parts = digits.splitn(2, |byte| *byte == b'.');
    let whole = decimal(parts.next()?)?;
    let fraction = parts.next().unwrap_or_default();
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let whole = i64::try_from(whole).unwrap_or(i64::MAX);
    // As GNU tar has it: half a second before 1970 lies in the second that begins one before.
    let begun = i64::from(fraction.iter().any(|digit| *digit != b'0'));
    Some(if is_negative { (-whole).saturating_sub(begun) } else { whole })
}

fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |number, digit| match digit {
        b'0'..=b'9' => number.checked_mul(10)?.checked_add(u64::from(digit - b'0')),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_by_their_lengths() {
        let values = parse(b"17 path=a\nb=c\xff\nd\n19 mtime=1234.5678\n9 size=1\n7 x=yz\n").expect("valid");
        assert_eq!(values.path.as_deref(), Some(&b"a\nb=c\xff\nd"[..]));
        assert_eq!((values.mtime, values.size), (Some(1234), Some(1)));
        for (record, seconds) in [
            (&b"12 mtime=-1\n"[..], -1),
            (b"14 mtime=-1.0\n", -1),
            (b"14 mtime=-1.5\n", -2),
            (b"14 mtime=-0.5\n", -1),
            (b"13 mtime=0.5\n", 0),
            (b"30 mtime=18446744073709551615\n", i64::MAX),
        ] {
            assert_eq!(parse(record).expect("valid").mtime, Some(seconds), "{}", record.escape_ascii());
        }
        assert!(parse(b"22 GNU.sparse.major=1\n").expect("valid").sparse);
    }

    #[test]
    fn malformed_records_are_refused() {
        for bad in [
            &b"x"[..],
            b"9 size=1",
            b"99 size=1\n",
            b"0 size=1\n",
            b"9 size=x\n",
            b"11 size=-1\n",
            b"8 size1\n",
            b"99999999999999999999999 size=1\n",
            b"9 path=\0\n",
            b"11 mtime=x\n",
        ] {
            assert!(parse(bad).is_err(), "{}", bad.escape_ascii());
        }
    }
}
