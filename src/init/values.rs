//! Values as the manifest takes them.

use crate::init::draft::Table;

/// apt and every list of packages cut longer ones (Developer's Reference 6.2.2).
const LONGEST_SUMMARY: usize = 80;

/// A description in one line that is not too long: whole, or as many words as there is room for.
pub(in crate::init) fn summary(text: &str) -> String {
    let mut summary = String::new();
    for word in text.split_whitespace() {
        let blank = usize::from(!summary.is_empty());
        if summary.chars().count() + blank + word.chars().count() > LONGEST_SUMMARY {
            break;
        }
        if blank == 1 {
            summary.push(' ');
        }
        summary.push_str(word);
    }
    summary.trim_end_matches([',', ';', ':', '.']).to_owned()
}

/// Sets the description: in one line, and the rest, or the whole where the line has no room for it.
pub(in crate::init) fn set_description(table: &mut Table, text: &str, name: &str) {
    let (first, rest) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
    let line = summary(first);
    let rest = if line == first.trim_end_matches(['.', ',', ';', ':']) { rest } else { text };
    table.set("summary", unexpanded(if line.is_empty() { name } else { &line }));
    table.set_some(
        "description",
        Some(format!("{}\n", unexpanded(rest.trim()))).filter(|text| text.len() > 1),
    );
}

/// A text in which the manifest finds no variables.
pub(in crate::init) fn unexpanded(text: &str) -> String {
    if text.contains("${") || text.contains("$$") { text.replace('$', "$$") } else { text.to_owned() }
}

/// A text as the name of a package (Policy 5.6.1), as PEP 503 normalises names.
pub(in crate::init) fn package_name(text: &str) -> String {
    let lower = text.to_lowercase();
    let parts = lower.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '+'));
    let name = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    match name.len() {
        0 => "app".to_owned(),
        1 => format!("{name}-app"),
        _ => name.trim_start_matches('+').to_owned(),
    }
}

/// Whether a text is a name and an address, as `Maintainer` wants it (Policy 5.6.2).
pub(in crate::init) fn is_maintainer(text: &str) -> bool {
    let address = text.strip_suffix('>').and_then(|rest| rest.split_once(" <"));
    address.is_some_and(|(name, address)| {
        let plain = |part: &str| !part.is_empty() && !part.contains(['@', '<', '>', ' ', ',']);
        let (user, host) = address.split_once('@').unwrap_or_default();
        !name.trim().is_empty() && !name.contains('>') && plain(user) && plain(host)
    })
}

/// Whether a text can be the name of a command or a unit.
pub(in crate::init) fn is_name(text: &str) -> bool {
    text.parse::<crate::types::name::UnitName>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_become_valid() {
        assert_eq!(summary("takes  orders.\nOver HTTP"), "takes orders. Over HTTP");
        let long = summary(&"word, ".repeat(30));
        assert!(long.len() <= 80 && long.ends_with("word"), "{long}");
        for (text, name) in
            [("Word_Count", "word-count"), ("a", "a-app"), ("Ünï.c", "n-c"), ("--", "app"), ("+x1", "x1")]
        {
            assert_eq!(package_name(text), name);
        }
        assert!(is_maintainer("A B <a@example.com>"));
        for text in ["A", "<a@b>", "A <a>", "A <a@b", "A <a@b@c>", " <a@b>"] {
            assert!(!is_maintainer(text), "{text}");
        }
        assert!(is_name("orders-worker") && !is_name("a b"));
    }
}
