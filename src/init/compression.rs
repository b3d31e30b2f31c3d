//! The compression that another packer is told, where mkdeb has it.

use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::draft::Table;

/// Adds the table for what is written so at a place.
pub(in crate::init) fn add(
    draft: &mut Draft,
    (at, written): (&Source, &str),
    (format, level): (&str, Option<&str>),
) {
    if !["zstd", "xz", "gzip", "none"].contains(&format) {
        draft.remark(format!("{at}: the compression `{written}` is left out"));
        return;
    }
    let mut table = Table::new("[compression]");
    table.set("format", format);
    let most = match format {
        "zstd" => 1..=22,
        "xz" => 0..=9,
        _ => 1..=9,
    };
    match level.map(str::parse::<i64>) {
        Some(Ok(level)) if most.contains(&level) && format != "none" => table.set("level", level),
        Some(_) => draft.remark(format!("{at}: the level of `{written}` is left out")),
        None => {}
    }
    table.comes_from(at);
    draft.add(table);
}
