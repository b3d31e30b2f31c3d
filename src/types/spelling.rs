//! What a misspelled word most likely stands for.

/// The known word that is nearest to `word`, where one is near: a quarter of its letters may differ, and one more.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    let near = known.into_iter().filter_map(|candidate| {
        let letters = candidate.chars().count();
        let most = (1 + letters / 4).min(letters.saturating_sub(1));
        // Names in a package may be megabytes long; the comparison takes the product of both lengths.
        if letters.abs_diff(length) > most {
            return None;
        }
        let distance = strsim::damerau_levenshtein(word, candidate);
        (distance <= most).then_some((distance, candidate))
    });
    near.min().map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_meant() {
        let names = ["control", "conffiles", "md5sums", "postinst", "postrm", "x"];
        for (word, expect) in [
            ("contorl", Some("control")),
            ("post-inst", Some("postinst")),
            ("potsrm", Some("postrm")),
            ("md5", None),
            ("shlibs", None),
            ("y", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, names), expect, "{word}");
        }
        assert_eq!(nearest("a", ["ab", "aa"]), Some("aa"), "of two the first by name");
        assert_eq!(nearest("control", []), None);
        let long = "c".repeat(4 << 20);
        assert_eq!(nearest("control", [long.as_str(); 100]), None);
    }
}
