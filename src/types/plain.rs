//! Text that does nothing to whoever looks at it: names in packages and messages of other programs may hold anything.

/// The text with its control characters, and those that are invisible or turn its direction, written out. A line feed stays.
pub fn plain(text: &str) -> String {
    // Some characters are invisible, break lines or turn the direction of what stands around them.
    let is_odd = |c| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let harmless = |c: char| !is_odd(c) && (!c.is_control() || c == '\n');
    let shown = |c: char| if harmless(c) { c.to_string() } else { c.escape_debug().to_string() };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_works_on_a_terminal_or_turns_a_line_is_written_out() {
        assert_eq!(plain("a\u{1b}[31m\nb\t\u{9b}"), "a\\u{1b}[31m\nb\\t\\u{9b}");
        assert_eq!(plain("x\u{202e}gpj.exe\u{200b}\0"), "x\\u{202e}gpj.exe\\u{200b}\\0");
        assert_eq!(plain("größe 日本"), "größe 日本");
    }
}
