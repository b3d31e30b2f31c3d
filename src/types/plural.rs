//! Numbers of things in words.

/// `12 files`, `1 file`, `1 entry`: the word is given for many.
pub fn counted(count: u64, many: &str) -> String {
    match (count, many.strip_suffix("ies"), many.strip_suffix('s')) {
        (1, Some(stem), _) => format!("1 {stem}y"),
        (1, None, Some(one)) => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

/// `12 files, 3 links`, without what there is none of.
pub fn all_counted(counts: &[(u64, &str)]) -> String {
    let there = counts.iter().filter(|(count, _)| *count > 0);
    let there: Vec<String> = there.map(|(count, many)| counted(*count, many)).collect();
    if there.is_empty() { "nothing".to_owned() } else { there.join(", ") }
}

/// Bytes as people read them: with one digit where they are megabytes.
pub fn size(bytes: u64) -> String {
    match bytes {
        1 => "1 byte".to_owned(),
        0..10_000 => format!("{bytes} bytes"),
        10_000..1_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_none_is_not_told() {
        let counts = [(2, "files"), (1, "entries"), (0, "links"), (1, "RECORDs"), (1, "pyvenv.cfg")];
        assert_eq!(all_counted(&counts), "2 files, 1 entry, 1 RECORD, 1 pyvenv.cfg");
        assert_eq!(all_counted(&[(0, "files")]), "nothing");
    }
}
