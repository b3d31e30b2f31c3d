//! The one date of a package: `SOURCE_DATE_EPOCH`, else that of the commit it is built from, else that of its newest input.

use crate::command::failure::Failure;
use crate::host::env::Env;
use crate::types::date::Error;
use crate::types::date::SourceDate;

/// A date in the environment that is none. Whoever set it wants that one, so no other is taken.
#[derive(Debug, thiserror::Error)]
#[error("`SOURCE_DATE_EPOCH` is malformed")]
struct Malformed(#[source] Error);

/// The date of what is made from inputs that are as they were at the time `newest`.
pub(in crate::command) fn date(newest: u64, env: &Env) -> Result<SourceDate, Failure> {
    let date = env.source_date().map_err(|error| {
        let hint = "set it to a number, for example `$(git log -1 --format=%ct)`".to_owned();
        Failure::new(Malformed(error), Some(hint))
    })?;
    Ok(date.unwrap_or_else(|| SourceDate::from_seconds(newest)))
}
