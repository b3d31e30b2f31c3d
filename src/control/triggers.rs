//! The `triggers` control file (`deb-triggers(5)`). dpkg-deb packs anything; dpkg refuses to install it.

/// Why dpkg would not take it. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, `{}`, {reason}", .text.escape_ascii())]
pub struct Fault {
    /// Which line.
    pub line: usize,
    /// What it says.
    pub text: Vec<u8>,
    /// What is wrong with it.
    pub reason: &'static str,
}

const DIRECTIVES: [&[u8]; 6] = [
    b"interest",
    b"interest-await",
    b"interest-noawait",
    b"activate",
    b"activate-await",
    b"activate-noawait",
];
/// dpkg reads lines into 256 bytes, the line feed and a NUL among them.
const LONGEST_LINE: usize = 254;

/// Judges the text.
pub fn check(text: &[u8]) -> Result<(), Fault> {
    let Some(lines) = text.strip_suffix(b"\n") else {
        let line = text.split(|byte| *byte == b'\n').count();
        let last = text.rsplit(|byte| *byte == b'\n').next().unwrap_or_default().to_vec();
        let fault = Fault { line, text: last, reason: "lacks its line feed" };
        return if text.is_empty() { Ok(()) } else { Err(fault) };
    };
    for (index, line) in lines.split(|byte| *byte == b'\n').enumerate() {
        directive(line).map_err(|reason| Fault { line: index + 1, text: line.to_vec(), reason })?;
    }
    Ok(())
}

fn directive(line: &[u8]) -> Result<(), &'static str> {
    if line.len() > LONGEST_LINE {
        return Err("is longer than dpkg reads");
    }
    let mut words = line.split(|byte| is_blank(*byte)).filter(|word| !word.is_empty());
    let Some(directive) = words.next().filter(|word| !word.starts_with(b"#")) else { return Ok(()) };
    if !DIRECTIVES.contains(&directive) {
        return Err("has a directive that dpkg does not know");
    }
    let name = words.next().ok_or("names no trigger")?;
    if words.next().is_some() || !name.iter().all(u8::is_ascii_graphic) {
        return Err("has a trigger name with a blank, a control character or a byte beyond ASCII");
    }
    // dpkg looks no closer at what a package only activates.
    if directive.starts_with(b"interest") && !is_trigger(name) {
        return Err("has a trigger name that is neither an absolute path nor like a package's");
    }
    Ok(())
}

/// What dpkg takes for a blank here: no carriage return.
fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// A file trigger is the path of a file or directory; an explicit one is named like a package.
fn is_trigger(name: &[u8]) -> bool {
    if name.starts_with(b"/") {
        return !name.ends_with(b"/") && !name.windows(2).any(|pair| pair == b"//");
    }
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"-+.".contains(byte);
    name[0].is_ascii_alphanumeric() && name.iter().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_those_of_the_manual() {
        let text = b"# note\n\ninterest /etc\n activate-noawait ldconfig \ninterest-await a\n";
        assert_eq!(check(text), Ok(()));
        for (text, word) in [
            (&b"interest a"[..], "line feed"),
            (b"interest\n", "no trigger"),
            (b"await a\n", "not know"),
            (b"interest a b\n", "blank"),
            (b"interest a\r\n", "control"),
            (b"interest /usr/\n", "neither"),
            (b"interest a_b\n", "neither"),
            (b"interest \xe4\n", "ASCII"),
            (&[b"interest ", &[b'a'; 260][..], b"\n"].concat(), "longer"),
        ] {
            assert!(check(text).expect_err("refused").to_string().contains(word));
        }
    }
}
