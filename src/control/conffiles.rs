//! The `conffiles` control file (`deb-conffiles(5)`), read by dpkg's rules.

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conffile {
    /// The absolute path, as it is spelled.
    pub path: Vec<u8>,
    /// Whether the file is no longer shipped and goes away on upgrade.
    pub remove_on_upgrade: bool,
}

/// Why dpkg would not take it. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The text ends within a line.
    #[error("the last line lacks its line feed")]
    Unfinished,
    /// A line beyond dpkg's buffer.
    #[error("line {0} is longer than the 996 bytes that dpkg reads")]
    TooLong(usize),
    /// A line of nothing.
    #[error("line {0} is empty")]
    Blank(usize),
    /// A line that is no absolute path, with or without a flag.
    #[error("line {line}, `{}`, {reason}", .text.escape_ascii())]
    Line {
        /// Which line.
        line: usize,
        /// What it says.
        text: Vec<u8>,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// dpkg-deb takes 999 bytes; dpkg, when it unpacks, no more than these.
const LONGEST_LINE: usize = 996;

/// Reads the text.
pub fn parse(text: &[u8]) -> Result<Vec<Conffile>, Fault> {
    let Some(lines) = text.strip_suffix(b"\n") else {
        return if text.is_empty() { Ok(Vec::new()) } else { Err(Fault::Unfinished) };
    };
    lines.split(|byte| *byte == b'\n').enumerate().map(|(index, line)| conffile(index + 1, line)).collect()
}

fn conffile(number: usize, line: &[u8]) -> Result<Conffile, Fault> {
    let fail = |reason| Err(Fault::Line { line: number, text: line.to_owned(), reason });
    if line.len() > LONGEST_LINE {
        return Err(Fault::TooLong(number));
    }
    if line.iter().all(u8::is_ascii_whitespace) {
        return Err(Fault::Blank(number));
    }
    if line.contains(&0) {
        return fail("holds a NUL");
    }
    if line[0].is_ascii_whitespace() {
        return fail("starts with a blank");
    }
    if line.starts_with(b"/") {
        return Ok(Conffile { path: line.to_vec(), remove_on_upgrade: false });
    }
    match line.iter().position(|byte| *byte == b' ').map(|at| line.split_at(at)) {
        None => fail("is not an absolute path"),
        Some((_, b" ")) => fail("has a flag and no path"),
        Some((_, path)) if !path.starts_with(b" /") => fail("is not an absolute path"),
        Some((b"remove-on-upgrade", path)) => {
            Ok(Conffile { path: path[1..].to_vec(), remove_on_upgrade: true })
        }
        Some(_) => fail("has a flag that dpkg does not know"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_paths_with_or_without_the_one_flag() {
        let read = parse(b"/etc/a\nremove-on-upgrade /etc/b c\n").expect("valid");
        assert_eq!(
            read,
            [
                Conffile { path: b"/etc/a".to_vec(), remove_on_upgrade: false },
                Conffile { path: b"/etc/b c".to_vec(), remove_on_upgrade: true },
            ]
        );
        assert_eq!(parse(b""), Ok(Vec::new()));
        assert!(parse(&[&[b'/'; 996][..], b"\n"].concat()).is_ok());
    }

    #[test]
    fn what_dpkg_refuses_names_its_line() {
        for (text, word) in [
            (&b"/etc/a"[..], "line feed"),
            (b"/etc/a\n\n", "line 2 is empty"),
            (b" \t\n", "empty"),
            (b" /etc/a\n", "starts with a blank"),
            (b"etc/a\n", "not an absolute"),
            (b"remove-on-upgrade etc/a\n", "not an absolute"),
            (b"remove-on-upgrade  /etc/a\n", "not an absolute"),
            (b"remove-on-upgrade \n", "no path"),
            (b"keep /etc/a\n", "does not know"),
            (b"/etc/\0a\n", "NUL"),
            (&[&[b'/'; 997][..], b"\n"].concat(), "longer"),
        ] {
            let message = parse(text).expect_err("refused").to_string();
            assert!(message.contains(word), "{message}");
        }
    }
}
