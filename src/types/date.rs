//! The one date of a build, from `SOURCE_DATE_EPOCH` or from the inputs. Never "now".

use std::fmt;
use std::str::FromStr;

/// Seconds since 1970, as `SOURCE_DATE_EPOCH` gives them
/// (<https://reproducible-builds.org/specs/source-date-epoch/>). There is no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceDate(u64);

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of seconds since 1970")]
pub struct Error(String);

impl SourceDate {
    /// The latest date a deb's `ar` header can hold: twelve decimal digits.
    const MAX: u64 = 999_999_999_999;

    /// A date from seconds, capped at what an `ar` header can hold.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(if seconds < Self::MAX { seconds } else { Self::MAX })
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> u64 {
        self.0
    }

    /// The time a file gets in the package: its own, or this date when its own is later.
    pub fn clamp(self, mtime: u64) -> u64 {
        mtime.min(self.0)
    }

    /// The date as RFC 5322 has it, in UTC, for a Debian changelog: `Mon, 23 Nov 2026 10:00:00 +0000`.
    pub fn rfc5322(self) -> String {
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        let days = self.0 / 86_400;
        let (hour, minute, second) = (self.0 / 3600 % 24, self.0 / 60 % 60, self.0 % 60);
        let (year, month, day) = civil(days);
        let weekday = DAYS[usize::try_from(days % 7).unwrap_or(0)];
        let month = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
        format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} +0000")
    }

    /// A date as [`SourceDate::rfc5322`] writes it; apt takes other zones for malformed too.
    pub fn from_rfc5322(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [_, day, month, year, time, "+0000" | "UTC" | "GMT"] = words[..] else { return None };
        let number = |text: &str| text.parse::<u64>().ok();
        let clock: Vec<u64> = time.split(':').map(number).collect::<Option<_>>()?;
        let [hour, minute, second] = clock[..] else { return None };
        let (day, year) = (number(day)?, number(year)?);
        // The day is looked for: a year has few of them, and their count has one home.
        let first = (year.checked_sub(1970)? * 3_652_425).checked_div(10_000)?.saturating_sub(2);
        let days = (first..first + 370).find(|days| {
            let (y, m, d) = civil(*days);
            (y, d) == (year, day) && MONTHS[usize::try_from(m - 1).unwrap_or(0)] == month
        })?;
        let is_time = hour < 24 && minute < 60 && second < 60;
        let date = Self::from_seconds(days * 86_400 + hour * 3600 + minute * 60 + second);
        (is_time && date.rfc5322()[..3] == text[..3]).then_some(date)
    }

    /// Some seconds later.
    pub fn plus(self, seconds: u64) -> Self {
        Self::from_seconds(self.0.saturating_add(seconds))
    }

    /// The year in UTC, for copyright files.
    pub fn year(self) -> u64 {
        civil(self.0 / 86_400).0
    }
}

/// The months as RFC 5322 has them.
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A time of a file, in seconds since 1970, to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl From<SourceDate> for Moment {
    fn from(date: SourceDate) -> Self {
        Self(i64::try_from(date.0).unwrap_or(i64::MAX))
    }
}

impl fmt::Display for Moment {
    /// `2026-11-23 10:00`, in UTC. What lies before the year 0 is shown as its beginning.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = -719_468;
        let days = self.0.div_euclid(86_400).max(first);
        let (year, month, day) = civil_shifted((days - first).unsigned_abs());
        let seconds = self.0.rem_euclid(86_400);
        write!(f, "{year:04}-{month:02}-{day:02} {:02}:{:02}", seconds / 3600, seconds / 60 % 60)
    }
}

/// Days since 1970 as year, month (1 to 12) and day, in the Gregorian calendar.
///
/// Counts in 400-year eras that start on 1 March, so that the leap day ends a year.
fn civil(days: u64) -> (u64, u64, u64) {
    civil_shifted(days + 719_468)
}

/// The same for days since 1 March of the year 0.
fn civil_shifted(shifted: u64) -> (u64, u64, u64) {
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

impl FromStr for SourceDate {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(seconds) if digits && seconds <= Self::MAX => Ok(Self(seconds)),
            _ => Err(Error(text.to_owned())),
        }
    }
}

impl fmt::Display for SourceDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_epoch_is_an_error_and_never_now() {
        for bad in ["", " 1", "+1", "-1", "1.5", "soon", "1000000000000", "99999999999999999999999"] {
            assert!(bad.parse::<SourceDate>().is_err(), "{bad}");
        }
    }

    #[test]
    fn dates_read_as_date_r_prints_them() {
        let shown = |seconds| SourceDate::from_seconds(seconds).rfc5322();
        assert_eq!(shown(0), "Thu, 01 Jan 1970 00:00:00 +0000");
        assert_eq!(shown(951_782_400), "Tue, 29 Feb 2000 00:00:00 +0000");
        assert_eq!(shown(1_795_428_000), "Mon, 23 Nov 2026 10:00:00 +0000");
        for seconds in (0..5_000_000_000).step_by(86_400 * 11 + 12_345).chain([951_782_400, 1_767_225_599]) {
            let date = SourceDate::from_seconds(seconds);
            assert_eq!(SourceDate::from_rfc5322(&date.rfc5322()), Some(date), "{seconds}");
        }
        for bad in
            ["", "Mon, 23 Nov 2026 10:00:00 PST", "Tue, 23 Nov 2026 10:00:00 +0000", "Mon, 23 Nov 2026"]
        {
            assert_eq!(SourceDate::from_rfc5322(bad), None, "{bad}");
        }
        let shown = |seconds| Moment(seconds).to_string();
        assert_eq!(shown(1_795_428_000), "2026-11-23 10:00");
        assert_eq!(shown(-1), "1969-12-31 23:59");
        assert_eq!(shown(-5_000_000_000), "1811-07-23 15:06");
        assert!(shown(i64::MIN).starts_with("0000-03-01") && shown(i64::MAX).ends_with(":30"));
    }
}
