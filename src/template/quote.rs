//! The quoting of each output language: any text in, the same text as a value of the language out.

/// One word of POSIX shell (XCU 2.2), in single quotes where it needs any.
///
/// NUL cannot be in a word; it is left out. Nothing that comes from a checked value holds one.
pub fn shell(text: &str) -> String {
    let clean: String = text.chars().filter(|c| *c != '\0').collect();
    shlex::try_quote(&clean).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// The rest of a line of a unit file that systemd takes as text, such as `Description=`.
///
/// `%` starts a specifier, a backslash at the end joins lines (`systemd.syntax(7)`).
pub fn unit_line(text: &str) -> String {
    one_line(text).replace('%', "%%").trim_end_matches(['\\', ' ']).to_owned()
}

/// One word of a unit file's list or environment: double quotes, C escapes, specifiers escaped
/// (`systemd.syntax(7)`, "Quoting").
pub fn unit_word(text: &str) -> String {
    let mut word = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => word.push_str("\\\""),
            '\\' => word.push_str("\\\\"),
            '%' => word.push_str("%%"),
            '\n' => word.push_str("\\n"),
            '\t' => word.push_str("\\t"),
            c if c.is_control() => {}
            c => word.push(c),
        }
    }
    word.push('"');
    word
}

/// A Python string literal.
pub fn python(text: &str) -> String {
    let mut literal = String::from("'");
    for c in text.chars() {
        match c {
            '\'' => literal.push_str("\\'"),
            '\\' => literal.push_str("\\\\"),
            c if c.is_control() => literal.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => literal.push(c),
        }
    }
    literal.push('\'');
    literal
}

/// Text that stays on its line.
pub fn text_line(text: &str) -> String {
    one_line(text)
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_one_word_of_shell() {
        assert_eq!(shell("plain"), "plain");
        assert_eq!(shell(""), "''");
        assert_eq!(shell("a b; $(rm) `x`"), "'a b; $(rm) `x`'");
        assert_eq!(shell("it's"), "\"it's\"");
    }

    #[test]
    fn hostile_text_stays_one_line_of_a_unit() {
        assert_eq!(unit_line("x\n[Service]\nUser=root"), "x [Service] User=root");
        assert_eq!(unit_line("100%u"), "100%%u");
        assert_eq!(unit_line("joins\\"), "joins");
        assert_eq!(unit_word("a\"b\\c%d"), "\"a\\\"b\\\\c%%d\"");
    }

    #[test]
    fn hostile_text_stays_one_string_of_python() {
        assert_eq!(python("a'+x+'\n"), "'a\\'+x+\\'\\u000a'");
    }
}
