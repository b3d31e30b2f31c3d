//! Passwords and tokens in addresses, and in the files that tools of Python keep them in.
//!
//! Knows how they are written. Refuses to know whether they are any good, and never shows one.

/// What stands before the `@` of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Login<'a> {
    scheme: &'a str,
    user: &'a str,
    password: Option<&'a str>,
}

impl<'a> Login<'a> {
    /// Whether it lets anybody in. `git@` and `${TOKEN}` do not, nor does the user of SSH, who needs a key.
    pub fn is_secret(&self) -> bool {
        let is_user_secret = !self.scheme.ends_with("ssh") && self.password.is_none_or(str::is_empty);
        let user = Some(self.user).filter(|_| is_user_secret);
        user.into_iter().chain(self.password).any(|part| {
            let is_variable = part.starts_with('$') || part.starts_with("%(") || part.starts_with('<');
            !part.is_empty() && part != "git" && part != "hg" && !is_variable
        })
    }

    /// The password as it is written, where there is one.
    pub fn password(&self) -> Option<&'a str> {
        self.password.filter(|password| !password.is_empty())
    }
}

/// The logins of all addresses in a text.
pub fn of_addresses(text: &str) -> impl Iterator<Item = Login<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let (before, after) = rest.split_once("://")?;
            rest = after;
            let scheme =
                before.rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '+').next().unwrap_or_default();
            let ends = |c: char| c.is_whitespace() || "/?#\"'`,;".contains(c);
            let authority = after.split(ends).next().unwrap_or_default();
            if let Some((login, _)) = authority.rsplit_once('@') {
                let (user, password) = match login.split_once(':') {
                    Some((user, password)) => (user, Some(password)),
                    None => (login, None),
                };
                return Some(Login { scheme, user, password });
            }
        }
    })
}

/// Whether files of a name are read by tools that take credentials from them.
pub fn may_hold(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        ".netrc",
        "_netrc",
        ".pypirc",
        "pip.conf",
        "pip.ini",
        "uv.toml",
        "uv.lock",
        "pyproject.toml",
        "poetry.toml",
        "Pipfile",
    ];
    let is_list = ["requirements", "constraints", "pylock"].iter().any(|start| name.starts_with(start))
        && [".txt", ".in", ".toml"].iter().any(|end| name.ends_with(end));
    NAMES.contains(&name) || is_list
}

/// The lines of such a file that hold credentials, from 1.
pub fn lines(name: &str, text: &[u8]) -> Vec<usize> {
    let text = String::from_utf8_lossy(text);
    let tells: fn(&str) -> bool = match name {
        ".netrc" | "_netrc" => is_netrc_password,
        ".pypirc" => is_pypirc_password,
        _ => |_| false,
    };
    let numbered = text.lines().enumerate();
    let telling =
        numbered.filter(|(_, line)| tells(line) || of_addresses(line).any(|login| login.is_secret()));
    telling.map(|(number, _)| number + 1).collect()
}

/// `machine HOST login NAME password WORD` (ftp(1)), in any number of lines.
fn is_netrc_password(line: &str) -> bool {
    let mut words = line.split_whitespace().skip_while(|word| *word != "password");
    words.next().is_some() && words.next().is_some()
}

/// `password = WORD` of an INI file (the specification of `.pypirc`).
fn is_pypirc_password(line: &str) -> bool {
    let Some((key, value)) = line.split_once(['=', ':']) else { return false };
    let value = value.trim();
    key.trim().eq_ignore_ascii_case("password") && !value.is_empty() && !value.starts_with('$')
}

/// The text with `%40` and the like decoded, where that makes a difference (RFC 3986, section 2.1).
pub fn decoded(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, after @ ..] = rest {
        let hex =
            after.get(..2).filter(|_| *first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = hex.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    (bytes != text.as_bytes()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lets_somebody_in_is_told_from_what_does_not() {
        for (text, expect) in [
            ("https://user:token@example.org/x", true),
            ("https://token@example.org/x.git", true),
            ("git+https://oauth2:token@example.org/x.git@v1", true),
            ("--index-url https://ci:p%40ss@example.org/simple # ours", true),
            ("http://a.example/ and https://u:p@b.example/", true),
            ("https://${USER}:${TOKEN}@example.org/x", false),
            ("https://user:$TOKEN@example.org/x", false),
            ("https://<user>:<token>@example.org/x", false),
            ("ssh://git@example.org/x", false),
            ("git+ssh://deploy@example.org/x", false),
            ("https://example.org/x@1", false),
            ("file:///b/x@y", false),
            ("mail ops@example.org", false),
            ("://", false),
        ] {
            assert_eq!(of_addresses(text).any(|login| login.is_secret()), expect, "{text}");
        }
        let passwords: Vec<&str> = of_addresses("a=https://u:one@x/ https://u:@y/ https://v@z/")
            .filter_map(|login| login.password())
            .collect();
        assert_eq!(passwords, ["one"]);
    }

    #[test]
    fn files_are_told_by_name_and_lines_by_number() {
        for (name, text, expect) in [
            (
                "pip.conf",
                "[global]\nindex-url = https://u:p@x/simple\nextra-index-url =\n  https://v:q@y/\n",
                &[2, 4][..],
            ),
            ("pip.conf", "[global]\nindex-url = https://index.example.org/simple\n", &[]),
            ("uv.toml", "[[index]]\nurl = \"https://u:p@x/\"\n", &[2]),
            ("requirements-dev.txt", "a @ https://t@x/a.whl\nb==1\n", &[1]),
            (".netrc", "machine x login u password p\nmachine y\n  login v\n  password q\n", &[1, 4]),
            (".netrc", "machine x login u\n", &[]),
            (".pypirc", "[pypi]\nusername = __token__\npassword = pypi-x\n", &[3]),
            (".pypirc", "[pypi]\nusername: u\npassword:\n", &[]),
        ] {
            assert!(may_hold(name), "{name}");
            assert_eq!(lines(name, text.as_bytes()), expect, "{name}: {text}");
        }
        for name in ["pip.py", "requirements.py", "netrc", "settings.toml", "README.txt"] {
            assert!(!may_hold(name), "{name}");
        }
    }

    #[test]
    fn escapes_of_addresses_are_decoded() {
        assert_eq!(decoded("p%40ss%2f"), Some(b"p@ss/".to_vec()));
        for same in ["plain", "100%", "%zz", "%4", "%+1", ""] {
            assert_eq!(decoded(same), None, "{same}");
        }
    }
}
