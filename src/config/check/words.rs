//! Values with a small grammar of their own.

use std::ops::Range;

use toml::Spanned;

use crate::config::check::scope::Scope;
use crate::config::error::Fault;
use crate::config::problem::Problem;
use crate::config::raw::value::Value;

/// A duration in seconds: `30`, `"30s"`, `"10m"` or `"1h"`, from a second to a day.
pub(in crate::config) fn seconds(scope: &Scope, name: &str, value: &Spanned<Value>) -> Result<u32, Fault> {
    const DAY: i64 = 86_400;
    let count = match value.get_ref() {
        Value::Number(seconds) => *seconds,
        Value::Text(text) => duration(text).ok_or_else(|| {
            let reason = format_args!("`{text}` is not a duration");
            scope.invalid_but(name, value.span(), reason, "write it like `30s`, `10m` or `1h`")
        })?,
        other => {
            return Err(wrong_type(scope, name, value.span(), "a duration as a string or a number", other));
        }
    };
    in_range(scope, name, &Spanned::new(value.span(), count), (1, DAY))
}

fn duration(text: &str) -> Option<i64> {
    let (digits, factor) = match text.trim().char_indices().last()? {
        (end, 's') => (&text.trim()[..end], 1),
        (end, 'm') => (&text.trim()[..end], 60),
        (end, 'h') => (&text.trim()[..end], 3600),
        _ => (text.trim(), 1),
    };
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| digits.parse::<i64>().ok()?.checked_mul(factor)).flatten()
}

/// A number within its range, as the type that holds it.
pub(in crate::config) fn in_range(
    scope: &Scope,
    name: &str,
    value: &Spanned<i64>,
    (low, high): (i64, i64),
) -> Result<u32, Fault> {
    let number = *value.get_ref();
    match u32::try_from(number) {
        Ok(checked) if (low..=high).contains(&number) => Ok(checked),
        _ => {
            let problem = Problem::OutOfRange { key: scope.key(name), value: number, low, high };
            Err(Fault::at(value.span(), problem))
        }
    }
}

/// A value of a type that its key does not take.
pub(in crate::config) fn wrong_type(
    scope: &Scope,
    name: &str,
    span: Range<usize>,
    expected: &str,
    found: &Value,
) -> Fault {
    let (expected, found) = (expected.to_owned(), found.kind());
    Fault::at(span, Problem::WrongType { key: scope.key(name), expected, found })
}

/// Whether a text is an http or https URL of printable ASCII, with a host.
pub(in crate::config) fn is_web_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |b: u8| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b);
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[') && rest.bytes().all(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_seconds_minutes_or_hours() {
        for (text, seconds) in
            [("30s", Some(30)), ("10m", Some(600)), ("1h", Some(3600)), ("7", Some(7)), ("", None)]
        {
            assert_eq!(duration(text), seconds, "{text}");
        }
        for bad in ["s", "1d", "-1s", "1.5h", "1h30m", "ten", "99999999999999999999h", "ä"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_web_addresses_are_urls() {
        for good in ["http://127.0.0.1:8000/health", "https://example.com/?a=b&c#d", "http://[::1]/"] {
            assert!(is_web_url(good), "{good}");
        }
        for bad in ["javascript:alert(1)", "http://", "https://x y", "ftp://x", "http://a\"b", "HTTP//x"] {
            assert!(!is_web_url(bad), "{bad}");
        }
    }
}
