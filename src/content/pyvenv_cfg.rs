//! `pyvenv.cfg`: what makes a directory a virtualenv (PEP 405), and where its Python is.
//!
//! Lines of `key = value`, keys in any case, no sections. Order and unknown keys survive a rewrite.

use crate::content::python::PythonVersion;

/// A `pyvenv.cfg` as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PyvenvCfg {
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    raw: String,
    /// Key, in lower case, and value.
    pair: Option<(String, String)>,
}

/// The file is not UTF-8, which is all that CPython reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not UTF-8")]
pub struct NotUtf8;

impl PyvenvCfg {
    /// Reads the file.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotUtf8> {
        let text = std::str::from_utf8(bytes).map_err(|_| NotUtf8)?;
        let line = |raw: &str| {
            let pair = raw.split_once('=');
            let pair = pair.map(|(key, value)| (key.trim().to_lowercase(), value.trim().to_owned()));
            Line { raw: raw.to_owned(), pair }
        };
        Ok(Self { lines: text.lines().map(line).collect() })
    }

    /// The value of a key, given in lower case. The last one counts, as for `site`.
    pub fn value(&self, key: &str) -> Option<&str> {
        let pairs = self.lines.iter().rev().filter_map(|line| line.pair.as_ref());
        pairs.filter(|(name, _)| name == key).map(|(_, value)| value.as_str()).next()
    }

    /// The directory of the base interpreter.
    pub fn home(&self) -> Option<&str> {
        self.value("home").filter(|home| !home.is_empty())
    }

    /// The X.Y of the base interpreter.
    pub fn version(&self) -> Option<PythonVersion> {
        PythonVersion::from_digits(self.value("version").or_else(|| self.value("version_info"))?)
    }

    /// The implementation; the `venv` module does not write it.
    pub fn implementation(&self) -> Option<&str> {
        self.value("implementation")
    }

    /// Whether modules of the host's Python are visible.
    pub fn sees_system_packages(&self) -> bool {
        self.value("include-system-site-packages").is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Where the environment was made: the last word of the command that made it.
    pub fn made_at(&self) -> Option<&str> {
        let last = self.value("command")?.split(" -m ").last()?;
        let path = &last[last.find(" /")? + 1..];
        Some(path.trim_end_matches('/')).filter(|path| !path.is_empty())
    }

    /// The file for another base interpreter, given by its absolute path.
    pub fn relocated(&self, interpreter: &str) -> String {
        let home = interpreter.rsplit_once('/').map_or("", |(directory, _)| directory);
        let prefix = home.rsplit_once('/').map_or("", |(directory, _)| directory);
        let mut out = String::new();
        for line in &self.lines {
            let Some((key, _)) = &line.pair else {
                out.push_str(&line.raw);
                out.push('\n');
                continue;
            };
            let value = match key.as_str() {
                "home" => Some(home),
                "executable" | "base-executable" => Some(interpreter),
                "base-prefix" | "base-exec-prefix" => Some(prefix),
                "command" | "relocatable" => continue,
                _ => None,
            };
            match value {
                Some(value) => {
                    let name = line.raw.split('=').next().unwrap_or_default().trim();
                    out.push_str(&format!("{name} = {value}\n"));
                }
                None => out.push_str(&format!("{}\n", line.raw)),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIRTUALENV: &str = "Home = /usr/bin\nimplementation = CPython\nversion_info = 3.11.2.final.0\n\
        command = /t/bin/python3 -m virtualenv /b/my venv/\nbase-prefix = /usr\nbase-executable = /x/python3.11\n\
        include-system-site-packages = False\nprompt = it\nodd line\nrelocatable = true\n";

    #[test]
    fn keys_are_read_in_any_case() {
        let cfg = PyvenvCfg::parse(VIRTUALENV.as_bytes()).expect("UTF-8");
        assert_eq!(cfg.home(), Some("/usr/bin"));
        assert_eq!(cfg.implementation(), Some("CPython"));
        assert_eq!(cfg.version().map(|version| version.to_string()).as_deref(), Some("3.11"));
        assert_eq!(cfg.made_at(), Some("/b/my venv"));
        assert!(!cfg.sees_system_packages());
        assert_eq!(PyvenvCfg::parse(b"home = \xff"), Err(NotUtf8));
    }

    #[test]
    fn a_rewrite_keeps_order_and_what_it_does_not_know() {
        let cfg = PyvenvCfg::parse(VIRTUALENV.as_bytes()).expect("UTF-8");
        assert_eq!(
            cfg.relocated("/opt/py/bin/python3.11"),
            "Home = /opt/py/bin\nimplementation = CPython\nversion_info = 3.11.2.final.0\n\
            base-prefix = /opt/py\nbase-executable = /opt/py/bin/python3.11\n\
            include-system-site-packages = False\nprompt = it\nodd line\n"
        );
    }
}
