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
    let line = line.trim_ascii();
    if line.is_empty() || line.starts_with(b"#") {
        return Ok(());
    }
    let end = line.iter().position(u8::is_ascii_whitespace).ok_or("names no trigger")?;
    if !DIRECTIVES.contains(&&line[..end]) {
        return Err("has a directive that dpkg does not know");
    }
    if line[end..].trim_ascii().iter().all(|byte| (0x21..0x7f).contains(byte)) {
        Ok(())
    } else {
        Err("has a trigger name with a blank or a byte beyond ASCII")
    }
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
            (b"interest \xe4\n", "ASCII"),
            (&[b"interest ", &[b'a'; 260][..], b"\n"].concat(), "longer"),
        ] {
            assert!(check(text).expect_err("refused").to_string().contains(word));
        }
    }
}
