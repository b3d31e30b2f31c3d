//! Activation scripts: which files they are, and where they think that their virtualenv lies.

/// Whether a file of `bin/` is there to activate or deactivate the virtualenv.
pub fn is_activator(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.starts_with("activate") || name.starts_with("deactivate")
}

/// The virtualenv that a POSIX `activate` names, in any of the three quotings of `VIRTUAL_ENV=`.
///
/// Values that the shell would compute (`$…`, as relocatable ones have) are passed over.
pub fn virtual_env(text: &[u8]) -> Option<String> {
    let lines = text.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    lines.filter_map(|line| unquoted(line.trim().strip_prefix("VIRTUAL_ENV=")?)).next()
}

fn unquoted(word: &str) -> Option<String> {
    let path = match word.as_bytes().first()? {
        b'\'' => word.strip_prefix('\'')?.strip_suffix('\'')?.replace("'\\''", "'").replace("'\"'\"'", "'"),
        b'"' => word.strip_prefix('"')?.strip_suffix('"')?.to_owned(),
        _ => word.to_owned(),
    };
    let path = path.trim_end_matches('/');
    (path.starts_with('/') && !path.contains('$')).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_virtualenv_is_found_in_every_quoting() {
        for (line, expect) in [
            ("VIRTUAL_ENV=/b/venv", Some("/b/venv")),
            ("VIRTUAL_ENV=\"/b/my venv\"", Some("/b/my venv")),
            ("    VIRTUAL_ENV='/b/it'\\''s'", Some("/b/it's")),
            ("    VIRTUAL_ENV=$(cygpath \"/b/venv\")\n    VIRTUAL_ENV=/b/venv", Some("/b/venv")),
            ("VIRTUAL_ENV=\"$(dirname -- \"$x\")\"", None),
            ("VIRTUAL_ENV=''", None),
            ("export VIRTUAL_ENV", None),
        ] {
            let text = format!("# start\n{line}\nexport VIRTUAL_ENV\n");
            assert_eq!(virtual_env(text.as_bytes()).as_deref(), expect, "{line}");
        }
    }

    #[test]
    fn activators_are_known_by_name() {
        assert!(
            is_activator("activate.csh") && is_activator("Activate.ps1") && is_activator("deactivate.bat")
        );
        assert!(!is_activator("python") && !is_activator("reactivate"));
    }
}
